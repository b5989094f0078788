"""Reddit: submissions and their comments become posts, within a window, and its failures become ours."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobs.follow import follow
from monitor.errors import SourceUnavailable
from monitor.model import Page, PostId, Query, StoryId, id_hash
from monitor.protocols import Follower
from monitor.sources.reddit import parse
from monitor.store import Store
from tests.builders import NOON, post
from tests.fakes.reddit import answer, comment, submission
from tests.fakes.services import build
from tests.fakes.web import FakeWeb, Reply
from tests.fakes.x import TOKEN

if TYPE_CHECKING:
    from datetime import datetime

    from tests.fakes.web import Asked

QUERY = Query(text="sundvik ferry -toll", stories=(StoryId("ferry"),))
NOW = NOON + timedelta(hours=3)
ODD: tuple[object, ...] = (None, "", 0, -1, 2**70, 1.5, True, [], {}, ["a"], "\0", "\ud800", "x" * 20_000)


def at(minutes: float) -> float:
    return (NOW - timedelta(minutes=minutes)).timestamp()


def test_submissions_and_their_comments_become_posts_of_a_thread() -> None:
    found = [
        submission(1, at(5), "The Sundvik ferry", selftext="It must stay.", num_comments=2),
        submission(2, at(9), "Sundvik ferry toll"),
        submission(3, at(20), "Sundvik ferry", is_self=False, url="https://news.example/ferry?utm_source=r"),
        submission(4, at(60 * 24 * 8), "An old Sundvik ferry"),
    ]
    said = {"s1": [comment(1, "t3_s1", at(4)), comment(2, "t3_s1", at(3), "[deleted]", author="[deleted]")]}
    with FakeWeb(lambda asked: answer(found, asked, said)) as web:
        (page,) = build("reddit", web.url).fetch(QUERY, None, NOW)
        (search,) = [asked for asked in web.asked if "/search" in asked.path]
    assert (search.path, search.query["sort"]) == ("/r/all/search/", "new")
    assert search.query["q"] == "sundvik AND ferry AND NOT toll"
    first, reply, news = page.posts
    assert (first.id, first.text) == ("t3_s1", "The Sundvik ferry\nIt must stay.")
    assert (first.found_for, first.likes, first.replies) == (("ferry",), 5, 2)
    assert first.url == "https://www.reddit.com/r/sundvik/comments/s1"
    assert (reply.id, reply.reply_to, reply.found_for, reply.likes) == ("t1_c1", "t3_s1", (), None)
    assert reply.author is not None
    assert reply.author.handle == "c1"
    assert news.links == ("https://news.example/ferry",)
    assert dict(page.unread) == {"deleted or removed, passed over": 1}
    assert page.covered is not None
    assert page.covered.since == NOW - timedelta(days=7)


def test_only_the_subreddits_of_the_config_are_searched() -> None:
    with FakeWeb(lambda asked: answer([], asked)) as web:
        list(build("reddit", web.url, subreddits=["sundvik", "ferries"]).fetch(QUERY, None, NOW))
        assert "/r/sundvik+ferries/search/" in {asked.path for asked in web.asked}


def test_a_service_that_fails_is_asked_once_and_not_before_the_next_run() -> None:
    def fails(asked: Asked) -> Reply:
        return Reply(status=503) if "/search" in asked.path else answer([], asked)

    with FakeWeb(fails) as web:
        with pytest.raises(SourceUnavailable):
            list(build("reddit", web.url).fetch(QUERY, None, NOW))
        assert len([asked for asked in web.asked if "/search" in asked.path]) == 1


def test_neither_keys_nor_texts_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with FakeWeb(lambda asked: answer([submission(1, at(5))], asked)) as web:
        list(build("reddit", web.url).fetch(QUERY, None, NOW))
    assert TOKEN not in caplog.text
    assert "ferry again" not in caplog.text


# --- What becomes of posts -----------------------------------------------------------------------------


def stored(names: list[str]) -> Store:
    store = Store.in_memory()
    posts = tuple(post(name, platform="reddit", text=f"Sundvik {name}") for name in names)
    store.save_page(Page(posts=posts), source="r", query="", at=NOW)
    return store


def followed(store: Store, url: str, now: datetime = NOW) -> list[str]:
    source = build("reddit", url, name="r")
    assert isinstance(source, Follower)
    return follow(store, [source], now=now)


def held(store: Store) -> set[str]:
    return {one.id for one in store.posts()}


@pytest.mark.parametrize(
    "left",
    [
        submission(2, 0, selftext="[deleted]"),
        submission(2, 0, selftext="[removed]"),
        submission(2, 0, author="[deleted]"),
        submission(2, 0, removed_by_category="moderator"),
        submission(3, 0),
    ],
)
def test_what_is_gone_at_reddit_is_gone_here_and_leaves_its_tombstone(left: dict[str, Any]) -> None:
    kept = [submission(1, 0, removed_by_category=None), comment(4, "t3_s1", 0)]
    with stored(["t3_s1", "t3_s2", "t1_c4"]) as store:
        repost = post("t3_again", platform="reddit", repost_of=PostId("t3_s2"))
        odd = (post("s1", platform="reddit"), post("https://redd.it/s2", platform="reddit"))
        store.save_page(Page(posts=(repost, *odd)), source="import:a", query="", at=NOW)
        found = [*kept, left, submission(0, 0, name="t3_again")]
        with FakeWeb(lambda asked: answer(found, asked)) as web:
            assert followed(store, web.url) == []
        assert held(store) == {"t3_s1", "t1_c4", "s1", "https://redd.it/s2"}
        gone = {id_hash(PostId(one)) for one in ("t3_s2", "t3_again")}
        assert {stone.id_hash for stone in store.all_tombstones()} == gone


def test_a_deleted_comment_is_gone() -> None:
    found = [submission(1, 0), comment(2, "t3_s1", 0, "[removed]"), comment(3, "t3_s1", 0, "[deleted]")]
    with stored(["t3_s1", "t1_c2", "t1_c3"]) as store, FakeWeb(lambda asked: answer(found, asked)) as web:
        assert followed(store, web.url) == []
        assert held(store) == {"t3_s1"}


def test_an_answer_that_shows_nothing_of_what_was_asked_for_erases_nothing() -> None:
    names = [f"t3_s{n}" for n in range(100, 350)]
    found = [submission(n, 0) for n in range(200, 349)]
    with stored(names) as store, FakeWeb(lambda asked: answer(found, asked)) as web:
        (problem,) = followed(store, web.url)
        assert problem == "r: deletions are not followed: it says nothing of 100 of the posts, which stay"
        assert held(store) == {*names} - {"t3_s349"}
        assert [asked.path for asked in web.asked].count("/api/v1/access_token") == 1


def test_a_limit_breaks_a_round_off_and_the_next_run_goes_on() -> None:
    found = [submission(n, 0) for n in range(100, 249)]
    closed = True

    def limited(asked: Asked) -> Reply:
        if closed and asked.query.get("id", "").startswith("t3_s200"):
            return Reply(status=429, headers={"retry-after": "60"})
        return answer(found, asked)

    with stored([f"t3_s{n}" for n in range(100, 250)]) as store, FakeWeb(limited) as web:
        (problem,) = followed(store, web.url)
        assert problem == "r: deletions are not followed: Reddit answers 429: its limit is reached"
        closed = False
        before = len(web.asked)
        assert followed(store, web.url, NOW + timedelta(minutes=1)) == []
        (lookup,) = [asked for asked in web.asked[before:] if "info" in asked.path]
        assert len(lookup.query["id"].split(",")) == 50
        assert "t3_s249" not in held(store)
        assert len(held(store)) == 149


def test_cited_posts_that_were_edited_come_in_their_present_version() -> None:
    found = [submission(1, 0, selftext="Not any more", edited=1.0), submission(2, 0), submission(3, 0, edited=1.0)]
    with FakeWeb(lambda asked: answer(found, asked)) as web:
        source = build("reddit", web.url)
        assert isinstance(source, Follower)
        ids = [PostId(f"t3_s{n}") for n in (1, 2, 3)]
        (edited,) = [one for told in source.follow(ids, ids[:2], None, NOW) for one in told.edited]
    assert (edited.id, edited.text, edited.revision) == ("t3_s1", "The Sundvik ferry again\nNot any more", 1)


def test_no_value_of_a_stranger_is_an_exception_or_costs_a_neighbour() -> None:
    good: dict[str, Any] = {**submission(1, at(5))["data"], "body": None, "parent_id": None}
    for key in good:
        for odd in ODD:
            page, _ = parse([{**good, key: odd}, {**good, "name": "t3_s9", "id": "s9"}], QUERY)
            gone = sum(count for _, count in page.unread)
            assert page.received + gone == 2
            assert page.posts[-1].id == "t3_s9"
