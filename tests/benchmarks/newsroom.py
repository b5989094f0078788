"""Print as JSON how all columns of the newsroom set are read, with all ideas and with each switched off.

Usage: python tests/benchmarks/newsroom.py DATA_DIR
The whole understanding (jobs.understand.read_posts) over stories/newsroom. A development set, and the encoder has
learnt from it too: `tests/training/encoder.py --leave-out K` prints what it does on stories not seen. link:
micro-F1 of post and story over live posts. kind: over originals. sentiment: over gold opinions of a story; a
post that is not scored counts as neutral. stance: likewise, over all of a story's originals. Intervals:
bootstrap over posts.
"""

from __future__ import annotations

import json
import random
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.understand import read_posts
from monitor.interchange import parse_post, parse_story
from monitor.scoring import encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from monitor.model import Finding

CLASSES = {
    "kind": ("reporting", "opinion", "question", "other"),
    "sentiment": ("negative", "neutral", "positive"),
    "stance": ("support", "oppose", "neither"),
}
VARIANTS: dict[str, dict[str, Any]] = {
    "all": {},
    "tone by the encoder, all else by words and rules": {"reader": None},
    "no encoder, tone by vader": {"reader": None, "scorer": "vader"},
    "tone by light": {"scorer": "light"},
    "tone by vader": {"scorer": "vader"},
}
ROUNDS = 500


def main(folder: Path) -> None:
    rows = [json.loads(line) for line in (folder / "posts.jsonl").open(encoding="utf-8")]
    posts = [post for row in rows if not (post := parse_post(row)).deleted]
    stories = [parse_story(json.loads(line)) for line in (folder / "stories.jsonl").open(encoding="utf-8")]
    gold = {row["post"]: row for row in map(json.loads, (folder / "gold.jsonl").open(encoding="utf-8"))}
    answer: dict[str, dict[str, Any]] = {}
    for name, changes in VARIANTS.items():
        found = read_posts(posts, stories, **{"reader": encoder, **changes})
        pairs = [(gold[one.post], one) for one in found]
        answer[name] = {what: figure(of, pairs) for what, of in FIGURES.items()}
        answer[name]["voices"] = voices_exact(pairs)
    json.dump({"what": "newsroom (development set)", "posts": len(posts), "variants": answer}, sys.stdout, indent=1)
    print()


def figure(of: Callable[[Sequence[Any]], float], pairs: Sequence[Any]) -> list[float]:
    """Return the figure and its 95 % interval, in per cent."""
    chance = random.Random(1)  # noqa: S311 - a bootstrap, not a secret
    drawn = sorted(of(chance.choices(pairs, k=len(pairs))) for _ in range(ROUNDS))
    low, high = (drawn[round(at * (ROUNDS - 1))] for at in (0.025, 0.975))
    return [round(100 * value, 1) for value in (of(pairs), low, high)]


def macro_f1(pairs: Sequence[tuple[str, str]], classes: Sequence[str]) -> float:
    found = []
    for one in classes:
        right = sum(gold == told == one for gold, told in pairs)
        named = sum(gold == one for gold, _ in pairs) + sum(told == one for _, told in pairs)
        found.append(2 * right / named if named else 0.0)
    return sum(found) / len(found)


def flags_f1(pairs: Sequence[tuple[bool, bool]]) -> float:
    right = sum(gold and told for gold, told in pairs)
    named = sum(gold for gold, _ in pairs) + sum(told for _, told in pairs)
    return 2 * right / named if named else 0.0


def link_f1(pairs: Sequence[tuple[Mapping[str, Any], Finding]]) -> float:
    told = [(row["story"], one.link.story if one.link else None) for row, one in pairs]
    right: int = sum(gold == found is not None for gold, found in told)
    named = sum(gold is not None for gold, _ in told) + sum(found is not None for _, found in told)
    return 2 * right / named


def kind_f1(pairs: Sequence[tuple[Mapping[str, Any], Finding]]) -> float:
    return macro_f1([(row["kind"], one.kind) for row, one in pairs if not row["copy_of"]], CLASSES["kind"])


def sentiment_f1(pairs: Sequence[tuple[Mapping[str, Any], Finding]]) -> float:
    mine = [(row, one) for row, one in pairs if not row["copy_of"] and row["kind"] == "opinion" and row["story"]]
    told = [(row["sentiment"], "neutral" if one.sentiment is None else one.sentiment.label) for row, one in mine]
    return macro_f1(told, CLASSES["sentiment"])


def stance_f1(pairs: Sequence[tuple[Mapping[str, Any], Finding]]) -> float:
    mine = [(row["stance"], one.stance) for row, one in pairs if not row["copy_of"] and row["story"]]
    return macro_f1(mine, CLASSES["stance"])


def copies_f1(pairs: Sequence[tuple[Mapping[str, Any], Finding]]) -> float:
    told = [(row["copy_of"], one.copy_of) for row, one in pairs]
    right = sum(gold == found is not None for gold, found in told)
    named = sum(gold is not None for gold, _ in told) + sum(found is not None for _, found in told)
    return 2 * right / named if named else 0.0


def flood_f1(pairs: Sequence[tuple[Mapping[str, Any], Finding]]) -> float:
    return flags_f1([(bool(row["flood"]), one.flood is not None) for row, one in pairs])


def voices_exact(pairs: Sequence[tuple[Mapping[str, Any], Finding]]) -> float:
    """Return the share of people whose posts, and only theirs, are one voice, in per cent."""
    people, voices = defaultdict(set), defaultdict(set)
    for row, one in pairs:
        people[row["voice"]].add(one.post)
        voices[one.voice].add(one.post)
    whole = {frozenset(each) for each in voices.values()}
    return round(100 * sum(frozenset(each) in whole for each in people.values()) / len(people), 1)


FIGURES = {
    "link_f1": link_f1, "kind_f1": kind_f1, "sentiment_f1": sentiment_f1, "stance_f1": stance_f1,
    "copies_f1": copies_f1, "flood_f1": flood_f1,
}  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]) / "stories" / "newsroom")
