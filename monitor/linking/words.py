"""How well the words of posts fit stories: TF-IDF over title, lead and body, and what a story has learned.

An index of the stories' words is asked, so a post costs what its words hit, and not a step for each story.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from monitor.languages import stopwords
from monitor.text import words

from .scripts import OtherScript

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from monitor.model import Post, Story

Vector: TypeAlias = dict[str, float]
Lesson: TypeAlias = "Sequence[tuple[float, int]]"
"""The surest posts of a story as (sureness, number of the post), surest first."""

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
_LEARNED = 2.0
_LEARNED_WORDS = 400
_WHOLE_LESSON = 10
"""What the surest posts teach weighs twice the story's own words, less where there were under ten."""
_ONE_WORD = 0.8
"""Where one word gives this share of the score the match hangs on that word."""
_CAPITALISED = 0.6

_TAG = re.compile(r"[#＃](\w{1,80})")
_HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z0-9])|(?<=[0-9])(?=[^\W\d_])")


class Fit:
    """One row a post, one column a story. score: how well the words fit. lone: they hang on one word.

    namesake: and that word is a part of a name. shared: how many words of the story the post has.
    """

    __slots__ = ("lone", "namesake", "score", "shared")

    def __init__(
        self,
        score: NDArray[np.float64],
        lone: NDArray[np.bool_],
        namesake: NDArray[np.bool_],
        shared: NDArray[np.int64],
    ) -> None:
        self.score = score
        self.lone = lone
        self.namesake = namesake
        self.shared = shared


class Words:
    """The words of posts and stories, weighed against each other; both by number, in the order given."""

    def __init__(self, roots: Sequence[Post], ranked: Sequence[Story]) -> None:
        # A name in the other script counts as the words that the story has for it.
        named = OtherScript(ranked, stems)
        counted = [Counter(stems(post.text, post.lang) + named.stems(post.text)) for post in roots]
        told = [_story_words(story) for story in ranked]
        often = Counter(word for counts in counted for word in counts)
        often.update(word for counts in told for word in counts)
        total = len(counted) + len(told)
        rarity = {
            word: min(_MOST_RARITY, math.log(1 + total / count)) for word, count in often.items() if count > 1
        }
        for word in (word for counts in told for word, count in counts.items() if count >= 1 and word in rarity):
            rarity[word] = max(rarity[word], _LEAST_RARITY)
        self.posts = [_weigh(counts, rarity) for counts in counted]
        norms = [_norm(vector) for vector in self.posts]
        mean = sum(norms) / len(norms) if norms else 0.0
        for vector, norm in zip(self.posts, norms, strict=True):
            length = (1 - _PIVOT) * mean + _PIVOT * norm
            for word, weight in vector.items():
                vector[word] = weight / length
        self.stories = [_unit(_weigh(counts, rarity)) for counts in told]
        self._names = [_names(story) | named.single for story in ranked]

    def index(self, lessons: Sequence[Lesson] | None) -> Index:
        """Return the stories' words for looking up, with what the lessons teach (None: only their own)."""
        if lessons is None:
            return Index(self.posts, self.stories, self._names)
        learned = [self._with_lesson(own, lesson) for own, lesson in zip(self.stories, lessons, strict=True)]
        return Index(self.posts, learned, self._names)

    def _with_lesson(self, own: Vector, lesson: Lesson) -> Vector:
        if not lesson:
            return own
        taught: dict[str, float] = defaultdict(float)
        for sureness, number in lesson:
            for word, weight in self.posts[number].items():
                taught[word] += weight * sureness
        kept = dict(sorted(_unit(taught).items(), key=lambda item: (-item[1], item[0]))[:_LEARNED_WORDS])
        weight = _LEARNED * trust(lesson)
        return _unit(
            {
                word: own.get(word, 0.0) + weight * kept.get(word, 0.0)
                for word in (*own, *(word for word in kept if word not in own))
            }
        )


class Index:
    """The words of posts and stories as numbers, to be laid over each other many posts at once."""

    def __init__(self, posts: Sequence[Vector], stories: Sequence[Vector], names: Sequence[frozenset[str]]) -> None:
        import numpy as np  # noqa: PLC0415 - 100 ms, which `monitor --help` does not pay

        self._count = len(stories)
        entries: dict[str, list[tuple[int, float, bool]]] = defaultdict(list)
        for column, vector in enumerate(stories):
            for word, weight in vector.items():
                entries[word].append((column, weight, word in names[column]))
        number = {word: place for place, word in enumerate(entries)}
        listed = [entry for found in entries.values() for entry in found]
        self._columns = np.array([column for column, _, _ in listed], dtype=np.int64)
        self._weights = np.array([weight for _, weight, _ in listed])
        self._named = np.array([named for _, _, named in listed], dtype=bool)
        self._lengths = np.array([len(found) for found in entries.values()], dtype=np.int64)
        self._starts = np.cumsum(self._lengths) - self._lengths
        hits = [[(number[word], weight) for word, weight in post.items() if word in number] for post in posts]
        self._ends = np.cumsum([len(found) for found in hits], dtype=np.int64)
        self._words = np.array([word for found in hits for word, _ in found], dtype=np.int64)
        self._given = np.array([weight for found in hits for _, weight in found])

    def fit(self, start: int, end: int) -> Fit:
        """Return how well the posts numbered from `start` to before `end` fit each story."""
        import numpy as np  # noqa: PLC0415 - as above

        shape = (end - start, self._count)
        first, last = (int(self._ends[start - 1]) if start else 0), int(self._ends[end - 1]) if end else 0
        words, given = self._words[first:last], self._given[first:last]
        counts = np.diff(self._ends[start:end], prepend=first)
        rows = np.repeat(np.arange(end - start), counts)
        times = self._lengths[words]
        # Each word of a post meets each story that has it: `entry` runs over these meetings.
        before = np.cumsum(times) - times
        entry = np.repeat(self._starts[words] - before, times) + np.arange(times.sum())
        cells = np.repeat(rows, times) * self._count + self._columns[entry]
        products = np.repeat(given, times) * self._weights[entry]
        size = shape[0] * shape[1]
        score = np.bincount(cells, weights=products, minlength=size).astype(np.float64, copy=False)
        most, of_name = np.zeros(size), np.zeros(size)
        np.maximum.at(most, cells, products)
        named = self._named[entry]
        np.maximum.at(of_name, cells[named], products[named])
        lone = (score > 0) & (most >= _ONE_WORD * score)
        return Fit(
            score.reshape(shape),
            lone.reshape(shape),
            (lone & (of_name >= most)).reshape(shape),
            np.bincount(cells, minlength=size).reshape(shape),
        )


def trust(lesson: Lesson) -> float:
    """Return how much a lesson may weigh, in [0, 1]: less where it has few posts."""
    return min(1.0, len(lesson) / _WHOLE_LESSON)


def stems(text: str, language: str | None) -> list[str]:
    """Return the words that say what `text` is about, cut to stems, in order; parts of a #LikeThis one too."""
    english, own = stopwords("en"), stopwords(language or "")
    parts = [part for word in words(text) for part in (word.split("-") if "-" in word else (word,))]
    if "#" in text or "＃" in text:
        parts += [
            part.casefold() for tag in _TAG.findall(text) if len(humps := _HUMP.split(tag)) > 1 for part in humps
        ]
    cut = [part.removesuffix("'s") for part in parts]
    return [_stem(word) for word in cut if len(word) > 1 and word not in english and word not in own]


def _stem(word: str) -> str:
    return (word[:-1] if len(word) > 4 and word[-1] == "s" else word)[:_STEM]  # noqa: PLR2004 — "news", "this"


def _weigh(counts: Mapping[str, float], rarity: Mapping[str, float]) -> Vector:
    """Words that stand in one text alone are left out: they can fit nothing."""
    return {
        word: (1 + math.log(count) if count >= 1 else count) * rarity[word]
        for word, count in counts.items()
        if word in rarity
    }


def _norm(vector: Mapping[str, float]) -> float:
    return math.sqrt(math.fsum(weight * weight for weight in vector.values())) or 1.0


def _unit(vector: Mapping[str, float]) -> Vector:
    norm = _norm(vector)
    return {word: weight / norm for word, weight in vector.items()}


def _story_words(story: Story) -> dict[str, float]:
    counts: dict[str, float] = defaultdict(float)
    for text, weight in ((story.title, _TITLE), (story.lead, _LEAD), (story.body[:_BODY_CHARACTERS], _BODY)):
        for stem in stems(text, story.language):
            counts[stem] += weight
    title = words(story.title)
    for one, other in pairwise(title):
        counts[(one + other)[:_STEM]] += _JOINED
    return dict(counts)


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
                found.update(stems(f"{one} {other}", story.language))
    return frozenset(found)
