"""Do two stories tell of one event? By their addresses, or by the telling words that they share. Pure.

Precision comes first: two stories that are wrongly made one cannot be told apart again, two that stay two are both
read. Measured by tests/benchmarks/events.py.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from .languages import common, counting, stopwords
from .text import canonical_url, words

if TYPE_CHECKING:
    from .model import Story

_APART = timedelta(hours=48)
"""One event may be told again after weeks, but that is mostly another turn of it."""
_STEM = 6
_LEAST = 3
"""Telling stems that two stories of one event share at least, one of them a word that is written with a capital."""
_SHARE = 0.34
"""And which part of the stems of the shorter one that is. On the sets given no two events come near both."""
_NAME = re.compile(r"(?<![.!?:–—-] )(?<!^)\b[^\W\d_a-zß-öø-ÿ][\w’'-]+")


def same_event(one: Story, other: Story) -> bool:
    """Tell whether two stories are of one event: the same address, or near in time and in their telling words."""
    if one.url and other.url and canonical_url(one.url) == canonical_url(other.url):
        return True
    if one.published_at and other.published_at and abs(one.published_at - other.published_at) > _APART:
        return False
    if (one.language or "en") != (other.language or "en"):
        return False
    mine, theirs = _telling(one), _telling(other)
    shared = mine & theirs
    names = _names(one) & _names(other)
    return len(shared) >= _LEAST and bool(names) and len(shared) >= _SHARE * min(len(mine), len(theirs))


def _telling(story: Story) -> frozenset[str]:
    """Return the stems of title and lead that say what a story is about."""
    language = story.language or "en"
    empty = stopwords(language) | stopwords("en") | counting(language) | common(language)
    said = words(f"{story.title} {story.lead}")
    return frozenset(word[:_STEM] for word in said if word not in empty and len(word) > 1 and not word[0].isdigit())


def _names(story: Story) -> frozenset[str]:
    """Return the stems of words with a capital that begin no sentence."""
    return frozenset(
        word[:_STEM] for match in _NAME.findall(f"{story.title} . {story.lead}") for word in words(match)
    )
