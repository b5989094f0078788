"""What a loopback Mastodon answers: tag timelines by pages with a Link header, and search for who has a token.

Of its own statuses, what it shows: several at once, or one by one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.fakes.web import Reply
from tests.fakes.x import TOKEN

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tests.fakes.web import Asked

RECORDED = Path(__file__).parent.parent / "data" / "mastodon" / "tag.json"
LIMITS = {
    "x-ratelimit-limit": "300",
    "x-ratelimit-remaining": "287",
    "x-ratelimit-reset": "2026-02-03T12:05:00.000000Z",
}


def status(number: int, at: str, text: str = "The #Sundvik ferry again", **changes: Any) -> dict[str, Any]:
    """A public status. at: ISO time."""
    return {
        "id": str(117_000_000_000_000_000 - number),
        "uri": f"https://tide.example/users/u{number}/statuses/{number}",
        "url": f"https://tide.example/@u{number}/{number}",
        "created_at": at,
        "visibility": "public",
        "content": f"<p>{text}</p>",
        "account": {"acct": f"u{number}"},
        **changes,
    }


def answer(statuses: Sequence[dict[str, Any]], asked: Asked) -> Reply:
    """Answer from `statuses`, newest first, as a server does."""
    if asked.path == "/api/v1/instance":
        return _ok({"uri": "tide.example", "version": "4.4.1"})
    if asked.path == "/api/v2/search":
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply(status=401, body=b'{"error": "The access token is invalid"}')
        words = asked.query["q"].lower().split()
        found = [one for one in statuses if all(word.strip('"') in one["content"].lower() for word in words)]
        return _ok({"accounts": [], "statuses": found[: int(asked.query["limit"])], "hashtags": []})
    if not asked.path.startswith("/api/v1/timelines/tag/"):
        return Reply(status=404, body=b'{"error": "Record not found"}')
    tag = asked.path.rpartition("/")[2]
    older = int(asked.query.get("max_id", "9" * 19))
    found = [one for one in statuses if f"#{tag}" in one["content"].lower() and int(one["id"]) < older]
    page = found[: int(asked.query.get("limit", "20"))]
    links = {}
    if page:
        base = f"http://{asked.headers['host']}{asked.path}?limit={asked.query.get('limit', '20')}"
        links["link"] = f'<{base}&max_id={page[-1]["id"]}>; rel="next", <{base}&min_id={page[0]["id"]}>; rel="prev"'
    return _ok(page, **links)


def own(asked: Asked, number: int, text: str = "The Sundvik ferry again", **changes: Any) -> dict[str, Any]:
    """A status of the server that is asked."""
    made = status(number, "2026-02-03T11:00:00Z", text)
    host = f"http://{asked.headers['host']}"
    return {**made, "id": str(number), "uri": f"{host}/users/u/statuses/{number}", **changes}


def shown(
    asked: Asked,
    numbers: Collection[int],
    *,
    version: str = "4.4.1",
    silenced: Collection[int] = (),
    changes: Mapping[str, Any] | None = None,
) -> Reply:
    """Answer from the statuses that are left, as this version does. silenced: not shown beside others."""
    if asked.path == "/api/v1/instance":
        return _ok({"uri": "tide.example", "version": version})
    if asked.path == "/api/v1/statuses" and version >= "4.3":
        named = [int(number) for number in asked.all["id[]"]]
        if len(named) > 20:
            return Reply(status=422, body=b'{"error": "Validation failed"}')
        return _ok([own(asked, one, **(changes or {})) for one in named if one in numbers and one not in silenced])
    number = asked.path.removeprefix("/api/v1/statuses/")
    if number.isdecimal() and int(number) in numbers:
        return _ok(own(asked, int(number), **(changes or {})))
    return MISSING


MISSING = Reply(status=404, body=b'{"error": "Record not found"}')


def _ok(document: object, **headers: str) -> Reply:
    named = {"content-type": "application/json; charset=utf-8", **LIMITS, **headers}
    return Reply(headers=named, body=json.dumps(document).encode())
