"""How far a topic's share of each tone is off when VADER counts it: split-conformal half-widths.

Usage: python tests/benchmarks/shares.py DATA_DIR
The topics of SemEval-2016 4C (its labels are the tone toward the topic) are the stories. An error is
|share by VADER - share by labels| over all posts of a topic. The half-width at 90 % is the
ceil(0.9 (n + 1))-th smallest error (Lei et al. 2018); `held` says how often it holds on topics left out.
"""

from __future__ import annotations

import json
import math
import random
import sys
from collections import defaultdict
from pathlib import Path

from monitor.scoring import vader

LEVEL = 0.9
FEWEST_POSTS = 30  # under 30 voices the product prints counts, no shares
LABELS = {"neg": "negative", "neu": "neutral", "pos": "positive"}
ROUNDS = 1000


def main(folder: Path) -> None:
    rows = defaultdict(list)
    for line in (folder / "sentiment" / "en_target_semeval16_4C.jsonl").open(encoding="utf-8"):
        row = json.loads(line)
        rows[row["topic"]].append((row["text"], LABELS[row["label"]]))
    errors: dict[str, list[float]] = defaultdict(list)
    for _, topic in sorted(rows.items()):
        if len(topic) < FEWEST_POSTS:
            continue
        found = vader.score([text for text, _ in topic])
        for tone in LABELS.values():
            by_vader = sum(one.label == tone for one in found) / len(topic)
            by_label = sum(label == tone for _, label in topic) / len(topic)
            errors[tone].append(abs(by_vader - by_label))
    chance = random.Random(1)  # noqa: S311 - a bootstrap, not a secret
    answer = {tone: figures(each, chance) for tone, each in errors.items()}
    json.dump({"what": f"share error per topic, half-width at {LEVEL:.0%}", "tones": answer}, sys.stdout, indent=1)
    print()


def figures(errors: list[float], chance: random.Random) -> dict[str, object]:
    drawn = sorted(half_width(chance.choices(errors, k=len(errors))) for _ in range(ROUNDS))
    held = 0.0
    for _ in range(ROUNDS):
        mixed = chance.sample(errors, len(errors))
        known, unseen = mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]
        held += sum(error <= half_width(known) for error in unseen) / len(unseen) / ROUNDS
    return {
        "n": len(errors),
        "mean_error": round(sum(errors) / len(errors), 4),
        "half_width": round(half_width(errors), 4),
        "interval_95": [round(drawn[round(at * (ROUNDS - 1))], 4) for at in (0.025, 0.975)],
        "held": round(held, 4),
    }


def half_width(errors: list[float]) -> float:
    rank = math.ceil(LEVEL * (len(errors) + 1))
    return sorted(errors)[rank - 1] if rank <= len(errors) else 1.0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
