"""Our one boolean syntax: words, "phrases", #tags, from:name, lang:code, AND, OR, NOT or -, and brackets. Pure.

What stands side by side must all be there, and AND binds before OR, as on X (docs.x.com, "Build a query").
`name:value` of any other name is an operator of X's own and is passed on to X alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

TermKind: TypeAlias = Literal["word", "phrase", "tag", "from", "lang", "url", "operator"]


class Unsearchable(ValueError):
    """A query that cannot be read, or that a platform cannot be asked; the text is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for. value: without the quotes, the # or the name before the colon; operators whole."""

    kind: TermKind
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be there."""

    node: Node


@dataclass(frozen=True, slots=True)
class All:
    """What must all be there; two nodes at least."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Of which one must be there; two nodes at least."""

    nodes: tuple[Node, ...]


Node: TypeAlias = Term | Not | All | Either

ONLY_NARROW: frozenset[TermKind] = frozenset(("lang", "operator"))
"""Kinds that nothing can be found by; of an operator only X knows what it asks for."""

MOST_CHARACTERS = 4_096
"""Of a query: what X takes at most on any plan; a longer one was not written by hand."""
_MOST_DEEP = 20
_PIECE = re.compile(
    r'\s*(?:(?P<open>-?\()|(?P<close>\))|(?P<quoted>-?(?:[A-Za-z_]+:)?"[^"]*")|(?P<plain>[^\s()"]+))'
)
_NAMED = re.compile(r"([A-Za-z_]+):(.+)", re.DOTALL)
_OWN: dict[str, TermKind] = {"from": "from", "lang": "lang", "url": "url"}


def parse(text: str) -> Node:
    """Read a query. Unsearchable: it cannot be read, and why."""
    if not text.strip():
        raise Unsearchable("the query is empty: write at least one word")
    if len(text) > MOST_CHARACTERS:
        raise Unsearchable(f"the query has {len(text)} characters, at most {MOST_CHARACTERS} are read: shorten it")
    if text.count('"') % 2:
        raise Unsearchable("a quotation mark is not closed")
    reader = _Reader(list(_pieces(text)))
    node = reader.alternatives(0)
    if not reader.at_end:
        raise Unsearchable("a bracket is closed that was not opened")
    return node


def _pieces(text: str) -> Iterator[str]:
    at = 0
    end = len(text.rstrip())
    while at < end:
        found = _PIECE.match(text, at)
        if found is None:
            raise Unsearchable(f"{text[at : at + 20]!r} cannot be read")
        yield found.group().strip()
        at = found.end()


class _Reader:
    def __init__(self, pieces: list[str]) -> None:
        self._pieces = pieces
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at == len(self._pieces)

    def _next(self) -> str | None:
        return None if self.at_end else self._pieces[self._at]

    def alternatives(self, depth: int) -> Node:
        if depth > _MOST_DEEP:
            raise Unsearchable(f"brackets stand within each other more than {_MOST_DEEP} times")
        nodes = [self._together(depth)]
        while self._next() == "OR":
            self._at += 1
            nodes.append(self._together(depth))
        return nodes[0] if len(nodes) == 1 else Either(tuple(nodes))

    def _together(self, depth: int) -> Node:
        nodes: list[Node] = []
        while (piece := self._next()) not in (None, "OR", ")"):
            if piece == "AND":
                self._at += 1
                if not nodes or self._next() in (None, "OR", ")", "AND"):
                    raise Unsearchable("AND stands between two things to look for, not at an end")
                continue
            nodes.append(self._one(depth))
        if not nodes:
            piece = self._next()
            what = "an empty bracket" if piece == ")" else "nothing on one side of OR"
            raise Unsearchable(f"there is {what}")
        return nodes[0] if len(nodes) == 1 else All(tuple(nodes))

    def _one(self, depth: int) -> Node:
        piece = self._pieces[self._at]
        self._at += 1
        if piece == "NOT":
            if self._next() in (None, "OR", "AND", ")"):
                raise Unsearchable("nothing follows NOT")
            return Not(self._one(depth + 1))
        if piece in ("(", "-("):
            node = self.alternatives(depth + 1)
            if self._next() != ")":
                raise Unsearchable("a bracket is not closed")
            self._at += 1
            return Not(node) if piece == "-(" else node
        if piece.startswith("-") and len(piece) > 1:
            return Not(_term(piece[1:]))
        return _term(piece)


def _term(piece: str) -> Term:
    named = _NAMED.fullmatch(piece)
    if piece.startswith('"'):
        inside = " ".join(piece.strip('"').split())
        if not inside:
            raise Unsearchable("there is nothing between two quotation marks")
        return Term("phrase", inside) if " " in inside else Term("word", inside)
    if named and not named[2].startswith("//"):
        name, value = named[1].lower(), named[2].strip('"')
        kind = _OWN.get(name)
        if kind is None:
            return Term("operator", piece)
        if not value.strip():
            raise Unsearchable(f"nothing follows {name}:")
        return Term(kind, value.removeprefix("@") if kind == "from" else value)
    if piece[0] in "#＃" and len(piece) > 1:
        return Term("tag", piece[1:])
    return Term("word", piece)


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to fulfil a query: all of `wanted`, and none of `barred`."""

    wanted: tuple[Term, ...]
    barred: tuple[Node, ...] = ()


def alternatives(node: Node, *, most: int) -> list[Alternative]:
    """Return the ways to fulfil a query, in its order, each once. Unsearchable: there are more than `most`."""
    found = list(dict.fromkeys(_ways(node, most)))
    if len(found) > most:
        raise Unsearchable(f"the query has more than {most} alternatives, as many searches: write fewer OR")
    return found


def _ways(node: Node, most: int) -> list[Alternative]:
    if isinstance(node, Term):
        return [Alternative((node,))]
    if isinstance(node, Not):
        return [Alternative((), (node.node,))]
    if isinstance(node, Either):
        return [way for one in node.nodes for way in _ways(one, most)]
    made = [Alternative(())]
    for one in node.nodes:
        made = [
            Alternative(
                tuple(dict.fromkeys((*before.wanted, *after.wanted))),
                tuple(dict.fromkeys((*before.barred, *after.barred))),
            )
            for before in made
            for after in _ways(one, most)
        ]
        # Each factor multiplies: twenty brackets of two would be a million.
        if len(made) > most * most:
            raise Unsearchable(f"the query has more than {most} alternatives, as many searches: write fewer OR")
    return made
