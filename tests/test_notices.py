"""One notice to each channel when a source needs a person: never two, and edited when it is over."""

from __future__ import annotations

import json
import multiprocessing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobs.collect import collect
from jobs.notices import enqueue_notices, needs_a_person
from monitor.model import Health, Query, StoryId
from monitor.store import Store
from reports.phrases import languages
from tests.builders import NOON
from tests.fakes.services import build
from tests.fakes.slack import FakeSlack, invalid
from tests.fakes.x import FakeX
from tests.test_deliver import POINTS, bot, kill_at, run, said, states, webhook
from tests.test_slack import HOSTILE, check_is_calm

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jobs.delivery.slack import SlackBot, SlackWebhook

HOUR = timedelta(hours=1)
FAILING = "X is not being read · It has been failing since 3 February 2026, 13:00: “X answered 401: Unauthorized”"


def refuse(store: Store, *, hours: float = 0, problem: str = "X answered 401: Unauthorized", **how: Any) -> None:
    store.note_failure("x", problem, at=NOON + hours * HOUR, **{"refused": True} | how)


def enqueue(store: Store, channels: Sequence[SlackBot | SlackWebhook], **changes: Any) -> None:
    given: dict[str, Any] = {"sources": {"x"}, "language": "en", "time_zone": "Europe/Oslo", "at": NOON} | changes
    enqueue_notices(store, channels, **given)


def tell(store: Store, channels: Sequence[SlackBot | SlackWebhook], *, hours: float = 0, **changes: Any) -> None:
    """What the step deliver does, `hours` after noon."""
    enqueue(store, channels, **changes)
    assert run(store, channels, minutes=60 * hours) == []


def both(slack: FakeSlack) -> list[SlackBot | SlackWebhook]:
    return [bot(slack), webhook(slack)]


# --- Once ------------------------------------------------------------------------------------------


def test_a_source_that_is_refused_for_two_days_is_told_once_to_each_channel(
    tmp_path: Path, slack: FakeSlack
) -> None:
    for hour in range(48):
        with Store.open(tmp_path / "store.db") as store:  # each run is a new process's
            refuse(store, hours=hour)
            tell(store, both(slack), hours=hour)
    assert said(slack) == [FAILING, FAILING]
    assert [invalid(call.arguments) for call in slack.received] == [None, None]
    assert all(call.arguments["unfurl_links"] in {False, "0", "false"} for call in slack.received)


def test_a_failure_that_may_pass_is_told_when_it_has_lasted_a_day(store: Store, slack: FakeSlack) -> None:
    store.note_success("x", at=NOON - HOUR)
    for hour in range(48):
        refuse(store, hours=hour, problem="X answered 503", refused=False)
        tell(store, both(slack), hours=hour)
        assert len(slack.messages) == (0 if hour < 24 else 2)
    assert "What was published there after 3 February 2026, 12:00 is unknown, not zero." in json.dumps(
        slack.messages
    )


@pytest.mark.parametrize(
    ("health", "needs"),
    [
        (Health(source="x"), False),
        (Health(source="x", worked_at=NOON), False),
        (Health(source="x", failing_since=NOON, failed_at=NOON, refused=True), True),
        (Health(source="x", failing_since=NOON, failed_at=NOON + 23 * HOUR), False),
        # A daily schedule never strikes to the second.
        (Health(source="x", failing_since=NOON, failed_at=NOON + 24 * HOUR - timedelta(seconds=9)), True),
        # A day's cap that is spent at midnight, by who asks each minute.
        (Health(source="x", failing_since=NOON, failed_at=NOON + timedelta(hours=23, minutes=59)), False),
        # What asks to be left alone for so long need not fail again before it is told.
        (Health(source="x", failing_since=NOON, failed_at=NOON, next_try=NOON + 72 * HOUR), True),
        (Health(source="x", failing_since=NOON, failed_at=NOON, next_try=NOON + HOUR), False),
        # Another query was answered at the same time.
        (Health(source="x", worked_at=NOON, failing_since=NOON, failed_at=NOON, refused=True), False),
        (Health(source="x", worked_at=NOON, failing_since=NOON, failed_at=NOON + HOUR, refused=True), True),
    ],
)
def test_who_needs_a_person(health: Health, *, needs: bool) -> None:
    assert needs_a_person(health) is needs


def test_a_source_that_is_not_asked_any_more_is_not_told_to_have_failed_for_a_day(
    store: Store, slack: FakeSlack
) -> None:
    refuse(store, problem="X answered 503", refused=False)
    tell(store, both(slack), hours=72, at=NOON + 72 * HOUR)
    assert slack.messages == []


def test_one_storys_wrong_query_is_no_outage(store: Store, slack: FakeSlack) -> None:
    queries = [
        Query(text="lang:en", stories=(StoryId("bridge"),)),
        Query(text="ferry", stories=(StoryId("ferry"),)),
    ]
    with FakeX() as x:
        for hour in range(3):
            assert collect(store, [build("x", x.url, "x")], queries, now=NOON + hour * HOUR)
            assert store.healths()["x"].refused
            tell(store, both(slack), hours=hour)
    assert slack.messages == []


def test_two_sources_are_two_messages(store: Store, slack: FakeSlack) -> None:
    refuse(store)
    store.note_failure("x:1", "X answered 403", at=NOON, refused=True)
    tell(store, [bot(slack)], sources={"x", "x:1"})
    assert [text.partition(" ")[0] for text in said(slack)] == ["X", "x:1"]
    store.note_success("x", at=NOON + HOUR)
    tell(store, [bot(slack)], sources={"x", "x:1"}, hours=1)
    assert [text.partition(" · ")[0] for text in said(slack)] == ["X is read again", "x:1 is not being read"]


@pytest.mark.parametrize("language", languages())
def test_that_deletions_are_not_followed_is_told_as_that(store: Store, slack: FakeSlack, language: str) -> None:
    store.note_failure("x deletions", "X answered 403", at=NOON, refused=True)
    tell(store, [bot(slack)], language=language)
    (told,) = said(slack)
    first = json.dumps(slack.messages, ensure_ascii=False)
    assert "X answered 403" in told
    store.note_success("x deletions", at=NOON + HOUR)
    tell(store, [bot(slack)], language=language, hours=1)
    (over,) = said(slack)
    assert over != told
    if language == "en":
        assert told.startswith("Deletions at X are not being followed · ")
        assert "What was deleted there may still stand in the store and in reports." in first
        assert over.startswith("Deletions at X are followed again · ")
    store.note_failure("gone deletions", "X answered 403", at=NOON, refused=True)
    tell(store, [bot(slack)], language=language, hours=2)
    assert said(slack) == [over]


# --- When it is over -------------------------------------------------------------------------------


def test_when_it_is_over_the_bots_message_is_edited_once_and_a_webhook_says_nothing_more(
    store: Store, slack: FakeSlack
) -> None:
    refuse(store)
    tell(store, both(slack))
    for hour in (5, 6, 7):
        store.note_success("x", at=NOON + hour * HOUR)
        tell(store, both(slack), hours=hour)
    edited, stays = slack.messages
    assert edited["text"].startswith(
        "X is read again · It had been failing since 3 February 2026, 13:00, "
        "and was read again on 3 February 2026, 18:00. "
    )
    assert stays["text"] == FAILING
    assert [call.method for call in slack.received] == ["chat.postMessage", "webhook", "chat.update"]


def test_a_later_failure_is_a_new_message(store: Store, slack: FakeSlack) -> None:
    for hour in (0, 10, 20):
        refuse(store, hours=hour)
        tell(store, both(slack), hours=hour)
        store.note_success("x", at=NOON + (hour + 1) * HOUR)
        tell(store, both(slack), hours=hour + 1)
    assert len(slack.messages) == 6
    assert len(slack.calls("chat.update")) == 3


def test_a_failure_between_two_deliveries_ends_the_one_before(store: Store, slack: FakeSlack) -> None:
    refuse(store)
    tell(store, [bot(slack)])
    store.note_success("x", at=NOON + HOUR)
    refuse(store, hours=2)
    tell(store, [bot(slack)], hours=2)
    assert [text.partition(" · ")[0] for text in said(slack)] == ["X is read again", "X is not being read"]


def test_what_was_over_before_it_could_be_sent_is_never_sent(store: Store, slack: FakeSlack) -> None:
    refuse(store)
    enqueue(store, both(slack))
    store.note_success("x", at=NOON + HOUR)
    tell(store, both(slack), hours=1)
    tell(store, both(slack), hours=2)
    assert slack.received == []
    assert states(store) == ["failed", "failed"]


def test_a_source_that_left_the_config_is_told_of_no_more(store: Store, slack: FakeSlack) -> None:
    refuse(store)
    tell(store, both(slack), sources=set())
    assert slack.received == []
    tell(store, both(slack))
    store.note_success("x", at=NOON + HOUR)
    tell(store, both(slack), sources=set(), hours=1)
    assert said(slack) == [FAILING, FAILING]


def test_a_notice_that_slack_refuses_is_not_sent_each_hour(store: Store, slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", "invalid_blocks")
    refuse(store)
    enqueue(store, [bot(slack)])
    assert len(run(store, [bot(slack)])) == 1
    refuse(store, hours=1)
    tell(store, [bot(slack)], hours=1)
    store.note_success("x", at=NOON + 2 * HOUR)
    tell(store, [bot(slack)], hours=2)
    assert len(slack.received) == 1


# --- Beside each other, and killed -----------------------------------------------------------------


def _enqueue_there(path: Path, begin: Any) -> None:
    with FakeSlack() as fake, Store.open(path) as store:
        begin.wait()
        enqueue(store, [bot(fake)])


def test_two_processes_at_once_make_one_message(tmp_path: Path, slack: FakeSlack) -> None:
    path = tmp_path / "store.db"
    with Store.open(path) as store:
        refuse(store)
    context = multiprocessing.get_context("spawn")
    begin = context.Barrier(2)
    two = [context.Process(target=_enqueue_there, args=(path, begin)) for _ in range(2)]
    for process in two:
        process.start()
    for process in two:
        process.join(60)
    assert [process.exitcode for process in two] == [0, 0]
    with Store.open(path) as store:
        tell(store, [bot(slack)])
    assert said(slack) == [FAILING]


def test_what_another_process_has_enqueued_meanwhile_is_not_enqueued_again(store: Store, slack: FakeSlack) -> None:
    class Slow(type(bot(slack))):  # type: ignore[misc]
        """Another process enqueues while this one composes."""

        def compose_notice(self, notice: Any) -> str:
            enqueue(store, [bot(slack)])
            return str(super().compose_notice(notice))

    refuse(store)
    slow = bot(slack)
    slow.__class__ = Slow
    enqueue(store, [slow])
    assert states(store) == ["pending"]


@pytest.mark.parametrize("point", POINTS)
def test_a_bot_killed_at_any_point_has_told_once_after_the_next_run(
    tmp_path: Path, slack: FakeSlack, point: str
) -> None:
    path = tmp_path / "store.db"
    with Store.open(path) as store:
        refuse(store)
        enqueue(store, [bot(slack)])
    kill_at(point, path, "slack", slack)
    with Store.open(path) as store:
        for hour in (1, 2):
            refuse(store, hours=hour)
            tell(store, [bot(slack)], hours=hour)
    assert said(slack) == [FAILING]


# --- Words -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("attack", [*HOSTILE, "<http://evil.example|your bank>", "a\u200bb" * 4_000, '"\\' * 5_000])
def test_what_a_service_says_stays_words_in_every_language(
    store: Store, slack: FakeSlack, attack: str, language: str
) -> None:
    name = f"x{attack}"[:200].replace("\0", "").encode("utf-8", "replace").decode()
    store.note_failure(name, f"answered {attack}", at=NOON, refused=True)
    enqueue(store, [bot(slack)], sources={name}, language=language)
    (message,) = store.messages()
    check_is_calm(message.payload)
    store.note_success(name, at=NOON + HOUR)
    assert run(store, [bot(slack)]) == []
    tell(store, [bot(slack)], sources={name}, language=language, hours=1)
    check_is_calm(store.messages()[-1].payload)
    assert len(slack.calls("chat.update")) == 1


def test_nothing_private_or_unseen_of_what_a_service_says_is_sent(store: Store, slack: FakeSlack) -> None:
    refuse(
        store, problem="no qu\u200bery from @anna_b, write to anna@post.example or https://x.example/?key=SECRET"
    )
    tell(store, [bot(slack)])
    for private in ("anna", "SECRET", "\u200b"):
        assert private not in json.dumps(slack.messages, ensure_ascii=False)


@pytest.mark.parametrize(
    ("language", "failing", "over"),
    [
        ("en", "unknown, not zero", "X is read again · It had been failing since 3 February 2026, 13:00"),
        ("nb", "ukjent, ikke null", "X blir lest igjen · Lesingen hadde feilet siden 3. februar 2026 kl. 13:00"),
        ("ko", "없는 것이 아니라 알 수 없는 것", "X: 다시 읽고 있습니다 · 2026년 2월 3일 13:00부터 실패하다가"),
    ],
)
def test_what_is_unknown_and_that_it_is_over_are_said_in_every_language(
    store: Store, slack: FakeSlack, language: str, failing: str, over: str
) -> None:
    refuse(store)
    tell(store, [bot(slack)], language=language)
    assert failing in json.dumps(slack.messages, ensure_ascii=False)
    store.note_success("x", at=NOON + HOUR)
    tell(store, [bot(slack)], language=language, hours=1)
    assert said(slack)[0].startswith(over)
