"""What reading costs, kept before and after: money is set aside before a request leaves, so no crash forgets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model import Cost, Entry

from .connection import Connected
from .rows import array, at_text, ids_from, time_from

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.budget import Caps
    from monitor.model import StoryId


class Ledger(Connected):
    """Costs, and what is set aside for requests that are under way."""

    def reserve(
        self,
        source: str,
        microdollars: int,
        *,
        caps: Caps,
        at: datetime,
        query: str | None = None,
        stories: Sequence[StoryId] = (),
    ) -> int | None:
        """Set money aside for one request and return its ticket, None where a cap would be passed.

        One transaction looks and writes, so runs beside each other cannot pass a cap together. What is set aside
        and never settled, as by a crash, counts as spent.
        """
        with self._writing():
            if any(self.spent(source, since) + microdollars > cap for since, cap in caps.at(at)):
                return None
            row = self._one(
                "INSERT INTO costs (source, at, requests, posts, users, microdollars, query, stories, reserved) "
                "VALUES (?, ?, 0, 0, 0, ?, ?, ?, 1) RETURNING rowid",
                source, at_text(at), microdollars, query, array(sorted(set(stories))),
            )  # fmt: skip
        return int(row[0]) if row else None

    def settle(self, ticket: int, cost: Cost) -> None:
        """Put what a request has cost in the place of what was set aside for it; nothing, where it cost nothing."""
        with self._writing():
            if cost == Cost():
                self._db.execute("DELETE FROM costs WHERE rowid = ? AND reserved = 1", (ticket,))
            else:
                self._db.execute(
                    "UPDATE costs SET requests = ?, posts = ?, users = ?, microdollars = ?, reserved = 0 "
                    "WHERE rowid = ?",
                    (cost.requests, cost.posts, cost.users, cost.microdollars, ticket),
                )

    def spent(self, source: str, since: datetime) -> int:
        """Return the microdollars that a source has cost since then, with what is set aside."""
        row = self._one(
            "SELECT coalesce(sum(microdollars), 0) FROM costs WHERE source = ? AND at >= ?", source, at_text(since)
        )
        return int(row[0]) if row else 0

    def entries(self, since: datetime | None = None) -> list[Entry]:
        """Return the entries since then (None: ever), oldest first."""
        rows = self._all(
            "SELECT source, at, query, stories, requests, posts, users, microdollars, reserved FROM costs "
            "WHERE at >= coalesce(?, '') ORDER BY at, source, coalesce(query, ''), rowid",
            None if since is None else at_text(since),
        )
        return [
            Entry(
                source=row[0],
                at=at,
                query=row[2],
                stories=ids_from(row[3]),
                cost=Cost(requests=row[4], posts=row[5], users=row[6], microdollars=row[7]),
                settled=not row[8],
            )
            for row in rows
            if (at := time_from(row[1])) is not None
        ]
