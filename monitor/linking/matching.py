"""How well each post fits each story by its words alone, with one round of feedback.

The stories compete, and each learns from its surest posts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.model import LinkReason, StoryId

from .words import trust

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from monitor.model import Post, PostId, Story

    from .evidence import Evidence
    from .words import Lesson, Words

ABOUT = 0.05
"""The least score for a link."""
SUREST = 100
_SURE = 0.15
_SHARED = 2
"""Feedback: from a story's first hundred posts above this score that share two of its words; where it learned from
none, a link needs twice the score. A story that nobody talks about must not learn from, nor keep, the few posts
that happen to share a word with it. A link that hangs on one word needs twice the score too (three times where the
story has no sure posts). Against 1.5 times, precision on newsroom goes from .830 to .844, on mixed .913 to .921, on
crisislex26 .844 to .875; F1 rises on newsroom and crisislex26, and is .001 lower on mixed."""
CANDIDATES = 8
"""So many stories are looked at for a post beside those whose query found it."""
_CELLS = 2_000_000
"""Posts times stories that are held at once: bounds the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How well a post fits a story, less what is doubtful about it; ABOUT is as likely as not.

    lone: it hangs on one word; namesake: and that is a part of a name, which counts for nothing.
    hit: how well its words fit the story's own, before anything is learned. near: it is near in meaning, and nearer
    than any text of the background.
    """

    story: StoryId
    score: float
    lone: bool
    namesake: bool
    reason: LinkReason = "words"
    hit: float = 0.0
    near: bool = False

    def reaches(self, needed: float) -> bool:
        return not self.namesake and self.score >= needed


def by_words(
    roots: Sequence[Post],
    ranked: Sequence[Story],
    words: Words,
    evidence: Evidence,
    certain: Mapping[int, int],
    *,
    feedback: bool,
) -> dict[PostId, dict[StoryId, Match]]:
    """Return for each root the stories that its words fit best, at most eight and those whose query found it.

    certain: the number of a post and of the story that it is surely about.
    """
    import numpy as np  # noqa: PLC0415 - 100 ms, which `monitor --help` does not pay

    lessons = _lessons(roots, ranked, words, evidence, certain) if feedback else None
    index = words.index(lessons)
    doubts = np.array([2.0 - trust(lesson) for lesson in lessons]) if lessons else np.ones(len(ranked))
    columns = {story.id: column for column, story in enumerate(ranked)}
    matches: dict[PostId, dict[StoryId, Match]] = {}
    for start, end in pieces(len(roots), len(ranked)):
        fit = index.fit(start, end)
        scores = fit.score / (doubts + fit.lone)
        for row, post in enumerate(roots[start:end]):
            chosen = best_columns(scores[row])
            chosen += [columns[story] for story in sorted(evidence.found_for.get(post.id, ()))]
            found = {
                ranked[column].id: Match(
                    story=ranked[column].id,
                    score=float(scores[row, column]),
                    lone=bool(fit.lone[row, column]),
                    namesake=bool(fit.namesake[row, column]),
                )
                for column in chosen
                if scores[row, column] > 0
            }
            if found:
                matches[post.id] = found
    return matches


def _lessons(
    roots: Sequence[Post], ranked: Sequence[Story], words: Words, evidence: Evidence, certain: Mapping[int, int]
) -> list[Lesson]:
    """Return for each story its surest posts as (score, number), surest first: those that no other story has."""
    import numpy as np  # noqa: PLC0415 - as above

    index = words.index(None)
    lessons: list[list[tuple[float, int]]] = [[] for _ in ranked]
    for start, end in pieces(len(roots), len(ranked)):
        fit = index.fit(start, end)
        scores = np.where(fit.namesake | (fit.shared < _SHARED), 0.0, fit.score)
        for row, column in enumerate(scores.argmax(axis=1).tolist()):
            number = start + row
            if number in certain:
                score, column = 1.0, certain[number]  # noqa: PLW2901 - what is known stands for what is guessed
            else:
                score = float(scores[row, column])
            # A reply's words are no lesson: what it is about is decided by its thread.
            if score >= _SURE and evidence.parent(roots[number]) is None:
                lessons[column].append((score, number))
    return [surest(lesson) for lesson in lessons]


def surest(lesson: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """Return the first hundred, surest first; a tie goes to the older post."""
    return sorted(lesson, key=lambda taught: (-taught[0], taught[1]))[:SUREST]


def best_columns(scores: NDArray[np.float64], most: int = CANDIDATES) -> list[int]:
    """Return the columns of the highest scores above nought; a tie goes to the first."""
    import numpy as np  # noqa: PLC0415 - as above

    above = np.flatnonzero(scores > 0)
    ordered: list[int] = above[np.argsort(-scores[above], kind="stable")][:most].tolist()
    return ordered


def pieces(posts: int, stories: int) -> Iterator[tuple[int, int]]:
    """Yield where each piece of the posts starts and ends."""
    size = max(1, _CELLS // max(1, stories))
    for start in range(0, posts, size):
        yield start, min(posts, start + size)
