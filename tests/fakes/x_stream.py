"""A loopback X with a stream of its own: posts at known times, counted, searched by bounds, billed as X bills."""

from __future__ import annotations

import hashlib
import random
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from monitor.budget import COUNTS, POST, USER
from tests.fakes.web import Asked, FakeWeb, Reply
from tests.fakes.x import TOKEN, error, ok

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

_EPOCH_MS = 1_288_834_974_657


def x_id(at: datetime, number: int) -> str:
    """Return an id as X makes it: the time in milliseconds, then which of them it is."""
    return str((round(at.timestamp() * 1000) - _EPOCH_MS) << 22 | number)


def times(seed: str, since: datetime, until: datetime, per_hour: Callable[[datetime], float]) -> list[datetime]:
    """Return the times of a story's posts, ascending; per_hour says how many an hour has on average."""
    draw = random.Random(seed)  # noqa: S311 - a fixed seed
    found = []
    hour = since
    while hour < until:
        wanted = per_hour(hour)
        number = int(wanted) + (draw.random() < wanted % 1)
        found += [hour + timedelta(milliseconds=draw.randrange(3_600_000)) for _ in range(number)]
        hour += timedelta(hours=1)
    return sorted(found)


class StreamX:
    """posts: by query, the times of its posts, ascending. bill: what it has charged, in microdollars.

    fail: is asked before each answer for what comes instead, None for nothing; charged: whether it is charged then.
    """

    def __init__(self, posts: Mapping[str, Sequence[datetime]], *, words: str = "Sundvik ferry") -> None:
        self.posts: Mapping[str, Sequence[datetime]] = posts
        self.words = words
        self.bill = 0
        self.read = 0
        self.searches: list[Asked] = []
        self.counts = 0
        self.fail: Callable[[Asked], tuple[Reply, bool] | None] = lambda _: None
        self._web = FakeWeb(self._answer)

    @property
    def url(self) -> str:
        return self._web.url

    def __enter__(self) -> Self:
        self._web.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._web.__exit__(kind, problem, trace)

    def _answer(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return error("unauthorized")
        failed = self.fail(asked)
        if failed is not None and not failed[1]:
            return failed[0]
        if asked.path == "/2/tweets/counts/recent":
            reply = self._count(asked)
        elif asked.path == "/2/tweets/search/recent":
            self.searches.append(asked)
            reply = self._search(asked)
        else:
            reply = Reply(status=404, body=b"{}")
        return failed[0] if failed is not None else reply

    def _inside(self, asked: Asked) -> tuple[Sequence[datetime], int, int]:
        every: Sequence[datetime] = self.posts.get(asked.query["query"], ())
        since, until = asked.query.get("start_time"), asked.query.get("end_time")
        begin = 0 if since is None else bisect_left(every, datetime.fromisoformat(since))
        end = len(every) if until is None else bisect_left(every, datetime.fromisoformat(until))
        if "since_id" in asked.query:
            after = int(asked.query["since_id"])
            begin = next(
                (place for place in range(begin, end) if int(x_id(every[place], place % 4096)) > after), end
            )
        return every, begin, end

    def _count(self, asked: Asked) -> Reply:
        self.counts += 1
        self.bill += COUNTS
        every = self.posts.get(asked.query["query"], ())
        since, until = (datetime.fromisoformat(asked.query[name]) for name in ("start_time", "end_time"))
        rows: list[dict[str, Any]] = []
        while since < until:
            end = min(since.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1), until)
            number = int(bisect_left(every, end)) - bisect_left(every, since)
            rows.append({"start": since.isoformat(), "end": end.isoformat(), "tweet_count": number})
            since = end
        return ok({"data": rows, "meta": {"total_tweet_count": sum(row["tweet_count"] for row in rows)}})

    def _search(self, asked: Asked) -> Reply:
        every, begin, end = self._inside(asked)
        end -= int(asked.query.get("next_token", "0"))
        first = max(begin, end - int(asked.query["max_results"]))
        chosen = list(range(first, end))[::-1]
        data = [self._post(asked.query["query"], every[place], place) for place in chosen]
        users = {row["author_id"]: {"id": row["author_id"], "username": row["author_id"]} for row in data}
        self.bill += len(data) * POST + len(users) * USER
        self.read += len(data)
        meta: dict[str, Any] = {"result_count": len(data)}
        if data:
            meta |= {"newest_id": data[0]["id"], "oldest_id": data[-1]["id"]}
        if first > begin:
            meta["next_token"] = str(int(asked.query.get("next_token", "0")) + len(chosen))
        return ok(
            {"data": data, "includes": {"users": list(users.values())}, "meta": meta} if data else {"meta": meta}
        )

    def _post(self, query: str, at: datetime, place: int) -> dict[str, Any]:
        who = int.from_bytes(hashlib.sha256(f"{query}{place}".encode()).digest()[:2], "big")
        return {
            "id": x_id(at, place % 4096),
            "author_id": f"9{who:05}",
            "text": f"{self.words}, says number {place} of {query}",
            "created_at": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
