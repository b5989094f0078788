"""The words of a report, a language a file (`en.toml`); here is only what grammar every language may need.

A pattern's `{name}` is filled once: what is filled in is never read as a pattern again.
"""

from __future__ import annotations

import math
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_FOLDER = Path(__file__).parent
_LONG_WINDOW = timedelta(days=3)  # beyond it the hours only distract
_MINUTES_TOLD, _HOURS_TOLD = 180, 72  # beyond them the next unit is easier to grasp
_MIDNIGHT = timedelta(microseconds=1)

# Which form a counted thing takes; the names of the forms are those of the CLDR plural rules.
PLURALS: dict[str, Callable[[int], str]] = {
    "one-other": lambda n: "one" if n == 1 else "other",
    "other": lambda _: "other",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of a sentence. language: of a stranger's words, None where the words are the report's own."""

    text: str
    quote: bool = False
    language: str | None = None


Parts: TypeAlias = tuple[Part, ...]
Filling: TypeAlias = "str | Part | Parts"


def fill(pattern: str, values: Mapping[str, Filling]) -> Parts:
    """Return `pattern` with each {name} replaced; KeyError where a value is missing."""
    parts: list[Part] = []
    for literal, name, _, _ in string.Formatter().parse(pattern):
        if literal:
            parts.append(Part(text=literal))
        if name is not None:
            value = values[name]
            if isinstance(value, str):
                value = Part(text=value)
            parts.extend((value,) if isinstance(value, Part) else value)
    return tuple(part for part in parts if part.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """One language's table and its grammar."""

    code: str
    table: Mapping[str, Any]

    def pattern(self, key: str) -> str:
        """Return the pattern at the dotted `key`; KeyError where the table has none."""
        found: Any = self.table
        for name in key.split("."):
            found = found[name]
        if not isinstance(found, str):
            raise KeyError(key)
        return found

    def say(self, key: str, **values: str) -> str:
        """Return the phrase at `key` as plain text."""
        return "".join(part.text for part in fill(self.pattern(key), values))

    def parts(self, key: str, **values: Filling) -> Parts:
        """Return the phrase at `key` with strangers' words kept apart."""
        return fill(self.pattern(key), values)

    def name(self, table: str, code: str) -> str:
        """Return the word for `code`, or `code` itself where the table does not know it."""
        return str(self.table[table].get(code, code))

    def number(self, n: float) -> str:
        """Return a whole number with the language's signs."""
        return f"{round(n):,}".replace(",", self.pattern("language.thousands")).replace(
            "-", self.pattern("language.minus")
        )

    def signed(self, n: float) -> str:
        """Return a whole number that says its sign, 0 none."""
        return f"+{self.number(n)}" if round(n) > 0 else self.number(n)

    def money(self, microdollars: int) -> str:
        """Return US dollars, to the cent."""
        whole, _, cents = f"{microdollars / 1_000_000:,.2f}".partition(".")
        signed = whole.replace(",", self.pattern("language.thousands"))
        return self.say("language.money", amount=f"{signed}{self.pattern('language.decimal')}{cents}")

    def form(self, key: str, n: int) -> str:
        """Return the pattern at `key` in the form that goes with `n`; `other` where the table has no such form."""
        form = PLURALS[self.pattern("language.plural")](n)
        try:
            return self.pattern(f"{key}.{form}")
        except KeyError:
            return self.pattern(f"{key}.other")

    def count(self, thing: str, n: float) -> str:
        """Return a counted thing: "1 post", "3 posts"."""
        whole = round(n)
        return "".join(part.text for part in fill(self.form(f"counts.{thing}", whole), {"n": self.number(whole)}))

    def listed(self, items: Sequence[Filling]) -> Parts:
        """Return "a", "a and b", "a, b and c"."""
        parts: list[Part] = []
        for place, item in enumerate(items):
            if place:
                last = place == len(items) - 1
                parts.append(Part(text=self.pattern("lists.last" if last else "lists.comma")))
            value = Part(text=item) if isinstance(item, str) else item
            parts.extend((value,) if isinstance(value, Part) else value)
        return tuple(parts)

    def names(self, items: Iterable[str]) -> str:
        """Return the same as `listed`, as plain text."""
        return "".join(part.text for part in self.listed(list(items)))

    def day(self, at: datetime, zone: str, *, year: bool = True) -> str:
        """Return the local day of `at`."""
        local = at.astimezone(ZoneInfo(zone))
        key = "dates.day" if year else "dates.day_in_year"
        return self.say(key, day=str(local.day), month=self._month(local, "months"), year=str(local.year))

    def short_day(self, at: datetime, zone: str) -> str:
        """Return the local day of `at`, for an axis."""
        local = at.astimezone(ZoneInfo(zone))
        return self.say("dates.short_day", day=str(local.day), month=self._month(local, "short_months"))

    def short_moment(self, at: datetime, zone: str) -> str:
        """Return local day and time, for a narrow column."""
        return self.say("dates.short_moment", date=self.short_day(at, zone), time=self.clock(at, zone))

    def duration(self, minutes: int) -> str:
        """Return a time span in the unit that is read at a glance, begun hours and days as whole ones."""
        if minutes <= _MINUTES_TOLD:
            return self.count("minute", minutes)
        hours = math.ceil(minutes / 60)
        return self.count("hour", hours) if hours <= _HOURS_TOLD else self.count("day", math.ceil(hours / 24))

    def clock(self, at: datetime, zone: str) -> str:
        """Return the local time of day."""
        return at.astimezone(ZoneInfo(zone)).strftime("%H:%M")

    def moment(self, at: datetime | None, zone: str) -> str:
        """Return local day and time, or that it is unknown."""
        if at is None:
            return self.pattern("dates.unknown")
        return self.say("dates.moment", date=self.day(at, zone), time=self.clock(at, zone))

    def window(self, since: datetime | None, until: datetime | None, zone: str) -> str:
        """Return [since, until) in words; a window of more than three days in whole days."""
        if since is None and until is None:
            return self.pattern("dates.always")
        if since is None:
            return self.say("dates.up_to", until=self.moment(until, zone))
        if until is None:
            return self.say("dates.from", since=self.moment(since, zone))
        first, last = since.astimezone(ZoneInfo(zone)), max(since, until - _MIDNIGHT).astimezone(ZoneInfo(zone))
        if first.date() == last.date():
            clocks = {"since": self.clock(since, zone), "until": self.clock(until, zone)}
            whole = since < until and set(clocks.values()) == {"00:00"}
            if until > since and clocks["until"] == "00:00":
                clocks["until"] = "24:00"  # of that day: "to 00:00" reads as its beginning
            key = "dates.whole_day" if whole else "dates.within_day"
            return self.say(key, date=self.day(since, zone), **({} if whole else clocks))
        if until - since > _LONG_WINDOW:
            return self._days(first, last, zone)
        return self.say("dates.between", since=self.moment(since, zone), until=self.moment(until, zone))

    def _days(self, first: datetime, last: datetime, zone: str) -> str:
        """Return from which local day to which; languages differ in where they say the year that both share."""
        if first.year != last.year:
            return self.say("dates.between", since=self.day(first, zone), until=self.day(last, zone))
        since, until = (self.day(at, zone, year=False) for at in (first, last))
        return self.say("dates.between_in_year", since=since, until=until, year=str(first.year))

    def _month(self, local: datetime, table: str) -> str:
        return str(self.table["dates"][table][local.month - 1])


@cache
def phrases(language: str) -> Phrases:
    """Return the table of `language`; ValueError where there is none."""
    if language not in languages():
        raise ValueError(f"no phrases for {language!r}; there are: {', '.join(languages())}")
    text = (_FOLDER / f"{language}.toml").read_text(encoding="utf-8")
    return Phrases(code=language, table=tomllib.loads(text))


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of the languages that a report can be written in."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def iso(at: datetime | None) -> str | None:
    """Return a UTC time for machines, such as 2026-02-03T12:00:00Z."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
