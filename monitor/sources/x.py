"""Posts from X's recent search (API v2, 7 days, pay per use) through tweepy 4.17.

Counted first, then as few are read as a paragraph needs. Pages come newest first, so the cursor moves with the
last page only. Sees public posts that match the query; misses what is older than 7 days, protected, or younger than
30 seconds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from monitor.budget import COUNTS, POST, USER, Caps, cost_of, microdollars, results_within, slices, wanted
from monitor.errors import BudgetSpent, MonitorError, SourceGarbled, SourceRefused, SourceUnavailable
from monitor.interchange import raw_text, read_time
from monitor.model import Cost, Followed, Gap, Page, PostId, Query, Span
from monitor.options import Options, Secret
from monitor.queries import Unsearchable, for_x

from .answers import rate_left
from .x_posts import Parsed, id_time, is_id, parse_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.protocols import Purse

    from .given import Given
    from .x_wire import Conversation

_HOST = "https://api.twitter.com"
_OWN_HOSTS = ("127.0.0.1", "::1", "localhost")
_REACH = timedelta(days=7) - timedelta(minutes=1)  # Recent search reaches back 7 days; a minute for the way there.
_FRESH = timedelta(seconds=30)  # By default it leaves out the last 30 seconds (API reference, `end_time`).
_DAY = timedelta(days=1)
_MOST, _LEAST = 100, 10  # max_results of recent search
_MOST_SLICES = 24
A_RESULT = 3 * POST + USER
"""The most that one result can cost: the post, two that it refers to, its author."""
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
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _OWN_HOSTS):
        raise ValueError("write an https address (http only for this machine): the token travels with each request")
    return value


class XOptions(Options):
    """X through its official API, paid per post read.

    enough: about so many posts of a query and day are read, where there are more spread over its hours; 150 give
    shares within 7 points, nine times in ten. conversations: of how many posts that a story's latest brief cites
    the answers are read too, those with most answers first. reposts: false leaves them out, which saves their price
    and their number. seconds_for_deletions: how long a run waits at most for X to say which of our posts are gone;
    what takes longer is looked after by the next. dollars_a_run, _day, _month: the most that it may cost, by our
    ledger, whatever restarts. api: another address of the API, such as a proxy of the own house.
    """

    kind: Literal["x"] = "x"
    name: str = Field(default="x", min_length=1)
    token: Secret
    enough: int = Field(default=150, ge=_LEAST, le=100_000)
    conversations: int = Field(default=0, ge=0, le=20)
    reposts: bool = True
    dollars_a_run: float | None = Field(default=None, gt=0)
    dollars_a_day: float | None = Field(default=None, gt=0)
    dollars_a_month: float | None = Field(default=None, gt=0)
    seconds_for_deletions: int = Field(default=60, ge=0, le=600)
    api: Annotated[str, AfterValidator(_checked_url)] = _HOST

    def caps(self) -> Caps:
        """Return the caps of a day and a month."""
        each = [None if cap is None else microdollars(cap) for cap in (self.dollars_a_day, self.dollars_a_month)]
        return Caps(day=each[0], month=each[1])

    def words(self, query: str) -> str:
        """Return what X is asked for a query. Unsearchable: X would refuse it."""
        return for_x(query if self.reposts else f"({query}) -is:retweet")

    def source(self, given: Given) -> XSource:
        """Return the source."""
        from .x_wire import Conversation  # noqa: PLC0415 - brings tweepy and requests

        most = None if self.dollars_a_run is None else microdollars(self.dollars_a_run)
        return XSource(
            self,
            Conversation(self.name, token=given.secret(self.token), base_url=self.api),
            given.purse(self.name, self.caps(), most),
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """How many posts X has from since to before until."""

    since: datetime
    until: datetime
    posts: int


class XSource:
    """Asks recent search, one query at a time."""

    asks = True
    platform = "x"

    def __init__(self, options: XOptions, x: Conversation, purse: Purse) -> None:
        self.name = options.name
        self._options = options
        self._x = x
        self._purse = purse

    def fetch(self, query: Query, after: str | None, now: datetime) -> Iterator[Page]:
        """Yield the posts since `after` (at most 7 days); the last page brings cursor and window.

        All of them where the day has no more than `enough`; else some of each stretch of time, by its counts, and
        the gap says how many of how many. The same where the money ends before.
        """
        reading = _Reading(self.name, query, self._words(query), after, now)
        if reading.a_day is None or reading.a_day > self._options.enough:
            counts = self._known_counts(reading)
            in_window, in_day = reading.posts_in(counts) if counts else (0, 0)
            if counts and wanted(in_window, in_day, self._options.enough) < in_window:
                yield from self._sampled(reading, counts, in_window, in_day)
                return
        yield from self._whole(reading)

    def count(self, query: Query, now: datetime) -> list[Counted]:
        """Return how many posts of the last 7 days X has for a query, by hours, oldest first; paid once."""
        return self._counts(_Reading(self.name, query, self._words(query), None, now))

    def probe(self, now: datetime) -> str:
        """Ask how many posts X counts as read, which costs nothing."""
        read, cap = self.usage(now)
        return f"the key is accepted; {read:,} posts read in X's period{f' of {cap:,}' if cap else ''}"

    def usage(self, now: datetime) -> tuple[int, int | None]:
        """Return how many posts X counts as read in its period, and how many it may be, if it says so."""
        said = self._x.usage(now=now)
        counts = [_whole_number(said.get(name)) for name in ("project_usage", "project_cap")]
        if counts[0] is None:
            raise SourceGarbled(self.name, "X tells its usage in another form", sample=raw_text(said))
        return counts[0], counts[1]

    def follow(
        self, posts: Sequence[PostId], cited: Sequence[PostId], state: str | None, now: datetime
    ) -> Iterator[Followed]:
        """Yield what X says has become of posts, by its compliance job and a lookup of the cited ones."""
        from .x_follow import follow  # noqa: PLC0415 - once a day

        options = self._options
        yield from follow(
            self._x,
            self._purse,
            posts,
            cited,
            state,
            now,
            own_network=urlsplit(options.api).hostname in _OWN_HOSTS,
            fields=_FIELDS,
            wait=options.seconds_for_deletions,
        )

    def _words(self, query: Query) -> str:
        try:
            return self._options.words(query.text)
        except Unsearchable as problem:
            raise SourceRefused(self.name, f"the query would be refused: {problem}") from None

    def _whole(self, reading: _Reading) -> Iterator[Page]:
        """Read all of the window, newest first, up to `enough` posts; what is beyond is counted and told."""
        onward: str | None = None
        seen: set[str] = set()
        while True:
            affordable = self._affordable(reading.now)
            if not affordable and reading.read:
                yield reading.end(stopped=True, of_about=self._of_about(reading), page=Page())
                return
            page, onward = self._page(reading, affordable, {**reading.bounds(), "next_token": onward})
            if onward is None:
                yield reading.end(page)
                return
            # X has been seen to repeat a token; a reader that follows it never ends.
            if onward in seen or reading.read >= max(self._options.enough * reading.days, _MOST):
                yield reading.end(page, stopped=True, of_about=self._of_about(reading))
                return
            seen.add(onward)
            yield page

    def _sampled(self, reading: _Reading, counts: Sequence[Counted], in_window: int, in_day: int) -> Iterator[Page]:
        """Read some posts of each stretch of the window; the stretches have about as many posts each."""
        most = max(_LEAST, wanted(in_window, in_day, self._options.enough))
        parts = max(1, min(_MOST_SLICES, most // _LEAST))
        each = min(_MOST, -(-most // parts))
        held: Page | None = None
        for since, until in reversed(slices(within(counts, reading.since, reading.until), parts)):
            affordable = min(each, self._affordable(reading.now))
            if held is not None:
                if not affordable:
                    break
                yield held
            held, _ = self._page(reading, affordable, {"start_time": since, "end_time": until})
        yield reading.end(held or Page(), sampled=True, of_about=in_window, in_day=in_day)

    def _affordable(self, now: datetime) -> int:
        return results_within(self._purse.left(now), 0, wanted=_MOST, least=_LEAST, each=A_RESULT)

    def _page(self, reading: _Reading, most: int, bounds: Mapping[str, Any]) -> tuple[Page, str | None]:
        """Ask for one page; its price is set aside before, and settled with it.

        most: 0: as few as can be asked for. BudgetSpent: even that is more than a cap leaves.
        """
        results = most or _LEAST
        ticket = self._purse.reserve(results * A_RESULT, reading.query, reading.now)
        try:
            answer = self._x.search(reading.words, now=reading.now, max_results=results, **bounds, **_FIELDS)
            if answer is None and "since_id" in bounds:
                reading.start_within_reach()
                again = {**bounds, **reading.bounds()}
                del again["since_id"]
                answer = self._x.search(reading.words, now=reading.now, max_results=results, **again, **_FIELDS)
        except MonitorError as failure:
            self._give_back(ticket, failure)
            raise
        if answer is None:
            self._purse.settle(ticket, Cost())
            raise SourceRefused(
                self.name, "X finds even the time of seven days ago too old: check this machine's clock"
            )
        # Where this fails X has answered, and may have charged: what was set aside stays spent.
        page, onward, parsed = reading.take(answer)
        cost = cost_of(posts=parsed.read, users=parsed.users)
        self._purse.note(ticket, cost)
        return replace(page, cost=cost, ticket=ticket, rate_left=rate_left(self._x.headers)), onward

    def _give_back(self, ticket: int, failure: MonitorError) -> None:
        """X charges for what it gives: an answer without posts costs nothing, no answer may have cost all."""
        answered = self._x.answered and not isinstance(failure, SourceGarbled)
        if answered:
            self._purse.settle(ticket, Cost())

    def _known_counts(self, reading: _Reading) -> list[Counted]:
        """Return the counts, none where this key may search and not count."""
        try:
            return self._counts(reading)
        except SourceRefused:
            return []

    def _of_about(self, reading: _Reading) -> int | None:
        """Count what a stopped reading is a part of; None where that is not affordable or fails."""
        try:
            return reading.posts_in(self._counts(reading))[0]
        except (SourceUnavailable, SourceRefused, SourceGarbled, BudgetSpent):
            return None

    def _counts(self, reading: _Reading) -> list[Counted]:
        """Ask how many posts each hour has, from a day ago or the begin of the window, whichever is earlier."""
        ticket = self._purse.reserve(COUNTS, reading.query, reading.now)
        begin = max(min(reading.since, reading.until - _DAY), reading.reach)
        try:
            answer = self._x.count(reading.words, now=reading.now, start_time=begin, end_time=reading.until)
        except MonitorError as failure:
            self._give_back(ticket, failure)
            raise
        self._purse.settle(ticket, cost_of(counts=1))
        return counted(answer, self.name)


def _whole_number(value: object) -> int | None:
    """Return a count that X writes as a number or as its digits, None where it is none."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < len("1" * 16):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def counted(answer: Mapping[str, Any], source: str) -> list[Counted]:
    """Read an answer of the counts endpoint; SourceGarbled where it is none."""
    found: list[Counted] = []
    rows = answer.get("data")
    for row in rows if isinstance(rows, list) else ():
        named = row if isinstance(row, dict) else {}
        since, until = read_time(named.get("start")), read_time(named.get("end"))
        posts = next(
            (n for key in ("tweet_count", "post_count") if isinstance(n := named.get(key), int) and n >= 0), None
        )
        if since is None or until is None or posts is None or since >= until or (found and since < found[-1].until):
            raise SourceGarbled(source, "X counts in another form", sample=raw_text(answer))
        found.append(Counted(since, until, posts))
    if not found:
        raise SourceGarbled(source, "X counts in another form", sample=raw_text(answer))
    return found


def within(counts: Sequence[Counted], since: datetime, until: datetime) -> list[tuple[datetime, datetime, float]]:
    """Return the counts of a window, oldest first; of one that is cut by its ends, the part that lies inside."""
    found = []
    for one in counts:
        begin, end = max(one.since, since), min(one.until, until)
        if begin < end:
            found.append((begin, end, one.posts * ((end - begin) / (one.until - one.since))))
    return found


class _Reading:
    """One reading of one query: what bounds it, what its pages held so far.

    words: the query as X takes it. a_day: about how many posts a day has, None where nobody has looked.
    """

    def __init__(self, source: str, query: Query, words: str, after: str | None, now: datetime) -> None:
        self.query = query
        self.words = words
        self.now = now
        self._source = source
        self.until = now - _FRESH
        cursor: dict[str, Any] = json.loads(after) if after else {}
        self._since_id: str | None = cursor.get("since_id")
        read_until = read_time(cursor.get("until"))
        self.reach = now - _REACH
        first = self.reach if query.since is None else min(max(query.since, self.reach), self.until)
        self.since = min(read_until, self.until) if read_until else first
        self.read = 0
        self.a_day: float | None = cursor.get("a_day")
        self._newest: str | None = None
        self._oldest: datetime | None = None
        self._gaps: tuple[Gap, ...] = ()
        if self.since < self.reach:
            self.start_within_reach()

    @property
    def days(self) -> float:
        """How many days the window has, at least one."""
        return max(1.0, (self.until - self.since) / _DAY)

    def posts_in(self, counts: Sequence[Counted]) -> tuple[int, int]:
        """Return how many posts the window has, and how many a day of it, or the last day where that is longer."""
        in_window = sum(posts for _, _, posts in within(counts, self.since, self.until))
        longer = min(self.since, self.until - _DAY)
        of_longer = sum(posts for _, _, posts in within(counts, longer, self.until))
        self.a_day = of_longer / self.days
        return round(in_window), round(self.a_day)

    def bounds(self) -> dict[str, Any]:
        """Return where the search begins and ends, as X wants it."""
        begin = {"since_id": self._since_id} if self._since_id else {"start_time": max(self.since, self.reach)}
        return {**begin, "end_time": self.until}

    def start_within_reach(self) -> None:
        """Give up what X finds too old; what lies between it and X's reach stays unread, and is told."""
        self._since_id = None
        if self.since < self.reach:
            lost = Gap(
                source=self._source,
                query=self.query.text,
                since=self.since,
                until=self.reach,
                reason="older than the 7 days that X searches",
            )
            self._gaps = (lost,)
            self.since = self.reach

    def take(self, answer: Mapping[str, Any]) -> tuple[Page, str | None, Parsed]:
        """Return the page of an answer, the token of the next one (None: it is the last), and what it held."""
        meta = answer.get("meta")
        if not isinstance(meta, dict):
            raise SourceGarbled(self._source, "X answered without posts and without meta", sample=raw_text(answer))
        try:
            # An answer to an answer is about what its thread is about, or about nothing of the kind.
            parsed = parse_answer(answer, found_for=() if self.query.conversation else self.query.stories)
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
        self.read += len(parsed.posts) + len(parsed.rejected)
        if meta.get("result_count") not in (None, len(parsed.posts) + len(parsed.rejected)):
            parsed.unread["meta.result_count: another number than posts came"] += 1
        page = Page(posts=parsed.posts, rejected=parsed.rejected, unread=tuple(sorted(parsed.unread.items())))
        return page, onward or None, parsed

    def end(
        self,
        page: Page,
        *,
        stopped: bool = False,
        sampled: bool = False,
        of_about: int | None = None,
        in_day: float | None = None,
    ) -> Page:
        """Return the last page. stopped: its newest part is read, the rest a gap; sampled: a part of all of it."""
        reached, gaps = self.since, self._gaps
        if stopped:
            reached = min(max(self._oldest or self.until, self.since), self.until)
        if stopped or sampled:
            part = Gap(
                source=self._source,
                query=self.query.text,
                since=self.since,
                until=self.until if sampled else reached,
                reason="sampled",
                read=self.read,
                of_about=None if of_about is None else max(of_about, self.read),
            )
            gaps = (*gaps, part)
        a_day = in_day if in_day is not None else self.a_day
        if not stopped and not sampled:
            a_day = max(a_day or 0.0, self.read / max((self.until - self.since) / _DAY, 1 / 24))
        return replace(
            page,
            cursor=self._cursor(a_day),
            covered=Span(since=self.until if sampled else reached, until=self.until),
            gaps=gaps,
        )

    def _cursor(self, a_day: float | None) -> str:
        since_id = self._newest or self._since_id
        return json.dumps(
            {
                **({"since_id": since_id} if since_id else {}),
                "until": self.until.isoformat(),
                **({} if a_day is None else {"a_day": round(a_day, 1)}),
            }
        )
