"""From a query to what each platform can be asked, within its limits; what it cannot be asked is said. Pure.

Facts from outside: docs.x.com ("Build a query", 512 characters self-serve; conjunction-required operators);
Algolia "advancedSyntax" (Hacker News); app.bsky.feed.searchPosts (q, lang, author, url, tag; no OR);
Reddit search help (AND, OR, NOT, author:, url:; 512 characters).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .syntax import ONLY_NARROW, All, Either, Not, Term, Unsearchable, alternatives, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .syntax import Alternative, Node

MAX_X_QUERY = 512
MAX_REDDIT_QUERY = 512
MOST_SEARCHES = 12
"""Where a platform has no OR, each alternative is a search of its own."""
MOST_TAGS = 8
_NO_WORD = "there is no word to search for in it"
_LEAST_TAG = 4
"""Characters of a word that is followed as a tag though nobody wrote it as one."""
_CONJUNCTION_REQUIRED = frozenset(
    (
        "is", "has", "lang", "sample", "followers_count", "tweets_count", "posts_count", "following_count",
        "listed_count", "place_country",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search of a platform that has no OR. words: as it wants them, "" where the rest says it all."""

    words: str
    author: str | None = None
    language: str | None = None
    url: str | None = None


# --- X --------------------------------------------------------------------------------------------


def for_x(text: str) -> str:
    """Return a query as X takes it, at most 512 characters. Unsearchable: X would refuse it, and why."""
    node = parse(text)
    if not _stands_alone(node):
        raise Unsearchable(
            "each alternative needs a word to search for: `is:`, `has:`, `lang:` and what is excluded only narrow"
        )
    made = _in_x(node)
    if len(made) > MAX_X_QUERY:
        raise Unsearchable(f"the query has {len(made)} characters, X takes at most {MAX_X_QUERY}: shorten it")
    return made


def _in_x(node: Node, *, inside: bool = False) -> str:
    if isinstance(node, Term):
        return _x_term(node)
    if isinstance(node, Not):
        barred = node.node
        if isinstance(barred, Not):
            return _in_x(barred.node, inside=inside)
        if isinstance(barred, Either):  # X advises against a negated bracket: none of them is each of them not
            return " ".join(_in_x(Not(one)) for one in barred.nodes)
        return f"-({_in_x(barred)})" if isinstance(barred, All) else f"-{_in_x(barred)}"
    if isinstance(node, All):
        return " ".join(_in_x(one, inside=True) for one in node.nodes)
    said = " OR ".join(f"({_in_x(one)})" if isinstance(one, All) else _in_x(one, inside=True) for one in node.nodes)
    return f"({said})" if inside else said


def _x_term(term: Term) -> str:
    quoted = f'"{term.value}"'
    return {
        "word": quoted if term.value in {"OR", "AND", "NOT"} or ":" in term.value else term.value,
        "phrase": quoted,
        "tag": f"#{term.value}",
        "from": f"from:{term.value}",
        "lang": f"lang:{term.value}",
        "url": f"url:{quoted}",
    }.get(term.kind, term.value)


def _stands_alone(node: Node) -> bool:
    """Whether every alternative holds something that X can search for."""
    if isinstance(node, Not):
        return False
    if isinstance(node, All):
        return any(map(_stands_alone, node.nodes))
    if isinstance(node, Either):
        return all(map(_stands_alone, node.nodes))
    return node.kind != "lang" and not (
        node.kind == "operator" and node.value.partition(":")[0].lower() in _CONJUNCTION_REQUIRED
    )


# --- Platforms without OR -------------------------------------------------------------------------


def searches(text: str) -> list[Search]:
    """Return the searches that a query comes to where a platform has no OR, twelve at most.

    What must not be there is asked for where it is a word or a phrase; `admits` looks at the rest. An alternative
    that only narrows, or that only X understands, is left out. Unsearchable: none is left, or more than twelve.
    """
    found = [_search(way) for way in alternatives(parse(text), most=MOST_SEARCHES)]
    kept = list(dict.fromkeys(search for search in found if search is not None))
    if not kept:
        raise Unsearchable(_NO_WORD)
    return kept


def _search(way: Alternative) -> Search | None:
    named = {kind: [term.value for term in way.wanted if term.kind == kind] for kind in ("from", "lang", "url")}
    wanted = [_plain(term) for term in way.wanted if term.kind in {"word", "phrase", "tag"}]
    if not wanted and not named["from"] and not named["url"]:
        return None
    barred = [f"-{_plain(one)}" for one in way.barred if isinstance(one, Term) and one.kind in {"word", "phrase"}]
    first = {kind: values[0] if values else None for kind, values in named.items()}
    return Search(
        words=" ".join([*wanted, *barred]), author=first["from"], language=first["lang"], url=first["url"]
    )


def _plain(term: Term) -> str:
    return f'"{term.value}"' if term.kind == "phrase" else f"#{term.value}" if term.kind == "tag" else term.value


def tags(text: str) -> list[str]:
    """Return the tags under which posts of a query may stand, without #, in lower case, eight at most.

    Those that the query names; where it names none, its phrases written as one word and its longer words.
    Unsearchable: there is none.
    """
    terms = list(_wanted(parse(text)))
    named = [term.value for term in terms if term.kind == "tag"]
    if not named:
        phrases = ["".join(term.value.split()) for term in terms if term.kind == "phrase"]
        named = phrases + [term.value for term in terms if term.kind == "word" and len(term.value) >= _LEAST_TAG]
    found = dict.fromkeys("".join(filter(lambda c: c.isalnum() or c == "_", name)).casefold() for name in named)
    kept = [tag for tag in found if tag and not tag.isdigit()][:MOST_TAGS]
    if not kept:
        raise Unsearchable("there is no word in it that could be a tag")
    return kept


def _wanted(node: Node) -> Iterable[Term]:
    if isinstance(node, Term):
        yield node
    elif not isinstance(node, Not):
        for one in node.nodes:
            yield from _wanted(one)


# --- Reddit ---------------------------------------------------------------------------------------


def for_reddit(text: str) -> str:
    """Return a query as Reddit's search takes it. Unsearchable: it would not, and why."""
    made = _in_reddit(parse(text))
    if not made:
        raise Unsearchable(_NO_WORD)
    if len(made) > MAX_REDDIT_QUERY:
        raise Unsearchable(
            f"the query has {len(made)} characters, Reddit takes at most {MAX_REDDIT_QUERY}: shorten it"
        )
    return made


def _in_reddit(node: Node, *, inside: bool = False) -> str:
    if isinstance(node, Term):
        return {"from": f"author:{node.value}", "url": f'url:"{node.value}"', "lang": "", "operator": ""}.get(
            node.kind, node.value if node.kind == "tag" else _plain(node)
        )
    if isinstance(node, Not):
        barred = _in_reddit(node.node, inside=True)
        return f"NOT {barred}" if barred else ""
    joined = " AND " if isinstance(node, All) else " OR "
    said = [part for one in node.nodes if (part := _in_reddit(one, inside=True))]
    return f"({joined.join(said)})" if inside and len(said) > 1 else joined.join(said)


# --- A stream of all posts ------------------------------------------------------------------------


def to_hear(text: str) -> Node:
    """Return a query that posts of a stream are held against. Unsearchable: it names nothing to find them by."""
    node = parse(text)
    if all(term.kind in ONLY_NARROW for term in _wanted(node)):
        raise Unsearchable(_NO_WORD)
    return node


# --- All of them ----------------------------------------------------------------------------------

_ASKED: dict[str, tuple[str, Callable[[str], object]]] = {
    "x": ("X", for_x),
    "bluesky": ("Bluesky", searches),
    "hackernews": ("Hacker News", searches),
    "mastodon": ("Mastodon", tags),
    "reddit": ("Reddit", for_reddit),
    "jetstream": ("the firehose of Bluesky", to_hear),
}


def problems(text: str, kinds: Iterable[str]) -> list[str]:
    """Return why the platforms of `kinds` could not be asked a query, one sentence each; empty where all can."""
    try:
        parse(text)
    except Unsearchable as problem:
        return [str(problem)]
    found = []
    for kind in kinds:
        if kind not in _ASKED:
            continue
        name, ask = _ASKED[kind]
        try:
            ask(text)
        except Unsearchable as problem:
            found.append(f"{name}: {problem}")
    return list(dict.fromkeys(found))
