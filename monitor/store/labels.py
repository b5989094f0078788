"""What people said of posts that they read blind; an answer goes with its post."""

from __future__ import annotations

# ruff: noqa: S608 - SQL is put together only from names of our own columns; values are always parameters
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.model import Label, PostId, StoryId

from .connection import Connected
from .rows import at_text

if TYPE_CHECKING:
    from collections.abc import Iterable

_COLUMNS = "post, story, who, answer, at, text_hash, finding, stratum, of_voices"


class Labels(Connected):
    """The answers, each kept for good: of several the latest counts, and a report names those it was made with."""

    def save_label(self, label: Label) -> bool:
        """Keep one answer, on disk when this returns; False where its post has gone meanwhile."""
        with self._writing():
            return bool(
                self._db.execute(
                    f"INSERT OR REPLACE INTO answers ({_COLUMNS}) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ? "
                    "WHERE EXISTS (SELECT 1 FROM posts WHERE id = ?)",
                    (
                        *(label.post, label.story, label.who, label.answer, at_text(label.at)),
                        *(label.text_hash, label.finding, label.stratum, label.of, label.post),
                    ),
                ).rowcount
            )

    def labels(self, stories: Iterable[StoryId]) -> list[Label]:
        """Return every answer about posts of these stories, by (time, post, who)."""
        found = [
            row
            for story in sorted(set(stories))
            for row in self._all(f"SELECT {_COLUMNS} FROM answers WHERE story = ?", story)
        ]
        return sorted(
            (
                Label(
                    post=PostId(row[0]),
                    story=StoryId(row[1]),
                    who=row[2],
                    answer=row[3],
                    at=datetime.fromisoformat(row[4]),
                    text_hash=row[5],
                    finding=row[6],
                    stratum=row[7],
                    of=row[8],
                )
                for row in found
            ),
            key=lambda label: (label.at, label.post, label.who),
        )
