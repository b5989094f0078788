"""A made-up kind of source that the product does not know: a notice board that is one JSON file of posts.

A test adds it to a copy of the product, so it imports as a file of monitor/sources may.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from monitor.interchange import parse_post
from monitor.model import Page, Query, Span
from monitor.options import Options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from monitor.protocols import Source
    from monitor.sources.given import Given


class BoardOptions(Options):
    """file: JSON, a list of posts in the interchange format."""

    kind: Literal["board"] = "board"
    name: str = "board"
    file: str

    def source(self, given: Given) -> Source:  # noqa: ARG002 (the seam's shape)
        return Board(self.name, Path(self.file))


class Board:
    asks = True

    def __init__(self, name: str, file: Path) -> None:
        self.name = name
        self._file = file

    def fetch(self, query: Query, after: str | None, now: datetime) -> Iterator[Page]:  # noqa: ARG002 (the seam's shape)
        posts = tuple(parse_post(row, Counter()) for row in json.loads(self._file.read_text()))
        yield Page(posts=posts, covered=Span(since=None, until=now))
