"""Print as JSON what listening to the firehose costs: `PYTHONPATH=. python tests/benchmarks/jetstream.py`.

Usage: jetstream.py [--posts-a-second 5000] [--seconds 60] [--queries 20]

A server in a process of its own replays invented posts at that pace over loopback and breaks off once in the
middle; the real source listens, for so many queries, into a store on disk. Each fiftieth post fulfils one.

    lost, doubled   posts of the stream that should have been kept and were not, or were counted as duplicates
    cpu_seconds     of the listening process, for all of it; cpu_share: of one core, while the stream lasts
    peak_mib        the most memory of that process; before_mib: what it had before
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.collect import collect
from monitor.model import Page, Query, StoryId
from monitor.sources.jetstream import JetstreamOptions, JetstreamSource
from monitor.store import Store
from tests.fakes.jetstream import event

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SEED = 5
EACH = 50


def serve(pace: int, seconds: int, queries: int, tell: Connection) -> None:
    """Replay the stream from wherever it is asked, at `pace` from the first connection on; break off once."""
    from websockets.exceptions import ConnectionClosed  # noqa: PLC0415
    from websockets.sync.server import ServerConnection  # noqa: PLC0415
    from websockets.sync.server import serve as serving  # noqa: PLC0415

    draw = random.Random(SEED)  # noqa: S311 - a fixed seed
    words = ["".join(draw.choices("abcdefghijklmnoprstuvy", k=draw.randrange(2, 11))) for _ in range(20_000)]
    total = pace * seconds
    start = round(datetime.now(UTC).timestamp() * 1e6)
    step = 1_000_000 // pace
    frames = []
    for n in range(total):
        text = " ".join(draw.choices(words, k=draw.randrange(4, 30)))
        if n % EACH == 0:
            text = f"The sundvik{n // EACH % queries} ferry {text}"
        frames.append(json.dumps(event(n, start + n * step, text)))
    frames.append(json.dumps(event(total, start + total * step + 1, "the end")))
    broken = False
    began = 0.0

    def talk(socket: ServerConnection) -> None:
        nonlocal broken, began
        if socket.request is None:
            return
        cursor = int(socket.request.path.rpartition("cursor=")[2])
        at = max(0, (cursor - start) // step)
        began = began or time.monotonic()
        try:
            while at < len(frames):
                due = min(len(frames), int((time.monotonic() - began) * pace) + 1)
                for frame in frames[at:due]:
                    socket.send(frame)
                at = max(at, due)
                if not broken and at > total // 2:
                    broken = True
                    return
                time.sleep(0.01)
            socket.recv()
        except ConnectionClosed:
            return

    with serving(talk, "127.0.0.1", 0, compression=None) as server:
        tell.send((server.socket.getsockname()[1], start + total * step))
        server.serve_forever()


def measured(pace: int, seconds: int, queries: int) -> dict[str, Any]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(pace, seconds, queries, theirs), daemon=True
    )
    process.start()
    port, end = ours.recv()
    asked = [Query(text=f"sundvik{n} (ferry OR boat)", stories=(StoryId(f"s{n:02}"),)) for n in range(queries)]
    address = f"ws://127.0.0.1:{port}/subscribe"
    options = JetstreamOptions(url=address, seconds=seconds + 60, hours_back=0, allow_private_hosts=True)
    now = datetime.fromtimestamp(end / 1e6, tz=UTC)
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "j.db") as store:
        before = peak_mib()
        # A stream that began a moment ago: the first run begins where it does.
        began, cpu = time.monotonic(), time.process_time()
        source = JetstreamSource(options)
        first = now - timedelta(seconds=seconds + 1)
        store_cursor(store, first)
        problems = collect(store, [source], asked, now=now)
        spent, lasted = time.process_time() - cpu, time.monotonic() - began
        kept, tally = store.count_posts(), store.tallies()["jetstream"]
    process.kill()
    wanted = pace * seconds // EACH
    return {
        "posts": pace * seconds,
        "wanted": wanted,
        "lost": wanted - kept,
        "doubled": tally.duplicate,
        "problems": [problem.what for problem in problems],
        "seconds": round(lasted, 1),
        "cpu_seconds": round(spent, 1),
        "cpu_share": round(spent / lasted, 2),
        "before_mib": before,
        "peak_mib": peak_mib(),
    }


def store_cursor(store: Store, at: datetime) -> None:
    cursor = json.dumps({"time_us": round(at.timestamp() * 1e6)})
    store.save_page(Page(cursor=cursor), source="jetstream", query="", at=at)


def peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts-a-second", type=int, default=5_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--queries", type=int, default=20)
    given = parser.parse_args()
    print(json.dumps(measured(given.posts_a_second, given.seconds, given.queries), indent=1))
