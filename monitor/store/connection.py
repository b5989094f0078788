"""One connection to the database file: opened, recognised, brought up to date. sqlite-utils 4, SQLite >= 3.37."""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from monitor.errors import StoreMissing, StoreTooNew

from .schema import APPLICATION_ID, STEPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

    from sqlite_utils import Database, Migrations

# A writer waits this long for another one. The longest transaction we make (the findings of 50,000 posts) is
# under 5 s on one core.
_BUSY_SECONDS = 30.0
_BETWEEN_TRIES = 0.02  # seconds
_MIGRATIONS_SET = "monitor"


class Connected:
    """What every part of the store stands on: one connection, used by one thread, and its transactions."""

    def __init__(self, db: Database, path: Path | None) -> None:
        self._db = db
        self.path = path

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False, make: bool = True) -> Self:
        """Open the store at `path`, made if it is not there and brought up to date; read_only never writes.

        make: False never makes a new one.

        Raises StoreMissing where there is nothing to read or the file is not a store, StoreTooNew where a newer
        program wrote it.
        """
        if (read_only or not make) and not path.is_file():
            raise StoreMissing(
                f"{path}: there is no store here; collect or import first, or name another with --store"
            )
        try:
            if not read_only:
                path.parent.mkdir(parents=True, exist_ok=True)
            mode = "ro" if read_only else "rwc"
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_BUSY_SECONDS)
        except (sqlite3.OperationalError, OSError) as error:
            raise StoreMissing(f"{path}: cannot be opened ({error}); name another file with --store") from error
        try:
            return cls(_prepared(connection, str(path), read_only=read_only), path)
        except sqlite3.DatabaseError as error:
            connection.close()
            if error.sqlite_errorcode in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}:
                raise StoreMissing(f"{path}: is not a store ({error}); name another file with --store") from error
            raise
        except BaseException:
            connection.close()
            raise

    @classmethod
    def in_memory(cls) -> Self:
        """Make a store that is gone when it is closed."""
        return cls(_prepared(sqlite3.connect(":memory:"), ":memory:", read_only=False), None)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def integrity_check(self) -> list[str]:
        """Return what is wrong with the file, page by page and row by row; [] where all is well."""
        pages = [str(row[0]) for row in self._all("PRAGMA integrity_check")]
        orphans = [f"{row[0]}: a row without its {row[2]}" for row in self._all("PRAGMA foreign_key_check")]
        return [line for line in pages if line != "ok"] + orphans

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with writing(self._db):
            yield

    def _all(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._db.execute(sql, values).fetchall()

    def _one(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._db.execute(sql, values).fetchone()
        return row

    def _each(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> int:
        """Run `sql` for each row, inside the transaction that the caller has begun."""
        return self._db.conn.executemany(sql, rows).rowcount

    def _seen_count(self) -> int:
        row = self._one("SELECT count FROM marks WHERE name = 'seen'")
        return int(row[0]) if row else 0

    def _mark_seen(self) -> None:
        """Note that posts or stories changed, so that what was understood is no longer current."""
        self._db.execute("UPDATE marks SET count = count + 1 WHERE name = 'seen'")


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """One transaction, or a part of the one that is open; all of it or nothing is kept.

    It begins IMMEDIATE: the deferred one of `db.atomic()` fails at once, without waiting, where it has read
    before it writes and another process has written in between.
    """
    if not db.conn.in_transaction:
        db.conn.execute("BEGIN IMMEDIATE")
        try:
            with db.atomic():
                yield
            db.conn.execute("COMMIT")
        except BaseException:
            db.rollback()
            raise
    else:
        with db.atomic():
            yield


def _prepared(connection: sqlite3.Connection, name: str, *, read_only: bool) -> Database:
    from sqlite_utils import Database  # noqa: PLC0415 - 146 ms, which only those who open a store should pay

    # Looked at before anything is written: a file of somebody else's stays as it is.
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION_ID and (tables or application or read_only):
        raise StoreMissing(f"{name}: is not a store of this program; name another file with --store")
    if not read_only:
        _into_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        # What was forgotten must not stay readable in the file's free pages.
        connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    db = Database(connection, execute_plugins=False)
    steps = _migrations()
    newer = {step.name for step in steps.applied(db)} - {step for step, _ in STEPS}
    if newer:
        raise StoreTooNew(
            f"{name}: was written by a newer version ({', '.join(sorted(newer))}); upgrade this program"
        )
    if steps.pending(db):
        if read_only:
            raise StoreMissing(f"{name}: was written by an older version; run a command that writes to it once")
        with writing(db):  # two processes that open a new file at once make it once
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            steps.apply(db)
    return db


def _into_wal(connection: sqlite3.Connection) -> None:
    """Switch to a write-ahead log; SQLite itself does not wait here where another process does the same."""
    until = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_BETWEEN_TRIES)
        else:
            return


def _migrations() -> Migrations:
    from sqlite_utils import Migrations  # noqa: PLC0415 - likewise

    made = Migrations(_MIGRATIONS_SET)
    for name, statements in STEPS:

        def step(db: Database, /, statements: tuple[str, ...] = statements) -> None:
            for statement in statements:
                db.execute(statement)

        made(name=name)(step)
    return made
