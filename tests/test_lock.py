"""One writer at a time, over real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from jobs.lock import Locked, locked
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import sys, time
from pathlib import Path
from jobs.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(store: Path) -> subprocess.Popen[str]:
    """Start a process that holds the lock of `store`, and wait until it does."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(store)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_told_who_holds_it_within_a_second(tmp_path: Path) -> None:
    store = tmp_path / "monitor.db"
    with holder(store) as process:
        try:
            begun = time.monotonic()
            with pytest.raises(Locked, match=rf"pid {process.pid}\b"), locked(store):
                pass
            assert time.monotonic() - begun < 1
        finally:
            process.kill()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    store = tmp_path / "monitor.db"
    with holder(store) as process:
        process.send_signal(signal.SIGKILL)
    with locked(store):
        assert (tmp_path / "monitor.db.lock.pid").read_text() == f"{os.getpid()}\n"


def test_two_names_of_one_store_are_one_lock(tmp_path: Path) -> None:
    (tmp_path / "monitor.db").touch()
    (tmp_path / "alias.db").symlink_to(tmp_path / "monitor.db")
    with locked(tmp_path / "monitor.db"), pytest.raises(Locked), locked(tmp_path / "alias.db"):
        pass


def test_two_stores_are_two_locks(tmp_path: Path) -> None:
    with locked(tmp_path / "a.db"), locked(tmp_path / "b.db"):
        pass


def test_a_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    with locked(tmp_path / "a.db"):
        pass
    with locked(tmp_path / "a.db"):
        pass


def test_a_lock_file_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "a.db.lock.pid").symlink_to(victim)
    with pytest.raises(MonitorError, match="cannot be locked"), locked(tmp_path / "a.db"):
        pass
    assert victim.read_text() == "precious"
