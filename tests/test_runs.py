"""What a step leaves behind, however it ends."""

from __future__ import annotations

import errno
import os
from datetime import timedelta

import pytest

from jobs.runs import Outcome, Stopped, is_done, recorded
from monitor.errors import ConfigError, SourceRefused
from monitor.model import Run
from monitor.store import Store
from tests.builders import NOON

CANARY = "the words of a post"


class Ticking:
    """A clock that is a minute later each time it is asked."""

    def __init__(self) -> None:
        self._now = NOON

    def __call__(self) -> object:
        self._now += timedelta(minutes=1)
        return self._now


def the_run(store: Store) -> Run:
    (run,) = store.runs(10)
    return run


def raising(error: BaseException) -> list[str]:
    raise error


def record(store: Store, error: BaseException | None = None, problems: tuple[str, ...] = ()) -> Outcome:
    return recorded(
        store,
        lambda: raising(error) if error else problems,
        job="pipeline",
        step="collect",
        period="2026-02-03",
        clock=Ticking(),  # type: ignore[arg-type]
    )


def test_a_step_that_went_well_leaves_a_run_without_a_problem() -> None:
    with Store.in_memory() as store:
        assert record(store) == Outcome()
        run = the_run(store)
        assert (run.job, run.step, run.period, run.problem) == ("pipeline", "collect", "2026-02-03", None)
        assert (run.started_at, run.ended_at) == (NOON + timedelta(minutes=1), NOON + timedelta(minutes=2))


def test_problems_of_a_step_stand_in_its_run_and_it_has_not_failed() -> None:
    with Store.in_memory() as store:
        assert record(store, problems=("x: no answer", "feed: gone")).failed is False
        assert the_run(store).problem == "x: no answer; feed: gone"


def test_an_expected_failure_is_a_run_with_a_problem() -> None:
    with Store.in_memory() as store:
        outcome = record(store, SourceRefused("x", "the key is not accepted"))
        assert outcome == Outcome(problems=("x: the key is not accepted",), failed=True)
        assert the_run(store).problem == "x: the key is not accepted"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.ENOENT, errno.EDQUOT])
def test_trouble_with_a_file_is_a_run_with_a_problem(number: int) -> None:
    with Store.in_memory() as store:
        assert record(store, OSError(number, os.strerror(number), "out/index.html")).failed
        said = f"out/index.html: cannot be used: {os.strerror(number)}; what was written before stays"
        assert the_run(store).problem == said


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (ConnectionResetError(errno.ECONNRESET, CANARY), "a bug: ConnectionResetError"),
        (ConfigError(["sources.1.token: the environment variable A is not set"]), "variable A is not set"),
        (Stopped(), "stopped before its end"),
        (KeyboardInterrupt(), "stopped before its end"),
        (ZeroDivisionError(CANARY), "a bug: ZeroDivisionError"),
    ],
)
def test_what_the_caller_must_see_gets_through_and_is_written_down(error: BaseException, problem: str) -> None:
    with Store.in_memory() as store:
        with pytest.raises(type(error)):
            record(store, error)
        run = the_run(store)
        assert run.ended_at is not None
        assert problem in (run.problem or "")
        assert CANARY not in (run.problem or "")


def test_a_period_is_done_once_its_run_came_to_its_end() -> None:
    with Store.in_memory() as store:
        assert not is_done(store, job="pipeline", period="2026-02-03")
        record(store, problems=("x: no answer",))
        assert is_done(store, job="pipeline", period="2026-02-03")
        assert not is_done(store, job="pipeline", period="2026-02-04")
        assert not is_done(store, job="other", period="2026-02-03")


def test_a_killed_or_stopped_run_is_done_again() -> None:
    with Store.in_memory() as store:
        store.begin_run(Run(id="r", job="pipeline", step="", period="2026-02-03", started_at=NOON))
        assert not is_done(store, job="pipeline", period="2026-02-03")
    with Store.in_memory() as store:
        with pytest.raises(Stopped):
            record(store, Stopped())
        assert not is_done(store, job="pipeline", period="2026-02-03")
