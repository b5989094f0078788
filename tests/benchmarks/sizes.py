"""Print as JSON what a paragraph about 0 to 50,000 posts costs: CPU seconds, peak memory, and its length.

Usage: PYTHONPATH=. python tests/benchmarks/sizes.py DATA_DIR [--posts N …] [--suffix 2]

The posts are those that tests/benchmarks/hard_cases.py generates for its large case, so many of them as are asked
for; they are read by the light scorer and rules, without the encoder. Each size has a process of its own, in which
a few posts have gone all the way before, so that seconds and memory are the posts' own and not those of loading.

    cpu_seconds    from the posts to the paragraph, on one core
    peak_mib       the most memory of the process; before_mib: what it had before the posts were there
    words          of the paragraph outside quotes; left_out_words: of the line of what was left out
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from jobs.cli import look_seldom_for_cycles
from monitor.interchange import parse_post, parse_story
from tests.benchmarks.hard_cases import Json, generated, rows, texts_by_side, told, vocabulary

SIZES = (0, 3, 12, 60, 500, 50_000)
WARMING = 20


def measured(data: Path, *, most: int, suffix: int) -> Json:
    """Return what `most` posts came to in this process."""
    look_seldom_for_cycles()  # as each command does
    folder = data / "stories" / "hard_cases"
    (story,) = [parse_story(row) for row in rows(folder / "stories.jsonl")]
    gold = {row["post"]: row for row in rows(folder / "gold.jsonl")}
    every = [parse_post(row) for row in rows(folder / "posts.jsonl")]
    texts = texts_by_side(every, rows(folder / "expectations.jsonl"), gold)
    words = vocabulary(rows(data / "stories" / "newsroom" / "posts.jsonl"))
    told(story, generated(texts, words, most=WARMING, suffix=suffix), light=True)
    before = peak_mib()
    posts = generated(texts, words, most=most, suffix=suffix)
    began = time.process_time()
    case = told(story, posts, light=True)
    seconds = time.process_time() - began
    return {
        "posts": most,
        "cpu_seconds": round(seconds, 3),
        "peak_mib": peak_mib(),
        "before_mib": before,
        "words": sum(one.words for one in case.paragraph.sentences),
        "left_out_words": sum(one.words for one in case.paragraph.left_out),
        "qualifier": case.brief.qualifier,
        "groups": len(case.brief.groups),
    }


def peak_mib() -> int:
    """Return the most memory that this process has had (Linux counts in KiB, macOS in bytes)."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--posts", type=int, nargs="+", default=SIZES)
    parser.add_argument("--suffix", type=int, default=2)
    given = parser.parse_args()
    if len(given.posts) == 1:
        print(json.dumps(measured(given.data, most=given.posts[0], suffix=given.suffix)))
        return
    table = []
    for most in given.posts:
        asked = [sys.executable, __file__, str(given.data), "--posts", str(most), "--suffix", str(given.suffix)]
        table.append(json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout))
    print(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
