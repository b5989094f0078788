"""Print as JSON how far groups stay when posts arrive: `python tests/benchmarks/stability.py DATA_DIR`.

Usage: stability.py DATA_DIR [--set NAME]… [--arrive N] [--encoder | --vectors FILE.npz]

DATA_DIR holds stories/{newsroom,argkp2021}. For each story of newsroom, with gold findings, and each topic of
ArgKP-2021, with gold sides, groups are formed of all opinions but the N newest (10), then of all. newsroom has
times; ArgKP's arguments have none and come in an order drawn with a fixed seed, DRAWS times. Groups of one voice
and stories of fewer than FEWEST opinions before are left out. --encoder, --vectors: as in groups.py.

    keep_id     share of the groups before whose id a group after has
    stay        share of the posts in a group before that are in a group of the same id after
    same        likewise, or in the group after that holds most of their group before, whatever its id
    lost        what became of the groups that did not keep their id: `renamed`, most of its posts are together in a
                group that did not have that id before; `merged`, in one that did; `outside`, most are in no group
                any more; `scattered`, all else

each over all groups and over those of a large side, which alone are parted by what they say (SPLIT_FROM voices);
*_95: bootstrap over stories, 1,000 draws, fixed seed.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from monitor.grouping import SPLIT_FROM, age, form_groups, side_of
from monitor.interchange import parse_post, parse_story
from monitor.model import Finding, Link, Sentiment, Understood, VoiceId
from monitor.scoring import encoder
from tests.benchmarks.groups import argkp, from_file, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.grouping import Part
    from monitor.model import PostId, Story
    from tests.benchmarks.groups import Vectors

ARRIVE = 10
FEWEST = 5
DRAWS = 5
ROUNDS = 1000
SEED = 2026
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
VALUES = {"negative": -0.6, "neutral": 0.0, "positive": 0.6}

Json = dict[str, Any]
Counts = dict[str, Counter[str]]
"""Of all groups and of those of large sides: how many groups, posts, and what became of them."""


def newsroom(folder: Path) -> Iterator[tuple[Story, list[Understood]]]:
    """Yield each story with its opinions as people read them."""
    posts = {row["id"]: row for row in rows_of(folder / "posts.jsonl")}
    gold = rows_of(folder / "gold.jsonl")
    for row in rows_of(folder / "stories.jsonl"):
        story = parse_story(row)
        mine = [one for one in gold if one["story"] == story.id and one["kind"] == "opinion"]
        kept = [one for one in mine if not one["copy_of"] and not one["flood"]]
        yield (
            story,
            [_opinion(posts[one["post"]], one, story) for one in kept if not posts[one["post"]].get("deleted")],
        )


def _opinion(row: Json, gold: Json, story: Story) -> Understood:
    post, tone = parse_post(row), gold["sentiment"]
    finding = Finding(
        post=post.id,
        text_hash=post.text_hash,
        kind="opinion",
        language=post.lang or "und",
        sentiment=Sentiment(label=tone, value=VALUES[tone], confidence=1.0, scorer="gold"),
        not_scored=None,
        stance=gold["stance"],
        ironic=gold["ironic"],
        voice=VoiceId(gold["voice"]),
        link=Link(story=story.id, reason="query", strength=1.0),
    )
    return Understood(post=post, finding=finding)


def drawn(folder: Path) -> Iterator[tuple[Story, list[Understood]]]:
    """Yield each topic of ArgKP as often as there are draws, its arguments in another order each time."""
    chance = random.Random(SEED)  # noqa: S311 - a fixed seed for the same orders each time
    for topic in argkp(folder):
        for _ in range(DRAWS):
            order = list(topic.rows)
            chance.shuffle(order)
            times = (BEGIN + timedelta(minutes=n) for n in range(len(order)))
            yield (
                topic.story,
                [replace(row, post=replace(row.post, created_at=at)) for row, at in zip(order, times, strict=True)],
            )


SETS = {"newsroom": newsroom, "argkp2021": drawn}


def remembered(vectors: Vectors) -> Vectors:
    """Return `vectors` so that each text is read once, however often it is asked for."""
    known: dict[str, bytes] = {}

    def seen(texts: Sequence[str]) -> list[bytes]:
        new = sorted(set(texts) - known.keys())
        known.update(zip(new, vectors(new), strict=True))
        return [known[text] for text in texts]

    return seen


def compared(before: Sequence[Part], after: Sequence[Part], large: set[PostId]) -> Counts:
    """Count what became of the groups before. large: the ids of those of a large side."""
    inside = {row.post.id: part.id for part in after for row in part.rows}
    known, now = {part.id for part in before}, {part.id for part in after}
    found: Counts = defaultdict(Counter)
    for part in before:
        posts = [row.post.id for row in part.rows]
        went = Counter(inside.get(post) for post in posts)
        most, times = went.most_common(1)[0]
        told = Counter(groups=1, posts=len(posts), stay=went[part.id])
        told["same"] = max((n for group, n in went.items() if group is not None), default=0)
        if part.id in now:
            told["keep_id"] = 1
        elif 2 * times <= len(posts):
            told["scattered"] = 1
        else:
            told["outside" if most is None else "merged" if most in known else "renamed"] = 1
        for kind in ("all", "large") if part.id in large else ("all",):
            found[kind] += told
    return found


def measured(story: Story, rows: Sequence[Understood], arrive: int, vectors: Vectors | None) -> Counts | None:
    """Return what became of the groups of a story when its newest posts came, None where it is too small."""
    ordered = sorted(rows, key=age)
    earlier = ordered[:-arrive]
    if len(earlier) < FEWEST:
        return None
    seen: Mapping[PostId, bytes] = {}
    if vectors:
        made = vectors([row.post.text for row in ordered])
        seen = {row.post.id: vector for row, vector in zip(ordered, made, strict=True)}
    voices = defaultdict(set)
    for row in earlier:
        voices[side_of(row.finding)].add(row.finding.voice)
    before, after = (
        [part for part in form_groups(those, story, seen) if part.voices > 1] for those in (earlier, ordered)
    )
    large = {part.id for part in before if len(voices[side_of(part.rows[0].finding)]) >= SPLIT_FROM}
    return compared(before, after, large)


SHARES = {"keep_id": "groups", "stay": "posts", "same": "posts"}


def summed(found: Sequence[Counts]) -> Json:
    """Return the figures over all stories, each share with its interval over draws of the stories."""
    answer: Json = {"stories": len(found)}
    draws = np.random.default_rng(SEED).integers(len(found), size=(ROUNDS, len(found)))
    for kind in ("all", "large"):
        total: Counter[str] = sum((one[kind] for one in found), Counter())
        told: Json = {"groups": total["groups"], "posts": total["posts"]}
        for name, of in SHARES.items() if total["groups"] else ():
            pairs = np.array([(one[kind][name], one[kind][of]) for one in found])
            sums = pairs[draws].sum(axis=1)
            shares = sums[sums[:, 1] > 0]
            told[name] = round(total[name] / total[of], 3)
            told[f"{name}_95"] = [
                round(float(q), 3) for q in np.quantile(shares[:, 0] / shares[:, 1], (0.025, 0.975))
            ]
        told["lost"] = {name: total[name] for name in ("renamed", "merged", "outside", "scattered")}
        answer[kind] = told
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--set", dest="sets", action="append", choices=SETS)
    parser.add_argument("--arrive", type=int, default=ARRIVE)
    reading = parser.add_mutually_exclusive_group()
    reading.add_argument("--encoder", action="store_true")
    reading.add_argument("--vectors", type=Path)
    given = parser.parse_args()
    vectors = encoder.vectors if given.encoder else from_file(given.vectors) if given.vectors else None
    answer: Json = {}
    for name in given.sets or SETS:
        began = time.process_time()
        stories = SETS[name](given.data / "stories" / name)
        seen = remembered(vectors) if vectors else None
        found = [made for story, rows in stories if (made := measured(story, rows, given.arrive, seen)) is not None]
        answer[name] = summed(found) | {"cpu_seconds": round(time.process_time() - began, 1)}
    print(json.dumps({"arrive": given.arrive, "sets": answer}, indent=1))


if __name__ == "__main__":
    main()
