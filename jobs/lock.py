"""One writer at a time: an flock beside the database, which the kernel lets go of when its holder dies."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from monitor.errors import MonitorError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PID_TRIES = 20  # 20 ms each: its holder writes the pid right after it has taken the lock


class Locked(MonitorError):
    """Another process works on the same database: wait for it or stop it; exit code 1."""


@contextmanager
def locked(store: Path) -> Iterator[None]:
    """Hold the lock of the database `store`; Locked, naming the holder's pid, where somebody else has it.

    The file stays behind: to remove it would let two processes lock two files of one name.
    """
    real = store.resolve()
    path = real.with_name(real.name + ".lock.pid")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise MonitorError(f"{path}: cannot be locked: {error.strerror}") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Locked(f"{store}: another monitor ({_holder(handle)}) works on it; wait or stop it") from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        try:
            yield
        finally:
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _holder(handle: int) -> str:
    for _ in range(_PID_TRIES):
        if pid := os.pread(handle, 32, 0).strip():
            return f"pid {pid.decode('ascii', 'replace')}"
        time.sleep(0.02)
    return "pid unknown"
