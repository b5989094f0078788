"""The part of a loopback X that runs compliance jobs and looks posts up, as its documentation says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.fakes.web import Asked, Reply

if TYPE_CHECKING:
    from collections.abc import Sequence

SIGNATURE = "s1gnature-EEEEEEEE"


class Compliance:
    """gone: ids that are deleted. posts: what a lookup knows, by id. polls: how often a job is not done yet.

    forgotten: jobs that X no longer knows. usage: how many posts it says were read.
    """

    def __init__(
        self,
        *,
        gone: Sequence[str] = (),
        posts: dict[str, dict[str, Any]] | None = None,
        polls: int = 0,
        forgotten: Sequence[str] = (),
    ) -> None:
        self.gone = list(gone)
        self.posts = posts or {}
        self.polls = polls
        self.forgotten = forgotten
        self.status = "complete"
        self.uploaded: list[list[str]] = []
        self.looked_up: list[str] = []
        self.jobs = 0
        self.usage = 0

    def stored(self, asked: Asked) -> Reply | None:
        """Answer at the addresses that need no token, None where it is none of them."""
        if not asked.path.startswith("/storage/") or asked.query != {"sig": SIGNATURE}:
            return None
        if asked.method == "PUT":
            self.uploaded.append(asked.body.decode().split("\n"))
            return Reply()
        rows = [{"id": one, "action": "delete", "reason": "deleted"} for one in self.gone]
        rows.append({"id": "1", "action": "scrub_geo"})
        return Reply(body="".join(json.dumps(row) + "\n" for row in rows).encode() + b"no JSON\n")

    def answer(self, asked: Asked, url: str) -> Reply | None:
        """Answer a request of the API, None where it is for another part of it."""
        if asked.path == "/2/compliance/jobs" and asked.method == "POST":
            self.jobs += 1
            return _ok({"data": self._job("created", url)})
        if asked.path.startswith("/2/compliance/jobs/"):
            if asked.path.rpartition("/")[2] in self.forgotten:
                return Reply(status=404, body=b"{}")
            self.polls -= 1
            return _ok({"data": self._job(self.status if self.polls < 0 else "in_progress", url)})
        if asked.path == "/2/usage/tweets":
            return _ok({"data": {"project_usage": str(self.usage), "project_cap": "2000000", "cap_reset_day": 7}})
        if asked.path == "/2/tweets":
            ids = asked.query["ids"].split(",")
            self.looked_up += ids
            return _ok({"data": [self.posts[one] for one in ids if one in self.posts]})
        return None

    def _job(self, status: str, url: str) -> dict[str, Any]:
        return {
            "id": f"70{self.jobs}",
            "type": "tweets",
            "status": status,
            "upload_url": f"{url}/storage/up?sig={SIGNATURE}",
            "download_url": f"{url}/storage/down?sig={SIGNATURE}",
        }


def _ok(answer: object) -> Reply:
    return Reply(headers={"content-type": "application/json"}, body=json.dumps(answer).encode())
