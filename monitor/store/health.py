"""How each source does: when it last worked, what stands in its way, and when it may be asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model import Health
from monitor.text import clean

from .connection import Connected
from .rows import at_text, time_from, time_text

if TYPE_CHECKING:
    from datetime import datetime


class Healths(Connected):
    """One row a source."""

    def note_success(self, source: str, *, at: datetime, rate_left: int | None = None) -> None:
        """Keep that a source was read to its end; what stood in its way is over."""
        with self._writing():
            self._db.execute(
                "INSERT INTO health (source, worked_at, rate_left) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET "
                "worked_at = excluded.worked_at, rate_left = excluded.rate_left, failing_since = NULL, "
                "failed_at = NULL, problem = NULL, refused = 0, next_try = NULL, sample = NULL",
                (source, at_text(at), rate_left),
            )

    def note_failure(
        self,
        source: str,
        problem: str,
        *,
        at: datetime,
        refused: bool = False,
        next_try: datetime | None = None,
        sample: str = "",
    ) -> None:
        """Keep what stands in a source's way. refused: it will not pass by itself."""
        with self._writing():
            self._db.execute(
                "INSERT INTO health (source, failing_since, failed_at, problem, refused, next_try, sample) "
                "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                "failing_since = coalesce(failing_since, excluded.failing_since), failed_at = excluded.failed_at, "
                "problem = excluded.problem, refused = excluded.refused, next_try = excluded.next_try, "
                "sample = coalesce(excluded.sample, sample)",
                (
                    source,
                    at_text(at),
                    at_text(at),
                    clean(problem),
                    refused,
                    time_text(next_try),
                    clean(sample) or None,
                ),
            )

    def healths(self) -> dict[str, Health]:
        """Return how each source does that was ever asked, by name."""
        rows = self._all(
            "SELECT source, worked_at, rate_left, failing_since, failed_at, problem, refused, next_try, sample "
            "FROM health ORDER BY source"
        )
        return {
            row[0]: Health(
                source=row[0],
                worked_at=time_from(row[1]),
                rate_left=row[2],
                failing_since=time_from(row[3]),
                failed_at=time_from(row[4]),
                problem=row[5],
                refused=bool(row[6]),
                next_try=time_from(row[7]),
                sample=row[8],
            )
            for row in rows
        }
