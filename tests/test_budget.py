"""Budget: prices, and how far a cap reaches."""

from __future__ import annotations

import pytest

from monitor.budget import cost_of, microdollars, results_within
from monitor.model import Cost


def test_a_page_costs_its_posts_and_users() -> None:
    assert cost_of(posts=100, users=40) == Cost(requests=1, posts=100, users=40, microdollars=900_000)
    assert cost_of(counts=1) == Cost(requests=1, microdollars=5_000)


@pytest.mark.parametrize(
    ("cap", "spent", "may"),
    [
        (None, 10**9, 100),
        (1_000_000, 0, 40),
        (250_000, 0, 10),
        (249_999, 0, 0),
        (1_000_000, 1_000_000, 0),
        (1, 2, 0),
    ],
)
def test_a_request_never_asks_for_more_than_the_cap_can_pay(cap: int | None, spent: int, may: int) -> None:
    assert results_within(cap, spent, wanted=100, least=10, each=25_000) == may


def test_dollars_are_rounded_to_microdollars() -> None:
    assert microdollars(0.1) == 100_000
