"""Print as JSON how well posts are linked to their stories.

Usage: python tests/benchmarks/linking.py DATA_DIR [--vectors FILE.npz] [--set NAME]…

DATA_DIR holds stories/{newsroom,mixed,threads,crisislex26,checkthat2020} in the interchange format with gold.jsonl.
--vectors: what an encoder made of the texts (tests/stored_vectors.py); without it words alone are compared.
roots: posts that neither answer nor repost another, with no thread to help. all: every post that is not deleted.
replies: with their thread. Deleted posts and those marked link_eval=false are left out. ideas: all posts, with
some ideas switched off. few_stories: four draws each of one, three and half of the stories, the posts of the others
being about none. *_95: bootstrap over posts, 1,000 draws. The first four sets have also chosen the weights that
fuse words and meaning; `python tests/training/linking.py` prints each set's figures without its own part in them.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from monitor.folding import fold
from monitor.interchange import parse_post, parse_story
from monitor.linking import Ideas, link
from monitor.linking.evidence import Evidence
from monitor.linking.fusion import FIRST, Pairs
from monitor.linking.meaning import Meaning
from monitor.linking.words import Words
from tests.stored_vectors import stored_vectors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from monitor.model import Link, Post, PostId, Story
    from monitor.protocols import Embedder

SETS = ("newsroom", "mixed", "threads", "crisislex26", "checkthat2020")
DRAWS = 1000
SEED = 2026
PRECISE = 0.97
RANKED = 5
IDEAS = {
    "words only": Ideas(meaning=False, feedback=False, threads=False),
    "words, feedback": Ideas(meaning=False, threads=False),
    "words, feedback, threads": Ideas(meaning=False),
    "words, meaning": Ideas(feedback=False, threads=False),
    "words, meaning, threads": Ideas(feedback=False),
    "words, meaning, feedback": Ideas(threads=False),
    "all": Ideas(),
}
Pair = tuple[str | None, str | None]


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def figures(pairs: Sequence[Pair], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Precision, recall, F1 over posts, and macro-F1 over the stories; one row a row of `counts`."""
    stories = sorted({true for true, _ in pairs if true is not None})
    gold = np.array([[true == story for true, _ in pairs] for story in stories]).astype(np.int64)
    found = np.array([[guess == story for _, guess in pairs] for story in stories]).astype(np.int64)
    of_gold, of_found, right = counts @ gold.T, counts @ found.T, counts @ (gold * found).T
    linked = counts @ np.array([guess is not None for _, guess in pairs])
    hits, about = right.sum(axis=1), of_gold.sum(axis=1)
    macro = (2 * right / np.maximum(1, of_gold + of_found)).mean(axis=1)
    return np.stack(
        [
            hits / np.maximum(1, linked),
            hits / np.maximum(1, about),
            2 * hits / np.maximum(1, linked + about),
            macro,
        ],
        axis=1,
    )


def measured(pairs: Sequence[Pair]) -> dict[str, Any]:
    counted = Counter(pairs)
    kinds = sorted(counted, key=str)
    counts = np.array([counted[kind] for kind in kinds])
    precision, recall, f1, macro = figures(kinds, counts[None, :])[0]
    drawn = figures(kinds, np.random.default_rng(SEED).multinomial(len(pairs), counts / counts.sum(), size=DRAWS))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0).round(3).tolist()
    return {
        "n": len(pairs),
        "p": round(float(precision), 3),
        "r": round(float(recall), 3),
        "f1": round(float(f1), 3),
        "f1_95": [low[2], high[2]],
        "macro": round(float(macro), 3),
        "macro_95": [low[3], high[3]],
    }


def recall_at(pairs: Sequence[tuple[float, Pair]], precision: float) -> float:
    """Return the largest recall at which so many of the surest links are right."""
    about = sum(true is not None for _, (true, _) in pairs)
    ranked = sorted((-strength, true == guess) for strength, (true, guess) in pairs if guess is not None)
    hits = np.cumsum([right for _, right in ranked])
    enough = hits >= precision * np.arange(1, len(hits) + 1)
    return round(float(hits[enough].max()) / about, 3) if enough.any() else 0.0


class Labelled:
    """The posts and stories of a set with their gold labels."""

    def __init__(self, folder: Path) -> None:
        self.gold = {row["post"]: row for row in rows(folder / "gold.jsonl")}
        # Some claims of checkthat2020 have no title and are no story.
        self.stories = [parse_story(row) for row in rows(folder / "stories.jsonl") if row["title"]]
        self.posts = [post for row in rows(folder / "posts.jsonl") if not (post := parse_post(row)).deleted]
        self.judged = [post for post in self.posts if self.gold[post.id].get("link_eval", True)]
        self.alone = [post for post in self.posts if not post.reply_to and not post.repost_of]

    def pair(self, post: Post, links: Mapping[PostId, Link], known: Sequence[Story] | None = None) -> Pair:
        true = self.gold[post.id]["story"]
        if known is not None and true not in {story.id for story in known}:
            true = None
        return true, links[post.id].story if post.id in links else None


def of_set(data: Labelled, embed: Embedder | None) -> dict[str, Any]:
    began = time.process_time()
    links, elsewhere = link(data.posts, data.stories, fold(data.posts), embed=embed)
    seconds = time.process_time() - began
    copies = fold(data.alone)
    alone, _ = link(data.alone, data.stories, copies, embed=embed)
    high, _ = link(data.alone, data.stories, copies, embed=embed, precision="high")
    only = {post.id for post in data.alone}
    roots = [post for post in data.judged if post.id in only]
    strengths = {post: found.strength for post, found in alone.items()}
    answer: dict[str, Any] = {
        "roots": measured([data.pair(post, alone) for post in roots]),
        "roots_recall_at_p97": recall_at(
            [(strengths.get(post.id, 0.0), data.pair(post, alone)) for post in roots], PRECISE
        ),
        "roots_high_precision": measured([data.pair(post, high) for post in roots]),
        "all": measured([data.pair(post, links) for post in data.judged]),
        "cpu_seconds": round(seconds, 2),
        "reasons": dict(sorted(Counter(found.reason for found in links.values()).items())),
    }
    if replies := [post for post in data.judged if post.reply_to]:
        answer["replies"] = measured([data.pair(post, links) for post in replies])
    lures = {post.id: data.gold[post.id]["lure"] for post in data.judged if data.gold[post.id].get("lure")}
    if lures:
        told = {post for post in elsewhere if data.gold[post]["story"] is None}
        answer["elsewhere"] = {
            "lures": len(lures),
            "linked": sum(post in links for post in lures),
            "told": len(told & lures.keys()),
            "with_the_right_story": sum(elsewhere[post] == lures[post] for post in told & lures.keys()),
            "wrongly_told": len(elsewhere.keys() - told),
        }
    return answer


def ablation(data: Labelled, embed: Embedder | None) -> dict[str, Any]:
    copies = fold(data.posts)
    answer = {}
    for name, ideas in IDEAS.items():
        if embed is None and ideas.meaning:
            continue
        links, _ = link(data.posts, data.stories, copies, embed=embed, ideas=ideas)
        answer[name] = measured([data.pair(post, links) for post in data.judged])
    return answer


def few_stories(data: Labelled, embed: Embedder | None) -> dict[str, Any]:
    draw = random.Random(SEED)  # noqa: S311 — a fixed seed for the same stories each time
    ranked = sorted(data.stories, key=lambda story: story.id)
    copies = fold(data.posts)
    answer = {}
    for count in (1, 3, len(ranked) // 2):
        pairs: list[Pair] = []
        for _ in range(4):
            chosen = draw.sample(ranked, count)
            links, _ = link(data.posts, chosen, copies, embed=embed)
            pairs += [data.pair(post, links, chosen) for post in data.judged]
        answer[str(count)] = measured(pairs)
    return answer


def of_claims(data: Labelled, embed: Embedder | None) -> dict[str, Any]:
    """How often the claim is the one that is linked, among ten thousand; and where it stands among the likeliest.

    map_at_5: the mean over posts of the average precision of the first five, CheckThat 2020's measure.
    """
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    links, _ = link(data.posts, data.stories, {}, embed=embed)
    seconds = time.process_time() - began
    right = sum(
        post.id in links and links[post.id].story in data.gold[post.id]["all_story_ids"] for post in data.posts
    )
    return {
        "posts": len(data.posts),
        "stories": len(data.stories),
        "linked": len(links),
        "right": right,
        "map_at_5": ranking(data, embed),
        "cpu_seconds": round(seconds, 2),
        "more_memory_mib": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024,
    }


def ranking(data: Labelled, embed: Embedder | None) -> dict[str, Any] | None:
    """Return the mean average precision of each post's five likeliest stories, before stories learn from posts."""
    if embed is None:
        return None
    ranked = sorted(data.stories, key=lambda story: story.id)
    evidence = Evidence(data.posts, ranked, {})
    pairs = Pairs(data.posts, ranked, Words(data.posts, ranked), Meaning(data.posts, ranked, embed), evidence)
    likely = pairs.likely(FIRST)
    order = np.lexsort((pairs.story, -likely, pairs.post))
    starts = np.searchsorted(pairs.post[order], np.arange(len(data.posts) + 1))
    found = []
    for number, post in enumerate(data.posts):
        mine = pairs.story[order[starts[number] : starts[number + 1]][:RANKED]]
        right = set(data.gold[post.id]["all_story_ids"])
        hits, gained = 0, 0.0
        for place, column in enumerate(mine, start=1):
            if ranked[column].id in right:
                hits += 1
                gained += hits / place
        found.append(gained / min(RANKED, len(right)))
    values = np.array(found)
    drawn = np.random.default_rng(SEED).choice(values, (DRAWS, len(values))).mean(1)
    low, high = np.quantile(drawn, [0.025, 0.975]).round(3).tolist()
    return {"map": round(float(values.mean()), 3), "map_95": [low, high]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--set", dest="sets", action="append", choices=SETS)
    given = parser.parse_args()
    embed = stored_vectors(given.vectors) if given.vectors else None
    answer: dict[str, Any] = {}
    for name in given.sets or SETS:
        data = Labelled(given.data / "stories" / name)
        if name == "checkthat2020":
            answer[name] = of_claims(data, embed)
            continue
        answer[name] = of_set(data, embed) | {"ideas": ablation(data, embed)}
        if name == "newsroom":
            answer[name]["few_stories"] = few_stories(data, embed)
    print(json.dumps(answer, indent=1))


if __name__ == "__main__":
    main()
