"""What reading a few posts says of all of them: which to draw, and the shares that the answers give.

The estimate is prediction-powered (Angelopoulos et al. 2023, "Prediction-powered inference", Science 382) with the
power-tuned weight of PPI++ (Angelopoulos, Duchi & Zrnic 2023, arXiv 2311.01453): the mean of our reading over all
voices, corrected by how far the answers differ from it. The voices that were read are some of all that are counted,
so the finite population correction applies (Cochran 1977, "Sampling Techniques", 2.5).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .figures import tone_votes
from .model import Answer, Interval, Label, PostId, SpotCheck, Understood, Vote, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LEAST = 20
"""Answers from which on shares are estimated; with fewer their range tells nothing (tests/benchmarks/shares.py)."""
LEVEL = 0.9
SHARES: tuple[Answer, ...] = ("negative", "neutral", "positive", "not about it")
_EACH_AT_LEAST = 2
"""Voices drawn of each tone, so that a rare one is seen."""
_PRIOR = 0.5
"""Added to the sum of squares: where all answers agree with us, they still prove no certainty. Of 0, 0.5, 0.75, 1
the least whose range held in 90 % of draws of 20, 30 and 50 of 100 posts (tests/benchmarks/shares.py)."""

# Student's t at 95 % (90 % two-sided) by degrees of freedom; beyond the table the next lower one, which is wider.
_T95 = {
    19: 1.729, 20: 1.725, 21: 1.721, 22: 1.717, 23: 1.714, 24: 1.711, 25: 1.708, 26: 1.706, 27: 1.703, 28: 1.701,
    29: 1.699, 30: 1.697, 35: 1.690, 40: 1.684, 50: 1.676, 60: 1.671, 80: 1.664, 120: 1.658,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One voice with an opinion about a story, as our figures count it. posts: its opinions."""

    vote: Vote
    posts: tuple[Understood, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A voice to read a post of. post: which; stratum: how we read the voice; of: how many we read so."""

    unit: Unit
    post: Understood
    stratum: Vote
    of: int


def units(rows: Iterable[Understood]) -> tuple[Unit, ...]:
    """Return the voices with an opinion in the stories of `rows`, a voice once a story; any order in, one out."""
    stories: dict[str, list[Understood]] = defaultdict(list)
    for row in rows:
        if row.is_opinion and row.finding.link is not None:
            stories[row.finding.link.story].append(row)
    found = []
    for story in sorted(stories):
        spoken = sorted(stories[story], key=lambda row: row.post.id)
        votes = tone_votes(spoken)
        said: dict[str, list[Understood]] = defaultdict(list)
        for row in spoken:
            said[row.finding.voice].append(row)
        found += [Unit(vote=vote, posts=tuple(said[voice])) for voice, vote in sorted(votes.items())]
    return tuple(found)


def draw(population: Sequence[Unit], n: int, *, seed: int) -> list[Drawn]:
    """Return the voices to read, `n` at most, in the order to read them: the same for the same voices and seed.

    Each tone has a part in the root of how many it has, so that rare ones are seen, and any first part of the order
    is itself a fair sample. A larger `n` adds to a smaller one.
    """
    strata: dict[Vote, list[Drawn]] = defaultdict(list)
    sizes = Counter(unit.vote for unit in population)
    for unit in population:
        post = min(unit.posts, key=lambda row: _place(seed, row.post.id))
        strata[unit.vote].append(Drawn(unit=unit, post=post, stratum=unit.vote, of=sizes[unit.vote]))
    parts = _parts(sizes, n)
    chosen = [
        one
        for vote, every in strata.items()
        for one in sorted(every, key=lambda one: _place(seed, one.post.post.id))[: parts[vote]]
    ]
    return sorted(chosen, key=lambda one: _place(seed, one.post.post.id))


def _place(seed: int, post: PostId) -> tuple[str, str]:
    """Return a place in an order by lot: that of a hash, so that a new post moves no other."""
    return digest([seed, post]), post


def _parts(sizes: Mapping[Vote, int], n: int) -> dict[Vote, int]:
    """Return how many to draw of each vote, `n` in all or as many as there are; each step gives to the neediest."""
    given = dict.fromkeys(sorted(sizes), 0)
    for _ in range(min(n, sum(sizes.values()))):
        open_ = [vote for vote in given if given[vote] < sizes[vote]]
        rare = [vote for vote in open_ if given[vote] < _EACH_AT_LEAST]
        neediest = min(rare or open_, key=lambda vote: ((given[vote] + 1) / math.sqrt(sizes[vote]), vote))
        given[neediest] += 1
    return given


def check(population: Sequence[Unit], labels: Iterable[Label]) -> SpotCheck:
    """Return what `labels` say of our reading of `population`.

    A label of a text that has changed since, or of a post that no longer counts, is left out. Of several of one
    voice the latest counts, and where that was skipped none.
    """
    unit_of = {row.post.id: (number, row) for number, unit in enumerate(population) for row in unit.posts}
    latest: dict[int, Label] = {}
    for label in sorted(labels, key=lambda label: (label.at, label.post, label.who)):
        number, row = unit_of.get(label.post, (-1, None))
        if row is None or row.finding.link is None:
            continue
        if row.post.text_hash == label.text_hash and row.finding.link.story == label.story:
            latest[number] = label
    told = [(population[number], label) for number, label in latest.items() if label.answer != "skipped"]
    told.sort(key=lambda pair: (pair[1].at, pair[1].post, pair[1].who))
    return SpotCheck(
        labels=tuple(label for _, label in told),
        voices=len(population),
        agreed=sum(unit.vote == label.answer for unit, label in told),
        shares=tuple((answer, _share(population, told, answer)) for answer in SHARES) if len(told) >= LEAST else (),
    )


def _share(population: Sequence[Unit], told: Sequence[tuple[Unit, Label]], answer: Answer) -> Interval:
    """Return the share of `answer` in the population with its 90 % range, in [0, 1]."""
    n, size = len(told), len(population)
    weights = _weights([label for _, label in told])
    read = [float(unit.vote == answer) for unit, _ in told]
    said = [float(label.answer == answer) for _, label in told]
    everywhere = sum(unit.vote == answer for unit in population) / size
    tuned = _power(weights, read, said, everywhere, n / size)
    rest = [one - tuned * ours for one, ours in zip(said, read, strict=True)]
    correction = sum(weight * one for weight, one in zip(weights, rest, strict=True))
    squares = sum((n * weight * (one - correction)) ** 2 for weight, one in zip(weights, rest, strict=True))
    error = math.sqrt((squares + _PRIOR) / (n - 1) / n * (1 - n / size))
    half = _T95[max(known for known in _T95 if known <= n - 1)] * error
    value = tuned * everywhere + correction
    return Interval(
        low=min(1.0, max(0.0, value - half)),
        value=min(1.0, max(0.0, value)),
        high=max(0.0, min(1.0, value + half)),
        level=LEVEL,
    )


def _weights(labels: Sequence[Label]) -> list[float]:
    """Return each label's weight, in all 1: how many voices of its stratum stand behind each that was read."""
    read: Counter[Vote] = Counter(label.stratum for label in labels)
    sizes: dict[Vote, list[int]] = defaultdict(list)
    for label in labels:
        sizes[label.stratum].append(label.of)
    raw = [sum(sizes[label.stratum]) / read[label.stratum] ** 2 for label in labels]
    return [weight / sum(raw) for weight in raw]


def _power(
    weights: Sequence[float], read: Sequence[float], said: Sequence[float], everywhere: float, part: float
) -> float:
    """Return how far our reading is to be believed, in [0, 1]: cov(said, read) / ((1 + n/N) var(read)), PPI++ (6).

    everywhere: the share that we read in all; part: n/N.
    """
    spread = everywhere * (1 - everywhere)
    if spread == 0:
        return 0.0
    ours = sum(weight * one for weight, one in zip(weights, read, strict=True))
    together = sum(weight * one * (mine - ours) for weight, one, mine in zip(weights, said, read, strict=True))
    return min(1.0, max(0.0, together / ((1 + part) * spread)))
