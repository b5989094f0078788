"""What reading a paid source costs, in microdollars (millionths of a US dollar), and how far caps reach. Pure.

X's pay-per-use prices (docs.x.com, "Pricing", 2026-08): 0.005 dollars a post, 0.010 a user object, 0.005 a
counts request. A post read again within a UTC day is not charged; that is left out, so our sums are a ceiling.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .model import Cost

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

POST = 5_000
USER = 10_000
COUNTS = 5_000
_A_DOLLAR = 1_000_000
_NINE_IN_TEN = 1.645  # standard errors to either side, of a normal distribution


def cost_of(*, posts: int = 0, users: int = 0, counts: int = 0) -> Cost:
    """Return what one request has cost that read so many posts and user objects; counts: 1 for a counts request."""
    return Cost(requests=1, posts=posts, users=users, microdollars=posts * POST + users * USER + counts * COUNTS)


def microdollars(dollars: float) -> int:
    """Return dollars as whole microdollars, rounded to the nearest."""
    return round(dollars * _A_DOLLAR)


def dollars(amount: int) -> str:
    """Return such as "$0.16", and "less than $0.01" where that would be nothing but is not."""
    cents = f"${amount / _A_DOLLAR:,.2f}"
    return "less than $0.01" if cents == "$0.00" and amount else cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The most that a source may cost in a UTC day and in a calendar month (UTC), in microdollars; None: no cap."""

    day: int | None = None
    month: int | None = None

    def at(self, now: datetime) -> list[tuple[datetime, int]]:
        """Return since when each cap that is set counts, and how much it is."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        each = ((midnight, self.day), (midnight.replace(day=1), self.month))
        return [(since, cap) for since, cap in each if cap is not None]


def results_within(cap: int | None, spent: int, *, wanted: int, least: int, each: int) -> int:
    """Return how many results a request may ask for without ever passing the cap; 0 where not even `least`.

    cap, spent, each: microdollars; `each` is the most that one result can cost; cap None: there is no cap.
    """
    if cap is None:
        return wanted
    may = min(wanted, (cap - spent) // each)
    return may if may >= least else 0


def margin(read: int, of: int) -> float:
    """Return the half-width, in 0 to 1, that a share of ½ has nine times in ten by drawing `read` posts of `of`.

    The normal approximation with the correction for a finite population (Cochran, Sampling Techniques, 2.6).
    """
    if read >= of:
        return 0.0
    return _NINE_IN_TEN * 0.5 * math.sqrt((of - read) / (max(1, of - 1) * max(1, read)))


def wanted(in_window: int, in_day: int, enough: int) -> int:
    """Return how many of the posts of a window are to be read, where `enough` of a day's are enough.

    Each window gets its part of them, so that no hour of the day has more say than its posts.
    """
    if in_day <= enough:
        return in_window
    return min(in_window, math.ceil(in_window * enough / in_day))


def slices(counts: Sequence[tuple[datetime, datetime, float]], parts: int) -> list[tuple[datetime, datetime]]:
    """Cut the time of `counts` (since, until, posts; in order, without holes) into parts with as many posts each.

    Within one count posts are taken to lie evenly. Returns at most `parts` spans, oldest first, that cover it all.
    """
    total = sum(posts for _, _, posts in counts)
    begin, end = counts[0][0], counts[-1][1]
    cuts = [begin]
    passed = 0.0
    for since, until, posts in counts:
        while posts and len(cuts) < parts and (passed + posts) * parts >= len(cuts) * total:
            share = (len(cuts) * total / parts - passed) / posts
            # Whole seconds, which is as fine as a search is bounded.
            cut = (since + (until - since) * share).replace(microsecond=0)
            if cut <= cuts[-1] or cut >= end:
                break
            cuts.append(cut)
        passed += posts
    return list(zip(cuts, [*cuts[1:], end], strict=True))
