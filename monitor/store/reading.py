"""What was read of each source, how far, and what was not: the proof behind "no posts"."""

from __future__ import annotations

# ruff: noqa: S608 - SQL is put together only from names of our own columns; values are always parameters
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from monitor.model import CONVERSATION

from .connection import Connected
from .rows import (
    GAP_COLUMNS,
    READ_COLUMNS,
    array,
    at_text,
    gap_from,
    gap_row,
    ids_from,
    read_from,
    read_row,
    time_from,
    time_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.model import Gap, ReadWindow, Span, StoryId

_START = datetime.min.replace(tzinfo=UTC)

# A reading without an end went up to when it was made.
_OVERLAPS = "coalesce(since, '') < coalesce(?, '9999-') AND coalesce(until, at) >= coalesce(?, '') "
_FOR_STORY = "AND (? IS NULL OR stories = '[]' OR EXISTS (SELECT 1 FROM json_each(stories) WHERE value = ?)) "


class Reading(Connected):
    """Cursors, finished readings, and gaps."""

    def cursor(self, source: str, query: str) -> str | None:
        """Return where the next fetch goes on, None where nothing was fetched wholly yet."""
        row = self._one("SELECT cursor FROM cursors WHERE source = ? AND query = ?", source, query)
        return None if row is None else str(row[0])

    def save_read(self, read: ReadWindow) -> None:
        with self._writing():
            self._db.execute(
                f"INSERT INTO reads ({READ_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                read_row(read),
            )

    def save_gap(self, gap: Gap, at: datetime, *, stories: Sequence[StoryId] = ()) -> None:
        """Keep that this was not read; stories: whose query it was, () = all. The same again changes nothing."""
        with self._writing():
            self._db.execute(
                f"INSERT INTO gaps ({GAP_COLUMNS}, at, stories) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                (*gap_row(gap), at_text(at), array(sorted(set(stories)))),
            )

    def last_read(self, source: str, query: str | None) -> ReadWindow | None:
        """Return the reading of this source and query that was made last; "" and None are the same query."""
        row = self._one(
            f"SELECT {READ_COLUMNS} FROM reads WHERE source = ? AND coalesce(query, '') = ? "
            "ORDER BY at DESC, coalesce(until, at) DESC, stories LIMIT 1",
            *(source, query or ""),
        )
        return None if row is None else read_from(row)

    def last_asked(self, source: str, stories: Sequence[StoryId]) -> str | None:
        """Return the query that was last read to its end for exactly these stories, none for answers to a post."""
        row = self._one(
            "SELECT query FROM reads WHERE source = ? AND stories = ? AND query <> '' AND substr(query, 1, ?) <> ? "
            "ORDER BY at DESC, coalesce(until, at) DESC LIMIT 1",
            *(source, array(sorted(set(stories))), len(CONVERSATION), CONVERSATION),
        )
        return None if row is None else str(row[0])

    def read_until(self) -> dict[str, datetime]:
        """Return up to when each source is read: of its queries that were asked last, the one furthest behind."""
        rows = self._all(
            "SELECT source, min(until) FROM (SELECT r.source, max(r.until) AS until FROM reads r WHERE r.at >= "
            "(SELECT max(at) FROM reads WHERE source = r.source) GROUP BY r.source, r.query) GROUP BY source"
        )
        return {row[0]: time for row in rows if (time := time_from(row[1])) is not None}

    def reads(self, window: Span, story: StoryId | None = None) -> list[ReadWindow]:
        """Return the readings that overlap the window, and are for the story; by (source, query, since, at)."""
        rows = self._all(
            f"SELECT {READ_COLUMNS} FROM reads WHERE {_OVERLAPS}{_FOR_STORY}"
            "ORDER BY source, coalesce(query, ''), coalesce(since, ''), at, coalesce(until, at), stories",
            *(time_text(window.until), time_text(window.since), story, story),
        )
        return [read_from(row) for row in rows]

    def gaps(self, window: Span, story: StoryId | None = None) -> list[Gap]:
        """Return what was not read in the window and not made good since; by (source, query, since, until).

        A gap is made good where later readings of the same source and query, or for the same stories, cover what
        of it lies in the window; a gap of every query (None) where those of each do. A sample stays a sample.
        """
        rows = self._all(
            f"SELECT {GAP_COLUMNS}, at, stories FROM gaps WHERE {_OVERLAPS}{_FOR_STORY}"
            "ORDER BY source, coalesce(query, ''), coalesce(since, ''), coalesce(until, at), reason, at",
            *(time_text(window.until), time_text(window.since), story, story),
        )
        reads: dict[str, list[ReadWindow]] = {}
        for read in map(read_from, self._all(f"SELECT {READ_COLUMNS} FROM reads") if rows else []):
            reads.setdefault(read.source, []).append(read)
        return [
            gap
            for row in rows
            if (gap := gap_from(row)).read is not None
            or gap.of_about is not None
            or not _made_good(
                gap, datetime.fromisoformat(row[7]), ids_from(row[8]), window, reads.get(gap.source, [])
            )
        ]

    def has_gap(self, gap: Gap) -> bool:
        """Return whether exactly this gap was recorded, made good since or not."""
        row = self._one(
            "SELECT 1 FROM gaps WHERE source = ? AND query IS ? AND since IS ? AND until IS ? AND reason = ? "
            "AND read IS ? AND of_about IS ?",
            *gap_row(gap),
        )
        return row is not None

    def has_read(self, source: str, query: str | None, span: Span) -> bool:
        """Return whether exactly this was read."""
        row = self._one(
            "SELECT 1 FROM reads WHERE source = ? AND query IS ? AND since IS ? AND until IS ?",
            *(source, query, time_text(span.since), time_text(span.until)),
        )
        return row is not None


def _made_good(
    gap: Gap, at: datetime, stories: Sequence[StoryId], window: Span, reads: Sequence[ReadWindow]
) -> bool:
    """Return whether readings of its source made after `at` cover what of the gap lies in the window.

    stories: those whose query was not read, () = all.
    """
    since = max(gap.since or _START, window.since or _START)
    until = min(gap.until or at, window.until or at)
    later = [read for read in reads if read.at > at]
    whole = [read for read in later if not read.query]
    if gap.query:
        return _covers([*whole, *(read for read in later if _alike(read, gap.query, stories))], since, until)
    asked = {read.query for read in reads if read.query}
    return _covers(whole, since, until) or (
        bool(asked)
        and all(
            _covers([*whole, *(read for read in later if read.query == query)], since, until) for query in asked
        )
    )


def _alike(read: ReadWindow, query: str, stories: Sequence[StoryId]) -> bool:
    """Return whether a reading asked the same: the same query, or another one for the same stories."""
    if read.query == query:
        return True
    of_posts = any((text or "").startswith(CONVERSATION) for text in (read.query, query))
    return bool(stories) and not of_posts and set(stories) <= set(read.stories)


def _covers(reads: Iterable[ReadWindow], since: datetime, until: datetime) -> bool:
    """Return whether the readings together leave nothing of [since, until) unread."""
    reached = since
    for start, end in sorted((read.since or _START, read.until or read.at) for read in reads):
        if start > reached:
            return False
        reached = max(reached, end)
        if reached >= until:
            return True
    return False
