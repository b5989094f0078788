"""Print as JSON which expectations of the hard cases hold: `python tests/benchmarks/hard_cases.py DATA_DIR`.

Usage: hard_cases.py DATA_DIR [--case NAME]… [--most N] [--suffix N] [--encoder]

DATA_DIR holds stories/hard_cases with expectations.jsonl and stories/newsroom, whose words the large case borrows.
Each case goes the whole way, posts to findings to brief to the English paragraph, and each thing that is expected
of it is one check:

    must            stands in the paragraph, in any case of letters
    must_not        stands neither in the paragraph nor in any sentence that a report could show
    qualifier       is the brief's
    voices          of a side, of copies and so on are within one of `gold_voices`, as is what only reports, copies
                    included; shares of the large case are within two points
    link            how many posts of how many are about the story, and which
    stance          nothing that is against, irony too, stands among those in favour; what is possibly ironic and in
                    no group counts as against
    length          at most 120 words outside quotes and 40 in the line of what was left out

Deleted posts are linked with the others, then only counted, as an import does. `fifty_k_posts` is generated: half
critical, three tenths supportive, a fifth reporting, each by its own account at a random time of the day, in the
texts of the other cases with --suffix random words (2) at the end; --most N makes it of N posts. It is read by the
light scorer and rules (--encoder: by what ships, like the other cases), for seconds are measured. Seed fixed.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.brief import brief_from
from jobs.understand import read_posts
from monitor.figures import sides, sort_out
from monitor.interchange import parse_post, parse_story
from monitor.model import Author, Brief, Evidence, Post, PostId, ReadWindow, Span, Understood
from reports.sentences import MAX_LEFT_OUT_WORDS, MAX_WORDS, Paragraph, compose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from monitor.model import Group, Story

SEED = 2026
DAY = datetime(2026, 2, 3, tzinfo=UTC)
AS_OF = DAY + timedelta(days=1)
READ = ReadWindow(source="import:posts.jsonl", query=None, since=None, until=None, at=AS_OF)
LARGE = "fifty_k_posts"
SHARES = {"critical": 0.5, "supportive": 0.3, "reporting": 0.2}
WITHIN_VOICES, WITHIN_SHARE = 1, 0.02
FEWEST_LETTERS = 4  # of a word that the large case puts at a text's end

Json = dict[str, Any]


def rows(path: Path) -> list[Json]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one case came to. rows: every live post with its finding; evidence: what the brief was made from."""

    rows: tuple[Understood, ...]
    evidence: Evidence
    brief: Brief
    paragraph: Paragraph

    @property
    def linked(self) -> list[Understood]:
        return [row for row in self.rows if row.finding.link is not None]

    @property
    def everything(self) -> str:
        """The paragraph, and each claim as a sentence that a report could show."""
        return "\n".join([self.paragraph.text, *(one.text for one in self.paragraph.everything)])

    def number(self, kind: str, name: str) -> float:
        """Return the figure of the first claim of a kind, 0 where there is none."""
        return next((claim.number(name) for claim in self.brief.claims if claim.kind == kind), 0)

    def posts(self, side: str) -> set[PostId]:
        """Return the posts of all groups of a side."""
        return {post for group in self.brief.groups if side_of(group) == side for post in group.posts}

    def voices(self, side: str, language: str | None = None) -> int:
        """Return how many voices the groups of a side have, in one language or in all."""
        inside = self.posts(side)
        heard = [row.finding for row in self.rows if row.post.id in inside]
        return len({finding.voice for finding in heard if language in {None, finding.language}})

    @property
    def ironic_outside_groups(self) -> int:
        """How many voices are possibly ironic and in no group that is critical or supportive."""
        taken = self.posts("critical") | self.posts("supportive")
        return len({row.finding.voice for row in self.linked if row.finding.ironic and row.post.id not in taken})


def side_of(group: Group) -> str:
    """Return on which side a reader is told that a group stands."""
    view = group.stance if group.stance != "neither" else group.tone
    return {"oppose": "critical", "negative": "critical", "support": "supportive", "positive": "supportive"}.get(
        view or "", "neither"
    )


def told(story: Story, posts: Sequence[Post], *, light: bool = False) -> Told:
    """Go the whole way with `posts`. light: without the encoder."""
    ways: Json = {"scorer": "light", "reader": None} if light else {}
    gone = [post for post in posts if post.deleted]
    about = read_posts(posts, [story], **ways) if gone else []
    buried = {post.id for post in gone} & {found.post for found in about if found.link is not None}
    live = sorted((post for post in posts if not post.deleted), key=lambda post: post.id)
    both = [
        Understood(post=post, finding=finding)
        for post, finding in zip(live, read_posts(live, [story], **ways), strict=True)
    ]
    mine = tuple(row for row in both if row.finding.link is not None or row.finding.elsewhere is not None)
    times = [row.post.created_at for row in mine if row.post.created_at and row.finding.link]
    evidence = Evidence(
        story=story,
        window=Span(since=min(times, default=None), until=AS_OF),
        as_of=AS_OF,
        rows=mine,
        reads=(READ,),
        tombstones=len(buried),
    )
    brief = brief_from(evidence)
    return Told(rows=tuple(both), evidence=evidence, brief=brief, paragraph=compose(brief, story, language="en"))


# --- What is counted for each name of gold_voices -------------------------------------------------


def accounts_in(case: Told, language: str) -> int:
    """Return how many voices wrote or repeated something in a language."""
    return len({row.finding.voice for row in case.linked if row.finding.language == language})


def own_words_in(case: Told, language: str) -> int:
    """Return how many voices a language has in the figures, where a copy adds none."""
    return dict(case.brief.figures.languages).get(language, 0)


COUNTED: dict[str, Callable[[Told], int]] = {
    "critical": lambda case: case.voices("critical"),
    "critical_originals": lambda case: case.voices("critical"),
    "critical_copies": lambda case: case.brief.left_out.copies,
    "critical_en": lambda case: case.voices("critical", "en"),
    "supportive": lambda case: case.voices("supportive"),
    "supportive_en": lambda case: case.voices("supportive", "en"),
    "reporting": lambda case: sum(row.finding.kind == "reporting" for row in case.linked),
    "opinion": lambda case: case.brief.figures.opinion_voices,
    "excluded_flood": lambda case: int(case.number("flood", "posts")),
    "withheld": lambda case: case.brief.left_out.withheld,
    "deleted": lambda case: case.brief.left_out.deleted,
    "off_topic": lambda case: len(case.rows) - len(case.linked),
    "ko": lambda case: accounts_in(case, "ko"),
    "en": lambda case: accounts_in(case, "en"),
    "ko_distinct_texts": lambda case: own_words_in(case, "ko"),
}


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was expected. why: what was found instead, "" where it holds."""

    name: str
    why: str = ""


def check(name: str, *, holds: bool, found: object = "not so") -> Check:
    return Check(name=name, why="" if holds else f"found {found}")


def checks(case: Told, expected: Mapping[str, Any], about: Mapping[PostId, bool]) -> Iterator[Check]:
    """Yield each check of a case. about: the posts of the case, and whether each is about the story."""
    shown, possible = case.paragraph.text.casefold(), case.everything.casefold()
    for text in expected.get("must", []):
        yield check(f"must: {text}", holds=text.casefold() in shown, found="it missing")
    for text in expected.get("must_not", []):
        yield check(f"must not: {text}", holds=text.casefold() not in possible, found=context(possible, text))
    if "qualifier" in expected:
        yield check(
            f"qualifier: {expected['qualifier']}",
            holds=case.brief.qualifier == expected["qualifier"],
            found=case.brief.qualifier,
        )
    yield from voice_checks(case, expected["gold_voices"], ironic="gold_stance" in expected)
    if "link_gold" in expected:
        linked = {row.post.id for row in case.linked}
        wrong = sorted(post for post, is_about in about.items() if (post in linked) != is_about)
        yield check(f"link: {expected['link_gold']}", holds=not wrong, found=f"wrong: {', '.join(wrong)}")
    if "gold_stance" in expected:
        against = [post for post, stance in zip(about, expected["gold_stance"], strict=True) if stance == "against"]
        praised = sorted(set(against) & case.posts("supportive"))
        yield check("stance: irony is no praise", holds=not praised, found=f"praise: {', '.join(praised)}")
    said, left = (sum(one.words for one in part) for part in (case.paragraph.sentences, case.paragraph.left_out))
    yield check("length", holds=said <= MAX_WORDS and left <= MAX_LEFT_OUT_WORDS, found=f"{said} and {left} words")


def context(text: str, part: str) -> str:
    at = text.find(part.casefold())
    return f"…{text[max(0, at - 30) : at + len(part) + 30]}…"


def voice_checks(case: Told, gold: Mapping[str, Any], *, ironic: bool) -> Iterator[Check]:
    """Yield the checks of numbers. ironic: whether what is possibly ironic counts as critical, as is expected."""
    for name, expected in gold.items():
        if name == "note":
            continue
        if name == "split":
            yield check("split", holds=case.brief.split == expected, found=case.brief.split)
        elif isinstance(expected, float):
            found = round(share_of(case, name), 3)
            yield check(f"share: {name} {expected}", holds=abs(found - expected) <= WITHIN_SHARE, found=found)
        else:
            voices = COUNTED[name](case) + (case.ironic_outside_groups if ironic and name == "critical" else 0)
            yield check(f"voices: {name} {expected}", holds=abs(voices - expected) <= WITHIN_VOICES, found=voices)


def share_of(case: Told, name: str) -> float:
    """Return what share of all people take a side, or only report, whatever groups they are in."""
    known = sort_out(case.evidence)
    if name == "reporting":
        return len({row.finding.voice for row in known.reporting}) / max(1, case.brief.voices)
    taken = Counter(sides(known.opinions).values())
    return taken["oppose" if name == "critical" else "support"] / max(1, case.brief.voices)


# --- The large case --------------------------------------------------------------------------------


def texts_by_side(
    posts: Sequence[Post], expectations: Sequence[Json], gold: Mapping[str, Json]
) -> dict[str, list[str]]:
    """Return the texts of the small cases that the large one is made of."""
    stances = next(row["gold_stance"] for row in expectations if row["case"] == "sarcasm")
    sarcasm = [post for post in posts if gold[post.id]["case"] == "sarcasm"]
    found = {
        "critical": [post.text for post in posts if gold[post.id]["case"] == "homonyms" and gold[post.id]["story"]],
        "supportive": [post.text for post, side in zip(sarcasm, stances, strict=True) if side == "favor"],
        "reporting": [post.text for post in posts if gold[post.id]["case"] == "outlet_headlines"],
    }
    others = set(found["critical"] + found["supportive"])
    return {side: sorted(set(texts) - (others if side == "reporting" else set())) for side, texts in found.items()}


def generated(texts: Mapping[str, Sequence[str]], words: Sequence[str], *, most: int, suffix: int) -> list[Post]:
    """Return `most` posts of as many accounts over one day."""
    draw = random.Random(SEED)  # noqa: S311 - a fixed seed for the same posts each time
    sides_in_order = [side for side, share in SHARES.items() for _ in range(round(share * most))]
    draw.shuffle(sides_in_order)
    return [
        Post(
            id=PostId(f"{LARGE}-{number:05}"),
            platform="x",
            author=Author(id=f"x:large{number}", handle=f"large{number}"),
            text=" ".join([draw.choice(texts[side]), *draw.choices(words, k=suffix)]),
            lang="en",
            created_at=DAY + timedelta(seconds=draw.randrange(86_400)),
        )
        for number, side in enumerate(sides_in_order)
    ]


def vocabulary(posts: Iterable[Json]) -> list[str]:
    """Return the words that English posts about other stories are made of."""
    said = {word for row in posts if row["lang"] == "en" for word in row["text"].split()}
    return sorted(word for word in said if word.isalpha() and word.islower() and len(word) >= FEWEST_LETTERS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--case", dest="cases", action="append")
    parser.add_argument("--most", type=int, default=50_000)
    parser.add_argument("--suffix", type=int, default=2)
    parser.add_argument("--encoder", action="store_true")
    given = parser.parse_args()
    folder = given.data / "stories" / "hard_cases"
    (story,) = [parse_story(row) for row in rows(folder / "stories.jsonl")]
    expectations = rows(folder / "expectations.jsonl")
    gold = {row["post"]: row for row in rows(folder / "gold.jsonl")}
    every = [parse_post(row) for row in rows(folder / "posts.jsonl")]
    answer: Json = {}
    for expected in expectations:
        name = expected["case"]
        if given.cases and name not in given.cases:
            continue
        posts = [post for post in every if gold[post.id]["case"] == name]
        about = {post.id: gold[post.id]["story"] is not None for post in posts}
        if name == LARGE:
            words = vocabulary(rows(given.data / "stories" / "newsroom" / "posts.jsonl"))
            posts = generated(texts_by_side(every, expectations, gold), words, most=given.most, suffix=given.suffix)
        began = time.process_time()
        case = told(story, posts, light=name == LARGE and not given.encoder)
        seconds = time.process_time() - began
        made = list(checks(case, expected, about))
        answer[name] = {
            "checks": len(made),
            "passed": sum(not one.why for one in made),
            "failed": {one.name: one.why for one in made if one.why},
            "linked": f"{len(case.linked)} of {len(case.rows)}",
            "paragraph": case.paragraph.text,
        }
        if name == LARGE:
            answer[name] |= {
                "cpu_seconds": round(seconds, 1),
                "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "left_out": asdict(case.brief.left_out),
            }
    of, passed = (sum(one[key] for one in answer.values()) for key in ("checks", "passed"))
    print(
        json.dumps(
            {"cases": answer, "passed": passed, "of": of, "share": round(passed / of, 3)},
            indent=1,
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
