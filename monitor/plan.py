"""What reading a story on X will cost: from how many posts there are to how many are read, and their price. Pure.

Prices are those of monitor/budget.py. A day is as the mean of the days that were counted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .budget import COUNTS, POST, USER, margin

_LEAST = 10
"""Posts that one search brings at least, where there are so many."""
_ABOUT = 1.1
"""Posts that a post refers to are read, and paid, with it: on the recorded answers of tests one in seven does."""
DAYS_A_MONTH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A way to read one story. posts: of a day; read: how many of them; runs: how often a day it is looked.

    All money in microdollars.
    """

    posts: float
    read: float
    runs: int
    counted: int

    @property
    def a_day(self) -> int:
        """What a day costs."""
        return round(self.read * (_ABOUT * POST + USER)) + self.counted * COUNTS

    @property
    def a_month(self) -> int:
        """What 30 days cost."""
        return self.a_day * DAYS_A_MONTH

    @property
    def margin(self) -> float:
        """The half-width that a day's share of ½ has by drawing, nine times in ten, in 0 to 1; 0: all are read."""
        return 0.0 if self.read >= self.posts else margin(math.floor(self.read), math.ceil(self.posts))


def reading(posts: float, *, runs: int, enough: int) -> Reading:
    """Return how a story with `posts` a day is read in `runs` a day, where `enough` of a day are enough."""
    if posts <= enough:
        return Reading(posts=posts, read=posts, runs=runs, counted=0)
    each = max(_LEAST, math.ceil(enough / runs))
    return Reading(posts=posts, read=min(posts, each * runs), runs=runs, counted=runs)


def first(posts: int, *, days: float, enough: int) -> int:
    """Return what the first run costs, in microdollars, that finds `posts` in the `days` since the story began."""
    read = min(posts, enough * max(1.0, days))
    return round(read * (_ABOUT * POST + USER)) + COUNTS


def finer(posts: float, *, runs: int, enough: int) -> tuple[int, Reading] | None:
    """Return how many a day would be enough for a range half as wide, and what that is; None where all is read."""
    now = reading(posts, runs=runs, enough=enough)
    if now.read >= posts:
        return None
    # Four times as many halve it, less what the finite number of posts gives (Cochran, 2.6).
    half = now.margin / 2
    alone = (0.5 * 1.645 / half) ** 2
    more = math.ceil(alone / (1 + alone / posts))
    return more, reading(posts, runs=runs, enough=more)
