"""What a browser recorded: items of Zeeschuimer (digitalmethodsinitiative/zeeschuimer), as NDJSON.

An item is {item_id, source_platform, source_url, timestamp_collected, data: …}, where data is what the platform's
own page was given; 4CAT (digitalmethodsinitiative/4cat) exports it as data with the rest under `__import_meta`.
X, Bluesky and servers like Mastodon are read; of others it is said that they are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from monitor.text import clean

from . import bluesky_posts, mastodon_posts, x_legacy

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping

    from monitor.model import Post

_META = "__import_meta"


def is_item(row: Mapping[str, Any]) -> bool:
    """Whether a JSON object is such an item."""
    return "data" in row if "source_platform" in row and "item_id" in row else isinstance(row.get(_META), dict)


def post_of(row: Mapping[str, Any], unread: Counter[str]) -> Post | None:
    """Return the post of an item, None where it is not for everybody. ValueError: it is not read, and why."""
    if isinstance(row.get(_META), dict):
        row = {**row[_META], "data": {key: value for key, value in row.items() if key != _META}}
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
    inner = data.get("tweet")
    tweet: Mapping[str, Any] = inner if isinstance(inner, dict) else data
    legacy = tweet.get("legacy")
    if not isinstance(legacy, dict):
        raise ValueError("an item of X has no post")  # noqa: TRY004 - as above
    own = {**legacy, "id_str": legacy.get("id_str") or tweet.get("rest_id")}
    user = _inside(tweet, "core", "user_results", "result") or tweet.get("user")
    return x_legacy.post_of(own, x_legacy.author_of(user), unread, tweet)


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
