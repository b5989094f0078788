"""Print as JSON how well posts are linked to their stories: `python tests/benchmarks/linking.py DATA_DIR`.

DATA_DIR holds stories/{mixed,newsroom,threads,crisislex26} in the interchange format with gold.jsonl.
roots: posts that neither answer nor repost another, with no thread to help. all: every post that is not deleted.
Deleted posts and those marked link_eval=false are left out. f1_95 and macro_95: bootstrap over posts, 1,000 draws.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from monitor.folding import fold
from monitor.interchange import parse_post, parse_story
from monitor.linking import link

SETS = ("mixed", "newsroom", "threads", "crisislex26")
DRAWS = 1000
Pair = tuple[str | None, str | None]


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def figures(counts: Counter[Pair]) -> tuple[float, float, float, float]:
    """Precision, recall, F1 over posts, and macro-F1 over the stories, from (gold, found) pairs."""
    right, found, gold = Counter[str](), Counter[str](), Counter[str]()
    for (true, guess), count in counts.items():
        if true is not None:
            gold[true] += count
        if guess is not None:
            found[guess] += count
            right[guess] += count * (true == guess)
    precision = right.total() / max(1, found.total())
    recall = right.total() / max(1, gold.total())
    macro = sum(2 * right[story] / (found[story] + gold[story]) for story in gold) / max(1, len(gold))
    return precision, recall, 2 * right.total() / max(1, found.total() + gold.total()), macro


def measured(pairs: list[Pair]) -> dict[str, Any]:
    precision, recall, f1, macro = figures(Counter(pairs))
    draw = random.Random(2026)  # noqa: S311 — a fixed seed for the same intervals each time
    drawn = [figures(Counter(draw.choices(pairs, k=len(pairs)))) for _ in range(DRAWS)]

    def middle(values: list[float]) -> list[float]:
        ranked = sorted(values)
        return [round(ranked[int(DRAWS * 0.025)], 3), round(ranked[int(DRAWS * 0.975)], 3)]

    return {
        "n": len(pairs),
        "p": round(precision, 3),
        "r": round(recall, 3),
        "f1": round(f1, 3),
        "f1_95": middle([values[2] for values in drawn]),
        "macro": round(macro, 3),
        "macro_95": middle([values[3] for values in drawn]),
    }


def of_set(folder: Path) -> dict[str, Any]:
    gold = {row["post"]: row for row in rows(folder / "gold.jsonl")}
    stories = [parse_story(row) for row in rows(folder / "stories.jsonl")]
    posts = [post for row in rows(folder / "posts.jsonl") if not (post := parse_post(row)).deleted]
    judged = [post for post in posts if gold[post.id].get("link_eval", True)]
    began = time.process_time()
    links, elsewhere = link(posts, stories, fold(posts))
    seconds = time.process_time() - began
    alone = [post for post in posts if not post.reply_to and not post.repost_of]
    alone_links, _ = link(alone, stories, fold(alone))
    only = {post.id for post in alone}

    def pair(post: Any, found: Any) -> Pair:
        return gold[post.id]["story"], found[post.id].story if post.id in found else None

    answer: dict[str, Any] = {
        "roots": measured([pair(post, alone_links) for post in judged if post.id in only]),
        "all": measured([pair(post, links) for post in judged]),
        "cpu_seconds": round(seconds, 2),
        "reasons": dict(sorted(Counter(found.reason for found in links.values()).items())),
    }
    lures = {post.id: gold[post.id]["lure"] for post in judged if gold[post.id].get("lure")}
    if lures:
        told = {post for post in elsewhere if gold[post]["story"] is None}
        answer["elsewhere"] = {
            "lures": len(lures),
            "told": len(told & lures.keys()),
            "with_the_right_story": sum(elsewhere[post] == lures[post] for post in told & lures.keys()),
            "wrongly_told": len(elsewhere.keys() - told),
        }
    return answer


if __name__ == "__main__":
    data = Path(sys.argv[1])
    print(json.dumps({name: of_set(data / "stories" / name) for name in SETS}, indent=1))
