"""What was read, and what was not: unknown is never zero, and a gap goes only when it was made good."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from monitor.model import Gap, Page, ReadWindow, Span, StoryId
from monitor.store import Store
from tests.builders import NOON

FERRY, BRIDGE = StoryId("ferry"), StoryId("bridge")
ALWAYS = Span(since=None, until=None)


def hour(number: float) -> datetime:
    return NOON + timedelta(hours=number)


def read(
    since: float | None, until: float | None, at: float, query: str | None = "q", *stories: StoryId
) -> ReadWindow:
    return ReadWindow(
        source="x",
        query=query,
        since=None if since is None else hour(since),
        until=None if until is None else hour(until),
        at=hour(at),
        stories=stories,
    )


def gap(since: float | None, until: float | None, query: str | None = "q", **sample: int) -> Gap:
    return Gap(
        source="x",
        query=query,
        since=None if since is None else hour(since),
        until=None if until is None else hour(until),
        reason="429",
        **sample,
    )


def store_with(*reads: ReadWindow, gaps: tuple[Gap, ...] = (), at: float = 2) -> Store:
    store = Store.in_memory()
    for one in gaps:
        store.save_gap(one, hour(at))
    for made in reads:
        store.save_read(made)
    return store


def test_a_last_page_records_what_the_fetch_has_read() -> None:
    store = Store.in_memory()
    covered = Span(since=NOON, until=hour(1))
    store.save_page(Page(cursor="c"), source="x", query="q", at=hour(1))
    assert store.last_read("x", "q") is None
    store.save_page(Page(covered=covered), source="x", query="q", at=hour(1), stories=[FERRY])
    store.save_page(Page(covered=covered), source="feed", query="", at=hour(1))
    made = read(0, 1, 1, "q", FERRY)
    assert store.last_read("x", "q") == made
    assert store.reads(ALWAYS, FERRY)[1] == made
    assert [(one.source, one.query) for one in store.reads(ALWAYS, BRIDGE)] == [("feed", None)]
    assert store.last_read("feed", "") == store.last_read("feed", None) == store.reads(ALWAYS, BRIDGE)[0]


def test_reads_are_those_that_overlap_the_window_in_order() -> None:
    early, late, other = read(0, 1, 1), read(2, 3, 3), read(1, 2, 2, "a")
    store = store_with(late, early, other, early)
    assert store.reads(ALWAYS) == [other, early, late]
    assert store.reads(Span(since=hour(1.5), until=hour(2))) == [other]
    assert store.reads(Span(since=None, until=hour(0))) == []
    assert store.last_read("x", "q") == late
    assert store.has_read("x", "q", Span(since=hour(0), until=hour(1)))
    assert not store.has_read("x", "q", Span(since=hour(0), until=hour(2)))


def test_a_read_without_an_end_proves_nothing_of_what_came_after_it() -> None:
    whole = read(None, None, 1, None)
    store = store_with(whole)
    assert store.reads(Span(since=hour(0), until=hour(5))) == [whole]
    assert store.reads(Span(since=hour(2), until=hour(5))) == []


@pytest.mark.parametrize(
    ("reads", "made_good"),
    [
        ([read(0, 2, 3)], True),
        ([read(0, 1, 3), read(1, 2, 4)], True),
        ([read(None, None, 3, None)], True),
        ([read(0, 1, 3), read(1.5, 2, 4)], False),
        ([read(0, 1, 3)], False),
        ([read(0, 2, 2)], False),
        ([read(0, 2, 3, "another")], False),
        ([], False),
    ],
)
def test_a_gap_is_made_good_only_by_later_readings_of_all_of_it(
    reads: list[ReadWindow], *, made_good: bool
) -> None:
    lost = gap(0, 2)
    store = store_with(*reads, gaps=(lost,))
    assert store.gaps(ALWAYS) == ([] if made_good else [lost])
    assert store.has_gap(lost)


def test_a_gap_counts_only_for_its_part_in_the_window() -> None:
    lost = gap(None, 2)
    store = store_with(read(0, 3, 3), gaps=(lost,))
    assert store.gaps(Span(since=hour(1), until=None)) == []
    assert store.gaps(Span(since=hour(-1), until=None)) == [lost]
    assert store.gaps(Span(since=hour(2.5), until=None)) == []


def test_a_gap_of_every_query_needs_every_query() -> None:
    lost = gap(0, 1, None)
    store = store_with(read(-1, 0, 0, "a"), read(-1, 0, 0, "b"), read(0, 1, 3, "a"), gaps=(lost,))
    assert store.gaps(ALWAYS) == [lost]
    store.save_read(read(0, 1, 3, "b"))
    assert store.gaps(ALWAYS) == []


def test_a_sample_stays_a_sample() -> None:
    sample = gap(0, 1, read=31, of_about=210)
    assert store_with(read(0, 1, 3), gaps=(sample, sample)).gaps(ALWAYS) == [sample]


def test_a_gap_belongs_to_the_stories_whose_query_it_was() -> None:
    store = Store.in_memory()
    store.save_page(Page(gaps=(gap(0, 1),)), source="x", query="q", at=hour(1), stories=[FERRY])
    assert store.gaps(ALWAYS, FERRY) == [gap(0, 1)]
    assert store.gaps(ALWAYS, BRIDGE) == []
    assert not store.has_gap(gap(0, 2))
