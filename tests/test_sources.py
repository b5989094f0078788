"""What every kind of source holds to: each fault becomes its error, and all that comes is accounted for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from jobs.collect import collect
from monitor.errors import SourceUnavailable
from monitor.model import Query, Span, StoryId
from tests.fakes.faults import DATA, FAULTS, HTTP, TRANSPORT
from tests.fakes.services import KINDS, SERVICES, build
from tests.fakes.web import FakeWeb, Reply
from tests.fakes.x import TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.store import Store

NOW = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
QUERY = Query(text="Sundvik ferry", stories=(StoryId("ferry"),))


def test_every_registered_kind_is_tested_here_with_all_faults() -> None:
    assert set(KINDS) == set(SERVICES) | {
        "jetstream"
    }  # whose faults are those of a socket: tests/test_jetstream.py
    assert (len(HTTP), len(TRANSPORT), len(DATA)) == (20, 15, 10)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", SERVICES)
def test_a_faulty_answer_is_a_problem_of_its_source_alone_and_stores_nothing_but_a_gap(
    kind: str, fault: str, store: Store, tmp_path: Path
) -> None:
    reply, expected = FAULTS[fault]
    with FakeWeb(lambda _: reply) as web, FakeWeb(SERVICES["hackernews"].good) as other:
        source = build(kind, web.url, folder=tmp_path)
        with pytest.raises(expected, match="source: ") as caught:
            list(source.fetch(QUERY, None, NOW))
        neighbour = build("hackernews", other.url, name="neighbour")
        (problem,) = collect(store, [source, neighbour], [QUERY], now=NOW)
    assert problem.source == "source"
    assert TOKEN not in problem.what
    assert TOKEN not in getattr(caught.value, "sample", "")
    gaps = [(gap.source, gap.until, gap.reason) for gap in store.gaps(Span(since=None, until=None))]
    # What a feed of stories did not say leaves no hole among the posts.
    assert gaps == ([("source", NOW, problem.what)] if source.asks else [])
    assert "source" not in store.tallies()
    assert store.last_read("source", QUERY.text) is None
    assert store.tallies()["neighbour"].received == store.count_posts() + 1


@pytest.mark.parametrize("kind", SERVICES)
def test_all_that_comes_is_accounted_for_and_a_second_reading_doubles_nothing(
    kind: str, store: Store, tmp_path: Path
) -> None:
    with FakeWeb(SERVICES[kind].good) as web:
        source = build(kind, web.url, folder=tmp_path)
        pages = list(source.fetch(QUERY, None, NOW))
        assert collect(store, [source], [QUERY], now=NOW) == []
        once = store.count_posts()
        assert collect(store, [source], [QUERY], now=NOW + timedelta(days=1)) == []
    received = sum(page.received for page in pages)
    assert received == 3
    assert sum(len(page.rejected) for page in pages) == 1
    assert store.count_posts() == once
    tally = store.tallies()["source"]
    assert tally.received == 2 * received
    query = QUERY.text if source.asks else ""
    assert store.cursor("source", query) is not None
    read = store.last_read("source", query)
    # That a feed of stories was read is no proof of "no posts found".
    assert (read.stories if read else None) == (QUERY.stories if source.asks else None)


@pytest.mark.parametrize("kind", SERVICES)
def test_nothing_listening_is_unavailable(kind: str, tmp_path: Path) -> None:
    with FakeWeb(lambda _: Reply()) as web:
        nobody = web.url
    with pytest.raises(SourceUnavailable):
        list(build(kind, nobody, folder=tmp_path).fetch(QUERY, None, NOW))
