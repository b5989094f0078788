"""Does a post fulfil a query? For what a platform cannot be asked, and for what only its tags were asked. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.languages import detect
from monitor.text import canonical_url, links_in, visible, words

from .syntax import ONLY_NARROW, All, Either, Not, Term

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.model import Post

    from .syntax import Node, TermKind

_TAG = re.compile(r"[#＃](\w{1,100})")
# Scripts whose words carry their particles with them, or have no space between them.
_RUNS_ON = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def matches(node: Node, post: Post) -> bool:
    """Tell whether `post` fulfils a query, by more than what only narrows it.

    An operator of X's own is taken as fulfilled beside a word, and finds nothing without one.
    """
    if isinstance(node, Term):
        return node.kind not in ONLY_NARROW and _holds(node, post)
    if isinstance(node, Not):
        return False
    found = any(matches(one, post) for one in node.nodes)
    return found and (isinstance(node, Either) or _fulfils(node, post, _holds))


def admits(node: Node, post: Post) -> bool:
    """Tell whether nothing in `post` speaks against a query whose words its platform has found.

    A platform may find a word in another form, or in the title above a comment; so what is to be there is believed,
    and what must not be there, from: and lang: are looked at.
    """
    return _fulfils(node, post, lambda term, one: term.kind not in {"from", "lang"} or _holds(term, one))


def _fulfils(node: Node, post: Post, holds: Callable[[Term, Post], bool]) -> bool:
    if isinstance(node, Term):
        return holds(node, post)
    if isinstance(node, Not):
        return not _fulfils(node.node, post, _holds) or _unknowable(node.node)
    each = (_fulfils(one, post, holds) for one in node.nodes)
    return all(each) if isinstance(node, All) else any(each)


def _unknowable(node: Node) -> bool:
    """Whether only X knows what is barred (`-is:retweet`)."""
    if isinstance(node, Either):
        return False
    return isinstance(node, Term) and node.kind == "operator"


def _holds(term: Term, post: Post) -> bool:
    return _HOLDS[term.kind](term.value.casefold(), post)


def _is_from(name: str, post: Post) -> bool:
    return post.author is not None and (post.author.handle or "").casefold() == name


def _is_in(language: str, post: Post) -> bool:
    """Whether a post is in a language, or in none that is known."""
    return detect(post.text, post.lang) in {detect("", language), "und"}


def _has_tag(tag: str, post: Post) -> bool:
    return tag in {one.casefold() for one in _TAG.findall(visible(post.text))}


def _links_to(address: str, post: Post) -> bool:
    return any(address in url.casefold() for url in (*post.links, *links_in(post.text)))


def _says(text: str, post: Post) -> bool:
    wanted, said = words(text), words(post.text)
    if not wanted:  # a sign, such as an emoji
        return text in visible(post.text).casefold()
    return any(_follow(wanted, said[at : at + len(wanted)]) for at in range(len(said) - len(wanted) + 1))


def _follow(wanted: tuple[str, ...], said: tuple[str, ...]) -> bool:
    return all(one == two or (_RUNS_ON.search(one) and one in two) for one, two in zip(wanted, said, strict=True))


_HOLDS: dict[TermKind, Callable[[str, Post], bool]] = {
    "word": _says,
    "phrase": _says,
    "tag": _has_tag,
    "from": _is_from,
    "lang": _is_in,
    "url": _links_to,
    "operator": lambda _value, _post: True,
}


def address_of(url: str) -> str | None:
    """Return how a page is named in a query: host and path, without "www."; None where it is no web address."""
    canonical = canonical_url(url)
    return None if canonical is None else canonical.partition("://")[2].removeprefix("www.").partition("?")[0]
