"""A loopback X that speaks the recorded wire: pages of recent search, counts, and faults as a script says."""

from __future__ import annotations

import json
from bisect import bisect_left
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from monitor.sources.x_posts import id_time
from tests.fakes.web import Asked, FakeWeb, Reply
from tests.fakes.x_compliance import Compliance

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

DATA = Path(__file__).parent.parent / "data" / "x"
TOKEN = "CANARY-token-AAAAAAAAAAAAAAAAAAAAAA"
ERRORS: dict[str, dict[str, Any]] = json.loads((DATA / "errors.json").read_text())


def recorded(name: str) -> dict[str, Any]:
    page: dict[str, Any] = json.loads((DATA / name).read_text())
    return page


def error(name: str, **headers: str) -> Reply:
    """One of the answers of `errors.json`."""
    known = ERRORS[name]
    body = known["body"] if "body" in known else json.dumps(known["json"])
    return Reply(
        status=known["status"],
        headers={"content-type": "application/json", **known.get("headers", {}), **headers},
        body=body.encode(),
    )


def ok(answer: object) -> Reply:
    return Reply(headers={"content-type": "application/json; charset=utf-8"}, body=json.dumps(answer).encode())


def counts(posts: list[dict[str, Any]], asked: Asked) -> dict[str, Any]:
    """Count posts by hours as X does: the first and the last of them are cut by what was asked for."""
    since, until = (datetime.fromisoformat(asked.query[name]) for name in ("start_time", "end_time"))
    times = sorted(time for post in posts if (time := id_time(str(post.get("id")))) is not None)
    buckets = []
    while since < until:
        end = min(since.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1), until)
        number = bisect_left(times, end) - bisect_left(times, since)
        buckets.append({"start": since.isoformat(), "end": end.isoformat(), "tweet_count": number})
        since = end
    return {"data": buckets, "meta": {"total_tweet_count": sum(one["tweet_count"] for one in buckets)}}


class FakeX:
    """Serves `pages` along their tokens. faults: what the n-th search (from 1) gets instead of its page."""

    def __init__(
        self,
        pages: list[dict[str, Any]] | None = None,
        *,
        faults: Mapping[int, Reply] | None = None,
        compliance: Compliance | None = None,
    ) -> None:
        self.compliance = compliance or Compliance()
        self.pages = pages if pages is not None else [recorded("search_1.json"), recorded("search_2.json")]
        self.faults = dict(faults or {})
        self.searches: list[Asked] = []
        self.counts: list[Asked] = []
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

    def _answer(self, asked: Asked) -> Reply:
        stored = self.compliance.stored(asked)
        if stored is not None:
            return stored
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return error("unauthorized")
        return self.compliance.answer(asked, self.url) or self._searched(asked)

    def _searched(self, asked: Asked) -> Reply:
        if asked.path == "/2/tweets/counts/recent":
            self.counts.append(asked)
            return ok(counts([row for page in self.pages for row in page.get("data", [])], asked))
        if asked.path != "/2/tweets/search/recent":
            return Reply(status=404, body=b"{}")
        self.searches.append(asked)
        fault = self.faults.get(len(self.searches))
        if fault:
            return fault
        tokens = [page["meta"].get("next_token") for page in self.pages]
        number = tokens.index(asked.query["next_token"]) + 1 if "next_token" in asked.query else 0
        page = self.pages[number]
        since = int(asked.query.get("since_id", "0"))
        if not since:
            return ok(page)
        newer = [post for post in page.get("data", []) if int(post["id"]) > since]
        meta = {**page["meta"], "result_count": len(newer)} if newer else {"result_count": 0}
        return ok({**page, "data": newer, "meta": meta} if newer else {"meta": meta})
