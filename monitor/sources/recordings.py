"""What a browser recorded: items of Zeeschuimer (digitalmethodsinitiative/zeeschuimer), as NDJSON.

An item is {item_id, source_platform, source_url, timestamp_collected, data: …}, where data is what the platform's
own page was given. X, Bluesky and servers like Mastodon are read; of others it is said that they are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from monitor.model import Author, Post
from monitor.text import clean

from . import bluesky_posts, mastodon_posts, x_legacy
from .x_posts import is_id

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping


def is_item(row: Mapping[str, Any]) -> bool:
    """Whether a JSON object is such an item."""
    return "source_platform" in row and "item_id" in row and "data" in row


def post_of(row: Mapping[str, Any], unread: Counter[str]) -> Post | None:
    """Return the post of an item, None where it is not for everybody. ValueError: it is not read, and why."""
    platform = row.get("source_platform")
    named = clean(platform)[:60] if isinstance(platform, str) else "?"
    read = _READ.get(named.lower().removeprefix("www."))
    if read is None:
        raise ValueError(f"items of {named} are not read")
    data = row.get("data")
    if not isinstance(data, dict):
        raise ValueError("an item has no data")  # noqa: TRY004 - one class for all that strangers get wrong
    return read(data, row, unread)


def _x(data: Mapping[str, Any], _row: Mapping[str, Any], unread: Counter[str]) -> Post:
    inner = data.get("tweet") if isinstance(data.get("tweet"), dict) else data
    tweet: Mapping[str, Any] = inner if isinstance(inner, dict) else {}
    legacy = tweet.get("legacy")
    if not isinstance(legacy, dict):
        raise ValueError("an item of X has no post")  # noqa: TRY004 - as above
    own = {**legacy, "id_str": legacy.get("id_str") or tweet.get("rest_id")}
    note = _inside(tweet, "note_tweet", "note_tweet_results", "result", "text")
    return x_legacy.post_of(own, _x_author(tweet), unread, note if isinstance(note, str) else None)


def _x_author(tweet: Mapping[str, Any]) -> Author | None:
    """Return the author; X has moved names and times of accounts from `legacy` to `core`."""
    user = _inside(tweet, "core", "user_results", "result")
    named = user if isinstance(user, dict) else {}
    if not is_id(named.get("rest_id")):
        return None
    parts = [part for key in ("core", "legacy") if isinstance(part := named.get(key), dict)]

    def first(*keys: str) -> str | None:
        found = (part.get(key) for part in parts for key in keys)
        return next((clean(value) for value in found if isinstance(value, str) and value), None)

    followers = next((part.get("followers_count") for part in parts if "followers_count" in part), None)
    counted = isinstance(followers, int) and not isinstance(followers, bool) and 0 <= followers < 2**63
    return Author(
        id=str(named["rest_id"]),
        handle=first("screen_name"),
        name=first("name"),
        description=first("description"),
        followers=followers if counted else None,
        created_at=x_legacy.time_of(first("created_at")),
    )


def _bluesky(data: Mapping[str, Any], _row: Mapping[str, Any], unread: Counter[str]) -> Post:
    view = data.get("post") if isinstance(data.get("post"), dict) else data
    return bluesky_posts.post_of(view, (), unread)[0]


def _status(platform: str) -> Callable[[Mapping[str, Any], Mapping[str, Any], Counter[str]], Post | None]:
    def read(data: Mapping[str, Any], row: Mapping[str, Any], unread: Counter[str]) -> Post | None:
        source = row.get("source_platform_url") or row.get("source_url")
        host = urlsplit(source).netloc if isinstance(source, str) and source.isprintable() else ""
        return mastodon_posts.post_of(data, host or f"{platform}.com", (), unread, platform)

    return read


_READ: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any], Counter[str]], Post | None]] = {
    "twitter.com": _x,
    "x.com": _x,
    "bsky.app": _bluesky,
    "bluesky": _bluesky,
    "truthsocial.com": _status("truthsocial"),
    "mastodon.social": _status("mastodon"),
    "gab.com": _status("gab"),
}


def _inside(value: object, *path: str) -> object:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
