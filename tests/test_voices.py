"""Which accounts are one voice."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from monitor.folding import fold
from monitor.model import Author, Post, PostId, StoryId
from monitor.voices import voices
from tests.builders import post

if TYPE_CHECKING:
    from collections.abc import Sequence

LONG = "The county closes the ferry in April and nobody on the island was ever asked about it"


def _by(platform: str, handle: str, post_id: str, *, minutes: int = 0, text: str = "", **profile: str) -> Post:
    who = Author(id=f"{platform}-{handle}", handle=handle, **profile)  # type: ignore[arg-type]
    return post(post_id, minutes=minutes, author=who, text=text or f"words of {post_id}", platform=platform)


def _reasons(posts: Sequence[Post], **stories: str) -> list[str | None]:
    """Why the posts share a voice; a list of None where they do not."""
    spoken = voices(posts, fold(posts), {PostId(one): StoryId(story) for one, story in stories.items()})
    together = len({voice for voice, _ in spoken.values()}) == 1
    reasons = [spoken[one.id][1] for one in posts]
    assert together == (None not in reasons)
    return reasons


def test_an_account_is_one_voice_and_a_post_without_author_is_its_own() -> None:
    posts = [post("a"), post("b"), post("c", author=None), post("d", author=None)]
    spoken = voices(posts, {}, {})
    assert len({voice for voice, _ in spoken.values()}) == 3
    assert spoken[PostId("a")] == spoken[PostId("b")] == ("x:u-anna", None)


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (
            _by("mastodon", "anna@fjord.example", "a"),
            _by("bluesky", "anna.fjord.example.ap.brid.gy", "b"),
            "bridge",
        ),
        (
            _by("x", "annaby", "a", description="Farmer. Also on anna.bsky.example"),
            _by("bluesky", "anna.bsky.example", "b"),
            "declared",
        ),
        (
            _by("x", "oneperson", "a", text=LONG),
            _by("bluesky", "other.bsky.example", "b", minutes=5, text=LONG),
            "same words",
        ),
        (
            _by("x", "annaberg", "a", description="trade analyst"),
            _by("mastodon", "annaberg@fjord.example", "b", description="Analyst of trade"),
            "same profile",
        ),
        (
            _by("x", "a_berg", "a", name="Anna Berg", description="trade analyst"),
            _by("mastodon", "ab@fjord.example", "b", name="Anna Berg", description="analyst"),
            "same profile",
        ),
    ],
)
def test_accounts_are_one_voice_for_a_reason_that_is_kept(one: Post, other: Post, reason: str) -> None:
    assert _reasons([one, other]) == [reason, reason]
    assert _reasons([other, one]) == [reason, reason]


def test_the_same_handle_is_one_voice_only_in_the_same_story() -> None:
    posts = [_by("x", "annaberg", "a"), _by("bluesky", "annaberg.bsky.example", "b")]
    assert _reasons(posts, a="ferry", b="ferry") == ["same story", "same story"]
    assert _reasons(posts, a="ferry", b="bridge") == [None, None]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (_by("x", "annaberg", "a", description="Reporter at news.example"), _by("bluesky", "news.example", "b")),
        (_by("x", "one_p", "a", text=LONG), _by("bluesky", "two.example", "b", minutes=90, text=LONG)),
        (
            _by("x", "one_p", "a", text=LONG + " https://news.example/a"),
            _by("bluesky", "two.example", "b", minutes=2, text=LONG),
        ),
        (_by("x", "annaberg", "a", name="Anna Berg"), _by("x", "annaberg2", "b", name="Anna Berg")),
        (_by("x", "ann", "a"), _by("bluesky", "ann.bsky.example", "b")),
    ],
)
def test_what_strangers_have_in_common_joins_no_voices(one: Post, other: Post) -> None:
    assert _reasons([one, other], a="ferry", b="ferry") == [None, None]


def test_a_name_that_two_accounts_of_a_platform_bear_proves_nothing() -> None:
    posts = [
        _by("x", "anna1", "a", name="Anna Berg"),
        _by("x", "anna2", "b", name="Anna Berg"),
        _by("bluesky", "berg.example", "c", name="Anna Berg"),
    ]
    assert _reasons(posts, a="ferry", b="ferry", c="ferry") == [None, None, None]


def test_voices_do_not_depend_on_the_order() -> None:
    posts = [
        _by("x", "annaberg", "a", description="trade"),
        _by("bluesky", "annaberg.bsky.example", "b", description="trade talk"),
        _by("mastodon", "annaberg@fjord.example", "c", description="talk"),
        _by("x", "ben", "d"),
    ]
    assert len({tuple(sorted(voices(order, {}, {}).items())) for order in permutations(posts)}) == 1
