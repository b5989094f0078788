"""How well tone is told: macro-recall of VADER on English, and that no other language is scored.

Usage: python tests/benchmarks/sentiment.py DATA_DIR
`wrongly_scored` is the share of posts in a language without a scorer that got a tone all the same: when
their language is given, and when it is guessed. The interval is a bootstrap over posts.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.languages import detect
from monitor.scoring import scorer_for, vader

if TYPE_CHECKING:
    from collections.abc import Sequence

LABELS = {"neg": "negative", "neu": "neutral", "pos": "positive"}
OTHERS = (
    "da_angry_tweets", "da_europarl", "da_lcc", "da_twitter_sent", "ko_nsmc_subset", "multi_umsab",
    "no_norec_sentence", "sv_absabank_imm",
)  # fmt: skip
ROUNDS = 1000
GUESSED = 2000  # posts a set whose language is guessed


def main(folder: Path) -> None:
    posts = rows(folder / "sentiment" / "en_tweeteval.jsonl")
    started = time.process_time()
    found = vader.score([row["text"] for row in posts])
    seconds = time.process_time() - started
    pairs = [(LABELS[row["label"]], one.label) for row, one in zip(posts, found, strict=True)]
    clear = [pair for pair, one in zip(pairs, found, strict=True) if not one.unclear]
    chance = random.Random(1)  # noqa: S311 - a bootstrap, not a secret
    drawn = sorted(macro_recall(chance.choices(pairs, k=len(pairs))) for _ in range(ROUNDS))
    right = sum(gold == told for gold, told in pairs) / len(pairs)
    answer = {
        "what": "tone, en_tweeteval val",
        "scorer": vader.NAME,
        "n": len(pairs),
        "macro_recall": round(macro_recall(pairs), 4),
        "interval_95": [round(drawn[round(at * (ROUNDS - 1))], 4) for at in (0.025, 0.975)],
        "macro_recall_clear": round(macro_recall(clear), 4),
        "unclear": round(1 - len(clear) / len(pairs), 4),
        "accuracy": round(right, 4),
        "mean_confidence": round(sum(one.confidence for one in found) / len(found), 4),
        "posts_per_second": round(len(posts) / seconds),
        "wrongly_scored": {name: wrongly_scored(rows(folder / "sentiment" / f"{name}.jsonl")) for name in OTHERS},
    }
    json.dump(answer, sys.stdout, indent=1)
    print()


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.open(encoding="utf-8")]


def macro_recall(pairs: Sequence[tuple[str, str]]) -> float:
    def recall(label: str) -> float:
        asked = [told for gold, told in pairs if gold == label]
        return asked.count(label) / len(asked)

    return sum(map(recall, LABELS.values())) / len(LABELS)


def wrongly_scored(posts: list[dict[str, Any]]) -> dict[str, float]:
    others = [row for row in posts if row["lang"] != "en"]
    some = random.Random(1).sample(others, min(len(others), GUESSED))  # noqa: S311 - a sample, not a secret
    return {
        "n": len(others),
        "given": round(
            sum(scorer_for(detect(row["text"], row["lang"])) is not None for row in others) / len(others), 4
        ),
        "guessed": round(sum(scorer_for(detect(row["text"], None)) is not None for row in some) / len(some), 4),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
