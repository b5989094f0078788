"""Killed at any moment, a store has every page that was acknowledged, none by half, and a cursor that fits."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.model import Page, Span
from monitor.store import Store
from tests.builders import NOON, post

ROOT = Path(__file__).resolve().parent.parent
PER_PAGE = 20

# Saves page after page, and says the number of each one once it is saved.
WRITER = f"""
import sys
from datetime import timedelta
from pathlib import Path
from monitor.model import Page, Span
from monitor.store import Store
from tests.builders import NOON, post

with Store.open(Path(sys.argv[1])) as store:
    number = int(store.cursor("x", "q") or 0)
    while True:
        number += 1
        posts = tuple(post(f"{{number}}-{{place}}", text="words " * 200) for place in range({PER_PAGE}))
        covered = Span(since=NOON, until=NOON + timedelta(seconds=number))
        page = Page(posts=posts, cursor=str(number), covered=covered)
        store.save_page(page, source="x", query="q", at=NOON + timedelta(seconds=number))
        print(number, flush=True)
"""


def test_a_killed_writer_loses_nothing_that_it_acknowledged_and_doubles_nothing(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    rng = random.Random(7)  # noqa: S311 - moments to kill at
    acknowledged = 0
    for _ in range(6):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, cwd=ROOT, text=True
        )
        assert writer.stdout is not None
        for _ in range(rng.randrange(1, 12)):
            acknowledged = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *(int(line) for line in writer.stdout.read().splitlines())])
        writer.wait()
        writer.stdout.close()
        with Store.open(path) as store:
            pages = int(store.cursor("x", "q") or 0)
            assert pages in {acknowledged, acknowledged + 1}
            assert store.count_posts() == pages * PER_PAGE
            assert store.tallies()["x"].stored == pages * PER_PAGE
            assert [read.until for read in store.reads(Span(since=None, until=None))] == [
                NOON + timedelta(seconds=number + 1) for number in range(pages)
            ]
            assert store.integrity_check() == []
            acknowledged = pages


def test_two_writers_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    loop = WRITER.replace("while True:", "for _ in range(15):").replace(
        'int(store.cursor("x", "q") or 0)', "int(sys.argv[2])"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", loop, str(path), start], stdout=subprocess.DEVNULL, cwd=ROOT)
        for start in ("0", "1000")
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    with Store.open(path, read_only=True) as store:
        assert store.count_posts() == 2 * 15 * PER_PAGE


def test_a_reader_sees_whole_pages_while_another_writes(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with Store.open(path) as writer, Store.open(path, read_only=True) as reader:
        with pytest.raises(OverflowError):
            writer.save_page(Page(posts=(post(),), unread=(("k", 2**70),)), source="x", query="q", at=NOON)
        assert reader.count_posts() == 0
        writer.save_page(Page(posts=(post("a"), post("b"))), source="x", query="q", at=NOON)
        assert reader.count_posts() == 2
