"""What must disappear, and what stays of it: a tombstone with its story, its time and a hash of its id."""

from __future__ import annotations

# ruff: noqa: S608 - SQL is put together only from names of our own columns; values are always parameters
import json
from typing import TYPE_CHECKING, Any, TypeAlias

from monitor.model import PostId, Span, StoryId, Tombstone, id_hash

from .connection import Connected
from .rows import ids_from, time_from, time_text
from .said import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

Stone: TypeAlias = tuple[str | None, str | None]
"""A tombstone's story and time, as they stand in the columns."""

_IDS = "(SELECT value FROM json_each(?))"

# Explicit: what a caller says of a deleted post stands over what we guessed; None says nothing.
_TOMBSTONE = "INSERT INTO tombstones VALUES (?, ?, ?, ?) ON CONFLICT (id_hash) DO UPDATE SET "
_SAY = (
    _TOMBSTONE + "story = coalesce(excluded.story, story), created_at = coalesce(excluded.created_at, created_at)"
)
_FILL = (
    _TOMBSTONE + "story = coalesce(story, excluded.story), created_at = coalesce(created_at, excluded.created_at)"
)


class Forgetting(Connected):
    """Tombstones, and the removal of posts from every table."""

    def save_tombstones(self, tombstones: Iterable[Tombstone]) -> None:
        """Keep these; a stored post that one of them names is forgotten, and is never stored again."""
        rows = [(stone.id_hash, stone.story, time_text(stone.created_at), None) for stone in tombstones]
        if not rows:
            return
        hashes = {row[0] for row in rows}
        with self._writing():
            stored = {PostId(row[0]) for row in self._all("SELECT id FROM posts") if id_hash(row[0]) in hashes}
            self._remove(stored)
            self._each(_SAY, rows)

    def tombstones(self, story: StoryId, window: Span | None = None) -> int:
        """Return how many posts of the story were deleted; with a window, those that were written in it."""
        if window is None:
            row = self._one("SELECT count(*) FROM tombstones WHERE story = ?", story)
        else:
            row = self._one(
                "SELECT count(*) FROM tombstones WHERE story = ? AND created_at IS NOT NULL "
                "AND created_at >= coalesce(?, '') AND (? IS NULL OR created_at < ?)",
                *(story, time_text(window.since), time_text(window.until), time_text(window.until)),
            )
        return int(row[0]) if row else 0

    def all_tombstones(self) -> list[Tombstone]:
        """Return every tombstone, by id hash."""
        rows = self._all("SELECT id_hash, story, created_at FROM tombstones ORDER BY id_hash")
        return [Tombstone(id_hash=row[0], story=row[1], created_at=time_from(row[2])) for row in rows]

    def forget(self, ids: Iterable[PostId], *, at: datetime | None = None) -> int:
        """Remove these posts, and the reposts and copies that carry their text, from all that is stored.

        Also from what was computed: findings, scores, briefs, waiting messages. Returns how many posts went.
        An id that is not stored gets its tombstone all the same, so that it never will be. at: now, if known.
        """
        with self._writing():
            removed = self._remove(set(ids), at=at)
        # The log still holds what was removed; it is emptied now unless somebody is reading.
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return removed

    def _under(self, beginnings: Iterable[str]) -> set[PostId]:
        """Return the ids of stored and quarantined posts that begin with one of these."""
        found: set[PostId] = set()
        for one in beginnings:
            ends = (one, f"{one}\U0010ffff")
            rows = self._all(
                "SELECT id FROM posts WHERE id BETWEEN ? AND ? UNION "
                "SELECT item FROM quarantine WHERE item BETWEEN ? AND ?",
                *ends,
                *ends,
            )
            found |= {PostId(row[0]) for row in rows}
        return found

    def _carriers(self, ids: set[PostId]) -> set[PostId]:
        """Return `ids` with the stored reposts of them, and the copies, and theirs in turn."""
        found, fresh = set(ids), set(ids)
        while fresh:
            some = json.dumps(sorted(fresh))
            rows = self._all(f"SELECT id FROM posts WHERE repost_of IN {_IDS}", some)
            rows += self._all(f"SELECT post FROM current_findings WHERE copy_of IN {_IDS}", some)
            fresh = {PostId(row[0]) for row in rows} - found
            found |= fresh
        return found

    def _tombstoned(self, ids: Iterable[PostId]) -> set[PostId]:
        """Return those of the ids that have a tombstone."""
        hashes = {id_hash(post): post for post in ids}
        found = self._all(
            f"SELECT id_hash FROM tombstones WHERE id_hash IN {_IDS}",
            json.dumps(list(hashes)),
        )
        return {hashes[row[0]] for row in found}

    def _remove(
        self, ids: set[PostId], told: Mapping[PostId, Stone] | None = None, *, at: datetime | None = None
    ) -> int:
        """Forget `ids` inside the caller's transaction. told: what the sender said of some of them."""
        if not ids:
            return 0
        gone = self._carriers(ids)
        stones: dict[PostId, Stone] = {**dict.fromkeys(gone, (None, None)), **(told or {})}
        some = json.dumps(sorted(gone))
        rows = self._all(
            "SELECT p.id, coalesce(f.story, f.elsewhere), p.found_for, p.created_at, p.url FROM posts p "
            f"LEFT JOIN findings f ON f.post = p.id AND f.version = p.finding WHERE p.id IN {_IDS}",
            some,
        )
        for post, story, found_for, created_at, _ in rows:
            said_story, said_time = stones[post]
            stones[post] = (story or said_story or only(ids_from(found_for)), created_at or said_time)
        self._each(_FILL, [(id_hash(post), *stone, time_text(at)) for post, stone in stones.items()])
        redact(self._db, gone, {row[4] for row in rows if row[4]})
        texts = self._all(f"SELECT DISTINCT text_hash FROM versions WHERE post IN {_IDS}", some)
        for statement in (
            f"DELETE FROM quarantine WHERE item IN {_IDS}",
            f"DELETE FROM findings WHERE copy_of IN {_IDS}",
            f"DELETE FROM posts WHERE id IN {_IDS}",
        ):
            self._db.execute(statement, (some,))
        for table in ("scores", "encodings"):
            self._db.execute(
                f"DELETE FROM {table} WHERE text_hash IN {_IDS} "
                f"AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.text_hash = {table}.text_hash)",
                (json.dumps([row[0] for row in texts]),),
            )
        if rows:
            self._mark_seen()
        return len(rows)


def only(stories: tuple[Any, ...]) -> str | None:
    """Return the story that a post was found for, None where there is not exactly one."""
    return stories[0] if len(stories) == 1 else None
