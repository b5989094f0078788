"""Print as JSON what real feeds come to: `PYTHONPATH=. python tests/benchmarks/feeds.py FOLDER`.

Each file of FOLDER is served on loopback and read by the real source, its parser in a process of its own.

    outcomes    stories read, or the error that it became, with how many files; exceptions: anything else, by file
    slowest, largest    the five files that took longest, in seconds, and the five largest, in bytes
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from monitor.errors import MonitorError
from monitor.model import Query
from tests.fakes.services import build
from tests.fakes.web import FakeWeb, Reply

NOW = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)


def outcome(body: bytes) -> str:
    with FakeWeb(lambda _: Reply(body=body)) as web:
        try:
            pages = list(build("rss", web.url).fetch(Query(text=""), None, NOW))
        except MonitorError as error:
            return type(error).__name__
    stories, broken = sum(len(page.stories) for page in pages), sum(len(page.rejected) for page in pages)
    return (
        f"read{', some items broken' if broken else ''}" if stories else "no usable item" if broken else "no item"
    )


if __name__ == "__main__":
    files = sorted(path for path in Path(sys.argv[1]).rglob("*") if path.is_file() and path.name != "LICENSE")
    outcomes: Counter[str] = Counter()
    seconds: dict[str, float] = {}
    for number, path in enumerate(files):
        began = time.monotonic()
        outcomes[outcome(path.read_bytes())] += 1
        seconds[path.name] = round(time.monotonic() - began, 2)
        if sys.stderr.isatty():
            print(f"\r{number + 1} of {len(files)}", end="", file=sys.stderr)
    sizes = {path.name: path.stat().st_size for path in files}
    print(
        json.dumps(
            {
                "files": len(files),
                "outcomes": dict(outcomes.most_common()),
                "slowest": dict(sorted(seconds.items(), key=lambda item: -item[1])[:5]),
                "largest": dict(sorted(sizes.items(), key=lambda item: -item[1])[:5]),
            },
            indent=1,
        )
    )
