"""A second counting of what a paragraph says, from the posts and the findings alone: for tests and benchmarks.

It shares no code with what writes claims, counts figures or guards them (monitor.claims, figures, leftovers, proof,
gate): whoever wrote the same mistake twice would otherwise be proved right. What it takes from the product is the
values themselves, the one rule of what is withheld, and the words of a window, which it reads digit by digit.

    each sentence   has a citation that exists: a stored post about the story that belongs to what is said, a read,
                    a gap or the tombstones, and shows the numbers [n] of the posts that it cites
    each number     that a claim carries, and each that its sentence prints outside quotes, is what is counted here
    each quote      is verbatim in its post, which is stored, not deleted, not withheld and not ironic (a post that
                    is listed may be, where the sentence says so)
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from monitor.model import GapCitation, PostCitation, ReadCitation, TombstoneCitation
from monitor.privacy import must_withhold
from reports.phrases import phrases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from monitor.model import Brief, Claim, Evidence, Finding, PostId, Understood, VoiceId
    from reports.sentences import Paragraph, Sentence

ONE_ACCOUNT = "one account"
NOT_OURS = "\N{OBJECT REPLACEMENT CHARACTER}"
"""What stands for a quote or another word that is not the report's own."""
NUMBER = re.compile(r"\d{1,3}(?:[,.\u00a0\u202f]\d{3})+(?!\d)|\d+")
CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.\w+|\b\d{3}[-. ]\d{3}[-. ]\d{4}\b")
Z90 = 1.6448536269514722
"""The 95th percentile of the standard normal distribution."""

Numbers = dict[str, float]


@dataclass(kw_only=True)
class Proof:
    """What was checked, and what did not hold. numbers: those in claims and those in sentences; quotes likewise."""

    paragraphs: int = 0
    sentences: int = 0
    numbers: int = 0
    quotes: int = 0
    failures: list[str] = field(default_factory=list)

    def __iadd__(self, other: Proof) -> Self:
        self.paragraphs += other.paragraphs
        self.sentences += other.sentences
        self.numbers += other.numbers
        self.quotes += other.quotes
        self.failures += other.failures
        return self


def prove(
    brief: Brief, evidence: Evidence, paragraph: Paragraph, *, language: str = "en", time_zone: str = "UTC"
) -> Proof:
    """Check every sentence of `paragraph`, as it stands there and as a sentence of its own, against `evidence`."""
    rows = Rows(evidence)
    proof = Proof(paragraphs=1)
    numbered = _numbered(brief)
    seen: set[tuple[int, str]] = set()
    for sentence in (*paragraph.sentences, *paragraph.left_out, *paragraph.everything):
        if (id(sentence.claim), sentence.text) in seen:
            continue
        seen.add((id(sentence.claim), sentence.text))
        proof.sentences += 1
        checks = (
            *_cited(sentence, brief, rows, numbered),
            *_counted(sentence, brief, rows, proof, _window(sentence.claim, brief, language, time_zone)),
            *_quoted(sentence, rows, proof),
        )
        proof.failures += [f"{evidence.story.id}, {language}, {sentence.claim.kind}: {why}" for why in checks]
    if brief.claims and not paragraph.sentences:
        proof.failures.append(f"{evidence.story.id}, {language}: claims, but no sentence")
    return proof


# --- The rows --------------------------------------------------------------------------------------


class Rows:
    """The rows of one story, sorted by what they may count for."""

    def __init__(self, evidence: Evidence) -> None:
        story = evidence.story.id
        self.evidence = evidence
        self.by_id = {row.post.id: row for row in evidence.rows}
        self.linked = [r for r in evidence.rows if r.finding.link is not None and r.finding.link.story == story]
        self.counted = [r for r in self.linked if r.finding.copy_of is None and r.finding.flood is None]
        self.opinions = [r for r in self.counted if r.finding.kind == "opinion"]
        self.reporting = [r for r in self.counted if r.finding.kind == "reporting"]
        self.copies = [r for r in self.linked if r.finding.copy_of is not None and r.finding.flood is None]
        self.floods = [r for r in self.linked if r.finding.flood is not None]
        self.elsewhere = [r for r in evidence.rows if r.finding.link is None and r.finding.elsewhere == story]
        self.withheld = [r for r in self.counted if must_withhold(r.post.text) is not None]

    def of_tone(self, vote: str) -> list[Understood]:
        """Return the opinions of those whose tone is `vote`."""
        votes = tone_of_each(self.opinions)
        return [row for row in self.opinions if votes[row.finding.voice] == vote]

    def loud(self) -> dict[VoiceId, list[Understood]]:
        """Return who wrote five posts and a fifth of all that is in people's own words, and these posts."""
        own = [row for row in self.linked if row.finding.copy_of is None]
        told = each_voice(row for row in own if row.finding.kind != "reporting")
        return {who: said for who, said in told.items() if len(said) >= 5 and 5 * len(said) >= len(own)}


def people(rows: Iterable[Understood]) -> int:
    return len({row.finding.voice for row in rows})


def each_voice(rows: Iterable[Understood]) -> dict[VoiceId, list[Understood]]:
    found: dict[VoiceId, list[Understood]] = defaultdict(list)
    for row in rows:
        found[row.finding.voice].append(row)
    return found


def most(votes: Sequence[str]) -> str | None:
    """Return what has more votes than each other, None where nothing has."""
    ranked = Counter(votes).most_common()
    return ranked[0][0] if ranked and (len(ranked) == 1 or ranked[0][1] > ranked[1][1]) else None


def tone_of_each(rows: Iterable[Understood]) -> dict[VoiceId, str]:
    """Return the tone of each voice, "unclear" where its posts are even, "not scored" where none is."""
    found = {}
    for who, said in each_voice(rows).items():
        tones = [row.finding.sentiment for row in said if row.finding.sentiment is not None]
        votes = ["unclear" if tone.unclear else tone.label for tone in tones]
        found[who] = (most(votes) or "unclear") if votes else "not scored"
    return found


def side_of_each(rows: Sequence[Understood]) -> dict[VoiceId, str]:
    """Return where each voice stands."""
    by_tone = _by_tone(rows)
    return {
        who: most([_side(row.finding, by_tone=by_tone) for row in said]) or "unclear"
        for who, said in each_voice(rows).items()
    }


def _by_tone(opinions: Sequence[Understood]) -> bool:
    """Whether the tone tells a side too: where fewer than half of all take a stance."""
    return 2 * people(row for row in opinions if row.finding.stance != "neither") < people(opinions)


def _side(finding: Finding, *, by_tone: bool) -> str:
    if finding.stance != "neither":
        return finding.stance
    if finding.sentiment is None:
        return "not scored"
    if finding.sentiment.unclear:
        return "unclear"
    by_label = {"negative": "oppose", "positive": "support"} if by_tone else {}
    return by_label.get(finding.sentiment.label, "neither")


# --- One counting a kind of claim ------------------------------------------------------------------


def _volume(_claim: Claim, _brief: Brief, rows: Rows) -> Numbers:
    evidence, numbers = rows.evidence, {}
    since, until, days = evidence.window.since, evidence.window.until, sorted(evidence.history)
    if since and until and until - since == timedelta(days=1) and len(days) >= 14:
        numbers = {"usual_low": days[len(days) // 10], "usual_high": days[len(days) - 1 - len(days) // 10]}
    return {
        "posts": len(rows.counted),
        "voices": people(rows.counted),
        "opinions": people(rows.opinions),
        "reporting_posts": len(rows.reporting),
        **numbers,
    }


def _reporting(_claim: Claim, _brief: Brief, rows: Rows) -> Numbers:
    talking = {row.finding.voice for row in rows.counted if row.finding.kind != "reporting"}
    return {
        "accounts": len({row.finding.voice for row in rows.reporting} - talking),
        "posts": len(rows.reporting),
        "copies": sum(row.finding.kind == "reporting" for row in rows.copies),
    }


def _members(claim: Claim, brief: Brief, rows: Rows) -> list[Understood]:
    posts = next((group.posts for group in brief.groups if group.id == claim.word("group")), ())
    return [rows.by_id[post] for post in posts if post in rows.by_id]


def _group(claim: Claim, brief: Brief, rows: Rows) -> Numbers:
    members, of = _members(claim, brief, rows), people(rows.opinions)
    numbers: Numbers = {"voices": people(members), "posts": len(members), "of": of}
    told = dict(claim.numbers)
    if "share" in told:
        numbers |= {"share": 5 * math.floor(20 * people(members) / of + 0.5)} | _range(told, people(members), of)
    return numbers


def _range(told: Numbers, k: int, n: int) -> Numbers:
    """Return the range that is told where it is in fives and holds Wilson's interval, which is its narrowest."""
    middle = (k + Z90 * Z90 / 2) / (n + Z90 * Z90)
    half = Z90 * math.sqrt(k * (n - k) / n + Z90 * Z90 / 4) / (n + Z90 * Z90)
    narrowest = {
        "low": 5 * math.floor(20 * (middle - half) + 1e-9),
        "high": 5 * math.ceil(20 * (middle + half) - 1e-9),
    }
    low, high = told["low"], told["high"]
    wide_enough = 0 <= low <= narrowest["low"] and narrowest["high"] <= high <= 100
    return {"low": low, "high": high} if wide_enough and low % 5 == high % 5 == 0 else dict(narrowest)


def _split(_claim: Claim, _brief: Brief, rows: Rows) -> Numbers:
    count = Counter(side_of_each(rows.opinions).values())
    return {"support": count["support"], "oppose": count["oppose"], "of": people(rows.opinions)} | _flip(rows)


def _minority(claim: Claim, brief: Brief, rows: Rows) -> Numbers:
    return {"voices": people(_members(claim, brief, rows)), "of": people(rows.opinions)} | _flip(rows)


def _flip(rows: Rows) -> Numbers:
    """Return how few would turn a lead into a split or a split into a lead; nothing where it is not told."""
    count = Counter(side_of_each(rows.opinions).values())
    fewer, more = sorted((count["support"], count["oppose"]))
    both = fewer + more
    # Split is where the smaller side has three sevenths of both, and five.
    least = max(5, math.ceil(3 * both / 7))
    flip = least - fewer if fewer < least else fewer - least + 1
    return {"flip": flip} if both >= 10 and 4 * flip <= both else {}


def _loud_minority(claim: Claim, _brief: Brief, rows: Rows) -> Numbers:
    count, by_tone = Counter(side_of_each(rows.opinions).values()), _by_tone(rows.opinions)
    posts = Counter(_side(row.finding, by_tone=by_tone) for row in rows.linked if row.finding.kind == "opinion")
    loud = "support" if posts["support"] > posts["oppose"] else "oppose"
    other = "oppose" if loud == "support" else "support"
    clear = posts[loud] >= 2 * posts[other] and count[other] * 4 >= count[loud] * 3
    if claim.word("stance") != loud or not clear or count["support"] + count["oppose"] < 5:
        return {}
    return {
        "posts": posts[loud],
        "other_posts": posts[other],
        "voices": count[loud],
        "other_voices": count[other],
    }


def _no_minority(_claim: Claim, _brief: Brief, rows: Rows) -> Numbers:
    count = Counter(side_of_each(rows.opinions).values())
    return {"leading": max(count["support"], count["oppose"]), "of": people(rows.opinions)} | _flip(rows)


def _change(claim: Claim, _brief: Brief, rows: Rows) -> Numbers:
    before = rows.evidence.previous
    if before is None:
        return {}
    then, tone = before.figures, str(claim.word("tone"))
    return {
        "now": sum(vote == tone for vote in tone_of_each(rows.opinions).values()),
        "of": people(rows.opinions),
        "before": getattr(then.opinions, tone, -1),
        "of_before": then.opinion_voices,
    }


def _no_change(_claim: Claim, _brief: Brief, rows: Rows) -> Numbers:
    before = rows.evidence.previous
    return {} if before is None else {"now": people(rows.opinions), "before": before.figures.opinion_voices}


def _copies(_claim: Claim, _brief: Brief, rows: Rows) -> Numbers:
    passed_on = Counter(row.finding.copy_of for row in rows.copies if row.finding.copy_reason == "repost")
    return {
        "originals": len(passed_on),
        "copies": len(rows.copies),
        "top": max(passed_on.values(), default=0),
        "same_words": len(rows.copies) - passed_on.total(),
    }


def _flood(claim: Claim, _brief: Brief, rows: Rows) -> Numbers:
    floods = _by_account(rows) if claim.word("reason") == ONE_ACCOUNT else _by_campaign(rows)
    every = [row for whole, _ in floods for row in whole]
    numbers: Numbers = {
        "posts": len(every),
        "left_out": sum(out for _, out in floods),
        "accounts": len({row.post.author.id if row.post.author else row.post.id for row in every}),
    }
    if len(floods) > 1:
        return numbers | {"floods": len(floods)}
    times = [row.post.created_at for row in every if row.post.created_at is not None]
    minutes = max(1, math.ceil((max(times) - min(times)) / timedelta(minutes=1))) if times else 0
    return numbers | {"minutes": minutes}


def _by_campaign(rows: Rows) -> list[tuple[list[Understood], int]]:
    """Return each campaign of many accounts, its first post in it, and how many of it are left out."""
    found: dict[PostId, list[Understood]] = defaultdict(list)
    for row in rows.floods:
        if row.finding.flood != ONE_ACCOUNT:
            found[row.finding.copy_of or row.post.id].append(row)
    whole = []
    for root, repeats in found.items():
        first = [row for row in rows.linked if row.post.id == root and row not in repeats]
        whole.append(([*first, *repeats], len(repeats)))
    return whole


def _by_account(rows: Rows) -> list[tuple[list[Understood], int]]:
    """Return all of each account that posts many times and is not told as a loud one, likewise."""
    own = each_voice(row for row in rows.linked if row.finding.copy_of is None)
    flooding = each_voice(row for row in rows.floods if row.finding.flood == ONE_ACCOUNT)
    return [(own.get(who) or out, len(out)) for who, out in flooding.items() if who not in rows.loud()]


def _loud_account(claim: Claim, _brief: Brief, rows: Rows) -> Numbers:
    cited = next((c.post for c in claim.citations if isinstance(c, PostCitation)), None)
    voice = rows.by_id[cited].finding.voice if cited in rows.by_id else None
    said = rows.loud().get(voice, []) if voice is not None else []
    return {
        "posts": len(said),
        "of": sum(row.finding.copy_of is None for row in rows.linked),
        "left_out": sum(row.finding.flood == ONE_ACCOUNT for row in said),
    }


def _not_scored(_claim: Claim, _brief: Brief, rows: Rows) -> Numbers:
    found = rows.of_tone("not scored")
    return {"posts": len(found), "voices": people(found)}


def _unclear(_claim: Claim, _brief: Brief, rows: Rows) -> Numbers:
    return {"voices": people(rows.of_tone("unclear")), "of": people(rows.opinions)}


def _languages(_claim: Claim, _brief: Brief, rows: Rows) -> Numbers:
    found: dict[str, set[VoiceId]] = defaultdict(set)
    for row in rows.counted:
        found[row.finding.language].add(row.finding.voice)
    return {code: len(who) for code, who in found.items() if code not in {"", "und"}}


def _withheld(_claim: Claim, _brief: Brief, rows: Rows) -> Numbers:
    return {"posts": len(rows.withheld)}


def _deleted(_claim: Claim, _brief: Brief, rows: Rows) -> Numbers:
    return {"posts": rows.evidence.tombstones}


def _elsewhere(_claim: Claim, _brief: Brief, rows: Rows) -> Numbers:
    return {"posts": len(rows.elsewhere)}


def _gap(claim: Claim, _brief: Brief, rows: Rows) -> Numbers:
    same = [gap for gap in rows.evidence.gaps if (gap.source, gap.reason) == _source(claim)]
    if any(gap.read is None or gap.of_about is None for gap in same):
        return {"gaps": len(same)}
    read, about = (sum(getattr(gap, name) for gap in same) for name in ("read", "of_about"))
    return {"gaps": len(same), "read": read, "of_about": about}


def _source(claim: Claim) -> tuple[object, object]:
    return claim.word("source"), claim.word("reason")


COUNTING: dict[str, Callable[[Claim, Brief, Rows], Numbers]] = {
    "volume": _volume,
    "reporting": _reporting,
    "post": lambda _claim, _brief, _rows: {},
    "group": _group,
    "split": _split,
    "minority": _minority,
    "no_minority": _no_minority,
    "loud_minority": _loud_minority,
    "change": _change,
    "no_change": _no_change,
    "copies": _copies,
    "flood": _flood,
    "loud_account": _loud_account,
    "not_scored": _not_scored,
    "unclear": _unclear,
    "languages": _languages,
    "withheld": _withheld,
    "deleted": _deleted,
    "elsewhere": _elsewhere,
    "gap": _gap,
}
MUST_PRINT: dict[str, tuple[str, ...]] = {
    "group": ("voices", "of"),
    "split": ("support", "oppose"),
    "minority": ("voices", "of"),
    "no_minority": ("leading", "of"),
    "loud_minority": ("posts", "other_posts", "voices", "other_voices"),
    "change": ("now", "of", "before", "of_before"),
    "no_change": ("now", "before"),
    "loud_account": ("posts", "of"),
    "unclear": ("voices", "of"),
}
"""Which figures a sentence has to print; others may fall away where it is told shorter."""


def _counted(
    sentence: Sentence, brief: Brief, rows: Rows, proof: Proof, window: tuple[str, frozenset[int]]
) -> Iterator[str]:
    """Yield which numbers of the claim, and which digits of the sentence, are not what is counted."""
    claim = sentence.claim
    if claim.kind not in COUNTING:
        yield "nobody counts such a claim"
        return
    expected = COUNTING[claim.kind](claim, brief, rows)
    proof.numbers += len(claim.numbers)
    if dict(claim.numbers) != expected:
        yield f"it carries {dict(claim.numbers)}, counted are {expected}"
    when, moments = window
    text = "".join(NOT_OURS if part.quote or part.language is not None else part.text for part in sentence.parts)
    for number in _digits(when if when in text else ""):
        proof.numbers += 1
        if number not in moments:
            yield f"{number} in {when!r} is of no end of its window"
    printed = _digits(text.replace(when, NOT_OURS, 1) if when else text)
    proof.numbers += len(printed)
    allowed = {round(value) for value in expected.values()} | _worked_out(claim, expected)
    for number in printed:
        if number not in allowed:
            yield f"it prints {number}, counted are {expected}: {text}"
    must = MUST_PRINT.get(claim.kind, ())
    if claim.kind == "minority" and printed == [expected.get("flip")]:
        must = ()  # the sentence of its group has told the rest
    for name in must:
        if round(expected.get(name, -1)) not in printed:
            yield f"it does not print its {name}, {expected.get(name)}: {text}"


def _digits(text: str) -> list[int]:
    return [int(re.sub(r"\D", "", found)) for found in NUMBER.findall(text)]


def _worked_out(claim: Claim, numbers: Numbers) -> set[int]:
    """Return what a sentence may print that follows from what is counted."""
    if claim.kind == "volume":
        return {round(numbers["posts"] - numbers["reporting_posts"])}  # those who ask or say something else
    if claim.kind == "group":
        return {5} if numbers.get("share") == 0 else set()  # "under 5%"
    if claim.kind == "no_minority":
        return {3}  # from so many on the other side would be told
    if claim.kind == "copies":
        return {round(numbers["copies"] - numbers["same_words"])}
    if claim.kind == "flood":
        hours = math.ceil(numbers.get("minutes", 0) / 60)
        return {hours, math.ceil(hours / 24)}
    return set()


def _window(claim: Claim, brief: Brief, language: str, zone: str) -> tuple[str, frozenset[int]]:
    """Return how the window of a claim is said, and the numbers of which its ends consist."""
    if claim.kind == "volume":
        since, until = brief.window.since, brief.window.until
    elif claim.kind == "gap":
        gaps = [cited.gap for cited in claim.citations if isinstance(cited, GapCitation)]
        since, until = _end([gap.since for gap in gaps], min), _end([gap.until for gap in gaps], max)
    else:
        return "", frozenset()
    # A window that ends at midnight ends with the day before.
    ends = [since, until, until - timedelta(microseconds=1) if until and until != since else None]
    local = [end.astimezone(ZoneInfo(zone)) for end in ends if end is not None]
    moments = {n for at in local for n in (at.year, at.month, at.day, at.hour, at.minute)} | {24}
    return phrases(language).window(since, until, zone), frozenset(moments)


def _end(times: Sequence[datetime | None], pick: Callable[[list[datetime]], datetime]) -> datetime | None:
    known = [time for time in times if time is not None]
    return pick(known) if known and len(known) == len(times) else None


# --- Citations and quotes --------------------------------------------------------------------------


def _numbered(brief: Brief) -> dict[PostId, int]:
    posts = [c.post for claim in brief.claims for c in claim.citations if isinstance(c, PostCitation)]
    return {post: number for number, post in enumerate(dict.fromkeys(posts), start=1)}


def _proving(claim: Claim, brief: Brief, rows: Rows) -> set[PostId]:
    """Return which posts may prove a claim."""
    by_kind: dict[str, list[Understood]] = {
        "reporting": rows.reporting,
        "post": rows.counted,
        "group": _members(claim, brief, rows),
        "minority": _members(claim, brief, rows),
        "split": rows.opinions,
        "no_minority": rows.opinions,
        "loud_minority": [row for row in rows.linked if row.finding.kind == "opinion"],
        "change": rows.opinions,
        "no_change": rows.opinions,
        "not_scored": rows.of_tone("not scored"),
        "unclear": rows.of_tone("unclear"),
        "languages": rows.counted,
        "withheld": rows.withheld,
        "elsewhere": rows.elsewhere,
        "deleted": [],
        "gap": [],
    }
    return {row.post.id for row in by_kind.get(claim.kind, rows.linked)}


def _cited(sentence: Sentence, brief: Brief, rows: Rows, numbered: dict[PostId, int]) -> Iterator[str]:
    """Yield which citations of a sentence prove nothing."""
    claim = sentence.claim
    may_prove = _proving(claim, brief, rows)
    if not claim.citations:
        yield "it cites nothing"
    posts = []
    for cited in claim.citations:
        if isinstance(cited, PostCitation):
            posts.append(cited.post)
            yield from _cited_post(cited, may_prove, rows)
        elif not _is_known(cited, rows.evidence):
            yield f"this is not known: {cited}"
    if list(sentence.cites) != [numbered[post] for post in dict.fromkeys(posts)]:
        yield f"it shows {list(sentence.cites)} for the posts {posts}"


def _cited_post(cited: PostCitation, may_prove: set[PostId], rows: Rows) -> Iterator[str]:
    row = rows.by_id.get(cited.post)
    if row is None or row.post.deleted:
        yield f"post {cited.post} is not stored"
    elif cited.post not in may_prove:
        yield f"post {cited.post} does not belong to what is said"
    elif cited.url != row.post.url:
        yield f"the address of post {cited.post} is another"


def _is_known(cited: ReadCitation | GapCitation | TombstoneCitation, evidence: Evidence) -> bool:
    if isinstance(cited, ReadCitation):
        return any(_same_read(cited, read) for read in evidence.reads)
    if isinstance(cited, GapCitation):
        return cited.gap in evidence.gaps
    return (cited.story, cited.count) == (evidence.story.id, evidence.tombstones)


def _same_read(cited: ReadCitation, read: Any) -> bool:
    return all(getattr(cited, name) == getattr(read, name) for name in ("source", "query", "since", "until"))


def _quoted(sentence: Sentence, rows: Rows, proof: Proof) -> Iterator[str]:
    """Yield which quotes are not a post's own, or must not be shown."""
    cited = [c for c in sentence.claim.citations if isinstance(c, PostCitation) and c.quote is not None]
    shown = [part.text for part in sentence.parts if part.quote]
    if any(text not in {citation.quote for citation in cited} for text in shown):
        yield f"it shows a quote that it does not cite: {shown}"
    for citation in cited:
        proof.quotes += 1
        row = rows.by_id.get(citation.post)
        quote = citation.quote or ""
        if row is None or row.post.deleted or not quote.strip() or quote not in row.post.text:
            yield f"the quote of post {citation.post} is not its own"
            continue
        if must_withhold(row.post.text) is not None or CONTACT.search(quote):
            yield f"post {citation.post} is withheld, and quoted"
        if row.finding.ironic and not (sentence.claim.kind == "post" and sentence.claim.word("possibly_ironic")):
            yield f"post {citation.post} is possibly ironic, and quoted"
