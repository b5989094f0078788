"""The step that reads: what a failure leaves, and what a kill cannot lose."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobs.collect import Problem, collect, import_files
from monitor.errors import SourceRefused
from monitor.interchange import post_dict, story_dict
from monitor.model import Page, Query, Span, StoryId, Tally, id_hash
from monitor.queries import query_for
from monitor.store import Store
from tests.builders import NOON, post, story
from tests.fakes.services import build
from tests.fakes.web import FakeWeb, Reply
from tests.fakes.x import TOKEN, FakeX, error, recorded
from tests.fakes.x_stream import StreamX, times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


ROOT = Path(__file__).parent.parent
ROWS = ROOT / "tests" / "data" / "files" / "rows.jsonl"
NOW = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
QUERY = Query(text="Sundvik ferry", stories=(StoryId("ferry"),))


def good() -> Reply:
    """A feed with something broken in it."""
    return Reply(body=(ROOT / "tests" / "data" / "rss" / "ferry.rss").read_bytes())


# --- One source's failure ----------------------------------------------------------------------


def test_one_source_fails_and_the_others_go_on(store: Store) -> None:
    with FakeX(faults={1: error("unavailable")}) as broken, FakeWeb(lambda _: good()) as feed:
        problems = collect(
            store, [build("x", broken.url, "x"), build("rss", feed.url, "courier")], [QUERY], now=NOW
        )
    assert [problem.source for problem in problems] == ["x"]
    assert [one.id for one in store.stories()] == ["fc-2026-0117", "https://news.example/bus"]


def test_the_gap_begins_where_the_last_reading_ended(store: Store) -> None:
    with FakeX() as fake:
        assert collect(store, [build("x", fake.url)], [QUERY], now=NOW) == []
    with FakeX(faults={1: error("unavailable")}) as fake:
        collect(store, [build("x", fake.url)], [QUERY], now=NOW + timedelta(hours=3))
    (gap,) = store.gaps(Span(since=None, until=None))
    assert (gap.since, gap.until) == (NOW - timedelta(seconds=30), NOW + timedelta(hours=3))


def test_a_gap_of_a_query_never_read_begins_with_its_story_and_is_closed_by_the_next_reading(store: Store) -> None:
    store.save_stories([story()], source="config", at=NOW)
    with FakeX(faults={1: error("unavailable")}) as fake:
        collect(store, [build("x", fake.url)], [QUERY], now=NOW)
        (gap,) = store.gaps(Span(since=None, until=None))
        assert (gap.since, gap.until) == (story().published_at, NOW)
        collect(store, [build("x", fake.url)], [QUERY], now=NOW + timedelta(minutes=5))
    assert store.gaps(Span(since=None, until=None)) == []


def test_a_changed_title_goes_on_where_its_query_ended_and_makes_good_what_that_one_left(store: Store) -> None:
    store.save_stories([story()], source="config", at=NOW)
    titles = "Sundvik ferry closes in June", "Sundvik ferry stays, says mayor Brandt"
    first, second = (query_for(story(title=title)) for title in titles)
    answers = Query(text="conversation_id:9", stories=first.stories, platform="x", conversation=True)
    hour = timedelta(hours=1)
    with StreamX({}) as fake:
        source = build("x", fake.url)
        assert collect(store, [source], [first, answers], now=NOW) == []
        with FakeX(faults={1: error("unavailable")}) as broken:
            assert collect(store, [build("x", broken.url)], [first], now=NOW + hour)
        assert collect(store, [source], [answers], now=NOW + hour) == []
        assert [gap.query for gap in store.gaps(Span(since=None, until=None))] == [first.text]
        assert collect(store, [source], [second], now=NOW + 2 * hour) == []
        assert store.gaps(Span(since=None, until=None)) == []
        assert collect(store, [source], [first], now=NOW + 3 * hour) == []
        # What a team asks itself is another question, and is asked from the begin.
        own = Query(text="ferry Brandt", stories=first.stories, since=first.since)
        assert collect(store, [source], [own], now=NOW + 4 * hour) == []
        asked = [one.query for one in fake.searches if "conversation_id" not in one.query["query"]]
    begins = [datetime.fromisoformat(one["start_time"]) for one in asked]
    ends = [datetime.fromisoformat(one["end_time"]) for one in asked]
    assert begins == [first.since, ends[0], ends[1], first.since]
    assert ends == [NOW + n * hour - timedelta(seconds=30) for n in (0, 2, 3, 4)]


def test_a_cap_that_does_not_reach_for_all_starves_no_story(store: Store) -> None:
    queries = [Query(text=text, stories=(StoryId(text),)) for text in ("harbour", "ferry", "bridge")]
    day = timedelta(days=1)
    loud = times("loud", NOW - 7 * day, NOW + 7 * day, lambda _: 40)
    with StreamX({query.text: loud for query in queries}) as fake:
        for run in range(3):
            source = build("x", fake.url, store=store, dollars_a_day=2)
            assert collect(store, [source], queries, now=NOW + run * day) != []
        asked = [one.query["query"] for one in fake.searches]
    assert list(dict.fromkeys(asked)) == ["harbour", "ferry", "bridge"]


def test_a_rate_limit_is_met_once_and_every_query_has_its_gap(store: Store) -> None:
    queries = [QUERY, Query(text="harbour bridge", stories=(StoryId("bridge"),))]
    with FakeX(faults={1: error("rate_limited_no_header")}) as fake:
        problems = collect(store, [build("x", fake.url)], queries, now=NOW)
    assert len(fake.searches) == 1
    assert [problem.retry_after for problem in problems] == [NOW + timedelta(minutes=15)]
    assert {gap.query for gap in store.gaps(Span(since=None, until=None))} == {"Sundvik ferry", "harbour bridge"}


def test_a_refused_query_does_not_keep_the_others_from_being_asked(store: Store) -> None:
    queries = [Query(text="lang:en", stories=(StoryId("bridge"),)), QUERY]
    with FakeX() as fake:
        (problem,) = collect(store, [build("x", fake.url)], queries, now=NOW)
    assert "only narrow" in problem.what
    assert store.count_posts() == 5


def test_one_wrong_query_beside_an_outage_is_no_refusal_of_the_source(store: Store) -> None:
    queries = [Query(text="lang:en", stories=(StoryId("bridge"),)), QUERY]
    with FakeX(faults={1: error("unavailable")}) as fake:
        assert len(collect(store, [build("x", fake.url)], queries, now=NOW)) == 2
    assert not store.healths()["source"].refused
    with FakeX() as fake:
        collect(store, [build("x", fake.url)], queries, now=NOW + timedelta(hours=1))
    assert store.healths()["source"].refused


def test_a_problem_of_many_queries_is_told_once(store: Store) -> None:
    queries = [Query(text=f"ferry {number}") for number in range(5)]
    with FakeWeb(lambda _: error("unauthorized")) as web:
        problems = collect(store, [build("x", web.url)], queries, now=NOW)
    assert problems == [Problem(source="source", what="X answered 401: Unauthorized")]


def test_two_stories_with_one_query_pay_once(store: Store) -> None:
    queries = [QUERY, Query(text=QUERY.text, stories=(StoryId("quay"),))]
    steps: list[tuple[int, int]] = []
    with FakeX() as fake:
        collect(store, [build("x", fake.url)], queries, now=NOW, progress=lambda *step: steps.append(step))
    assert len(fake.searches) == 2
    assert {one.found_for for one in store.posts()} == {("ferry", "quay")}
    assert steps == [(1, 1)]


def test_what_is_not_expected_of_a_source_gets_through(store: Store) -> None:
    class Broken:
        name = "broken"
        asks = False

        def fetch(self, query: Query, after: str | None, now: datetime) -> Iterator[Page]:
            raise ZeroDivisionError(query, after, now)

    with pytest.raises(ZeroDivisionError):
        collect(store, [Broken()], [], now=NOW)


def test_reading_twice_stores_everything_once(store: Store) -> None:
    with FakeX() as fake:
        for _ in range(2):
            list(build("x", fake.url).fetch(QUERY, None, NOW))
            for page in build("x", fake.url).fetch(QUERY, None, NOW):
                store.save_page(page, source="x", query=QUERY.text, at=NOW)
    assert store.tallies()["x"] == Tally(stored=5, duplicate=5, quarantined=2)


# --- A kill between two pages ------------------------------------------------------------------

_RUN = """
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from jobs.collect import collect
from jobs.purse import StoredPurse
from monitor.model import Query, StoryId
from monitor.sources.given import Given
from monitor.sources.x import XOptions
from monitor.store import Store

with Store.open(Path(sys.argv[2])) as store:
    given = Given(secret=lambda _: sys.argv[3], folder=Path(), purse=partial(StoredPurse, store))
    source = XOptions(token="env:X_TOKEN", api=sys.argv[1]).source(given)
    query = Query(text="Sundvik ferry", stories=(StoryId("ferry"),))
    problems = collect(store, [source], [query], now=datetime(2026, 2, 3, 12, 0, tzinfo=UTC))
    sys.exit(3 if problems else 0)
"""


def _started(url: str, path: Path) -> subprocess.Popen[bytes]:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", _RUN, url, str(path), TOKEN], cwd=ROOT, env=environ)


def _wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_kill_between_two_pages_loses_and_doubles_nothing(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    held = threading.Event()
    with FakeX(faults={2: Reply(hold=held, drop=True)}) as fake:
        running = _started(fake.url, path)
        _wait_until(lambda: len(fake.searches) == 2)
        running.send_signal(signal.SIGKILL)
        running.wait(30)
        held.set()
        with Store.open(path) as store:
            assert store.count_posts() == 3
            assert store.cursor("x", "Sundvik ferry") is None
            assert store.last_read("x", "Sundvik ferry") is None
        assert _started(fake.url, path).wait(60) == 0
    with Store.open(path) as store:
        assert sorted(one.id for one in store.posts()) == _expected_ids()
        assert store.tallies()["x"] == Tally(stored=5, duplicate=3, quarantined=1)
        assert json.loads(store.cursor("x", "Sundvik ferry") or "")["since_id"]
        assert store.integrity_check() == []


def _expected_ids() -> list[str]:
    rows = [*recorded("search_1.json")["data"], *recorded("search_2.json")["data"][:2]]
    return sorted(row.get("edit_history_tweet_ids", [row["id"]])[0] for row in rows)


# --- Files -------------------------------------------------------------------------------------


def test_an_import_stores_rows_and_keeps_only_a_tombstone_of_what_was_deleted(store: Store) -> None:
    tally = import_files(store, [ROWS], now=NOW)
    assert tally == Tally(stored=3, quarantined=3, deleted=2)
    assert [one.id for one in store.posts()] == ["p1", "p2"]
    stones = {stone.id_hash: stone for stone in store.all_tombstones()}
    assert stones[id_hash(post("p5").id)].story == "ferry"
    assert stones[id_hash(post("p5").id)].created_at == datetime(2026, 2, 3, 11, 40, tzinfo=UTC)


def test_a_file_is_a_read_from_its_first_post_to_just_after_its_last(store: Store) -> None:
    import_files(store, [ROWS], now=NOW)
    (read,) = store.reads(Span(since=None, until=None))
    assert (read.source, read.query, read.at) == ("import:rows.jsonl", None, NOW)
    assert read.since == datetime(2026, 2, 3, 11, 0, tzinfo=UTC)
    assert read.until == datetime(2026, 2, 3, 11, 45, 1, tzinfo=UTC)


def test_a_file_without_posts_is_a_read_of_the_whole(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_text("")
    assert import_files(store, [path], now=NOW) == Tally()
    (read,) = store.reads(Span(since=None, until=None))
    assert (read.since, read.until) == (None, None)


def test_deleted_posts_find_their_story_in_a_later_file(store: Store, tmp_path: Path) -> None:
    first, second = tmp_path / "posts.jsonl", tmp_path / "stories.jsonl"
    first.write_text(json.dumps(post_dict(post("gone", links=("https://news.example/ferry",), deleted=True))))
    second.write_text(json.dumps(story_dict(story())))
    import_files(store, [first, second], now=NOON)
    assert store.tombstones(StoryId("ferry")) == 1


def test_a_file_that_is_missing_leaves_the_files_before_it(store: Store, tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="import:missing"):
        import_files(store, [ROWS, tmp_path / "missing.jsonl"], now=NOW)
    assert store.count_posts() == 2
    assert store.tombstones(StoryId("ferry")) >= 1


def test_importing_twice_changes_nothing(store: Store) -> None:
    import_files(store, [ROWS], now=NOW)
    before = (list(store.posts()), store.stories(), store.all_tombstones())
    again = import_files(store, [ROWS], now=NOW)
    assert again == Tally(duplicate=3, quarantined=3, deleted=2)
    assert (list(store.posts()), store.stories(), store.all_tombstones()) == before


def test_a_post_that_was_stored_and_is_deleted_now_goes(store: Store, tmp_path: Path) -> None:
    kept, gone = tmp_path / "kept.jsonl", tmp_path / "gone.jsonl"
    kept.write_text(json.dumps(story_dict(story())) + "\n" + json.dumps(post_dict(post("p9"))))
    gone.write_text(json.dumps({"id": "p9", "deleted": True}))
    import_files(store, [kept], now=NOW)
    import_files(store, [gone], now=NOW)
    assert store.count_posts() == 0
    assert [stone.id_hash for stone in store.all_tombstones()] == [id_hash(post("p9").id)]
