"""Who says much the same: the opinions of one story, split by side first and by their words inside a side.

Embedding-first clusters mix the sides (docs/accuracy.md), so a group never holds two. Inside a large side two
clusters are merged while their opinions are more alike than two opinions of that side are on average, so the
number of groups is found by the data. Average linkage (Sokal and Michener 1958); two opinions are alike by their
words (TF-IDF) and, where an encoder has read them, by their meaning. Pure; the order of the input has no part in
the result.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from .languages import LANGUAGES, stopwords
from .model import Stance, Tone, Understood
from .text import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from .model import Finding, PostId, Story


_Said: TypeAlias = "Mapping[PostId, frozenset[str]]"

MOST_GROUPS = 6
"""At about eleven words a sentence no more fit into the 120 words of the paragraph."""
_MOST_A_SIDE = 3
SPLIT_FROM = 25
"""Voices from which on a side is split by its words. Measured on newsroom with gold sides: groups within one voice
of gold 36 of 39 where smaller sides stay whole, 35 from 20 on, 30 from 12 on, 19 where all are split. On
Perspectrum the lines of a side make .550 of its perspectives from 25 on, .557 from 20 on, .545 from 30 on."""
_LEAST_VOICES = 3
_LEAST_SHARE = 0.1
"""A part of a split side that has fewer voices than this share of the side stays outside the groups."""
_SAMPLE = 800
"""Opinions of a side from which its parts are found; every other one is then put to the part it is most like,
so counts are exact. 800 take 0.3 s, and the time grows with the square."""
_ALIKE = 0.25
"""Likeness that is enough however alike a side is on average: a quarter of the words in common, by weight. On
ArgKP and Perspectrum a side's average is 0.03 to 0.1, so this speaks only where nearly all say the same."""
_MEANING = 0.4
"""What meaning counts beside words. ARI on ArgKP .165 by words alone, .243 at .4, .139 by meaning alone; on
Perspectrum, sides of any size parted, .489, .543 and .524 (tried once; tests/benchmarks/groups.py prints what the
product gives); between .3 and .5 it moves by less than .03."""
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_NUMBER = re.compile(r"\d[\d.,]*")
_LEAST_SKELETON = 3
_FEW_NUMBERS = 3
"""More different numbers in the same words count something ("signature 412"); up to three contradict each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Opinions that say much the same. stance, tone: the side they share. rows: oldest first, never empty.

    language: what all of them, or more than half, are written in; None where none has more than half.
    """

    stance: Stance
    tone: Tone | None
    language: str | None
    rows: tuple[Understood, ...]

    @property
    def id(self) -> PostId:
        return self.rows[0].post.id

    @property
    def voices(self) -> int:
        return len({row.finding.voice for row in self.rows})


def age(row: Understood) -> tuple[datetime, str]:
    """Sort key: oldest first, posts without a time before all others, ties by id."""
    return (row.post.created_at or _BEGINNING, row.post.id)


def side_of(finding: Finding) -> tuple[Stance, Tone | None]:
    """Return the side of an opinion: its stance, or its tone where it has none; ("neither", None) is unclear."""
    if finding.stance != "neither" or finding.sentiment is None or finding.sentiment.unclear:
        return (finding.stance, None)
    return ("neither", finding.sentiment.label)


def form_groups(
    rows: Iterable[Understood], story: Story, vectors: Mapping[PostId, bytes] = MappingProxyType({})
) -> tuple[Part, ...]:
    """Return the groups among the opinions in `rows`, most voices first; no opinion is in two.

    vectors: what an encoder made of the posts (`Encoding.vector`); a side of which one is missing goes by words.
    A side with no group of several voices is there with the one voice it has. Opinions of no known side form
    a group only with others in their language that share their words.
    """
    sides: dict[tuple[Stance, Tone | None, str], list[Understood]] = defaultdict(list)
    said: dict[PostId, frozenset[str]] = {}
    for row in sorted(rows, key=age):
        if row.is_opinion:
            stance, tone = side_of(row.finding)
            unclear = stance == "neither" and tone is None
            sides[stance, tone, row.finding.language if unclear else ""].append(row)
            said[row.post.id] = frozenset(words(row.post.text))
    title = frozenset(words(story.title))
    meaning = _Meaning(vectors)
    parts = [
        Part(
            stance=stance,
            tone=tone or _common_tone(members),
            language=_common_language(members),
            rows=tuple(members),
        )
        for (stance, tone, language), side in sides.items()
        for members in _parts_of(side, said, title, meaning, whole=not language)
    ]
    return _fitting(parts)


class _Meaning:
    """The vectors of a story's posts, less their mean, so that what all speak of brings none together."""

    def __init__(self, vectors: Mapping[PostId, bytes]) -> None:
        self._vectors = vectors
        self._centre: Any = None

    def of(self, rows: Sequence[Understood]) -> Any:
        """Return an array (rows, numbers) of vectors of length 1, None where one is not known."""
        if not self._vectors or any(row.post.id not in self._vectors for row in rows):
            return None
        if self._centre is None:
            every = _numbers([self._vectors[post] for post in sorted(self._vectors)])
            self._centre = every.mean(axis=0)
        return _unit(_numbers([self._vectors[row.post.id] for row in rows]) - self._centre)


def _numbers(vectors: Sequence[bytes]) -> Any:
    import numpy as np  # noqa: PLC0415 - a heavy import, needed only for large sides

    return _unit(np.frombuffer(b"".join(vectors), dtype=np.int8).reshape(len(vectors), -1).astype(np.float64))


def _unit(rows: Any) -> Any:
    import numpy as np  # noqa: PLC0415 - as above

    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1.0)


def _common_tone(rows: Sequence[Understood]) -> Tone | None:
    """Return the clear tone of more than half of `rows`, None where there is none."""
    scored = [row.finding.sentiment for row in rows]
    tones = Counter(sentiment.label for sentiment in scored if sentiment is not None and not sentiment.unclear)
    tone, count = tones.most_common(1)[0] if tones else (None, 0)
    return tone if count * 2 > len(rows) else None


def _common_language(rows: Sequence[Understood]) -> str | None:
    language, count = Counter(row.finding.language for row in rows).most_common(1)[0]
    return language if count * 2 > len(rows) else None


def _fitting(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Keep each side's largest first, then the largest of the others, as many as the paragraph holds."""
    by_size = sorted(parts, key=lambda part: (-part.voices, age(part.rows[0])))
    rank: Counter[tuple[Stance, Tone | None]] = Counter()
    ranked = []
    for part in by_size:
        side = (part.stance, None if part.stance != "neither" else part.tone)
        if rank[side] < _MOST_A_SIDE:
            ranked.append((rank[side] > 0, part))
        rank[side] += 1
    kept = [part for _, part in sorted(ranked, key=lambda pair: pair[0])][:MOST_GROUPS]
    return tuple(part for part in by_size if part in kept)


def _parts_of(
    side: Sequence[Understood], said: _Said, title: AbstractSet[str], meaning: _Meaning, *, whole: bool
) -> list[list[Understood]]:
    """Return the groups of one side. whole: whether the side itself is a group where its words do not part it."""
    voices = len({row.finding.voice for row in side})
    if whole and voices < SPLIT_FROM:
        return [_agreeing(side, said)]
    least = max(_LEAST_VOICES, math.ceil(_LEAST_SHARE * voices))
    parts = [_agreeing(part, said) for part in _alike(side, said, title, meaning)]
    large = [part for part in parts if len({row.finding.voice for row in part}) >= least]
    return large or ([_agreeing(side, said)] if whole else [])


def _agreeing(rows: Sequence[Understood], said: _Said) -> list[Understood]:
    """Leave out what says the same as others but for a number or a negation: the wording of most voices stays."""
    wordings: dict[frozenset[str], list[tuple[frozenset[str], frozenset[str], Understood]]] = defaultdict(list)
    for row in rows:
        mine = said[row.post.id]
        turning = LANGUAGES[row.finding.language].negations if row.finding.language in LANGUAGES else frozenset()
        turns = mine & turning
        numbers = frozenset(word for word in mine if _NUMBER.fullmatch(word))
        if len(mine - turns - numbers) >= _LEAST_SKELETON:
            wordings[mine - turns - numbers].append((turns, numbers, row))
    out = set()
    for same in wordings.values():
        running = len({numbers for _, numbers, _ in same}) > _FEW_NUMBERS
        variants: dict[object, list[Understood]] = defaultdict(list)
        for turns, numbers, row in same:
            variants[turns if running else (turns, numbers)].append(row)
        ranked = sorted(
            variants.values(), key=lambda alike: (-len({row.finding.voice for row in alike}), age(alike[0]))
        )
        out |= {row.post.id for alike in ranked[1:] for row in alike}
    return [row for row in rows if row.post.id not in out]


def _alike(
    side: Sequence[Understood], said: _Said, title: AbstractSet[str], meaning: _Meaning
) -> list[list[Understood]]:
    """Part `side` (oldest first) by words and meaning; parts in no order, the opinions that fit none left out."""
    import numpy as np  # noqa: PLC0415 - a heavy import, needed only for large sides

    stop = {language: stopwords(language) for language in {row.finding.language for row in side}}
    kept = [sorted(said[row.post.id] - title - stop[row.finding.language]) for row in side]
    by_chance = sorted(range(len(side)), key=lambda at: hashlib.sha256(side[at].post.id.encode()).digest())
    sample = sorted(by_chance[:_SAMPLE])
    spread = Counter(word for at in sample for word in kept[at])
    column = {word: place for place, word in enumerate(sorted(word for word in spread if spread[word] > 1))}
    weight = {word: math.log(1 + len(sample) / spread[word]) for word in column}
    meant = meaning.of(side)
    if not column and meant is None:
        return []

    def described(places: Sequence[int]) -> Any:
        """Return one row a place: its words and its meaning, so that a product of two rows is their likeness."""
        worded = np.zeros((len(places), len(column)))
        for row, at in zip(worded, places, strict=True):
            _fill(row, kept[at], column, weight)
        if meant is None:
            return worded
        return np.hstack([worded * math.sqrt(1 - _MEANING), meant[places] * math.sqrt(_MEANING)])

    vectors = described(sample)
    likeness = vectors @ vectors.T
    average = float((likeness.sum() - np.trace(likeness)) / max(1, len(sample) * (len(sample) - 1)))
    enough = min(average, _ALIKE)
    clusters = _merged(likeness, above=enough)
    if len(sample) == len(side):
        return [[side[sample[at]] for at in cluster] for cluster in clusters]
    centres = np.array([vectors[cluster].mean(axis=0) for cluster in clusters if len(cluster) > 1])
    parts: list[list[Understood]] = [[] for _ in centres]
    for start in range(0, len(side) if len(centres) else 0, _SAMPLE):
        places = list(range(start, min(len(side), start + _SAMPLE)))
        closeness = np.round(described(places) @ centres.T, 9)
        for at, best, near in zip(places, closeness.argmax(axis=1), closeness.max(axis=1), strict=True):
            if near > enough:
                parts[best].append(side[at])
    return parts


def _fill(vector: Any, mine: Sequence[str], column: dict[str, int], weight: dict[str, float]) -> None:
    """Write the words that are `mine` into a row of zeros, as a vector of length 1 (0 where none is known)."""
    known = [word for word in mine if word in column]
    length = math.sqrt(sum(weight[word] ** 2 for word in known))
    for word in known:
        vector[column[word]] = weight[word] / length


def _merged(likeness: Any, *, above: float) -> list[list[int]]:
    """Merge the two closest clusters while their mean likeness is `above`; ties go to the oldest."""
    import numpy as np  # noqa: PLC0415 - see _alike

    close = np.round(likeness, 9)  # the last digits depend on how the product was summed
    np.fill_diagonal(close, -np.inf)
    members = [[at] for at in range(len(close))]
    best = close.argmax(axis=1)
    value = close[np.arange(len(close)), best]
    while True:
        one = int(value.argmax())
        other = int(best[one])
        if not value[one] > above:
            return [cluster for cluster in members if cluster]
        one, other = min(one, other), max(one, other)
        size, size_other = len(members[one]), len(members[other])
        both = (close[one] * size + close[other] * size_other) / (size + size_other)
        both[[one, other]] = -np.inf
        close[one] = close[:, one] = both
        close[other] = close[:, other] = -np.inf
        members[one] = sorted(members[one] + members[other])
        members[other] = []
        value[other] = -np.inf
        stale = np.flatnonzero((best == one) | (best == other))
        for at in {one, *stale.tolist()} - {other}:
            if members[at]:
                best[at] = close[at].argmax()
                value[at] = close[at, best[at]]
        nearer = both > value
        best[nearer] = one
        value[nearer] = both[nearer]
