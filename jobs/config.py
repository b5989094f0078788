"""The only module that knows config.toml: TOML 1.0, read by pydantic; every mistake at once, by its key.

A key path counts from 1: `sources.2.token` is the token of the second [[sources]].
"""

from __future__ import annotations

import json
import tomllib
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from jobs.delivery import AnyChannel
from monitor.errors import ConfigError
from monitor.model import Image, Story, StoryId
from monitor.options import Options
from monitor.sources import AnySource
from reports.phrases import languages

from .mistakes import mistakes, nearest
from .periods import Cadence, cron, duration
from .rewording import WRITER, AnyWriter, RulesOptions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.sources.spreadsheets import Columns

Step: TypeAlias = Literal["collect", "understand", "brief", "publish", "deliver", "forget"]
STEPS: tuple[Step, ...] = ("collect", "understand", "brief", "publish", "deliver", "forget")


def _written(code: str) -> str:
    if code not in languages():
        raise ValueError(f"no phrase table for this language; there are: {', '.join(languages())}")
    return code


def _zone(name: str) -> str:
    try:
        if name:
            ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        close = nearest(name, available_timezones())
        raise ValueError(f"no such IANA time zone{close or ', such as Europe/Oslo'}") from error
    return name


def _duration(text: str) -> str:
    if text:
        duration(text)
    return text


def _clock_time(text: str) -> str:
    if len(text) != len("09:00"):
        raise ValueError('write hours and minutes, such as "09:00"')
    try:
        time.fromisoformat(text)
    except ValueError as error:
        raise ValueError('write hours and minutes, such as "09:00"') from error
    return text


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("write an address that begins with http:// or https:// and has a host")
    return url


def _some(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    if not steps:
        raise ValueError(f"name at least one of: {', '.join(STEPS)}")
    return steps


def _cron(text: str) -> str:
    cron(text)
    return text


def _moment(value: object) -> object:
    """Return a date-time or date, from TOML's own or from ISO text."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = datetime.fromisoformat(value)
    # Beside the first or the last year there is, another time zone would be beyond what a date can be.
    if isinstance(value, date) and date.min.year < value.year < date.max.year:
        return value
    raise ValueError("no date or time; write 2026-02-03 or 2026-02-03T10:00:00+01:00")


Moment = Annotated[datetime | date, BeforeValidator(_moment)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
WebAddress = Annotated[str, AfterValidator(_web_address)]


class ImageOptions(Options):
    """The picture of a story."""

    url: WebAddress
    caption: str | None = None
    ai_generated: bool | None = None


class StoryOptions(Options):
    """One news event that the team follows; it enters the store with the next collect."""

    id: Name
    title: Name
    lead: str = ""
    body: str = ""
    url: WebAddress | None = None
    publisher: str | None = None
    published_at: Moment | None = None
    language: str | None = None
    image: ImageOptions | None = None
    target: str | None = None
    query: Annotated[str, Field(min_length=1)] | None = None

    def story(self, zone: ZoneInfo) -> Story:
        """Return the story; a time without an offset is in `zone`, a date is its first moment."""
        at = self.published_at
        if at is not None and not isinstance(at, datetime):
            at = datetime.combine(at, time())
        if at is not None:
            at = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
        fields = self.model_dump(exclude={"id", "published_at", "image"})
        image = Image(**self.image.model_dump()) if self.image else None
        return Story(id=StoryId(self.id), published_at=at, image=image, **fields)


class ScheduleOptions(Options):
    """When `monitor start` runs, in the team's time zone: one of every, cron, daily_at."""

    every: Annotated[str, AfterValidator(_duration)] | None = None
    cron: Annotated[str, AfterValidator(_cron)] | None = None
    daily_at: Annotated[str, AfterValidator(_clock_time)] | None = None
    steps: Annotated[tuple[Step, ...], AfterValidator(_some)] = STEPS

    @model_validator(mode="after")
    def _one_cadence(self) -> ScheduleOptions:
        if sum(value is not None for value in (self.every, self.cron, self.daily_at)) != 1:
            raise ValueError('say when, once: every = "1h", or cron = "0 9 * * mon-fri", or daily_at = "09:00"')
        try:
            self.cadence()
        except ValueError as error:
            raise ValueError(f"every: {self.every}: {error}") from error
        return self

    def cadence(self) -> Cadence:
        """Return how often that is."""
        if self.every is not None:
            return Cadence(every=duration(self.every))
        if self.daily_at is not None:
            hour, minute = self.daily_at.split(":")
            return Cadence(cron=cron(f"{int(minute)} {int(hour)} * * *"))
        return Cadence(cron=cron(self.cron or ""))


class UnderstandingOptions(Options):
    """Who reads. scorer: of tone; best: the best there is for a language. encoder: false links and tells kind and
    stance by words and rules alone, which is quicker and worse.
    """

    scorer: Literal["best", "encoder", "light", "vader"] = "best"
    encoder: bool = True


class CsvOptions(Options):
    """A table of a vendor's export: which column holds what. columns: {text = "Full Text", created_at = "Date", …}.

    platform: of all rows, whatever they say. time_format: as strptime reads it, where times are not ISO
    or Unix ones. time_zone: of times that name none.
    """

    name: Name
    columns: dict[str, Name]
    platform: Name | None = None
    time_format: Name | None = None
    time_zone: Annotated[str, Field(min_length=1), AfterValidator(_zone)] = "UTC"

    @model_validator(mode="after")
    def _known_fields(self) -> CsvOptions:
        from monitor.sources.spreadsheets import FIELDS  # noqa: PLC0415

        unknown = [name for name in self.columns if name not in FIELDS]
        if unknown:
            raise ValueError(f"columns: no such field: {', '.join(unknown)}; there are: {', '.join(FIELDS)}")
        if "text" not in self.columns:
            raise ValueError('columns: say which column holds the text, such as text = "Full Text"')
        return self

    def table(self) -> Columns:
        """Return it as the import takes it."""
        from monitor.sources.spreadsheets import Columns  # noqa: PLC0415

        return Columns(**self.model_dump())


class Config(Options):
    """Everything a team can say; an empty file is a valid config. Paths are relative to the file's folder.

    time_zone: "" is the machine's. window: "" is from a story's first post. own_accounts: the team's and its
    staff's, whose posts are no voices. outlets: accounts whose posts are reporting. quiet_days: a story that
    came out, and was last heard of, longer ago is not asked about any more; 0: it always is.
    """

    store: Name = "monitor.db"
    out: Name = "out"
    language: Annotated[str, AfterValidator(_written)] = "en"
    time_zone: Annotated[str, AfterValidator(_zone)] = ""
    window: Annotated[str, AfterValidator(_duration)] = ""
    own_accounts: tuple[Name, ...] = ()
    outlets: tuple[Name, ...] = ()
    understanding: UnderstandingOptions = UnderstandingOptions()
    writer: AnyWriter = RulesOptions()
    stories: tuple[StoryOptions, ...] = ()
    sources: tuple[AnySource, ...] = ()
    channels: tuple[AnyChannel, ...] = ()
    schedule: ScheduleOptions | None = None
    csv: tuple[CsvOptions, ...] = ()
    quiet_days: int = Field(default=7, ge=0, le=3_660)

    def quiet(self) -> timedelta | None:
        """Return after how long without a post a story has ended, None where none ever does."""
        return timedelta(days=self.quiet_days) if self.quiet_days else None

    def length(self) -> timedelta | None:
        """Return the window of a brief, None for the default one."""
        return duration(self.window) if self.window else None


def load(path: Path | None) -> Config:
    """Read the config at `path` (None: an empty one); ConfigError holds all of its mistakes."""
    if path is None:
        return Config()
    try:
        data = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: not UTF-8 at byte {error.start + 1}"]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{path}: not TOML: {error}"]) from error
    return read(data)


def read(data: dict[str, Any]) -> Config:
    """Turn what stands in a config into a Config; ConfigError holds all mistakes, of values and between them."""
    problems: list[str] = []
    config = None
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        problems = mistakes(Config, error)
    problems += _between(data)
    if problems or config is None:
        raise ConfigError(problems)
    return config


def _between(data: dict[str, Any]) -> Iterator[str]:
    """Yield the mistakes that no value shows alone; whatever has no valid form is passed over here."""
    for table, key in (("stories", "id"), ("sources", "name"), ("channels", "name"), ("csv", "name")):
        seen: dict[str, int] = {}
        for number, row in _rows(data, table):
            value = row.get(key)
            if isinstance(value, str) and seen.setdefault(value, number) != number:
                first = f"{table}.{seen[value]}.{key}"
                yield f"{table}.{number}.{key}: {_quoted(value)} is also {first}; each needs its own"
    for number, row in _rows(data, "sources"):
        if row.get("name") == WRITER:
            yield f'sources.{number}.name: under "{WRITER}" stands what the language model costs; choose another'
    yield from _same_folder(data)
    yield from _unsearchable(data)


def _same_folder(data: dict[str, Any]) -> Iterator[str]:
    from .folders import slug  # noqa: PLC0415  # heavy

    seen: dict[str, tuple[int, str]] = {}
    for number, story in _stories(data):
        first, known = seen.setdefault(slug(story), (number, story.id))
        if known != story.id:
            yield f"stories.{number}.id: its reports would go to the folder of stories.{first}; change the id"


def _unsearchable(data: dict[str, Any]) -> Iterator[str]:
    """Yield the queries that cannot be read, or that X, where each request is paid, would refuse."""
    from monitor.queries import problems, query_for  # noqa: PLC0415

    kinds = {str(row.get("kind")) for _, row in _rows(data, "sources")} & {"x"}
    for number, story in _stories(data):
        for problem in problems(query_for(story).text, kinds):
            yield f"stories.{number}.query: {problem}"


def _stories(data: dict[str, Any]) -> Iterator[tuple[int, Story]]:
    for number, row in _rows(data, "stories"):
        given = {key: row.get(key) for key in ("id", "title", "query")}
        if all(isinstance(given[key], str) and given[key] for key in ("id", "title")):
            query = given["query"] if isinstance(given["query"], str) else None
            yield number, Story(id=StoryId(str(given["id"])), title=str(given["title"]), query=query)


def _rows(data: dict[str, Any], table: str) -> list[tuple[int, dict[str, Any]]]:
    rows = data.get(table)
    if not isinstance(rows, list):
        return []
    return [(number, row) for number, row in enumerate(rows, start=1) if isinstance(row, dict)]


def _quoted(value: str) -> str:
    return json.dumps(value[:40], ensure_ascii=False)
