"""The firehose: every post laid over all queries, nothing lost or doubled by a break, deletions obeyed."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from jobs.collect import collect
from monitor.errors import SourceGarbled, SourceRefused, SourceUnavailable
from monitor.model import Page, Post, PostId, Query, Span, Story, StoryId, id_hash
from monitor.queries import query_for
from monitor.queries.standing import Standing
from monitor.sources.jetstream import JetstreamOptions, JetstreamSource
from tests.builders import post
from tests.fakes.jetstream import FakeJetstream, account, event
from tests.fakes.web import FakeWeb, Reply

if TYPE_CHECKING:
    from monitor.store import Store

NOW = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
FERRY = Query(text="sundvik ferry OR #ferga", stories=(StoryId("ferry"),))
BRIDGE = Query(text='"harbour bridge" -toll', stories=(StoryId("bridge"),))
SECOND = 1_000_000


def micros(at: datetime) -> int:
    return round(at.timestamp() * 1e6)


def source(url: str, **options: Any) -> JetstreamSource:
    made = JetstreamOptions(url=url, **{"seconds": 20, "allow_private_hosts": True, **options})
    return JetstreamSource(made)


def stream(count: int, *, each: int = SECOND // 10, **changes: Any) -> list[dict[str, Any]]:
    """Events up to NOW and the one after it, by which a run knows that it has caught up."""
    end = micros(NOW)
    made = [event(n, end - (count - n) * each, **changes) for n in range(count)]
    return [*made, event(10**6, end + 1, "Something else")]


def test_every_post_that_fulfils_a_query_is_kept_for_its_stories(store: Store) -> None:
    end = micros(NOW)
    events = [
        event(1, end - 9, "The Sundvik ferry"),
        event(2, end - 8, "A cat"),
        event(3, end - 7, "Harbour bridge and Sundvik ferry"),
        event(4, end - 6, "The harbour bridge toll"),
        event(5, end - 5, "Keep #Ferga"),
        event(6, end - 4, "Sundvik ferry", collection="app.bsky.feed.like"),
        {"did": "did:plc:x", "time_us": end - 3, "kind": "identity"},
        event(7, end + 1, "later"),
    ]
    with FakeJetstream(events) as fake:
        assert collect(store, [source(fake.url)], [FERRY, BRIDGE], now=NOW) == []
        (asked,) = fake.asked
    assert asked["wantedCollections"] == ["app.bsky.feed.post"]
    kept = {post.id.rpartition("/")[2]: post for post in store.posts()}
    assert {name: post.found_for for name, post in kept.items()} == {
        "3k1": ("ferry",),
        "3k3": ("bridge", "ferry"),
        "3k5": ("ferry",),
    }
    assert kept["3k1"].author is not None
    assert kept["3k1"].author.id == "did:plc:u1"
    assert kept["3k1"].created_at == datetime.fromtimestamp((end - 9) / 1e6, tz=UTC)
    read = store.last_read("jetstream", "")
    assert read is not None
    assert (read.stories, read.until) == (("bridge", "ferry"), datetime.fromtimestamp((end + 1) / 1e6, tz=UTC))


def test_a_query_that_cannot_be_heard_is_told_and_stops_no_other(store: Store) -> None:
    titled = query_for(Story(id=StoryId("mark"), title='"'))
    narrow = Query(text="lang:en -toll", stories=(StoryId("narrow"),))
    thread = Query(text="conversation_id:7", stories=(StoryId("ferry"),), platform="x", conversation=True)
    with FakeJetstream(stream(5)) as fake:
        problems = collect(store, [source(fake.url)], [titled, narrow, FERRY, thread], now=NOW)
    assert store.count_posts() == 5
    assert [problem.what for problem in problems] == [
        "there is nothing between two quotation marks",
        "there is no word to search for in it",
    ]
    read = store.last_read("jetstream", "")
    assert read is not None
    assert read.stories == ("ferry",)
    told = {gap.query for gap in store.gaps(Span(since=None, until=None)) if gap.query}
    assert told == {'""', "lang:en -toll"}


def test_a_break_loses_nothing_and_doubles_nothing(store: Store) -> None:
    with FakeJetstream(stream(400), breaks=[0, 37, 211]) as fake:
        assert collect(store, [source(fake.url)], [FERRY], now=NOW) == []
        cursors = [int(asked["cursor"][0]) for asked in fake.asked]
    assert store.count_posts() == 400
    tally = store.tallies()["jetstream"]
    assert (tally.stored, tally.duplicate) == (400, 0)
    assert cursors == sorted(cursors)
    assert len(cursors) == 4


def test_the_next_run_goes_on_where_the_last_one_ended(store: Store) -> None:
    with FakeJetstream(stream(50)) as fake:
        collect(store, [source(fake.url)], [FERRY], now=NOW)
        later = NOW + timedelta(minutes=1)
        more = [event(200 + n, micros(NOW) + 2 + n * SECOND) for n in range(59)]
        fake.frames += [json.dumps(one) for one in [*more, event(999, micros(later) + 1, "else")]]
        fake.times += [one["time_us"] for one in more] + [micros(later) + 1]
        collect(store, [source(fake.url)], [FERRY], now=later)
    assert store.count_posts() == 109
    assert store.tallies()["jetstream"].duplicate == 0
    # The stream begins five seconds before the first run ends; from there on nothing is missing.
    assert [gap.until for gap in store.gaps(Span(since=None, until=None))] == [NOW - timedelta(seconds=5)]


def test_what_the_stream_no_longer_holds_is_a_gap(store: Store) -> None:
    held = micros(NOW - timedelta(minutes=20))
    with FakeJetstream(stream(100, each=60 * SECOND), holds_from=held) as fake:
        collect(store, [source(fake.url, hours_back=2)], [FERRY], now=NOW)
    (gap,) = store.gaps(Span(since=None, until=None))
    assert (gap.source, gap.reason) == ("jetstream", "the stream no longer had it")
    assert (gap.since, gap.until) == (NOW - timedelta(hours=2), NOW - timedelta(minutes=20))


def test_a_deletion_removes_what_we_hold_and_leaves_no_trace_of_what_we_never_had(store: Store) -> None:
    end = micros(NOW)
    events = [
        event(1, end - 9),
        event(2, end - 8),
        event(1, end - 7, operation="delete", record=None),
        event(5, end - 6, operation="delete", record=None),
        event(9, end + 1, "else"),
    ]
    with FakeJetstream(events) as fake:
        collect(store, [source(fake.url)], [FERRY], now=NOW)
    assert [post.id.rpartition("/")[2] for post in store.posts()] == ["3k2"]
    assert len(store.all_tombstones()) == 1


def test_a_post_that_is_deleted_within_the_second_is_not_kept(store: Store) -> None:
    end = micros(NOW)
    events = [
        event(9, end - 9, "else"),
        event(1, end - 8),
        event(1, end - 7, operation="delete", record=None),
        event(9, end + 1, "else"),
    ]
    with FakeJetstream(events) as fake:
        collect(store, [source(fake.url)], [FERRY], now=NOW)
    assert store.count_posts() == 0
    assert len(store.all_tombstones()) == 1


# --- Accounts ----------------------------------------------------------------------------------------


def of_each_author(store: Store) -> dict[str, int]:
    return Counter(post.id.split("/")[2].rpartition(":")[2] for post in store.posts())


@pytest.mark.parametrize("status", ["deleted", "takendown", "suspended", "deactivated", "a new one", None])
def test_an_account_that_is_gone_takes_its_posts_and_what_carries_their_text_along(
    status: str | None, store: Store
) -> None:
    end = micros(NOW)
    mine = PostId("at://did:plc:u1/app.bsky.feed.post/3k1")
    longer = post("at://did:plc:u11/app.bsky.feed.post/3k1", platform="bluesky", by="u11")
    repost = post("at://did:plc:u5/app.bsky.feed.repost/1", platform="bluesky", by="u5", repost_of=mine)
    older = post("at://did:plc:u1/app.bsky.feed.post/2k", platform="bluesky", author=None)
    store.save_page(Page(posts=(longer, repost, older)), source="import", query="", at=NOW)
    events = [
        event(1, end - 9),
        event(2, end - 8),
        event(1, end - 7, rkey="3kb"),
        event(1, end - 6, rkey="3kc", record={"text": 7}),
        account(1, end - 5, status),
        event(9, end + 1, "else"),
    ]
    with FakeJetstream(events) as fake:
        assert collect(store, [source(fake.url)], [FERRY], now=NOW) == []
    assert of_each_author(store) == {"u2": 1, "u11": 1}
    assert {stone.id_hash for stone in store.all_tombstones()} >= {id_hash(mine), id_hash(older.id)}
    assert store.tombstones(StoryId("ferry")) == 2
    assert list(store.quarantine()) == []


@pytest.mark.parametrize(
    "told",
    [
        account(1, 0, None, active=True),
        account(1, 0, "desynchronized"),
        account(1, 0, "throttled"),
        account(3, 0),
        {**account(1, 0), "kind": "identity"},
    ],
)
def test_an_account_that_is_still_shown_or_unknown_loses_nothing(told: dict[str, Any], store: Store) -> None:
    end = micros(NOW)
    events = [event(1, end - 9), {**told, "time_us": end - 8}, event(9, end + 1, "else")]
    with FakeJetstream(events) as fake:
        assert collect(store, [source(fake.url)], [FERRY], now=NOW) == []
    assert of_each_author(store) == {"u1": 1}
    assert store.all_tombstones() == []


def test_a_replay_of_what_became_of_an_account_deletes_nothing_twice(store: Store) -> None:
    end = micros(NOW)
    events = [
        event(1, end - 900),
        event(2, end - 800),
        account(1, end - 700),
        account(1, end - 600, None, active=True),
        event(1, end - 500, rkey="3kback"),
        event(9, end + 1, "else"),
    ]
    events[3:] = [{**one, "time_us": one["time_us"] + 3 * SECOND} for one in events[3:]]
    later = NOW + timedelta(seconds=3)
    with FakeJetstream(events, breaks=[3, 4]) as fake:
        assert collect(store, [source(fake.url)], [FERRY], now=later) == []
        assert collect(store, [source(fake.url)], [FERRY], now=later) == []
        assert len(fake.asked) == 4
    # An account that comes back is heard again; what it had written before stays away.
    assert of_each_author(store) == {"u1": 1, "u2": 1}
    assert len(store.all_tombstones()) == 1


def test_a_quiet_stream_ends_in_time_and_moves_the_cursor_to_what_it_heard(store: Store) -> None:
    with FakeJetstream([event(1, micros(NOW) - SECOND)]) as fake:
        collect(store, [source(fake.url, seconds=1)], [FERRY], now=NOW)
    assert json.loads(store.cursor("jetstream", "") or "") == {"time_us": micros(NOW) - SECOND}
    assert store.count_posts() == 1


def test_frames_that_are_no_events_are_quarantined_and_stop_nothing(store: Store) -> None:
    with FakeJetstream(stream(3)) as fake:
        fake.raw = ["", "{", "[]", "7", '{"time_us": true}', '{"time_us": 1e99}', b"\xff\xfe", "[" * 9_000]
        collect(store, [source(fake.url)], [FERRY], now=NOW)
    assert store.count_posts() == 3
    assert store.tallies()["jetstream"].quarantined == 8


ODD: tuple[object, ...] = (None, "", 0, True, [], {}, ["a"], "\0", "\ud800", "x" * 9_000, 2**70)


def test_no_value_of_a_stranger_is_an_exception(store: Store) -> None:
    end = micros(NOW)
    good = event(1, end - 100_000)
    events: list[dict[str, Any]] = []
    inside = [("commit", key) for key in good["commit"]]
    paths: list[tuple[str, ...]] = [("did",), ("kind",), ("commit",), *inside, ("commit", "record", "text")]
    for path in paths:
        for odd in ODD:
            changed = json.loads(json.dumps(good))
            inner = changed
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = odd
            changed["time_us"] = end - 100_000 + len(events)
            events.append(changed)
    for odd in ODD:
        at = end - 50_000 + len(events)
        whole = account(7, at)
        events += [{**whole, "did": odd}, {**whole, "time_us": at + 1, "account": odd}]
        events += [account(7, at + 2, active=odd), account(7, at + 3, odd)]
    with FakeJetstream([*events, event(2, end - 1), event(3, end + 1, "else")]) as fake:
        assert collect(store, [source(fake.url)], [FERRY], now=NOW) == []
    reasons = Counter(reason for _, reason, _ in store.quarantine())
    assert reasons["an event says nothing of an account"] == 3 * len(ODD) - 1  # true says something of `active`
    assert "at://did:plc:u2/app.bsky.feed.post/3k2" in {post.id for post in store.posts()}


def moved(status: int, location: str) -> Reply:
    return Reply(raw=f"HTTP/1.1 {status} Moved\r\n{location}Content-Length: 0\r\n\r\n".encode())


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(raw=b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), SourceRefused),
        (Reply(raw=b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"), SourceUnavailable),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"), SourceUnavailable),
        (moved(302, ""), SourceRefused),
        (moved(301, "Location: wss://stream.example/\r\n"), SourceRefused),
        (moved(302, "Location: https://169.254.169.254/\r\n"), SourceRefused),
        (moved(307, "Location: /subscribe/\r\n"), SourceRefused),
        (moved(308, "Location: http://[::1\r\n"), SourceRefused),
        (Reply(drop=True), SourceGarbled),
        (Reply(raw=b"SSH-2.0\r\n\r\n"), SourceGarbled),
    ],
)
def test_what_is_no_stream_is_told_and_leaves_a_gap(reply: Reply, expected: type[Exception], store: Store) -> None:
    with FakeWeb(lambda _: reply) as web:
        url = web.url.replace("http", "ws")
        with pytest.raises(expected):
            list(source(url, seconds=1).listen([FERRY], None, NOW))
        (problem,) = collect(store, [source(url, seconds=1)], [FERRY], now=NOW)
    assert problem.source == "jetstream"
    assert [gap.source for gap in store.gaps(Span(since=None, until=None))] == ["jetstream"]


def test_nothing_listening_is_unavailable() -> None:
    with FakeJetstream([]) as fake:
        nobody = fake.url
    with pytest.raises(SourceUnavailable):
        list(source(nobody, seconds=1).listen([FERRY], None, NOW))


@pytest.mark.parametrize(
    "url", ["https://jetstream.example", "wss://", "wss://a:b@jetstream.example", "wss://j.example/#x"]
)
def test_what_is_no_address_of_a_stream_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="wss"):
        JetstreamOptions(url=url)


# --- Where it connects to ----------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "0x7f.1"])
def test_a_host_inside_is_refused_before_anything_is_sent(host: str) -> None:
    with FakeWeb(lambda _: Reply()) as web:
        url = f"ws://{host}:{web.url.rpartition(':')[2]}/subscribe"
        with pytest.raises(SourceRefused, match=r"is not a public host \(allow_private_hosts"):
            list(source(url, seconds=1, allow_private_hosts=False).listen([FERRY], None, NOW))
        assert web.asked == []


def test_each_connection_goes_to_the_address_that_was_judged(store: Store) -> None:
    resolved: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:  # noqa: ARG001 - a resolver
        resolved.append(host)
        return ["127.0.0.1"] if len(resolved) < 3 else ["127.0.0.2"]

    with FakeJetstream(stream(40), breaks=[7, 7, 40]) as fake:
        port = fake.url.rpartition(":")[2]
        options = JetstreamOptions(url=f"ws://stream.example:{port}", seconds=5)
        # Loopback stands for a public address; the third time the name leads elsewhere, and that is judged too.
        made = JetstreamSource(options, resolver=rebinding, public=lambda address: address == "127.0.0.1")
        (problem,) = collect(store, [made], [FERRY], now=NOW)
        assert len(fake.asked) == 2
    assert problem.what == "'stream.example' is not a public host (allow_private_hosts permits it)"
    assert resolved == ["stream.example"] * 3
    assert 7 <= store.count_posts() < 40


def test_tls_asks_for_the_name_of_the_host_and_not_for_its_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        came: list[bytes] = []

        def take() -> None:
            connection, _ = server.accept()
            with connection:
                server.close()
                came.append(connection.recv(5_000))

        thread = threading.Thread(target=take)
        thread.start()
        options = JetstreamOptions(url=f"wss://stream.example:{server.getsockname()[1]}/subscribe", seconds=1)
        made = JetstreamSource(options, resolver=lambda *_: ["127.0.0.1"], public=lambda _: True)
        with pytest.raises(SourceUnavailable):
            next(made.listen([FERRY], None, NOW))
        thread.join()
    assert b"stream.example" in came[0]  # the server name of a ClientHello is not encrypted


def test_no_words_of_a_post_are_logged_whatever_the_level(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"), FakeJetstream(stream(3)) as fake:
        collect(store, [source(fake.url)], [FERRY], now=NOW)
    assert store.count_posts() == 3
    assert "Sundvik" not in caplog.text


def test_standing_queries_find_what_each_query_alone_would() -> None:
    texts = [
        "sundvik ferry",
        "#ferga",
        "harbour bridge",
        "harbour bridge toll",
        "관세를 올린다",
        "so 🔥",
        "cat",
        "",
    ]
    queries = ["sundvik ferry", "#ferga OR 관세", '"harbour bridge" -toll', "🔥", "(cat OR dog) lang:en", "from:x"]
    standing = Standing([Query(text=text, stories=(StoryId(text),)) for text in queries])
    for text in texts:
        post = Post(id=PostId("p"), platform="bluesky", text=text, lang="en")
        alone = {one for one in queries if Standing([Query(text=one, stories=(StoryId(one),))]).stories_of(post)}
        assert set(standing.stories_of(post)) == alone
    assert standing.stories_of(Post(id=PostId("p"), platform="x", text="관세를 올린다")) == ("#ferga OR 관세",)
