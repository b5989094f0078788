"""Posts from X's recent search (API v2, 7 days, pay per use) through tweepy 4.17.

Pages come newest first, so the cursor moves with the last page only. Sees public posts that match the query;
misses what is older than 7 days, protected, or younger than 30 seconds.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from monitor.budget import COUNTS, POST, USER, cost_of, microdollars, results_within
from monitor.errors import BudgetSpent, SourceGarbled, SourceRefused, SourceUnavailable
from monitor.interchange import raw_text, read_time
from monitor.model import Cost, Gap, Page, Query, Span
from monitor.options import Options, Secret
from monitor.queries import Unsearchable, for_x

from .x_posts import id_time, is_id, parse_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from monitor.protocols import Source

    from .x_wire import Conversation

_HOST = "https://api.twitter.com"
_REACH = timedelta(days=7) - timedelta(minutes=1)  # Recent search reaches back 7 days; a minute for the way there.
_FRESH = timedelta(seconds=30)  # By default it leaves out the last 30 seconds (API reference, `end_time`).
_MOST, _LEAST = 100, 10  # max_results of recent search
_A_RESULT = 3 * POST + USER  # At most: the post, two that it refers to, its author.
_FIELDS = {
    "expansions": ["author_id", "referenced_tweets.id"],
    "tweet_fields": [
    "author_id", "conversation_id", "created_at", "edit_history_tweet_ids", "entities", "in_reply_to_user_id",
    "lang", "note_tweet", "public_metrics", "referenced_tweets", "withheld",
    ],
    "user_fields": ["created_at", "description", "name", "public_metrics", "username", "verified"],
}  # fmt: skip


def _checked_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "https" and not (
        parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    ):
        raise ValueError("write an https address (http only for this machine): the token travels with each request")
    return value


class XOptions(Options):
    """X through its official API, paid per post read.

    pages: at most so many pages of 100 posts a query and run; what is beyond is a gap. dollars_a_run: the most
    that one run may cost. api: another address of the API, such as a proxy of the own house.
    """

    kind: Literal["x"] = "x"
    name: str = Field(default="x", min_length=1)
    token: Secret
    pages: int = Field(default=5, ge=1, le=100)
    dollars_a_run: float | None = Field(default=None, gt=0)
    api: Annotated[str, AfterValidator(_checked_url)] = _HOST

    def source(self, secret: Callable[[str], str], folder: Path) -> Source:  # noqa: ARG002 - as of every kind
        """Return the source. secret: the value behind an "env:NAME"."""
        from .x_wire import Conversation  # noqa: PLC0415 - brings tweepy and requests

        return XSource(self, Conversation(self.name, token=secret(self.token), base_url=self.api))


class XSource:
    """Asks recent search, one query at a time; what it has spent counts over all its queries."""

    asks = True

    def __init__(self, options: XOptions, x: Conversation) -> None:
        self.name = options.name
        self._pages = options.pages
        self._cap = None if options.dollars_a_run is None else microdollars(options.dollars_a_run)
        self._spent = 0
        self._x = x

    def fetch(self, query: Query, after: str | None, now: datetime) -> Iterator[Page]:
        """Yield the posts since `after` (at most 7 days), newest first; the last page brings cursor and window."""
        try:
            words = for_x(query.text)
        except Unsearchable as problem:
            raise SourceRefused(self.name, f"the query would be refused: {problem}") from None
        wanted = self._affordable()
        if not wanted:
            raise BudgetSpent(self.name, "what one run may cost (dollars_a_run) is spent")
        reading = _Reading(self.name, query, words, after, now)
        onward: str | None = None
        seen: set[str] = set()
        for number in range(1, self._pages + 1):
            page, onward = reading.read(self._search(reading, onward, wanted))
            self._spent += page.cost.microdollars
            wanted = self._affordable()
            if onward is None:
                yield reading.finished(page)
                return
            # X has been seen to repeat a token; a reader that follows it never ends.
            if number == self._pages or onward in seen or not wanted:
                of_about, cost = self._count(reading)
                yield reading.sampled(page, of_about, cost)
                return
            seen.add(onward)
            yield page

    def _affordable(self) -> int:
        return results_within(self._cap, self._spent, wanted=_MOST, least=_LEAST, each=_A_RESULT)

    def _search(self, reading: _Reading, onward: str | None, wanted: int) -> Mapping[str, Any]:
        asked = {"max_results": wanted, "next_token": onward, **_FIELDS}
        answer = self._x.search(reading.words, now=reading.now, **reading.bounds(), **asked)
        if answer is None:
            reading.start_within_reach()
            answer = self._x.search(reading.words, now=reading.now, **reading.bounds(), **asked)
        if answer is None:
            raise SourceRefused(
                self.name, "X finds even the time of seven days ago too old: check this machine's clock"
            )
        return answer

    def _count(self, reading: _Reading) -> tuple[int | None, Cost]:
        """Ask how many posts there are, None where that is not affordable or fails: a sample is told either way."""
        if self._cap is not None and self._spent + COUNTS > self._cap:
            return None, Cost()
        cost = cost_of(counts=1)
        self._spent += cost.microdollars
        try:
            return self._x.count(reading.words, now=reading.now, **reading.bounds()), cost
        except (SourceUnavailable, SourceRefused, SourceGarbled, BudgetSpent):
            return None, cost


class _Reading:
    """One reading of one query: what bounds it, what its pages held so far. words: the query as X takes it."""

    def __init__(self, source: str, query: Query, words: str, after: str | None, now: datetime) -> None:
        self.query = query
        self.words = words
        self.now = now
        self._source = source
        self._until = now - _FRESH
        cursor: dict[str, str] = json.loads(after) if after else {}
        self._since_id = cursor.get("since_id")
        read_until = read_time(cursor.get("until"))
        self._reach = now - _REACH
        self._since = min(read_until, self._until) if read_until else self._reach
        self._newest: str | None = None
        self._oldest: datetime | None = None
        self._read = 0
        self._gaps: tuple[Gap, ...] = ()

    def bounds(self) -> dict[str, Any]:
        """Return where the search begins, as X wants it."""
        if self._since_id:
            return {"since_id": self._since_id}
        return {"start_time": max(self._since, self._reach)}

    def start_within_reach(self) -> None:
        """Give up the id that X finds too old; what lies between it and X's reach stays unread, and is told."""
        self._since_id = None
        if self._since < self._reach:
            lost = Gap(
                source=self._source,
                query=self.query.text,
                since=self._since,
                until=self._reach,
                reason="older than the 7 days that X searches",
            )
            self._gaps = (lost,)
            self._since = self._reach

    def read(self, answer: Mapping[str, Any]) -> tuple[Page, str | None]:
        """Return the page of an answer, and the token of the next one, None where it is the last."""
        meta = answer.get("meta")
        if not isinstance(meta, dict):
            raise SourceGarbled(self._source, "X answered without posts and without meta", sample=raw_text(answer))
        try:
            parsed = parse_answer(answer, found_for=self.query.stories)
        except ValueError as problem:
            raise SourceGarbled(
                self._source, f"X answered in another form: {problem}", sample=raw_text(answer)
            ) from None
        onward = meta.get("next_token")
        if onward is not None and not isinstance(onward, str):
            raise SourceGarbled(self._source, "X answered with no token for the next page", sample=raw_text(answer))
        ids = [row["id"] for row in answer.get("data") or () if isinstance(row, dict) and is_id(row.get("id"))]
        times = [time for one in ids if (time := id_time(one))]
        if self._newest is None:
            newest = meta.get("newest_id")
            self._newest = newest if is_id(newest) else max(ids, key=int, default=None)
        self._oldest = min([*times, *([self._oldest] if self._oldest else [])], default=None)
        self._read += len(parsed.posts) + len(parsed.rejected)
        if meta.get("result_count") not in (None, len(parsed.posts) + len(parsed.rejected)):
            parsed.unread["meta.result_count: another number than posts came"] += 1
        page = Page(
            posts=parsed.posts,
            rejected=parsed.rejected,
            cost=cost_of(posts=parsed.read, users=parsed.users),
            unread=tuple(sorted(parsed.unread.items())),
        )
        return page, onward or None

    def finished(self, page: Page) -> Page:
        """Return the last page of a search that was read to its end."""
        return replace(
            page, cursor=self._cursor(), covered=Span(since=self._since, until=self._until), gaps=self._gaps
        )

    def sampled(self, page: Page, of_about: int | None, cost: Cost) -> Page:
        """Return the last page of a search that was stopped early: its newest part is read, the rest a gap."""
        reached = min(max(self._oldest or self._until, self._since), self._until)
        rest = Gap(
            source=self._source,
            query=self.query.text,
            since=self._since,
            until=reached,
            reason="sampled",
            read=self._read,
            of_about=None if of_about is None else max(of_about, self._read),
        )
        return replace(
            page,
            cursor=self._cursor(),
            covered=Span(since=reached, until=self._until),
            gaps=(*self._gaps, rest),
            cost=page.cost + cost,
        )

    def _cursor(self) -> str:
        since_id = self._newest or self._since_id
        return json.dumps({**({"since_id": since_id} if since_id else {}), "until": self._until.isoformat()})
