"""The related stories of a report, over all that is stored: each with the first sentence of its own brief."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.model import Related
from monitor.related import Stories, traces_of
from reports.sentences import compose

from .folders import folder_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from monitor.model import Brief, Story, StoryId
    from monitor.related import Kin
    from monitor.store import Store

_INSTANT = timedelta(microseconds=1)


class Neighbours:
    """All stories that have a brief, as they stand now.

    waiting: the briefs whose reports are about to be written: to these, and to the reports that stand in `out`, a
    report may link.
    """

    def __init__(self, store: Store, out: Path, waiting: Sequence[Brief], *, language: str, time_zone: str) -> None:
        self._store, self._out, self._language, self._time_zone = store, out, language, time_zone
        self._waiting = {brief.story for brief in waiting}
        self._stories = {story.id: story for story in store.stories()}
        self._traces = {name: traces_of(story, store.understood(name)) for name, story in self._stories.items()}
        self._near = Stories(self._stories.values(), self._traces)

    def of(self, brief: Brief) -> tuple[Related, ...]:
        """Return the stories near that of `brief`, nearest first; only those that had a brief by then."""
        kin = self._near.near(brief.story)
        return tuple(made for one in kin if (made := self._related(one, brief.as_of)) is not None)

    def _related(self, kin: Kin, as_of: datetime) -> Related | None:
        story, brief = self._stories[kin.story], self._brief(kin.story, as_of)
        if brief is None:
            return None
        said = compose(brief, story, language=self._language, time_zone=self._time_zone)
        if not said.sentences:
            return None
        return Related(
            story=story.id,
            title=story.title,
            language=story.language,
            line=said.sentences[0].text,
            brief=brief.hash,
            as_of=brief.as_of,
            written_by=brief.written_by,
            words=kin.words,
            posts=kin.posts,
            addresses=kin.addresses,
            voices=kin.voices,
            folder=self._folder(story),
        )

    def _brief(self, name: StoryId, as_of: datetime) -> Brief | None:
        """Return the last brief of a story by then, published or not where it is the latest of all."""
        latest = self._store.latest_brief(name)
        if latest is not None and latest.as_of <= as_of:
            return latest
        return self._store.published_before(name, as_of + _INSTANT)

    def _folder(self, story: Story) -> str | None:
        name = folder_of(story, self._store)
        written = story.id in self._waiting or (self._out / name / "report.html").is_file()
        return name if written else None
