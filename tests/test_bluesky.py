"""Bluesky: views become posts, the session is made once and kept, and windows are narrowed until they are empty."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobs.follow import follow
from monitor.errors import SourceRefused
from monitor.model import Page, PostId, Query, StoryId
from monitor.protocols import Follower
from monitor.sources.bluesky_posts import parse
from monitor.store import Store
from tests.builders import NOON, post
from tests.fakes.bluesky import HANDLE, RECORDED, FakeBluesky, view
from tests.fakes.services import build
from tests.fakes.x import TOKEN

if TYPE_CHECKING:
    from pathlib import Path

QUERY = Query(text="sundvik ferry", stories=(StoryId("ferry"),))
NOW = NOON + timedelta(hours=3)
ODD: tuple[object, ...] = (None, "", 0, -1, 2**70, 1.5, True, [], {}, ["a"], {"a": 1}, "\0", "\ud800", "x" * 20_000)


def at(minutes: float) -> str:
    return (NOW - timedelta(minutes=minutes)).isoformat()


def fetched(fake: FakeBluesky, folder: Path, query: Query = QUERY, **options: Any) -> list[Page]:
    return list(build("bluesky", fake.url, folder=folder, **options).fetch(query, None, NOW))


def test_views_become_posts_with_author_thread_links_and_counts() -> None:
    page, oldest = parse(json.loads(RECORDED.read_text()), QUERY)
    first, second = page.posts
    assert first.id == "at://did:plc:skipper1/app.bsky.feed.post/3l1"
    assert first.text == "The Sundvik ferry must stay, see county.example/pla…"
    assert first.links == ("https://county.example/plan?page=2", "https://news.example/ferry")
    assert first.url == "https://bsky.app/profile/skipper1.example/post/3l1"
    assert (first.reply_to, first.lang) == ("at://did:plc:root/app.bsky.feed.post/3l0", "en")
    assert (first.likes, first.reposts, first.replies) == (5, 1, 2)
    assert first.author is not None
    assert (first.author.id, first.author.handle) == ("did:plc:skipper1", "skipper1.example")
    assert first.author.verified is None
    assert (second.quote_of, second.lang) == (first.id, None)
    # Dated back by years: when the network saw it is the truth, and it is listed by what its author says.
    assert second.created_at == datetime(2026, 2, 3, 11, 57, 1, tzinfo=UTC)
    assert oldest == datetime(2019, 1, 1, tzinfo=UTC)
    assert [one.reason for one in page.rejected] == ["its author or the service asks not to show it to strangers"]


# --- The session -------------------------------------------------------------------------------------


def test_a_session_is_made_once_kept_for_nobody_else_to_read_and_used_again(tmp_path: Path) -> None:
    with FakeBluesky([view(1, at(5))]) as fake:
        assert len(fetched(fake, tmp_path)[-1].posts) == 1
        assert len(fetched(fake, tmp_path)[-1].posts) == 1
        assert (fake.sessions, fake.renewed) == (1, 0)
    kept = tmp_path / ".bluesky-session.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert TOKEN not in kept.read_text()
    assert [path.name for path in tmp_path.iterdir()] == [kept.name]


def test_a_session_that_has_ended_is_renewed_and_the_new_one_kept(tmp_path: Path) -> None:
    with FakeBluesky([view(1, at(5))]) as fake:
        fetched(fake, tmp_path)
        fake.end_session()
        assert len(fetched(fake, tmp_path)[-1].posts) == 1
        assert (fake.sessions, fake.renewed) == (1, 1)
        assert json.loads((tmp_path / ".bluesky-session.json").read_text())["refreshJwt"] == fake.refresh
        fake.end_session(refresh=True)
        assert len(fetched(fake, tmp_path)[-1].posts) == 1
        assert (fake.sessions, fake.renewed) == (2, 1)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"handle": "another.example", "accessJwt": "a"}'])
def test_a_broken_or_foreign_session_file_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / ".bluesky-session.json").write_text(text)
    with FakeBluesky([view(1, at(5))]) as fake:
        fetched(fake, tmp_path)
        assert fake.sessions == 1


def test_a_password_that_is_not_accepted_is_told_without_it(tmp_path: Path) -> None:
    with FakeBluesky() as fake, pytest.raises(SourceRefused, match="Invalid identifier or password") as caught:
        fetched(fake, tmp_path, handle="another.example")
    assert TOKEN not in str(caught.value)
    assert fake.sessions == 1
    assert HANDLE not in str(caught.value)


# --- Windows -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("cursor", ["given", "ends early"])
def test_a_window_is_narrowed_until_it_is_empty_whatever_the_cursor_says(cursor: str, tmp_path: Path) -> None:
    with FakeBluesky([view(n, at(n)) for n in range(1, 251)], ends_early=cursor == "ends early") as fake:
        pages = fetched(fake, tmp_path)
    assert sum(len(page.posts) for page in pages) == 250
    assert len({one.id for page in pages for one in page.posts}) == 250
    assert pages[-1].gaps == ()
    assert pages[-1].rate_left == 2991


def test_what_is_beyond_the_pages_of_a_run_is_a_gap(tmp_path: Path) -> None:
    with FakeBluesky([view(n, at(n)) for n in range(1, 251)]) as fake:
        pages = fetched(fake, tmp_path, pages=2)
    (gap,) = pages[-1].gaps
    assert (gap.reason, gap.read) == ("sampled", 199)
    assert gap.until == NOW - timedelta(minutes=199)


def test_each_alternative_is_asked_with_what_the_service_takes_apart(tmp_path: Path) -> None:
    with FakeBluesky() as fake:
        query = Query(text='ferry -bus lang:en from:skipper.example OR "old quay" OR url:"news.example/ferry"')
        fetched(fake, tmp_path, query)
        asked = [one.query for one in fake.searches]
    assert [one["q"] for one in asked] == ["ferry -bus", '"old quay"', "news.example/ferry"]
    assert (asked[0]["author"], asked[0]["lang"], asked[0]["sort"]) == ("skipper.example", "en", "latest")
    assert asked[0]["since"] == "2026-01-27T15:00:00Z"


# --- What becomes of posts -----------------------------------------------------------------------------


def test_what_is_gone_at_bluesky_is_gone_here(tmp_path: Path) -> None:
    views = [view(n, at(n)) for n in range(1, 61)]
    ids = [PostId(one["uri"]) for one in views]
    with Store.in_memory() as store, FakeBluesky([one for one in views if one["uri"] != ids[40]]) as fake:
        posts = tuple(post(one, platform="bluesky", text=f"Sundvik {n}") for n, one in enumerate(ids))
        store.save_page(Page(posts=posts), source="b", query="", at=NOW)
        source = build("bluesky", fake.url, name="b", folder=tmp_path)
        assert isinstance(source, Follower)
        assert follow(store, [source], now=NOW) == []
        assert {one.id for one in store.posts()} == set(ids) - {ids[40]}
        assert len([one for one in fake.asked if "getPosts" in one.path]) == 3


def test_no_value_of_a_stranger_is_an_exception_or_costs_a_neighbour() -> None:
    whole = json.loads(RECORDED.read_text())["posts"][0]
    paths: list[tuple[str, ...]] = [(key,) for key in whole]
    paths += [("author", key) for key in whole["author"]] + [("record", key) for key in whole["record"]]
    paths += [
        ("record", "reply", "parent"),
        ("record", "embed", "external"),
        ("record", "embed", "external", "uri"),
    ]
    for path in paths:
        for odd in ODD:
            changed = json.loads(json.dumps(whole))
            inner = changed
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = odd
            page, _ = parse({"posts": [changed, odd, view(9, at(1))]}, QUERY)
            assert page.received == 3
            assert page.posts[-1].id.endswith("/3k9")
    for odd in ODD:
        facets = [
            odd,
            {"features": odd},
            {"features": [odd, {"$type": "app.bsky.richtext.facet#link", "uri": odd}]},
        ]
        page, _ = parse({"posts": [{**whole, "record": {**whole["record"], "facets": facets}}]}, QUERY)
        assert page.received == 1
