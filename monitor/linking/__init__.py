"""Which story a post is about, and why: a shared link, its thread, the query that found it, words or meaning.

The words are compared by TF-IDF over title, lead and (weakly) body; where there is an encoder, its vectors say what
is near in meaning, over languages too. The stories compete and learn from their surest posts. Measured by
tests/benchmarks/linking.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from monitor.folding import by_time
from monitor.model import Link, StoryId

from .evidence import Evidence
from .fusion import by_fusion
from .matching import ABOUT, Match, by_words
from .meaning import Meaning
from .words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import timedelta

    from monitor.folding import Copy
    from monitor.model import Article, Post, PostId, Story
    from monitor.protocols import Embedder

__all__ = ["EVERY_IDEA", "Ideas", "Precision", "link"]

Precision: TypeAlias = Literal["balanced", "high"]
"""balanced: the best F1. high: about 97 of 100 links by words or meaning are right, and fewer are found."""

_CLEARLY = 2.0
"""How much surer the words must be to go against the query that found a post."""
_STRANGE = 10.0
"""Likewise for a post that only by its meaning is near a conversation in which it does not stand: 10 in 11."""
_REPLY_ALONE = 4.0
"""How much surer the words of a reply must be where its thread is about no story: replies alone are hopeless
(QUALITY.md: F1 0.41)."""
_FOUND = 0.5
"""The strength of a link that only the query gives."""
_HIGH = 5.0
"""How much surer words and meaning must be for a high precision. On the root posts of mixed 4.1 gives .97 and 6
gives .979 with an encoder, 4.4 and 6 the same by words alone; on newsroom, where each sixth post is a lure, 6 gives
.92 and .90."""
_FEW = 2
"""Up to so many stories meaning takes away no link that words give: on hard_cases, whose posts are all about one
story, it would take away a tenth of them."""
_HIT = 3 * ABOUT
"""From this score on the words of a post hit a story clearly enough to say that it is about something else. On
newsroom 11 lures are told so and 5 posts wrongly; from ABOUT on 20 and 24."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ideas:
    """What linking uses, to measure what each is worth; in the product all of it, and meaning where there is one.

    meaning: the vectors of an encoder. feedback: stories learn from their surest posts. threads: replies and quotes
    have the story of what they answer.
    """

    meaning: bool = True
    feedback: bool = True
    threads: bool = True


EVERY_IDEA = Ideas()


def link(
    posts: Iterable[Post],
    stories: Iterable[Story],
    copies: Mapping[PostId, Copy],
    *,
    articles: Sequence[Article] = (),
    embed: Embedder | None = None,
    precision: Precision = "balanced",
    window: timedelta | None = None,
    ideas: Ideas = EVERY_IDEA,
) -> tuple[dict[PostId, Link], dict[PostId, StoryId]]:
    """Return the links, and for posts that are about something else the story whose words they share.

    A copy takes its root's link, and lends it the address that it shares and the query that found it. An address
    decides, then the thread, then query, words and meaning. A tie goes to the story with the lowest id.
    articles: of other outlets, whose addresses stand for their story's. embed: without it words are compared alone.
    window: how long before or after a story is published its posts may be written to be known by words or meaning;
    None: any time.
    """
    ordered = sorted(posts, key=by_time)
    ranked = sorted(stories, key=lambda story: story.id)
    evidence = Evidence(ordered, ranked, copies, articles)
    roots = [post for post in ordered if post.id not in copies]
    links = {
        post.id: Link(story=evidence.by_url[post.id], reason="url", strength=1.0)
        for post in roots
        if post.id in evidence.by_url
    }
    matches = _matches(roots, ranked, evidence, links, embed if ideas.meaning else None, feedback=ideas.feedback)
    if window is not None:
        matches = _within(window, roots, ranked, matches)
    elsewhere: dict[PostId, StoryId] = {}
    for post in roots:
        if post.id not in links:
            found, other = _judged(post, matches.get(post.id, {}), evidence, _HIGH if precision == "high" else 1.0)
            links |= {post.id: found} if found else {}
            elsewhere |= {post.id: other} if other else {}
    if ideas.threads:
        _along_threads(roots, links, evidence)
    _to_copies([post for post in ordered if post.id in copies], copies, links, elsewhere, evidence)
    return links, {
        post: story for post, story in elsewhere.items() if post not in links or links[post].story != story
    }


def _matches(
    roots: Sequence[Post],
    ranked: Sequence[Story],
    evidence: Evidence,
    links: Mapping[PostId, Link],
    embed: Embedder | None,
    *,
    feedback: bool,
) -> dict[PostId, dict[StoryId, Match]]:
    """Return for each root the stories that it may be about by words and meaning."""
    if not roots or not ranked:
        return {}
    columns = {story.id: column for column, story in enumerate(ranked)}
    certain = {number: columns[links[post.id].story] for number, post in enumerate(roots) if post.id in links}
    words = Words(roots, ranked)
    fused: dict[PostId, dict[StoryId, Match]] = {}
    if embed is not None:
        meaning = Meaning(roots, ranked, embed)
        fused = by_fusion(roots, ranked, words, meaning, evidence, certain, feedback=feedback)
        if len(ranked) > _FEW:
            return fused
    # A story that competes with none keeps what its words say, and meaning adds to it.
    for post, found in by_words(roots, ranked, words, evidence, certain, feedback=feedback).items():
        of_post = fused.setdefault(post, {})
        for story, match in found.items():
            other = of_post.get(story)
            # One word of a name may be that of another; where the meaning is near too, it is this one.
            named = match.namesake and not (other is not None and other.near)
            if other is None or (not named and match.score > other.score):
                of_post[story] = replace(match, namesake=named)
    return fused


def _within(
    window: timedelta,
    roots: Sequence[Post],
    ranked: Sequence[Story],
    matches: Mapping[PostId, Mapping[StoryId, Match]],
) -> dict[PostId, dict[StoryId, Match]]:
    """Leave out stories published longer before or after a post; an unknown time leaves out nothing."""
    published = {story.id: story.published_at for story in ranked}
    kept = {}
    for post in roots:
        written = post.created_at
        kept[post.id] = {
            story: match
            for story, match in matches.get(post.id, {}).items()
            if written is None or (told := published[story]) is None or abs(written - told) <= window
        }
    return kept


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


def _judged(
    post: Post, matches: Mapping[StoryId, Match], evidence: Evidence, times: float
) -> tuple[Link | None, StoryId | None]:
    """Return the link of a post by its words and the query that found it, and the story that it only resembles.

    times: how much surer than as likely as not it must be.
    """
    best = min(matches.values(), key=lambda match: (-match.score, match.story), default=None)
    asked = evidence.found_for.get(post.id, set())
    needed = times * ABOUT * (_REPLY_ALONE if evidence.parent(post) is not None else 1)
    if best is not None and not asked and best.story in evidence.conversations:
        # What belongs to a conversation mostly stands in it.
        needed *= _CLEARLY if best.reason == "words" else _STRANGE
    sure = best if best is not None and best.reaches(needed) else None
    if not asked:
        return (_worded(sure), None) if sure else (None, _resembled(matches))
    held = min(asked, key=lambda story: (-(matches[story].score if story in matches else 0.0), story))
    own = matches.get(held)
    fits = own is not None and own.reaches(needed)
    if held not in evidence.by_keyword:
        # Where posts were not searched by words (a conversation, a tag), words say nothing against the place.
        return (_worded(own) if own and fits else Link(story=held, reason="query", strength=_FOUND)), None
    if sure and not sure.lone and sure.story not in asked and sure.score >= _CLEARLY * (own.score if own else 0.0):
        return _worded(sure), held
    return (_worded(own), None) if own and fits else (None, held)


def _resembled(matches: Mapping[StoryId, Match]) -> StoryId | None:
    """Return the story of which a search by words would have found the post; only meaning can tell it apart."""
    best = min(matches.values(), key=lambda match: (-match.hit, match.story), default=None)
    return best.story if best is not None and best.hit >= _HIT else None


def _worded(match: Match) -> Link:
    return Link(story=match.story, reason=match.reason, strength=round(match.score / (match.score + ABOUT), 4))


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
