"""The firehose of Bluesky as JSON over a WebSocket (Jetstream), for volume: every post, for all queries at once.

Sees posts and deletions as they happen, and about a day back by its cursor, without a key; misses what was written
before that. Needs websockets (the extra "jetstream"). Wire: github.com/bluesky-social/jetstream (`/subscribe`), and
atproto.com/specs/account ("Hosting Status") for the events of accounts, which come whatever is asked for.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from monitor.errors import SourceGarbled, SourceRefused, SourceUnavailable
from monitor.interchange import raw_text
from monitor.model import Gap, Page, Post, PostId, Rejected, Span
from monitor.options import Options
from monitor.queries.standing import Standing
from monitor.web import Resolver, connected, is_public, resolve

from .bluesky_posts import DID, post_of_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from websockets.sync.client import ClientConnection

    from monitor.model import Query
    from monitor.protocols import Listener

    from .given import Given

_COLLECTION = "app.bsky.feed.post"
_A_BATCH = timedelta(seconds=1)
_MOST_POSTS = 1_000
_BACK = timedelta(seconds=5)
"""How far before the last event a new connection begins; what was handled already is passed over by its time."""
_MOST_RECONNECTS = 5
_LATE = timedelta(minutes=1)
"""An event that is so much later than the cursor means that the stream no longer had what lies between."""
_OPEN_SECONDS = 5.0
_REDIRECTS = range(300, 400)
_MAX_FRAME = 1_000_000  # bytes; a record is below 100,000 (atproto, "Record size")
_STILL_SHOWN = ("desynchronized", "throttled")
"""Troubles of a host; an account that is not active for another reason is shown nowhere on the network."""


class JetstreamOptions(Options):
    """The firehose of Bluesky.

    seconds: how long one run listens at most; it ends before where it has caught up with the time it began.
    hours_back: how far back the first run begins. url: another server; allow_private_hosts: it may stand in the own
    network.
    """

    kind: Literal["jetstream"] = "jetstream"
    name: str = Field(default="jetstream", min_length=1)
    url: str = Field(default="wss://jetstream2.us-east.bsky.network/subscribe", min_length=1)
    seconds: int = Field(default=600, ge=1, le=3_600)
    hours_back: int = Field(default=1, ge=0, le=24)
    allow_private_hosts: bool = False

    @field_validator("url")
    @classmethod
    def _is_a_socket(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"ws", "wss"} or not parts.hostname or "@" in parts.netloc or parts.fragment:
            raise ValueError("write an address that begins with wss:// and has a host, no user and no #")
        return url

    def source(self, given: Given) -> Listener:  # noqa: ARG002 - as of every kind
        """Return the source; it needs no secret and keeps nothing."""
        return JetstreamSource(self)


class JetstreamSource:
    """Listens to all posts and keeps those that fulfil a query."""

    asks = True
    platform = "bluesky"

    def __init__(
        self, options: JetstreamOptions, *, resolver: Resolver = resolve, public: Callable[[str], bool] = is_public
    ) -> None:
        self.name = options.name
        self._options = options
        self._resolver = resolver
        self._public = public

    def listen(self, queries: Sequence[Query], after: str | None, now: datetime) -> Iterator[Page]:
        """Yield what came since `after` and fulfils a query, a page a second at most; each moves the cursor.

        Deletions come as deleted posts, of whatever post, and those of accounts as `gone`. Ends where an event is
        as late as `now`, or after `seconds`. Raises SourceUnavailable, SourceRefused or SourceGarbled; the pages
        before stay good.
        """
        standing = Standing(queries)
        cursor = int(json.loads(after)["time_us"]) if after else None
        begun = _time(cursor) if cursor is not None else now - timedelta(hours=self._options.hours_back)
        heard = _Heard(since=begun, last=_micros(begun))
        until = time.monotonic() + self._options.seconds
        for attempt in range(_MOST_RECONNECTS + 1):
            try:
                yield from self._hear(heard, standing, now, until)
            except SourceUnavailable:
                yield from heard.pages(self.name, everything=True)
                if attempt == _MOST_RECONNECTS or time.monotonic() >= until:
                    raise
                continue
            yield from heard.pages(self.name, everything=True)
            return

    def _hear(self, heard: _Heard, standing: Standing, now: datetime, until: float) -> Iterator[Page]:
        """Yield pages over one connection, until all is heard or the time is up."""
        from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 - the extra "jetstream"

        begin = max(0, heard.last - round(_BACK.total_seconds() * 1e6))
        mark = "&" if "?" in self._options.url else "?"
        address = f"{self._options.url}{mark}wantedCollections={_COLLECTION}&cursor={begin}"
        try:
            with self._connected(address) as socket:
                while time.monotonic() < until:
                    try:
                        frame = socket.recv(timeout=min(1.0, max(0.01, until - time.monotonic())))
                    except TimeoutError:
                        yield from heard.pages(self.name, everything=True)
                        continue
                    heard.take(frame, standing)
                    yield from heard.pages(self.name)
                    if heard.last >= _micros(now):
                        return
        except ConnectionClosed as error:
            code = error.rcvd.code if error.rcvd is not None else "without a word"
            raise SourceUnavailable(self.name, f"the stream broke off ({code})") from None

    def _connected(self, address: str) -> ClientConnection:
        """Connect to exactly the judged address of the host; a redirect is not followed."""
        from websockets.exceptions import InvalidHandshake, InvalidStatus, InvalidURI  # noqa: PLC0415 - as above
        from websockets.sync.client import connect  # noqa: PLC0415 - as above

        plain = connected(
            address.replace("ws", "http", 1),
            source=self.name,
            allow_private_hosts=self._options.allow_private_hosts,
            resolver=self._resolver,
            public=self._public,
        )
        try:
            return connect(
                address,
                sock=plain,
                open_timeout=_OPEN_SECONDS,
                close_timeout=1,
                max_size=_MAX_FRAME,
                compression=None,
                proxy=None,
                user_agent_header="what-people-say-monitor",
                logger=logging.Logger("websockets", logging.CRITICAL),  # noqa: LOG001 - at DEBUG it logs every post
            )
        except InvalidStatus as error:
            raise self._answered(error.response.status_code) from None
        except (InvalidURI, ValueError) as error:
            # What websockets 17 makes of a redirect that it cannot follow, for it was given its socket.
            answer = error.__cause__ or error.__context__
            if not isinstance(answer, InvalidStatus):
                raise
            raise self._answered(answer.response.status_code) from None
        except InvalidHandshake as error:
            raise SourceGarbled(self.name, f"no stream answers there: {type(error).__name__}") from None
        except OSError as error:
            raise SourceUnavailable(self.name, f"no connection to the stream: {type(error).__name__}") from None

    def _answered(self, status: int) -> Exception:
        if status in _REDIRECTS:
            why = "which is not followed: write its own address"
            return SourceRefused(self.name, f"the stream redirects ({status}), {why}")
        if status in (401, 403, 404, 410):
            return SourceRefused(self.name, f"the stream answers {status}: check its address")
        return SourceUnavailable(self.name, f"the stream answers {status}")


@dataclass(slots=True, kw_only=True)
class _Heard:
    """What has come and is not given on yet. since: from when on; last: the time of the last event, in µs."""

    since: datetime
    last: int
    posts: list[Post] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    events: int = 0
    given: int = 0
    lost: tuple[Gap, ...] = ()
    first: bool = True

    def take(self, frame: str | bytes, standing: Standing) -> None:
        """Take one frame; what is no event is kept as broken, and of events only what a query asks for."""
        try:
            event = json.loads(frame)
        except (ValueError, RecursionError):
            event = None
        at = event.get("time_us") if isinstance(event, dict) else None
        if not isinstance(event, dict) or not isinstance(at, int) or isinstance(at, bool) or not 0 < at < 2**53:
            text = frame if isinstance(frame, str) else frame[:10_000].decode("utf-8", "replace")
            self.rejected.append(Rejected(raw=text[:10_000], reason="no event of the stream"))
            return
        if self.first and _time(at) - _time(self.last) > _LATE:
            lost = "the stream no longer had it"
            self.lost = (Gap(source="", query=None, since=_time(self.last), until=_time(at), reason=lost),)
        self.first = False
        if at <= self.last:
            return  # it was handled before the connection broke, or before this run
        self.events += 1
        self.last = at
        self._keep(event, standing)

    def _keep(self, event: dict[str, Any], standing: Standing) -> None:
        if event.get("kind") == "account":
            self._keep_account(event)
            return
        commit = event.get("commit")
        if event.get("kind") != "commit" or not isinstance(commit, dict) or commit.get("collection") != _COLLECTION:
            return
        did, key = event.get("did"), commit.get("rkey")
        if not isinstance(did, str) or not isinstance(key, str):
            self.rejected.append(Rejected(raw=raw_text(event), reason="an event names no post"))
            return
        uri = f"at://{did}/{_COLLECTION}/{key}"
        if commit.get("operation") == "delete":
            self.posts.append(Post(id=PostId(uri), platform="bluesky", deleted=True))
            return
        try:
            post = post_of_record(uri, commit.get("record"), _time(int(event["time_us"])))
        except ValueError as problem:
            self.rejected.append(Rejected(raw=raw_text(event), reason=str(problem), id=uri))
            return
        stories = standing.stories_of(post)
        if stories:
            self.posts.append(replace(post, found_for=stories))

    def _keep_account(self, event: dict[str, Any]) -> None:
        """Keep that an account is gone: deleted, taken down, suspended or deactivated, its posts are hidden."""
        did, account = event.get("did"), event.get("account")
        told = account if isinstance(account, dict) else {}
        active, status = told.get("active"), told.get("status")
        if not (isinstance(did, str) and DID.fullmatch(did) and isinstance(active, bool)):
            self.rejected.append(Rejected(raw=raw_text(event), reason="an event says nothing of an account"))
        elif not active and status not in _STILL_SHOWN:
            self.gone.append(f"at://{did}/")

    def pages(self, source: str, *, everything: bool = False) -> Iterator[Page]:
        """Yield what has come as one page: after a second or a thousand posts, or where `everything` is wanted."""
        late = _time(self.last) - _time(self.given or self.last) >= _A_BATCH if self.given else self.events > 0
        if not self.events and not self.rejected:
            return
        if not (everything or late or len(self.posts) + len(self.rejected) >= _MOST_POSTS):
            return
        yield Page(
            posts=tuple(self.posts),
            rejected=tuple(self.rejected),
            cursor=json.dumps({"time_us": self.last}),
            covered=Span(since=min(self.since, _time(self.last)), until=_time(self.last)),
            gaps=tuple(replace(gap, source=source) for gap in self.lost),
            gone=tuple(self.gone),
        )
        self.since, self.given, self.lost = _time(self.last), self.last, ()
        self.posts, self.rejected, self.gone, self.events = [], [], [], 0


def _time(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1e6, tz=UTC)


def _micros(at: datetime) -> int:
    return round(at.timestamp() * 1e6)
