"""What the encoder is trained on: rows of the labelled sets as tasks, and which of them are held out.

A set's own validation split is kept; where a set has none, one text in eight is held out by the hash of its text.
The hard_cases set is never read here: it is what the whole is measured on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.text import for_scoring

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

TONES = {"neg": 0, "neu": 1, "pos": 2}
STANCES = {"oppose": 0, "neither": 1, "support": 2}
TONE_NAMES = ("negative", "neutral", "positive")
KINDS = {"reporting": 0, "opinion": 1, "question": 2, "other": 3}
TONE_SETS = (
    "en_semeval17_train", "en_tweeteval", "multi_umsab", "no_norec_sentence", "da_angry_tweets", "da_europarl",
    "da_lcc", "da_twitter_sent", "sv_absabank_imm",
)  # fmt: skip
_HELD_OUT = 8
_PLAIN = 1200
"""Texts of a language whose vectors are kept."""
STANCE_TOPICS = {
    "abortion": "Legalization of abortion", "climate": "Climate change is a real concern",
    "feminist": "Feminist movement", "atheism": "Atheism", "hillary": "Hillary Clinton",
}  # fmt: skip
_PEOPLE = frozenset({1, 2, 3})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One text with the classes that its label allows (several where the label says only what it is not).

    beside: what the text is read beside (a target), "" where it is read alone. group: the set, whose class shares
    are taken out of the loss.
    """

    group: str
    language: str
    text: str
    allowed: frozenset[int]
    held_out: bool
    beside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One post about a news story, with all that is known of it: the class by the name of a head.

    beside: what it is read beside, "" where it is read alone. story: the set and story, for leaving stories out.
    """

    group: str
    language: str
    text: str
    answers: Mapping[str, int]
    held_out: bool
    beside: str
    story: str


def read(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def held_out(text: str) -> bool:
    return int(hashlib.sha1(text.encode()).hexdigest(), 16) % _HELD_OUT == 0  # noqa: S324 - a split, not a secret


def tones(folder: Path) -> list[Row]:
    """Return tone rows of all languages but romanised Hindi; a held-out text never stands in the rest too."""
    rows = []
    for name in TONE_SETS:
        listed = [row for row in read(folder / "sentiment" / f"{name}.jsonl") if row["lang"] != "hi"]
        has_split = name == "en_semeval17_train" or any(row["split"] == "val" for row in listed)
        for row in listed:
            if name == "multi_umsab" and row["lang"] == "en":
                continue  # drawn from the same posts as the English sets
            text = for_scoring(row["text"])
            out = row["split"] == "val" if has_split else held_out(text)
            group = f"{name}_{row['lang']}" if name == "multi_umsab" else name
            rows.append(
                Row(
                    group=group,
                    language=row["lang"],
                    text=text,
                    allowed=frozenset({TONES[row["label"]]}),
                    held_out=out,
                )
            )
    kept = {row.text for row in rows if row.held_out}
    return [row for row in rows if row.held_out or row.text not in kept]


def stances(folder: Path) -> list[Row]:
    """Return texts beside a target with the side they take.

    Whole topics are held out, so that targets are unseen.
    """
    rows = []

    def add(group: str, text: str, beside: str, side: int, topic: str) -> None:
        rows.append(
            Row(group=group, language="en", text=for_scoring(text), allowed=frozenset({side}),
                held_out=held_out(topic), beside=for_scoring(beside))
        )  # fmt: skip

    for row in read(folder / "sentiment" / "en_stance.jsonl"):
        side = {"against": 0, "none": 1, "favor": 2}[row["label"]]
        text = row["text"].replace("#SemST", "")
        rows.append(
            Row(group="en_stance", language="en", text=for_scoring(text), allowed=frozenset({side}),
                held_out=row["split"] == "val", beside=STANCE_TOPICS.get(row["topic"], row["topic"]))
        )  # fmt: skip
    arguments = folder / "stories" / "argkp2021"
    titles = {row["id"]: row["title"] for row in read(arguments / "stories.jsonl")}
    ordered = sorted(titles)
    for number, row in enumerate(read(arguments / "posts.jsonl")):
        add("argkp2021", row["text"], titles[row["story_id"]], {1: 2, -1: 0}[row["stance"]], row["story_id"])
        if number % 4 == 0:  # beside another topic it takes no side
            other = ordered[(ordered.index(row["story_id"]) + 1 + number) % len(ordered)]
            if other != row["story_id"] and held_out(other) == held_out(row["story_id"]):
                add("another topic", row["text"], titles[other], 1, other)
    unseen = {row.text for row in tones(folder) if row.held_out}
    for number, row in enumerate(read(folder / "sentiment" / "en_target_semeval16_4C.jsonl")):
        if number % 2 or for_scoring(row["text"]) in unseen:  # half of them; and none that tone is measured on
            continue
        add("en_target", row["text"], row["topic"], TONES[row["label"]], row["topic"])
    posts = {row["id"]: row for row in read(folder / "stories" / "threads" / "posts.jsonl")}
    titles = {row["id"]: row["title"] for row in read(folder / "stories" / "threads" / "stories.jsonl")}
    sides = {"support": 2, "deny": 0, "query": 1, "comment": 1}
    for row in read(folder / "stories" / "threads" / "gold.jsonl"):
        if row.get("stance_to_claim") and row["post"] in posts:
            add(
                "threads",
                posts[row["post"]]["text"],
                titles[row["story"]],
                sides[row["stance_to_claim"]],
                row["thread_id"],
            )
    return [row for row in rows if row.text]


def kinds(folder: Path) -> list[Row]:
    """Return texts with the kinds that they may be, events held out whole."""
    rows = []

    def add(group: str, language: str, text: str, allowed: frozenset[int], *, out: bool) -> None:
        rows.append(Row(group=group, language=language, text=for_scoring(text), allowed=allowed, held_out=out))

    posts = {row["id"]: row for row in read(folder / "stories" / "threads" / "posts.jsonl")}
    for row in read(folder / "stories" / "threads" / "gold.jsonl"):
        text, out = posts[row["post"]]["text"], held_out(row["thread_id"])
        if row["author_outlet_guess"] and not posts[row["post"]].get("reply_to"):
            add("threads", "en", text, frozenset({0}), out=out)
        elif row.get("stance_to_claim") == "query":
            add("threads", "en", text, frozenset({2}), out=out)
        elif row.get("stance_to_claim") in ("comment", "deny"):
            add("threads", "en", text, _PEOPLE, out=out)
    for name in ("argkp2021", "polis"):
        for row in read(folder / "stories" / name / "posts.jsonl"):
            if held_out(row["text"][::-1]):
                add(name, row.get("lang") or "en", row["text"], frozenset({1}), out=held_out(row["text"]))
    return [row for row in rows if row.text]


def untold(folder: Path) -> list[Row]:
    """Return English posts without a label of tone, for a teacher to read; any tone is allowed."""
    texts = {row["text"].replace("#SemST", "") for row in read(folder / "sentiment" / "en_stance.jsonl")}
    texts |= {row["text"] for row in read(folder / "sentiment" / "en_target_semeval16_4C.jsonl")}
    for name in ("threads", "polis", "argkp2021"):
        posts = read(folder / "stories" / name / "posts.jsonl")
        texts |= {row["text"] for row in posts if row.get("lang", "en") == "en"}
    known = {row.text for row in tones(folder)}
    return [
        Row(group="untold", language="en", text=text, allowed=frozenset({0, 1, 2}), held_out=False)
        for text in sorted(set(map(for_scoring, texts)) - known)
        if text.strip()
    ]


def plain(folder: Path) -> list[Row]:
    """Return texts in all languages that we read, Korean too, whose vectors the reader learns to keep."""
    by_language: dict[str, set[str]] = {}
    for row in tones(folder):
        if not row.held_out:
            by_language.setdefault(row.language, set()).add(row.text)
    by_language["ko"] = {for_scoring(row["text"]) for row in read(folder / "sentiment" / "ko_nsmc_subset.jsonl")}
    by_language["untold"] = {row.text for row in untold(folder)}
    return [
        Row(group="plain", language=language, text=text, allowed=frozenset(), held_out=False)
        for language, texts in sorted(by_language.items())
        for text in sorted(texts, key=lambda text: hashlib.sha1(text.encode()).digest())[:_PLAIN]  # noqa: S324
        if text.strip()
    ]


def topics(folder: Path) -> frozenset[str]:
    """Return the texts of SemEval-2016 4C, a part of the training posts of task A."""
    return frozenset(
        for_scoring(row["text"]) for row in read(folder / "sentiment" / "en_target_semeval16_4C.jsonl")
    )


def news(folder: Path, written: Path, left_out: Collection[str]) -> list[_Post]:
    """Return the posts of the newsroom set (`folder`) and of those that were written to train on (`written`).

    left_out: numbers of the newsroom's stories, in order, that are held out; what is written never is.
    """
    found = []
    for file in sorted(written.glob("*.jsonl")):
        story: dict[str, Any] = {}
        for row in read(file):
            if "title" in row:
                story = row
                continue
            found.append(
                _Post(set="written", story=f"{file.stem}: {story['title']}", target=story["target"],
                      title=story["title"], text=for_scoring(row["text"]), language=row["lang"], about=row["about"],
                      kind=row["kind"], tone=row["tone"], stance=row["stance"], held_out=False)
            )  # fmt: skip
    stories = {row["id"]: row for row in read(folder / "stories.jsonl")}
    posts = {row["id"]: row for row in read(folder / "posts.jsonl")}
    ordered = sorted(stories)
    for row in read(folder / "gold.jsonl"):
        post = posts[row["post"]]
        name = row["story"] or row.get("lure") or ordered[0]  # one that is about nothing is read alone, with any
        text = for_scoring(post["text"])
        if row["copy_of"] is not None or not text.strip() or post.get("deleted"):
            continue
        story = stories[name]
        found.append(
            _Post(set="newsroom", story=name, target=story["target"], title=story["title"],
                  text=text, language=post.get("lang") or "und", about=row["story"] is not None,
                  kind=row["kind"], tone=row["sentiment"], stance=row["stance"], held_out=name in left_out)
        )  # fmt: skip
    return [post for post in found if post.text.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    set: str
    story: str
    target: str
    title: str
    text: str
    language: str
    about: bool
    kind: str
    tone: str
    stance: str
    held_out: bool


def alone(posts: Sequence[_Post]) -> list[Told]:
    """Return each post read alone: its kind, and its tone where it judges or is about something else."""
    found = []
    for post in posts:
        answers = {"kind": KINDS[post.kind]}
        if post.kind == "opinion":
            answers["tone"] = TONE_NAMES.index(post.tone)
        found.append(_row(post, answers, ""))
    return found


def beside(posts: Sequence[_Post]) -> list[Told]:
    """Return each post about a story beside its target, and every third once more beside the story's title."""
    found = []
    for number, post in enumerate(posts):
        if not post.about:
            continue
        answers = {"kind_beside": KINDS[post.kind]}
        if post.kind == "opinion":
            answers["tone_beside"] = TONE_NAMES.index(post.tone)
            answers["stance"] = STANCES[post.stance]
        found.append(_row(post, answers, for_scoring(post.target)))
        if number % 3 == 0 and not post.held_out:
            found.append(_row(post, answers, for_scoring(post.title)))
    return found


def _row(post: _Post, answers: Mapping[str, int], text_beside: str) -> Told:
    return Told(group=post.set, language=post.language, text=post.text, answers=answers, held_out=post.held_out,
                beside=text_beside, story=post.story)  # fmt: skip
