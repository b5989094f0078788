"""One reading of one query of a service that answers newest first: its window, and what becomes of an early stop.

The cursor says until when the last reading went. The next begins a little before, for what a service lists late;
what comes twice is one post in the store.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.interchange import read_time
from monitor.model import Gap, Page, Span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from monitor.model import Query


class Reading:
    """since, until: the window that is read. asked: from when on posts are asked for, `overlap` before since.

    reach: how far back a query goes the first time, if it does not say since when it matters. overlap: how late a
    service may list a post.
    """

    def __init__(
        self,
        source: str,
        query: Query,
        after: str | None,
        now: datetime,
        *,
        reach: timedelta,
        overlap: timedelta,
    ) -> None:
        read_until = read_time(json.loads(after).get("until")) if after else None
        self.query = query
        self.until = now
        first = now - reach if query.since is None else min(max(query.since, now - reach), now)
        self.since = min(read_until, now) if read_until else first
        self.asked = self.since - overlap if read_until else self.since
        self._source = source
        self._read = 0
        self._reached = self.since
        self._of_about: int | None = None
        self._held: Page | None = None
        self._seen: set[str] = set()

    def fresh(self, post: str) -> bool:
        """Tell whether a post comes for the first time in this reading, as of several searches it may."""
        known = post in self._seen
        self._seen.add(post)
        return not known

    def took(self, page: Page) -> Iterator[Page]:
        """Take a page, and yield the one before it: the last one is given out by `end`."""
        self._read += len(page.posts) + len(page.rejected)
        if self._held is not None:
            yield self._held
        self._held = page

    def stopped(self, oldest: datetime | None, *, of_about: int | None = None) -> None:
        """Note that a search was stopped early, having come back as far as `oldest` (None: nowhere)."""
        self._reached = max(self._reached, min(oldest or self.until, self.until))
        if of_about is not None:
            self._of_about = max(of_about, self._of_about or 0)

    def end(self) -> Page:
        """Return the last page, with the cursor: all is read, or the newest part is and the rest a gap."""
        page = replace(
            self._held or Page(),
            cursor=json.dumps({"until": self.until.isoformat()}),
            covered=Span(since=self._reached, until=self.until),
        )
        if self._reached == self.since:
            return page
        rest = Gap(
            source=self._source,
            query=self.query.text,
            since=self.since,
            until=self._reached,
            reason="sampled",
            read=self._read,
            of_about=None if self._of_about is None else max(self._of_about, self._read),
        )
        return replace(page, gaps=(*page.gaps, rest))
