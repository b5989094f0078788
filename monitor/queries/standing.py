"""Many queries laid over each post of a stream, by the words that each needs: most posts meet none. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from monitor.text import words

from .matching import matches
from .platforms import to_hear
from .syntax import All, Not, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.model import Post, Query, StoryId

    from .syntax import Node


class Standing:
    """Queries that stand while posts go by. Unsearchable: one of them cannot be heard (`to_hear`)."""

    def __init__(self, queries: Sequence[Query]) -> None:
        self._queries = [(to_hear(query.text), query.stories) for query in queries]
        self._needing: dict[str, list[int]] = defaultdict(list)
        self._always: list[int] = []
        for number, (node, _) in enumerate(self._queries):
            needed = _needed(node)
            for word in needed or ():
                self._needing[word].append(number)
            if needed is None:
                self._always.append(number)

    def stories_of(self, post: Post) -> tuple[StoryId, ...]:
        """Return the stories whose query a post fulfils, in order; each once."""
        met = set(self._always)
        for word in words(post.text):
            if word in self._needing:
                met.update(self._needing[word])
        fulfilled = [self._queries[number] for number in met if matches(self._queries[number][0], post)]
        return tuple(sorted({story for _, stories in fulfilled for story in stories}))


def _needed(node: Node) -> frozenset[str] | None:
    """Return words of which a post must have one to fulfil `node`; None where it can be fulfilled without."""
    if isinstance(node, Term):
        if node.kind not in {"word", "phrase", "tag"}:
            return None
        said = words(node.value)
        # A word of a script that runs on stands within longer ones, and a sign is no word.
        return frozenset([max(said, key=len)]) if said and _apart(said) else None
    if isinstance(node, Not):
        return None
    each = [_needed(one) for one in node.nodes]
    if isinstance(node, All):
        known = [one for one in each if one is not None]
        return min(known, key=_cost) if known else None
    return None if None in each else frozenset().union(*(one for one in each if one is not None))


def _apart(said: Iterable[str]) -> bool:
    """Whether words stand apart in their script, so that they can be looked up."""
    return all(ord(char) < 0x0E00 for word in said for char in word)  # noqa: PLR2004 - Thai is the first that does not


def _cost(needed: frozenset[str]) -> tuple[int, int]:
    """Few and long words are met least often."""
    return len(needed), -min(map(len, needed))
