"""Print as a table what each fault of a service comes to: `PYTHONPATH=. python tests/benchmarks/faults.py`.

For every kind of source and each of the 45 faults of tests/fakes/faults.py: the error that it becomes, whether the
window is a gap, and whether anything was stored that did not come. A source beside it is read in the same step.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from jobs.collect import collect
from monitor.errors import MonitorError
from monitor.model import Query, Span, StoryId
from monitor.store import Store
from tests.fakes.faults import FAULTS
from tests.fakes.services import SERVICES, build
from tests.fakes.web import FakeWeb

NOW = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
QUERY = Query(text="Sundvik ferry", stories=(StoryId("ferry"),))


def outcome(kind: str, fault: str) -> str:
    """Return what one fault came to, in a few words."""
    reply, _ = FAULTS[fault]
    with (
        FakeWeb(lambda _: reply) as web,
        FakeWeb(SERVICES["hackernews"].good) as other,
        tempfile.TemporaryDirectory() as folder,
        Store.in_memory() as store,
    ):
        source = build(kind, web.url, folder=Path(folder))
        name = "read"
        try:
            list(source.fetch(QUERY, None, NOW))
        except MonitorError as error:
            name = type(error).__name__.removeprefix("Source")
        problems = collect(store, [source, build("hackernews", other.url, name="beside")], [QUERY], now=NOW)
        gap = any(one.source == "source" for one in store.gaps(Span(since=None, until=None)))
        told = name if len(problems) == 1 and gap == source.asks else f"{name} UNTOLD"
        whole = store.tallies().get("source") is None and store.tallies()["beside"].stored == 2
        return told if whole else f"{told} STORED"


if __name__ == "__main__":
    kinds = sorted(SERVICES)
    print(f"| fault | {' | '.join(kinds)} |\n|---|{'---|' * len(kinds)}")
    counted: Counter[str] = Counter()
    for fault in FAULTS:
        found = [outcome(kind, fault) for kind in kinds]
        counted.update(found)
        print(f"| {fault} | {' | '.join(found)} |")
    print(f"\n{sum(counted.values())} outcomes: {dict(sorted(counted.items()))}")
