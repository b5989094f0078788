"""What ties posts to stories besides their words: addresses, conversations, and the queries that found them."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from monitor.text import canonical_url, links_in

from .words import stems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.folding import Copy
    from monitor.model import Article, Post, PostId, Story, StoryId

_BY_KEYWORD = 0.95
"""Share of the posts found for a story that hold a word of its query from which on it was searched by words."""


class Evidence:
    """What ties posts to stories besides words; everything is known of roots, their copies included."""

    def __init__(
        self,
        ordered: Sequence[Post],
        ranked: Sequence[Story],
        copies: Mapping[PostId, Copy],
        articles: Sequence[Article] = (),
    ) -> None:
        known = {post.id: post for post in ordered}
        self.known = known.keys()
        self.root = {post.id: copies[post.id].root if post.id in copies else post.id for post in ordered}
        of_story: dict[str, StoryId] = {}
        for story in ranked:
            if story.url and (address := canonical_url(story.url)) is not None:
                of_story.setdefault(address, story.id)
        for article in articles:
            if article.url and (address := canonical_url(article.url)) is not None:
                of_story.setdefault(address, article.story)
        self._ids = {story.id for story in ranked}
        self.by_url: dict[PostId, StoryId] = {}
        self.found_for: dict[PostId, set[StoryId]] = defaultdict(set)
        for post in ordered:
            root = self.root[post.id]
            if post.id == root or copies[post.id].reason == "repost" or not known[root].found_for:
                self.found_for[root] |= self._ids & set(post.found_for)
            for address in addresses(post):
                if address in of_story:
                    self.by_url.setdefault(root, of_story[address])
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
            story.id: frozenset(stems(story.query or f"{story.title}\n{story.lead}", story.language))
            for story in ranked
        }
        hits: Counter[StoryId] = Counter()
        found: Counter[StoryId] = Counter()
        for post in ordered:
            for story in self.found_for.get(post.id, ()):
                found[story] += 1
                hits[story] += not asked[story].isdisjoint(stems(post.text, post.lang))
        return {story for story in found if hits[story] >= _BY_KEYWORD * found[story]}


def addresses(post: Post) -> Iterator[str]:
    """Yield the addresses that `post` shares, in the spelling for comparing."""
    for url in post.links:
        if (address := canonical_url(url)) is not None:
            yield address
    yield from links_in(post.text)
