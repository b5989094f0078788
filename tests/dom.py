"""A page as a browser would see it, with the standard library: elements with attributes, and text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class Page(HTMLParser):
    """All elements in order, and the text that a reader sees; use `page_of`."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    hidden: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag in {"style", "script", "title"}:
            self.hidden = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self.hidden:
            self.hidden = ""

    def handle_data(self, data: str) -> None:
        (self.styles if self.hidden == "style" else self.texts).append(data)

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        """The attributes of each element `tag` that has these."""
        wanted: dict[str, Any] = attributes
        return [found for name, found in self.elements if name == tag and wanted.items() <= found.items()]

    @property
    def text(self) -> str:
        return "".join(self.texts)


def page_of(html: str) -> Page:
    """Parse a page."""
    page = Page()
    page.feed(html)
    page.close()
    return page
