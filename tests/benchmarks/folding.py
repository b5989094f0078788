"""Print as JSON how well copies, floods and voices are found: `folding.py DATA_DIR [--vectors FILE.npz]`.

--vectors: what an encoder made of the texts (tests/stored_vectors.py), for linking; without it by words alone.
On newsroom (stories/newsroom, deleted posts left out): copies with the right root, floods, and posts whose voice
is shared with exactly the posts of their gold voice. On threads: how many posts with one number changed, or a
negation put in, are taken for copies of the original, and how many that are cut, tagged or misspelt are found.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.folding import floods, fold
from monitor.interchange import parse_post, parse_story
from monitor.linking import link
from monitor.linking.profiles import named_by_profile
from monitor.model import Author, Post, PostId
from monitor.text import words
from monitor.voices import voices
from tests.stored_vectors import stored_vectors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from monitor.protocols import Embedder

LONG = 8


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def scored(found: AbstractSet[object], gold: AbstractSet[object]) -> dict[str, float]:
    right = len(found & gold)
    return {
        "gold": len(gold),
        "found": len(found),
        "p": round(right / max(1, len(found)), 3),
        "r": round(right / max(1, len(gold)), 3),
        "f1": round(2 * right / max(1, len(found) + len(gold)), 3),
    }


def on_newsroom(folder: Path, embed: Embedder | None) -> dict[str, Any]:
    gold = {row["post"]: row for row in rows(folder / "gold.jsonl")}
    stories = [parse_story(row) for row in rows(folder / "stories.jsonl")]
    posts = [post for row in rows(folder / "posts.jsonl") if not (post := parse_post(row)).deleted]
    copies = fold(posts)
    links, _ = link(posts, stories, copies, embed=embed)
    linked = {post: found.story for post, found in links.items()}
    spoken = {post: voice for post, (voice, _) in voices(posts, copies, linked).items()}
    reporting = {post.id for post in posts if gold[post.id]["kind"] == "reporting"}
    named = named_by_profile(posts, stories)
    flooded = floods(posts, copies, linked, spoken, reporting=reporting, named=named)
    return {
        "copies": scored(
            {(post, copy.root) for post, copy in copies.items()},
            {(post.id, gold[post.id]["copy_of"]) for post in posts if gold[post.id]["copy_of"]},
        ),
        "floods": scored(set(flooded), {post.id for post in posts if gold[post.id]["flood"]}),
        "voices_exact": same_sets(spoken, {post.id: gold[post.id]["voice"] for post in posts}),
    }


def same_sets(found: Mapping[PostId, str], gold: Mapping[PostId, str]) -> float:
    ours, theirs = defaultdict(set), defaultdict(set)
    for post in found:
        ours[found[post]].add(post)
        theirs[gold[post]].add(post)
    exact = sum(ours[found[post]] == theirs[gold[post]] for post in found)
    return round(exact / len(found), 4)


def changed(text: str) -> dict[str, str]:
    """The same text, changed so that it says something else, or only so that it looks different."""
    plain = re.sub(r"https?://\S+", "", text).strip()
    split = plain.split()
    made = {
        "tags": f"{plain} #share #now",
        "emoji": f"{plain.upper()} 🙏🙏!!",
        "cut": f"RT @someone: {plain[: int(len(plain) * 0.7)]}…",
        "link": f"{plain} https://news.example/a?b=1",
    }
    if number := re.search(r"\b[1-9]\d{0,3}\b", plain):
        made["number"] = plain[: number.start()] + str(int(number[0]) + 1) + plain[number.end() :]
    if verb := re.search(r"\b(is|are|was|were|has|have|will|can|should)\b", plain):
        made["negation"] = f"{plain[: verb.end()]} not{plain[verb.end() :]}"
    long = [place for place, word in enumerate(split) if re.fullmatch("[a-z]{7,}", word)]
    if long:
        word = split[long[0]]
        split[long[0]] = word[:3] + word[4] + word[3] + word[5:]
        made["misspelt"] = " ".join(split)
    return made


def on_changed(folder: Path) -> dict[str, Any]:
    """Each original beside one change of it by another account, an hour later."""
    texts = {row["text"] for row in rows(folder / "posts.jsonl") if not row["reply_to"]}
    kept = sorted(text for text in texts if len(words(text)) >= LONG and not text.startswith("RT @"))
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    merged, made = Counter[str](), Counter[str]()
    for number, text in enumerate(kept):
        original = Post(id=PostId(f"o{number}"), platform="x", author=Author(id="a"), text=text, created_at=noon)
        for change, other in changed(text).items():
            twin = replace(
                original,
                id=PostId(f"{change}{number}"),
                author=Author(id="b"),
                text=other,
                created_at=noon + timedelta(hours=1),
            )
            made[change] += 1
            merged[change] += twin.id in fold([original, twin])
    return {change: {"made": made[change], "merged": round(merged[change] / made[change], 4)} for change in made}


def on_many(count: int) -> dict[str, float]:
    """CPU seconds to fold `count` posts that repeat eight texts, each with two words of its own."""
    base = [f"statement {number} of the people who want the old ferry to stay for good" for number in range(8)]
    posts = [
        Post(id=PostId(f"m{number}"), platform="x", text=f"{base[number % 8]} w{number % 977} v{number % 4093}")
        for number in range(count)
    ]
    began = time.process_time()
    copies = fold(posts)
    return {"posts": count, "copies": len(copies), "cpu_seconds": round(time.process_time() - began, 2)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--vectors", type=Path)
    given = parser.parse_args()
    stories = given.data / "stories"
    print(
        json.dumps(
            {
                "newsroom": on_newsroom(
                    stories / "newsroom", stored_vectors(given.vectors) if given.vectors else None
                ),
                "changed": on_changed(stories / "threads"),
                "many": on_many(50_000),
            },
            indent=1,
        )
    )
