"""What is counted of one story in one window: who adds a voice, on which side, in which tone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from .grouping import age, side_of
from .intervals import net
from .model import Figures, LeftOut, PostId, Tones, Understood, Vote
from .privacy import must_withhold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .model import Evidence, Finding, Qualifier, Stance, Tone, VoiceId

Side: TypeAlias = Literal["support", "oppose", "neither", "unclear", "not scored"]
"""Where one voice stands in a story."""
Basis: TypeAlias = Literal["stance", "tone", "stance and tone"]
"""By what support and oppose are told apart in one story."""

REPOST = "repost"
"""The reason of a copy that its platform passed on, or that is marked RT; other copies are posts of their own."""
ONE_ACCOUNT = "one account"
"""The reason of a flood that is one voice's own; every other flood is a campaign of many accounts."""
_QUALIFIERS: tuple[tuple[int, Qualifier], ...] = (
    (400, "extensive"), (100, "active"), (30, "moderate"), (10, "limited"), (1, "very limited"), (0, "none"),
)  # fmt: skip
_SPLIT_LEAST, _SPLIT_RATIO = 5, 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """The rows of one story, each list oldest first.

    linked: all about the story. counted: of these the own words of somebody, no floods. copies, floods: the
    others (a copy in a flood is flood). elsewhere: what its words hit but is about something else.
    withheld: why, of the counted ones that may not be shown.
    """

    linked: tuple[Understood, ...]
    counted: tuple[Understood, ...]
    opinions: tuple[Understood, ...]
    reporting: tuple[Understood, ...]
    copies: tuple[Understood, ...]
    floods: tuple[Understood, ...]
    elsewhere: tuple[Understood, ...]
    withheld: Mapping[PostId, str]


def sort_out(evidence: Evidence) -> Sorted:
    """Sort the rows of `evidence` by what they may count for."""
    rows = sorted(evidence.rows, key=age)
    linked = tuple(r for r in rows if r.finding.link is not None and r.finding.link.story == evidence.story.id)
    counted = tuple(row for row in linked if row.counts)
    why = ((row.post.id, must_withhold(row.post.text)) for row in counted)
    return Sorted(
        linked=linked,
        counted=counted,
        opinions=tuple(row for row in counted if row.is_opinion),
        reporting=tuple(row for row in counted if row.finding.kind == "reporting"),
        copies=tuple(r for r in linked if r.finding.copy_of is not None and r.finding.flood is None),
        floods=tuple(row for row in linked if row.finding.flood is not None),
        elsewhere=tuple(r for r in rows if r.finding.link is None and r.finding.elsewhere == evidence.story.id),
        withheld={post: reason for post, reason in why if reason is not None},
    )


def voices(rows: Iterable[Understood]) -> int:
    """Return how many voices are behind `rows`."""
    return len({row.finding.voice for row in rows})


def qualifier(opinions: int) -> Qualifier:
    """Return the word for how many voices with an opinion there are."""
    return next(word for least, word in _QUALIFIERS if opinions >= least)


def by_voice(rows: Sequence[Understood]) -> dict[VoiceId, list[Understood]]:
    """Return the rows of each voice."""
    spoken: dict[VoiceId, list[Understood]] = defaultdict(list)
    for row in rows:
        spoken[row.finding.voice].append(row)
    return spoken


def basis(opinions: Sequence[Understood]) -> Basis:
    """Return by what the sides are told: by stance where at least half of the voices with an opinion take one.

    Only where fewer do, a negative tone stands with oppose and a positive one with support: tone is not stance
    (on newsroom with gold findings this gives every split and minority of gold, the tone throughout 13 of 16).
    """
    taken = voices(row for row in opinions if row.finding.stance != "neither")
    if taken * 2 >= voices(opinions):
        return "stance"
    return "stance and tone" if taken else "tone"


def sides(opinions: Sequence[Understood]) -> dict[VoiceId, Side]:
    """Return the one side of each voice: that of most of its opinions, "unclear" where no side has most."""
    told = basis(opinions)
    found: dict[VoiceId, Side] = {}
    for voice, said in by_voice(opinions).items():
        if len(said) == 1:  # as most are
            found[voice] = _side(said[0].finding, told)
            continue
        (first, most), *others = Counter(_side(row.finding, told) for row in said).most_common(2)
        found[voice] = "unclear" if others and others[0][1] == most else first
    return found


def by_side(rows: Iterable[Understood], told: Basis) -> dict[Side, list[Understood]]:
    """Return the opinions among `rows`, copies and floods too, by the side that each post takes by itself."""
    found: dict[Side, list[Understood]] = defaultdict(list)
    for row in rows:
        if row.finding.kind == "opinion":
            found[_side(row.finding, told)].append(row)
    return found


def headline(support: int, oppose: int) -> Literal["split", "support", "oppose"] | None:
    """Return what is said first of the sides: that they are split, else which one leads; None where neither."""
    smaller, larger = sorted((support, oppose))
    if smaller >= _SPLIT_LEAST and keeps_up(smaller, larger):
        return "split"
    return None if smaller == larger else "support" if support > oppose else "oppose"


def keeps_up(one: int, other: int) -> bool:
    """Whether `one` is three quarters of `other` or more, so that the other side does not clearly lead."""
    return one >= _SPLIT_RATIO * other


def flip(support: int, oppose: int) -> int | None:
    """Return how few voices would have to take the other side for the headline to be another (see Figures)."""
    now = headline(support, oppose)
    for moved in range(1, max(support, oppose) + 1):
        there = (support - moved, oppose + moved), (support + moved, oppose - moved)
        if any(min(pair) >= 0 and headline(*pair) != now for pair in there):
            return moved
    return None


def _side(finding: Finding, told: Basis) -> Side:
    stance, tone = side_of(finding)
    if stance == "neither" and tone is None:
        return "unclear" if finding.sentiment is not None else "not scored"
    return polarity(stance, tone, told) or "neither"


def polarity(stance: Stance, tone: Tone | None, told: Basis) -> Literal["support", "oppose"] | None:
    """Return on which of the two sides an opinion or a group stands, None where on neither."""
    if stance != "neither":
        return stance
    if told == "stance" or tone in (None, "neutral"):
        return None
    return "support" if tone == "positive" else "oppose"


def tones(rows: Iterable[Understood]) -> Tones:
    """Return how many of `rows` are of each tone."""
    return _tones(_tone(row) for row in rows)


def tones_by_voice(rows: Sequence[Understood]) -> Tones:
    """Return how many voices are of each tone, one vote a voice."""
    return _tones(tone_votes(rows).values())


def tone_votes(rows: Sequence[Understood]) -> dict[VoiceId, Vote]:
    """Return the tone of each voice: that of most of its scored posts, "unclear" where no tone has most.

    Paragraph, figures and what was left out count the unclear and the not scored by this alone.
    """
    found: dict[VoiceId, Vote] = {}
    for voice, said in by_voice(rows).items():
        if len(said) == 1:  # as most are, and a Counter costs ten times what it counts here
            found[voice] = _tone(said[0])
            continue
        count = Counter(_tone(row) for row in said if row.finding.sentiment is not None).most_common(2)
        tie = len(count) > 1 and count[0][1] == count[1][1]
        found[voice] = "not scored" if not count else "unclear" if tie else count[0][0]
    return found


def _tone(row: Understood) -> Vote:
    sentiment = row.finding.sentiment
    if sentiment is None:
        return "not scored"
    return "unclear" if sentiment.unclear else sentiment.label


def _tones(votes: Iterable[Vote]) -> Tones:
    count = Counter(votes)
    return Tones(
        negative=count["negative"],
        neutral=count["neutral"],
        positive=count["positive"],
        unclear=count["unclear"] + count["not scored"],
    )


def figures(known: Sorted) -> Figures:
    """Return the numbers of one brief."""
    opinions = tones_by_voice(known.opinions)
    kinds = Counter(row.finding.kind for row in known.counted)
    everyone = voices(known.opinions)
    # What a few scored people say is no figure of the many who were not: unknown is not zero.
    stand = Counter(sides(known.opinions).values())
    speaks_for_all = 2 * (opinions.negative + opinions.neutral + opinions.positive) >= everyone
    return Figures(
        people=voices(known.counted),
        posts=len(known.counted),
        opinion_posts=len(known.opinions),
        opinion_voices=everyone,
        reporting_posts=kinds["reporting"],
        question_posts=kinds["question"],
        other_posts=kinds["other"],
        raw=tones(known.linked),
        by_voice=tones_by_voice(known.counted),
        opinions=opinions,
        net=net(opinions.positive, opinions.negative, everyone, read_by=read_by(known.opinions))
        if speaks_for_all
        else None,
        languages=people_by(known.counted, lambda row: row.finding.language),
        platforms=people_by(known.counted, lambda row: row.post.platform),
        flip=flip(stand["support"], stand["oppose"]),
    )


def read_by(rows: Iterable[Understood]) -> dict[str, int]:
    """Return how many of `rows` each scorer read; what is not scored is in none."""
    return dict(Counter(row.finding.sentiment.scorer for row in rows if row.finding.sentiment is not None))


def people_by(rows: Iterable[Understood], key: Callable[[Understood], str]) -> tuple[tuple[str, int], ...]:
    """Return how many voices each value of `key` has, most first, ties by name; a voice may be in several."""
    found: dict[str, set[VoiceId]] = defaultdict(set)
    for row in rows:
        found[key(row)].add(row.finding.voice)
    return tuple(sorted(((name, len(who)) for name, who in found.items()), key=lambda pair: (-pair[1], pair[0])))


def left_out(known: Sorted, *, tombstones: int) -> LeftOut:
    """Return what does not count in the shares; the gate adds the claims that it drops."""
    loud = sum(row.finding.flood == ONE_ACCOUNT for row in known.floods)
    return LeftOut(
        copies=len(known.copies),
        flood=len(known.floods) - loud,
        loud_account=loud,
        not_scored=sum(row.finding.sentiment is None for row in known.opinions),
        unclear=list(tone_votes(known.opinions).values()).count("unclear"),
        withheld=len(known.withheld),
        deleted=tombstones,
        elsewhere=len(known.elsewhere),
    )
