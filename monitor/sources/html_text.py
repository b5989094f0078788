"""The text of a post that a service gives as HTML, as a reader of the page sees it: never rendered, only read.

Facts from outside: HTML Living Standard ("Phrasing content", "Character references"); Mastodon API, "Status":
links are shown shortened, with the rest in spans of the classes `invisible` and `ellipsis`.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from monitor.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLOCKS = frozenset(("p", "div", "br", "li", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"))
_SILENT = frozenset(("script", "style", "template", "head"))
_NO_END = frozenset(("br", "img", "hr", "wbr", "input", "meta", "link"))
_MOST_OPEN = 200
"""Elements within each other that are kept track of; more than that no post has, and only hides what follows."""


def text_of(html: str) -> tuple[str, tuple[str, ...]]:
    """Return the text of a piece of HTML, and the addresses that it links to in their order.

    A block is a line of its own. A link whose text is its own address, shortened, stands as the whole address; an
    @mention or a #tag stands as its text and is no link. What no reader sees is left out.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.said).split("\n"))
    return clean("\n".join(line for line in lines if line)), tuple(dict.fromkeys(map(clean, reader.links)))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.links: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._silent = 0
        self._address: str | None = None
        self._shown: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.said.append("\n")
        if tag == "a":
            self._end_link()
            named = dict(attrs)
            address, classes = named.get("href") or "", (named.get("class") or "").split()
            if address.startswith(("http://", "https://")) and not {"mention", "hashtag"} & set(classes):
                self._address = address
        if tag not in _NO_END and len(self._open) < _MOST_OPEN:
            silent = tag in _SILENT
            self._open.append((tag, silent))
            self._silent += silent

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        if tag in _BLOCKS:
            self.said.append("\n")
        if any(name == tag for name, _ in self._open):
            while self._open:
                name, silent = self._open.pop()
                self._silent -= silent
                if name == tag:
                    return

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        words = data.replace("\n", " ")
        (self._shown if self._address is not None else self.said).append(words)

    def close(self) -> None:
        super().close()
        self._end_link()

    def _end_link(self) -> None:
        if self._address is None:
            return
        shown, address = "".join(self._shown), self._address
        self._address, self._shown = None, []
        self.links.append(address)
        # What is shown of an address may lack its beginning and its end.
        short = shown.strip().removesuffix("…").removesuffix("...")
        self.said.append(address if short and short in address else shown)
