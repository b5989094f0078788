"""What the talk about one story shares with that about others: posts, addresses, voices; looked up, not read whole.

The addresses stand in a table of their own, since only a parser finds them in a text; whoever asks fills it first,
from the posts that are new. A post counts with the text that it was understood by.
"""

from __future__ import annotations

# ruff: noqa: S608 - SQL is put together only from names of our own columns; values are always parameters
import json
from collections import defaultdict
from typing import TYPE_CHECKING

from monitor.model import StoryId

from .connection import Connected
from .rows import POST_COLUMNS, post_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.model import Post, PostId, VoiceId

# CROSS JOIN: each thing is looked up, in this order.
_OF = "FROM json_each(:things) t CROSS JOIN "
_CURRENT = "JOIN findings f ON f.post = p.id AND f.version = p.finding "
_VOTES = "f.copy_of IS NULL AND f.flood IS NULL"
_POSTS = (
    f"SELECT f.story, t.value {_OF} posts p ON p.id = t.value {_CURRENT} WHERE f.story IS NOT NULL "
    f"UNION SELECT f.elsewhere, t.value {_OF} posts p ON p.id = t.value {_CURRENT} WHERE f.elsewhere IS NOT NULL "
    f"UNION SELECT f.story, t.value {_OF} posts p ON p.reply_to = t.value {_CURRENT} WHERE f.story IS NOT NULL "
    f"UNION SELECT f.story, t.value {_OF} posts p ON p.quote_of = t.value {_CURRENT} WHERE f.story IS NOT NULL"
)
_ADDRESSES = (
    f"SELECT DISTINCT f.story, t.value {_OF} addresses a ON a.address = t.value "
    f"JOIN posts p ON p.id = a.post {_CURRENT} WHERE f.story IS NOT NULL"
)
_VOICES = (
    f"SELECT DISTINCT f.story, t.value {_OF} findings f ON f.voice = t.value AND f.story IS NOT NULL AND {_VOTES} "
    "JOIN posts p ON p.id = f.post AND p.finding = f.version"
)


class Sharing(Connected):
    """Things in common; each answer names the other stories, with which of the things asked for they have."""

    def posts_to_address(self, most: int) -> list[Post]:
        """Return at most so many posts whose addresses are not kept yet, by id."""
        rows = self._all(
            f"SELECT {POST_COLUMNS} FROM unaddressed u JOIN posts p ON p.id = u.post {_CURRENT}"
            "JOIN versions v ON v.post = f.post AND v.text_hash = f.text_hash ORDER BY p.id LIMIT ?",
            most,
        )
        return [post_from(row) for row in rows]

    def save_addresses(self, addresses: Mapping[PostId, Iterable[str]]) -> None:
        """Keep what addresses these posts name, in the place of what was kept of them."""
        some = json.dumps(list(addresses))
        with self._writing():
            for table in ("addresses", "unaddressed"):
                self._db.execute(f"DELETE FROM {table} WHERE post IN (SELECT value FROM json_each(?))", (some,))
            self._each(
                "INSERT INTO addresses VALUES (?, ?)",
                [(address, post) for post, named in addresses.items() for address in sorted(set(named))],
            )

    def sharing_posts(self, story: StoryId, posts: Iterable[PostId]) -> dict[StoryId, set[str]]:
        """Return who has them among their posts, or among those that their posts answer or quote."""
        return self._sharing(_POSTS, story, posts)

    def sharing_addresses(self, story: StoryId, addresses: Iterable[str]) -> dict[StoryId, set[str]]:
        """Return whose posts name them; what `posts_to_address` returns is not looked at."""
        return self._sharing(_ADDRESSES, story, addresses)

    def sharing_voices(self, story: StoryId, voices: Iterable[VoiceId]) -> dict[StoryId, set[str]]:
        """Return in whose talk they have a vote."""
        return self._sharing(_VOICES, story, voices)

    def voices_of(self, stories: Iterable[StoryId]) -> dict[StoryId, int]:
        """Return how many voices have a vote in the talk about each of these; those without any are not in it."""
        rows = self._all(
            "SELECT f.story, count(DISTINCT f.voice) FROM json_each(?) t CROSS JOIN findings f "
            f"ON f.story = t.value AND {_VOTES} JOIN posts p ON p.id = f.post AND p.finding = f.version "
            "GROUP BY f.story",
            json.dumps(list(stories)),
        )
        return {StoryId(row[0]): int(row[1]) for row in rows}

    def _sharing(self, sql: str, story: StoryId, things: Iterable[str]) -> dict[StoryId, set[str]]:
        found: dict[StoryId, set[str]] = defaultdict(set)
        for other, thing in self._db.execute(sql, {"things": json.dumps(sorted(things))}).fetchall():
            if other != story:
                found[StoryId(other)].add(thing)
        return dict(found)
