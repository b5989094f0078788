"""The interchange format of stories and posts: rows of JSON Lines to values and back.

Ids are kept verbatim, unknown keys are counted, an unreadable time is unknown and counted; a row that
cannot be a story or a post is refused with its reason. All text is clean UTF-8 afterwards.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal

from .model import Author, Image, Post, PostId, Story, StoryId
from .text import clean

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

_STORY_KEYS = frozenset(
    ("id", "title", "lead", "body", "url", "publisher", "published_at", "language", "image", "target")
)
_POST_KEYS = frozenset(
    (
        "id", "platform", "author", "text", "lang", "created_at", "url", "reply_to", "repost_of", "quote_of",
        "likes", "reposts", "replies", "links", "found_for", "deleted",
    )
)  # fmt: skip
_AUTHOR_KEYS = frozenset(("id", "handle", "name", "description", "followers", "verified", "created_at"))
_IMAGE_KEYS = frozenset(("url", "caption", "ai_generated"))
MAX_RAW = 10_000  # See `Rejected`.
# Beside a time in the first or last year that `datetime` has, a window or another time zone would overflow.
_YEARS = range(date.min.year + 1, date.max.year)
_MAX_COUNT = 2**63 - 1  # SQLite's largest integer (sqlite.org, "Datatypes"): a larger one fails its whole batch.


def kind_of_row(row: Mapping[str, Any]) -> Literal["story", "post"] | None:
    """Tell a story from a post by the fields that only one of them has; None where it is neither."""
    if "id" not in row:
        return None
    if "text" in row or "platform" in row or row.get("deleted") is True:
        return "post"
    return "story" if "title" in row else None


def parse_story(row: Mapping[str, Any], unread: Counter[str] | None = None) -> Story:
    """Read one story; adds to `unread` what it passed over. ValueError says why it is no story."""
    _count_unknown(row, _STORY_KEYS, "story", unread)
    title = _text(row, "title")
    if not title or not title.strip():
        raise ValueError("a story needs a title")
    return Story(
        id=StoryId(read_id(row, "id")),
        title=title,
        lead=_text(row, "lead") or "",
        body=_text(row, "body") or "",
        url=_text(row, "url"),
        publisher=_text(row, "publisher"),
        published_at=_time(row, "published_at", unread),
        language=_text(row, "language"),
        image=_image(row.get("image"), unread),
        target=_text(row, "target"),
    )


def parse_post(row: Mapping[str, Any], unread: Counter[str] | None = None) -> Post:
    """Read one post; adds to `unread` what it passed over. ValueError says why it is no post.

    A post without text is one only where it is deleted or repeats another (an empty repost).
    """
    _count_unknown(row, _POST_KEYS, "post", unread)
    deleted = _flag(row, "deleted") or False
    repost_of = _reference(row, "repost_of")
    text = _text(row, "text")
    if text is None and not deleted and repost_of is None:
        raise ValueError("a post needs a text")
    platform = _text(row, "platform")
    if not platform and not deleted:
        raise ValueError("a post needs a platform")
    return Post(
        id=PostId(read_id(row, "id")),
        platform=platform or "",
        author=_author(row.get("author"), unread),
        text=text or "",
        lang=_text(row, "lang"),
        created_at=_time(row, "created_at", unread),
        url=_text(row, "url"),
        reply_to=_reference(row, "reply_to"),
        repost_of=repost_of,
        quote_of=_reference(row, "quote_of"),
        likes=read_count(row, "likes"),
        reposts=read_count(row, "reposts"),
        replies=read_count(row, "replies"),
        links=_texts(row, "links"),
        found_for=tuple(StoryId(name) for name in _texts(row, "found_for")),
        deleted=deleted,
    )


def story_dict(story: Story) -> dict[str, Any]:
    """Return the row of a story; `image` and `target` only where it has them."""
    row: dict[str, Any] = {
        "id": story.id,
        "title": story.title,
        "lead": story.lead,
        "body": story.body,
        "url": story.url,
        "publisher": story.publisher,
        "published_at": time_text(story.published_at),
        "language": story.language,
    }
    if story.image:
        row["image"] = {
            "url": story.image.url,
            "caption": story.image.caption,
            "ai_generated": story.image.ai_generated,
        }
    if story.target:
        row["target"] = story.target
    return row


def post_dict(post: Post) -> dict[str, Any]:
    """Return the row of a post; `found_for` and `deleted` only where they say something."""
    author = post.author
    row: dict[str, Any] = {
        "id": post.id,
        "platform": post.platform,
        "author": author
        and {
            "id": author.id,
            "handle": author.handle,
            "name": author.name,
            "description": author.description,
            "followers": author.followers,
            "verified": author.verified,
            "created_at": time_text(author.created_at),
        },
        "text": post.text,
        "lang": post.lang,
        "created_at": time_text(post.created_at),
        "url": post.url,
        "reply_to": post.reply_to,
        "repost_of": post.repost_of,
        "quote_of": post.quote_of,
        "likes": post.likes,
        "reposts": post.reposts,
        "replies": post.replies,
        "links": list(post.links),
    }
    if post.found_for:
        row["found_for"] = list(post.found_for)
    if post.deleted:
        row["deleted"] = True
    return row


def time_text(time: datetime | None) -> str | None:
    """Return a time as ISO in UTC, such as 2026-02-03T12:00:00Z."""
    return None if time is None else time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_time(value: object) -> datetime | None:
    """Read an ISO date-time (UTC where it names no zone), a date or a year; None where it is none of these.

    The years go from 2 to 9998.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    try:
        time = _moment(value.strip())
    except (ValueError, OverflowError):
        return None
    return time if time.year in _YEARS else None


def _moment(text: str) -> datetime:
    if re.fullmatch(r"[0-9]{4}", text):
        return datetime(int(text), 1, 1, tzinfo=UTC)
    if len(text) <= len("2026-02-03"):
        day = date.fromisoformat(text)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    time = datetime.fromisoformat(text)
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)


def raw_text(row: object) -> str:
    """Return a broken row as text for the quarantine, cut to 10,000 characters."""
    try:
        return clean(json.dumps(row, ensure_ascii=False))[:MAX_RAW]
    except RecursionError:  # Nested to the limit: what could just be read may not be written one call deeper.
        return "(nested too deeply to be kept)"


def read_id(row: Mapping[str, Any], key: str) -> str:
    """Return an id verbatim; ValueError where it is none, or cannot be stored as it is."""
    value = row.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} is no id")
    if clean(value) != value:
        raise ValueError(f"{key} holds characters that no id has")
    return value


def read_count(row: Mapping[str, Any], key: str) -> int | None:
    """Return a count, None where it is not known; ValueError where it is no whole number from 0."""
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_COUNT:
        raise ValueError(f"{key} is no count")
    return value


def _author(value: object, unread: Counter[str] | None) -> Author | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ValueError("author is no object")  # noqa: TRY004 - one class for all that strangers get wrong
    _count_unknown(value, _AUTHOR_KEYS, "author", unread)
    named = "id" if value.get("id") is not None else "handle"
    return Author(
        id=read_id(value, named),
        handle=_text(value, "handle"),
        name=_text(value, "name"),
        description=_text(value, "description"),
        followers=read_count(value, "followers"),
        verified=_flag(value, "verified"),
        created_at=_time(value, "created_at", unread),
    )


def _image(value: object, unread: Counter[str] | None) -> Image | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ValueError("image is no object")  # noqa: TRY004 - as above
    _count_unknown(value, _IMAGE_KEYS, "image", unread)
    url = _text(value, "url")
    if not url:
        raise ValueError("image has no url")
    return Image(url=url, caption=_text(value, "caption"), ai_generated=_flag(value, "ai_generated"))


def _text(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"{key} is no text")  # noqa: TRY004 - as above
    return clean(value)


def _texts(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = row.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{key} is no list of texts")
    return tuple(dict.fromkeys(clean(one) for one in value))


def _flag(row: Mapping[str, Any], key: str) -> bool | None:
    value = row.get(key)
    if value is None or isinstance(value, bool):
        return value
    raise ValueError(f"{key} is neither true nor false")


def _reference(row: Mapping[str, Any], key: str) -> PostId | None:
    return None if row.get(key) is None else PostId(read_id(row, key))


def _time(row: Mapping[str, Any], key: str, unread: Counter[str] | None) -> datetime | None:
    value = row.get(key)
    time = read_time(value)
    if value is not None and time is None and unread is not None:
        unread[f"{key}: unreadable time"] += 1
    return time


def _count_unknown(row: Mapping[str, Any], known: frozenset[str], what: str, unread: Counter[str] | None) -> None:
    if unread is not None:
        for key in row:
            if key not in known:
                unread[f"{what}.{clean(str(key))[:100]}"] += 1
