"""How much of X is read: all where it is little, some of each stretch where it is much, and never above a cap."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobs.collect import collect
from monitor.budget import COUNTS, Caps, microdollars
from monitor.errors import BudgetSpent
from monitor.model import Query, Span, StoryId
from monitor.sources.x import A_RESULT
from monitor.store import Store
from tests.fakes.services import build
from tests.fakes.web import Reply
from tests.fakes.x import error
from tests.fakes.x_stream import StreamX, times, x_id

if TYPE_CHECKING:
    from monitor.model import Gap
    from monitor.protocols import Source

NOW = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
WORDS = "sundvik ferry"
QUERY = Query(text=WORDS, stories=(StoryId("ferry"),))
HOUR = timedelta(hours=1)
EVER = Span(since=None, until=None)


def stream(per_hour: float, *, days: float = 3) -> StreamX:
    return StreamX(
        {WORDS: times("stream", NOW - timedelta(days=7), NOW + timedelta(days=days), lambda _: per_hour)}
    )


def x(fake: StreamX, store: Store, **options: Any) -> Source:
    return build("x", fake.url, name="x", store=store, **options)


def gaps(store: Store) -> list[Gap]:
    return [gap for gap in store.gaps(EVER) if gap.source == "x"]


def test_a_quiet_story_is_read_whole_and_counted_only_once(store: Store) -> None:
    with stream(2) as fake:
        for hour in range(24):
            assert collect(store, [x(fake, store)], [QUERY], now=NOW + hour * HOUR) == []
        held = [at for at in fake.posts[WORDS] if NOW - timedelta(days=7) + HOUR < at < NOW + 22 * HOUR]
        assert fake.counts <= 2
    assert {post.id for post in store.posts()} >= {
        x_id(at, place % 4096) for place, at in enumerate(fake.posts[WORDS]) if at in held
    }
    assert gaps(store) == []


def test_of_a_busy_story_about_enough_a_day_are_read_from_every_hour(store: Store) -> None:
    with stream(200) as fake:
        collect(store, [x(fake, store)], [QUERY], now=NOW)
        before = fake.read
        for hour in range(1, 25):
            collect(store, [x(fake, store)], [QUERY], now=NOW + hour * HOUR)
        a_day = fake.read - before
    assert 150 <= a_day <= 260
    of_day = [gap for gap in gaps(store) if gap.since and gap.since >= NOW - HOUR]
    assert len(of_day) == 24
    assert sum(gap.read or 0 for gap in of_day) == a_day
    assert sum(gap.of_about or 0 for gap in of_day) == pytest.approx(24 * 200, rel=0.05)
    hours = {
        post.created_at.replace(minute=0, second=0, microsecond=0) for post in store.posts() if post.created_at
    }
    assert len({hour for hour in hours if hour >= NOW}) == 24


def test_after_an_outage_each_stretch_has_its_part(store: Store) -> None:
    with stream(100) as fake:
        collect(store, [x(fake, store)], [QUERY], now=NOW - timedelta(days=2))
        known = {post.id for post in store.posts()}
        collect(store, [x(fake, store, enough=240)], [QUERY], now=NOW)
    new = [post.created_at for post in store.posts() if post.id not in known and post.created_at]
    by_quarter = [sum(NOW - (n + 1) * 12 * HOUR <= at < NOW - n * 12 * HOUR for at in new) for n in range(4)]
    assert min(by_quarter) > 0.5 * max(by_quarter) > 0
    (gap,) = [gap for gap in gaps(store) if gap.until == NOW - timedelta(seconds=30)]
    assert gap.read == len(new)


def test_no_window_is_left_out_between_two_readings(store: Store) -> None:
    with stream(30) as fake:
        for run in range(12):
            collect(store, [x(fake, store, enough=100_000)], [QUERY], now=NOW + run * timedelta(minutes=50))
        end = NOW + 11 * timedelta(minutes=50) - timedelta(seconds=30)
        wanted = {
            x_id(at, place % 4096)
            for place, at in enumerate(fake.posts[WORDS])
            if NOW - timedelta(days=7) + timedelta(minutes=2) < at < end
        }
    assert wanted <= {post.id for post in store.posts()}
    assert gaps(store) == []


def test_a_key_that_may_not_count_reads_up_to_enough_and_says_that_there_is_more(store: Store) -> None:
    with stream(50) as fake:
        fake.fail = lambda asked: (Reply(status=403, body=b"{}"), False) if "counts" in asked.path else None
        assert collect(store, [x(fake, store)], [QUERY], now=NOW) == []
    (gap,) = gaps(store)
    assert (gap.reason, gap.read, gap.of_about) == ("sampled", 1_100, None)


# --- Money -------------------------------------------------------------------------------------------


def test_what_is_read_stands_in_the_ledger_by_run_source_and_story(store: Store) -> None:
    with stream(2) as fake:
        collect(store, [x(fake, store)], [QUERY], now=NOW)
        collect(store, [x(fake, store)], [QUERY], now=NOW + HOUR)
        assert sum(entry.cost.microdollars for entry in store.entries()) == fake.bill
    assert {entry.at for entry in store.entries()} == {NOW, NOW + HOUR}
    assert {(entry.source, entry.query, entry.stories) for entry in store.entries()} == {("x", WORDS, ("ferry",))}
    assert all(entry.settled for entry in store.entries())


@pytest.mark.parametrize("period", ["run", "day", "month"])
def test_a_cap_is_never_passed_and_says_until_when_it_holds(period: str, store: Store) -> None:
    cap = 1.0
    with stream(300) as fake:
        problems = []
        for hour in range(20):
            x_source = x(fake, store, enough=2_000, **{f"dollars_a_{period}": cap})
            billed = fake.bill
            problems += collect(store, [x_source], [QUERY], now=NOW + hour * HOUR / 4)
            assert fake.bill - (billed if period == "run" else 0) <= microdollars(cap)
    if period != "run":
        until = datetime(2026, 2, 4 if period == "day" else 1, tzinfo=UTC).replace(
            month=2 if period == "day" else 3
        )
        assert {problem.retry_after for problem in problems} == {until}
        assert "$1.00" in problems[0].what
        assert all(gap.reason for gap in gaps(store))


def test_what_no_answer_came_to_counts_as_spent_and_what_was_refused_does_not(store: Store) -> None:
    with stream(2) as fake:
        fake.fail = lambda asked: (Reply(drop=True), True) if "search" in asked.path else None
        (problem,) = collect(store, [x(fake, store)], [QUERY], now=NOW)
        assert "no answer" in problem.what
        assert store.spent("x", NOW) == COUNTS + 100 * A_RESULT
        assert store.spent("x", NOW) >= fake.bill
        fake.fail = lambda asked: (error("unavailable"), False) if "search" in asked.path else None
        collect(store, [x(fake, store)], [QUERY], now=NOW + HOUR)
        assert store.spent("x", NOW + HOUR) == COUNTS
    assert [entry.settled for entry in store.entries()].count(False) == 1


class Killed(BaseException):
    """As far as the code under test is concerned, the process ends here."""


def test_no_restart_at_any_moment_lets_the_cap_be_passed(tmp_path: Any) -> None:
    draw = random.Random(3)  # noqa: S311 - a fixed seed
    path = tmp_path / "month.db"
    cap = 3.0
    with stream(400) as fake:
        for restart in range(200):
            now = NOW + restart * timedelta(minutes=3)
            with Store.open(path) as store:
                source = x(fake, store, enough=3_000, dollars_a_day=cap)
                moments = draw.randrange(1, 12)
                _killed_after(store, moments)
                with suppress(Killed):
                    collect(store, [source], [QUERY], now=now)
            day = now.replace(hour=0, minute=0)
            assert fake.bill <= microdollars(cap), f"passed at {restart}"
            with Store.open(path) as store:
                assert store.spent("x", day) >= fake.bill
    assert fake.bill > 0.2 * microdollars(cap)


def _killed_after(store: Store, moments: int) -> None:
    """Let the store die at the n-th thing that is written or looked up: before it, so that nothing of it stays."""
    left = [moments]
    for name in ("reserve", "settle", "save_page", "save_gap", "spent"):
        setattr(store, name, _dying(getattr(store, name), left))


def _dying(method: Any, left: list[int]) -> Any:
    def called(*args: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return method(*args, **named)

    return called


def test_two_runs_beside_each_other_cannot_pass_a_cap_together(tmp_path: Any) -> None:
    path = tmp_path / "both.db"
    caps = Caps(day=1_000)
    with Store.open(path) as one, Store.open(path) as other:
        tickets = [run.reserve("x", 300, caps=caps, at=NOW) for run in (one, other, one, other)]
        assert [ticket is None for ticket in tickets] == [False, False, False, True]
        assert one.spent("x", NOW) == 900


def test_a_spent_budget_ends_the_source_and_leaves_a_gap_for_each_query(store: Store) -> None:
    other = Query(text="harbour bridge", stories=(StoryId("bridge"),))
    with stream(2) as fake:
        problems = collect(store, [x(fake, store, dollars_a_day=0.01)], [QUERY, other], now=NOW)
        with pytest.raises(BudgetSpent):
            list(x(fake, store, dollars_a_day=0.01).fetch(QUERY, None, NOW))
    assert fake.searches == []
    assert [gap.query for gap in gaps(store)] == ["harbour bridge", WORDS]
    assert {problem.what for problem in problems} == {"what a day may cost ($0.01) is spent"}
