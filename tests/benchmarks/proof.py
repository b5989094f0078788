"""Print as JSON whether each sentence of each paragraph is proved: `python tests/benchmarks/proof.py DATA_DIR`.

Usage: proof.py DATA_DIR [--set NAME]… [--most N] [--encoder] [--language CODE]…

DATA_DIR holds stories/{newsroom,hard_cases,threads,crisislex26,mixed,polis}; the demo's are in the package.
Each story of a set (each case of hard_cases) gets its brief, with what the first half of its posts say as the
report before, and every second story with a gap; it gets its paragraph in every language there are phrases for, and
tests/independent.py counts again, from posts and findings alone, what each sentence says. Stories without a post
are told too. paragraphs, sentences, numbers, quotes: how many were checked; failures: those that did not hold, the
first 20 named. Everything is read by the light scorer and rules, --encoder: by what ships. crisislex26 and mixed:
--most N posts (6,000), drawn with a fixed seed. Exits 1 where something fails.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.brief import brief_from
from jobs.understand import read_posts
from monitor.interchange import parse_post, parse_story
from monitor.model import Evidence, Gap, ReadWindow, Span, Understood
from reports.phrases import languages
from reports.sentences import compose
from tests.independent import Proof, prove

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.model import Brief, Finding, Post, Story, StoryId

SEED = 2026
SETS = ("newsroom", "hard_cases", "threads", "crisislex26", "mixed", "polis", "demo")
DRAWN = ("crisislex26", "mixed")
DEMO = Path(__file__).resolve().parents[2] / "jobs" / "demo_data"
SHOWN = 20
LATEST = datetime(2026, 2, 7, tzinfo=UTC)
"""As of when a set without times is told."""

Json = dict[str, Any]
Batch = tuple[list["Story"], list["Post"]]


def rows(path: Path) -> list[Json]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def batches(name: str, data: Path, most: int) -> Iterator[Batch]:
    """Yield the stories and posts of a set that are read together."""
    if name == "demo":
        for kind in ("newsroom", "polis"):
            yield (
                [parse_story(row) for row in rows(DEMO / f"{kind}_stories.jsonl")],
                [parse_post(row) for row in rows(DEMO / f"{kind}_posts.jsonl")],
            )
        return
    folder = data / "stories" / name
    stories = [parse_story(row) for row in rows(folder / "stories.jsonl")]
    posts = [parse_post(row) for row in rows(folder / "posts.jsonl") if row["text"].strip() or row.get("repost_of")]
    if name == "hard_cases":
        case = {row["post"]: row["case"] for row in rows(folder / "gold.jsonl")}
        for one in [*sorted(set(case.values())), "zero_posts"]:
            yield stories, [post for post in posts if case[post.id] == one]
        return
    if name in DRAWN and len(posts) > most:
        posts = random.Random(SEED).sample(posts, most)  # noqa: S311 - a fixed seed for the same posts each time
    yield stories, posts


def evidence_of(story: Story, found: Sequence[Understood], deleted: int, as_of: datetime, *, gap: bool) -> Evidence:
    """Return what a brief is written from. gap: whether a source was not read, so that this is told too."""
    mine = tuple(
        row
        for row in found
        if (row.finding.link and row.finding.link.story == story.id) or row.finding.elsewhere == story.id
    )
    times = [row.post.created_at for row in mine if row.finding.link and row.post.created_at]
    since = min(times, default=None)
    return Evidence(
        story=story,
        window=Span(since=since, until=as_of),
        as_of=as_of,
        rows=mine,
        reads=(ReadWindow(source="import:posts.jsonl", query=None, since=since, until=as_of, at=as_of),),
        gaps=(Gap(source="x", query=None, since=since, until=as_of, reason="sampled", read=31, of_about=210),)
        if gap
        else (),
        tombstones=deleted,
    )


def earlier(evidence: Evidence) -> Brief | None:
    """Return what was said of the first half of the posts, None where they have no times."""
    times = sorted(row.post.created_at for row in evidence.rows if row.post.created_at is not None)
    if not times:
        return None
    until = times[len(times) // 2]
    rows = tuple(row for row in evidence.rows if row.post.created_at is not None and row.post.created_at < until)
    since = None if evidence.window.since is None else min(evidence.window.since, until)
    window = Span(since=since, until=until)
    return brief_from(replace(evidence, rows=rows, window=window, as_of=until, tombstones=0))


def understood(posts: Sequence[Post], stories: Sequence[Story], *, light: bool) -> list[Finding]:
    if light:
        return read_posts(posts, stories, scorer="light", reader=None)
    return read_posts(posts, stories)


def proved(batch: Batch, codes: Sequence[str], kinds: Counter[str], *, light: bool) -> Proof:
    """Check every story of a batch in each language. kinds: is told of each claim that was checked."""
    stories, posts = batch
    live = sorted((post for post in posts if not post.deleted), key=lambda post: post.id)
    deleted: Counter[StoryId] = Counter()
    if len(live) < len(posts):  # an import links them with the rest, then keeps their tombstones
        every = sorted(posts, key=lambda post: post.id)
        for post, finding in zip(every, understood(every, stories, light=light), strict=True):
            if post.deleted and finding.link:
                deleted[finding.link.story] += 1
    found = [
        Understood(post=post, finding=finding)
        for post, finding in zip(live, understood(live, stories, light=light), strict=True)
    ]
    proof = Proof()
    as_of = max([post.created_at for post in live if post.created_at], default=LATEST) + timedelta(hours=1)
    for number, story in enumerate(stories):
        evidence = evidence_of(story, found, deleted[story.id], as_of, gap=number % 2 == 1)
        evidence = replace(evidence, previous=earlier(evidence))
        brief = brief_from(evidence)
        kinds.update(claim.kind for claim in brief.claims)
        for code in codes:
            paragraph = compose(brief, story, language=code, time_zone="Europe/Oslo")
            proof += prove(brief, evidence, paragraph, language=code, time_zone="Europe/Oslo")
    return proof


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--set", dest="sets", action="append", choices=SETS)
    parser.add_argument("--most", type=int, default=6000)
    parser.add_argument("--encoder", action="store_true")
    parser.add_argument("--language", dest="languages", action="append", choices=languages())
    given = parser.parse_args()
    codes = given.languages or list(languages())
    answer: dict[str, Json] = {}
    failures: list[str] = []
    total: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for name in given.sets or SETS:
        began = time.process_time()
        proof = Proof()
        for batch in batches(name, given.data, given.most):
            proof += proved(batch, codes, kinds, light=not given.encoder)
        counts = {
            "paragraphs": proof.paragraphs,
            "sentences": proof.sentences,
            "numbers": proof.numbers,
            "quotes": proof.quotes,
            "failures": len(proof.failures),
        }
        total.update(counts)
        failures += [f"{name}: {failure}" for failure in proof.failures]
        answer[name] = counts | {"cpu_seconds": round(time.process_time() - began, 1)}
    print(
        json.dumps(
            {
                "languages": codes,
                "sets": answer,
                "claims": dict(sorted(kinds.items())),
                "total": dict(total),
                "failures": failures[:SHOWN],
            },
            indent=1,
            ensure_ascii=False,
        )
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
