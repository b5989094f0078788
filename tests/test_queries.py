"""Queries: the terms of a story, one syntax, what each platform is asked, and what a post must have."""

from __future__ import annotations

import random

import pytest

from monitor.model import Post, PostId
from monitor.queries import (
    MAX_X_QUERY,
    Search,
    Unsearchable,
    admits,
    for_reddit,
    for_x,
    matches,
    parse,
    problems,
    query_for,
    searches,
    tags,
)
from monitor.queries.story import terms_of
from tests.builders import author, post, story

EVERY = ("x", "bluesky", "hackernews", "mastodon", "reddit")

# --- From a story ------------------------------------------------------------------------------------


def test_a_story_is_searched_by_pairs_of_its_telling_terms_and_by_its_address() -> None:
    query = query_for(story())
    assert query.text == (
        "(sundvik (ferry OR county OR closes OR replaces OR trip)) OR "
        '(ferry (county OR closes OR replaces OR trip)) OR url:"news.example/ferry"'
    )
    assert (query.stories, query.language) == (("ferry",), "en")
    assert problems(query.text, EVERY) == []


def test_the_words_of_the_team_win() -> None:
    assert query_for(story(query='"Sundvik ferry" OR #sundvik')).text == '"Sundvik ferry" OR #sundvik'


def test_of_a_name_the_last_word_is_asked_for_and_names_come_first() -> None:
    made = story(
        title="Minister Anna Holm's plan divides the town of Sundvik",
        lead="Anna Holm met Sundvik's mayor on Monday. Two million people saw it.",
    )
    assert terms_of(made)[:2] == ["holm", "sundvik"]
    assert not {"monday", "million", "two", "the"} & set(terms_of(made))


def test_where_every_word_has_a_capital_capitals_say_nothing() -> None:
    shouted = story(
        title="Council Approves Ferry Closure After Debate", lead="The harbour of Sundvik falls silent."
    )
    assert terms_of(shouted)[0] == "sundvik"


@pytest.mark.parametrize(
    "title",
    [
        "…",
        "To be or not to be",
        "①②",
        "a" * 1_000,
        "노랑진 여객선 4월 운항 중단",
        'He said "no" OR "yes" AND NOT (maybe',
        "-- ) ( -",
        "Ünïcödé Tïtlé Äbout Étudés " * 9,
    ],
)
def test_any_title_gives_a_query_that_every_platform_takes_or_none_can(title: str) -> None:
    query = query_for(story(title=title, lead="", url=None)).text
    assert problems(query, ["x"]) == []
    assert len(for_x(query)) <= MAX_X_QUERY


# --- The syntax --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("ferry", "ferry"),
        ("ferry AND boat", "ferry boat"),
        ("ferry boat OR bus", "(ferry boat) OR bus"),
        ("(ferry OR boat) lang:en", "(ferry OR boat) lang:en"),
        ("ferry NOT bus", "ferry -bus"),
        ("ferry -(bus OR tram)", "ferry -bus -tram"),
        ("ferry -(bus tram)", "ferry -(bus tram)"),
        ("ferry NOT NOT bus", "ferry bus"),
        ('"Sundvik ferry" from:@skipper', '"Sundvik ferry" from:skipper'),
        ('"one" #Two', "one #Two"),
        ("ferry -is:retweet has:links", "ferry -is:retweet has:links"),
        ("url:news.example", 'url:"news.example"'),
        ("https://news.example/a ferry", '"https://news.example/a" ferry'),
        ("12:30 ferry", '"12:30" ferry'),
        ('"AND" ferry', '"AND" ferry'),
        ("lang:en (ferry OR (boat is:verified))", "lang:en (ferry OR (boat is:verified))"),
        ("페리 OR 여객선", "페리 OR 여객선"),
    ],
)
def test_what_is_written_is_what_x_is_asked(written: str, asked: str) -> None:
    assert for_x(written) == asked
    assert for_x(asked) == asked


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("is:retweet", "only narrow"),
        ("has:links lang:en", "only narrow"),
        ("-ferry", "only narrow"),
        ("ferry OR is:retweet", "only narrow"),
        ("is:reply (lang:en OR has:media)", "only narrow"),
        ("-(ferry boat) lang:en", "only narrow"),
        ("(ferry", "bracket is not closed"),
        ("ferry)", "was not opened"),
        ("ferry ()", "empty bracket"),
        ('"ferry', "quotation"),
        ('"" ferry', "nothing between"),
        ("ferry OR", "one side of OR"),
        ("OR ferry", "one side of OR"),
        ("AND ferry", "AND stands"),
        ("ferry AND OR boat", "AND stands"),
        ("ferry NOT", "nothing follows NOT"),
        ('from:"" ferry', "nothing follows from:"),
        ("(" * 30 + "a" + ")" * 30, "more than 20 times"),
        ("a" * 513, "512"),
        ("a " * 3_000, "at most 4096"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_sentence(query: str, problem: str) -> None:
    (said,) = problems(query, ["x"])
    assert problem in said


def test_no_text_at_all_breaks_the_reader() -> None:
    draw = random.Random(7)  # noqa: S311 - a fixed seed
    pieces = [
        "a",
        "b c",
        "(",
        ")",
        '"',
        "OR",
        "AND",
        "NOT",
        "-",
        "#",
        "from:",
        "lang:en",
        ":",
        "-(",
        "url:x",
        "\n",
        "é",
    ]
    for _ in range(5_000):
        text = draw.choice(["", " "]).join(draw.choices(pieces, k=draw.randrange(1, 9)))
        try:
            node = parse(text)
        except Unsearchable:
            continue
        matches(node, post())
        problems(text, EVERY)


# --- Platforms without OR, and Reddit ------------------------------------------------------------------


def test_each_alternative_is_a_search_of_its_own() -> None:
    assert searches('ferry (quay OR "old harbour") -bus lang:en') == [
        Search(words="ferry quay -bus", language="en"),
        Search(words='ferry "old harbour" -bus', language="en"),
    ]
    assert searches('from:skipper OR url:"news.example/a" OR is:retweet OR -bus') == [
        Search(words="", author="skipper"),
        Search(words="", url="news.example/a"),
    ]


@pytest.mark.parametrize(
    "query",
    [" OR ".join(f"w{n}" for n in range(13)), " ".join(f"(a{n} OR b{n})" for n in range(20))],
)
def test_more_than_twelve_alternatives_are_refused_at_once(query: str) -> None:
    with pytest.raises(Unsearchable, match="more than 12"):
        searches(query)


def test_the_tags_of_a_query_are_those_it_names_else_its_words() -> None:
    assert tags("#Sundvik ferry OR #ferga -#bus") == ["sundvik", "ferga"]
    assert tags('"Sundvik ferry" OR (county cut lang:en)') == ["sundvikferry", "county"]
    with pytest.raises(Unsearchable):
        tags("a OR 2026 OR is:retweet")


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("ferry boat OR bus", "(ferry AND boat) OR bus"),
        ("ferry (quay OR pier) -bus lang:en", "ferry AND (quay OR pier) AND NOT bus"),
        ('from:skipper url:"a.example/b"', 'author:skipper AND url:"a.example/b"'),
        ("#sundvik", "sundvik"),
    ],
)
def test_reddit_is_asked_with_its_own_words(written: str, asked: str) -> None:
    assert for_reddit(written) == asked


def test_each_platform_says_for_itself_what_it_cannot_be_asked() -> None:
    assert problems("is:retweet", ["hackernews", "reddit", "jetstream", "rss"]) == [
        "Hacker News: there is no word to search for in it",
        "Reddit: there is no word to search for in it",
        "the firehose of Bluesky: there is no word to search for in it",
    ]
    assert problems("from:skipper -bus", ["jetstream"]) == []


# --- Matching ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text", "is_met"),
    [
        ("ferry", "The FERRY’s gone", False),
        ("ferry", "The FERRY sails", True),
        ("ferry", "the ferryman", False),
        ('"car ferry"', "a car, ferry", True),
        ('"car ferry"', "a ferry car", False),
        ("#sundvik", "#Sundvik today", True),
        ("#sundvik", "Sundvik today", False),
        ("sundvik", "#Sundvik today", True),
        ("ferry -bus", "ferry, no bus", False),
        ("ferry -is:retweet", "the ferry", True),
        ("관세", "관세를 올린다", True),
        ("url:news.example", "see https://news.example/a", True),
        ("lang:en ferry", "the ferry has been closed by the county today", True),
        ("lang:ko ferry", "the ferry has been closed by the county today", False),
        ("🔥", "so 🔥 today", True),
        ("list:7 OR ferry", "a cat", False),
        ("list:7 OR ferry", "the ferry", True),
        ("list:7 (is:reply OR ferry)", "a cat", False),
        ("list:7 (is:reply OR ferry)", "the ferry", True),
        ("lang:en", "the ferry has been closed by the county today", False),
        ("-bus", "the ferry", False),
    ],
)
def test_a_post_meets_a_query_or_not(query: str, text: str, is_met: bool) -> None:  # noqa: FBT001 - a table
    assert matches(parse(query), Post(id=PostId("p"), platform="x", text=text)) is is_met


def test_what_a_platform_found_is_believed_but_not_what_is_barred() -> None:
    said = post(by="skipper", text="Boats instead. No bus either.", lang="en")
    assert author("skipper").handle == "skipper"
    assert admits(parse("ferry from:skipper lang:en"), said)
    assert not admits(parse("ferry -bus"), said)
    assert not admits(parse("ferry from:teacher"), said)
    assert not admits(parse("ferry lang:ko"), said)
