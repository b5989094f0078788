"""Mastodon: statuses become posts, timelines are walked by their Link, and nothing that is not public is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from monitor.errors import SourceGarbled, SourceRefused
from monitor.model import Query, StoryId
from monitor.sources.html_text import text_of
from monitor.sources.mastodon_posts import parse
from tests.builders import NOON
from tests.fakes.mastodon import RECORDED, answer, status
from tests.fakes.services import build
from tests.fakes.web import FakeWeb, Reply

if TYPE_CHECKING:
    from monitor.model import Page
    from tests.fakes.web import Asked

QUERY = Query(text="#sundvik ferry", stories=(StoryId("ferry"),))
NOW = NOON + timedelta(hours=3)
ODD: tuple[object, ...] = (None, "", 0, -1, 2**70, 1.5, True, [], {}, ["a"], {"a": 1}, "\0", "\ud800", "x" * 20_000)


def at(minutes: int) -> str:
    return (NOW - timedelta(minutes=minutes)).isoformat()


def fetched(
    statuses: list[dict[str, Any]], after: str | None = None, query: Query = QUERY, **options: Any
) -> tuple[list[Page], list[Asked]]:
    with FakeWeb(lambda asked: answer(statuses, asked)) as web:
        return list(build("mastodon", web.url, **options).fetch(query, after, NOW)), web.asked


def test_statuses_become_posts_with_text_author_links_and_counts() -> None:
    page, oldest = parse(json.loads(RECORDED.read_text()), QUERY, "tide.example")
    first, second = page.posts
    assert first.id == "https://tide.example/users/old_skipper/statuses/1"
    assert first.text == "The #Sundvik ferry > the boat.\nSee https://county.example/plan?page=2"
    assert first.links == ("https://county.example/plan?page=2", "https://news.example/ferry")
    assert (first.likes, first.reposts, first.replies, first.lang) == (5, 1, 2, "en")
    assert first.author is not None
    assert (first.author.handle, first.author.name) == ("old_skipper@tide.example", "Old Skipper")
    assert first.author.description == "Retired. Views mine."
    assert second.text == "local politics\nNobody asked us about the #Sundvik ferry"
    assert second.revision == 1
    assert second.author is not None
    assert second.author.id == "mastodon:teacher@isle.example"
    assert [one.reason for one in page.rejected] == ["content is no text"]
    assert oldest == datetime(2026, 2, 3, 11, 57, tzinfo=UTC)


def test_a_timeline_is_walked_by_its_links_until_the_window_is_read() -> None:
    week = 7 * 24 * 60
    statuses = [status(n, at(10 * n)) for n in range(1, 101)] + [status(n, at(week + n)) for n in range(101, 200)]
    pages, asked = fetched(statuses)
    assert sum(len(page.posts) for page in pages) == 120
    assert [one.query.get("max_id") is None for one in asked] == [True, False, False]
    assert pages[-1].gaps == ()
    assert pages[-1].covered is not None
    assert (pages[-1].covered.since, pages[-1].rate_left) == (NOW - timedelta(days=7), 287)


def test_what_is_beyond_the_pages_of_a_run_is_a_gap() -> None:
    pages, asked = fetched([status(n, at(10 * n)) for n in range(1, 101)], pages=2)
    (gap,) = pages[-1].gaps
    assert (len(asked), gap.reason, gap.read, gap.until) == (2, "sampled", 80, NOW - timedelta(minutes=800))


def test_of_a_timeline_is_kept_what_fulfils_the_query() -> None:
    statuses = [
        status(1, at(1), "#Sundvik in the sun"),
        status(2, at(2), "The #Sundvik ferry"),
        status(3, at(3), "#sundvik ferry", visibility="private"),
        status(4, at(4), "#sundvik ferry", visibility="direct"),
    ]
    pages, _ = fetched(statuses)
    assert [post.text for page in pages for post in page.posts] == ["The #Sundvik ferry"]
    assert pages[0].unread == (("status: not public, not kept", 2),)


def test_tags_of_the_config_are_followed_too_and_a_post_under_both_comes_once() -> None:
    pages, asked = fetched([status(1, at(1), "#Sundvik #ferga ferry")], tags=("#Ferga",))
    assert {one.path.rpartition("/")[2] for one in asked} == {"sundvik", "ferga"}
    assert sum(len(page.posts) for page in pages) == 1


def test_with_a_token_posts_are_searched_by_their_text_and_only_this_server_sees_it() -> None:
    statuses = [status(1, at(1), "The ferry of Sundvik, no tag")]
    query = Query(text="sundvik ferry", stories=(StoryId("ferry"),))
    pages, asked = fetched(statuses, query=query, token="env:MASTODON")
    assert [post.text for page in pages for post in page.posts] == ["The ferry of Sundvik, no tag"]
    assert asked[-1].query == {"q": "sundvik ferry", "type": "statuses", "limit": "40"}
    assert fetched(statuses, query=query)[0][-1].posts == ()


def test_a_next_page_on_another_host_is_not_followed() -> None:
    link = {"link": '<http://127.0.0.1:9/steal>; rel="next"', "content-type": "application/json"}
    body = json.dumps([status(1, at(1))]).encode()
    with (
        FakeWeb(lambda _: Reply(headers=link, body=body)) as web,
        pytest.raises(SourceGarbled, match="another host"),
    ):
        list(build("mastodon", web.url, token="env:MASTODON").fetch(QUERY, None, NOW))
    assert len(web.asked) == 1


def test_a_query_without_a_word_for_a_tag_is_refused_without_a_request() -> None:
    with FakeWeb(lambda _: Reply()) as web, pytest.raises(SourceRefused, match="tag"):
        list(build("mastodon", web.url).fetch(Query(text="a OR b"), None, NOW))
    assert web.asked == []


def test_no_value_of_a_stranger_is_an_exception_or_costs_a_neighbour() -> None:
    whole = json.loads(RECORDED.read_text())[0]
    keys = [(key,) for key in whole] + [("account", key) for key in whole["account"]] + [("card", "url")]
    for path in keys:
        for odd in ODD:
            changed = json.loads(json.dumps(whole))
            inner = changed
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = odd
            rows = [changed, odd, status(9, at(1))]
            page, _ = parse(rows, QUERY, "tide.example", keeps=lambda _node, _post: True)
            hidden = sum(count for key, count in page.unread if "not public" in key)
            assert page.received + hidden == 3
            assert page.posts[-1].id.endswith("/9")


# --- HTML --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b</p>", "a\nb"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>a<b>b</b> c</p>", "ab c"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("<script>alert(1)</script>x<style>y</style>", "x"),
        ("<p>unclosed <a href='https://a.example/'>link", "unclosed link"),
        ('<a href="javascript:alert(1)">x</a>', "x"),
        ('<a href="https://a.example/long/path">a.example/long…</a>', "https://a.example/long/path"),
        ('<a class="u-url mention" href="https://a.example/@b">@<span>b</span></a> hi', "@b hi"),
        ("<p>" * 5_000 + "deep", "deep"),
        ("a\0b\ud800", "ab\ufffd"),
        ("</p></div>x<!-- hidden -->", "x"),
        ("&#x1F600;&nbsp;&amp;amp;", "😀 &amp;"),
    ],
)
def test_html_becomes_what_a_reader_sees(html: str, text: str) -> None:
    assert text_of(html)[0] == text
