"""The search words of a story, and what X accepts as a query.

X recent search (docs.x.com, "Build a query"): at most 512 characters self-serve; AND binds before OR; an
operator such as `is:` or `lang:` only narrows down, so each alternative also needs a word of its own.
"""

from __future__ import annotations

import re

from .languages import stopwords
from .model import Query, Story
from .text import words

MAX_X_QUERY = 512
_WORDS_OF_A_TITLE = 3  # Chosen, not measured: X wants all of them in one post.
_LONGEST_WORD = 100  # Longer ones are no words, and would not fit the query.
_CONJUNCTION_REQUIRED = (
    "is", "has", "lang", "sample", "followers_count", "tweets_count", "posts_count", "following_count",
    "listed_count", "place_country",
)  # fmt: skip
_PART = re.compile(r'-?"[^"]*"|-?[a-z_]+:"[^"]*"|-?\(|\)|[^\s()]+', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')


def query_for(story: Story) -> Query:
    """Return the query of a story: the team's own words, or else the telling words of its title."""
    return Query(text=story.query or _words_of(story), stories=(story.id,), language=story.language)


def _words_of(story: Story) -> str:
    """Return the most telling words of the title in its order: names before others, long before short."""
    common = stopwords(story.language or "en")
    said = [word for word in words(story.title) if word not in common and 1 < len(word) <= _LONGEST_WORD]
    names = {word for name in re.findall(r"(?<!^)\b[^\W\d_a-z][\w'’-]+", story.title) for word in words(name)}
    ranked = sorted(dict.fromkeys(said), key=lambda word: (word not in names, -len(word)))
    chosen = set(ranked[:_WORDS_OF_A_TITLE])
    return " ".join(word for word in dict.fromkeys(said) if word in chosen) or story.title[:100].strip()


def check_x(query: str) -> list[str]:
    """Return what X would refuse in a query, one clear sentence each; an empty list where nothing is wrong."""
    problems = []
    if not query.strip():
        return ["the query is empty: write at least one word"]
    if len(query) > MAX_X_QUERY:
        problems.append(f"the query has {len(query)} characters, X takes at most {MAX_X_QUERY}: shorten it")
    if query.count('"') % 2:
        problems.append("a quotation mark is not closed")
    outside = _QUOTED.sub("", query)
    if outside.count("(") != outside.count(")"):
        problems.append("a bracket is not closed")
    if not problems and not _stands_alone(_PART.findall(query)):
        problems.append(
            "each alternative needs a word to search for: `is:`, `has:`, `lang:` and what is excluded only narrow"
        )
    return problems


def _stands_alone(parts: list[str]) -> bool:
    """Whether every alternative (OR) of the query holds something that X can search for."""
    alternatives: list[bool] = [False]
    position = 0
    while position < len(parts):
        part = parts[position]
        if part in ("(", "-("):
            end = _closing(parts, position)
            if part == "(" and _stands_alone(parts[position + 1 : end]):
                alternatives[-1] = True
            position = end
        elif part == "OR":
            alternatives.append(False)
        elif _is_searchable(part):
            alternatives[-1] = True
        position += 1
    return all(alternatives)


def _closing(parts: list[str], opening: int) -> int:
    depth = 0
    for position in range(opening, len(parts)):
        depth += {"(": 1, ")": -1}.get(parts[position].lstrip("-"), 0)
        if depth == 0:
            return position
    return len(parts)


def _is_searchable(part: str) -> bool:
    operator, colon, _ = part.partition(":")
    return (
        not part.startswith("-")
        and part not in ("AND", ")")
        and not (colon and operator.lower() in _CONJUNCTION_REQUIRED)
    )
