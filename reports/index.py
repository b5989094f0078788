"""The page that lists all stories, as HTML and as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from .html import fill
from .phrases import iso, phrases

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One story. folder: of its report, beside the index. summary: the first sentence of its paragraph, or ""."""

    story: str
    folder: str
    title: str
    title_language: str | None
    summary: str
    qualifier: str
    as_of: datetime
    time_zone: str


def render_html(entries: Sequence[Entry], *, language: str) -> str:
    """Return the index page, in the order given."""
    return fill("index.html", {"entries": entries, "words": phrases(language)})


def render_json(entries: Sequence[Entry]) -> str:
    """Return the same as JSON."""
    rows = [
        {
            "story": entry.story,
            "title": entry.title,
            "qualifier": entry.qualifier,
            "as_of": iso(entry.as_of),
            "summary": entry.summary,
            "report": f"{entry.folder}/report.json",
            "page": f"{entry.folder}/report.html",
        }
        for entry in entries
    ]
    return json.dumps({"schema": "what-people-say/index/1", "stories": rows}, ensure_ascii=False, indent=1) + "\n"
