"""From a story to its query: one of its two most telling terms beside another, or its address. Pure."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.languages import common, counting, stopwords
from monitor.model import Query
from monitor.text import words

from .matching import address_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.model import Story

_TERMS = 6
"""Nine pairs and the address are ten searches, where a platform has no OR; see tests/benchmarks/queries.py."""
_FIRST = 2
"""How many of them, the most telling, have a part in every pair: two common words of a title ("card app") are met
in thousands of posts about anything."""
_OTHERS = 2
"""Nine pairs and three addresses are twelve searches, which is the most."""
_BEFORE = timedelta(days=1)
_LONGEST = 100
"""Characters of a term; a longer one is no word, and no platform would take it."""
_CAPITALISED = 0.6
"""Share of capital words in a title from which on capitals say nothing of names."""
_FIRST_CAPITAL = re.compile(r"[^\W\d_a-zß-öø-ÿ]")
_SENTENCE_END = re.compile(r"(?<=[.!?:;…])\s+|\s[–—-]\s")
_PART = re.compile(r"[\w’'-]+")
_POSSESSIVE = re.compile(r"['’]s$")
_CAPITAL_NOUNS = frozenset({"de", "lb"})


def query_for(story: Story, also: Sequence[str] = ()) -> Query:
    """Return the query of a story: the team's own, or pairs of its telling terms and its address.

    also: addresses of other outlets' articles about it, of which two are asked for.
    """
    # What is written beforehand, about what is to come, belongs to it too.
    since = None if story.published_at is None else story.published_at - _BEFORE
    return Query(
        text=story.query or _told(story, also),
        stories=(story.id,),
        language=story.language,
        since=since,
        derived=not story.query,
    )


def _told(story: Story, also: Sequence[str]) -> str:
    terms = terms_of(story)
    parts = [
        f"({term} {after[0]})" if len(after) == 1 else f"({term} ({' OR '.join(after)}))"
        for number, term in enumerate(terms[:_FIRST])
        if (after := terms[number + 1 :])
    ] or terms
    addresses = [address_of(url) for url in (*([story.url] if story.url else []), *also[:_OTHERS])]
    for address in dict.fromkeys(addresses):
        if address is not None and '"' not in address and len(address) <= _LONGEST:
            parts.append(f'url:"{address}"')
    if len(parts) == 1:
        return parts[0].removeprefix("(").removesuffix(")")
    return " OR ".join(parts) or _quoted(story.title)


def terms_of(story: Story) -> list[str]:
    """Return up to six terms, the most telling first: names, then long and rare words. Each is one word."""
    language = story.language or "en"
    empty = stopwords(language) | stopwords("en") | counting(language) | common(language)
    title, lead = words(story.title), words(story.lead)
    said = dict.fromkeys(
        bare
        for word in (*title, *lead)
        if 1 < len(bare := _POSSESSIVE.sub("", word)) <= _LONGEST and bare not in empty and bare[0].isalpha()
    )
    names = [name for name in _names(story) if name in said]

    def rank(word: str) -> tuple[bool, bool, int]:
        return word not in title, word not in lead, -len(word)

    rest = sorted((word for word in said if word not in names), key=rank)
    return [word for word in [*names, *rest] if '"' not in word][:_TERMS]


def _names(story: Story) -> list[str]:
    """Return the words of names in title and lead, of each name the last: a person's surname, most often.

    Names of the title come first, and of those the ones that the lead has too.
    """
    if (story.language or "") in _CAPITAL_NOUNS:
        return []
    title = story.title.split()
    shouted = sum(word[:1].isupper() for word in title) > _CAPITALISED * len(title)
    runs = [[] if shouted else list(_runs(story.title)), list(_runs(story.lead))]
    often = Counter(run[-1] for part in runs for run in part)
    return sorted(often, key=lambda name: (all(name != run[-1] for run in runs[0]), -often[name]))


def _runs(text: str) -> Iterator[list[str]]:
    """Yield the words of each name: those with a capital in a row, without the one that begins a sentence alone."""
    for sentence in _SENTENCE_END.split(text):
        run: list[str] = []
        for number, word in enumerate([*sentence.split(), ""]):
            bare = "".join(_PART.findall(word)[:1])
            if _FIRST_CAPITAL.match(bare):
                run += [bare] if run or number else []
                if _POSSESSIVE.search(bare) or word != word.rstrip(",;"):
                    yield from _named(run)
                    run = []
                continue
            yield from _named(run)
            run = []


def _named(run: list[str]) -> Iterator[list[str]]:
    spoken = [_POSSESSIVE.sub("", word).casefold() for word in run]
    if spoken and words(spoken[-1]):
        yield spoken


def _quoted(text: str) -> str:
    """Never empty, as the empty query stands for all: a title without a word asks for nothing, and that is told."""
    return '"{}"'.format(" ".join(text.replace('"', " ").split())[:_LONGEST].strip())
