"""Each step that ran leaves a Run: how it ended, in words for a person, or no end at all where it was killed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.errors import ConfigError, MonitorError
from monitor.model import Run

from .trouble import trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from monitor.protocols import Clock
    from monitor.store import Store


class Stopped(MonitorError):
    """The process was asked to leave: what is written stays, the rest is done when it is started again."""

    TEXT = "stopped before its end"

    def __init__(self) -> None:
        super().__init__(self.TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a step ended. problems: what a person should know. failed: it did not come to its end."""

    problems: tuple[str, ...] = ()
    failed: bool = False

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(problems=self.problems + other.problems, failed=self.failed or other.failed)


def recorded(
    store: Store, work: Callable[[], Sequence[str]], *, job: str, step: str, period: str, clock: Clock
) -> Outcome:
    """Do `work`, which returns the problems it met, and write down that and how it ran.

    An expected failure, trouble with a file among them, becomes a Run with a problem. A ConfigError (a person must
    edit), a Stopped and a bug are written down too, and get through. A Run without an end was killed.
    """
    run = Run(id=uuid.uuid4().hex, job=job, step=step, period=period, started_at=clock())
    store.begin_run(run)
    outcome = Outcome()
    try:
        outcome = Outcome(problems=tuple(work()))
    except (ConfigError, Stopped) as error:
        outcome = Outcome(problems=(str(error),), failed=True)
        raise
    except MonitorError as error:
        outcome = Outcome(problems=(str(error),), failed=True)
    except KeyboardInterrupt:
        outcome = Outcome(problems=(Stopped.TEXT,), failed=True)
        raise
    except BaseException as error:
        told = trouble(error)
        # The text of a bug may hold the words of a post; the traceback goes to the terminal, not into the store.
        outcome = Outcome(problems=(told or f"a bug: {type(error).__name__}",), failed=True)
        if told is None:
            raise
    finally:
        store.end_run(run.id, ended_at=clock(), problem="; ".join(outcome.problems) or None)
    return outcome


def is_done(store: Store, *, job: str, period: str) -> bool:
    """Say whether a run of `job` for this local period came to its end; a killed or stopped one did not."""
    last = store.last_run(job, period)
    return last is not None and last.ended_at is not None and last.problem != Stopped.TEXT
