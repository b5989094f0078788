"""The composition root: what a config says becomes the arguments of the steps; nothing here decides anything."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

from monitor.errors import ConfigError
from monitor.protocols import Clock

from .config import Config
from .mistakes import secrets_in
from .runs import Outcome, Stopped, recorded

if TYPE_CHECKING:
    from monitor.model import Story, StoryId
    from monitor.options import Options
    from monitor.protocols import Channel, Listener, Source
    from monitor.store import Store

    from .publish import Composer
    from .rewording import Model

# Looks like a token and like an address, and is neither; see App.composers.
_UNSET = "https://unset.invalid/"

Progress: TypeAlias = Callable[[int, int | None], None]
"""Hears of a step how much is done of how much (None: nobody knows), between its writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What the steps are given. home: the folder that the config's paths start from. machine_zone: an IANA name.

    clock: stands for now in all that is computed (--as-of); real_clock: what other services keep to.
    store, language, window: what the command line says of them; None leaves it to the config.
    wrote: hears of each file that the step publish wrote.
    """

    config: Config
    home: Path
    environ: Mapping[str, str]
    clock: Clock
    real_clock: Clock
    progress: Progress
    machine_zone: str
    store: Path | None = None
    language: str | None = None
    window: timedelta | None = None
    wrote: Callable[[Path], None] = lambda _path: None

    @property
    def store_path(self) -> Path:
        return self.store or self.home / self.config.store

    @property
    def out(self) -> Path:
        return self.home / self.config.out

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.config.time_zone or self.machine_zone)

    def written_in(self) -> str:
        """Return the code of the language that reports are written in."""
        return self.language or self.config.language

    def length(self) -> timedelta | None:
        """Return the window of a brief, None for the default one."""
        return self.window or self.config.length()

    def meaning(self) -> str | None:
        """Return the encoder whose vectors may have a part in a brief, None where the config has it off."""
        from monitor.scoring import encoder  # noqa: PLC0415

        return encoder.NAME if self.config.understanding.encoder else None

    def open(self, *, read_only: bool = False, make: bool = True) -> Store:
        """Open the database; the caller closes it. make: a new one where none is. StoreMissing, StoreTooNew."""
        from monitor.store import Store  # noqa: PLC0415

        return Store.open(self.store_path, read_only=read_only, make=make)

    def missing_secrets(self) -> list[str]:
        """Return one line for each variable that the config names and the environment lacks."""
        return [
            *(
                problem
                for table, rows in (("sources", self.config.sources), ("channels", self.config.channels))
                for number, options in enumerate(rows, start=1)
                for problem in self._unset(f"{table}.{number}", options)
            ),
            *self._unset("writer", self.config.writer),
        ]

    def sources(self, store: Store, kinds: frozenset[str] | None = None) -> list[Source | Listener]:
        """Build the sources (of these kinds), whose money `store` keeps.

        ConfigError names every variable that is not set.
        """
        from monitor.sources.given import Given  # noqa: PLC0415

        from .purse import StoredPurse  # noqa: PLC0415

        self._demand("sources", self.config.sources)
        given = Given(secret=self._secret, folder=self.home, purse=partial(StoredPurse, store))
        return [options.source(given) for options in self.config.sources if not kinds or options.kind in kinds]

    def channels(self) -> list[Channel]:
        """Build the channels, as they stand in the config; ConfigError names every variable that is not set."""
        self._demand("channels", self.config.channels)
        return [options.open(self._secret) for options in self.config.channels]

    def composers(self) -> list[Composer]:
        """Build the channels only to compose what they will say: without a secret, so they can send nothing."""
        return [options.open(lambda _: _UNSET) for options in self.config.channels]

    def writer(self) -> Model | None:
        """Build the model that rewords, None where all is by rules; without its key it asks nobody, and says so."""
        options = self.config.writer
        if options.kind == "rules":
            return None
        from .rewording import Model  # noqa: PLC0415 (only where a model is used)

        unset = "; ".join(self._unset("writer", options))
        return Model(options, key=self._secret(options.key) if options.key and not unset else "", silent=unset)

    def _secret(self, reference: str) -> str:
        return self.environ[reference.removeprefix("env:")]

    def _demand(self, table: str, rows: Sequence[Options]) -> None:
        unset = [p for number, row in enumerate(rows, start=1) for p in self._unset(f"{table}.{number}", row)]
        if unset:
            raise ConfigError(unset)

    def _unset(self, path: str, options: Options) -> list[str]:
        return [
            f"{path}.{key}: the environment variable {name} is not set"
            for key, name in secrets_in(options)
            if not self.environ.get(name)
        ]


def _collect(app: App, store: Store) -> list[str]:
    from monitor.queries import query_for  # noqa: PLC0415

    from .collect import collect  # noqa: PLC0415
    from .following import addresses, conversations  # noqa: PLC0415

    sources, now = app.sources(store), app.clock()
    store.save_stories([row.story(app.zone) for row in app.config.stories], source="config", at=now)
    about = followed(app, store)
    also = addresses(store)
    queries = [query_for(story, also.get(story.id, ())) for story in about]
    queries += conversations(store, about, {options.name: options for options in app.config.sources})
    problems = collect(store, sources, queries, now=now, progress=app.progress)
    return [f"{problem.source}: {problem.what}" for problem in problems]


def followed(app: App, store: Store) -> list[Story]:
    """Return the stories that sources are asked about."""
    from .following import followed as chosen  # noqa: PLC0415

    return chosen(
        store.stories(),
        named={row.id for row in app.config.stories},
        feeds={options.name for options in app.config.sources},
        came_from=store.story_sources(),
        last_heard=store.last_heard(),
        quiet=app.config.quiet(),
        now=app.clock(),
    )


def _understand(app: App, store: Store) -> list[str]:
    from monitor.scoring import encoder  # noqa: PLC0415

    from .understand import understand  # noqa: PLC0415

    who = app.config.understanding
    understand(
        store,
        own_accounts=app.config.own_accounts,
        outlets=app.config.outlets,
        scorer=None if who.scorer == "best" else who.scorer,
        reader=encoder if who.encoder else None,
        progress=app.progress,
    )
    return []


def _brief(app: App, store: Store) -> list[str]:
    from .brief import brief_each  # noqa: PLC0415

    brief_each(store, as_of=app.clock(), window=app.length(), meaning=app.meaning(), progress=app.progress)
    return []


def _publish(app: App, store: Store) -> list[str]:
    files, problems = publish_briefs(app, store)
    for path in files:
        app.wrote(path)
    return problems


def _deliver(app: App, store: Store) -> list[str]:
    from .deliver import deliver  # noqa: PLC0415
    from .notices import enqueue_notices  # noqa: PLC0415

    enqueue_notices(
        store,
        app.composers(),
        sources={options.name for options in app.config.sources},
        language=app.written_in(),
        time_zone=app.zone.key,
        at=app.real_clock(),
    )
    return list(deliver(store, app.channels(), now=app.real_clock()))


def publish_briefs(
    app: App, store: Store, stories: Collection[StoryId] | None = None
) -> tuple[list[Path], list[str]]:
    """Publish what has no report yet (stories: of these); return the files, and what a person should know."""
    from .publish import publish  # noqa: PLC0415

    writer = app.writer()
    files = publish(
        store,
        out=app.out,
        language=app.written_in(),
        time_zone=app.zone.key,
        as_of=app.clock(),
        channels=app.composers(),
        writer=writer,
        stories=stories,
        progress=app.progress,
    )
    return files, writer.problems if writer else []


def _forget(app: App, store: Store) -> list[str]:
    from monitor.protocols import Follower, Metered  # noqa: PLC0415

    from .follow import follow, reconciled  # noqa: PLC0415

    sources, now = app.sources(store), app.clock()
    followers = [source for source in sources if isinstance(source, Follower)]
    told = follow(store, followers, now=now, progress=app.progress)
    return told + reconciled(store, [source for source in sources if isinstance(source, Metered)], now=now)


STEPS: dict[str, Callable[[App, Store], list[str]]] = {
    "collect": _collect,
    "understand": _understand,
    "brief": _brief,
    "publish": _publish,
    "deliver": _deliver,
    "forget": _forget,
}
"""What `monitor run` can do, in its order. Each returns what a person should know, one line each."""

JOB = "pipeline"


def run_steps(
    app: App,
    steps: Sequence[str],
    *,
    period: str,
    say: Callable[[str], None],
    stopping: Callable[[], bool] = lambda: False,
    ended: Callable[[str, Outcome], None] = lambda _step, _outcome: None,
) -> Outcome:
    """Do `steps` in the order of STEPS, each recorded, all of them as one run of JOB for the local `period`.

    A step that fails does not keep the next from its work. `say` hears each problem, `ended` how each step ended.
    Raises Stopped between two steps once `stopping` says so.
    """
    whole = Outcome()

    def all_of_them() -> tuple[str, ...]:
        nonlocal whole
        for name in (known for known in STEPS if known in steps):
            if stopping():
                raise Stopped
            step = partial(STEPS[name], app, store)
            done = recorded(store, step, job=name, step=name, period=period, clock=app.real_clock)
            for problem in done.problems:
                say(f"{name}: {problem}")
            ended(name, done)
            whole += done
        return whole.problems

    with app.open() as store:
        recorded(store, all_of_them, job=JOB, step="", period=period, clock=app.real_clock)
    return whole
