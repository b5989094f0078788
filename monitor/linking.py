"""Which story a post is about, and why: a shared link, its thread, the query that found it, or its words.

The words are compared by TF-IDF over title, lead and (weakly) body, with one round of feedback: each story
learns from its surest posts. The stories compete without a time window. Measured by tests/benchmarks/linking.py.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from .folding import by_time
from .languages import stopwords
from .model import Link, StoryId
from .text import canonical_url, links_in, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .folding import Copy
    from .model import Post, PostId, Story

_Vector: TypeAlias = dict[str, float]

# The figures below were chosen once, on the root posts of the development sets `mixed`, `newsroom` and
# `crisislex26`; around them F1 moves by less than 0.01.
_TITLE, _LEAD, _BODY, _JOINED = 1.0, 1.0, 0.2, 0.5
"""What a word counts by where it stands; joined: two words of the title as one, as hashtags write them."""
_BODY_CHARACTERS = 3000
_STEM = 6
"""Words are cut to so many letters, which joins most inflected forms in the languages that we read."""
_LEAST_RARITY = 3.0
"""What a word of title or lead counts at least, however many posts have it: where most posts are about the one
story that is followed, its own words would count for nothing. 3 is the weight of a word in one post of 19."""
_MOST_RARITY = 5.0
"""What any word counts at most (the weight of one in 150 posts): rarer words would only make posts seem longer."""
_PIVOT = 0.2
"""How much of a post's own length divides its score; the rest is the mean length, or short posts would win."""
_SUREST = 100
_SURE = 0.15
_LEARNED = 2.0
_LEARNED_WORDS = 400
_WHOLE_LESSON = 10
_SHARED = 2
"""Feedback: from a story's first hundred posts above this score that share two of its words; what they teach weighs
twice the story's own words, less where there were under ten; with none, a link needs twice the score. A story that
nobody talks about must not learn from, nor keep, the few posts that happen to share a word with it."""
_ABOUT = 0.05
"""The least score for a link."""
_ONE_WORD = 0.8
"""Where one word gives this share of the score the link hangs on that word, and needs twice the score (three times
where the story has no sure posts). Against 1.5 times, precision on newsroom goes from .830 to .844, on mixed
.913 to .921, on crisislex26 .844 to .875; F1 rises on newsroom and crisislex26, and is .001 lower on mixed."""
_CAPITALISED = 0.6
_CLEARLY = 2.0
"""How much surer the words must be to go against the query that found a post."""
_REPLY_ALONE = 4.0
"""How much surer the words of a reply must be where its thread is about no story: replies alone are hopeless
(QUALITY.md: F1 0.41)."""
_FOUND = 0.5
"""The strength of a link that only the query gives."""
_BY_KEYWORD = 0.95
"""Share of the posts found for a story that hold a word of its query from which on it was searched by words."""

_TAG = re.compile(r"[#＃](\w{1,80})")
_HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z0-9])|(?<=[0-9])(?=[^\W\d_])")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """How well a post's words fit a story, less what is doubtful about it.

    lone: it hangs on one word; namesake: and that is a part of a name.
    """

    story: StoryId
    score: float
    lone: bool
    namesake: bool

    def reaches(self, needed: float) -> bool:
        return not self.namesake and self.score >= needed


def link(
    posts: Iterable[Post], stories: Iterable[Story], copies: Mapping[PostId, Copy]
) -> tuple[dict[PostId, Link], dict[PostId, StoryId]]:
    """Return the links, and for posts that are about something else the story whose words they share.

    A copy takes its root's link, and lends it the address that it shares and the query that found it. An address
    decides, then the thread, then query and words. A tie goes to the story with the lowest id.
    """
    ordered = sorted(posts, key=by_time)
    ranked = sorted(stories, key=lambda story: story.id)
    evidence = _Evidence(ordered, ranked, copies)
    roots = [post for post in ordered if post.id not in copies]
    links = {
        post.id: Link(story=evidence.by_url[post.id], reason="url", strength=1.0)
        for post in roots
        if post.id in evidence.by_url
    }
    matches = _by_words(roots, ranked, evidence, links)
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
    evidence: _Evidence,
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


class _Evidence:
    """What ties posts to stories besides words; everything is known of roots, their copies included."""

    def __init__(self, ordered: Sequence[Post], ranked: Sequence[Story], copies: Mapping[PostId, Copy]) -> None:
        known = {post.id: post for post in ordered}
        self.known = known.keys()
        self.root = {post.id: copies[post.id].root if post.id in copies else post.id for post in ordered}
        addresses: dict[str, StoryId] = {}
        for story in ranked:
            if story.url and (address := canonical_url(story.url)) is not None:
                addresses.setdefault(address, story.id)
        self._ids = {story.id for story in ranked}
        self.by_url: dict[PostId, StoryId] = {}
        self.found_for: dict[PostId, set[StoryId]] = defaultdict(set)
        for post in ordered:
            root = self.root[post.id]
            if post.id == root or copies[post.id].reason == "repost" or not known[root].found_for:
                self.found_for[root] |= self._ids & set(post.found_for)
            for address in _addresses(post):
                if address in addresses:
                    self.by_url.setdefault(root, addresses[address])
        self.by_keyword = self._searched_by_words(ordered, ranked)
        self.conversations = {story for found in self.found_for.values() for story in found} - self.by_keyword

    def places(self, post: Post) -> set[StoryId]:
        """Return the stories whose query found `post` itself, but not by its words."""
        return (self._ids & set(post.found_for)) - self.by_keyword

    def parent(self, post: Post) -> PostId | None:
        """Return the root of what `post` answers or quotes, None where that is not stored."""
        above = next((up for up in (post.reply_to, post.quote_of) if up is not None and up in self.known), None)
        return self.root[above] if above is not None else None

    def _searched_by_words(self, ordered: Sequence[Post], ranked: Sequence[Story]) -> set[StoryId]:
        asked = {
            story.id: frozenset(_stems(story.query or f"{story.title}\n{story.lead}", story.language))
            for story in ranked
        }
        hits: Counter[StoryId] = Counter()
        found: Counter[StoryId] = Counter()
        for post in ordered:
            for story in self.found_for.get(post.id, ()):
                found[story] += 1
                hits[story] += not asked[story].isdisjoint(_stems(post.text, post.lang))
        return {story for story in found if hits[story] >= _BY_KEYWORD * found[story]}


def _addresses(post: Post) -> Iterator[str]:
    for url in post.links:
        if (address := canonical_url(url)) is not None:
            yield address
    yield from links_in(post.text)


def _judged(
    post: Post, matches: Mapping[StoryId, _Match], evidence: _Evidence
) -> tuple[Link | None, StoryId | None]:
    """Return the link of a post by its words and the query that found it, and the story that it only resembles."""
    best = min(matches.values(), key=lambda match: (-match.score, match.story), default=None)
    asked = evidence.found_for.get(post.id, set())
    needed = _ABOUT * (_REPLY_ALONE if evidence.parent(post) is not None else 1)
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


def _worded(match: _Match) -> Link:
    return Link(story=match.story, reason="words", strength=round(match.score / (match.score + _ABOUT), 4))


def _along_threads(roots: Sequence[Post], links: dict[PostId, Link], evidence: _Evidence) -> None:
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


def _by_words(
    roots: Sequence[Post], ranked: Sequence[Story], evidence: _Evidence, links: Mapping[PostId, Link]
) -> dict[PostId, dict[StoryId, _Match]]:
    """Return how well each root's words fit each story that shares any of them."""
    counted = [Counter(_stems(post.text, post.lang)) for post in roots]
    told = [_story_words(story) for story in ranked]
    often = Counter(word for counts in counted for word in counts) + Counter(
        word for counts in told for word in counts
    )
    total = len(counted) + len(told)

    rarity = {word: min(_MOST_RARITY, math.log(1 + total / count)) for word, count in often.items() if count > 1}
    for word in (word for counts in told for word, count in counts.items() if count >= 1 and word in rarity):
        rarity[word] = max(rarity[word], _LEAST_RARITY)

    def weigh(counts: Mapping[str, float]) -> _Vector:
        """Words that stand in one post alone are left out: they can fit nothing."""
        return {
            word: (1 + math.log(count) if count >= 1 else count) * rarity[word]
            for word, count in counts.items()
            if word in rarity
        }

    vectors = [weigh(counts) for counts in counted]
    norms = [_norm(vector) for vector in vectors]
    mean = sum(norms) / len(norms) if norms else 0.0
    index: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, (vector, norm) in enumerate(zip(vectors, norms, strict=True)):
        length = (1 - _PIVOT) * mean + _PIVOT * norm
        for word, weight in vector.items():
            vector[word] = weight / length
            index[word].append((number, weight / length))
    own = [_unit(weigh(counts)) for counts in told]
    names = {story.id: _names(story) for story in ranked}
    first = [
        {
            number: score
            for number, score in _scores(vector, index).items()
            if _lone(vectors[number], vector, score) not in names[story.id]
            and sum(word in vectors[number] for word in vector) >= _SHARED
        }
        for story, vector in zip(ranked, own, strict=True)
    ]
    # A reply's words are no lesson: what it is about is decided by its thread.
    teaches = [evidence.parent(post) is None for post in roots]
    numbers = {post.id: number for number, post in enumerate(roots)}
    certain = {numbers[post]: given.story for post, given in links.items()}
    lessons = _lessons(first, ranked, teaches, certain)
    learned = [_unit(_with_lesson(vector, lesson, vectors)) for vector, lesson in zip(own, lessons, strict=True)]
    matches: dict[PostId, dict[StoryId, _Match]] = defaultdict(dict)
    for story, vector, lesson in zip(ranked, learned, lessons, strict=True):
        doubt = 2.0 - _trust(lesson)
        for number, score in _scores(vector, index).items():
            lone = _lone(vectors[number], vector, score)
            matches[roots[number].id][story.id] = _Match(
                story=story.id,
                score=score / (doubt + (lone is not None)),
                lone=lone is not None,
                namesake=lone in names[story.id],
            )
    return matches


def _lone(post: _Vector, story: _Vector, score: float) -> str | None:
    """Return the word on which `score` hangs, None where there are several."""
    word = max(post, key=lambda word: (post[word] * story.get(word, 0.0), word))
    return word if post[word] * story.get(word, 0.0) >= _ONE_WORD * score else None


def _names(story: Story) -> frozenset[str]:
    """Return the stems of names of several words in title and lead: one of their words alone may name another.

    Where most words of the title are capitalised that says nothing, and only the lead is read.
    """
    title = story.title.split()
    shouted = sum(word[:1].isupper() for word in title) > _CAPITALISED * len(title)
    found: set[str] = set()
    for piece in ([] if shouted else title, story.lead.split()):
        for one, other in pairwise(piece):
            if one[:1].isupper() and other[:1].isupper() and one[-1:].isalnum():
                found.update(_stems(f"{one} {other}", story.language))
    return frozenset(found)


def _lessons(
    scores: Sequence[Mapping[int, float]],
    ranked: Sequence[Story],
    teaches: Sequence[bool],
    certain: Mapping[int, StoryId],
) -> list[list[tuple[float, int]]]:
    """Return for each story its surest posts as (score, number), surest first: those that no other story has."""
    best: dict[int, tuple[float, int]] = {}
    for story, of_story in enumerate(scores):
        for number, score in of_story.items():
            if number not in best or score > best[number][0]:
                best[number] = (score, story)
    ids = [story.id for story in ranked]
    for number, given in certain.items():
        best[number] = (1.0, ids.index(given))
    lessons: list[list[tuple[float, int]]] = [[] for _ in ranked]
    for number, (score, story) in best.items():
        if score >= _SURE and teaches[number]:
            lessons[story].append((score, number))
    return [sorted(lesson, key=lambda taught: (-taught[0], taught[1]))[:_SUREST] for lesson in lessons]


def _trust(lesson: Sequence[tuple[float, int]]) -> float:
    return min(1.0, len(lesson) / _WHOLE_LESSON)


def _with_lesson(own: _Vector, lesson: Sequence[tuple[float, int]], vectors: Sequence[_Vector]) -> _Vector:
    taught: dict[str, float] = defaultdict(float)
    for score, number in lesson:
        for word, weight in vectors[number].items():
            taught[word] += weight * score
    kept = dict(sorted(_unit(taught).items(), key=lambda item: (-item[1], item[0]))[:_LEARNED_WORDS])
    trust = _LEARNED * _trust(lesson)
    return {
        word: own.get(word, 0.0) + trust * kept.get(word, 0.0)
        for word in (*own, *(w for w in kept if w not in own))
    }


def _scores(vector: _Vector, index: Mapping[str, list[tuple[int, float]]]) -> dict[int, float]:
    scores: dict[int, float] = defaultdict(float)
    for word, weight in vector.items():
        for number, other in index.get(word, ()):
            scores[number] += weight * other
    return scores


def _norm(vector: Mapping[str, float]) -> float:
    return math.sqrt(math.fsum(weight * weight for weight in vector.values())) or 1.0


def _unit(vector: Mapping[str, float]) -> _Vector:
    norm = _norm(vector)
    return {word: weight / norm for word, weight in vector.items()}


def _story_words(story: Story) -> dict[str, float]:
    counts: dict[str, float] = defaultdict(float)
    for text, weight in ((story.title, _TITLE), (story.lead, _LEAD), (story.body[:_BODY_CHARACTERS], _BODY)):
        for stem in _stems(text, story.language):
            counts[stem] += weight
    title = words(story.title)
    for one, other in pairwise(title):
        counts[(one + other)[:_STEM]] += _JOINED
    return dict(counts)


def _stems(text: str, language: str | None) -> list[str]:
    """Return the words that say what `text` is about, cut to stems, in order; parts of a #LikeThis one too."""
    empty = stopwords("en") | stopwords(language or "")
    stems = []
    parts = [part for word in words(text) for part in word.split("-")]
    parts += [part.casefold() for tag in _TAG.findall(text) if len(humps := _HUMP.split(tag)) > 1 for part in humps]
    for part in parts:
        word = part.removesuffix("'s")
        if len(word) > 1 and word not in empty:
            stems.append((word[:-1] if len(word) > 4 and word.endswith("s") else word)[:_STEM])  # noqa: PLR2004 — "news", "this"
    return stems
