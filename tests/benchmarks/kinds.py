"""How well kinds are told: by rules alone and with the encoder, as a run tells them.

Usage: python tests/benchmarks/kinds.py DATA_DIR
newsroom: macro-F1 over the four kinds; originals only (a copy has its root's kind), deleted posts left out. The
encoder has learnt from this set. crisislex26: reporting (media, government, NGOs, business) against people
(outsiders, eyewitnesses), macro-F1, 13 disasters that nothing was trained on; no profiles, so only words can tell.
Intervals: bootstrap over posts.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.interchange import parse_post
from monitor.kinds import kind_of
from monitor.languages import detect
from monitor.scoring import encoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Post

KINDS = ("reporting", "opinion", "question", "other")
SIDES = ("reporting", "people")
MOST = 4000  # posts of disasters, drawn
ROUNDS = 1000
SEED = 1


def main(stories: Path) -> None:
    answer = {}
    for name, of, classes in (
        ("newsroom", newsroom(stories / "newsroom"), KINDS),
        ("crisislex26", disasters(stories / "crisislex26"), SIDES),
    ):
        gold, posts = [kind for kind, _ in of], [post for _, post in of]
        seen = encoder.read([post.text for post in posts])
        for how, encodings in (("rules", [None] * len(posts)), ("rules and encoder", seen)):
            told: list[str] = [
                kind_of(post, detect(post.text, post.lang), seen=one)[0]
                for post, one in zip(posts, encodings, strict=True)
            ]
            if classes is SIDES:
                told = ["reporting" if kind == "reporting" else "people" for kind in told]
            answer[f"{name}, {how}"] = figure(list(zip(gold, told, strict=True)), classes)
    json.dump(answer, sys.stdout, indent=1)
    print()


def newsroom(folder: Path) -> list[tuple[str, Post]]:
    """Return gold kind and post of each original."""
    gold = {row["post"]: row for row in map(json.loads, (folder / "gold.jsonl").open(encoding="utf-8"))}
    posts = [parse_post(json.loads(line)) for line in (folder / "posts.jsonl").open(encoding="utf-8")]
    return [
        (gold[post.id]["kind"], post) for post in posts if gold[post.id]["copy_of"] is None and not post.deleted
    ]


def disasters(folder: Path) -> list[tuple[str, Post]]:
    """Return whose word each labelled post is."""
    sides = dict.fromkeys(("Media", "Government", "NGOs", "Business"), "reporting")
    sides |= dict.fromkeys(("Outsiders", "Eyewitness"), "people")
    gold = {row["post"]: row for row in map(json.loads, (folder / "gold.jsonl").open(encoding="utf-8"))}
    posts = [parse_post(json.loads(line)) for line in (folder / "posts.jsonl").open(encoding="utf-8")]
    drawn = random.Random(SEED).sample(posts, min(MOST, len(posts)))  # noqa: S311 - a draw, not a secret
    return [(sides[gold[post.id]["gold_source"]], post) for post in drawn if gold[post.id]["gold_source"] in sides]


def figure(pairs: Sequence[tuple[str, str]], classes: Sequence[str]) -> dict[str, Any]:
    chance = random.Random(SEED)  # noqa: S311 - a bootstrap, not a secret
    drawn = sorted(macro_f1(chance.choices(pairs, k=len(pairs)), classes) for _ in range(ROUNDS))
    return {
        "n": len(pairs),
        "macro_f1": round(macro_f1(pairs, classes), 4),
        "interval_95": [round(drawn[round(at * (ROUNDS - 1))], 4) for at in (0.025, 0.975)],
        "f1": {kind: round(f1(pairs, kind), 4) for kind in classes},
        "confusion": {f"{gold}>{found}": n for (gold, found), n in sorted(Counter(pairs).items())},
    }


def macro_f1(pairs: Sequence[tuple[str, str]], classes: Sequence[str]) -> float:
    return sum(f1(pairs, kind) for kind in classes) / len(classes)


def f1(pairs: Sequence[tuple[str, str]], kind: str) -> float:
    right = sum(gold == found == kind for gold, found in pairs)
    named = sum(gold == kind for gold, _ in pairs) + sum(found == kind for _, found in pairs)
    return 2 * right / named if named else 0.0


if __name__ == "__main__":
    main(Path(sys.argv[1]) / "stories")
