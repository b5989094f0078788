"""Posts of Bluesky through its search, which needs an account and an app password.

Sees public posts within seconds; misses those whose authors ask not to be shown to strangers. The session is kept
in a file of its own: a service gives 300 a day. Raw JSON by our own requests: one bad record costs itself alone.
API: docs.bsky.app, lexicons app.bsky.feed.searchPosts, getPosts and com.atproto.server.createSession.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from monitor.blanking import MARK
from monitor.errors import SourceGarbled, SourceRefused
from monitor.interchange import raw_text
from monitor.options import Options, Secret
from monitor.queries import Unsearchable, searches
from monitor.text import clean

from .answers import Service, rate_left
from .bluesky_posts import URI, parse
from .lookups import looked_up
from .reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from monitor.model import Followed, Page, Post, PostId, Query
    from monitor.queries import Search
    from monitor.web import Answer

    from .given import Given

_A_PAGE = 100
_REACH = timedelta(days=7)
_OVERLAP = timedelta(minutes=30)
"""What is listed late: a post that its author dates back is listed by the earlier of its two times."""
_A_LOOKUP = 25  # uris, at most (app.bsky.feed.getPosts)
_MOST_LOOKED_UP = 10_000  # in a run
_ENDED = frozenset(("ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired"))
_TOKENS = ("accessJwt", "refreshJwt")


class BlueskyOptions(Options):
    """Bluesky's search. handle, password: of an account, with an app password, never the account's own.

    pages: at most so many pages of 100 a query and run; what is beyond is a gap. session: the file that keeps the
    session, beside the config. api: another address, such as the account's own server.
    """

    kind: Literal["bluesky"] = "bluesky"
    name: str = Field(default="bluesky", min_length=1)
    handle: str = Field(min_length=1)
    password: Secret
    pages: int = Field(default=10, ge=1, le=200)
    session: str = Field(default=".bluesky-session.json", min_length=1)
    api: str = Field(default="https://bsky.social", min_length=1)
    allow_private_hosts: bool = False

    def source(self, given: Given) -> BlueskySource:
        """Return the source."""
        service = Service(self.api, source=self.name, own_network=self.allow_private_hosts)
        session = Session(service, self.handle, given.secret(self.password), given.folder / self.session)
        return BlueskySource(self, session)


class Session:
    """An account's session: made once, kept in a file that nobody else may read, renewed when it has ended."""

    def __init__(self, service: Service, handle: str, password: str, path: Path) -> None:
        self._service = service
        self._handle = handle
        self._password = password
        self._path = path
        self._tokens = self._kept()
        service.secrets.add(password, *self._tokens.values())

    def get(self, path: str, parameters: Mapping[str, str | int | None], now: datetime) -> tuple[Any, Answer]:
        """Ask with the session; where it has ended once more with a new one."""
        if not self._tokens:
            self._begin(now)
        answer = self._service.ask(path, parameters, headers=_bearer(self._tokens["accessJwt"]))
        if _has_ended(answer):
            self._renew(now)
            answer = self._service.ask(path, parameters, headers=_bearer(self._tokens["accessJwt"]))
        return self._service.read(answer, now), answer

    def _renew(self, now: datetime) -> None:
        """Renew by the second token, which is good for one time, else by the password."""
        try:
            path = "/xrpc/com.atproto.server.refreshSession"
            made = self._service.post(path, None, now=now, headers=_bearer(self._tokens["refreshJwt"]))
        except (SourceRefused, SourceGarbled):
            self._begin(now)
        else:
            self._keep(made)

    def _begin(self, now: datetime) -> None:
        document = {"identifier": self._handle, "password": self._password}
        self._keep(self._service.post("/xrpc/com.atproto.server.createSession", document, now=now))

    def _keep(self, made: object) -> None:
        tokens = _tokens_in(made)
        if tokens is None:
            raise SourceGarbled(self._service.source, "the service gives no session in the form that we know")
        # A service may give again what it was sent, which is blanked in its answer.
        tokens = {name: self._tokens.get(name, one) if one == MARK else one for name, one in tokens.items()}
        self._tokens = tokens
        self._service.secrets.add(*tokens.values())
        # The first token may be used up by now, so the new ones must be on disk before they are used.
        new = self._path.with_name(f"{self._path.name}.new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump({"handle": self._handle, **tokens}, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)

    def _kept(self) -> dict[str, str]:
        """Return the tokens of the file; none where it is not there, broken, or another account's."""
        try:
            kept = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        mine = isinstance(kept, dict) and kept.get("handle") == self._handle
        return (_tokens_in(kept) or {}) if mine else {}


def _tokens_in(document: object) -> dict[str, str] | None:
    named = document if isinstance(document, dict) else {}
    tokens = {name: token for name in _TOKENS if isinstance(token := named.get(name), str)}
    whole = all(token and token.isascii() and token.isprintable() for token in tokens.values())
    return tokens if whole and len(tokens) == len(_TOKENS) else None


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _has_ended(answer: Answer) -> bool:
    if answer.status not in (400, 401):
        return False
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        return False
    error = document.get("error") if isinstance(document, dict) else None
    return isinstance(error, str) and error in _ENDED


class BlueskySource:
    """Searches once for each alternative of a query, and looks up what has become of posts."""

    asks = True
    platform = "bluesky"

    def __init__(self, options: BlueskyOptions, session: Session) -> None:
        self.name = options.name
        self._pages = options.pages
        self._session = session

    def fetch(self, query: Query, after: str | None, now: datetime) -> Iterator[Page]:
        """Yield what was written since `after` (at first in 7 days), newest first; the cursor comes last."""
        try:
            asked = searches(query.text)
        except Unsearchable as problem:
            raise SourceRefused(self.name, str(problem)) from None
        reading = Reading(self.name, query, after, now, reach=_REACH, overlap=_OVERLAP)
        left = self._pages
        for search in asked:
            oldest: datetime | None = None
            while True:
                if not left:
                    reading.stopped(oldest)
                    break
                left -= 1
                answer, sent = self._search(search, reading.asked, oldest or now, now)
                page, reached = parse(answer, query, reading.fresh, rate=rate_left(sent.headers))
                yield from reading.took(page)
                # The service's own cursor may end early, so the window is narrowed until it is empty.
                if reached is None or (oldest is not None and reached >= oldest):
                    break
                oldest = reached
                if len(answer["posts"]) < _A_PAGE and "cursor" not in answer:
                    break
        yield reading.end()

    def follow(
        self,
        posts: Sequence[PostId],
        cited: Sequence[PostId],  # noqa: ARG002 - a post on Bluesky cannot be edited
        state: str | None,
        now: datetime,
    ) -> Iterator[Followed]:
        """Yield which posts are gone, by looking them up, 10,000 a run at most; the state says where to go on."""
        look_up = partial(self._look_up, now)
        return looked_up(posts, state, look_up, source=self.name, ours=URI, at_once=_A_LOOKUP, most=_MOST_LOOKED_UP)

    def _look_up(self, now: datetime, posts: Sequence[PostId]) -> tuple[list[PostId], list[Post], int]:
        """Say what has become of some: what is not shown is gone."""
        named = "&".join(f"uris={one}" for one in posts)
        answer, _ = self._session.get(f"/xrpc/app.bsky.feed.getPosts?{named}", {}, now)
        rows = answer.get("posts") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise SourceGarbled(self.name, "the answer has no posts", sample=raw_text(answer))
        found = {row.get("uri") for row in rows if isinstance(row, dict) and isinstance(row.get("uri"), str)}
        return [post for post in posts if post not in found], [], 0

    def probe(self, now: datetime) -> str:
        """Ask for the session that is kept, or begin one."""
        answer, _ = self._session.get("/xrpc/com.atproto.server.getSession", {}, now)
        named = answer.get("handle") if isinstance(answer, dict) else None
        return f"signed in as {clean(named)[:100]}" if isinstance(named, str) else "signed in"

    def _search(
        self, search: Search, since: datetime, until: datetime, now: datetime
    ) -> tuple[dict[str, Any], Answer]:
        answer, sent = self._session.get(
            "/xrpc/app.bsky.feed.searchPosts",
            {
                "q": search.words or search.url or f"from:{search.author}",
                "author": search.author,
                "lang": search.language,
                "url": f"https://{search.url}" if search.url and search.words else None,
                "sort": "latest",
                "since": since.isoformat().replace("+00:00", "Z"),
                "until": (until + timedelta(milliseconds=1)).isoformat().replace("+00:00", "Z"),
                "limit": _A_PAGE,
            },
            now,
        )
        if not isinstance(answer, dict) or not isinstance(answer.get("posts"), list):
            raise SourceGarbled(self.name, "the answer has no posts", sample=raw_text(answer))
        return answer, sent
