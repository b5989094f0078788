"""What has become of posts on Mastodon and its like: each one's own server is asked, and believed of its own alone.

A server that is not there, is closed or talks nonsense says nothing of its posts: they stay, and that is told.
Hosts are strangers', so each request goes through the guard of `monitor.web`. Facts: docs.joinmastodon.org
("statuses": several at once since 4.3; 404 does not exist or is private; 401 closed to guests) and Mastodon's
sources: 20 at once, without those of silenced accounts, which are shown one by one; 300 requests of a guest in
5 minutes. What has another form of address is asked for there (ActivityPub, "Delete Activity": 404, or 410).
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from monitor.errors import MonitorError, SourceUnavailable
from monitor.model import Followed, PostId
from monitor.text import clean
from monitor.web import fetch

from .mastodon_posts import post_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from monitor.model import Post

_A_LOOKUP = 20
_OF_A_SERVER = 200  # requests of a run
_FAILURES = 3
"""Answers in a row that say nothing, after which a server is left alone."""
_SECONDS, _A_RUN = 10.0, 600.0
"""For one answer, and for a run: hundreds of servers are asked, and a slow one must not keep the others waiting."""
_NAMED = 3
_OK, _NO_KEY, _TOO_MANY = 200, 401, 429
_GONE = (404, 410)
_URI = re.compile(r"(https?://[^/?#@\s]+)/\S+")
_STATUS = re.compile(r"https?://[^/]+/(?:(?:ap/)?users/[^/?#]+/statuses|@[^/?#@]+)/([0-9]{1,20})")
_API, _ACTIVITY = ("/api/v1/instance", "version"), ("/.well-known/nodeinfo", "links")
"""The two ways to ask, each with the path, and the key in its answer, that proves that it is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How servers are asked. home: the configured one; it alone gets `headers`, and only if it wants a key.

    private_hosts: whether they may stand in the own network, on any port.
    """

    source: str
    home: str
    headers: Mapping[str, str]
    private_hosts: bool


def follow(
    asking: Asking, posts: Sequence[PostId], cited: Sequence[PostId], state: str | None, *, seconds: float = _A_RUN
) -> Iterator[Followed]:
    """Yield what is gone of `posts`, and which of `cited` were edited, server by server.

    seconds: after which the rest is left to the next run. Raises SourceUnavailable at the end where servers did not
    answer.
    """
    kept = _Kept(**json.loads(state)) if state else _Kept()
    ends = time.monotonic() + seconds
    own: dict[str, list[PostId]] = {}
    for post in sorted(posts):
        if found := _URI.fullmatch(post):
            own.setdefault(found[1], []).append(post)
    quoted = set(cited)
    kept.later = {origin: last for origin, last in kept.later.items() if origin in own}
    waiting = [origin for origin in sorted(own) if origin > kept.after or origin in kept.later]
    while waiting and time.monotonic() < ends:
        origin = waiting.pop(0)
        yield from _asked(_Server(asking, origin), own[origin], quoted, kept, ends)
    yield Followed(state=kept.text() if waiting or kept.later else None)
    if kept.unknown:
        raise SourceUnavailable(asking.source, kept.told())


@dataclass(slots=True, kw_only=True)
class _Kept:
    """How far a round has come. after: the last server asked, in their order. later: of those to be asked again,
    the last post they were asked about. silent, unknown: servers that said nothing, and of how many posts; some:
    the first of their names.
    """

    after: str = ""
    later: dict[str, str] = field(default_factory=dict)
    silent: int = 0
    unknown: int = 0
    some: list[str] = field(default_factory=list)

    def text(self) -> str:
        return json.dumps(asdict(self))

    def told(self) -> str:
        servers = "1 server does" if self.silent == 1 else f"{self.silent} servers do"
        more = f" and {self.silent - _NAMED} more" if self.silent > _NAMED else ""
        named = ", ".join(self.some)
        return f"{servers} not say what became of {self.unknown:,} of the posts, which stay: {named}{more}"


def _asked(
    server: _Server, own: Sequence[PostId], cited: Collection[PostId], kept: _Kept, ends: float
) -> Iterator[Followed]:
    """Yield what a server says of its posts, and note how far that came and of how many it said nothing."""
    origin = server.origin
    left = [post for post in own if post > kept.later.get(origin, "")]
    kept.after = max(kept.after, origin)
    done = unsaid = 0
    try:
        while done < len(left) and (not done or time.monotonic() < ends):
            some = left[done : done + _A_LOOKUP]
            gone, edited, unknown = server.look_up(some, cited)
            done += len(some)
            unsaid += unknown
            kept.later[origin] = some[-1]
            yield Followed(gone=tuple(gone), edited=tuple(edited), state=kept.text())
    except MonitorError as failure:
        # Where a limit was reached on the way, the next run goes on.
        if not done or not isinstance(failure, _LimitReachedError):
            unsaid += len(left) - done
            done = len(left)
    if done == len(left):
        kept.later.pop(origin, None)
    if unsaid:
        kept.silent += 1
        kept.unknown += unsaid
        kept.some = [*kept.some, clean(origin.partition("://")[2])[:60]][:_NAMED]


class _LimitReachedError(MonitorError):
    """A server, or what we ask of one in a run, has come to its limit."""


class _Server:
    """One server in one run, with what it has shown of itself. origin: its scheme and host."""

    def __init__(self, asking: Asking, origin: str) -> None:
        self.origin = origin
        self._asking = asking
        self._headers: Mapping[str, str] = {}
        self._left = _OF_A_SERVER
        self._failures = 0
        self._at_once = True
        self._open: dict[tuple[str, str], bool] = {}

    def look_up(self, posts: Sequence[PostId], cited: Collection[PostId]) -> tuple[list[PostId], list[Post], int]:
        """Return which posts are gone, which of `cited` were edited, and of how many it says nothing.

        What it says is gone counts only where it shows another post, or what it is: one that answers 404 to all has
        moved, or is closed. Raises MonitorError where it is left alone.
        """
        shown = self._together(posts)
        gone: dict[tuple[str, str], list[PostId]] = {_API: [], _ACTIVITY: []}
        unknown = 0
        for post in posts:
            if post in shown:
                continue
            way, found = self._alone(post)
            if found is None:
                unknown += 1
            elif found:
                shown[post] = found
            else:
                gone[way].append(post)
        for way, named in gone.items():
            if named and not self._is_open(way):
                unknown += len(named)
                named.clear()
        edited = [_edited(post, row) for post, row in shown.items() if post in cited]
        return [*gone[_API], *gone[_ACTIVITY]], [post for post in edited if post is not None], unknown

    def _together(self, posts: Sequence[PostId]) -> dict[PostId, dict[str, Any]]:
        """Return the statuses that it shows when it is asked for all of them at once."""
        numbers = {post: found[1] for post in posts if (found := _STATUS.fullmatch(post))}
        if not self._at_once or len(numbers) < 2:  # noqa: PLR2004 - one alone is asked for by itself
            return {}
        named = urlencode([("id[]", number) for number in numbers.values()])
        status, document = self._get(f"{self.origin}/api/v1/statuses?{named}")
        self._at_once = status not in _GONE
        rows = document[: len(numbers)] if status == _OK and isinstance(document, list) else []
        shown = {post: row for row in rows if isinstance(row, dict) for post in numbers if _is_of(row, post)}
        if shown:
            self._open[_API] = True
        return shown

    def _alone(self, post: PostId) -> tuple[tuple[str, str], dict[str, Any] | None]:
        """Return how it was asked for a post, and what it shows: {} if that is gone, None if it says nothing."""
        found = _STATUS.fullmatch(post)
        way = _API if found else _ACTIVITY
        status, document = self._get(f"{self.origin}/api/v1/statuses/{found[1]}" if found else post)
        row = document if isinstance(document, dict) else {}
        is_shown = status == _OK and _is_of(row, post)
        # A page of a proxy in between is no word of the API, which says it in JSON.
        is_gone = (
            row.get("type") == "Tombstone" if is_shown else status in _GONE and (way is _ACTIVITY or bool(row))
        )
        if is_shown or is_gone:
            self._failures = 0
            self._open[way] = self._open.get(way, False) or is_shown
            return way, {} if is_gone else row
        self._failures += 1
        if self._failures == _FAILURES:
            raise SourceUnavailable(self._asking.source, f"{self.origin} says nothing")
        return way, None

    def _is_open(self, way: tuple[str, str]) -> bool:
        """Whether it has shown, or shows now, that what is asked this way is answered."""
        if not self._open.get(way):
            path, key = way
            status, document = self._get(f"{self.origin}{path}")
            self._open[way] = status == _OK and isinstance(document, dict) and bool(document.get(key))
        return self._open[way]

    def _get(self, url: str) -> tuple[int, object]:
        """Return the status and the JSON of an answer; 0 if it came from another host, None if it is no JSON."""
        if not self._left:
            raise _LimitReachedError
        self._left -= 1
        answer = fetch(
            url,
            source=self._asking.source,
            allow_private_hosts=self._asking.private_hosts,
            headers_for=self._headers_for,
            seconds=_SECONDS,
        )
        if answer.status == _NO_KEY and self.origin == self._asking.home and self._headers != self._asking.headers:
            self._headers = self._asking.headers
            return self._get(url)
        if answer.status == _TOO_MANY:
            raise _LimitReachedError
        try:
            document = json.loads(answer.body)
        except (ValueError, RecursionError):
            document = None
        is_own = urlsplit(answer.url).netloc.lower() == urlsplit(self.origin).netloc.lower()
        return answer.status if is_own else 0, document

    def _headers_for(self, hop: str) -> Mapping[str, str]:
        own = self._headers if hop.startswith(f"{self.origin}/") else {}
        return {"Accept": "application/activity+json, application/json;q=0.9", **own}


def _is_of(row: Mapping[str, Any], post: PostId) -> bool:
    """Whether a status, or an object of ActivityPub, is the post itself."""
    return post in (row.get("uri"), row.get("url"), row.get("id"))


def _edited(post: PostId, row: Mapping[str, Any]) -> Post | None:
    """Return a status in its present version, None where it was not edited."""
    try:
        found = post_of(row, "", (), Counter()) if row.get("edited_at") else None
    except ValueError:
        return None
    # A server names its own people without a host: who wrote it is known better already.
    return None if found is None else replace(found, id=post, author=None)
