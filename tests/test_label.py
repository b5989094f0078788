"""The blind labelling game: what is asked, what is kept, and what the answers do to a report."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jobs.cli import main
from jobs.folders import slug
from jobs.publish import publish
from jobs.verify import verify
from monitor.model import Accuracy, Interval, Page, PostId, Reader, SpotCheck, StoryId
from monitor.scoring.measured import measured
from monitor.spotcheck import LEAST
from monitor.store import Store
from reports.figures import accuracy_texts, readers_table
from reports.page import page_of
from tests.builders import NOON, post, sentiment, understood
from tests.sample_report import FIGURES, LABELS, ROWS, STORY, brief, label, report

if TYPE_CHECKING:
    from monitor.model import Answer, Tone, Understood

ROOT = Path(__file__).resolve().parent.parent
AS_OF = ("--as-of", "2026-02-05")
FERRY = StoryId("ferry")
VOICES = 40


def opinions(many: int = VOICES) -> list[Understood]:
    """So many voices about the ferry, three in four negative."""
    return [
        understood(
            post(f"p{n}", by=f"voice{n}", text=f"Opinion number {n} about the ferry"),
            sentiment=sentiment("positive" if n % 4 == 0 else "negative"),
        )
        for n in range(many)
    ]


def filled(store: Store, rows: list[Understood]) -> Store:
    store.save_stories([STORY], source="test", at=NOON)
    store.save_page(Page(posts=tuple(row.post for row in rows)), source="x", query="", at=NOON)
    store.save_findings([row.finding for row in rows], maker="test/1")
    return store


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a store of 40 opinions about the ferry."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    with Store.open(tmp_path / "monitor.db") as store:
        filled(store, opinions())
    return tmp_path


def play(monkeypatch: pytest.MonkeyPatch, answers: str, *more: str) -> int:
    """Play with one letter an answer; the end of the answers is the end of the input."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{letter}\n" for letter in answers)))
    return main(["label", "ferry", *more, *AS_OF])


def kept(here: Path) -> list[str]:
    with Store.open(here / "monitor.db", read_only=True) as store:
        return [one.answer for one in store.labels([FERRY])]


# --- What is asked -----------------------------------------------------------------------------


def test_a_post_is_shown_without_our_reading_and_each_letter_is_an_answer(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(monkeypatch, "snupo", "--n", "4", "--as", "kari") == 0
    assert sorted(kept(here)) == ["negative", "neutral", "not about it", "positive", "skipped"]
    caught = capsys.readouterr()
    asked = [line for line in caught.err.splitlines() if line.startswith("Opinion number")]
    assert len(asked) == len(set(asked)) == 5
    for word in ("vader", "-0.6", "0.8", "critical"):
        assert word not in caught.err
    assert caught.out.splitlines()[0].startswith("4 of 40 voices read blind, ")


def test_what_is_no_answer_is_asked_again_and_nothing_is_kept_of_it(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(monkeypatch, "xnq") == 0
    assert kept(here) == ["negative"]
    err = capsys.readouterr().err
    assert "answer with one of these letters" in err
    assert sum(line.startswith("Opinion number") for line in err.splitlines()) == 2


def test_a_stopped_game_goes_on_with_other_posts_until_the_sample_is_read(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(monkeypatch, "nnn", "--n", "5") == 0
    first = {line for line in capsys.readouterr().err.splitlines() if line.startswith("Opinion number")}
    assert play(monkeypatch, "nnnnn", "--n", "5") == 0
    second = {line for line in capsys.readouterr().err.splitlines() if line.startswith("Opinion number")}
    assert len(first & second) == 1  # the one that was shown and not answered
    assert len(kept(here)) == 5
    assert play(monkeypatch, "n", "--n", "5") == 0
    assert "Opinion number" not in capsys.readouterr().err


def test_another_reader_is_asked_about_the_same_posts(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(monkeypatch, "nn", "--n", "2", "--as", "kari") == 0
    first = capsys.readouterr().err
    assert play(monkeypatch, "pp", "--n", "2", "--as", "ola") == 0
    assert capsys.readouterr().err == first
    assert len(kept(here)) == 4


def test_control_characters_and_addresses_never_reach_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    hostile = "\x1b[2JRed \x07\u202eferry, write to me: anna@post.example"
    with Store.open(tmp_path / "monitor.db") as store:
        filled(store, [understood(post("p0", text=hostile))])
    assert play(monkeypatch, "q") == 0
    err = capsys.readouterr().err
    assert "[2JRed ferry" in err
    for char in ("\x1b", "\x07", "\u202e", "anna@post.example"):
        assert char not in err


def test_an_edited_post_is_asked_about_again(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(monkeypatch, "n" * VOICES, "--n", str(VOICES)) == 0
    capsys.readouterr()
    row = opinions()[7]
    edited = replace(row.post, text="Opinion number 7, thought over", revision=1)
    with Store.open(here / "monitor.db") as store:
        store.save_page(Page(posts=(edited,)), source="x", query="", at=NOON)
        store.save_findings([replace(row.finding, text_hash=edited.text_hash)], maker="test/2")
    assert play(monkeypatch, "p", "--n", str(VOICES)) == 0
    asked = [line for line in capsys.readouterr().err.splitlines() if line.startswith("Opinion number")]
    assert asked == ["Opinion number 7, thought over"]


def test_without_a_story_the_whole_stream_is_read(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert main(["label", "--json", *AS_OF]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["story"], told["voices"], told["read"]) == (None, VOICES, 1)
    assert len(kept(here)) == 1


@pytest.mark.usefixtures("here")
def test_what_was_written_after_the_as_of_is_not_asked_about(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label", "ferry", "--as-of", "2026-02-03T11:59+00:00"]) == 0
    caught = capsys.readouterr()
    assert "Opinion number" not in caught.err
    assert caught.out.splitlines() == [
        "0 of 0 voices read blind, 0 as we read them",
        "too few voices for shares",
    ]


@pytest.mark.usefixtures("here")
def test_an_unknown_story_is_a_mistake_of_the_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label", "fery"]) == 2
    assert "no story 'fery'" in capsys.readouterr().err


# --- What is said in the end -------------------------------------------------------------------


def test_twenty_answers_give_shares_by_fives_and_json_gives_them_whole(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert here.exists()
    assert play(monkeypatch, "n" * 20, "--n", "20") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("negative: about 100% (range ")
    assert lines[1].endswith("%); we count about 75%")
    assert play(monkeypatch, "", "--n", "20", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["read"] == 20
    assert set(told["shares"]) == {"negative", "neutral", "positive", "not about it"}
    assert told["shares"]["negative"]["counted"] == 0.75
    first = told["labels"][0]
    assert set(first) == {"post", "story", "answer", "ours", "who", "at", "text_hash", "finding"}
    assert (first["answer"], first["who"], first["at"]) == ("negative", "reader", "2026-02-05T00:00:00+00:00")


def test_below_thirty_voices_answers_are_told_as_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with Store.open(tmp_path / "monitor.db") as store:
        filled(store, opinions(24))
    assert play(monkeypatch, "n" * 20, "--n", "20") == 0
    out = capsys.readouterr().out
    assert "negative: 20 of 20 read" in out
    assert "%" not in out


# --- What is kept ------------------------------------------------------------------------------


def test_a_killed_game_has_kept_every_answer(here: Path) -> None:
    game = subprocess.Popen(
        [sys.executable, "-c", "from jobs.cli import main; main(['label', 'ferry', '--n', '30'])"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert game.stdin is not None
    assert game.stderr is not None
    for _ in range(7):
        game.stdin.write("n\n")
    game.stdin.flush()
    shown = 0
    while shown < 8:  # the eighth is shown once the seventh answer is kept
        shown += game.stderr.readline().count("Opinion number")
    game.send_signal(signal.SIGKILL)
    game.wait()
    game.stdin.close()
    game.stderr.close()
    assert kept(here) == ["negative"] * 7


def test_a_deleted_post_takes_its_answers_along(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with Store.open(path) as store:
        filled(store, list(ROWS))
        assert all(store.save_label(one) for one in LABELS)
        assert tuple(store.labels([FERRY])) == LABELS
        store.forget([LABELS[0].post])
        assert tuple(store.labels([FERRY])) == LABELS[1:]
        assert not store.save_label(LABELS[0])
        assert tuple(store.labels([FERRY])) == LABELS[1:]


def test_an_answer_is_added_and_changes_none_before() -> None:
    store = filled(Store.in_memory(), list(ROWS))
    later = replace(LABELS[0], answer="positive", at=LABELS[0].at + timedelta(hours=1))
    store.save_label(LABELS[0])
    store.save_label(later)
    assert store.labels([FERRY]) == [LABELS[0], later]
    assert store.labels([StoryId("bridge")]) == []


# --- What a report makes of it -----------------------------------------------------------------


def reported(tmp_path: Path) -> Path:
    """Publish the sample's brief with its labels; return the report.json."""
    with Store.open(tmp_path / "monitor.db") as store:
        filled(store, list(ROWS))
        for one in LABELS:
            store.save_label(one)
        made = made_brief(store)
        store.save_brief(made, at=made.as_of)
        publish(store, out=tmp_path / "out", language="en", time_zone="Europe/Oslo", as_of=made.as_of)
    return tmp_path / "out" / slug(STORY) / "report.json"


def made_brief(store: Store) -> Any:
    from jobs.brief import brief_one  # noqa: PLC0415 -- only these tests write a brief

    return brief_one(store, STORY, as_of=brief().as_of)


def test_a_report_names_the_answers_and_no_reader_and_is_proved_again(tmp_path: Path) -> None:
    file = reported(tmp_path)
    told = json.loads(file.read_text())["accuracy"]["spot_check"]
    assert (told["read"], told["agreed"]) == (3, 2)
    assert {row["by"] for row in told["labels"]} == {1, 2}
    assert "kari" not in file.read_text()
    verdict = verify(file)
    assert verdict.ok, verdict.problems


def card(*, voices: int, read: int) -> tuple[str, ...]:
    """What a report says of its accuracy where Kari took so many posts for negative, one for something else."""
    shares: dict[Answer, tuple[float, float, float]] = {
        "negative": (0.251, 0.36, 0.45), "neutral": (0.1, 0.2, 0.3), "positive": (0.3, 0.4, 0.5),
        "not about it": (0.0, 0.04, 0.1),
    }  # fmt: skip
    labels = tuple(label(ROWS[0], "negative", post=PostId(f"p{n}")) for n in range(read - 1))
    found = SpotCheck(
        labels=(*labels, label(ROWS[2], "not about it")),
        voices=voices,
        agreed=read - 6,
        shares=tuple(
            (answer, Interval(low=low, value=value, high=high, level=0.9))
            for answer, (low, value, high) in shares.items()
        )
        if read >= LEAST
        else (),
    )
    scorer = Reader(scorer="guess/7", language="en", posts=voices, measured=None)
    errors: tuple[tuple[Tone, float], ...] = (("negative", 0.2), ("neutral", 0.3), ("positive", 0.4))
    made = report(
        brief=brief(figures=replace(FIGURES, opinion_voices=voices)),
        accuracy=Accuracy(readers=(scorer,), errors=errors, spot_check=found),
    )
    return accuracy_texts(page_of(made))


def test_a_card_tells_shares_by_fives_with_their_range_and_what_was_not_about_the_story() -> None:
    errors, read, shares = card(voices=60, read=30)
    assert "within 20 points" in errors
    assert read == "Of 30 posts read blind by 1 person, 24 agree with our reading; 1 not about the story."
    assert shares == (
        "By what they read: negative 35% (range 25–45%), neutral 20% (range 10–30%) "
        "and positive 40% (range 30–50%)."
    )


def test_a_card_of_fewer_than_thirty_voices_or_twenty_answers_gives_no_share() -> None:
    for said in (card(voices=29, read=25), card(voices=60, read=LEAST - 1)):
        assert not any("%" in text for text in said)
    assert card(voices=60, read=LEAST - 1)[-1] == "Too few were read for shares."


def test_a_scorer_that_was_not_measured_is_said_to_be_so() -> None:
    assert measured("vader/1", "en") is not None
    assert measured("guess/7", "en") is measured("vader/1", "ko") is None
    scorer = Reader(scorer="guess/7", language="en", posts=3, measured=None)
    made = report(accuracy=Accuracy(readers=(scorer,), errors=(), spot_check=None))
    ((*_, recall, data),) = readers_table(page_of(made)).rows
    assert recall == data == "not measured"


def test_answers_that_come_later_are_a_note(tmp_path: Path) -> None:
    file = reported(tmp_path)
    with Store.open(tmp_path / "monitor.db") as store:
        store.save_label(replace(LABELS[0], answer="positive", at=NOON + timedelta(days=1)))
        store.save_label(label(ROWS[1], "neutral", at=NOON + timedelta(days=1)))
    verdict = verify(file)
    assert verdict.ok, verdict.problems
    assert "2 answers of people who read its posts are not in this report" in verdict.notes


def test_answers_after_the_as_of_are_not_in_a_report(tmp_path: Path) -> None:
    with Store.open(tmp_path / "monitor.db") as store:
        filled(store, list(ROWS))
        store.save_label(replace(LABELS[0], at=brief().as_of + timedelta(seconds=1)))
        made = made_brief(store)
        store.save_brief(made, at=made.as_of)
        publish(store, out=tmp_path / "out", language="en", time_zone="Europe/Oslo", as_of=made.as_of)
    document = json.loads((tmp_path / "out" / slug(STORY) / "report.json").read_text())
    assert document["accuracy"]["spot_check"] is None


def test_an_answer_that_the_store_has_no_longer_is_a_problem(tmp_path: Path) -> None:
    file = reported(tmp_path)
    with Store.open(tmp_path / "monitor.db") as store:
        store._db.execute("DELETE FROM answers WHERE post = ?", [PostId("p5")])
        store._db.conn.commit()
    verdict = verify(file)
    assert not verdict.ok
    assert any("what a person said of post p5 is no longer in the store" in problem for problem in verdict.problems)


def test_a_changed_answer_in_a_report_is_a_problem(tmp_path: Path) -> None:
    file = reported(tmp_path)
    document = json.loads(file.read_text())
    document["accuracy"]["spot_check"]["labels"][0]["answer"] = "neutral"
    file.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    assert not verify(file).ok
