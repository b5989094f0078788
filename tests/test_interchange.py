"""The interchange format: what is kept, what is counted, what is refused, and that it comes back the same."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.interchange import kind_of_row, parse_post, parse_story, post_dict, read_time, story_dict
from monitor.model import Author, Image, PostId, StoryId
from tests.builders import NOON, post, story


def test_a_post_comes_back_the_same() -> None:
    whole = post(
        author=Author(id="u", handle="h", name="N", description="D", followers=3, verified=True, created_at=NOON),
        reply_to=PostId("a"),
        repost_of=PostId("b"),
        quote_of=PostId("c"),
        likes=0,
        reposts=1,
        replies=2,
        links=("https://news.example/ferry",),
        found_for=(StoryId("ferry"),),
        deleted=True,
    )
    assert parse_post(json.loads(json.dumps(post_dict(whole)))) == whole
    assert parse_post(post_dict(post(author=None))) == post(author=None)


def test_a_story_comes_back_the_same() -> None:
    whole = story(image=Image(url="https://a.example/1.jpg", caption="c", ai_generated=True), target="the county")
    assert parse_story(json.loads(json.dumps(story_dict(whole)))) == whole
    assert parse_story(story_dict(story())) == story()


def test_a_row_has_exactly_the_keys_of_the_format() -> None:
    assert list(post_dict(post())) == [
        "id", "platform", "author", "text", "lang", "created_at", "url", "reply_to", "repost_of", "quote_of",
        "likes", "reposts", "replies", "links",
    ]  # fmt: skip
    assert list(story_dict(story())) == [
        "id", "title", "lead", "body", "url", "publisher", "published_at", "language",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-02-03T12:00:00Z", NOON),
        ("2026-02-03T12:00:00.000Z", NOON),
        ("2026-02-03T13:00:00+01:00", NOON),
        ("2026-02-03T12:00:00", NOON),
        ("2026-02-03 12:00", NOON),
        ("2026-02-03", datetime(2026, 2, 3, tzinfo=UTC)),
        ("2016", datetime(2016, 1, 1, tzinfo=UTC)),
        (2016, datetime(2016, 1, 1, tzinfo=UTC)),
        (None, None),
        ("", None),
        ("0000", None),
        ("2026-02-30T00:00:00Z", None),
        ("9999-12-31T23:59:59-10:00", None),
        ("0001-01-01T00:00:00+10:00", None),
        ("last Tuesday", None),
        ("²⁰²⁶", None),
        (True, None),
        (1.5, None),
        ([], None),
    ],
)
def test_times_are_read_or_unknown(said: object, meant: datetime | None) -> None:
    assert read_time(said) == meant


def test_an_unreadable_time_and_unknown_keys_are_counted_and_the_row_stays() -> None:
    unread: Counter[str] = Counter()
    row = {**post_dict(post()), "created_at": "soon", "mood": 1, "author": {"id": "u", "shoe_size": 41}}
    assert parse_post(row, unread).created_at is None
    assert unread == {"created_at: unreadable time": 1, "post.mood": 1, "author.shoe_size": 1}


@pytest.mark.parametrize(
    "broken",
    [
        {"id": None},
        {"id": ""},
        {"id": True},
        {"id": ["p"]},
        {"id": "a\x00"},
        {"id": "a\ud800"},
        {"text": None},
        {"text": 5},
        {"platform": None},
        {"platform": ""},
        {"author": "anna"},
        {"author": {}},
        {"author": {"id": 1.5}},
        {"author": {"id": "u", "followers": "many"}},
        {"likes": -5},
        {"likes": "12"},
        {"likes": True},
        {"likes": 1.5},
        {"likes": 2**63},
        {"links": "https://a.example"},
        {"links": [None]},
        {"found_for": "ferry"},
        {"deleted": "yes"},
        {"reply_to": {}},
        {"url": 5},
    ],
)
def test_a_broken_post_is_refused_with_a_reason(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_post({**post_dict(post()), **broken})


@pytest.mark.parametrize(
    "broken", [{"title": None}, {"title": " "}, {"id": None}, {"image": "a.jpg"}, {"image": {}}]
)
def test_a_broken_story_is_refused_with_a_reason(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_story({**story_dict(story()), **broken})


def test_ids_are_kept_verbatim_and_text_is_made_clean() -> None:
    read = parse_post({**post_dict(post()), "id": "007", "text": "a\x00b\ud800\u202ec"})
    assert (read.id, read.text) == ("007", "ab\ufffd\u202ec")
    assert parse_post({**post_dict(post()), "id": 12}).id == "12"


def test_an_empty_repost_and_a_deleted_post_need_no_text() -> None:
    assert parse_post({"id": "a", "platform": "x", "repost_of": "b"}).text == ""
    assert parse_post({"id": "a", "deleted": True}).deleted


def test_an_account_is_known_by_its_handle_where_it_has_no_id() -> None:
    read = parse_post({**post_dict(post()), "author": {"handle": "anna"}})
    assert read.author == replace(Author(id="anna"), handle="anna")


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"id": "a", "text": "t", "platform": "x"}, "post"),
        ({"id": "a", "text": "t", "title": "t"}, "post"),
        ({"id": "a", "deleted": True}, "post"),
        ({"id": "a", "title": "t"}, "story"),
        ({"post": "a", "story": "b"}, None),
        ({"title": "t"}, None),
        ({}, None),
    ],
)
def test_stories_and_posts_are_told_apart_by_their_fields(row: dict[str, Any], kind: str | None) -> None:
    assert kind_of_row(row) == kind
