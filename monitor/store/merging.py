"""Two sightings of one post become one row, in whatever order they come: pure, commutative, associative."""

from __future__ import annotations

import json
from typing import TypeVar

from .rows import PostRow, VersionRow, array

_T = TypeVar("_T", int, str)


def merged_post(old: PostRow, new: PostRow) -> PostRow:
    """Return what two sightings say together: what was known first stands, and what was unknown is filled in.

    Of facts that should never differ, the smaller stands where they do, so that no order decides.
    """
    author = min(old, new, key=_author_rank)
    likes, likes_at = _first_known(old.likes, old.likes_at, new.likes, new.likes_at)
    reposts, reposts_at = _first_known(old.reposts, old.reposts_at, new.reposts, new.reposts_at)
    replies, replies_at = _first_known(old.replies, old.replies_at, new.replies, new.replies_at)
    found_for = old.found_for
    if new.found_for != found_for:
        found_for = array(sorted({*json.loads(found_for), *json.loads(new.found_for)}))
    return PostRow(
        id=old.id,
        platform=min(old.platform, new.platform),
        author_id=author.author_id,
        author=author.author,
        author_at=author.author_at,
        created_at=_known(old.created_at, new.created_at),
        url=_known(old.url, new.url),
        reply_to=_known(old.reply_to, new.reply_to),
        repost_of=_known(old.repost_of, new.repost_of),
        quote_of=_known(old.quote_of, new.quote_of),
        likes=likes,
        likes_at=likes_at,
        reposts=reposts,
        reposts_at=reposts_at,
        replies=replies,
        replies_at=replies_at,
        found_for=found_for,
        text_hash=old.text_hash,
    )


def merged_version(old: VersionRow, new: VersionRow) -> VersionRow:
    """Return one text seen twice: the most that is known of it, and when it was seen last."""
    return old._replace(
        lang=_known(old.lang, new.lang),
        links=max(old.links, new.links, key=lambda links: (len(links), links)),
        revision=max(old.revision, new.revision),
        seen_at=max(old.seen_at, new.seen_at),
    )


def _known(old: _T | None, new: _T | None) -> _T | None:
    if old is None or new is None:
        return new if old is None else old
    return min(old, new)


def _first_known(
    old: int | None, old_at: str | None, new: int | None, new_at: str | None
) -> tuple[int | None, str | None]:
    """Return the figure that was known first with its time; of two at once, the larger."""
    if old is None or old_at is None:
        return new, new_at
    if new is None or new_at is None or (old_at, -old) <= (new_at, -new):
        return old, old_at
    return new, new_at


def _author_rank(row: PostRow) -> tuple[bool, bool, str, str]:
    """Put first an author with a handle, then the one seen first, then the smaller as text."""
    return (row.author is None, '"handle":' not in (row.author or ""), row.author_at or "", row.author or "")
