"""Print as JSON how groups, qualifier, split and minority fare: `python tests/benchmarks/paragraph.py DATA_DIR`.

DATA_DIR holds stories/newsroom with gold.jsonl and gold_stories.jsonl. Once with the labels of the set in place of
our findings ("told"), so that grouping and counting are measured apart from reading, once with our own ("read").
Each time with what the shipped encoder sees in the posts, as the step brief has it, and without ("words").
A gold group is matched with the found group that shares most of its voices; it is right within one voice.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from jobs.brief import brief_from
from jobs.understand import read_posts
from monitor.figures import qualifier
from monitor.interchange import parse_post, parse_story
from monitor.model import Evidence, Finding, Link, PostId, ReadWindow, Sentiment, Span, StoryId, Understood, VoiceId
from monitor.quotes import FEWEST_NEAR
from monitor.scoring import encoder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.model import Brief, Post, Story

AS_OF = datetime(2026, 2, 7, tzinfo=UTC)
READ = ReadWindow(source="import:posts.jsonl", query=None, since=None, until=None, at=AS_OF)
VALUES = {"negative": -0.6, "neutral": 0.0, "positive": 0.6}


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def told(post: Post, gold: Mapping[str, Any]) -> Understood:
    """What the labels say of a post, as a finding."""
    label = gold["sentiment"]
    finding = Finding(
        post=post.id,
        text_hash=post.text_hash,
        kind=gold["kind"],
        language=post.lang or "en",
        sentiment=Sentiment(label=label, value=VALUES[label], confidence=1.0, scorer="gold"),
        not_scored=None,
        stance=gold["stance"],
        ironic=gold["ironic"],
        voice=VoiceId(gold["voice"]),
        copy_of=PostId(gold["copy_of"]) if gold["copy_of"] else None,
        flood="near-identical" if gold["flood"] else None,
        link=Link(story=StoryId(gold["story"]), reason="words", strength=1.0) if gold["story"] else None,
    )
    return Understood(post=post, finding=finding)


def brief_of(
    story: Story, found: Sequence[Understood], seen: Mapping[PostId, bytes] = MappingProxyType({})
) -> Brief:
    """Return the brief. seen: what an encoder sees in each post, given where the product gives it."""
    mine = tuple(row for row in found if row.finding.link and row.finding.link.story == story.id)
    heard = [row.post.id for row in mine if row.is_opinion]
    vectors = {post: seen[post] for post in heard} if seen and len(heard) >= FEWEST_NEAR else {}
    times = [row.post.created_at for row in mine if row.post.created_at]
    window = Span(since=min(times, default=None), until=AS_OF)
    return brief_from(Evidence(story=story, window=window, as_of=AS_OF, rows=mine, reads=(READ,), vectors=vectors))


def measured(
    stories: Sequence[Story], found: Sequence[Understood], gold: Path, seen: Mapping[PostId, bytes]
) -> dict[str, Any]:
    labels = {row["post"]: row for row in rows(gold / "gold.jsonl")}
    right = {"groups": 0, "qualifier": 0, "qualifier_voices": 0, "split": 0, "minority": 0}
    groups = 0
    by_id = {story.id: story for story in stories}
    truths = rows(gold / "gold_stories.jsonl")
    for truth in truths:
        brief = brief_of(by_id[truth["story"]], found, seen)
        voices = {group.id: {labels[post]["voice"] for post in group.posts} for group in brief.groups}
        gold_voices = {
            one["id"]: {
                row["voice"]
                for row in labels.values()
                if row["story"] == truth["story"] and row["group"] == one["id"] and row["kind"] == "opinion"
            }
            for one in truth["groups"]
        }
        matched = {}
        for one in truth["groups"]:
            groups += 1
            best = max(voices, key=lambda name: (len(voices[name] & gold_voices[one["id"]]), name), default=None)
            matched[one["id"]] = best
            close = best is not None and abs(len(voices[best]) - one["voices"]) <= 1
            right["groups"] += close and bool(voices[best] & gold_voices[one["id"]]) if best else 0
        right["qualifier_voices"] += brief.figures.opinion_voices == truth["qualifier_voices"]
        right["qualifier"] += brief.qualifier == qualifier(truth["qualifier_voices"])
        right["split"] += brief.split == truth["split"]
        right["minority"] += brief.minority == (matched[truth["minority"]] if truth["minority"] else None)
    return {"stories": len(truths), "groups": groups, "right": right}


if __name__ == "__main__":
    folder = Path(sys.argv[1]) / "stories" / "newsroom"
    every = [parse_story(row) for row in rows(folder / "stories.jsonl")]
    posts = [post for row in rows(folder / "posts.jsonl") if not (post := parse_post(row)).deleted]
    given = {row["post"]: row for row in rows(folder / "gold.jsonl")}
    by_id = sorted(posts, key=lambda post: post.id)
    ours = zip(by_id, read_posts(posts, every), strict=True)
    findings = {
        "told": [told(post, given[post.id]) for post in posts],
        "read": [Understood(post=post, finding=finding) for post, finding in ours],
    }
    seen = {post.id: one.vector for post, one in zip(posts, encoder.read([p.text for p in posts]), strict=True)}
    answer = {
        name: measured(every, found, folder, seen) | {"words": measured(every, found, folder, {})["right"]}
        for name, found in findings.items()
    }
    print(json.dumps(answer, indent=1))
