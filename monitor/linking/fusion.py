"""How likely a post is about a story, from its words, its meaning and what it has in common with sure posts.

A small logistic model over a few figures of each post and story; it knows no word of any story, and every figure
means the same for any encoder and any number of stories. Its weights are made by tests/training/linking.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .matching import ABOUT, Match, best_columns, pieces, surest
from .weights import WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from monitor.model import Post, PostId, Story, StoryId

    from .evidence import Evidence
    from .meaning import Meaning
    from .words import Lesson, Words

SURE = 0.6
"""From this likelihood on a post is a lesson for its story. Against 0.8, F1 on posts of sets that the weights have
not seen is .945 instead of .924 on mixed, .767 instead of .742 on newsroom (roots that share no address)."""
NEAR = 0.28
"""From this cosine on a post is near a story: the best threshold by meaning alone (docs/decisions/0007)."""
_WORDED = 2 * ABOUT
_SHARED = 0.5
"""And its own words must fit too, two of them at least: meaning alone would teach a story that stands alone all
that is said. On newsroom F1 with eight of the stories goes from .752 to .813 by it, with three from .522 to .657.
"""

FIRST = ("own", "cosine", "own_lead", "cosine_lead", "lone", "shared", "alone")
LEARNED = (*FIRST, "words", "words_lead", "centre", "centre_lead", "nearest")
"""The figures of a pair. own, words: how well the words fit, before and after learning, in [0, 1). cosine, centre,
nearest: how near it is to the story, to the centroid of its sure posts, to the nearest of them. *_lead: how far
before the best other story, in meaning also before any text of the background. lone: one word gives the score.
shared: words in common, up to 4, as a share of 4. alone: 1 divided by the number of stories."""


class Pairs:
    """The pairs of a post and a story that are looked at, and their figures by name."""

    def __init__(
        self,
        roots: Sequence[Post],
        ranked: Sequence[Story],
        words: Words,
        meaning: Meaning,
        evidence: Evidence,
    ) -> None:
        import numpy as np  # noqa: PLC0415 - 100 ms, which `monitor --help` does not pay

        self.roots, self.ranked, self._words, self._meaning = roots, ranked, words, meaning
        columns = {story.id: column for column, story in enumerate(ranked)}
        index = words.index(None)
        rows: list[NDArray[np.int64]] = []
        stories: list[NDArray[np.int64]] = []
        kept: dict[str, list[NDArray[np.float64]]] = {
            name: [] for name in ("own", "cosine", "lone", "shared", "hit")
        }
        for start, end in pieces(len(roots), len(ranked)):
            fit, cosines = index.fit(start, end), meaning.cosines(start, end)
            # The last digits of a product of matrices depend on their shape.
            near = cosines.astype(np.float64).round(5)
            chosen = [
                sorted(
                    {
                        *best_columns(fit.score[row]),
                        *best_columns(near[row]),
                        *(columns[story] for story in evidence.found_for.get(roots[start + row].id, ())),
                    }
                )
                for row in range(end - start)
            ]
            row = np.repeat(np.arange(end - start), [len(found) for found in chosen])
            column = np.array([one for found in chosen for one in found], dtype=np.int64)
            rows.append(row + start)
            stories.append(column)
            score = fit.score[row, column]
            kept["own"].append((score / (score + ABOUT)) * ~fit.namesake[row, column])
            kept["cosine"].append(near[row, column])
            kept["lone"].append(fit.lone[row, column].astype(np.float64))
            kept["shared"].append(fit.shared[row, column].clip(max=4).astype(np.float64) * 0.25)
            kept["hit"].append(
                np.where(fit.namesake[row, column], 0.0, score) / np.where(fit.lone[row, column], 2.0, 1.0)
            )
        self.post = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
        self.story = np.concatenate(stories) if stories else np.zeros(0, dtype=np.int64)
        self.figures = {name: np.concatenate(values) if values else np.zeros(0) for name, values in kept.items()}
        self.figures["alone"] = np.full(len(self.post), 1.0 / max(1, len(ranked)))
        self._nobody = np.zeros(len(roots))
        self._strangers = meaning.strangers()
        self.figures["own_lead"] = self._lead("own", self._nobody)
        self.figures["cosine_lead"] = self._lead("cosine", self._strangers)

    def learn(self, lessons: Sequence[Lesson]) -> None:
        """Fill in the figures that come from the surest posts of each story."""
        import numpy as np  # noqa: PLC0415 - as above

        index = self._words.index(lessons)
        score = np.zeros(len(self.post))
        for start, end in pieces(len(self.roots), len(self.ranked)):
            fit = index.fit(start, end)
            here = slice(*np.searchsorted(self.post, [start, end]).tolist())
            rows, columns = self.post[here] - start, self.story[here]
            score[here] = np.where(fit.namesake[rows, columns], 0.0, fit.score[rows, columns])
        centre, nearest = np.zeros(len(self.post)), np.zeros(len(self.post))
        order = np.argsort(self.story, kind="stable")
        bounds = np.searchsorted(self.story[order], np.arange(len(self.ranked) + 1))
        for column in range(len(self.ranked)):
            of_story = order[bounds[column] : bounds[column + 1]]
            if len(of_story):
                near = self._meaning.near(self.post[of_story], column, lessons[column])
                centre[of_story], nearest[of_story] = near
        self.figures["words"] = score / (score + ABOUT)
        self.figures["centre"] = np.round(centre, 5)
        self.figures["nearest"] = np.round(nearest, 5)
        self.figures["words_lead"] = self._lead("words", self._nobody)
        self.figures["centre_lead"] = self._lead("centre", self._strangers)

    def likely(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Return how likely each pair is, by the figures of `names`."""
        import numpy as np  # noqa: PLC0415 - as above

        weights = WEIGHTS["learned" if names is LEARNED else "first"]
        total = np.full(len(self.post), weights["bias"])
        for name in names:
            total += weights[name] * self.figures[name]
        likely: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-total))
        return likely

    def sure(
        self, likely: NDArray[np.float64], teaches: NDArray[np.bool_], certain: Mapping[int, int]
    ) -> dict[int, tuple[int, float]]:
        """Return of each sure post the likeliest story and how likely it is; a tie goes to the first story."""
        import numpy as np  # noqa: PLC0415 - as above

        found = {number: (column, 1.0) for number, column in certain.items()}
        order = np.lexsort((self.story, -likely, self.post))
        firsts = order[np.flatnonzero(np.diff(self.post[order], prepend=-1))]
        worded = (self.figures["hit"] >= _WORDED) & (self.figures["shared"] >= _SHARED)
        for pair in firsts[(likely[firsts] >= SURE) & worded[firsts] & teaches[self.post[firsts]]].tolist():
            found.setdefault(int(self.post[pair]), (int(self.story[pair]), round(float(likely[pair]), 6)))
        return found

    def lessons(self, sure: Mapping[int, tuple[int, float]]) -> list[Lesson]:
        """Return the lesson of each story."""
        found: list[list[tuple[float, int]]] = [[] for _ in self.ranked]
        for number, (column, chance) in sure.items():
            found[column].append((chance, number))
        return [surest(lesson) for lesson in found]

    def _lead(self, name: str, least: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far each pair is before the best other of its post, which is at least `least`."""
        import numpy as np  # noqa: PLC0415 - as above

        values = self.figures[name]
        count = len(self.roots)
        best, second = least.copy(), least.copy()
        np.maximum.at(best, self.post, values)
        is_best = values >= best[self.post]
        tied = np.bincount(self.post[is_best], minlength=count) > 1
        np.maximum.at(second, self.post[~is_best], values[~is_best])
        second = np.where(tied, best, second)
        lead: NDArray[np.float64] = values - np.where(is_best, second[self.post], best[self.post])
        return lead


def by_fusion(
    roots: Sequence[Post],
    ranked: Sequence[Story],
    words: Words,
    meaning: Meaning,
    evidence: Evidence,
    certain: Mapping[int, int],
    *,
    feedback: bool,
) -> dict[PostId, dict[StoryId, Match]]:
    """Return for each root the stories that it may be about; a score of ABOUT is as likely as not."""
    pairs = Pairs(roots, ranked, words, meaning, evidence)
    likely = judge(pairs, evidence, certain, feedback=feedback)
    matches: dict[PostId, dict[StoryId, Match]] = {}
    hits = pairs.figures["hit"]
    near = (pairs.figures["cosine"] >= NEAR) & (pairs.figures["cosine_lead"] > 0)
    for number, column, chance, hit, lone, is_near in zip(
        pairs.post.tolist(),
        pairs.story.tolist(),
        likely.tolist(),
        hits.tolist(),
        pairs.figures["lone"].tolist(),
        near.tolist(),
        strict=True,
    ):
        bounded = min(chance, 1.0 - 1e-6)
        story = ranked[column].id
        matches.setdefault(roots[number].id, {})[story] = Match(
            story=story,
            score=ABOUT * bounded / (1.0 - bounded),
            lone=bool(lone),
            namesake=False,
            reason="words" if hit >= ABOUT else "meaning",
            hit=hit,
            near=is_near,
        )
    return matches


def judge(pairs: Pairs, evidence: Evidence, certain: Mapping[int, int], *, feedback: bool) -> NDArray[np.float64]:
    """Return how likely each pair is; with feedback after each story has learned from its surest posts."""
    import numpy as np  # noqa: PLC0415 - as above

    likely = pairs.likely(FIRST)
    if not feedback:
        return likely
    # A reply is no lesson: what it is about is decided by its thread.
    teaches = np.array([evidence.parent(post) is None for post in pairs.roots], dtype=bool)
    pairs.learn(pairs.lessons(pairs.sure(likely, teaches, certain)))
    return pairs.likely(LEARNED)
