"""How well tone is told, by every scorer in every language it reads; and that nobody else's posts are scored.

Usage: python tests/benchmarks/sentiment.py DATA_DIR [--most 2000]
Prints one JSON document. `seen`: the scorer was trained on rows of that set other than the measured ones (split
train), or, where a set has no other split, on the measured rows themselves: then the figure is no measurement, and
the card beside the weights has the one on held-out posts. The interval is a bootstrap over posts.
Korean is not here: the set that is at hand labels abuse, not tone (docs/decisions/0009-korean-tone.md).
`wrongly_scored` is the share of posts in a language without a scorer that got a tone all the same: when their
language is given, and when it is guessed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from monitor.languages import detect
from monitor.scoring import READERS, SCORERS, scorer_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.model import Sentiment

LABELS = {"neg": "negative", "neu": "neutral", "pos": "positive"}
ROUNDS = 1000
GUESSED = 2000  # posts a set whose language is guessed
BINS = 10


class Asked(NamedTuple):
    """A set to measure on: `split` of the rows of `name` in a language."""

    name: str
    language: str
    split: str


SETS = (
    Asked("en_tweeteval", "en", "val"),
    Asked("no_norec_sentence", "nb", "val"),
    *(Asked("multi_umsab", language, "val") for language in ("de", "fr", "es", "pt", "it", "ar")),
    *(Asked(f"da_{name}", "da", "train") for name in ("angry_tweets", "twitter_sent", "lcc", "europarl")),
    Asked("sv_absabank_imm", "sv", "train"),
    Asked("en_airline", "en", "val"),
)
UNREAD = ("multi_umsab",)  # has `hi`, which nobody here reads


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--most", type=int, default=2000, help="posts of a set, drawn with a fixed seed")
    asked = parser.parse_args()
    folder = asked.data / "sentiment"
    answer = {
        "tone": [figures for one in SETS for figures in measured(folder, one, asked.most)],
        "wrongly_scored": {name: wrongly_scored(rows(folder / f"{name}.jsonl")) for name in UNREAD},
    }
    json.dump(answer, sys.stdout, indent=1)
    print()


def measured(folder: Path, asked: Asked, most: int) -> Iterator[dict[str, Any]]:
    code = {"nb": "no"}.get(asked.language, asked.language)
    found = [r for r in rows(folder / f"{asked.name}.jsonl") if r["lang"] == code and r["split"] == asked.split]
    some = random.Random(1).sample(found, min(most, len(found)))  # noqa: S311 - a sample, not a secret
    gold = [LABELS[row["label"]] for row in some]
    for family in READERS:
        name = scorer_for(asked.language, family)
        if name is None:
            continue
        scored = SCORERS[name]()([row["text"] for row in some])
        yield {
            "set": asked.name,
            "language": asked.language,
            "scorer": name,
            "seen": asked.split == "train" and family != "vader",
            **described(gold, scored),
        }


def described(gold: Sequence[str], scored: Sequence[Sentiment]) -> dict[str, Any]:
    pairs = [(right, one.label) for right, one in zip(gold, scored, strict=True)]
    clear = [pair for pair, one in zip(pairs, scored, strict=True) if not one.unclear]
    chance = random.Random(1)  # noqa: S311 - a bootstrap, not a secret
    drawn = sorted(macro_recall(chance.choices(pairs, k=len(pairs))) for _ in range(ROUNDS))
    return {
        "n": len(pairs),
        "macro_recall": percent(macro_recall(pairs)),
        "interval_95": [percent(drawn[round(at * (ROUNDS - 1))]) for at in (0.025, 0.975)],
        "accuracy": percent(sum(right == told for right, told in pairs) / len(pairs)),
        "calibration_error": percent(calibration_error(gold, scored)),
        "unclear": percent(1 - len(clear) / len(pairs)),
        "macro_recall_clear": percent(macro_recall(clear)),
        "confusion": {right: Counter(told for one, told in pairs if one == right) for right in LABELS.values()},
    }


def percent(share: float) -> float:
    return round(100 * share, 1)


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").strip().split("\n")]


def macro_recall(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the mean recall over the tones that the posts have."""
    asked, right = Counter(gold for gold, _ in pairs), Counter(gold for gold, told in pairs if gold == told)
    return sum(right[label] / asked[label] for label in asked) / len(asked)


def calibration_error(gold: Sequence[str], scored: Sequence[Sentiment]) -> float:
    """Return the expected calibration error: |right - confidence| over BINS of the confidence, by their posts."""
    bins: dict[int, list[tuple[bool, float]]] = {}
    for right, one in zip(gold, scored, strict=True):
        at = min(BINS - 1, int(one.confidence * BINS))
        bins.setdefault(at, []).append((right == one.label, one.confidence))
    return sum(abs(sum(hit - sure for hit, sure in found)) for found in bins.values()) / len(gold)


def wrongly_scored(posts: list[dict[str, Any]]) -> dict[str, float]:
    others = [row for row in posts if scorer_for(row["lang"]) is None]
    some = random.Random(1).sample(others, min(len(others), GUESSED))  # noqa: S311 - a sample, not a secret
    given = sum(scorer_for(detect(row["text"], row["lang"])) is not None for row in others)
    guessed = sum(scorer_for(detect(row["text"], None)) is not None for row in some)
    return {"n": len(others), "given": percent(given / len(others)), "guessed": percent(guessed / len(some))}


if __name__ == "__main__":
    main()
