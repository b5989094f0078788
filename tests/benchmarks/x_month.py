"""Print as JSON what a month of X costs beside naive polling: `PYTHONPATH=. python tests/benchmarks/x_month.py`.

Usage: x_month.py [--days 30] [--stories 20] [--restarts 1000]

Twenty invented stories on a loopback X (tests/fakes/x_stream.py), read every hour. Their posts a day, at first:
four of ten 2, three 40, two 500 and one 10,000, day and night apart; each halves in four days, and wakes up once.

    ours      posts read, counts requests, dollars, by the service's own bill
    naive     what reading every post of the same windows would cost, with its author
    ratio     ours divided by naive, in dollars; margin: the half-width of a share by what was read of a day, the
              mean over days with posts, weighed by their posts
    restarts  a process that dies at random moments, under a cap a day: how often it died, and the most that a day
              cost, as a share of the cap
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.collect import collect
from monitor.budget import POST, USER, margin, microdollars
from monitor.model import Query, StoryId
from monitor.store import Store
from tests.fakes.services import build
from tests.fakes.x_stream import StreamX, times

if TYPE_CHECKING:
    from collections.abc import Callable

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
VOLUMES = (2, 40, 2, 500, 40, 2, 10_000, 2, 500, 40)
HALF_LIFE = 4.0  # days
SEED = 11


def volume(number: int) -> Callable[[datetime], float]:
    """Return how many posts an hour of the story has."""
    a_day, wakes = VOLUMES[number % len(VOLUMES)], 6 + (number * 7) % 20

    def per_hour(hour: datetime) -> float:
        days = (hour - BEGIN) / timedelta(days=1)
        since = days - wakes if days >= wakes else max(0.0, days)
        shape: float = 0.5 ** (since / HALF_LIFE) * (0.6 if days >= wakes else 1.0)
        return a_day / 24 * shape * (1 + 0.8 * math.sin((hour.hour - 9) / 24 * 2 * math.pi))

    return per_hour


class Killed(BaseException):
    """The process ends here, as far as the product knows."""


def mortal(store: Store, draw: random.Random) -> None:
    """Let the store die at a random one of its next calls."""
    left = [draw.randrange(1, 60)]

    def dying(method: Callable[..., Any], *args: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return method(*args, **named)

    for name in ("reserve", "settle", "save_page", "save_gap", "spent"):
        setattr(store, name, partial(dying, getattr(store, name)))


def streams_of(stories: int, seed: str, days: int) -> dict[str, list[datetime]]:
    """Return the times of each story's posts, by its query."""
    end = BEGIN + timedelta(days=days)
    return {f"story{n:02} word": times(f"{seed}-{n}", BEGIN, end, volume(n)) for n in range(stories)}


def month(stories: int, days: int) -> dict[str, Any]:
    streams = streams_of(stories, str(SEED), days)
    queries = [Query(text=text, stories=(StoryId(text[:7]),), since=BEGIN) for text in streams]
    began = time.process_time()
    read: Counter[tuple[str, int]] = Counter()
    with StreamX(streams) as fake, Store.in_memory() as store:
        for hour in range(1, 24 * days + 1):
            source = build("x", fake.url, name="x", store=store)
            collect(store, [source], queries, now=BEGIN + hour * HOUR)
            if sys.stderr.isatty():
                print(f"\r{hour} of {24 * days} hours", end="", file=sys.stderr)
        for post in store.posts():
            if post.created_at is not None and post.found_for:
                read[post.found_for[0], (post.created_at - BEGIN).days] += 1
        ledger = sum(entry.cost.microdollars for entry in store.entries())
        ours = {"posts": fake.read, "counts": fake.counts, "dollars": round(fake.bill / 1e6, 2)}
        bill = fake.bill
    every = Counter((text[:7], (at - BEGIN).days) for text, found in streams.items() for at in found)
    naive = sum(every.values())
    margins = [(margin(read[key], posts), posts) for key, posts in every.items()]
    return {
        "ours": ours,
        "ledger_dollars": round(ledger / 1e6, 2),
        "naive": {"posts": naive, "dollars": round(naive * (POST + USER) / 1e6, 2)},
        "ratio": round(bill / (naive * (POST + USER)), 3),
        "margin": round(sum(half * posts for half, posts in margins) / naive, 3),
        "cpu_seconds": round(time.process_time() - began, 1),
    }


def restarts(times_dying: int) -> dict[str, Any]:
    draw = random.Random(SEED)  # noqa: S311 - a fixed seed
    cap = 5.0
    streams = {
        f"story{n:02} word": times(f"r-{n}", BEGIN, BEGIN + timedelta(days=40), volume(n)) for n in range(10)
    }
    queries = [Query(text=text, stories=(StoryId(text[:7]),), since=BEGIN) for text in streams]
    died = starts = 0
    highest = bill_before = 0
    day = BEGIN
    with StreamX(streams) as fake, tempfile.TemporaryDirectory() as folder:
        while died < times_dying:
            now = BEGIN + HOUR + starts * timedelta(minutes=20)
            starts += 1
            if now.date() != day.date():
                day, bill_before = now, fake.bill
            with Store.open(Path(folder) / "x.db") as store:
                mortal(store, draw)
                with suppress(Killed):
                    collect(
                        store, [build("x", fake.url, name="x", store=store, dollars_a_day=cap)], queries, now=now
                    )
                    died -= 1
                died += 1
            highest = max(highest, fake.bill - bill_before)
    return {"died": died, "starts": starts, "highest_share_of_cap": round(highest / microdollars(cap), 3)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--stories", type=int, default=20)
    parser.add_argument("--restarts", type=int, default=1000)
    given = parser.parse_args()
    print(json.dumps({**month(given.stories, given.days), "restarts": restarts(given.restarts)}, indent=1))
