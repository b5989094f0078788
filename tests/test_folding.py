"""Which posts are copies, and which are floods."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from monitor.folding import floods, fold
from monitor.model import PostId, StoryId, VoiceId
from tests.builders import NOON, post

LONG = "The county closes the ferry in April and nobody on the island was ever asked about it"


@pytest.mark.parametrize(
    "text",
    [
        LONG.upper() + "!!! 🙏",
        LONG + " #SaveTheFerry #Sundvik",
        LONG + " https://news.example/ferry?x=1",
        LONG + " @county",
        "RT @anna: " + LONG,
        "RT @anna: " + LONG[:60] + "…",
        "RT @someone: RT @anna: " + LONG,
        LONG.replace("island", "isalnd"),
    ],
)
def test_the_same_words_in_another_dress_are_a_copy(text: str) -> None:
    copies = fold([post("first", text=LONG), post("second", by="ben", minutes=5, text=text)])
    assert {copy: found.root for copy, found in copies.items()} == {"second": "first"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("At least 10 dead after the ferry sank off Sundvik", "At least 12 dead after the ferry sank off Sundvik"),
        ("I support the closing of the Sundvik ferry", "I don't support the closing of the Sundvik ferry"),
        ("The minister will resign today over the ferry", "The minister will not resign today over the ferry"),
        ("The loss is one million crowns for the county", "The loss is one billion crowns for the county"),
        (
            "Two thousand lorries a year say that Sundar lies to us all",
            "Two thousand lorries a year say that Sundin lies to us all",
        ),
        (LONG, LONG + " and that is a good thing"),
        (LONG, "This is false: " + LONG),
        ("so sad today", "So sad today!"),
    ],
)
def test_what_says_something_else_or_is_said_by_many_is_no_copy(one: str, other: str) -> None:
    assert fold([post("first", text=one), post("second", by="ben", minutes=5, text=other)]) == {}


def test_an_account_that_repeats_its_few_words_copies_itself() -> None:
    posts = [post("a", text="so sad today"), post("b", minutes=9, text="So sad today!")]
    assert fold(posts)[PostId("b")].root == "a"


def test_an_empty_repost_of_a_repost_has_the_first_post_as_root() -> None:
    posts = [
        post("root"),
        post("again", by="ben", minutes=1, text="", repost_of=PostId("root")),
        post("third", by="cy", minutes=2, text="", repost_of=PostId("again")),
    ]
    assert {found.root for found in fold(posts).values()} == {"root"}
    assert {found.reason for found in fold(posts).values()} == {"repost"}


def test_reposts_of_a_post_that_is_not_stored_fold_into_the_one_with_text() -> None:
    posts = [
        post(f"p{n}", by=f"u{n}", minutes=n, text="" if n < 2 else LONG, repost_of=PostId("gone")) for n in range(4)
    ]
    assert {copy: found.root for copy, found in fold(posts).items()} == {"p0": "p2", "p1": "p2", "p3": "p2"}


def test_marked_reposts_fold_into_who_says_it_unmarked_even_later() -> None:
    posts = [post(f"rt{n}", by=f"u{n}", minutes=n, text=f"RT @critic: {LONG}") for n in range(3)]
    copies = fold([*posts, post("said", by="zoe", minutes=50, text=LONG)])
    assert {found.root for found in copies.values()} == {"said"}
    assert len(copies) == 3


def test_reposts_in_a_circle_have_their_oldest_as_root() -> None:
    posts = [
        post("a", text="", repost_of=PostId("b")),
        post("b", by="ben", minutes=1, text="", repost_of=PostId("a")),
    ]
    assert {copy: found.root for copy, found in fold(posts).items()} == {"b": "a"}


def test_roots_are_never_copies_in_any_order() -> None:
    texts = [LONG, LONG + " #a", "RT @u1: " + LONG[:70] + "…", LONG + " really", LONG + " Really 🙏"]
    posts = [post(f"p{n}", by=f"u{n}", minutes=n % 7, text=texts[n % len(texts)]) for n in range(40)]
    expected = fold(posts)
    assert not {found.root for found in expected.values()} & expected.keys()
    for seed in range(5):
        shuffled = random.Random(seed).sample(posts, len(posts))  # noqa: S311 — an order, not a secret
        assert fold(shuffled) == expected


def _flooded(posts: list[object], *, reporting: frozenset[PostId] = frozenset()) -> dict[PostId, str]:
    made = [one for one in posts if isinstance(one, type(post()))]
    speakers = {one.id: VoiceId(one.author.id if one.author else one.id) for one in made}
    return floods(made, fold(made), {one.id: StoryId("ferry") for one in made}, speakers, reporting=reporting)


def test_a_campaign_of_the_same_words_is_a_flood_but_for_its_first_post() -> None:
    posts = [post(f"p{n}", by=f"u{n}", minutes=n, text=f"{LONG} #tag{n}") for n in range(6)]
    assert _flooded([*posts]) == {f"p{n}": "near-identical" for n in range(1, 6)}


@pytest.mark.parametrize(
    ("text", "apart"), [(LONG + " https://news.example/ferry", 1), ("RT @critic: " + LONG, 1), (LONG, 300)]
)
def test_shared_news_reposts_and_the_same_words_over_days_are_no_campaign(text: str, apart: int) -> None:
    assert _flooded([post(f"p{n}", by=f"u{n}", minutes=n * apart, text=text) for n in range(6)]) == {}


def test_one_account_that_posts_many_times_floods_after_its_first_post() -> None:
    words = ["sheep", "doctor", "school", "toll", "winter", "county"]
    posts = [
        post(f"p{n}", minutes=n, text=f"Who thinks of the {word} on our island?") for n, word in enumerate(words)
    ]
    assert _flooded([*posts]) == {f"p{n}": "one account" for n in range(1, 6)}
    assert _flooded([*posts[:4]]) == {}
    assert _flooded([*posts], reporting=frozenset(one.id for one in posts)) == {}


def test_five_posts_are_few_among_hundreds() -> None:
    loud = [post(f"p{n}", minutes=n, text=f"thought number {n} about it") for n in range(5)]
    others = [
        post(f"o{n}", by=f"u{n}", text=f"another view, the {n}th", created_at=NOON + timedelta(hours=n))
        for n in range(200)
    ]
    assert _flooded([*loud, *others]) == {}


@pytest.mark.parametrize(
    ("linked", "other", "named", "flooded"),
    [
        (3, None, None, 5),
        (2, None, None, 0),
        (3, StoryId("bank"), None, 0),
        (1, None, StoryId("ferry"), 5),
        (0, None, StoryId("ferry"), 0),
        (1, None, StoryId("bank"), 0),
        (1, StoryId("bank"), StoryId("ferry"), 0),
    ],
    ids=[
        "of one story",
        "too few are linked",
        "of another story too",
        "one is, and the profile names the story",
        "none is",
        "the profile names another story",
        "of another story too, whatever the profile names",
    ],
)
def test_slogans_go_with_a_voice_that_speaks_of_one_story_alone(
    linked: int, other: StoryId | None, named: StoryId | None, flooded: int
) -> None:
    texts = ["sheep first", "who pays", "say no", "not with us", "they lie", "shame on you"]
    posts = [post(f"p{n}", minutes=n, text=text) for n, text in enumerate(texts)]
    stories = {one.id: StoryId("ferry") for one in posts[:linked]}
    if other:
        stories[posts[-1].id] = other
    found = floods(
        posts,
        {},
        stories,
        {one.id: VoiceId("x:anna") for one in posts},
        named={one.id: named for one in posts} if named else None,
    )
    assert found == {f"p{n}": "one account" for n in range(1, flooded + 1)}
