"""When a job is due, in local time: pure calendar arithmetic, independent of who rings the bell.

A run is keyed by its local period, never by the time at which it fired. So a wall-clock time that an autumn
night has twice is met once, and one that a spring night lacks is met when the clock has passed it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": _HOUR, "d": _DAY, "w": timedelta(weeks=1)}
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *"}
_LONGEST = 36_525 * _DAY  # a century: longer than any talk, and no date that is left of it overflows
_SEARCH_DAYS = 8 * 366  # 29 February is at most eight years away (1896-1904, 2096-2104)


def duration(text: str) -> timedelta:
    """Return the length that `text` such as "90m", "24h" or "7d" names; ValueError where it names none."""
    found = re.fullmatch(r"([1-9]\d{0,5})([smhdw])", text.strip())
    if found is None:
        raise ValueError('write a whole number and a unit, such as "90m", "24h" or "7d"')
    length = int(found[1]) * _UNITS[found[2]]
    if length > _LONGEST:
        raise ValueError("longer than a century; write a shorter one")
    return length


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """Wall-clock times as cron(5) has them. weekdays: 0 is Sunday. either: a day of month OR a weekday suffices."""

    times: tuple[time, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool

    def on(self, day: date) -> bool:
        by_date, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return day.month in self.months and (by_date or by_weekday if self.either else by_date and by_weekday)


def cron(text: str) -> Cron:
    """Read the five fields of cron(5) or a name such as @daily; ValueError says which field is wrong."""
    fields = _NAMED.get(text.strip().lower(), text).lower().split()
    if len(fields) != 5:  # noqa: PLR2004  # cron(5) has five fields
        raise ValueError('cron has five fields: minute hour day month weekday, such as "0 9 * * mon-fri"')
    minute, hour, day, month, weekday = fields
    hours = _numbers("hour", hour, 0, 23)
    read = Cron(
        times=tuple(time(h, m) for h in hours for m in _numbers("minute", minute, 0, 59)),
        days=frozenset(_numbers("day", day, 1, 31)),
        months=frozenset(_numbers("month", month, 1, 12, _MONTHS)),
        # Both 0 and 7 are Sunday.
        weekdays=frozenset(number % 7 for number in _numbers("weekday", weekday, 0, 7, _WEEKDAYS)),
        either=not day.startswith("*") and not weekday.startswith("*"),
    )
    if not any(read.on(date(2000, 1, 1) + n * _DAY) for n in range(_SEARCH_DAYS)):
        raise ValueError("no day is ever like that")
    return read


def _numbers(name: str, field: str, low: int, high: int, names: Sequence[str] = ()) -> tuple[int, ...]:
    """Return the numbers that one field of cron names, ascending; a range of weekdays may pass Saturday."""
    chosen: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = ("", "", "") if span == "*" else span.partition("-")
        ends = [_number(name, end, low, high, names) for end in (first, last) if end]
        if (step and not (step.isdecimal() and int(step))) or (span != "*" and not first) or span.endswith("-"):
            raise ValueError(f"{name}: {part!r} is not cron")
        start = ends[0] if ends else low
        # "5/15" counts on from 5, as "5-59/15" does; plain "5" is only itself.
        stop = ends[1] if len(ends) > 1 else (start if first and not step else high)
        if stop < start and names is _WEEKDAYS:
            stop += 7
        if stop < start:
            raise ValueError(f"{name}: {part!r} ends before it begins")
        chosen |= {n if n <= high else n - 7 for n in range(start, stop + 1, int(step or 1))}
    return tuple(sorted(chosen))


def _number(name: str, text: str, low: int, high: int, names: Sequence[str]) -> int:
    if text in names:
        return names.index(text) + (1 if names is _MONTHS else 0)
    if not text.isdecimal() or not low <= int(text) <= high:
        allowed = f" or {names[0]} to {names[-1]}" if names else ""
        raise ValueError(f"{name}: {text!r} is not {low} to {high}{allowed}")
    return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How often a job runs: every so long (aligned to local midnight), or at the times of a cron line."""

    every: timedelta | None = None
    cron: Cron | None = None

    def __post_init__(self) -> None:
        if (self.every is None) == (self.cron is None):
            raise ValueError("a cadence is either `every` or `cron`")
        if self.every is not None and (self.every % _DAY if self.every > _DAY else _DAY % self.every):
            raise ValueError("must divide a day or be whole days, such as 15m, 1h, 6h, 1d or 7d")


def period(cadence: Cadence, now: datetime, zone: ZoneInfo) -> str:
    """Return the name of the latest local period that has begun by `now`; one run belongs to each.

    Up to an hour a period is a stretch of real time, named with its UTC offset, so a day of 25 hours has 25.
    A longer one is a stretch of the wall clock, so every day has the same ones. A weekly one begins on Monday.
    """
    local = now.astimezone(zone)
    wall = local.replace(tzinfo=None)
    if cadence.cron is not None:
        return _latest(cadence.cron, wall).isoformat(timespec="minutes")
    every = cadence.every or _DAY
    if every >= _DAY:
        return _first_day(wall.date(), every).isoformat()
    begun = wall - (wall - datetime.combine(wall.date(), time())) % every
    fine = "seconds" if every < _UNITS["m"] else "minutes"
    return begun.isoformat(timespec=fine) if every > _HOUR else f"{begun.isoformat(timespec=fine)}{local:%z}"


def next_start(cadence: Cadence, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the UTC time, after `now`, at which the next local period begins."""
    local = now.astimezone(zone)
    wall = local.replace(tzinfo=None)
    midnight = datetime.combine(wall.date(), time())
    if cadence.cron is not None:
        begins = _next(cadence.cron, wall)
    else:
        every = cadence.every or _DAY
        if every <= _HOUR:
            return now.astimezone(UTC) + every - (wall - midnight) % every
        if every >= _DAY:
            begins = datetime.combine(_first_day(wall.date(), every) + every, time())
        else:
            begins = wall - (wall - midnight) % every + every
    # A time that the clock shows twice is met the first time if that is still to come; one that it skips
    # (fold 0) is met as long after the jump as it would have been after the hour before.
    instants = (begins.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return next(instant for instant in instants if instant > now)


def _first_day(day: date, every: timedelta) -> date:
    # Day 1 of the proleptic calendar was a Monday.
    return day - (day.toordinal() - 1) % every.days * _DAY


def _latest(line: Cron, wall: datetime) -> datetime:
    for back in range(_SEARCH_DAYS):
        day = wall.date() - back * _DAY
        if line.on(day):
            for at in reversed(line.times):
                if (found := datetime.combine(day, at)) <= wall:
                    return found
    raise AssertionError("a cron line without a day is refused when it is read")


def _next(line: Cron, wall: datetime) -> datetime:
    for ahead in range(_SEARCH_DAYS):
        day = wall.date() + ahead * _DAY
        if line.on(day):
            for at in line.times:
                if (found := datetime.combine(day, at)) > wall:
                    return found
    raise AssertionError("a cron line without a day is refused when it is read")
