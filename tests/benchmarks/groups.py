"""Print as JSON how well opinions are grouped and quoted: `python tests/benchmarks/groups.py DATA_DIR`.

Usage: groups.py DATA_DIR [--set NAME]… [--encoder | --vectors FILE.npz]

DATA_DIR holds stories/{argkp2021,perspectrum,polis}. Every post is an opinion by a voice of its own on the side
that the set gives it, so grouping is measured apart from reading; all opinions of a topic are grouped together.
--encoder: texts are also compared by what the shipped encoder sees in them, --vectors: by what another made of them
(tests/stored_vectors.py); without either groups are formed by words alone.

    ari             adjusted Rand index of the found groups against gold, mean over topics and sides. Gold: the key
                    point of an argument that has exactly one (argkp2021), the group of a perspective, which of the
                    groups of voters agrees most with a comment, where they differ by three tenths or more (polis,
                    whose comments have no side: they are grouped as of no known side, and a conversation is one
                    unit). Opinions outside every found group are one group, "other"
    ari_alone       likewise, each opinion outside the groups a group of its own
    ari_grouped     likewise, of the opinions inside groups alone; grouped: their share
    ari_large       likewise, of the sides alone that are parted by what they say: those from SPLIT_FROM voices on;
                    sides, large: of how many of all and of these an index was taken
    found, gold     groups a side; apart: mean difference of the two
    coverage        share of the key points of a side, by how many arguments make them, that its lines make
    lines           quotes a side; matching: share of them that make a key point; redundant: share of them whose key
                    points have all been made by the lines before
    sides_with_line share of the sides with a tenth of the voices or more that have a line

*_95: bootstrap over topics, 1,000 draws, fixed seed. The lines are those of the brief. Sides of fewer than four
opinions are left out of the ARI.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from monitor.claims import write_brief
from monitor.grouping import SPLIT_FROM, form_groups
from monitor.model import (
    Evidence,
    Finding,
    Link,
    Post,
    PostId,
    ReadWindow,
    Sentiment,
    Span,
    Stance,
    Story,
    StoryId,
    Understood,
    VoiceId,
)
from monitor.scoring import encoder
from tests.stored_vectors import stored_vectors

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from monitor.model import Tone

DRAWS = 1000
SEED = 2026
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
READ = ReadWindow(source="import:posts.jsonl", query=None, since=None, until=None, at=AS_OF)
FEWEST = 4  # opinions of a side of which an index says something
SIDE_FROM = 0.1  # of the voices of a topic: such a side should have a line
DIFFERS = 0.3  # between two groups' shares of agreement, from which on a comment is one group's
FEWEST_VOTES = 5  # of a group on a comment
TONES: dict[Stance, tuple[Tone, float]] = {"oppose": ("negative", -0.6), "support": ("positive", 0.6)}

Json = dict[str, Any]


def rows_of(path: Path) -> list[Json]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def adjusted_rand(one: Sequence[Hashable], other: Sequence[Hashable]) -> float:
    """Return how far two partitions of the same things agree (Hubert and Arabie 1985): 1 equal, 0 by chance.

    Partitions that leave nothing to chance, all in one or each alone on both sides, are equal: 1.
    """
    first, second = (
        np.unique([names.index(name) for name in names], return_inverse=True)[1] for names in (one, other)
    )
    table = np.zeros((first.max() + 1, second.max() + 1))
    np.add.at(table, (first, second), 1)

    def pairs(counts: Any) -> float:
        return float((counts * (counts - 1) / 2).sum())

    together, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    chance = rows * columns / pairs(np.array([len(one)])) if len(one) > 1 else 0.0
    most = (rows + columns) / 2
    return 1.0 if most == chance else (together - chance) / (most - chance)


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One discussion. sides: the gold side of each opinion. gold: its one gold group, where it has just one.

    points: all the key points that it makes, where the set has key points.
    """

    story: Story
    rows: tuple[Understood, ...]
    sides: Mapping[PostId, str]
    gold: Mapping[PostId, str]
    points: Mapping[PostId, frozenset[str]] = field(default_factory=dict)


def opinion(
    post: str, text: str, story: Story, *, stance: Stance, language: str = "en", voice: str | None = None
) -> Understood:
    """Return an opinion on a known side; of "neither" nothing else is known."""
    made = Post(id=PostId(post), platform="set", text=text, lang=language)
    tone, value = TONES.get(stance, ("neutral", 0.0))
    sided = stance != "neither"
    finding = Finding(
        post=made.id,
        text_hash=made.text_hash,
        kind="opinion",
        language=language,
        sentiment=Sentiment(label=tone, value=value, confidence=1.0, scorer="gold") if sided else None,
        not_scored=None if sided else "not asked",
        stance=stance,
        ironic=False,
        voice=VoiceId(voice or post),
        link=Link(story=story.id, reason="query", strength=1.0),
    )
    return Understood(post=made, finding=finding)


# --- The sets --------------------------------------------------------------------------------------


def by_story(rows: Sequence[Json], key: str) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return found


def argkp(folder: Path) -> Iterator[Topic]:
    points: dict[str, set[str]] = defaultdict(set)
    for row in rows_of(folder / "labels.jsonl"):
        if row["label"] == 1:
            points[row["post_id"]].add(row["key_point_id"])
    posts = by_story(rows_of(folder / "posts.jsonl"), "story_id")
    for row in rows_of(folder / "stories.jsonl"):
        story = Story(id=StoryId(row["id"]), title=row["title"], language="en")
        stances: dict[str, Stance] = {p["id"]: "support" if p["stance"] > 0 else "oppose" for p in posts[story.id]}
        yield Topic(
            story=story,
            rows=tuple(opinion(p["id"], p["text"], story, stance=stances[p["id"]]) for p in posts[story.id]),
            sides={PostId(post): stance for post, stance in stances.items()},
            gold={PostId(post): min(points[post]) for post in stances if len(points[post]) == 1},
            points={PostId(post): frozenset(points[post]) for post in stances},
        )


def perspectrum(folder: Path) -> Iterator[Topic]:
    posts = by_story(rows_of(folder / "posts.jsonl"), "story_id")
    for row in rows_of(folder / "stories.jsonl"):
        story = Story(id=StoryId(row["id"]), title=row["title"], language="en")
        mine = {p["id"]: p for p in posts[story.id]}
        stances: dict[str, Stance] = {
            post: "support" if p["stance"] == "SUPPORT" else "oppose" for post, p in mine.items()
        }
        yield Topic(
            story=story,
            rows=tuple(opinion(post, p["text"], story, stance=stances[post]) for post, p in mine.items()),
            sides={PostId(post): stance for post, stance in stances.items()},
            gold={PostId(post): p["group_id"] for post, p in mine.items()},
            points={PostId(post): frozenset({p["group_id"]}) for post, p in mine.items()},
        )


def polis(folder: Path) -> Iterator[Topic]:
    posts = {row["id"]: row for row in rows_of(folder / "posts.jsonl")}
    gold = by_story(rows_of(folder / "gold.jsonl"), "story")
    for row in rows_of(folder / "stories.jsonl"):
        story = Story(id=StoryId(row["id"]), title=row["title"], lead=row["lead"], language=row["language"])
        voted = {r["post"]: group for r in gold[story.id] if (group := agreeing_group(r.get("group_votes") or {}))}
        if len(set(voted.values())) < 2:
            continue  # no groups of voters, or they differ on nothing
        mine = [posts[r["post"]] for r in gold[story.id] if posts[r["post"]]["text"].strip()]
        yield Topic(
            story=story,
            rows=tuple(
                opinion(
                    p["id"],
                    p["text"],
                    story,
                    stance="neither",
                    language=p["lang"],
                    voice=p["author"]["id"] if p["author"] else None,
                )
                for p in mine
            ),
            sides={PostId(p["id"]): voted[p["id"]] for p in mine if p["id"] in voted},
            gold={PostId(p["id"]): voted[p["id"]] for p in mine if p["id"] in voted},
        )


def agreeing_group(votes: Mapping[str, Mapping[str, int]]) -> str | None:
    """Return which group of voters agrees clearly more than each other with a comment, None where none does."""
    shares = {
        group: one["agree"] / (one["agree"] + one["disagree"])
        for group, one in votes.items()
        if one["agree"] + one["disagree"] >= FEWEST_VOTES
    }
    if len(shares) < 2:
        return None
    (first, most), (_, next_most), *_ = sorted(shares.items(), key=lambda pair: (-pair[1], pair[0]))
    return first if most - next_most >= DIFFERS else None


SETS = {"argkp2021": argkp, "perspectrum": perspectrum, "polis": polis}


# --- What is measured ------------------------------------------------------------------------------


Vectors = Callable[[Sequence[str]], list[bytes]]
"""What an encoder sees in texts, as `Encoding.vector` has it."""


def from_file(file: Path) -> Vectors:
    """Return the vectors that stand in a file, as signed bytes."""
    embed = stored_vectors(file)

    def vectors(texts: Sequence[str]) -> list[bytes]:
        found = embed(texts)
        steps = 127 / np.maximum(np.abs(found).max(axis=1, keepdims=True), 1e-9)
        return [row.tobytes() for row in np.rint(found * steps).astype(np.int8)]

    return vectors


def evidence_of(topic: Topic, vectors: Vectors | None) -> Evidence:
    seen = vectors([row.post.text for row in topic.rows]) if vectors else []
    return Evidence(
        story=topic.story,
        window=Span(since=None, until=AS_OF),
        as_of=AS_OF,
        rows=topic.rows,
        reads=(READ,),
        vectors={row.post.id: vector for row, vector in zip(topic.rows, seen, strict=True)} if seen else {},
    )


Tally = dict[str, tuple[float, float]]
"""By name of a figure, what is summed over topics and by what it is divided."""


def add(tally: dict[str, list[float]], name: str, value: float, of: float = 1) -> None:
    tally[name][0] += value
    tally[name][1] += of


def measured(topic: Topic, vectors: Vectors | None, *, one_unit: bool) -> Tally:
    """Return what one topic adds to each figure. one_unit: all of it at once, where it has no sides to part it."""
    tally: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    evidence = evidence_of(topic, vectors)
    parts = form_groups(topic.rows, topic.story, evidence.vectors)
    inside = {row.post.id: part.id for part in parts for row in part.rows}
    quoted = [group.quote.post for group in write_brief(evidence).groups if group.quote is not None]
    sides = Counter(topic.sides.values())
    for side in sorted(sides):
        mine = [post for post, where in topic.sides.items() if where == side]
        lines = [post for post in quoted if topic.sides.get(post) == side]
        if sides[side] >= SIDE_FROM * len(topic.sides):
            add(tally, "sides_with_line", bool(lines))
        if not one_unit:
            graded = [post for post in mine if post in topic.gold]
            partition(tally, graded, inside, topic.gold, large=sides[side] >= SPLIT_FROM)
        if topic.points:
            key_points(tally, mine, lines, topic.points)
    if one_unit:
        partition(tally, list(topic.gold), inside, topic.gold, large=True)
    return {name: (value, of) for name, (value, of) in tally.items()}


def partition(
    tally: dict[str, list[float]],
    posts: Sequence[PostId],
    inside: Mapping[PostId, PostId],
    gold: Mapping[PostId, str],
    *,
    large: bool,
) -> None:
    """Add how far the groups of some posts agree with gold. large: whether their side may be parted."""
    if len(posts) < FEWEST:
        return
    true = [gold[post] for post in posts]
    index = adjusted_rand([inside.get(post, "other") for post in posts], true)
    add(tally, "ari", index)
    if large:
        add(tally, "ari_large", index)
    add(tally, "ari_alone", adjusted_rand([inside.get(post, f"alone {post}") for post in posts], true))
    grouped = [post for post in posts if post in inside]
    add(tally, "grouped", len(grouped), len(posts))
    if len(grouped) > 1:
        add(tally, "ari_grouped", adjusted_rand([inside[post] for post in grouped], [gold[p] for p in grouped]))
    found, expected = len({inside[post] for post in grouped}), len(set(true))
    add(tally, "found", found)
    add(tally, "gold", expected)
    add(tally, "apart", abs(found - expected))


def key_points(
    tally: dict[str, list[float]],
    posts: Sequence[PostId],
    lines: Sequence[PostId],
    points: Mapping[PostId, frozenset[str]],
) -> None:
    """Add how far the lines of a side make its key points."""
    weight = Counter(point for post in posts for point in points[post])
    made: set[str] = set()
    for line in lines:
        add(tally, "matching", bool(points[line]))
        add(tally, "redundant", bool(points[line]) and points[line] <= made)
        made |= points[line]
    add(tally, "lines", len(lines))
    if weight:
        add(tally, "coverage", sum(weight[point] for point in made) / weight.total())


def summed(tallies: Sequence[Tally]) -> Json:
    """Return each figure over all topics, with its interval over draws of the topics."""
    answer: Json = {"topics": len(tallies)}
    drawn = np.random.default_rng(SEED).integers(len(tallies), size=(DRAWS, len(tallies)))
    for name in sorted({name for tally in tallies for name in tally}):
        pairs = np.array([tally.get(name, (0.0, 0.0)) for tally in tallies])
        sums = pairs[drawn].sum(axis=1)
        values = sums[:, 0] / np.maximum(sums[:, 1], 1)
        answer[name] = round(float(pairs[:, 0].sum() / pairs[:, 1].sum()), 3)
        answer[f"{name}_95"] = np.quantile(values, [0.025, 0.975]).round(3).tolist()
    for name, of in (("sides", "ari"), ("large", "ari_large")):
        answer[name] = sum(round(tally[of][1]) for tally in tallies if of in tally)
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--set", dest="sets", action="append", choices=SETS)
    seen = parser.add_mutually_exclusive_group()
    seen.add_argument("--encoder", action="store_true")
    seen.add_argument("--vectors", type=Path)
    given = parser.parse_args()
    vectors = encoder.vectors if given.encoder else from_file(given.vectors) if given.vectors else None
    answer: Json = {}
    for name in given.sets or SETS:
        began = time.process_time()
        topics = list(SETS[name](given.data / "stories" / name))
        answer[name] = summed([measured(topic, vectors, one_unit=name == "polis") for topic in topics])
        answer[name] |= {
            "opinions": sum(len(topic.rows) for topic in topics),
            "cpu_seconds": round(time.process_time() - began, 1),
        }
    print(json.dumps(answer, indent=1))


if __name__ == "__main__":
    main()
