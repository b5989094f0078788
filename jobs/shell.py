"""What every command is given: its options, the environment and the clock, and how it may talk to a person."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from datetime import timedelta

    from .app import App

_BAR = 30  # characters
# JSON may hold these as they are; but terminals obey some, and readers by line (str.splitlines) break at others.
_UNSAFE_RAW = re.compile("[\x7f-\x9f\u2028\u2029]")
_YEARS = range(1900, 3000)  # in which --as-of may be: no window or time zone leads beyond what a date can be
# Overrides and isolates of direction: they let a stranger's text rearrange what stands after it.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def shown(text: str) -> str:
    """Return a stranger's text for one place in a line of a terminal: no control or direction characters."""
    return "".join(
        " " if char in "\n\r\t\u2028\u2029" else char
        for char in text
        if char in "\n\r\t" or (unicodedata.category(char) not in {"Cc", "Cs"} and char not in _BIDI)
    )


def counted(number: int, what: str) -> str:
    """Return such as "1 story" or "2 stories"; what: the singular."""
    many = f"{what.removesuffix('y')}ies" if what.endswith("y") else f"{what}s"
    return f"{number} {what if number == 1 else many}"


@dataclass(kw_only=True)
class Shell:
    """One call of `monitor`. now: the real clock; as_of, where given, stands for now in what a step computes.

    machine_zone: returns the IANA name of the machine's time zone.
    options: what the command line said, each None where it said nothing.
    """

    environ: Mapping[str, str]
    now: Callable[[], datetime]
    machine_zone: Callable[[], str]
    options: dict[str, str | None] = field(default_factory=dict)

    @cached_property
    def config_path(self) -> Path | None:
        """The config's file: --config, else MONITOR_CONFIG, else ./config.toml, else None."""
        named = self.options.get("config") or self.environ.get("MONITOR_CONFIG")
        usual = Path("config.toml")
        return Path(named) if named else (usual if usual.exists() else None)

    @property
    def language(self) -> str | None:
        """What --lang says, a language that a report can be written in; None where it says nothing."""
        from reports.phrases import languages  # noqa: PLC0415

        code = self.options.get("lang")
        if code is not None and code not in languages():
            raise click.BadParameter(f"no phrase table; there are: {', '.join(languages())}", param_hint="--lang")
        return code

    @cached_property
    def app(self) -> App:
        """The config and all that hangs on it; ConfigError holds all mistakes."""
        from .app import App  # noqa: PLC0415
        from .config import load  # noqa: PLC0415

        language, store = self.language, self.options.get("store")
        config = load(self.config_path)
        bare = App(
            config=config,
            home=self.config_path.parent if self.config_path else Path(),
            environ=self.environ,
            clock=self.now,
            real_clock=self.now,
            progress=self.progress,
            machine_zone="" if config.time_zone else self.machine_zone(),
            store=Path(store) if store else None,
            language=language,
            window=self._window(),
        )
        at = self._as_of(bare)
        return bare if at is None else _at(bare, at)

    def _window(self) -> timedelta | None:
        from .periods import duration  # noqa: PLC0415

        text = self.options.get("window")
        try:
            return duration(text) if text else None
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--window") from error

    def _as_of(self, app: App) -> datetime | None:
        text = self.options.get("as_of")
        if not text:
            return None
        try:
            at = datetime.fromisoformat(text)
        except ValueError as error:
            said = "write an ISO date-time or date, such as 2026-02-03T17:00 or 2026-02-03"
            raise click.BadParameter(said, param_hint="--as-of") from error
        if at.year not in _YEARS:
            said = f"write a year from {_YEARS.start} to {_YEARS.stop - 1}"
            raise click.BadParameter(said, param_hint="--as-of")
        return (at if at.tzinfo else at.replace(tzinfo=app.zone)).astimezone(UTC)

    def data(self, text: str) -> None:
        """Print one line of data on stdout."""
        sys.stdout.write(f"{text}\n")

    def document(self, value: object) -> None:
        """Print a JSON document on stdout, as one line."""
        text = json.dumps(value, ensure_ascii=False, default=_time)
        self.data(_UNSAFE_RAW.sub(lambda found: f"\\u{ord(found.group()):04x}", text))

    def say(self, text: str) -> None:
        """Tell the person something, on stderr."""
        lines = (shown(line) for line in text.splitlines())
        click.echo("\n".join(lines), err=True)

    def heading(self, text: str) -> str:
        """Return `text` emphasised, where stdout is a terminal that wants that."""
        wanted = sys.stdout.isatty() and not self.environ.get("NO_COLOR")
        return click.style(text, bold=True) if wanted else text

    def progress(self, done: int, total: int | None) -> None:
        """Draw a bar on stderr, if that is a terminal."""
        if not sys.stderr.isatty() or not total:
            return
        full = min(_BAR, _BAR * done // total)
        line = f"\r[{'#' * full}{'.' * (_BAR - full)}] {done}/{total}"
        sys.stderr.write(line if done < total else f"\r{' ' * len(line)}\r")
        sys.stderr.flush()

    def local(self, at: datetime | None) -> str:
        """Return a time in the team's zone, to the second, "-" where there is none."""
        return at.astimezone(self.app.zone).strftime("%Y-%m-%d %H:%M:%S") if at else "-"


def keep(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """Keep an option in the Shell; said twice, the one after the command wins."""
    if value is not None and parameter.name is not None:
        context.find_object(Shell).options[parameter.name] = value  # type: ignore[union-attr]  # main gives it


as_of = click.option(
    "--as-of",
    metavar="TIME",
    expose_value=False,
    callback=keep,
    help="Stands for now: an ISO date-time, or a date for its first moment.",
)
window = click.option(
    "--window",
    metavar="LENGTH",
    expose_value=False,
    callback=keep,
    help="Only posts this long before now, such as 24h, 7d, 90m [default: from the first].",
)
language = click.option(
    "--lang",
    metavar="CODE",
    expose_value=False,
    callback=keep,
    help="Write in this language [default: the config's].",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def _at(app: App, moment: datetime) -> App:
    from dataclasses import replace  # noqa: PLC0415

    return replace(app, clock=lambda: moment)


def _time(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
