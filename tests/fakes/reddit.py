"""A loopback Reddit: a token for who has keys, its search, the comments of a post, and what has become of posts."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.fakes.web import Asked, Reply
from tests.fakes.x import TOKEN

AGENT = "python:what-people-say:1 (by /u/comms_example)"
BASIC = f"Basic {base64.b64encode(f'{TOKEN}:{TOKEN}'.encode()).decode()}"


def submission(number: int, at: float, title: object = "The Sundvik ferry again", **changes: Any) -> dict[str, Any]:
    data = {
        "id": f"s{number}", "name": f"t3_s{number}", "title": title, "selftext": "", "author": f"u{number}",
        "created_utc": at, "score": 5, "num_comments": 0, "is_self": True, "edited": False,
        "permalink": f"/r/sundvik/comments/s{number}/", "url": f"https://www.reddit.com/r/sundvik/comments/s{number}/",
        "subreddit": "sundvik",
    }  # fmt: skip
    return {"kind": "t3", "data": {**data, **changes}}


def comment(number: int, parent: str, at: float, body: str = "Quite so", **changes: Any) -> dict[str, Any]:
    data = {
        "id": f"c{number}", "name": f"t1_c{number}", "body": body, "author": f"c{number}", "created_utc": at,
        "score": -2, "parent_id": parent, "link_id": parent, "permalink": f"/r/sundvik/comments/s1/_/c{number}/",
        "replies": "", "edited": False, "subreddit": "sundvik",
    }  # fmt: skip
    return {"kind": "t1", "data": {**data, **changes}}


def listing(children: list[dict[str, Any]]) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"children": children, "after": None, "before": None}}


def answer(
    found: list[dict[str, Any]], asked: Asked, comments: dict[str, list[dict[str, Any]]] | None = None
) -> Reply:
    """Answer as Reddit does; comments: by the id of their submission."""
    if asked.path == "/api/v1/access_token":
        if asked.headers.get("authorization") != BASIC:
            return _ok({"message": "Unauthorized", "error": 401}, status=401)
        return _ok({"access_token": "access", "token_type": "bearer", "expires_in": 86400, "scope": "*"})
    if asked.headers.get("authorization") != "bearer access":
        return _ok({"message": "Forbidden", "error": 403}, status=403)
    if asked.path.rstrip("/").endswith("/search"):
        return _ok(listing(found))
    if asked.path.rstrip("/") == "/api/info":
        names = asked.query["id"].split(",")
        assert len(names) <= 100
        return _ok(listing([one for one in found if one["data"]["name"] in names]))
    name = asked.path.strip("/").rpartition("/")[2]
    (own,) = [one for one in found if one["data"]["id"] == name] or [submission(0, 0)]
    return _ok([listing([own]), listing((comments or {}).get(name, []))])


def _ok(document: object, *, status: int = 200) -> Reply:
    limits = {"x-ratelimit-remaining": "99", "x-ratelimit-used": "1", "x-ratelimit-reset": "300"}
    headers = {"content-type": "application/json", **limits}
    return Reply(status=status, headers=headers, body=json.dumps(document).encode())
