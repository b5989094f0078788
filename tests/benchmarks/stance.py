"""How well the side that a post takes is told, on posts whose topic or target was held out, or whose split is val.

Usage: python tests/benchmarks/stance.py DATA_DIR
As a run reads them: the encoder beside the target, cues and tone (monitor.stance), each post taken for an opinion.
task 6: SemEval-2016's measure, the mean F1 of favor and against, over all five targets at once (posts are unseen,
targets are not). argkp2021: arguments on topics unseen, support against oppose, where "neither" is wrong.
threads: support, deny, query or comment toward the claim of a conversation, macro-F1, conversations unseen; a
question by monitor.kinds is a query, and what takes no side is a comment. Intervals: bootstrap over posts.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.interchange import parse_post
from monitor.kinds import kind_of
from monitor.scoring import SCORERS, encoder, scorer_for
from monitor.stance import stance_of
from tests.training import corpora

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Stance

Pair = tuple[str, str]
ROUNDS = 1000


def main(data: Path) -> None:
    answer = {
        "task 6": figure(task6(data), ("favor", "against")),
        "argkp2021": figure(arguments(data), ("support", "oppose")),
        "threads": figure(conversations(data), ("support", "deny", "query", "comment")),
    }
    json.dump(answer, sys.stdout, indent=1)
    print()


def sides(beside: Sequence[str], texts: Sequence[str]) -> list[Stance]:
    """Return the stance of each text toward what it is read beside, in order."""
    listed: dict[str, list[int]] = defaultdict(list)
    for at, target in enumerate(beside):
        listed[target].append(at)
    tones = SCORERS[str(scorer_for("en"))]()(texts)
    found: list[Stance] = ["neither"] * len(texts)
    for target, places in listed.items():
        for at, one in zip(places, encoder.beside(target, [texts[n] for n in places]), strict=True):
            found[at] = stance_of(texts[at], "en", kind="opinion", sentiment=tones[at], beside=one)
    return found


def task6(data: Path) -> list[Pair]:
    rows = [row for row in corpora.read(data / "sentiment" / "en_stance.jsonl") if row["split"] == "val"]
    told = sides(
        [corpora.STANCE_TOPICS.get(row["topic"], row["topic"]) for row in rows],
        [row["text"].replace("#SemST", "") for row in rows],
    )
    names = {"support": "favor", "oppose": "against", "neither": "none"}
    return [(row["label"], names[one]) for row, one in zip(rows, told, strict=True)]


def arguments(data: Path) -> list[Pair]:
    folder = data / "stories" / "argkp2021"
    titles = {row["id"]: row["title"] for row in corpora.read(folder / "stories.jsonl")}
    rows = [row for row in corpora.read(folder / "posts.jsonl") if corpora.held_out(row["story_id"])]
    told = sides([titles[row["story_id"]] for row in rows], [row["text"] for row in rows])
    gold = {1: "support", -1: "oppose"}
    return [(gold[row["stance"]], one) for row, one in zip(rows, told, strict=True)]


def conversations(data: Path) -> list[Pair]:
    folder = data / "stories" / "threads"
    posts = {post.id: post for post in map(parse_post, corpora.read(folder / "posts.jsonl"))}
    titles = {row["id"]: row["title"] for row in corpora.read(folder / "stories.jsonl")}
    rows = [
        row
        for row in corpora.read(folder / "gold.jsonl")
        if row.get("stance_to_claim") and corpora.held_out(row["thread_id"])
    ]
    texts = [posts[row["post"]].text for row in rows]
    seen = encoder.read(texts)
    told = sides([titles[row["story"]] for row in rows], texts)
    pairs = []
    for row, side, one in zip(rows, told, seen, strict=True):
        kind, _ = kind_of(posts[row["post"]], "en", seen=one)
        name = {"support": "support", "oppose": "deny", "neither": "comment"}[side]
        pairs.append((row["stance_to_claim"], "query" if kind == "question" else name))
    return pairs


def figure(pairs: Sequence[Pair], classes: Sequence[str]) -> dict[str, Any]:
    chance = random.Random(1)  # noqa: S311 - a bootstrap, not a secret
    drawn = sorted(mean_f1(chance.choices(pairs, k=len(pairs)), classes) for _ in range(ROUNDS))
    return {
        "n": len(pairs),
        "f1": round(mean_f1(pairs, classes), 3),
        "interval_95": [round(drawn[round(at * (ROUNDS - 1))], 3) for at in (0.025, 0.975)],
        "each": {one: round(f1(pairs, one), 3) for one in classes},
        "confusion": {f"{gold}>{told}": n for (gold, told), n in sorted(Counter(pairs).items())},
    }


def mean_f1(pairs: Sequence[Pair], classes: Sequence[str]) -> float:
    return sum(f1(pairs, one) for one in classes) / len(classes)


def f1(pairs: Sequence[Pair], one: str) -> float:
    right = sum(gold == told == one for gold, told in pairs)
    named = sum(gold == one for gold, _ in pairs) + sum(told == one for _, told in pairs)
    return 2 * right / named if named else 0.0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
