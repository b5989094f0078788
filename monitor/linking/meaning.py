"""How near a post is to a story in meaning: the cosine of their vectors, measured from what any text is near to.

The vectors of one encoder all lie close together, those of one language closer still; what they share with the
background texts, and half of what they share with those of their own language, says nothing about a story and is
taken away, so that a cosine means the same for any encoder and however many stories there are, and a Korean post is
not nearer to whatever is Korean than to its English story.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.languages import detect
from monitor.text import for_scoring

from .background import BACKGROUND

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from monitor.model import Post, Story
    from monitor.protocols import Embedder

_OF_LANGUAGE = 0.5
"""How much of a language's direction is taken away. Tried once, with other weights: F1 on newsroom .858 without,
.865 with half, .851 with all of it, since seven texts tell a direction roughly; of 13 Korean posts 4, 7 and 4 find
their English story."""
_FEWEST = 3
"""Background texts of a language from which on they tell its direction."""
_OWN = 3.0
"""How many sure posts the title and lead of a story weigh in its centroid."""
_NEAREST = 5
"""How near a post is to the surest ones is the mean over so many of them."""


def story_text(story: Story) -> str:
    """Return what of a story is embedded: adding the body makes linking worse (QUALITY.md)."""
    return for_scoring(f"{story.title}. {story.lead}")


class Meaning:
    """The vectors of posts and stories by number, of length 1 (0 where there is no text), background taken away."""

    def __init__(self, roots: Sequence[Post], ranked: Sequence[Story], embed: Embedder) -> None:
        import numpy as np  # noqa: PLC0415 - 100 ms, which `monitor --help` does not pay

        texts = [for_scoring(post.text) for post in roots]
        distinct = {
            text: number for number, text in enumerate(dict.fromkeys(text for text in texts if text.strip()))
        }
        background = np.asarray(embed([for_scoring(text) for text in BACKGROUND]), dtype=np.float32)
        middles = _Middles(background)
        own = [story_text(story) for story in ranked]
        self._background = _unit(background - middles.of([detect(text, None) for text in BACKGROUND]))
        languages = [detect(text, story.language) for text, story in zip(own, ranked, strict=True)]
        self.stories = _unit(np.asarray(embed(own), dtype=np.float32) - middles.of(languages))
        self.posts = np.zeros((len(roots), background.shape[1]), dtype=np.float32)
        if distinct:
            vectors = np.asarray(embed(list(distinct)), dtype=np.float32)
            filled = [number for number, text in enumerate(texts) if text in distinct]
            languages = [detect(roots[number].text, roots[number].lang) for number in filled]
            self.posts[filled] = _unit(
                vectors[[distinct[texts[number]] for number in filled]] - middles.of(languages)
            )

    def cosines(self, start: int, end: int) -> NDArray[np.float32]:
        """Return how near the posts from `start` to before `end` are to each story, one row a post."""
        return self.posts[start:end] @ self.stories.T

    def strangers(self) -> NDArray[np.float64]:
        """Return for each post how near it is to the nearest text of the background: a story must be nearer."""
        import numpy as np  # noqa: PLC0415 - as above

        nearest = (self.posts @ self._background.T).max(axis=1, initial=0.0)
        rounded: NDArray[np.float64] = nearest.astype(np.float64).round(5)
        return rounded

    def near(
        self, posts: NDArray[np.int64], story: int, lesson: Sequence[tuple[float, int]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return how near `posts` are to the centroid of a story, and to the nearest of its surest posts.

        A post of the lesson does not count as near to itself.
        """
        import numpy as np  # noqa: PLC0415 - as above

        taught = np.array([number for _, number in lesson], dtype=np.int64)
        own = self.posts[posts]
        if not len(taught):
            return own @ self.stories[story], np.zeros(len(posts), dtype=np.float32)
        sure = self.posts[taught]
        itself = posts[:, None] == taught[None, :]
        centre = _OWN * self.stories[story] + sure.sum(axis=0) - itself.any(axis=1)[:, None] * own
        near = own @ sure.T
        near[itself] = 0.0
        count = min(_NEAREST, len(taught))
        nearest = np.partition(near, near.shape[1] - count, axis=1)[:, -count:].mean(axis=1)
        return (own * _unit(centre)).sum(axis=1), nearest


class _Middles:
    """What the background texts share, and those of one language."""

    def __init__(self, background: NDArray[np.float32]) -> None:
        self._all = background.mean(axis=0)
        spoken = [detect(text, None) for text in BACKGROUND]
        self._of_language = {
            code: self._all + _OF_LANGUAGE * (background[[one == code for one in spoken]].mean(axis=0) - self._all)
            for code in set(spoken)
            if spoken.count(code) >= _FEWEST
        }

    def of(self, languages: Sequence[str]) -> NDArray[np.float32]:
        """Return one row a language: what is taken away from a text in it."""
        import numpy as np  # noqa: PLC0415 - as above

        return np.stack([self._of_language.get(code, self._all) for code in languages])


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np  # noqa: PLC0415 - as above

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    shortened: NDArray[np.float32] = vectors / np.maximum(lengths, np.float32(1e-6))
    return shortened
