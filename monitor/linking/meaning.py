"""How near a post is to a story in meaning: the cosine of their vectors, measured from what any text is near to.

The vectors of one encoder all lie close together; what they share with the background texts says nothing about a
story and is taken away, so that a cosine means the same for any encoder and however many stories there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.text import for_scoring

from .background import BACKGROUND

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from monitor.model import Post, Story
    from monitor.protocols import Embedder

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
        middle = background.mean(axis=0)
        stories = np.asarray(embed([story_text(story) for story in ranked]), dtype=np.float32)
        self._background = _unit(background - middle)
        self.stories = _unit(stories - middle)
        self.posts = np.zeros((len(roots), len(middle)), dtype=np.float32)
        if distinct:
            vectors = _unit(np.asarray(embed(list(distinct)), dtype=np.float32) - middle)
            filled = [number for number, text in enumerate(texts) if text in distinct]
            self.posts[filled] = vectors[[distinct[texts[number]] for number in filled]]

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


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np  # noqa: PLC0415 - as above

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    shortened: NDArray[np.float32] = vectors / np.maximum(lengths, np.float32(1e-6))
    return shortened
