"""The machine's troubles with files and the database: expected failures, told in one sentence, and no bugs."""

from __future__ import annotations

import errno
import sqlite3

# Whatever else the system says of a file is a bug of ours.
_FILES = frozenset(
    {
        errno.EACCES, errno.EDQUOT, errno.EEXIST, errno.EFBIG, errno.EIO, errno.EISDIR, errno.ELOOP,
        errno.ENAMETOOLONG, errno.ENOENT, errno.ENOSPC, errno.ENOTDIR, errno.EPERM, errno.EROFS,
    }
)  # fmt: skip
# Primary result codes, which are the low byte of what SQLite says (sqlite.org/rescode.html).
_DATABASE = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY})


def trouble(error: BaseException) -> str | None:
    """Return what to say of trouble with a file or the database, None where `error` is something else."""
    after = "what was written before stays"
    if isinstance(error, sqlite3.OperationalError):
        known = getattr(error, "sqlite_errorcode", 0) & 0xFF in _DATABASE
        return f"the database: {error}; {after}" if known else None
    if isinstance(error, OSError) and error.errno in _FILES:
        return f"{error.filename or 'a file'}: cannot be used: {error.strerror}; {after}"
    return None
