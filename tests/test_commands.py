"""Each command: what it tells of what went wrong or is missing, what it lists, and what a newcomer is shown."""

from __future__ import annotations

import json
import re
import shlex
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from jobs.cli import main
from monitor.interchange import post_dict, story_dict
from monitor.model import Cost, Page, PostId, Run, StoryId, id_hash
from monitor.store import Store
from tests.builders import NOON, post, story

ROOT = Path(__file__).resolve().parent.parent
AS_OF = ("--as-of", "2026-02-05")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, without a config in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    return tmp_path


@pytest.fixture
def stored(here: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The folder, with a story and what was said of it at NOON, later, at no known time, and deleted then."""
    rows = [
        post("noon", found_for=("ferry",)),
        post("later", created_at=NOON + timedelta(hours=1), text="A great plan", found_for=("ferry",)),
        post("some day", created_at=None, text="An awful plan", found_for=("ferry",)),
        post("gone", deleted=True, found_for=("ferry",)),
        post("gone, some day", created_at=None, deleted=True, found_for=("ferry",)),
    ]
    write(here / "rows.jsonl", story_dict(story(id=StoryId("ferry"))), *map(post_dict, rows))
    assert main(["import", "rows.jsonl"]) == 0
    capsys.readouterr()
    return here


def write(path: Path, *rows: object) -> None:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))


def documents(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


# --- import ------------------------------------------------------------------------------------


def test_import_says_why_rows_were_quarantined_and_what_was_passed_over(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = post_dict(post("p1"))
    write(here / "a.jsonl", good | {"mood": 1}, good | {"id": "p2", "created_at": "soon"}, "{", "[]", "5")
    write(here / "b.jsonl", good | {"id": "p3", "mood": 2}, "{", "{")
    assert main(["import", "a.jsonl", "b.jsonl", "--json"]) == 0
    caught = capsys.readouterr()
    assert json.loads(caught.out) == {
        "received": 8, "stored": 3, "duplicate": 0, "quarantined": 5, "deleted": 0,
        "reasons": {"no JSON": 3, "no JSON object": 2},
        "unread": {"created_at: unreadable time": 1, "post.mood": 2},
    }  # fmt: skip
    assert caught.err.splitlines()[1:] == [
        "quarantined: a.jsonl: no JSON object (×2)",
        "quarantined: b.jsonl: no JSON (×2)",
        "quarantined: a.jsonl: no JSON (×1)",
        "not read: post.mood (×2)",
        "not read: created_at: unreadable time (×1)",
    ]
    assert main(["import", "b.jsonl"]) == 0
    assert "quarantined: b.jsonl: no JSON (×2)" in capsys.readouterr().err


def test_a_file_of_nothing_but_broken_rows_is_something_missing(here: Path) -> None:
    write(here / "good.jsonl", post_dict(post("p1")))
    write(here / "bad.jsonl", "{", "{")
    (here / "empty.jsonl").write_text("")
    assert main(["import", "good.jsonl", "empty.jsonl"]) == 0
    assert main(["import", "good.jsonl", "bad.jsonl"]) == 3


def test_import_tells_the_five_most_frequent_of_many_and_no_control_characters(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here / "a.jsonl", post_dict(post()) | {f"key{n}\x1b[31m": n for n in range(8)})
    assert main(["import", "a.jsonl"]) == 0
    said = capsys.readouterr().err
    assert said.count("(×1)") == 5
    assert "not read: and 3 more" in said
    assert "\x1b" not in said


# --- posts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "listed"),
    [
        ((), {"noon", "later", "some day", "gone", "gone, some day"}),
        (("--as-of", "2026-02-03T12:00:00Z"), {"noon", "some day", "gone", "gone, some day"}),
        (("--as-of", "2026-02-03T13:00:00Z", "--window", "60m"), {"noon", "later", "gone"}),
        (("--as-of", "2026-02-03T13:00:00Z", "--window", "59m"), {"later"}),
        (("--as-of", "2026-02-02"), {"some day", "gone, some day"}),
        (("--window", "1h"), set()),
    ],
)
def test_posts_lists_those_of_the_window(
    stored: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], listed: set[str]
) -> None:
    assert stored.exists()
    names = {id_hash(PostId(name)): name for name in ("gone", "gone, some day")}
    assert main(["posts", "--json", "--story", "ferry", *options]) == 0
    assert {names.get(row["post"], row["post"]) for row in documents(capsys)} == listed


# --- report and run ----------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["report"], ["report", "ferry"], ["report", "--store", "no/such.db"]])
def test_report_makes_no_store(here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main(arguments) == 1
    assert "there is no store here" in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_report_lists_its_files_as_json(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--json", *AS_OF]) == 0
    (files,) = documents(capsys)
    assert {Path(file).name for file in files} == {
        "report.html",
        "report.md",
        "report.json",
        "index.html",
        "index.json",
    }
    assert all((stored / file).is_file() for file in files)


def test_run_says_what_it_wrote(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stored.exists()
    assert main(["run", "--json", *AS_OF]) == 0
    caught = capsys.readouterr()
    assert caught.err.splitlines() == ["1 report: out/index.html"]
    steps = ["collect", "understand", "brief", "publish", "deliver", "forget"]
    assert json.loads(caught.out) == {"steps": [{"step": name, "problem": None} for name in steps], "files": 5}


def test_run_without_a_source_says_so(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert here.exists()
    assert main(["run"]) == 0
    caught = capsys.readouterr()
    assert caught.err.splitlines() == ["no new reports", "no sources are configured; see [[sources]]"]
    assert caught.out == ""
    assert main(["run", "understand"]) == 0
    assert capsys.readouterr().err == ""


# --- Trouble with files ------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written_is_told_by_check_and_is_no_bug_of_the_run(
    stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (stored / "out").write_text("no folder")
    assert main(["check", "--json"]) == 1
    (told,) = documents(capsys)
    (problem,) = told["problems"]
    assert problem.startswith("out: ")
    assert "Not a directory" in problem
    assert main(["run", "--json", *AS_OF]) == 1
    (ran,) = documents(capsys)
    problems = {row["step"]: row["problem"] for row in ran["steps"]}
    assert "Not a directory" in problems["publish"]
    assert problems["deliver"] is None
    assert main(["report", *AS_OF]) == 1
    said = capsys.readouterr().err
    assert "Not a directory; what was written before stays" in said
    assert main(["runs"]) == 0
    said = capsys.readouterr().out
    assert "Not a directory" in said
    assert "a bug" not in said


def test_a_store_that_cannot_be_made_is_told_by_check_and_by_the_run(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "file").write_text("no folder")
    assert main(["check", "--store", "file/monitor.db"]) == 1
    assert "store: " in capsys.readouterr().err
    assert main(["run", "--store", "file/monitor.db"]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert "file/monitor.db.lock.pid: cannot be locked: " in said


def test_check_tells_a_store_whose_pages_were_overwritten(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (stored / "monitor.db").open("r+b") as file:
        file.seek(100)  # behind the header of the file: the list of its tables
        file.write(b"\xff" * 4_000)
    assert main(["check"]) == 1
    assert "monitor.db: damaged: " in capsys.readouterr().err


def test_check_makes_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json", "--store", "deep/down/monitor.db"]) == 0
    assert documents(capsys) == [{"problems": [], "warnings": []}]
    assert list(here.iterdir()) == []


def test_check_lists_the_mistakes_of_a_config_as_json(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "config.toml").write_text(
        '[[channels]]\nkind = "slack"\nname = "s"\nchannel = "#general"\ntoken = "env:T"\n'
    )
    assert main(["check", "--json"]) == 2
    (told,) = documents(capsys)
    assert told["problems"] == ['channels.1.channel: "#general": write the channel\'s id, such as C0123456789']


# --- What a person reads -----------------------------------------------------------------------


def test_people_read_dollars_local_time_and_the_singular(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (stored / "config.toml").write_text('time_zone = "America/New_York"\n')
    with Store.open(stored / "monitor.db") as store:
        for source, paid in (("x", 160_000), ("import:rows.jsonl", 4_000)):
            store.save_page(Page(cost=Cost(microdollars=paid)), source=source, query="", at=NOON)
        store.save_stories([], source="x", at=NOON)
        store.begin_run(
            Run(id="r", job="pipeline", step="brief", period="2026-02-03T12:00:07+00:00", started_at=NOON)
        )
    assert main(["status"]) == 0
    said = capsys.readouterr().out
    assert "1 story, 3 posts" in said
    assert "0 deleted, $0.16\n" in said
    assert "2 deleted, less than $0.01\n" in said
    assert "microdollars" not in said
    assert main(["runs"]) == 0
    started, period = re.findall(r"\d{4}-\d\d-\d\d \S+", capsys.readouterr().out)
    assert (started, period) == ("2026-02-03 07:00:00", "2026-02-03 07:00:07")
    assert main(["check"]) == 0
    assert "no mistakes; 0 stories, 0 sources, 0 channels" in capsys.readouterr().err


def test_score_takes_json_for_what_it_prints_anyway(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "texts").write_text('{"text": "a great day", "lang": "en"}\n')
    with (here / "texts").open() as texts:
        monkeypatch.setattr("sys.stdin", texts)
        assert main(["score", "--json"]) == 0
    assert documents(capsys)[0]["label"] == "positive"


def test_the_demo_refuses_a_store_of_ours(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--store", "ours.db"]) == 2
    assert "leave --store away" in capsys.readouterr().err
    assert list(here.iterdir()) == []


# --- README.md ---------------------------------------------------------------------------------


def test_what_the_readme_tells_a_newcomer_to_try_works(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(here.iterdir()) == []
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.split("## Try it")[1].split("\n## ")[0]
    commands = [shlex.split(line)[1:] for line in block.splitlines() if line.startswith("    ./run ")]
    assert [command[:2] for command in commands] == [["monitor", "demo"], ["monitor", "verify"], ["pytest"]]
    said = []
    for command in commands[:2]:
        assert main(command[1:]) == 0, command
        said.append(capsys.readouterr().out)
    tried = shlex.split(said[0].splitlines()[-1].partition(": ")[2])
    run = tried.index("monitor")
    assert Path(*tried[:run]).resolve() == ROOT / "run"
    assert main(tried[run + 1 :]) == 0
    assert "every claim holds" in capsys.readouterr().out


def test_the_list_of_posts_masks_what_a_report_would_withhold(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here / "a.jsonl", post_dict(post("p1", text="Call me on 07700 900142 about the ferry")))
    assert main(["import", "a.jsonl"]) == 0
    capsys.readouterr()
    assert main(["posts"]) == 0
    said = capsys.readouterr().out
    assert "about the ferry" in said
    assert "900142" not in said
