"""Posts in X's older form ("legacy", v1.1): in the archive that an account can ask for, and in recordings.

Times are like "Wed Feb 04 10:00:00 +0000 2026"; counts of the archive are texts; the text comes with HTML entities.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from monitor.interchange import read_time
from monitor.model import Author, Post, PostId
from monitor.text import clean

from .x_posts import id_time, is_id, unescaped

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = re.compile(r"\w{3} (\w{3}) (\d{1,2}) (\d{2}):(\d{2}):(\d{2}) \+0000 (\d{4})")
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,50}")
_MOST = 2**63 - 1


def is_legacy(row: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a post in this form."""
    return isinstance(row.get("id_str"), str) and ("full_text" in row or "text" in row)


def post_of(row: object, author: Author | None, unread: Counter[str], text: str | None = None) -> Post:
    """Return the post of an object in this form. ValueError: it is none, and why.

    text: the whole of a long post, which stands elsewhere.
    """
    if not isinstance(row, dict):
        raise ValueError("a post is no object")  # noqa: TRY004 - one class for all that strangers get wrong
    own_id = row.get("id_str")
    if not is_id(own_id):
        raise ValueError("id_str is no id of X")
    said = text or row.get("full_text") or row.get("text")
    if not isinstance(said, str):
        raise ValueError("a post needs a text")  # noqa: TRY004 - as above
    written = time_of(row.get("created_at")) or id_time(own_id)
    if row.get("created_at") is not None and time_of(row["created_at"]) is None:
        unread["created_at: unreadable time"] += 1
    language = row.get("lang")
    handle = author.handle if author is not None and author.handle else "i"
    return Post(
        id=PostId(own_id),
        platform="x",
        author=author,
        text=unescaped(clean(said)),
        lang=clean(language) if isinstance(language, str) and language else None,
        created_at=written,
        url=f"https://x.com/{handle if _HANDLE.fullmatch(handle) else 'i'}/status/{own_id}",
        reply_to=_reference(row.get("in_reply_to_status_id_str")),
        repost_of=_reference(_inside(row, "retweeted_status_result", "result", "rest_id")),
        quote_of=_reference(row.get("quoted_status_id_str")),
        likes=_count(row, "favorite_count"),
        reposts=_count(row, "retweet_count"),
        replies=_count(row, "reply_count"),
        links=tuple(dict.fromkeys(_links(row))),
    )


def time_of(value: object) -> datetime | None:
    """Read a time of this form, or an ISO one; None where it is neither."""
    match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return read_time(value)
    day, hour, minute, second, year = (int(match[n]) for n in (2, 3, 4, 5, 6))
    try:
        # The names of months are English here, whatever this machine's language is.
        return datetime(year, _MONTHS.index(match[1].lower()) + 1, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _reference(value: object) -> PostId | None:
    return PostId(value) if is_id(value) else None


def _count(row: Mapping[str, Any], key: str) -> int | None:
    """Return a count, None where it is not known or none: whoever recorded it may have it as text."""
    value = row.get(key)
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < len(str(_MOST)):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST else None


def _links(row: Mapping[str, Any]) -> list[str]:
    urls = _inside(row, "entities", "urls")
    named = (url.get("expanded_url") for url in (urls if isinstance(urls, list) else []) if isinstance(url, dict))
    return [clean(url) for url in named if isinstance(url, str) and url.startswith(("http://", "https://"))]


def _inside(value: object, *path: str) -> object:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
