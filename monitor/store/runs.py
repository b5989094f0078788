"""Which step ran when, for which local period, and how it ended."""

from __future__ import annotations

# ruff: noqa: S608 - SQL is put together only from names of our own columns; values are always parameters
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.model import Run

from .connection import Connected
from .rows import at_text, time_from, time_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLUMNS = "id, job, step, period, started_at, ended_at, problem"


class Runs(Connected):
    """The run table: what the schedule catches up by."""

    def begin_run(self, run: Run) -> None:
        with self._writing():
            self._db.execute(
                f"INSERT INTO runs ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(run.id, run.job, run.step, run.period),
                    *(at_text(run.started_at), time_text(run.ended_at), run.problem),
                ),
            )

    def end_run(self, run_id: str, *, ended_at: datetime, problem: str | None) -> None:
        """Note how a run ended; problem: None = all well. Raises KeyError where no such run was begun."""
        with self._writing():
            changed = self._db.execute(
                "UPDATE runs SET ended_at = ?, problem = ? WHERE id = ?", (at_text(ended_at), problem, run_id)
            ).rowcount
            if not changed:
                raise KeyError(run_id)

    def runs(self, limit: int) -> list[Run]:
        """Return the last `limit` runs, newest first."""
        rows = self._all(f"SELECT {_COLUMNS} FROM runs ORDER BY started_at DESC, rowid DESC LIMIT ?", limit)
        return _runs(rows)

    def last_run(self, job: str, period: str) -> Run | None:
        """Return the newest run of the job for this period."""
        rows = self._all(
            f"SELECT {_COLUMNS} FROM runs WHERE job = ? AND period = ? "
            "ORDER BY started_at DESC, rowid DESC LIMIT 1",
            *(job, period),
        )
        return _runs(rows)[0] if rows else None


def _runs(rows: Sequence[tuple[Any, ...]]) -> list[Run]:
    return [
        Run(
            id=row[0],
            job=row[1],
            step=row[2],
            period=row[3],
            started_at=datetime.fromisoformat(row[4]),
            ended_at=time_from(row[5]),
            problem=row[6],
        )
        for row in rows
    ]
