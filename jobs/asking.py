"""One live question: read, understood and answered in a minute, in a store of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import SourceUnavailable
from monitor.model import Brief, Story, StoryId
from monitor.queries import Unsearchable, parse, query_for

from .brief import brief_each
from .collect import collect
from .publish import publish
from .understand import understand

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta

    from monitor.model import Page, Query
    from monitor.protocols import Clock, Encoder, Source
    from monitor.scoring import Family
    from monitor.store import Store

    from .app import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What people say about a topic. files: the report; problems: what a person should know, one line each."""

    story: Story
    brief: Brief
    files: tuple[Path, ...]
    problems: tuple[str, ...]


def story_of(topic: str, *, own_network: bool = False) -> Story:
    """Return the story that stands for a topic: asked for as it is written, where that can be read as a query.

    A link stands for the article that it leads to, which is fetched. Raises as a source does where it cannot be.
    """
    if topic.startswith(("http://", "https://")):
        return _linked(topic.strip(), own_network=own_network)
    bare = " ".join(topic.split())
    try:
        parse(bare)
    except Unsearchable:
        return Story(id=StoryId("asked"), title=bare)
    return Story(id=StoryId("asked"), title=bare, query=bare)


def _linked(url: str, *, own_network: bool) -> Story:
    from monitor.sources.article import fetched  # noqa: PLC0415 - only for a link

    return fetched(url, source="the link", own_network=own_network)


def ask(
    store: Store,
    story: Story,
    sources: Sequence[Source],
    *,
    out: Path,
    language: str,
    time_zone: str,
    clock: Clock,
    most: timedelta,
    scorer: Family | None,
    reader: Encoder | None,
    progress: Progress,
) -> Answer:
    """Answer what a story is asked for, from `sources`. store: empty; most: no page is asked for after so long."""
    began = clock()
    store.save_stories([story], source="asked", at=began)
    hurried = [_Hurried(source, clock, began + most) for source in sources]
    problems = collect(store, hurried, [query_for(story)], now=began, progress=progress)
    understand(store, scorer=scorer, reader=reader, progress=progress)
    brief_each(store, as_of=began, window=None, meaning=None if reader is None else reader.NAME, progress=progress)
    files = publish(
        store, out=out, language=language, time_zone=time_zone, as_of=began, channels=[], progress=progress
    )
    brief = store.latest_brief(story.id)
    if brief is None:
        raise AssertionError("a story in the store has a brief after the step that writes them")
    return Answer(
        story=story,
        brief=brief,
        files=tuple(files),
        problems=tuple(f"{problem.source}: {problem.what}" for problem in problems),
    )


class _Hurried:
    """A source that is asked for no page after `until`; what it has given by then stays."""

    asks = True

    def __init__(self, source: Source, clock: Clock, until: datetime) -> None:
        self.name = source.name
        self._source = source
        self._clock = clock
        self._until = until

    def fetch(self, query: Query, after: str | None, now: datetime) -> Iterator[Page]:
        pages = self._source.fetch(query, after, now)
        while True:
            if self._clock() >= self._until:
                raise SourceUnavailable(self.name, "stopped, so that the answer comes in time")
            page = next(pages, None)
            if page is None:
                return
            yield page
