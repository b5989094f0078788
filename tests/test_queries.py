"""Queries: the words of a story, and what X would refuse."""

from __future__ import annotations

import pytest

from monitor.queries import check_x, query_for
from tests.builders import story


def test_a_story_is_searched_by_the_telling_words_of_its_title() -> None:
    query = query_for(story())
    assert query.text == "county sundvik april"
    assert query.stories == ("ferry",)
    assert query.language == "en"
    assert check_x(query.text) == []


def test_the_words_of_the_team_win() -> None:
    assert query_for(story(query='"Sundvik ferry" OR #sundvik')).text == '"Sundvik ferry" OR #sundvik'


@pytest.mark.parametrize("title", ["…", "To be or not to be", "①②", "a" * 1_000, "노랑진 여객선 4월 운항 중단"])
def test_any_title_gives_a_query_that_x_takes(title: str) -> None:
    assert check_x(query_for(story(title=title)).text) == []


@pytest.mark.parametrize(
    "query",
    [
        "ferry",
        "ferry -is:retweet",
        "(ferry OR boat) lang:en",
        "lang:en (ferry OR (boat is:verified))",
        '"is:retweet"',
        "from:sundvik",
        "-closed ferry",
        "url:news.example",
        "a" * 512,
    ],
)
def test_good_queries_have_no_problem(query: str) -> None:
    assert check_x(query) == []


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("a" * 513, "512"),
        ("is:retweet", "only narrow"),
        ("has:links lang:en", "only narrow"),
        ("-ferry", "only narrow"),
        ("ferry OR is:retweet", "only narrow"),
        ("is:reply (lang:en OR has:media)", "only narrow"),
        ("-(ferry boat) lang:en", "only narrow"),
        ("(ferry", "bracket"),
        ('"ferry', "quotation"),
    ],
)
def test_what_x_would_refuse_is_said(query: str, problem: str) -> None:
    (said,) = check_x(query)
    assert problem in said
