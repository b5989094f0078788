"""A loopback Bluesky: sessions that end and are renewed, a search by window, and lookups."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote

from tests.fakes.web import Asked, FakeWeb, Reply
from tests.fakes.x import TOKEN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

RECORDED = Path(__file__).parent.parent / "data" / "bluesky" / "search.json"
HANDLE = "comms.example"
LIMITS = {"ratelimit-limit": "3000", "ratelimit-remaining": "2991", "ratelimit-reset": "1770120300"}


def view(number: int, at: str, text: str = "The Sundvik ferry again", **changes: Any) -> dict[str, Any]:
    """A post as the search shows it. at: ISO time."""
    return {
        "uri": f"at://did:plc:u{number}/app.bsky.feed.post/3k{number}",
        "author": {"did": f"did:plc:u{number}", "handle": f"u{number}.example"},
        "record": {"text": text, "createdAt": at},
        "indexedAt": at,
        **changes,
    }


class FakeBluesky:
    """posts: what can be found. ends_early: no page names a cursor, though there is more."""

    def __init__(self, posts: Sequence[dict[str, Any]] = (), *, ends_early: bool = False) -> None:
        self.posts = list(posts)
        self.ends_early = ends_early
        self.sessions = 0
        self.renewed = 0
        self.access = ""
        self.refresh = ""
        self.searches: list[Asked] = []
        self.queries: list[dict[str, str]] = []
        self._web = FakeWeb(self._answer)

    @property
    def url(self) -> str:
        return self._web.url

    @property
    def asked(self) -> list[Asked]:
        return self._web.asked

    def __enter__(self) -> Self:
        self._web.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._web.__exit__(kind, problem, trace)

    def end_session(self, *, refresh: bool = False) -> None:
        """Let the session end; refresh: its second token too."""
        self.access = "ended"
        if refresh:
            self.refresh = "revoked"

    def _answer(self, asked: Asked) -> Reply:
        name = asked.path.removeprefix("/xrpc/com.atproto.server.").removeprefix("/xrpc/app.bsky.feed.")
        if name == "createSession":
            return self._created(json.loads(asked.body))
        given = asked.headers.get("authorization")
        if name == "refreshSession":
            if given != f"Bearer {self.refresh}":
                return _ok({"error": "ExpiredToken", "message": "Token has been revoked"}, status=400)
            self.renewed += 1
            return self._session()
        if given != f"Bearer {self.access}":
            return _ok({"error": "ExpiredToken", "message": "Token has expired"}, status=400)
        return self._signed_in(name, asked)

    def _signed_in(self, name: str, asked: Asked) -> Reply:
        if name == "getSession":
            return _ok({"handle": HANDLE, "did": "did:plc:comms"})
        if name == "getPosts":
            known = {one["uri"]: one for one in self.posts}
            return _ok({"posts": [known[uri] for uri in asked.all["uris"] if uri in known]})
        return self._found(asked) if name == "searchPosts" else _ok({"error": "MethodNotImplemented"}, status=501)

    def _created(self, given: dict[str, str]) -> Reply:
        self.sessions += 1
        if given != {"identifier": HANDLE, "password": TOKEN}:
            said = "Invalid identifier or password"
            return _ok({"error": "AuthenticationRequired", "message": said}, status=401)
        return self._session()

    def _session(self) -> Reply:
        self.access = f"access-{self.sessions}-{self.renewed}"
        self.refresh = f"refresh-{self.sessions}-{self.renewed}"
        return _ok({"accessJwt": self.access, "refreshJwt": self.refresh, "handle": HANDLE})

    def _found(self, asked: Asked) -> Reply:
        self.searches.append(asked)
        since, until = (datetime.fromisoformat(unquote(asked.query[name])) for name in ("since", "until"))
        words = [word.strip('"') for word in asked.query["q"].lower().split() if not word.startswith("-")]
        found = [
            one
            for one in sorted(self.posts, key=lambda one: one["indexedAt"], reverse=True)
            if since <= datetime.fromisoformat(one["indexedAt"]) < until
            and all(word in one["record"]["text"].lower() for word in words)
        ]
        most = int(asked.query["limit"])
        cursor = {"cursor": str(most)} if len(found) > most and not self.ends_early else {}
        return _ok({"posts": found[:most], "hitsTotal": len(found), **cursor})


def _ok(document: object, *, status: int = 200) -> Reply:
    headers = {"content-type": "application/json", **LIMITS}
    return Reply(status=status, headers=headers, body=json.dumps(document).encode())


def good(asked: Asked) -> Reply:
    """What a service answers to anybody when all is well."""
    if "createSession" in asked.path:
        return _ok({"accessJwt": "access", "refreshJwt": "refresh", "handle": HANDLE})
    return _ok(json.loads(RECORDED.read_text()))
