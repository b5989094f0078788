"""The command line, as a person or a script meets it: options, output, exit codes, signals."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jobs.cli import COMMANDS, main
from jobs.commands.operate import not_ours
from jobs.lock import locked
from jobs.shell import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

MONITOR = [sys.executable, "-c", "from jobs.cli import main; raise SystemExit(main())"]
ROOT = Path(__file__).resolve().parent.parent
STORY = {
    "id": "ferry",
    "title": "County closes the Sundvik ferry in April",
    "lead": "The car ferry makes its last trip on 31 March and a boat without car deck replaces it.",
    "url": "https://news.example/ferry",
    "publisher": "Fjord Courier",
    "published_at": "2026-02-03T06:00:00Z",
    "language": "en",
}
POST_KEYS = {
    "post", "story", "link", "kind", "language", "sentiment", "stance", "ironic", "group", "copy_of", "voice",
    "flood", "flood_reason", "second_opinion", "deleted",
}  # fmt: skip
AS_OF = ("--as-of", "2026-02-05")


def row(number: int, text: str, **changes: Any) -> dict[str, Any]:
    made = {
        "id": f"p{number}",
        "platform": "x",
        "author": {"id": f"u{number}", "handle": f"user{number}", "name": f"User {number}"},
        "text": text,
        "lang": "en",
        "created_at": f"2026-02-03T12:{number:02}:00Z",
        "url": f"https://x.example/user{number}/status/p{number}",
        "links": [],
    }
    return made | changes


ROWS = [
    row(1, "The Sundvik ferry must stay, closing it is a terrible idea for our sheep https://news.example/ferry"),
    row(2, "I think closing the Sundvik ferry in April is an awful decision by the county, I am so angry"),
    row(3, "Honestly I love that the county closes the Sundvik ferry, a great and brave decision"),
    row(4, "My cat had kittens this morning"),
    row(5, "gone", deleted=True, found_for=["ferry"]),
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, without a config in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    return tmp_path


@pytest.fixture
def imported(here: Path) -> Path:
    """The folder, with ROWS imported into monitor.db."""
    (here / "rows.jsonl").write_text("".join(json.dumps(each) + "\n" for each in [STORY, *ROWS]))
    assert main(["import", "rows.jsonl"]) == 0
    return here


def lines(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


# --- The frame ---------------------------------------------------------------------------------


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom jobs.cli import main\nmain(['--help'])\n"
        "heavy = {'pydantic', 'sqlite_utils', 'tweepy', 'numpy', 'jinja2', 'apscheduler', 'slack_sdk',"
        " 'feedparser', 'requests', 'py3langid', 'monitor.model'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name, (_, said) in COMMANDS.items():
        assert name in done.stdout
        assert said.split(maxsplit=1)[0] in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_takes_config_and_store(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--help"]) == 0
    out = capsys.readouterr().out
    assert "--config FILE" in out
    assert "--store FILE" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["strat"], "Did you mean start?"),
        (["run", "colect"], "there are: collect, understand, brief, publish, deliver"),
        (["run", "--nonsense"], "No such option"),
        (["import", "nowhere.jsonl"], "does not exist"),
        (["stories", "--config", "nowhere.toml"], "nowhere.toml: cannot be read"),
        (["run", "--as-of", "yesterday"], "write an ISO date-time or date"),
        (["report", "--window", "1y"], "write a whole number and a unit"),
        (["report", "--lang", "tlh"], "no phrase table; there are: en"),
        (["start"], "the config has no [schedule]"),
    ],
)
def test_a_mistake_in_the_call_exits_2_and_says_what_to_write(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: Sequence[str], said: str
) -> None:
    assert main(arguments) == 2
    caught = capsys.readouterr()
    assert said in caught.err
    assert caught.out == ""
    assert not (here / "monitor.db").exists()


@pytest.mark.parametrize("command", [["stories"], ["posts", "--json"], ["brief", "ferry"], ["runs"], ["status"]])
def test_reading_a_store_that_is_not_there_exits_1_and_makes_none(
    here: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert main(command) == 1
    assert "there is no store here" in capsys.readouterr().err
    assert not (here / "monitor.db").exists()


def test_the_store_and_config_stand_before_or_after_the_command(
    imported: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (imported / "monitor.db").rename(imported / "other.db")
    (imported / "other.toml").write_text('store = "other.db"\n')
    (imported / "wrong.toml").write_text('store = "wrong.db"\n')
    capsys.readouterr()
    for arguments in (
        ["--store", "other.db", "stories"],
        ["stories", "--store", "other.db"],
        ["--store", "wrong.db", "stories", "--store", "other.db"],
        ["--config", "other.toml", "stories"],
        ["stories", "--config", "other.toml"],
        ["--config", "wrong.toml", "stories", "--store", "other.db"],
    ):
        assert main(arguments) == 0, arguments
        assert "Sundvik" in capsys.readouterr().out
    monkeypatch.setenv("MONITOR_CONFIG", "other.toml")
    assert main(["stories"]) == 0
    assert main(["stories", "--config", "wrong.toml"]) == 1
    monkeypatch.delenv("MONITOR_CONFIG")
    (imported / "other.toml").rename(imported / "config.toml")
    assert main(["stories"]) == 0


def test_the_paths_of_a_config_start_from_its_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "team").mkdir()
    (here / "team" / "monitor.toml").write_text('store = "data/ours.db"\n')
    (here / "rows.jsonl").write_text(json.dumps(STORY))
    monkeypatch.setenv("MONITOR_CONFIG", str(here / "team" / "monitor.toml"))
    assert main(["import", "rows.jsonl"]) == 0
    assert (here / "team" / "data" / "ours.db").exists()


def test_a_strangers_text_cannot_drive_the_terminal(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "red \x1b[31m bell \x07 back \x9b2J over \u202e line\nfake: ok"
    (here / "rows.jsonl").write_text(json.dumps(STORY | {"title": hostile}))
    assert main(["import", "rows.jsonl"]) == 0
    assert main(["stories", *AS_OF]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line == "ferry  red [31m bell  back 2J over  line fake: ok"
    assert shown("안녕 👩‍👧 é") == "안녕 👩‍👧 é"


def test_a_reader_who_leaves_early_is_no_error() -> None:
    texts = b"a great day\n" * 20_000
    with subprocess.Popen(
        [*MONITOR, "score", "--text"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(texts[: len(texts) // 4])
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(texts)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        assert process.wait(20) == 0
        assert process.stderr.read() == b""


# --- Reading -----------------------------------------------------------------------------------


def test_import_tells_what_became_of_each_row(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [json.dumps(each) for each in [STORY, *ROWS, ROWS[0]]] + ["{broken"]
    (here / "rows.jsonl").write_text("\n".join(rows))
    assert main(["import", "rows.jsonl", "--json"]) == 0
    caught = capsys.readouterr()
    assert json.loads(caught.out) == {
        "received": 8, "stored": 5, "duplicate": 1, "quarantined": 1, "deleted": 1,
        "reasons": {"no JSON": 1}, "unread": {},
    }  # fmt: skip
    assert "8 received: 5 stored, 1 duplicate, 1 quarantined, 1 deleted" in caught.err


def test_stories_come_out_as_they_went_in(imported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert imported.exists()
    capsys.readouterr()
    assert main(["stories", "--json"]) == 0
    (story,) = lines(capsys)
    assert {key: story[key] for key in STORY if key != "published_at"} == {
        key: value for key, value in STORY.items() if key != "published_at"
    }


@pytest.mark.parametrize(
    ("config", "day", "ended"),
    # The last post about it is of 3 February, 12:03.
    [("", "2026-02-10", False), ("", "2026-02-11", True), ("quiet_days = 0", "2026-02-11", False)],
)
def test_stories_say_which_have_ended(
    imported: Path, capsys: pytest.CaptureFixture[str], config: str, day: str, *, ended: bool
) -> None:
    (imported / "config.toml").write_text(config)
    capsys.readouterr()
    assert main(["stories", "--json", "--as-of", day]) == 0
    assert [story["ended"] for story in lines(capsys)] == [ended]
    assert main(["stories", "--as-of", day]) == 0
    assert capsys.readouterr().out.startswith("ferry  (ended)  County") is ended


def test_posts_are_listed_linked_or_not_and_deleted_ones_by_a_hash(
    imported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert imported.exists()
    capsys.readouterr()
    assert main(["posts", "--json", *AS_OF]) == 0
    listed = lines(capsys)
    by_id = {line["post"]: line for line in listed if not line["deleted"]}
    assert set(by_id) == {"p1", "p2", "p3", "p4"}
    assert all(set(line) == POST_KEYS for line in by_id.values())
    assert by_id["p1"]["story"] == "ferry"
    assert by_id["p1"]["link"]["reason"] == "url"
    assert set(by_id["p1"]["sentiment"]) >= {"label", "value", "confidence", "scorer"}
    assert by_id["p3"]["sentiment"]["label"] == "positive"
    assert (by_id["p4"]["story"], by_id["p4"]["link"], by_id["p4"]["group"]) == (None, None, None)
    (gone,) = [line for line in listed if line["deleted"]]
    assert set(gone) == {"post", "story", "deleted"}
    assert gone["story"] == "ferry"
    assert len(gone["post"]) == 64


def test_posts_of_one_story_leave_the_others_out(imported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert imported.exists()
    capsys.readouterr()
    assert main(["posts", "--json", "--story", "ferry"]) == 0
    assert {line["story"] for line in lines(capsys)} == {"ferry"}
    assert main(["posts", "--story", "fery"]) == 2
    assert 'did you mean "ferry"?' in capsys.readouterr().err


def test_a_post_is_in_the_group_that_the_brief_puts_it_in(
    imported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert imported.exists()
    capsys.readouterr()
    assert main(["brief", "ferry", "--json", *AS_OF]) == 0
    (brief,) = lines(capsys)
    assert main(["posts", "--json", *AS_OF]) == 0
    grouped = {line["post"]: line["group"] for line in lines(capsys) if line.get("group")}
    assert grouped
    assert grouped == {post: group["id"] for group in brief["groups"] for post in group["posts"]}


def test_a_brief_says_the_paragraph_with_its_proof_and_publishes_nothing(
    imported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["brief", "ferry", *AS_OF]) == 0
    said = capsys.readouterr().out
    assert "County closes the Sundvik ferry in April" in said
    assert " [1]" in said
    assert "\n[1] https://x.example/user" in said
    assert main(["brief", "ferry", "--json", *AS_OF]) == 0
    (document,) = lines(capsys)
    assert set(document) >= {
        "story", "window", "qualifier", "voices", "posts", "groups", "split", "minority", "claims", "left_out",
        "gaps", "written_by", "hash",
    }  # fmt: skip
    assert not (imported / "out").exists()
    assert main(["runs", "--json"]) == 0
    assert lines(capsys) == []


def test_as_of_and_window_bound_the_brief(imported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert imported.exists()
    capsys.readouterr()

    def posts(*more: str) -> Any:
        assert main(["brief", "ferry", "--json", *more]) == 0
        return lines(capsys)[0]["posts"]

    assert posts("--as-of", "2026-02-04") == 3
    assert posts("--as-of", "2026-02-03T12:02:30Z") == 2
    assert posts("--as-of", "2026-02-03T12:02:30+00:00", "--window", "1m") == 1
    assert posts("--as-of", "2026-02-02") == 0


# --- Reports -----------------------------------------------------------------------------------


def test_a_report_is_written_and_verified_and_a_changed_one_is_not(
    imported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert imported.exists()
    capsys.readouterr()
    assert main(["report", "ferry", *AS_OF]) == 0
    written = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert all(path.is_file() for path in written)
    (report,) = [path for path in written if path.name == "report.json"]
    assert main(["verify", str(report)]) == 0
    assert main(["verify", str(report), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["ok"] is True
    report.write_text(report.read_text().replace('"voices":3', '"voices":4').replace('"voices": 3', '"voices": 4'))
    assert main(["verify", str(report)]) == 1


# --- Working -----------------------------------------------------------------------------------


def test_each_step_leaves_a_run(imported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert imported.exists()
    assert main(["run", *AS_OF]) == 0
    capsys.readouterr()
    assert main(["runs", "--json"]) == 0
    steps = [run["step"] for run in lines(capsys) if run["step"]]
    assert sorted(steps) == ["brief", "collect", "deliver", "forget", "publish", "understand"]
    assert main(["run", "brief", "collect"]) == 0
    capsys.readouterr()
    assert main(["runs", "--json"]) == 0
    assert [run["step"] for run in lines(capsys) if run["step"]][:2] == ["brief", "collect"]
    assert main(["status", "--json"]) == 0
    (status,) = lines(capsys)
    assert (status["posts"], status["stories"]) == (4, 1)
    assert {step["step"] for step in status["steps"]} == set(steps)
    assert all(step["problem"] is None for step in status["steps"])


def test_stories_of_the_config_enter_the_store_with_collect(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "config.toml").write_bytes((ROOT / "config.toml").read_bytes())
    assert main(["run", "understand"]) == 0
    assert main(["stories"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["run"]) == 0
    assert main(["stories"]) == 0
    assert "sundvik-ferry" in capsys.readouterr().out


def test_a_source_that_fails_exits_3_and_the_other_steps_still_ran(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "config.toml").write_text(
        '[[sources]]\nkind = "rss"\nname = "dead"\nurl = "http://127.0.0.1:9/feed"\nallow_private_hosts = true\n'
    )
    assert main(["run"]) == 3
    assert "collect: dead: " in capsys.readouterr().err
    assert main(["runs", "--json"]) == 0
    problems = {run["step"]: run["problem"] for run in lines(capsys)}
    assert "dead" in problems["collect"]
    assert problems["publish"] is None
    assert main(["status"]) == 0
    assert "dead" in capsys.readouterr().out


def test_a_variable_that_is_not_set_exits_2_and_names_key_and_variable(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "config.toml").write_text(
        '[[sources]]\nkind = "x"\nname = "x"\ntoken = "env:F1_NO_TOKEN"\n'
        '[[channels]]\nkind = "slack"\nname = "s"\nchannel = "C012345"\ntoken = "env:F1_NO_SLACK"\n'
    )
    monkeypatch.delenv("F1_NO_TOKEN", raising=False)
    assert main(["run", "collect"]) == 2
    assert "sources.1.token: the environment variable F1_NO_TOKEN is not set" in capsys.readouterr().err
    assert main(["run", "understand", "brief", "publish"]) == 0
    assert main(["run", "deliver"]) == 2
    assert "channels.1.token: the environment variable F1_NO_SLACK is not set" in capsys.readouterr().err
    assert main(["check"]) == 3
    said = capsys.readouterr().err
    assert "F1_NO_TOKEN" in said
    assert "F1_NO_SLACK" in said


@pytest.mark.parametrize("command", [["run"], ["start"], ["import", "rows.jsonl"]])
def test_a_second_process_leaves_at_once_and_names_the_first(here: Path, command: list[str]) -> None:
    (here / "config.toml").write_text('[schedule]\nevery = "1h"\n')
    (here / "rows.jsonl").write_text(json.dumps(STORY))
    with locked(here / "monitor.db"):
        done = subprocess.run([*MONITOR, *command], capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 1
    assert f"pid {os.getpid()}" in done.stderr


def test_start_catches_up_once_a_period_and_leaves_at_sigterm(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "config.toml").write_text('[schedule]\nevery = "1d"\nsteps = ["collect", "understand"]\n')

    def start_and_stop(until: str) -> str:
        with subprocess.Popen([*MONITOR, "start"], stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            said = ""
            while until not in said:
                line = process.stderr.readline()
                assert line, said
                said += line
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(25) == 0
            assert time.monotonic() - begun < 25
            return said + process.stderr.read()

    assert ": begins\n" in start_and_stop(": done")
    assert ": begins\n" not in start_and_stop("already done")
    assert main(["runs", "--json"]) == 0
    assert sorted(run["step"] for run in lines(capsys)) == ["", "collect", "understand"]


# --- Setting up --------------------------------------------------------------------------------


def test_init_writes_a_config_that_check_accepts_and_never_overwrites(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init"]) == 0
    assert main(["check"]) == 0
    (here / "config.toml").write_text("# mine\n")
    assert main(["init"]) == 1
    assert "stays as it is" in capsys.readouterr().err
    assert (here / "config.toml").read_text() == "# mine\n"
    assert main(["init", "--config", "other.toml"]) == 0
    assert (here / "other.toml").read_bytes() == (ROOT / "config.toml").read_bytes()


def test_check_lists_five_mistakes_by_key(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "config.toml").write_text(
        'time_zone = "EST5EDTT"\nstroe = "a.db"\n'
        '[[stories]]\nid = "a"\n'
        '[[sources]]\nkind = "x"\nname = "x"\ntoken = "AAAACANARY"\npages = -1\n'
    )
    assert main(["check"]) == 2
    said = capsys.readouterr().err
    for key in ("time_zone:", "stroe:", "stories.1.title:", "sources.1.token:", "sources.1.pages:"):
        assert key in said
    assert "CANARY" not in said


def test_check_tells_a_damaged_or_foreign_store(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "monitor.db").write_bytes(b"not a database at all" * 100)
    assert main(["check"]) == 1
    assert "monitor.db" in capsys.readouterr().err


def test_a_package_that_somebody_else_owns_is_warned_of() -> None:
    ours = {name: ["what-people-say-monitor"] for name in ("monitor", "reports", "jobs")}
    assert list(not_ours(ours)) == []
    (warning,) = not_ours(ours | {"reports": ["what-people-say-monitor", "reports"]})
    assert "'reports' also comes with reports" in warning


# --- Scoring -----------------------------------------------------------------------------------


def score(given: str, *options: str) -> list[Any]:
    done = subprocess.run(
        [*MONITOR, "score", *options],
        input=given.encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_score_answers_each_line_in_its_order() -> None:
    given = [
        {"text": "What a wonderful, great day!", "lang": "en"},
        {"text": "Tänään on kaunis ilma", "lang": "fi"},
        {"text": "This is a horrible, terrible mess.", "lang": "en"},
        {"text": "", "lang": "en"},
    ]
    first, finnish, second, empty, broken, no_text = score(
        "".join(json.dumps(each) + "\n" for each in given) + "{broken\n" + '{"lang": "en"}\n'
    )
    assert (first["label"], second["label"]) == ("positive", "negative")
    assert set(first) - {"unclear"} == {"label", "value", "confidence", "lang", "scorer"}
    assert finnish == {"not_scored": "no scorer for fi", "lang": "fi"}
    assert empty["not_scored"] == "no text"
    assert "not_scored" in broken
    assert "not_scored" in no_text


def test_score_reads_plain_text_and_scores_no_line_by_its_neighbours() -> None:
    texts = ["I love this wonderful place", "I hate this horrible place", "", "I love this wonderful place"]
    together = score("\n".join(texts) + "\n", "--text")
    assert len(together) == 4
    assert together[0] == together[3]
    assert together[1] == score(texts[1], "--text")[0]
