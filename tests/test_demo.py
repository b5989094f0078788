"""The main job from end to end, as a newcomer runs it; its reports depend on what was said, not on how it came."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from jobs.cli import main
from jobs.demo import DATA

if TYPE_CHECKING:
    from pathlib import Path


def run_demo(out: Path, *more: str, hash_seed: str) -> str:
    code = "import sys; from jobs.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "demo", "--out", str(out), *more],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def files(out: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not path.name.startswith("store.db")
    }


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    out = tmp_path_factory.mktemp("demo") / "out"
    return out, run_demo(out, hash_seed="1")


def test_it_tells_what_is_real_and_what_is_fiction_and_where_it_all_is(demo: tuple[Path, str]) -> None:
    out, said = demo
    assert "CC BY 4.0 with attribution to The Computational Democracy Project" in said
    assert "fictional" in said
    assert str(out / "index.html") in said
    assert (out / "index.html").is_file()


def test_every_story_has_a_report_in_each_format_and_a_slack_message(demo: tuple[Path, str]) -> None:
    out, said = demo
    rows = [json.loads(line) for path in DATA.glob("*_stories.jsonl") for line in path.read_text().splitlines()]
    assert len(rows) == 20
    for suffix in ("html", "md", "json"):
        assert len(list(out.glob(f"*/report.{suffix}"))) == 20
    assert len(list((out / "slack").glob("*.json"))) == 20
    for row in rows:
        assert row["title"] in said


def test_the_reports_name_the_licence_of_their_posts(demo: tuple[Path, str]) -> None:
    for report in demo[0].glob("*/report.*"):
        assert "CC BY 4.0" in report.read_text(encoding="utf-8"), report


def test_every_report_verifies(demo: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    reports = sorted(demo[0].glob("*/report.json"))
    assert [main(["verify", str(report)]) for report in reports] == [0] * 20, capsys.readouterr().out


def test_shuffled_input_in_another_process_gives_the_same_bytes(demo: tuple[Path, str], tmp_path: Path) -> None:
    shuffled = tmp_path / "data"
    shuffled.mkdir()
    draw = random.Random(7)  # noqa: S311 (a fixed order of rows)
    for path in DATA.glob("*.jsonl"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        draw.shuffle(lines)
        (shuffled / path.name).write_text("".join(lines), encoding="utf-8")
    again = tmp_path / "out"
    run_demo(again, "--data", str(shuffled), hash_seed="2")
    before, after = files(demo[0]), files(again)
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] != after[name]] == []


def test_a_paragraph_keeps_its_length(demo: tuple[Path, str]) -> None:
    for path in demo[0].glob("*/report.json"):
        brief = json.loads(path.read_text(encoding="utf-8"))["brief"]
        outside = " ".join(part.split("”")[-1] for part in brief["text"].split("“"))
        assert len(outside.split()) <= 160, path


def test_a_conversation_takes_in_no_stranger_for_a_word(demo: tuple[Path, str]) -> None:
    for path in demo[0].glob("*/report.json"):
        report = json.loads(path.read_text(encoding="utf-8"))
        if report["story"]["id"].startswith("polis-"):
            assert list(report["figures"]["platforms"]) == ["polis"], path


@pytest.fixture(scope="module")
def seattle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One conversation of the demo's, for what needs no more."""
    folder = tmp_path_factory.mktemp("seattle")
    for kind, key in (("stories", "id"), ("posts", "found_for")):
        lines = (DATA / f"polis_{kind}.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if "polis-15-per-hour-seattle" in str(json.loads(line)[key])]
        (folder / f"{kind}.jsonl").write_text("".join(kept), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("more", "language", "heading", "real", "fiction"),
    [
        ([], "en", "What people say", "is sub-licensed under CC BY 4.0", "are fictional"),
        (["--lang", "nb"], "nb", "Hva folk sier", "er viderelisensiert under CC BY 4.0", "er oppdiktet"),
        (["--lang", "ko"], "ko", "사람들의 반응", "CC BY 4.0에 따라", "지어낸 것입니다"),
    ],
)
def test_the_demo_speaks_the_language_it_is_told(
    tmp_path: Path,
    seattle: Path,
    capsys: pytest.CaptureFixture[str],
    more: list[str],
    language: str,
    heading: str,
    real: str,
    fiction: str,
) -> None:
    assert main(["demo", "--out", str(tmp_path), "--data", str(seattle), *more]) == 0
    said = capsys.readouterr().out
    (report,) = tmp_path.glob("*/report.json")
    (message,) = (tmp_path / "slack").glob("*.json")
    made = json.loads(report.read_text(encoding="utf-8"))
    assert made["language"] == language
    assert made["as_of"] == "2026-02-07T00:00:00Z"
    assert made["brief"]["text"][:40] in said
    for page in (report.with_name("report.html"), tmp_path / "index.html"):
        text = page.read_text(encoding="utf-8")
        assert f'<html lang="{language}"' in text
        assert heading in text
    assert heading in report.with_name("report.md").read_text(encoding="utf-8")
    assert json.loads(message.read_text(encoding="utf-8"))["text"].startswith(heading)
    for note in (real, fiction):
        assert note in said
        assert any(note in shown for shown in made["notes"])
    assert main(["verify", str(report)]) == 0


def test_the_demo_refuses_a_language_without_words_before_it_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["demo", "--out", str(out), "--lang", "xx"]) == 2
    assert "no phrase table; there are: en, ko, nb" in capsys.readouterr().err
    assert not out.exists()
