"""Rings the bell: APScheduler 3.11, and nothing else; jobs/periods.py says when, the caller says what.

Its memory store only: its persistent one forgets jobs whose function was renamed and runs them twice for two
processes. What ran stands in our own run table.
"""

from __future__ import annotations

import logging
from datetime import UTC
from threading import Event
from typing import TYPE_CHECKING

from .periods import next_start, period

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    from monitor.protocols import Clock

    from .periods import Cadence


def serve(
    work: Callable[[str], None],
    *,
    cadence: Cadence,
    zone: ZoneInfo,
    clock: Clock,
    stop: Event,
    say: Callable[[str], None],
    hurry: Callable[[], None],
    patience: tuple[timedelta, timedelta],
) -> bool:
    """Call `work` with each local period from the one that is due now, in a thread, until `stop` is set.

    `work` leaves out what is already done: it is asked at once (the catch-up) and at each beginning. What it
    raises is told by `say`, with its traceback, and the next period tries again. After `stop` a running `work`
    has the first of `patience` to end by itself, then `hurry` is called and it has the second. Return whether
    it came to its end.
    """
    from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED  # noqa: PLC0415
    from apscheduler.schedulers.background import BackgroundScheduler  # noqa: PLC0415
    from apscheduler.triggers.base import BaseTrigger  # noqa: PLC0415

    class Beginnings(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
        """Fires when a local period begins; all that were missed are one."""

        def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
            return next_start(cadence, now, zone)

    idle = Event()
    idle.set()

    def once() -> None:
        idle.clear()
        try:
            if not stop.is_set():
                work(period(cadence, clock(), zone))
        finally:
            idle.set()

    def heard(event: object) -> None:
        code = getattr(event, "code", None)
        if code == EVENT_JOB_ERROR:
            say(f"a run broke off; the next period tries again:\n{getattr(event, 'traceback', '')}")
        else:
            why = "the one before still works" if code == EVENT_JOB_MAX_INSTANCES else "it came too late"
            say(f"a run was left out: {why}; the next one covers its period's posts")

    # The listener below is the one voice; without a handler its log would be printed a second time.
    logging.getLogger("apscheduler").addHandler(logging.NullHandler())
    # misfire_grace_time: the default of 1 s would drop a run after a short sleep of the machine.
    scheduler = BackgroundScheduler(
        timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    scheduler.add_listener(heard, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    scheduler.add_job(once, Beginnings(), id="run", next_run_time=clock())
    scheduler.start()
    stop.wait()
    scheduler.shutdown(wait=False)
    if not idle.wait(patience[0].total_seconds()):
        hurry()
    return idle.wait(patience[1].total_seconds())
