"""The whole way through the real command line: services on loopback, a config.toml, SQLite, files, processes."""

from __future__ import annotations

import json
import shutil
import signal
import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.dom import page_of
from tests.fakes.slack import FakeSlack, invalid
from tests.fakes.web import Reply
from tests.fakes.x import TOKEN, FakeX, error
from tests.whole_way import (
    FERRY,
    PACKAGES,
    POSTS,
    ROOT,
    TALKATIVE,
    TOLL,
    WEBHOOK,
    Desk,
    as_of,
    bot,
    newer_page,
    wait_until,
    x_source,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk where `monitor run` has read the two recorded pages, at noon."""
    desk = Desk(folder=tmp_path_factory.mktemp("read"))
    with FakeX() as x:
        desk.write(FERRY, x_source(x))
        desk.run("run", *as_of(12))
    return desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(folder=tmp_path)


# --- From X to the report --------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["html", "md", "json"])
def test_each_recorded_post_stands_in_each_report_with_its_link(read: Desk, suffix: str) -> None:
    report = read.report(suffix)
    assert [url for url in POSTS.values() if url not in report] == []
    # The sixth is withheld in some countries.
    assert "must not be kept" not in report


def test_what_came_is_accounted_for_in_each_report_and_in_status(read: Desk) -> None:
    cells = ["x", "6", "5", "0", "1", "0", "$0.09", "none"]
    assert f"| {' | '.join(cells)} |".replace("$", "\\$") in read.report("md")
    texts = [text.strip() for text in page_of(read.report("html")).texts]
    assert " ".join(cells) in " ".join(filter(None, texts))
    (source,) = [row for row in read.document()["sources"] if row["source"] == "x"]
    counts = {"received": 6, "stored": 5, "duplicate": 0, "quarantined": 1, "deleted": 0}
    assert counts.items() <= source.items()
    (status,) = read.rows("status")
    assert (counts | {"microdollars": 90_000, "state": "ok"}).items() <= status["sources"]["x"].items()
    # Six posts, one that was referred to, five accounts and one count, at the prices of docs.x.com.
    assert source["cost"]["microdollars"] == 7 * 5_000 + 5 * 10_000 + 5_000 == 90_000
    assert "Coverage: **1 of 1** (sources read without a gap; 0 gaps known)" in read.report("md")


def test_what_was_published_is_verified(read: Desk) -> None:
    (report,) = read.folder.glob("out/*/report.json")
    read.run("verify", str(report))
    copied = shutil.copytree(report.parent, read.folder / "altered" / "report") / "report.json"
    altered = copied.read_text().replace('"posts": 5', '"posts": 6', 1)
    assert altered != copied.read_text()
    copied.write_text(altered)
    read.run("verify", str(copied), ends=1)


# --- What a crash and a failing service leave ------------------------------------------------------


def test_a_kill_between_two_pages_loses_and_doubles_no_post(read: Desk, desk: Desk) -> None:
    release = threading.Event()
    with FakeX(faults={2: Reply(status=503, hold=release)}) as x:
        desk.write(FERRY, x_source(x))
        with desk.begin("run", "collect", *as_of(12)) as process:
            wait_until(lambda: len(x.searches) == 2)
            process.kill()
        release.set()
        assert process.returncode == -signal.SIGKILL
        (status,) = desk.rows("status")
        assert status["posts"] == 3
        # Nobody was left to write a gap; that the step has no end tells it instead.
        assert [(step["step"], step["ended_at"]) for step in status["steps"]] == [("collect", None)]
        desk.run("run", *as_of(12))
    posts = desk.run("posts", "--json", *as_of(12))
    assert posts == read.run("posts", "--json", *as_of(12))
    assert [json.loads(line)["post"] for line in posts.splitlines()] == sorted(POSTS)
    assert {claim["text"] for claim in desk.document()["brief"]["claims"]} == {
        claim["text"] for claim in read.document()["brief"]["claims"]
    }


@pytest.mark.parametrize(
    ("search", "what", "said"),
    [
        (1, "unavailable", "X answered 503"),
        (2, "rate_limited_no_header", "X's limit of requests is reached (429)"),
        (1, "unauthorized", "X answered 401: Unauthorized"),
    ],
)
def test_what_x_withholds_is_told_as_unknown_until_it_is_read(
    desk: Desk, search: int, what: str, said: str
) -> None:
    with FakeX(faults={search: error(what)}) as x, FakeSlack() as slack:
        desk = replace(desk, secrets={**desk.secrets, "BOT_TOKEN": slack.token})
        desk.write(FERRY, x_source(x), bot(slack))
        desk.run("run", *as_of(12), ends=3)
        assert f"collect: x: {said}" in desk.said()
        gap = f"X not read on 3 February 2026 from 07:00 to 13:00 ({said}): unknown, not zero"
        assert gap in page_of(desk.report("html")).text
        assert gap in desk.report("md")
        assert [found["reason"] for found in desk.document()["brief"]["gaps"]] == [said]
        message, *notices = slack.messages
        assert gap in json.dumps(message["blocks"], ensure_ascii=False)
        assert len(notices) == (what == "unauthorized")
        assert len(desk.document()["inputs"]) == (0 if search == 1 else 3)

        desk.run("run", *as_of(13))
    assert desk.document()["brief"]["gaps"] == []
    assert len(desk.document()["inputs"]) == 5
    assert "No gap is known in this window." in page_of(desk.report("html")).text
    assert page_of(desk.report("html")).text.count(said) == 1  # as what changed since the last report
    assert f"No longer a gap: {gap}" in page_of(desk.report("html")).text
    assert "unknown, not zero" not in json.dumps(slack.messages)


# --- To Slack --------------------------------------------------------------------------------------


def test_a_story_is_one_message_a_channel_and_only_the_bot_edits_it_for_news(desk: Desk) -> None:
    with FakeX() as x, FakeSlack() as slack:
        desk = replace(desk, secrets={**desk.secrets, "BOT_TOKEN": slack.token, "WEBHOOK_URL": slack.webhook_url})
        desk.write(FERRY, TOLL, x_source(x), bot(slack), WEBHOOK)
        desk.run("run", *as_of(12))
        sent = Counter(call.method for call in slack.received)
        assert sent == {"chat.postMessage": 2, "webhook": 2}
        keys = [found["metadata"]["event_payload"]["dedupe_key"] for found in slack.messages if "metadata" in found]
        assert sorted(keys) == ["ferry:2026-02-03", "toll:2026-02-03"]

        desk.run("run", *as_of(13))
        assert Counter(call.method for call in slack.received) == sent, "there was nothing new to say"

        x.pages = [newer_page("I think closing the Sundvik ferry is a terrible idea, I am so angry")]
        desk.run("run", *as_of(14))
    assert Counter(call.method for call in slack.received) == sent | {"chat.update": 1}
    assert [invalid(call.arguments) for call in slack.received] == [None] * 5
    texts = {text: "metadata" in found for found in slack.messages for text in [found["text"]] if "6 posts" in text}
    assert list(texts.values()) == [True]
    assert sum("5 posts" in found["text"] for found in slack.messages) == 1
    assert len(slack.messages) == 4


def test_a_source_that_needs_a_person_is_told_once_and_edited_when_it_is_over(desk: Desk) -> None:
    with FakeX() as x, FakeSlack() as slack:
        wrong = replace(desk, secrets={"X_TOKEN": "no", "BOT_TOKEN": slack.token, "WEBHOOK_URL": slack.webhook_url})
        right = replace(wrong, secrets=wrong.secrets | desk.secrets)
        desk.write(FERRY, x_source(x), bot(slack), WEBHOOK)
        wrong.run("run", "collect", *as_of(12), ends=3)
        wrong.run("run", "deliver", *as_of(12))
        wrong.run("run", "collect", "deliver", *as_of(13), ends=3)
        began = (
            "X is not being read · It has been failing since 3 February 2026, 13:00: “X answered 401: Unauthorized”"
        )
        assert [found["text"] for found in slack.messages] == [began, began]
        right.run("run", "collect", "deliver", "--lang", "nb", *as_of(14))
        right.run("run", "collect", "deliver", *as_of(15))
    texts = {"metadata" in found: found["text"] for found in slack.messages}
    assert texts[False] == began
    assert texts[True].startswith("X blir lest igjen · Lesingen hadde feilet siden 3. februar 2026 kl. 13:00")
    told = [(row["channel"], row["key"], row["op"], row["state"]) for row in right.rows("outbox")]
    key = "source:x:20260203T120000Z"
    assert sorted(told) == [
        ("slack", key, "post", "sent"),
        ("slack", key, "update", "sent"),
        ("slack-webhook", key, "post", "sent"),
    ]


# --- By the clock ----------------------------------------------------------------------------------


def noon_zone(now: datetime) -> str:
    """A time zone where it is about noon, so that no day ends while a test looks at it."""
    return f"Etc/GMT{now.hour - 12:+}"


def refused_after(desk: Desk) -> float:
    """The seconds until a second scheduler gave up."""
    begun = time.monotonic()
    desk.run("start", ends=1)
    return time.monotonic() - begun


def test_the_scheduler_catches_up_once_a_period_and_keeps_others_out(desk: Desk) -> None:
    zone = noon_zone(datetime.now(UTC))
    today = datetime.now(ZoneInfo(zone)).date().isoformat()
    with FakeX() as x:
        desk.write(FERRY, x_source(x), '[schedule]\nevery = "24h"\n')
        config = desk.folder / "config.toml"
        config.write_text(config.read_text().replace("Europe/Oslo", zone))
        with desk.begin("start") as first:
            wait_until(lambda: f"{today}: done" in desk.said())
            assert min(refused_after(desk) for _ in range(2)) <= 1
            assert f"another monitor (pid {first.pid}) works on it" in desk.said()
            first.send_signal(signal.SIGTERM)
            assert first.wait(25) == 0
        with desk.begin("start") as again:
            wait_until(lambda: f"{today}: already done" in desk.said())
            again.send_signal(signal.SIGTERM)
            assert again.wait(25) == 0
        assert len(x.searches) == 2
    runs = [run for run in desk.rows("runs") if run["job"] == "pipeline"]
    assert [(run["period"], run["problem"]) for run in runs] == [(today, None)]
    assert len(desk.document()["brief"]["claims"]) > 0


# --- One more source -------------------------------------------------------------------------------


def test_a_new_kind_of_source_is_one_new_file_and_one_line_of_the_table(desk: Desk) -> None:
    """The one line names its options in `AnySource`; the import of that name stands above it, as Python asks."""
    table = "    XOptions\n"
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, desk.folder / "product" / package, ignore=ignored)
    rows = [
        {"id": "b1", "platform": "board", "text": "The Sundvik ferry must stay, this is a terrible decision!",
         "lang": "en", "created_at": "2026-02-03T10:00:00Z", "url": "https://board.example/b1"},
        {"id": "b2", "platform": "board", "text": "My cat had kittens this morning", "lang": "en"},
    ]  # fmt: skip
    (desk.folder / "board.json").write_text(json.dumps(rows))
    desk.write(FERRY, '\n[[sources]]\nkind = "board"\nfile = "board.json"\n')
    desk.run("check", ends=2)

    desk = replace(desk, code=desk.folder / "product")
    sources = desk.code / "monitor" / "sources"
    shutil.copy(ROOT / "tests" / "fakes" / "board.py", sources)
    known = (sources / "__init__.py").read_text()
    assert known.count(table) == 1
    changed = table.replace("XOptions", "BoardOptions\n    | XOptions")
    (sources / "__init__.py").write_text(
        known.replace(table, changed).replace("from .rss", "from .board import BoardOptions\nfrom .rss")
    )
    desk.run("check")
    desk.run("run", *as_of(12))
    assert [(row["post"], row["story"]) for row in desk.rows("posts")] == [("b1", "ferry"), ("b2", None)]
    for suffix in ("html", "md", "json"):
        assert "https://board.example/b1" in desk.report(suffix)
    assert [row["stored"] for row in desk.document()["sources"] if row["source"] == "board"] == [2]


# --- Secrets ---------------------------------------------------------------------------------------


def test_no_secret_is_written_anywhere_even_with_debug_logging_on(desk: Desk) -> None:
    secrets = {
        "X_TOKEN": TOKEN,
        "X_REFUSED": "CANARY-x-refused-BBBBBBBB",
        "BOT_TOKEN": "xoxb-CANARY-bot-CCCCCCCC",
        "BOT_REFUSED": "xoxb-CANARY-refused-DDDDDDDD",
    }
    repeats = Reply(status=400, body=json.dumps({"detail": f"the token {TOKEN} is odd"}).encode())
    with (
        FakeX(faults={2: Reply(body=f"no JSON: {TOKEN}".encode()), 3: repeats}) as x,
        FakeSlack(token=secrets["BOT_TOKEN"], webhook_path="/services/T0/B0/CANARY-hook-EEEEEEEE") as slack,
    ):
        desk = replace(desk, secrets={**secrets, "WEBHOOK_URL": slack.webhook_url})
        desk.write(
            FERRY,
            x_source(x),
            x_source(x, name="refused", variable="X_REFUSED"),
            bot(slack),
            bot(slack, name="refused", variable="BOT_REFUSED"),
            WEBHOOK,
        )
        out = [desk.run("run", *as_of(hour), ends=3, program=TALKATIVE) for hour in (12, 13)]
        out += [desk.run(command, "--json", program=TALKATIVE) for command in ("runs", "outbox")]
    # Where X keeps the result of a compliance job, an address has its own signature, and the token must not go.
    assert all("authorization" not in asked.headers for asked in x.asked if asked.path.startswith("/storage/"))
    travelled = {asked.headers["authorization"] for asked in x.asked if asked.path.startswith("/2/")} | {
        str(call.authorization) for call in slack.received
    }
    assert travelled >= {f"Bearer {secret}" for secret in secrets.values()}
    assert slack.calls("webhook")
    assert "DEBUG:" in desk.said()
    assert "X answered 400: the token [secret] is odd" in desk.said()
    written = {str(path): path.read_bytes() for path in desk.folder.rglob("*") if path.is_file()}
    assert {path.name for path in desk.folder.iterdir()} >= {"monitor.db", "monitor.db-wal", "out", "said"}
    written["stdout"] = "".join(out).encode()
    written["slack"] = json.dumps([call.arguments for call in slack.received]).encode()
    written["x"] = repr([(asked.path, asked.query) for asked in x.asked]).encode()
    assert [name for name, content in written.items() if b"CANARY" in content] == []
