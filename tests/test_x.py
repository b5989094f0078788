"""X: what its answers mean, how it is paged and paid, and what its failures become."""

from __future__ import annotations

import gzip
import json
import logging
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from monitor.budget import POST, USER
from monitor.errors import BudgetSpent, MonitorError, SourceGarbled, SourceRefused, SourceUnavailable
from monitor.model import Page, Query, StoryId
from monitor.sources.x import XOptions
from monitor.sources.x_posts import id_time, parse_answer
from tests.fakes.services import given
from tests.fakes.web import FakeWeb, Reply
from tests.fakes.x import TOKEN, FakeX, error, ok, recorded

if TYPE_CHECKING:
    from monitor.protocols import Source

NOW = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
QUERY = Query(text="Sundvik ferry", stories=(StoryId("ferry"),), language="en")


def source(api: str, **options: Any) -> Source:
    return XOptions(token="env:X_TOKEN", api=api, **options).source(given())


def read(fake: FakeX, after: str | None = None, now: datetime = NOW, **options: Any) -> list[Page]:
    return list(source(fake.url, **options).fetch(QUERY, after, now))


def one(**changes: Any) -> dict[str, Any]:
    """An answer with one plain post, changed."""
    post = {"id": recorded("search_1.json")["data"][0]["id"], "text": "Keep the ferry", **changes}
    return {"data": [post], "meta": {"result_count": 1}}


# --- What an answer means ----------------------------------------------------------------------


def test_recorded_pages_become_posts_with_author_link_time_and_counts() -> None:
    post = parse_answer(recorded("search_1.json"), found_for=(StoryId("ferry"),)).posts[0]
    assert post.author is not None
    assert (post.author.handle, post.author.followers, post.author.verified) == ("berit_s", 130, False)
    assert post.author.created_at == datetime(2014, 5, 2, 8, tzinfo=UTC)
    assert post.url == f"https://x.com/berit_s/status/{post.id}"
    assert post.created_at == datetime(2026, 2, 3, 10, 59, tzinfo=UTC)
    assert (post.likes, post.reposts, post.replies) == (3, 1, 2)
    assert (post.platform, post.lang, post.found_for) == ("x", "en", ("ferry",))
    assert post.links == ("https://news.example/ferry",)


def test_entities_of_html_are_undone_once() -> None:
    assert (
        parse_answer(recorded("search_1.json")).posts[0].text.startswith("Sheep & people need the Sundvik ferry <3")
    )
    assert parse_answer(one(text="&amp;lt;")).posts[0].text == "&lt;"


def test_a_repost_has_the_whole_text_of_its_original() -> None:
    repost = parse_answer(recorded("search_1.json")).posts[1]
    assert repost.text.endswith("how the sheep get across. We asked the mayor.")
    assert repost.repost_of == recorded("search_1.json")["includes"]["tweets"][0]["id"]


def test_a_long_post_is_read_whole_in_both_spellings() -> None:
    answer = recorded("search_1.json")
    assert parse_answer(answer).posts[2].text.endswith("Keep it.")
    renamed = json.loads(json.dumps(answer).replace("note_tweet", "note_post"))
    assert parse_answer(renamed).posts == parse_answer(answer).posts


def test_an_edit_stands_under_its_first_id_and_time_with_the_latest_text() -> None:
    row = recorded("search_2.json")["data"][0]
    edited = parse_answer(recorded("search_2.json")).posts[0]
    assert edited.id == row["edit_history_tweet_ids"][0] != row["id"]
    assert (edited.revision, edited.text) == (1, "The ferry stays? No: it goes in April.")
    assert edited.created_at == datetime(2026, 2, 3, 10, 20, tzinfo=UTC)


def test_a_reply_in_the_new_spelling_is_tied_to_what_it_answers() -> None:
    reply = parse_answer(recorded("search_2.json")).posts[1]
    assert reply.reply_to == recorded("search_1.json")["includes"]["tweets"][0]["id"]


def test_a_withheld_post_is_counted_and_its_text_not_kept() -> None:
    (withheld,) = parse_answer(recorded("search_2.json")).rejected
    assert withheld.reason == "withheld by X in DE, XX"
    assert "must not be kept" not in withheld.raw


def test_a_post_without_time_has_the_time_of_its_id() -> None:
    assert parse_answer(one()).posts[0].created_at == datetime(2026, 2, 3, 10, 59, tzinfo=UTC)
    assert id_time("20") is None


@pytest.mark.parametrize("said", ["2026-02-30T00:00:00Z", "9999-12-31T23:59:59Z", 7, "now"])
def test_a_time_that_cannot_be_is_replaced_by_that_of_the_id(said: object) -> None:
    assert parse_answer(one(created_at=said)).posts[0].created_at == datetime(2026, 2, 3, 10, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "broken",
    [
        {"text": None},
        {"text": 5},
        {"id": "18446744073709551616"},
        {"id": "9" * 5000},
        {"id": "12a"},
        {"id": None},
        {"public_metrics": {"like_count": -5}},
        {"public_metrics": {"like_count": "12"}},
        {"public_metrics": {"like_count": True}},
        {"public_metrics": {"like_count": float("nan")}},
        {"public_metrics": {"like_count": 2**63}},
        {"edit_history_tweet_ids": "no list"},
        {"referenced_tweets": [{"type": "quoted", "id": "x"}]},
        {"referenced_tweets": [None]},
        {"lang": ["en"]},
    ],
)
def test_one_broken_post_is_quarantined_with_its_reason_and_the_others_are_kept(broken: dict[str, Any]) -> None:
    answer = recorded("search_1.json")
    answer["data"][0].update(broken)
    parsed = parse_answer(answer)
    assert len(parsed.posts) == 2
    (rejected,) = parsed.rejected
    assert rejected.reason
    assert "conversation_id" in rejected.raw


@pytest.mark.parametrize("row", [None, 1, "post", []])
def test_what_is_no_post_is_quarantined(row: object) -> None:
    parsed = parse_answer({"data": [row]})
    assert (len(parsed.posts), len(parsed.rejected)) == (0, 1)


def test_broken_includes_cost_names_but_no_posts() -> None:
    answer = recorded("search_1.json")
    answer["includes"] = {"users": [None, {"id": 5}, "x"], "tweets": None}
    posts = parse_answer(answer).posts
    assert len(posts) == 3
    assert posts[0].url == f"https://x.com/i/status/{posts[0].id}"


def test_lone_surrogates_and_nul_are_cleaned() -> None:
    assert parse_answer(one(text="a\x00b\ud800")).posts[0].text == "ab\ufffd"


def test_a_handle_that_is_none_does_not_reach_the_link() -> None:
    answer = one(author_id="5")
    answer["includes"] = {"users": [{"id": "5", "username": 'a"/../b'}]}
    assert parse_answer(answer).posts[0].url == f"https://x.com/i/status/{answer['data'][0]['id']}"


# --- Pages, cursors and what they cost ---------------------------------------------------------


def test_the_cursor_comes_with_the_last_page_and_names_the_newest_post() -> None:
    with FakeX() as fake:
        first, last = read(fake)
    assert (first.cursor, first.covered) == (None, None)
    assert json.loads(last.cursor or "")["since_id"] == recorded("search_1.json")["meta"]["newest_id"]
    assert last.covered is not None
    assert last.covered.until == NOW - timedelta(seconds=30)
    assert [page.received for page in (first, last)] == [3, 3]
    assert fake.searches[1].query["next_token"] == recorded("search_1.json")["meta"]["next_token"]


def test_the_next_reading_asks_from_the_cursor_and_continues_its_window() -> None:
    with FakeX() as fake:
        last = read(fake)[-1]
        later = read(fake, last.cursor, NOW + timedelta(hours=1))
    assert fake.searches[2].query["since_id"] == recorded("search_1.json")["meta"]["newest_id"]
    assert "start_time" not in fake.searches[2].query
    assert last.covered is not None
    assert later[-1].covered is not None
    assert later[-1].covered.since == last.covered.until
    assert later[-1].received == 0
    assert json.loads(later[-1].cursor or "")["since_id"] == recorded("search_1.json")["meta"]["newest_id"]


def test_all_fields_that_the_posts_need_are_asked_for() -> None:
    with FakeX() as fake:
        read(fake)
    asked = fake.searches[0].query
    assert {"note_tweet", "referenced_tweets", "edit_history_tweet_ids", "withheld"} <= set(
        asked["tweet.fields"].split(",")
    )
    assert (asked["expansions"], asked["max_results"]) == ("author_id,referenced_tweets.id", "100")


def test_posts_and_users_are_paid_for() -> None:
    with FakeX() as fake:
        first, _ = read(fake)
    assert (first.cost.requests, first.cost.posts, first.cost.users) == (1, 4, 3)
    assert first.cost.microdollars == 4 * POST + 3 * USER


def test_what_lies_before_the_seven_days_is_a_gap_and_not_asked_for() -> None:
    old = json.dumps({"since_id": "10000", "until": "2026-01-01T00:00:00+00:00"})
    with FakeX() as fake:
        last = read(fake, old)[-1]
    assert "since_id" not in fake.searches[0].query
    assert fake.searches[0].query["start_time"] == "2026-01-27T12:01:00Z"
    (gap,) = last.gaps
    assert (gap.since, gap.read) == (datetime(2026, 1, 1, tzinfo=UTC), None)
    assert last.covered is not None
    assert last.covered.since == gap.until


def test_a_since_id_that_x_finds_too_old_falls_back_to_a_start_time() -> None:
    edge = json.dumps({"since_id": "10000", "until": (NOW - timedelta(days=6)).isoformat()})
    with FakeX(faults={1: error("since_id_too_old")}) as fake:
        last = read(fake, edge)[-1]
    assert fake.searches[0].query["since_id"] == "10000"
    assert "since_id" not in fake.searches[1].query
    assert fake.searches[1].query["start_time"] == "2026-01-28T12:00:00Z"
    assert last.gaps == ()


def test_a_repeated_token_ends_the_search_and_says_how_many_of_about_how_many() -> None:
    page = recorded("search_1.json")
    with FakeX([page], faults={number: ok(page) for number in range(1, 9)}) as fake:
        pages = read(fake)
    assert len(fake.searches) == 2
    (gap,) = pages[-1].gaps
    assert (gap.reason, gap.read, gap.of_about) == ("sampled", 6, 6)
    assert pages[-1].covered is not None
    assert gap.until == pages[-1].covered.since == datetime(2026, 2, 3, 10, 40, tzinfo=UTC)
    assert pages[-1].cursor is not None


def test_a_query_that_x_would_refuse_is_not_sent() -> None:
    with FakeX() as fake, pytest.raises(SourceRefused, match="512"):
        list(source(fake.url).fetch(replace(QUERY, text="a" * 513), None, NOW))
    assert fake.asked == []


def test_a_count_that_differs_from_the_posts_is_told() -> None:
    answer = one()
    answer["meta"]["result_count"] = 100
    answer["errors"] = None
    with FakeX([answer]) as fake:
        (page,) = read(fake)
    assert page.received == 1
    assert page.unread == (("meta.result_count: another number than posts came", 1),)


# --- Failures ----------------------------------------------------------------------------------

RESET = int((NOW + timedelta(minutes=7)).timestamp())
FAULTS: dict[str, tuple[Reply, type[MonitorError]]] = {
    "bad query": (error("bad_query"), SourceRefused),
    "unauthorized": (error("unauthorized"), SourceRefused),
    "no credits": (error("no_credits"), BudgetSpent),
    "not enrolled": (error("client_forbidden"), SourceRefused),
    "rate limit": (error("rate_limited", **{"x-rate-limit-reset": str(RESET)}), SourceUnavailable),
    "rate limit without header": (error("rate_limited_no_header"), SourceUnavailable),
    "rate limit with a garbled header": (
        error("rate_limited", **{"x-rate-limit-reset": "soon"}),
        SourceUnavailable,
    ),
    "usage cap": (error("usage_capped"), BudgetSpent),
    "unavailable": (error("unavailable"), SourceUnavailable),
    "unavailable as HTML": (error("unavailable_html"), SourceUnavailable),
    "server error with a list": (Reply(status=500, body=b"[]"), SourceUnavailable),
    "server error with null": (Reply(status=502, body=b"null"), SourceUnavailable),
    "errors of a wrong shape": (Reply(status=400, body=b'{"errors": 5}'), SourceRefused),
    "not found": (Reply(status=404, body=b""), SourceRefused),
    "redirect": (Reply(status=302, headers={"Location": "http://127.0.0.1:9/"}), SourceGarbled),
    "no JSON": (Reply(body=b"<html>hello</html>"), SourceGarbled),
    "empty": (Reply(body=b""), SourceGarbled),
    "a list": (ok([]), SourceGarbled),
    "null": (ok(None), SourceGarbled),
    "only errors": (error("ok_none_found"), SourceGarbled),
    "data of a wrong shape": (ok({"data": 5, "meta": {}}), SourceGarbled),
    "a token of a wrong shape": (ok({"meta": {"next_token": 5}}), SourceGarbled),
    "nested without end": (Reply(body=b"[" * 100_000), SourceGarbled),
    "too long": (Reply(body=b" " * 10_000_001), SourceGarbled),
    "gzip bomb": (
        Reply(headers={"Content-Encoding": "gzip"}, body=gzip.compress(b" " * 50_000_000)),
        SourceGarbled,
    ),
    "no gzip": (Reply(headers={"Content-Encoding": "gzip"}, body=b"no gzip at all"), SourceGarbled),
    "cut": (Reply(body=b'{"meta": {}}', length=100), SourceUnavailable),
    "dropped": (Reply(drop=True), SourceUnavailable),
    "no HTTP": (Reply(raw=b"220 mail.example ESMTP\r\n"), SourceUnavailable),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_failure_becomes_its_class_without_a_trace_of_the_token(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    fault, expected = FAULTS[name]
    caplog.set_level(logging.DEBUG)
    with FakeX(faults={1: fault}) as fake, pytest.raises(expected) as caught:
        read(fake)
    assert str(caught.value).startswith("x: ")
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
    assert TOKEN not in shown
    assert TOKEN not in _reachable(caught.value)
    assert "Sheep" not in caplog.text


def _reachable(failure: BaseException | None) -> str:
    """All that the exception and those behind it carry."""
    found = []
    while failure is not None:
        found.append(repr(vars(failure)))
        response = getattr(failure, "response", None)
        request = getattr(response, "request", None)
        found.append(repr(getattr(request, "headers", "")))
        failure = failure.__cause__ or failure.__context__
    return "".join(found)


def test_a_good_answer_at_debug_leaves_no_token_and_no_post_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with FakeX() as fake:
        assert len(read(fake)) == 2
    assert TOKEN not in caplog.text
    assert "Sheep" not in caplog.text


def test_a_rate_limit_says_when_to_come_back() -> None:
    with FakeX(faults={1: FAULTS["rate limit"][0]}) as fake, pytest.raises(SourceUnavailable) as caught:
        read(fake)
    assert caught.value.retry_after == NOW + timedelta(minutes=7)
    with FakeX(faults={1: error("rate_limited_no_header")}) as fake, pytest.raises(SourceUnavailable) as caught:
        read(fake)
    assert caught.value.retry_after == NOW + timedelta(minutes=15)
    assert len(fake.searches) == 1


def test_a_failure_midway_leaves_the_pages_before_it_and_no_cursor() -> None:
    with FakeX(faults={2: error("unavailable")}) as fake:
        reading = source(fake.url).fetch(QUERY, None, NOW)
        page = next(reading)
        with pytest.raises(SourceUnavailable):
            next(reading)
    assert (page.received, page.cursor, page.covered) == (3, None, None)


def test_nobody_listening_is_unavailable() -> None:
    with FakeWeb(lambda _: Reply()) as web:
        nobody = web.url
    with pytest.raises(SourceUnavailable):
        list(source(nobody).fetch(QUERY, None, NOW))


@pytest.mark.parametrize("token", ["", "two words", "with\nnewline", "nøkkel"])
def test_a_token_that_cannot_be_one_is_refused_unshown(token: str) -> None:
    with pytest.raises(SourceRefused) as caught:
        XOptions(token="env:X_TOKEN").source(given(secret=token))
    assert not token or token not in str(caught.value)


def test_the_token_never_travels_in_clear_to_another_machine() -> None:
    with pytest.raises(ValidationError, match="https"):
        XOptions(token="env:X_TOKEN", api="http://proxy.example")
