"""The outbox is emptied exactly once into a bot's channel, at most once into a webhook's, whatever fails."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from jobs.brief import brief_each
from jobs.deliver import deliver
from jobs.delivery.slack import SlackBot, SlackOptions, SlackWebhook, SlackWebhookOptions
from jobs.publish import publish
from jobs.understand import understand
from monitor.model import Page, Span, StoryId
from monitor.store import NewMessage, PublishedReport, Store
from tests.builders import NOON, post, story
from tests.fakes.slack import FakeSlack, invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Message

ROOT = Path(__file__).resolve().parent.parent


def bot(fake: FakeSlack, **changes: Any) -> SlackBot:
    token = changes.pop("says", fake.token)
    options = SlackOptions(token="env:T", channel=fake.channel, base_url=fake.base_url, **changes)
    return options.open(lambda _: token)


def webhook(fake: FakeSlack, **changes: Any) -> SlackWebhook:
    return SlackWebhookOptions(url="env:U", **changes).open(lambda _: fake.webhook_url)


def payload(text: str) -> str:
    return json.dumps({"text": text, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]})


def queue(
    store: Store, key: str, *, text: str = "", channel: str = "slack", op: Literal["post", "update"] = "post"
) -> None:
    """Put one message into the outbox, as publishing a report does."""
    said = text or f"about {key}"
    message = NewMessage(channel=channel, key=key, op=op, payload=payload(said), fingerprint=said)
    published = PublishedReport(
        story=StoryId(key), as_of=NOON, language="en", folder=key, brief_hash=said, report_hash=said
    )
    store.publish(published, [message], at=NOON)


class Timer:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def __call__(self) -> float:
        return self.seconds


def run(
    store: Store, channels: Sequence[SlackBot | SlackWebhook], *, minutes: float = 0, timer: Timer | None = None
) -> list[str]:
    clock = timer or Timer()
    return deliver(store, channels, now=NOON + timedelta(minutes=minutes), sleep=clock.sleep, elapsed=clock)


def states(store: Store) -> list[str]:
    return [message.state for message in in_order(store)]


def in_order(store: Store) -> list[Message]:
    return sorted(store.messages(), key=lambda message: message.id)


def said(fake: FakeSlack) -> list[str]:
    return [message["text"] for message in fake.messages]


# --- All is well -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["slack", "slack-webhook"])
def test_two_runs_post_each_message_once(store: Store, slack: FakeSlack, kind: str) -> None:
    channel = bot(slack) if kind == "slack" else webhook(slack)
    queue(store, "ferry", channel=kind)
    queue(store, "bridge", channel=kind)
    assert run(store, [channel]) == []
    assert run(store, [channel], minutes=1) == []
    assert said(slack) == ["about ferry", "about bridge"]
    assert all(invalid(message) is None for message in slack.messages)
    assert states(store) == ["sent", "sent"]


def test_a_later_report_of_the_day_edits_the_message(store: Store, slack: FakeSlack) -> None:
    queue(store, "ferry", text="nine")
    run(store, [bot(slack)])
    queue(store, "ferry", text="seventeen", op="update")
    queue(store, "ferry", text="twenty", op="update")
    assert run(store, [bot(slack)], minutes=60) == []
    assert said(slack) == ["twenty"]
    assert states(store) == ["sent"] * 3


def test_an_edit_of_what_was_never_posted_is_posted(store: Store, slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", "invalid_blocks")
    queue(store, "ferry", text="refused")
    assert len(run(store, [bot(slack)])) == 1
    queue(store, "ferry", text="better", op="update")
    assert run(store, [bot(slack)], minutes=60) == []
    assert said(slack) == ["better"]
    assert states(store) == ["failed", "sent"]


def test_messages_to_one_channel_are_a_second_apart(store: Store, slack: FakeSlack) -> None:
    for number in range(4):
        queue(store, f"story {number}")
    queue(store, "story 0", channel="slack-webhook")
    timer = Timer()
    run(store, [bot(slack), webhook(slack)], timer=timer)
    assert timer.slept == [1.0, 1.0, 1.0]
    assert len(slack.messages) == 5


def test_messages_without_their_channel_wait_and_are_told(store: Store, slack: FakeSlack) -> None:
    queue(store, "ferry", channel="gone")
    (told,) = run(store, [bot(slack)])
    assert "gone" in told
    assert states(store) == ["pending"]


# --- Slack says no ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["slack", "slack-webhook"])
def test_a_limited_channel_is_left_alone_until_the_time_it_named(store: Store, slack: FakeSlack, kind: str) -> None:
    channel = bot(slack) if kind == "slack" else webhook(slack)
    method = "chat.postMessage" if kind == "slack" else "webhook"
    slack.fail(method, "rate_limited")
    queue(store, "ferry", channel=kind)
    queue(store, "bridge", channel=kind)
    first, second = run(store, [channel])
    assert "wait 30 s" in first
    assert "1 more" in second
    assert "waiting until 12:00:30" in run(store, [channel], minutes=0.4)[0]
    assert len(slack.calls(method)) == 1
    assert run(store, [channel], minutes=0.6) == []
    assert said(slack) == ["about ferry", "about bridge"]


def test_a_message_that_slack_refuses_is_given_up_and_told_once(store: Store, slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", "invalid_blocks")
    queue(store, "ferry")
    queue(store, "bridge")
    (told,) = run(store, [bot(slack)])
    assert "invalid_blocks" in told
    assert run(store, [bot(slack)], minutes=1) == []
    assert states(store) == ["failed", "sent"]
    assert said(slack) == ["about bridge"]


def test_a_refused_token_holds_the_channel_until_a_person_has_acted(store: Store, slack: FakeSlack) -> None:
    queue(store, "ferry")
    queue(store, "bridge")
    wrong = bot(slack, says="xoxb-wrong")
    for minutes in (0, 60):
        told = run(store, [wrong], minutes=minutes)
        assert "invalid_auth" in told[0]
    assert len(slack.calls("chat.postMessage")) == 2
    assert states(store) == ["pending", "pending"]
    assert run(store, [bot(slack)], minutes=61) == []
    assert said(slack) == ["about ferry", "about bridge"]


def test_one_channel_in_trouble_does_not_stop_the_other(store: Store, slack: FakeSlack) -> None:
    queue(store, "ferry", channel="a")
    queue(store, "ferry", channel="b")
    assert len(run(store, [bot(slack, name="a", says="xoxb-wrong"), bot(slack, name="b")])) == 1
    assert states(store) == ["pending", "sent"]


# --- Nobody knows ----------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["drop_after", "drop_before", "html_503", "html_200", "fatal_error"])
def test_a_bots_uncertain_message_is_looked_up_before_it_is_sent_again(
    store: Store, slack: FakeSlack, fault: str
) -> None:
    slack.fail("chat.postMessage", fault)
    queue(store, "ferry")
    (told,) = run(store, [bot(slack)])
    assert "unknown" in told
    assert states(store) == ["uncertain"]
    assert run(store, [bot(slack)], minutes=1) == []
    assert said(slack) == ["about ferry"]
    assert states(store) == ["sent"]
    queue(store, "ferry", text="edited", op="update")
    assert run(store, [bot(slack)], minutes=2) == []
    assert said(slack) == ["edited"]


def test_a_channel_that_cannot_be_read_back_gets_nothing_twice(store: Store, slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", "drop_after")
    slack.fail("conversations.history", "missing_scope", "html_503", "rate_limited")
    queue(store, "ferry")
    run(store, [bot(slack)])
    for minutes in (1, 2, 3):
        (told,) = run(store, [bot(slack)], minutes=minutes)
        assert "not sent again" in told
    assert states(store) == ["uncertain"]
    assert run(store, [bot(slack)], minutes=4) == []
    assert said(slack) == ["about ferry"]
    assert states(store) == ["sent"]


def test_an_uncertain_edit_is_made_again(store: Store, slack: FakeSlack) -> None:
    queue(store, "ferry", text="nine")
    run(store, [bot(slack)])
    slack.fail("chat.update", "drop_before")
    queue(store, "ferry", text="ten", op="update")
    assert len(run(store, [bot(slack)], minutes=1)) == 1
    assert run(store, [bot(slack)], minutes=2) == []
    assert said(slack) == ["ten"]


def test_a_message_that_was_taken_back_meanwhile_is_not_sent_again(tmp_path: Path, slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", "drop_before")
    with Store.open(tmp_path / "store.db") as store:
        store.save_page(page(), source="x", query="q", at=NOON)
        queue(store, "ferry", text=f"see {page().posts[0].url}")
        run(store, [bot(slack)])
        store.forget([page().posts[0].id], at=NOON)
        assert run(store, [bot(slack)], minutes=1) == []
        assert states(store) == ["failed"]
    assert slack.messages == []


def test_before_looking_a_service_is_given_time_to_settle(store: Store, slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", "drop_after")
    queue(store, "ferry")
    run(store, [bot(slack)])
    timer = Timer()
    run(store, [bot(slack)], timer=timer)
    assert timer.slept == [5.0]
    assert said(slack) == ["about ferry"]


@pytest.mark.parametrize("fault", ["drop_after", "drop_before", "html_503", "rollup_error"])
def test_a_webhooks_uncertain_message_is_told_and_never_sent_again(
    store: Store, slack: FakeSlack, fault: str
) -> None:
    slack.fail("webhook", fault)
    queue(store, "ferry", channel="slack-webhook")
    (told,) = run(store, [webhook(slack)])
    assert "look in the channel" in told
    assert run(store, [webhook(slack)], minutes=60) == []
    assert len(slack.calls("webhook")) == 1
    (message,) = in_order(store)
    assert message.state == "uncertain"
    assert message.problem


# --- kill -9 ---------------------------------------------------------------------------------------

# A real process that delivers, and kills itself where it is told; "held" waits for the test to kill it.
PROGRAM = """
import os, signal, sys, time
from datetime import UTC, datetime
from pathlib import Path
from jobs.deliver import deliver
from jobs.delivery.slack import SlackOptions, SlackWebhookOptions
from monitor.store import Store

path, kind, base, channel, url, where = sys.argv[1:]

def die(here):
    if here == where:
        os.kill(os.getpid(), signal.SIGKILL)

class Dying(Store):
    def mark(self, message_id, state, **rest):
        die(f"before {state}")
        super().mark(message_id, state, **rest)
        die(f"after {state}")

if kind == "slack":
    made = SlackOptions(token="env:T", channel=channel, base_url=base).open(lambda _: "xoxb-right")
else:
    made = SlackWebhookOptions(url="env:U").open(lambda _: url)
now = datetime.fromtimestamp(float(os.environ["NOW"]), UTC)
with Dying.open(Path(path)) as store:
    deliver(store, [made], now=now, sleep=lambda _: None)
print("done")
"""
POINTS = ("before sending", "after sending", "held before", "held after", "before sent", "after sent")


def kill_at(point: str, path: Path, kind: str, fake: FakeSlack) -> None:
    """Start a delivery and kill it (SIGKILL) at `point`."""
    method = "chat.postMessage" if kind == "slack" else "webhook"
    if point.startswith("held"):
        fake.fail(method, "hold_before" if point == "held before" else "hold_after")
    command = [sys.executable, "-c", PROGRAM, str(path), kind, fake.base_url, fake.channel, fake.webhook_url, point]
    environment = {"NOW": str(NOON.timestamp()), "PYTHONPATH": str(ROOT), "PATH": ""}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if point.startswith("held"):
        assert fake.arrived.wait(30)
        if point == "held after":
            until = time.monotonic() + 30
            while not fake.messages and time.monotonic() < until:
                time.sleep(0.01)
        process.kill()
    out, err = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, err.decode()
    assert out == b""
    fake.release.set()


@pytest.mark.parametrize("point", POINTS)
def test_a_bot_killed_at_any_point_has_posted_exactly_once_after_the_next_run(
    tmp_path: Path, slack: FakeSlack, point: str
) -> None:
    path = tmp_path / "store.db"
    with Store.open(path) as store:
        queue(store, "ferry")
    kill_at(point, path, "slack", slack)
    with Store.open(path) as store:
        assert run(store, [bot(slack)], minutes=1) == []
        assert said(slack) == ["about ferry"]
        assert states(store) == ["sent"]
        assert run(store, [bot(slack)], minutes=2) == []
        assert len(slack.messages) == 1


@pytest.mark.parametrize("point", POINTS)
def test_a_webhook_killed_at_any_point_has_posted_at_most_once_and_says_what_is_unknown(
    tmp_path: Path, slack: FakeSlack, point: str
) -> None:
    path = tmp_path / "store.db"
    with Store.open(path) as store:
        queue(store, "ferry", channel="slack-webhook")
    kill_at(point, path, "slack-webhook", slack)
    with Store.open(path) as store:
        told = run(store, [webhook(slack)], minutes=1)
        assert run(store, [webhook(slack)], minutes=2) == []
        is_known = point in {"before sending", "after sent"}
        assert states(store) == ["sent" if is_known else "uncertain"]
        assert len(told) == (0 if is_known else 1)
        assert all("cut off while sending" in line for line in told)
    assert len(slack.messages) == (0 if point in {"after sending", "held before"} else 1)


@pytest.mark.parametrize("point", POINTS)
def test_a_bot_killed_while_editing_has_the_edit_after_the_next_run(
    tmp_path: Path, slack: FakeSlack, point: str
) -> None:
    path = tmp_path / "store.db"
    with Store.open(path) as store:
        queue(store, "ferry", text="nine")
        run(store, [bot(slack)])
        queue(store, "ferry", text="ten", op="update")
    if point.startswith("held"):
        slack.arrived.clear()
        slack.fail("chat.update", "hold_before" if point == "held before" else "hold_after")
    kill_at(point, path, "slack", slack)
    with Store.open(path) as store:
        assert run(store, [bot(slack)], minutes=1) == []
        assert said(slack) == ["ten"]
        assert states(store) == ["sent", "sent"]


# --- The main job ----------------------------------------------------------------------------------

WORDS = (
    "I hate that it closes, our sheep never reach the summer pasture.",
    "Terrible plan, the sheep stay behind and the pasture is lost.",
    "I love the fast boat that replaces it, it saves money, great news.",
)


def page() -> Page:
    stories = [story(id=StoryId(name), title=f"County closes the {name}") for name in ("ferry", "bridge")]
    posts = [
        post(f"{about.id}{n}", by=f"{about.id}{n}", minutes=n, text=text, found_for=(about.id,))
        for about in stories
        for n, text in enumerate(WORDS)
    ]
    covered = Span(since=NOON, until=NOON + timedelta(hours=1))
    return Page(posts=tuple(posts), stories=tuple(stories), cursor="c", covered=covered)


def report_and_deliver(
    store: Store, out: Path, channels: Sequence[SlackBot | SlackWebhook], *, hours: int
) -> list[str]:
    as_of = NOON + timedelta(hours=hours)
    understand(store, own_accounts=frozenset(), outlets=frozenset())
    brief_each(store, as_of=as_of)
    publish(store, out=out, language="en", time_zone="UTC", as_of=as_of, channels=channels)
    return run(store, channels, minutes=60 * hours)


def test_a_channel_gets_one_valid_message_a_story_however_often_the_job_runs(
    tmp_path: Path, slack: FakeSlack
) -> None:
    channels: list[SlackBot | SlackWebhook] = [bot(slack), webhook(slack)]
    with Store.open(tmp_path / "store.db") as store:
        store.save_page(page(), source="x", query="q", at=NOON)
        assert report_and_deliver(store, tmp_path / "out", channels, hours=2) == []
        assert report_and_deliver(store, tmp_path / "out", channels, hours=2) == []
        assert report_and_deliver(store, tmp_path / "out", channels, hours=3) == []
    by_channel = [[m for m in slack.messages if ("metadata" in m) is is_bot] for is_bot in (True, False)]
    for messages in by_channel:
        titles = sorted(message["blocks"][0]["text"]["text"].split(" · ")[1] for message in messages)
        assert titles == ["County closes the bridge", "County closes the ferry"]
    assert all(invalid(message) is None for message in slack.messages)
    assert not any(text in json.dumps(slack.messages) for text in WORDS)


def test_no_secret_is_written_anywhere(
    tmp_path: Path, slack: FakeSlack, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    canaries = ["xoxb-canary-1", "xoxb-canary-2", "canary-hook-3", "canary-hook-4", "canary-hook-5"]
    told: list[str] = []
    with caplog.at_level(logging.DEBUG), Store.open(tmp_path / "store.db") as store:
        store.save_page(page(), source="x", query="q", at=NOON)
        for hours, (canary, fault) in enumerate(
            zip(canaries, ("drop_after", "invalid_auth", "html_503", "no_service", "drop_before"), strict=True),
            start=2,
        ):
            slack.token, slack.webhook_path = canary, f"/services/{canary}"
            channel = bot(slack, name=canary[-1]) if canary.startswith("xoxb") else webhook(slack, name=canary[-1])
            slack.fail("chat.postMessage" if canary.startswith("xoxb") else "webhook", fault)
            told += report_and_deliver(store, tmp_path / "out", [channel], hours=hours * 24)
            told += run(store, [channel], minutes=60 * 24 * hours + 5)
    assert len(told) >= 5
    out, err = capfd.readouterr()
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 6
    written = b"\n".join([*files, "\n".join([caplog.text, out, err, *told]).encode()])
    assert [canary for canary in canaries if canary.encode() in written] == []
