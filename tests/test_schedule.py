"""When runs are due, over the nights on which clocks change; and the bell that rings, with its real thread."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from threading import Event, Thread
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from jobs.periods import Cadence, cron, duration, next_start, period
from jobs.schedule import serve

if TYPE_CHECKING:
    from collections.abc import Callable

# North, south, half an hour, and at midnight.
ZONES = ("Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "America/Santiago")
DAY = timedelta(days=1)


def changes(zone: ZoneInfo) -> list[datetime]:
    """The first full UTC hour after each of the two clock changes of 2026."""
    hours = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(365 * 24)]
    offsets = [hour.astimezone(zone).utcoffset() for hour in hours]
    return [hours[n] for n in range(1, len(hours)) if offsets[n] != offsets[n - 1]]


def runs_of(cadence: Cadence, zone: ZoneInfo, first: date, last: date) -> list[str]:
    """The periods that a scheduler would run from the first day to the last one, in order, each only once."""
    now = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC) - timedelta(minutes=1)
    end = datetime(last.year, last.month, last.day, tzinfo=zone).astimezone(UTC) + DAY - timedelta(minutes=1)
    done: list[str] = []
    while (now := next_start(cadence, now, zone)) <= end:
        if (name := period(cadence, now, zone)) not in done:
            done.append(name)
    return done


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    ("cadence", "times"),
    [
        (Cadence(every=DAY), [""]),
        (Cadence(every=timedelta(hours=6)), ["T00:00", "T06:00", "T12:00", "T18:00"]),
        (Cadence(every=timedelta(hours=2)), [f"T{hour:02}:00" for hour in range(0, 24, 2)]),
        (Cadence(cron=cron("30 1 * * *")), ["T01:30"]),
        (Cadence(cron=cron("30 2 * * *")), ["T02:30"]),
        (Cadence(cron=cron("15 0,23 * * *")), ["T00:15", "T23:15"]),
        (Cadence(cron=cron("0 9 * * *")), ["T09:00"]),
    ],
)
def test_each_local_period_around_a_clock_change_runs_once(
    name: str, which: int, cadence: Cadence, times: list[str]
) -> None:
    zone = ZoneInfo(name)
    day = changes(zone)[which].astimezone(zone).date()
    days = [day + n * DAY for n in range(-2, 3)]
    assert runs_of(cadence, zone, days[0], days[-1]) == [f"{each}{at}" for each in days for at in times]


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("which", [0, 1])
def test_an_hourly_run_misses_no_real_hour_of_a_clock_change(name: str, which: int) -> None:
    zone = ZoneInfo(name)
    change = changes(zone)[which]
    now, starts = change - timedelta(hours=30), []
    while (now := next_start(Cadence(every=timedelta(hours=1)), now, zone)) < change + timedelta(hours=30):
        starts.append(now)
    assert max(later - sooner for sooner, later in pairwise(starts)) <= timedelta(hours=1)
    named = [period(Cadence(every=timedelta(hours=1)), start, zone) for start in starts]
    assert len(set(named)) == len(named)


def test_a_run_that_is_late_keeps_the_name_of_its_period() -> None:
    zone = ZoneInfo("Europe/Oslo")
    late = datetime(2026, 2, 3, 9, 7, tzinfo=zone)
    assert period(Cadence(cron=cron("0 9 * * *")), late, zone) == "2026-02-03T09:00"
    assert period(Cadence(cron=cron("0 10 * * *")), late, zone) == "2026-02-02T10:00"
    assert period(Cadence(every=timedelta(minutes=15)), late, zone) == "2026-02-03T09:00+0100"


def test_a_weekly_period_begins_on_monday() -> None:
    sunday, monday = datetime(2026, 2, 8, 23, tzinfo=UTC), datetime(2026, 2, 9, 0, tzinfo=UTC)
    weekly = Cadence(every=timedelta(days=7))
    assert [period(weekly, at, ZoneInfo("UTC")) for at in (sunday, monday)] == ["2026-02-02", "2026-02-09"]


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("0 9 * * 1", ["Mon"]),
        ("0 9 * * 7", ["Sun"]),
        ("0 9 * * 0", ["Sun"]),
        ("0 9 * * mon-fri", ["Mon", "Tue", "Wed", "Thu", "Fri"]),
        ("0 9 * * 5-7", ["Fri", "Sat", "Sun"]),
        ("0 9 * * sat-sun", ["Sat", "Sun"]),
        ("0 9 * * */3", ["Wed", "Sat", "Sun"]),
        ("@weekly", ["Sun"]),
        ("0 9 3 * fri", ["Tue", "Fri"]),  # cron(5): a day of the month OR a weekday; 3 February is a Tuesday
    ],
)
def test_weekdays_are_those_of_cron(line: str, days: list[str]) -> None:
    week = [date(2026, 2, 2) + n * DAY for n in range(7)]
    assert [day.strftime("%a") for day in week if cron(line).on(day)] == days


@pytest.mark.parametrize(
    "line",
    ["0 9 * *", "60 9 * * *", "0 24 * * *", "0 9 31 2 *", "0 9 * * 8", "*/0 * * * *", "5- * * * *", "a * * * *",
     "9-5 * * * *", "", "@never", "0 0 0 * *", ", * * * *", "-1 * * * *"],
)  # fmt: skip
def test_what_is_no_cron_line_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        cron(line)


def test_steps_of_a_cron_field() -> None:
    minutes = sorted({at.minute for at in cron("5/20,50-52 0 * * *").times})
    assert minutes == [5, 25, 45, 50, 51, 52]


@pytest.mark.parametrize("text", ["", "7", "0h", "-1h", "1.5h", "1y", "h", "1 h", "९h"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="whole number"):
        duration(text)


def test_an_interval_that_fits_no_day_is_refused() -> None:
    assert Cadence(every=duration("90m")).every == timedelta(minutes=90)
    for text in ("7h", "36h", "25m"):
        with pytest.raises(ValueError, match="divide a day"):
            Cadence(every=duration(text))


# --- The bell, with its real thread ----------------------------------------------------------------


class Bell:
    """A scheduler that rings each second in a thread of its own."""

    def __init__(self, work: Callable[[str], None], *, patience: float = 5, then: float = 0.05) -> None:
        self.stop, self.hurried, self.said = Event(), Event(), list[str]()
        self.left: bool | None = None
        self._patience = timedelta(seconds=patience), timedelta(seconds=then)
        self._work = work
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        self.left = serve(
            self._work,
            cadence=Cadence(every=timedelta(seconds=1)),
            zone=ZoneInfo("Europe/Oslo"),
            clock=lambda: datetime.now(UTC),
            stop=self.stop,
            say=self.said.append,
            hurry=self.hurried.set,
            patience=self._patience,
        )

    def end(self) -> bool | None:
        self.stop.set()
        self._thread.join(10)
        assert not self._thread.is_alive()
        return self.left


def test_it_asks_at_once_and_then_with_each_period() -> None:
    asked: list[str] = []
    enough = Event()

    def work(name: str) -> None:
        asked.append(name)
        if len(asked) == 3:
            enough.set()

    begun = time.monotonic()
    bell = Bell(work)
    assert enough.wait(10)
    assert bell.end() is True
    assert time.monotonic() - begun < 5
    assert asked[:3] == sorted(set(asked[:3]))
    assert not bell.said


def test_a_bug_is_told_and_the_next_period_tries_again() -> None:
    asked: list[str] = []
    again = Event()

    def work(name: str) -> None:
        asked.append(name)
        if len(asked) == 1:
            raise ZeroDivisionError
        again.set()

    bell = Bell(work)
    assert again.wait(10)
    bell.end()
    assert "a run broke off" in bell.said[0]
    assert "ZeroDivisionError" in bell.said[0]


def test_a_period_that_begins_while_the_last_one_works_is_told() -> None:
    running, most = [0], [0]

    def work(_: str) -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        time.sleep(2.2)
        running[0] -= 1

    bell = Bell(work)
    time.sleep(2.1)
    bell.end()
    assert most[0] == 1
    assert any("still works" in line for line in bell.said)


def test_work_that_does_not_end_is_hurried_and_then_left() -> None:
    begun, release = Event(), Event()

    def work(_: str) -> None:
        begun.set()
        release.wait(10)

    bell = Bell(work, patience=0.1, then=0.1)
    assert begun.wait(5)
    assert bell.end() is False
    assert bell.hurried.is_set()
    release.set()


def test_work_that_ends_soon_is_not_hurried() -> None:
    begun = Event()

    def work(_: str) -> None:
        begun.set()
        time.sleep(0.3)

    bell = Bell(work)
    assert begun.wait(5)
    assert bell.end() is True
    assert not bell.hurried.is_set()
