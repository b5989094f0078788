"""Hacker News: what its search lists becomes posts, and a long window is narrowed until all is read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from jobs.follow import follow
from monitor.errors import SourceRefused
from monitor.model import Page, PostId, Query, StoryId, id_hash
from monitor.protocols import Follower
from monitor.sources.hackernews import parse
from monitor.store import Store
from tests.builders import NOON, post
from tests.fakes.hackernews import PATH, RECORDED, comment, item, items, search
from tests.fakes.services import build
from tests.fakes.web import FakeWeb, Reply
from tests.fakes.x import ok

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.fakes.web import Asked

QUERY = Query(text="sundvik ferry", stories=(StoryId("ferry"),))
NOW = NOON + timedelta(hours=3)
NOW_SECONDS = int(NOW.timestamp())
ODD: tuple[object, ...] = (None, "", 0, -1, 2**70, 1.5, True, [], {}, ["a"], {"a": 1}, "\0", "\ud800", "x" * 20_000)


def fetched(hits: list[dict[str, Any]], after: str | None = None, **options: Any) -> tuple[list[Page], list[Asked]]:
    with FakeWeb(lambda asked: search(hits, asked)) as web:
        return list(build("hackernews", web.url, **options).fetch(QUERY, after, NOW)), web.asked


def test_stories_and_comments_become_posts_with_their_text_links_and_thread() -> None:
    page, oldest = parse(json.loads(RECORDED.read_text()), QUERY)
    story, said = page.posts
    assert (story.id, story.text, story.likes, story.replies) == (
        "hn:9000001",
        "County closes the Sundvik ferry",
        41,
        3,
    )
    assert story.links == ("https://news.example/ferry",)
    assert said.text == (
        "The ferry > the boat. Nobody in Sundvik was asked.\nSee https://county.example/plan?page=2"
    )
    assert (said.reply_to, said.links) == ("hn:9000001", ("https://county.example/plan?page=2",))
    assert said.author is not None
    assert (said.author.id, said.author.handle) == ("hn:island_teacher", "island_teacher")
    assert said.url == "https://news.ycombinator.com/item?id=9000002"
    assert said.found_for == ("ferry",)
    assert [one.reason for one in page.rejected] == ["it has no text"]
    assert oldest == datetime(2026, 2, 3, 11, 58, 20, tzinfo=UTC)


def test_a_window_with_more_than_a_page_is_narrowed_until_all_is_read_once() -> None:
    hits = [comment(number, NOW_SECONDS - 60 * number) for number in range(1, 251)]
    pages, asked = fetched(hits)
    assert [len(page.posts) for page in pages] == [100, 99, 51]
    assert len({post.id for page in pages for post in page.posts}) == 250
    assert len(asked) == 3
    assert [page.cursor is None for page in pages] == [True, True, False]
    covered = pages[-1].covered
    assert covered is not None
    assert (covered.since, covered.until) == (NOW - timedelta(days=7), NOW)


def test_a_second_with_more_posts_than_a_page_holds_ends() -> None:
    pages, asked = fetched([comment(number, NOW_SECONDS - 60) for number in range(1, 151)])
    assert len(asked) == 3
    assert sum(len(page.posts) for page in pages) == 100


def test_what_is_beyond_the_pages_of_a_run_is_a_gap_and_the_cursor_moves_on() -> None:
    hits = [comment(number, NOW_SECONDS - 60 * number) for number in range(1, 251)]
    pages, _ = fetched(hits, pages=2)
    (gap,) = pages[-1].gaps
    assert (gap.reason, gap.read, gap.since) == ("sampled", 199, NOW - timedelta(days=7))
    assert gap.until == NOW - timedelta(minutes=199)
    assert pages[-1].covered is not None
    assert pages[-1].covered.since == gap.until
    assert pages[-1].cursor is not None


def test_the_next_reading_begins_an_hour_before_the_last_one_ended() -> None:
    pages, _ = fetched([])
    later = json.dumps({"until": (NOW - timedelta(hours=5)).isoformat()})
    (page,), (asked,) = fetched([comment(1, NOW_SECONDS - 5 * 3600 - 60)], later)
    assert f"created_at_i>={NOW_SECONDS - 6 * 3600}" in asked.query["numericFilters"]
    assert len(page.posts) == 1
    assert page.covered is not None
    assert page.covered.since == NOW - timedelta(hours=5)
    assert pages[0].posts == ()


def test_each_alternative_is_searched_and_what_both_find_comes_once() -> None:
    hits = [comment(1, NOW_SECONDS - 60, "The Sundvik ferry, our quay"), comment(2, NOW_SECONDS - 90, "A quay")]
    with FakeWeb(lambda asked: search(hits, asked)) as web:
        query = Query(text='(ferry OR "quay") -bus lang:en from:reader1')
        pages = list(build("hackernews", web.url).fetch(query, None, NOW))
    assert [asked.query["query"] for asked in web.asked] == ["ferry -bus", "quay -bus"]
    assert {asked.query["tags"] for asked in web.asked} == {"(story,comment),author_reader1"}
    # The fake does not know who wrote what: what is from somebody else is passed over here.
    assert [post.id for page in pages for post in page.posts] == ["hn:1"]


def test_an_address_is_looked_for_among_the_addresses_of_stories() -> None:
    with FakeWeb(lambda _: ok({"hits": []})) as web:
        list(build("hackernews", web.url).fetch(Query(text='url:"news.example/ferry"'), None, NOW))
    (asked,) = web.asked
    assert asked.path == PATH
    assert (asked.query["query"], asked.query["restrictSearchableAttributes"]) == ("news.example/ferry", "url")


def test_a_query_that_only_narrows_is_refused_without_a_request() -> None:
    with FakeWeb(lambda _: Reply()) as web, pytest.raises(SourceRefused, match="no word"):
        list(build("hackernews", web.url).fetch(Query(text="is:retweet"), None, NOW))
    assert web.asked == []


def everywhere(hit: dict[str, Any]) -> list[Callable[[object], dict[str, Any]]]:
    return [lambda odd, key=key: {**hit, key: odd} for key in hit]  # type: ignore[misc]


def test_no_value_of_a_stranger_is_an_exception_or_costs_a_neighbour() -> None:
    good = comment(1, NOW_SECONDS, points=3, num_comments=1, title="t", url="https://a.example", story_text="x")
    for change in everywhere(good):
        for odd in ODD:
            page, _ = parse({"hits": [change(odd), odd, comment(2, NOW_SECONDS)]}, QUERY)
            assert page.received == 3
            assert page.posts[-1].id == "hn:2"


# --- What becomes of items -----------------------------------------------------------------------------


def stored(numbers: Iterable[int], **changes: Any) -> Store:
    store = Store.in_memory()
    posts = tuple(post(f"hn:{n}", platform="hackernews", text=f"Sundvik {n}", **changes) for n in numbers)
    store.save_page(Page(posts=posts), source="hn", query="", at=NOW)
    return store


def followed(store: Store, url: str, now: datetime = NOW) -> list[str]:
    source = build("hackernews", url, name="hn")
    assert isinstance(source, Follower)
    return follow(store, [source], now=now)


def held(store: Store) -> set[str]:
    return {one.id for one in store.posts()}


def test_what_is_deleted_or_dead_is_gone_and_what_is_unknown_stays_and_is_told() -> None:
    known = {1: item(1), 2: item(2, deleted=True), 3: item(3, dead=True), 5: "text", 6: item(7, deleted=True)}
    with stored(range(1, 7)) as store, FakeWeb(lambda asked: items(known, asked)) as web:
        (problem,) = followed(store, web.url)
        assert held(store) == {"hn:1", "hn:4", "hn:5", "hn:6"}
        assert {stone.id_hash for stone in store.all_tombstones()} == {
            id_hash(PostId(one)) for one in ("hn:2", "hn:3")
        }
        assert problem == "hn: deletions are not followed: it says nothing of 3 of the posts, which stay"
        assert {asked.path for asked in web.asked} == {f"/v0/item/{n}.json" for n in range(1, 7)}


def test_ids_of_another_form_are_not_asked_for() -> None:
    with stored([1]) as store, FakeWeb(lambda asked: items({1: item(1)}, asked)) as web:
        odd = ("8863", "hn:", "hn:-1", "hn:01", "hn:1/../user", "t3_a", "hn:" + "9" * 30)
        posts = tuple(post(one, platform="hackernews") for one in odd)
        store.save_page(Page(posts=posts), source="import:a", query="", at=NOW)
        assert followed(store, web.url) == []
        assert [asked.path for asked in web.asked] == ["/v0/item/1.json"]
        assert len(held(store)) == 8


def test_a_round_that_a_limit_breaks_off_goes_on_where_it_was_and_not_before_the_service_says() -> None:
    answers = {n: item(n, deleted=n == 250) for n in range(100, 350)}
    limited = Reply(status=429, headers={"retry-after": "1800"})
    closed = True

    def answer(asked: Asked) -> Reply:
        return limited if closed and "/item/2" in asked.path else items(answers, asked)

    with stored(answers) as store, FakeWeb(answer) as web:
        (problem,) = followed(store, web.url)
        assert "it answers 429" in problem
        closed, asked = False, len(web.asked)
        assert asked < 100 + 50  # what waits is called off
        (problem,) = followed(store, web.url, NOW + timedelta(minutes=20))
        assert "not asked before 15:30 UTC: it answers 429" in problem
        assert len(web.asked) == asked
        assert followed(store, web.url, NOW + timedelta(minutes=30)) == []
        assert {int(one.path[9:-5]) for one in web.asked[asked:]} == set(range(200, 350))
        assert len(held(store)) == 249


def test_a_cited_item_that_was_edited_is_a_new_version() -> None:
    hit = comment(1, NOW_SECONDS, "The ferry &amp; the quay<p>must stay")
    (was,) = parse({"hits": [hit]}, Query(text="ferry"))[0].posts
    with Store.in_memory() as store:
        store.save_page(Page(posts=(was,)), source="hn", query="", at=NOW)
        for hour, text in enumerate(("The ferry &amp; the quay<p>must stay", "The ferry may go"), start=1):
            with FakeWeb(partial(items, {1: item(1, NOW_SECONDS, text)})) as web:
                source = build("hackernews", web.url)
                assert isinstance(source, Follower)
                edited = [one for found in source.follow([was.id], [was.id], None, NOW) for one in found.edited]
            tally = store.save_page(
                Page(posts=tuple(edited)), source="hn", query="", at=NOW + timedelta(hours=hour)
            )
            # The same text from the other service is the same version.
            assert tally.stored == (text == "The ferry may go")
        assert [one.text for one in store.posts()] == ["The ferry may go"]
