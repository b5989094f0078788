"""How fast each scorer reads, beside the loop that everybody writes with the VADER package.

Usage: python tests/benchmarks/scoring_speed.py DATA_DIR [--texts 10000] [--pairs 5]
Prints JSON. CPU seconds of one thread, both sides in one run: the package's loop, then ours, alternating; the ratio
is the median over the pairs. `mixed` is 10,000 texts of eleven languages, each read by the scorer of its own;
the others are English posts. `long`: one post of about 2,300 words against the package, and our cost per word
against a post of 100 words. `peak_mib` is the peak of the whole process, the package and all scorers loaded.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from monitor.scoring import READERS, SCORERS, scorer_for, vader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SETS = ("multi_umsab", "no_norec_sentence", "da_angry_tweets", "sv_absabank_imm", "ko_nsmc_subset")
ENGLISH = "en_semeval17_train"
LONG_WORDS, SHORT_WORDS = 2300, 100


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--pairs", type=int, default=5)
    asked = parser.parse_args()
    chance = random.Random(1)  # noqa: S311 - a sample, not a secret
    english = [text for text, _ in read(asked.data, ENGLISH)]
    others = [pair for name in SETS for pair in read(asked.data, name)]
    some = chance.sample(english, min(asked.texts, len(english)))
    each = chance.sample(others, min(asked.texts * 10 // 11, len(others)))
    mixed = each + [(text, "en") for text in some[: asked.texts - len(each)]]
    package = SentimentIntensityAnalyzer()

    def stock(texts: Sequence[str]) -> None:
        for text in texts:
            package.polarity_scores(text)

    answer: dict[str, Any] = {
        "vader, raw": against(stock, lambda texts: [vader.compound(text) for text in texts], some, asked.pairs),
    }
    for family in READERS:
        name = scorer_for("en", family)
        if name is not None:
            answer[name] = against(stock, SCORERS[name](), some, asked.pairs)
    answer["mixed, best of each language"] = against(stock, by_language(mixed), [t for t, _ in mixed], asked.pairs)
    answer["long"] = long_posts(stock, some, asked.pairs)
    answer["peak_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    json.dump(answer, sys.stdout, indent=1)
    print()


def read(data: Path, name: str) -> list[tuple[str, str]]:
    lines = (data / "sentiment" / f"{name}.jsonl").read_text(encoding="utf-8").strip().split("\n")
    return [(row["text"], {"no": "nb"}.get(row["lang"], row["lang"])) for row in map(json.loads, lines)]


def by_language(mixed: Sequence[tuple[str, str]]) -> Callable[[Sequence[str]], object]:
    """Return what scores each of the mixed texts by the best scorer of its language, each distinct text once."""
    waiting: dict[str, list[str]] = {}
    for text, language in dict.fromkeys(mixed):
        name = scorer_for(language)
        if name is not None:
            waiting.setdefault(name, []).append(text)
    scorers = {name: SCORERS[name]() for name in waiting}
    return lambda _: [scorers[name](sorted(texts, key=len)) for name, texts in waiting.items()]


def against(
    theirs: Callable[[Sequence[str]], object],
    ours: Callable[[Sequence[str]], object],
    texts: Sequence[str],
    pairs: int,
) -> dict[str, float]:
    ours(texts[:1])
    theirs(texts[:1])
    spent = [(seconds(theirs, texts), seconds(ours, texts)) for _ in range(pairs)]
    return {
        "n": len(texts),
        "posts_per_second": round(len(texts) / statistics.median(our for _, our in spent)),
        "package_posts_per_second": round(len(texts) / statistics.median(their for their, _ in spent)),
        "times_the_package": round(statistics.median(their / our for their, our in spent), 2),
        "cpu_seconds": round(statistics.median(our for _, our in spent), 3),
    }


def seconds(score: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    started = time.thread_time()
    score(texts)
    return time.thread_time() - started


def long_posts(stock: Callable[[Sequence[str]], None], texts: Sequence[str], pairs: int) -> dict[str, float]:
    words = " ".join(texts).split()
    long, short = " ".join(words[:LONG_WORDS]), " ".join(words[:SHORT_WORDS])
    spent = [
        (seconds(stock, [long]), seconds(vader.score, [long]), seconds(vader.score, [short] * 23))
        for _ in range(pairs)
    ]
    return {
        "times_the_package": round(statistics.median(theirs / ours for theirs, ours, _ in spent), 1),
        "per_word_against_a_short_post": round(statistics.median(long / short for _, long, short in spent), 2),
    }


if __name__ == "__main__":
    main()
