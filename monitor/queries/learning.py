"""What to leave out of a query, learned from posts that people read and found to be about something else. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from monitor.languages import stopwords
from monitor.text import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.model import Post, Story

_LEAST = 3
"""Posts of other authors that must share a word: two may be one joke."""
_MOST = 3


def exclusions(story: Story, about: Iterable[Post], not_about: Iterable[Post]) -> list[str]:
    """Return up to three words to leave out, the most frequent first.

    Each stands in what three people or more wrote that is not about the story, in nothing that is, and not in the
    story itself.
    """
    barred = frozenset(words(f"{story.title} {story.lead} {story.body} {story.query or ''} {story.target or ''}"))
    barred |= {word for post in about for word in words(post.text)}
    voices: Counter[str] = Counter()
    seen = set()
    for post in not_about:
        who = post.author.id if post.author is not None else post.id
        empty = barred | stopwords(post.lang or "en") | stopwords("en")
        for word in frozenset(words(post.text)) - empty:
            if len(word) > 1 and not word.isdigit() and (who, word) not in seen:
                seen.add((who, word))
                voices[word] += 1
    shared = [word for word, count in voices.items() if count >= _LEAST]
    return sorted(shared, key=lambda word: (-voices[word], word))[:_MOST]
