"""Make the weights of monitor/linking/weights.py: `python tests/training/linking.py DATA_DIR VECTORS.npz [OUT.py]`.

The weights are logistic regressions over the figures of pairs (monitor.linking.fusion), fitted on newsroom (ours)
and threads (CC BY 4.0), each of which weighs the same. Without OUT.py the figures of each set are printed whose
weights have never seen it: mixed has the posts of threads, so it is left out with them.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from monitor.folding import by_time, fold
from monitor.interchange import parse_post, parse_story
from monitor.linking.evidence import Evidence
from monitor.linking.fusion import FIRST, LEARNED, Pairs
from monitor.linking.meaning import Meaning
from monitor.linking.weights import WEIGHTS
from monitor.linking.words import Words
from tests.stored_vectors import stored_vectors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from monitor.protocols import Embedder

SETS = ("newsroom", "mixed", "threads", "crisislex26")
FITTED = ("newsroom", "threads")
"""What shipped weights may be fitted on; the others are research data (docs/decisions/0005)."""
SHARED = {"mixed": {"threads"}}
_STRENGTH = 1.0  # of the regression; from 1 to 100 no left-out F1 moves by more than 0.005
FEWER = {"newsroom": (1, 1, 1, 3, 3), "mixed": (1, 3), "threads": (1,)}
SEED = 2026
_SET_WEIGHT = 1000.0
_EVERY = {"crisislex26": 4}  # only each fourth of its 14,210 posts is read: four sets of about one size


class Case:
    """Posts, stories and the truth of their pairs."""

    def __init__(self, embed: Embedder, stories: list[Any], posts: list[Any], gold: Any) -> None:
        ranked = sorted(stories, key=lambda story: story.id)
        copies = fold(posts)
        ordered = sorted(posts, key=by_time)
        roots = [post for post in ordered if post.id not in copies]
        self.evidence = Evidence(ordered, ranked, copies)
        columns = {story.id: column for column, story in enumerate(ranked)}
        by_url = self.evidence.by_url
        self.certain = {n: columns[by_url[post.id]] for n, post in enumerate(roots) if post.id in by_url}
        self.pairs = Pairs(roots, ranked, Words(roots, ranked), Meaning(roots, ranked, embed), self.evidence)
        self.gold = np.array([columns.get(gold[post.id]["story"], -1) for post in roots])
        parents = np.array([self.evidence.parent(post) is not None for post in roots], dtype=bool)
        self.teaches = ~parents
        self.judged = np.array([gold[post.id].get("link_eval", True) for post in roots], dtype=bool) & ~parents
        self.judged[list(self.certain)] = False

    def learn(self, likely: NDArray[np.float64]) -> None:
        sure = self.pairs.sure(likely, self.teaches, self.certain)
        self.pairs.learn(self.pairs.lessons(sure))

    def table(self, names: tuple[str, ...]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return figures and truth of the pairs that compete: the best of each post, and the true one."""
        pairs = self.pairs
        truth = self.gold[pairs.post] == pairs.story
        kept = truth.copy()
        for name in {"own", "cosine", "words", "centre"} & set(names):
            order = np.lexsort((pairs.story, -pairs.figures[name], pairs.post))
            kept[order[np.flatnonzero(np.diff(pairs.post[order], prepend=-1))]] = True
        kept &= self.judged[pairs.post]
        return np.stack([pairs.figures[name][kept] for name in names], axis=1), truth[kept]

    def f1(self, likely: NDArray[np.float64]) -> dict[str, float]:
        pairs = self.pairs
        order = np.lexsort((pairs.story, -likely, pairs.post))
        firsts = order[np.flatnonzero(np.diff(pairs.post[order], prepend=-1))]
        firsts = firsts[self.judged[pairs.post[firsts]]]
        right = self.gold[pairs.post[firsts]] == pairs.story[firsts]
        gold = int((self.gold[self.judged] >= 0).sum())
        ranks = np.argsort(-likely[firsts], kind="stable")
        hits = np.cumsum(right[ranks])
        count = np.arange(1, len(hits) + 1)
        curve = 2 * hits / (count + gold)
        linked = likely[firsts] >= 0.5
        precise = (hits / count) >= 0.97
        at_half = 2 * (right & linked).sum() / max(1, linked.sum() + gold)
        return {
            "f1": round(float(at_half), 3),
            "best": round(float(curve.max()), 3),
            "best_at": round(float(likely[firsts][ranks][curve.argmax()]), 2),
            "recall_at_p97": round(float((hits / gold)[precise].max()) if precise.any() else 0.0, 3),
        }


def read(folder: Path, embed: Embedder) -> list[Case]:
    """Return the whole set, and the same posts with fewer stories, when those of the others are about none."""

    def rows(name: str) -> list[Any]:
        return [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]

    gold = {row["post"]: row for row in rows("gold.jsonl")}
    stories = [parse_story(row) for row in rows("stories.jsonl")]
    every = _EVERY.get(folder.name, 1)
    posts = [post for row in rows("posts.jsonl")[::every] if not (post := parse_post(row)).deleted]
    draw = random.Random(SEED)  # noqa: S311 — a fixed seed for the same stories each time
    fewer = [draw.sample(stories, count) for count in FEWER.get(folder.name, ())]
    return [Case(embed, some, posts, gold) for some in (stories, *fewer)]


def fitted(sets: Mapping[str, Sequence[Case]]) -> dict[str, dict[str, float]]:
    """Return the weights before and after learning, which starts from what is likely before."""
    WEIGHTS["first"] = regression(sets, FIRST)
    for cases in sets.values():
        for case in cases:
            case.learn(case.pairs.likely(FIRST))
    WEIGHTS["learned"] = regression(sets, LEARNED)
    return WEIGHTS


def regression(sets: Mapping[str, Sequence[Case]], names: tuple[str, ...]) -> dict[str, float]:
    """Return the weights of the figures; half of a set's weight is that of its cases with few."""
    figures, truths, weights = [], [], []
    for whole, *few in sets.values():
        for case, share in ((whole, 0.5 if few else 1.0), *((case, 0.5 / len(few)) for case in few)):
            figure, truth = case.table(names)
            figures.append(figure)
            truths.append(truth)
            weights.append(np.full(len(truth), _SET_WEIGHT * share / len(truth)))
    model = LogisticRegression(C=_STRENGTH, max_iter=2000)
    model.fit(np.concatenate(figures), np.concatenate(truths), sample_weight=np.concatenate(weights))
    return {
        "bias": round(float(model.intercept_[0]), 3),
        **{name: round(float(weight), 3) for name, weight in zip(names, model.coef_[0], strict=True)},
    }


def main(data: Path, vectors: Path, out: Path | None) -> None:
    embed = stored_vectors(vectors)
    sets = {name: read(data / "stories" / name, embed) for name in SETS}
    if out is not None:
        out.write_text(as_module(fitted({name: sets[name] for name in FITTED})), encoding="utf-8")
        return
    told: list[dict[str, Any]] = []
    for left, cases in sets.items():
        fitted({name: sets[name] for name in FITTED if name not in {left, *SHARED.get(left, ())}})
        for case in cases:
            before = case.pairs.likely(FIRST)
            case.learn(before)
            stories = len(case.pairs.ranked)
            after = case.f1(case.pairs.likely(LEARNED))
            told.append({"set": left, "stories": stories, "before_learning": case.f1(before), "after": after})
    print(json.dumps(told, indent=1))


def as_module(weights: dict[str, dict[str, float]]) -> str:
    """Return the text of monitor/linking/weights.py."""
    return f'''"""Weights of monitor.linking.fusion, before ("first") and after the stories have learned.

Made by `python tests/training/linking.py DATA_DIR VECTORS.npz monitor/linking/weights.py`; see weights.md.
"""

from __future__ import annotations

WEIGHTS: dict[str, dict[str, float]] = {json.dumps(weights, indent=4)}
'''


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
