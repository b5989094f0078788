"""The related stories of a report: each with the first sentence of its own brief.

Of the others only titles and leads are read whole; what their talk has in common with a story's is looked up.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.model import Related
from monitor.related import Shared, Stories, address_of, addresses_in, traces_of
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
_AT_ONCE = 1000
"""Posts whose addresses are noted in one transaction."""


class Neighbours:
    """All stories that have a brief, as they stand now.

    waiting: the briefs whose reports are about to be written: to these, and to the reports that stand in `out`, a
    report may link.
    """

    def __init__(self, store: Store, out: Path, waiting: Sequence[Brief], *, language: str, time_zone: str) -> None:
        self._store, self._out, self._language, self._time_zone = store, out, language, time_zone
        self._waiting = {brief.story for brief in waiting}
        self._said: dict[tuple[StoryId, datetime], Related | None] = {}
        self._stories = {story.id: story for story in store.stories()}
        self._near = Stories(self._stories.values())
        self._at: dict[str, set[StoryId]] = defaultdict(set)
        for story in self._stories.values():
            for address in address_of(story):
                self._at[address].add(story.id)
        while posts := store.posts_to_address(_AT_ONCE):
            store.save_addresses({post.id: addresses_in(post) for post in posts})

    def of(self, brief: Brief) -> tuple[Related, ...]:
        """Return the stories near that of `brief`, nearest first; only those that had a brief by then."""
        kin = self._near.near(brief.story, self.shared(self._stories[brief.story]))
        return tuple(made for one in kin if (made := self._related(one, brief.as_of)) is not None)

    def shared(self, story: Story) -> dict[StoryId, Shared]:
        """Return what the talk about `story` shares with that about each other story, where it shares anything."""
        here = traces_of(story, self._store.understood(story.id))
        posts = self._store.sharing_posts(story.id, here.posts)
        addresses = self._store.sharing_addresses(story.id, here.addresses)
        for address in here.addresses:
            for other in self._at.get(address, set()) - {story.id}:
                addresses.setdefault(other, set()).add(address)
        voices = self._store.sharing_voices(story.id, here.voices)
        everyone = self._store.voices_of(voices)
        return {
            other: Shared(
                posts=len(posts.get(other, ())),
                addresses=len(addresses.get(other, ())),
                voices=len(voices.get(other, ())),
                fewest=min(len(here.voices), everyone.get(other, 0)),
            )
            for other in {*posts, *addresses, *voices}
        }

    def _related(self, kin: Kin, as_of: datetime) -> Related | None:
        key = kin.story, as_of
        if key not in self._said:
            self._said[key] = self._told(*key)
        told = self._said[key]
        if told is None:
            return None
        return replace(told, words=kin.words, posts=kin.posts, addresses=kin.addresses, voices=kin.voices)

    def _told(self, name: StoryId, as_of: datetime) -> Related | None:
        """Return what is told of a story whatever it is near to, None where it had no brief by then."""
        story, brief = self._stories[name], self._brief(name, as_of)
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
