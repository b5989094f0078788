"""Shares with honest ranges: what sampling leaves open (Wilson 1927) and how far the scorer is off on a new story.

A range from sampling alone holds one time in three (docs/accuracy.md), so none is given: each is widened by the
half-width within which its scorer stayed in nine of ten whole stories (split-conformal prediction, Lei et al.
2018).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .model import Interval

if TYPE_CHECKING:
    from collections.abc import Mapping

LEVEL = 0.9
"""How often the range of a share holds."""
_Z90 = 1.6449
_Z95 = 1.96

SHARE_ERRORS: Mapping[str, Mapping[str, float]] = {
    "encoder/4": {"negative": 0.42, "neutral": 0.33, "positive": 0.44},
    "light-en/1": {"negative": 0.33, "neutral": 0.37, "positive": 0.52},
    "vader/1": {"negative": 0.67, "neutral": 0.88, "positive": 0.51},
}
"""By scorer and tone: the half-width in [0, 1] within which the scorer's share lay in nine of ten unseen
stories, the wider of two. 80 topics of SemEval-2016 4C with 100 posts each (`tests/benchmarks/shares.py
DATA_DIR`), and the 13 stories of newsroom with 8 opinions or more, where 12 of 13 are within
(`tests/training/left_out.py`). Topics alone gave .19, .21 and .23 for negative, which held in 9, 8 and 4 of the
13. "encoder/4" is that of all its languages: newsroom mixes five."""
WORST_SHARE_ERRORS: Mapping[str, float] = {
    tone: max(tones[tone] for tones in SHARE_ERRORS.values()) for tone in ("negative", "neutral", "positive")
}
"""The half-widths of what was never measured: for each tone those of the worst scorer that was."""
WORST_SHARE_ERROR = max(WORST_SHARE_ERRORS.values())


def share_error(tone: str | None, read_by: Mapping[str, int]) -> float:
    """Return the half-width in [0, 1] of a tone's share; tone: None or "" for that of whichever is worst.

    read_by: how many posts each scorer read. Each errs in its part of the posts, so the parts add up at their
    worst together. A scorer that was never measured, or none at all, counts as the worst.
    """
    posts = sum(read_by.values())
    if not posts:
        return _error_of("", tone)
    whole = sum(_error_of(scorer, tone) * read for scorer, read in sorted(read_by.items()))
    return round(whole / posts, 4)


def _error_of(scorer: str, tone: str | None) -> float:
    family, _, version = scorer.partition("/")
    of_all_languages = SHARE_ERRORS.get(f"{family.partition('-')[0]}/{version}", WORST_SHARE_ERRORS)
    known = SHARE_ERRORS.get(scorer, of_all_languages)
    return known.get(tone or "", max(known.values()))


def wilson(k: int, n: int, z: float = _Z90) -> tuple[float, float]:
    """Return the Wilson score interval of `k` of `n` in [0, 1]; (0, 1) where n is 0."""
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share")
    if n == 0:
        return (0.0, 1.0)
    p = k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # At 0 and n the bound is the share itself; rounding must not put it a hair beside.
    return (0.0 if k == 0 else max(0.0, middle - half), 1.0 if k == n else min(1.0, middle + half))


def share(k: int, n: int, *, error: float = WORST_SHARE_ERROR) -> Interval:
    """Return the share `k` of `n` with its 90 % range. error: the scorer's half-width, in [0, 1].

    The two errors are independent, so their half-widths add in squares, on each side apart.
    """
    low, high = wilson(k, n)
    value = k / n if n else 0.0
    return Interval(
        low=max(0.0, value - math.hypot(value - low, error)),
        value=value,
        high=min(1.0, value + math.hypot(high - value, error)),
        level=LEVEL,
    )


def per_cent(interval: Interval) -> tuple[int, int, int]:
    """Return (share, low, high) in whole per cent, rounded to 5: the range outwards, so that it still holds."""
    return (
        5 * math.floor(interval.value * 20 + 0.5),
        5 * math.floor(interval.low * 20 + 1e-9),
        5 * math.ceil(interval.high * 20 - 1e-9),
    )


def net(positive: int, negative: int, n: int, *, read_by: Mapping[str, int]) -> Interval | None:
    """Return the positive minus the negative share of `n`, in [-1, 1], with a 90 % range; None where n is 0.

    read_by: how many posts each scorer read. The range is that of the two shares at their worst together: the
    same scorer errs in both.
    """
    if n == 0:
        return None
    good = share(positive, n, error=share_error("positive", read_by))
    bad = share(negative, n, error=share_error("negative", read_by))
    return Interval(
        low=good.low - bad.high,
        value=good.value - bad.value,
        high=good.high - bad.low,
        level=LEVEL,
    )


def difference(k: int, n: int, k_before: int, n_before: int, *, error: float = WORST_SHARE_ERROR) -> Interval:
    """Return the share now minus the share before, in [-1, 1], with its 95 % range (Newcombe 1998, method 10).

    error: the scorer's half-width; it enters once, since both shares are of one story read by one scorer. Posts
    that stand in both make the true range narrower than this one, so a change that is told is one.
    """
    low, high = wilson(k, n, _Z95)
    low_before, high_before = wilson(k_before, n_before, _Z95)
    now = k / n if n else 0.0
    before = k_before / n_before if n_before else 0.0
    value = now - before
    widened = error * _Z95 / _Z90
    below = math.hypot(now - low, high_before - before, widened)
    above = math.hypot(high - now, before - low_before, widened)
    return Interval(low=max(-1.0, value - below), value=value, high=min(1.0, value + above), level=0.95)
