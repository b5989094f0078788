"""How well kinds and roles are told, on the newsroom set: macro-F1 over the four kinds.

Usage: python tests/benchmarks/kinds.py DATA_DIR
Originals only (a copy has its root's kind), deleted posts left out. The interval is a bootstrap over posts.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.interchange import parse_post
from monitor.kinds import kind_of
from monitor.languages import detect

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS = ("reporting", "opinion", "question", "other")
ROUNDS = 1000


def main(folder: Path) -> None:
    pairs = told(folder / "stories" / "newsroom")
    chance = random.Random(1)  # noqa: S311 - a bootstrap, not a secret
    drawn = sorted(macro_f1(chance.choices(pairs, k=len(pairs))) for _ in range(ROUNDS))
    answer = {
        "what": "kind, newsroom (a development set)",
        "n": len(pairs),
        "macro_f1": round(macro_f1(pairs), 4),
        "interval_95": [round(drawn[round(at * (ROUNDS - 1))], 4) for at in (0.025, 0.975)],
        "f1": {kind: round(f1(pairs, kind), 4) for kind in KINDS},
        "confusion": {f"{gold}>{found}": n for (gold, found), n in sorted(Counter(pairs).items())},
    }
    json.dump(answer, sys.stdout, indent=1)
    print()


def told(folder: Path) -> list[tuple[str, str]]:
    """Return gold and found kind of each original."""
    gold = {row["post"]: row for row in map(json.loads, (folder / "gold.jsonl").open(encoding="utf-8"))}
    pairs: list[tuple[str, str]] = []
    for line in (folder / "posts.jsonl").open(encoding="utf-8"):
        post = parse_post(json.loads(line))
        if gold[post.id]["copy_of"] is None and not post.deleted:
            pairs.append((gold[post.id]["kind"], kind_of(post, detect(post.text, post.lang))[0]))
    return pairs


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    return sum(f1(pairs, kind) for kind in KINDS) / len(KINDS)


def f1(pairs: Sequence[tuple[str, str]], kind: str) -> float:
    right = sum(gold == found == kind for gold, found in pairs)
    named = sum(gold == kind for gold, _ in pairs) + sum(found == kind for _, found in pairs)
    return 2 * right / named if named else 0.0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
