"""Where a story's reports stand: a folder of its own in `out`, whose name no title can make harmful."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.model import Story
    from monitor.store import Store

_MAX_SLUG = 80
_FOLDER = re.compile(r"[a-z0-9-]{1,80}-[0-9a-f]{8}")
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "đ": "d", "ł": "l", "œ": "oe", "þ": "th", "ß": "ss"})


def slug(story: Story) -> str:
    """Return the name of a story's folder: [a-z0-9-]{1,80} of its title, and 8 hex digits that are its own."""
    plain = (
        unicodedata.normalize("NFKD", story.title.lower().translate(_LETTERS)).encode("ascii", "ignore").decode()
    )
    words = re.sub(r"[^a-z0-9]+", "-", plain)[:_MAX_SLUG].strip("-") or "story"
    return f"{words}-{hashlib.sha256(story.id.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def folder_of(story: Story, store: Store) -> str:
    """Return where the story's reports stand: where the last one stood, so that a new title breaks no link."""
    before = [report.folder for report in store.reports(story.id)]
    return before[-1] if before and _FOLDER.fullmatch(before[-1]) else slug(story)
