"""Posts in X's older form ("legacy", v1.1): in the archive that an account can ask for, and in recordings.

Times are like "Wed Feb 04 10:00:00 +0000 2026"; counts of the archive are texts; the text comes with HTML entities.
In a recording (GraphQL) the older form stands inside of a newer one, with the whole of a long post, the history of
edits, and a reposted post beside it. What comes out is the post that the API would give.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from monitor.interchange import read_time
from monitor.model import Author, Post, PostId
from monitor.text import clean

from .x_posts import Withheld, first_written, is_id, unescaped

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


def post_of(row: object, author: Author | None, unread: Counter[str], around: object = None) -> Post:
    """Return the post of an object in this form. ValueError: it is none, and why; Withheld: nobody may see it.

    around: what a recording has of it beside this form.
    """
    if not isinstance(row, dict):
        raise ValueError("a post is no object")  # noqa: TRY004 - one class for all that strangers get wrong
    history = _history(row, around)
    own_id, first_id = str(row["id_str"]), history[0]
    original = _unwrapped(_inside(row, "retweeted_status_result", "result"))
    repeated = _inside(original, "legacy")
    # As from the API, a repost has the text and the links of what it repeats.
    shown, beside = (repeated, original) if isinstance(repeated, dict) else (row, around)
    for one in (row, shown):
        _refuse_withheld(one)
    said, note = _note(beside)
    said = said or shown.get("full_text") or shown.get("text")
    if not isinstance(said, str):
        raise ValueError("a post needs a text")  # noqa: TRY004 - as above
    told = time_of(row.get("created_at"))
    if row.get("created_at") is not None and told is None:
        unread["created_at: unreadable time"] += 1
    language = row.get("lang")
    handle = author.handle if author is not None and author.handle else "i"
    return Post(
        id=PostId(first_id),
        platform="x",
        author=author,
        text=clean(unescaped(said)),
        lang=clean(language) if isinstance(language, str) and language else None,
        created_at=first_written(told, first_id),
        url=f"https://x.com/{handle if _HANDLE.fullmatch(handle) else 'i'}/status/{own_id}",
        reply_to=_reference(row.get("in_reply_to_status_id_str")),
        repost_of=_repeated(original),
        quote_of=None if _repeated(original) else _reference(row.get("quoted_status_id_str")),
        likes=_count(row, "favorite_count"),
        reposts=_count(row, "retweet_count"),
        replies=_count(row, "reply_count"),
        links=tuple(dict.fromkeys((*_links(_inside(shown, "entities")), *_links(note)))),
        revision=len(history) - 1,
    )


def author_of(user: object) -> Author | None:
    """Return an account as X's page is given it; names and times were moved from `legacy` to `core`."""
    named = user if isinstance(user, dict) else {}
    own_id = named.get("rest_id") or named.get("id_str")
    if not is_id(own_id):
        return None
    parts = [part for part in (named.get("core"), named.get("legacy"), named) if isinstance(part, dict)]

    def first(key: str) -> str | None:
        found = (part.get(key) for part in parts)
        return next((clean(value) for value in found if isinstance(value, str) and value), None)

    marks = [part.get(key) for part in parts for key in ("is_blue_verified", "verified")]
    known = [mark for mark in marks if isinstance(mark, bool)]
    return Author(
        id=own_id,
        handle=first("screen_name"),
        name=first("name"),
        description=first("description"),
        followers=next((_count(part, "followers_count") for part in parts if "followers_count" in part), None),
        verified=any(known) if known else None,
        created_at=time_of(first("created_at")),
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


def _unwrapped(result: object) -> object:
    """Return a post of a recording, which at times stands one level deeper."""
    inner = _inside(result, "tweet")
    return inner if isinstance(inner, dict) else result


def _history(row: Mapping[str, Any], around: object) -> list[str]:
    """Return the ids of all versions, oldest first; just its own where X gives no history."""
    own_id = row.get("id_str")
    if not is_id(own_id):
        raise ValueError("id_str is no id of X")
    for value, path in (
        (row, ("edit_info", "initial", "editTweetIds")),
        (row, ("edit_info", "edit", "editControlInitial", "editTweetIds")),
        (around, ("edit_control", "edit_tweet_ids")),
        (around, ("edit_control", "edit_control_initial", "edit_tweet_ids")),
    ):
        found = _inside(value, *path)
        if isinstance(found, list) and found and all(is_id(one) for one in found):
            return sorted({own_id, *found}, key=int)
    return [own_id]


def _refuse_withheld(row: Mapping[str, Any]) -> None:
    codes = row.get("withheld_in_countries")
    if codes or row.get("withheld_copyright") or row.get("withheld_scope"):
        raise Withheld({"country_codes": codes})


def _note(around: object) -> tuple[str | None, object]:
    """Return the whole text of a long post and what it links to."""
    note = _inside(around, "note_tweet", "note_tweet_results", "result")
    text = _inside(note, "text")
    return (text, _inside(note, "entity_set")) if isinstance(text, str) and text else (None, None)


def _repeated(original: object) -> PostId | None:
    """Return the id of what a repost repeats: the first of its versions, as the API's."""
    legacy = _inside(original, "legacy")
    own_id = _inside(original, "rest_id") or _inside(legacy, "id_str")
    return PostId(_history({"id_str": own_id}, original)[0]) if is_id(own_id) else None


def _reference(value: object) -> PostId | None:
    return PostId(value) if is_id(value) else None


def _count(row: Mapping[str, Any], key: str) -> int | None:
    """Return a count, None where it is not known or none: whoever recorded it may have it as text."""
    value = row.get(key)
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < len(str(_MOST)):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST else None


def _links(entities: object) -> list[str]:
    urls = _inside(entities, "urls")
    named = (url.get("expanded_url") for url in (urls if isinstance(urls, list) else []) if isinstance(url, dict))
    return [clean(url) for url in named if isinstance(url, str) and url.startswith(("http://", "https://"))]


def _inside(value: object, *path: str) -> object:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
