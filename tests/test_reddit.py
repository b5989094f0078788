"""Reddit: submissions and their comments become posts, within a window, and its failures become ours."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from monitor.errors import SourceUnavailable
from monitor.model import Query, StoryId
from monitor.sources.reddit import parse
from tests.builders import NOON
from tests.fakes.reddit import answer, comment, submission
from tests.fakes.services import build
from tests.fakes.web import FakeWeb, Reply
from tests.fakes.x import TOKEN

if TYPE_CHECKING:
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


def test_no_value_of_a_stranger_is_an_exception_or_costs_a_neighbour() -> None:
    good: dict[str, Any] = {**submission(1, at(5))["data"], "body": None, "parent_id": None}
    for key in good:
        for odd in ODD:
            page, _ = parse([{**good, key: odd}, {**good, "name": "t3_s9", "id": "s9"}], QUERY)
            gone = sum(count for _, count in page.unread)
            assert page.received + gone == 2
            assert page.posts[-1].id == "t3_s9"
