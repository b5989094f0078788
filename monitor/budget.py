"""What reading a paid source costs, in microdollars (millionths of a US dollar), and how far a cap reaches.

X's pay-per-use prices (docs.x.com, "Pricing", 2026-08): 0.005 dollars a post, 0.010 a user object, 0.005 a
counts request. A post read again within a UTC day is not charged; that is left out, so our sums are a ceiling.
"""

from __future__ import annotations

from .model import Cost

POST = 5_000
USER = 10_000
COUNTS = 5_000
_A_DOLLAR = 1_000_000


def cost_of(*, posts: int = 0, users: int = 0, counts: int = 0) -> Cost:
    """Return what one request has cost that read so many posts and user objects; counts: 1 for a counts request."""
    return Cost(requests=1, posts=posts, users=users, microdollars=posts * POST + users * USER + counts * COUNTS)


def microdollars(dollars: float) -> int:
    """Return dollars as whole microdollars, rounded to the nearest."""
    return round(dollars * _A_DOLLAR)


def results_within(cap: int | None, spent: int, *, wanted: int, least: int, each: int) -> int:
    """Return how many results a request may ask for without ever passing the cap; 0 where not even `least`.

    cap, spent, each: microdollars; `each` is the most that one result can cost; cap None: there is no cap.
    """
    if cap is None:
        return wanted
    may = min(wanted, (cap - spent) // each)
    return may if may >= least else 0
