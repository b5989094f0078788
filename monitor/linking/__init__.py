"""Which story a post is about, and why: a shared link, its thread, the query that found it, or its words.

The words are compared by TF-IDF over title, lead and (weakly) body, with one round of feedback: each story
learns from its surest posts. The stories compete without a time window. Measured by tests/benchmarks/linking.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.folding import by_time
from monitor.model import Link, StoryId

from .evidence import Evidence
from .matching import ABOUT, Match, by_words
from .words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.folding import Copy
    from monitor.model import Post, PostId, Story

__all__ = ["link"]

_CLEARLY = 2.0
"""How much surer the words must be to go against the query that found a post."""
_REPLY_ALONE = 4.0
"""How much surer the words of a reply must be where its thread is about no story: replies alone are hopeless
(QUALITY.md: F1 0.41)."""
_FOUND = 0.5
"""The strength of a link that only the query gives."""


def link(
    posts: Iterable[Post], stories: Iterable[Story], copies: Mapping[PostId, Copy]
) -> tuple[dict[PostId, Link], dict[PostId, StoryId]]:
    """Return the links, and for posts that are about something else the story whose words they share.

    A copy takes its root's link, and lends it the address that it shares and the query that found it. An address
    decides, then the thread, then query and words. A tie goes to the story with the lowest id.
    """
    ordered = sorted(posts, key=by_time)
    ranked = sorted(stories, key=lambda story: story.id)
    evidence = Evidence(ordered, ranked, copies)
    roots = [post for post in ordered if post.id not in copies]
    links = {
        post.id: Link(story=evidence.by_url[post.id], reason="url", strength=1.0)
        for post in roots
        if post.id in evidence.by_url
    }
    columns = {story.id: column for column, story in enumerate(ranked)}
    certain = {number: columns[links[post.id].story] for number, post in enumerate(roots) if post.id in links}
    matches = by_words(roots, ranked, Words(roots, ranked), evidence, certain, feedback=True) if ranked else {}
    elsewhere: dict[PostId, StoryId] = {}
    for post in roots:
        if post.id not in links:
            found, other = _judged(post, matches.get(post.id, {}), evidence)
            links |= {post.id: found} if found else {}
            elsewhere |= {post.id: other} if other else {}
    _along_threads(roots, links, evidence)
    _to_copies([post for post in ordered if post.id in copies], copies, links, elsewhere, evidence)
    return links, {
        post: story for post, story in elsewhere.items() if post not in links or links[post].story != story
    }


def _to_copies(
    posts: Sequence[Post],
    copies: Mapping[PostId, Copy],
    links: dict[PostId, Link],
    elsewhere: dict[PostId, StoryId],
    evidence: Evidence,
) -> None:
    """Give each copy what its root has; the same words in another conversation belong to that one."""
    for post in posts:
        copy = copies[post.id]
        if copy.root in links:
            links[post.id] = links[copy.root]
        if copy.root in elsewhere:
            elsewhere[post.id] = elsewhere[copy.root]
        places = evidence.places(post)
        if copy.reason != "repost" and places and post.id in links and links[post.id].story not in places:
            links[post.id] = Link(story=min(places), reason="query", strength=_FOUND)


def _judged(post: Post, matches: Mapping[StoryId, Match], evidence: Evidence) -> tuple[Link | None, StoryId | None]:
    """Return the link of a post by its words and the query that found it, and the story that it only resembles."""
    best = min(matches.values(), key=lambda match: (-match.score, match.story), default=None)
    asked = evidence.found_for.get(post.id, set())
    needed = ABOUT * (_REPLY_ALONE if evidence.parent(post) is not None else 1)
    if best is not None and not asked and best.story in evidence.conversations:
        needed *= _CLEARLY  # what belongs to a conversation mostly stands in it
    sure = best if best is not None and best.reaches(needed) else None
    if not asked:
        # What no query found cannot be a false hit of one.
        return (_worded(sure) if sure else None), None
    held = min(asked, key=lambda story: (-(matches[story].score if story in matches else 0.0), story))
    own = matches.get(held)
    fits = own is not None and own.reaches(needed)
    if held not in evidence.by_keyword:
        # Where posts were not searched by words (a conversation, a tag), words say nothing against the place.
        return (_worded(own) if own and fits else Link(story=held, reason="query", strength=_FOUND)), None
    if sure and not sure.lone and sure.story not in asked and sure.score >= _CLEARLY * (own.score if own else 0.0):
        return _worded(sure), held
    return (_worded(own), None) if own and fits else (None, held)


def _worded(match: Match) -> Link:
    return Link(story=match.story, reason="words", strength=round(match.score / (match.score + ABOUT), 4))


def _along_threads(roots: Sequence[Post], links: dict[PostId, Link], evidence: Evidence) -> None:
    """Give each reply, then each quote, the story of what it answers, however long the thread is."""
    parents = {post.id: above for post in roots if (above := evidence.parent(post)) is not None}
    for post in roots:
        path = []
        at = post.id
        while at in parents and not (at in links and links[at].reason in ("url", "thread")) and at not in path:
            path.append(at)
            at = parents[at]
        if at in links:
            for below in reversed(path):
                links[below] = Link(story=links[at].story, reason="thread", strength=links[at].strength)
