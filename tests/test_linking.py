"""Which story a post is about, and why."""

from __future__ import annotations

import random
import time

from monitor.folding import fold
from monitor.linking import link
from monitor.model import Link, Post, PostId, Story, StoryId
from tests.builders import post, story

FERRY = story()
BANK = story(
    id=StoryId("bank"),
    title="Harbor Bank app and card payments down for nine hours on payday",
    lead="A failed database upgrade locked customers of Harbor Bank out of the app.",
    url="https://news.example/bank",
)
TALKS = story(
    id=StoryId("talks"),
    title="South Korea's foreign minister meets US secretary of state amid tariff threat",
    lead="Foreign Minister Cho Hyun met Secretary of State Marco Rubio in Washington over tariffs.",
    url=None,
)
STORIES = [FERRY, BANK, TALKS]


def _links(*posts: Post, stories: list[Story] | None = None) -> dict[PostId, Link]:
    return link(posts, stories or STORIES, fold(posts))[0]


def test_words_decide_between_stories_and_nothing_is_forced() -> None:
    links = _links(
        post("a", text="The Sundvik ferry makes its last trip, what a shame"),
        post("b", text="Card payments at Harbor Bank are still down, on payday!"),
        post("c", text="Look at my new bicycle"),
    )
    assert {one: (found.story, found.reason) for one, found in links.items()} == {
        "a": ("ferry", "words"),
        "b": ("bank", "words"),
    }


def test_a_shared_address_wins_over_words_in_any_spelling() -> None:
    text = "Harbor Bank card payments https://NEWS.example/ferry/?utm_source=x#top"
    assert _links(post("a", text=text))[PostId("a")] == Link(story=StoryId("ferry"), reason="url", strength=1.0)


def test_a_copy_and_its_root_share_the_address_that_either_has() -> None:
    words = "What on earth are they thinking over there in the county hall"
    links = _links(
        post("a", text=words), post("b", by="ben", minutes=3, text=f"{words} https://news.example/ferry")
    )
    assert {found.story for found in links.values()} == {"ferry"}
    assert len(links) == 2


def test_replies_of_replies_inherit_the_story_of_their_thread() -> None:
    links = _links(
        post("top", text="The Sundvik ferry must stay in April"),
        post("re", by="ben", minutes=1, text="this ^", reply_to=PostId("top")),
        post("rere", by="cy", minutes=2, text="card payments are down here", reply_to=PostId("re")),
        post("quote", by="dee", minutes=3, text="so true", quote_of=PostId("rere")),
    )
    assert {one: (found.story, found.reason) for one, found in links.items() if one != "top"} == {
        "re": ("ferry", "thread"),
        "rere": ("ferry", "thread"),
        "quote": ("ferry", "thread"),
    }


def test_replies_in_a_circle_end() -> None:
    assert _links(post("a", text="hm", reply_to=PostId("b")), post("b", text="hm hm", reply_to=PostId("a"))) == {}


def test_a_conversation_holds_its_comments_whatever_their_words() -> None:
    texts = [
        "I like trains more",
        "Card payments at Harbor Bank are down",
        "Who pays?",
        "The Sundvik ferry must stay",
    ]
    posts = [post(f"p{n}", by=f"u{n}", text=text, found_for=(FERRY.id,)) for n, text in enumerate(texts)]
    links, elsewhere = link(posts, STORIES, fold(posts))
    assert [links[one.id].story for one in posts] == ["ferry"] * 4
    assert links[PostId("p0")].reason == "query"
    assert elsewhere == {}


def test_a_keyword_hit_about_a_namesake_is_told_and_not_linked() -> None:
    posts = [
        post("a", text="Cho Hyun and Marco Rubio talked about tariffs in Washington", found_for=(TALKS.id,)),
        post("b", by="ben", text="Margaret Cho was hilarious last night", found_for=(TALKS.id,)),
        post("c", by="cy", text="Rubio's cabernet: cherry and oak", found_for=(TALKS.id,)),
        post("d", by="dee", text="Minister Cho should refuse the tariff threat", found_for=(TALKS.id,)),
    ]
    links, elsewhere = link(posts, STORIES, fold(posts))
    assert sorted(links) == ["a", "d"]
    assert elsewhere == {"b": "talks", "c": "talks"}


def test_posts_about_one_story_alone_are_linked_however_many_they_are() -> None:
    posts = [post(f"p{n}", by=f"u{n}", text=f"Keep the Sundvik ferry, says w{n} of v{n % 31}") for n in range(500)]
    assert len(_links(*posts, stories=[FERRY])) == 500


def test_links_do_not_depend_on_the_order_of_posts_or_stories() -> None:
    words = [
        "sundvik",
        "ferry",
        "boat",
        "harbor",
        "bank",
        "app",
        "card",
        "payday",
        "tariff",
        "threat",
        "minister",
        "cho",
        "rubio",
        "korea",
        "washington",
    ]
    draw = random.Random(7)  # noqa: S311 — made-up posts
    posts = [
        post(
            f"p{n}",
            by=f"u{n}",
            text=" ".join(draw.choices(words, k=5)),
            reply_to=PostId(f"p{n - 7}") if n % 5 == 0 else None,
        )
        for n in range(120)
    ]
    expected = link(posts, STORIES, fold(posts))
    for _ in range(4):
        shuffled, stories = draw.sample(posts, len(posts)), draw.sample(STORIES, len(STORIES))
        assert link(shuffled, stories, fold(shuffled)) == expected


def test_stories_that_fit_equally_go_to_the_lowest_id() -> None:
    twins = [story(id=StoryId("b"), url=None), story(id=StoryId("a"), url=None)]
    found = _links(post("p", text="The Sundvik ferry makes its last trip"), stories=twins)
    assert found[PostId("p")].story == "a"


def test_a_reply_chain_of_thousands_is_walked_in_linear_time() -> None:
    top = post("p0", text="The Sundvik ferry must stay in April")
    posts = [
        top,
        *(post(f"p{n}", text="x", author=None, minutes=n, reply_to=PostId(f"p{n - 1}")) for n in range(1, 4000)),
    ]
    began = time.process_time()
    links = _links(*posts[::-1])
    assert len(links) == 4000
    assert time.process_time() - began < 5


def test_no_posts_and_no_stories_give_no_links() -> None:
    assert link([], STORIES, {}) == ({}, {})
    assert link([post()], [], {}) == ({}, {})
