"""Posts and their comments from Reddit through praw, for who has been given keys.

Reddit gives no keys by itself (since 2025-11): an application has to be approved. Sees what its search finds,
newest first, about 250 of a query; misses comments of posts that it does not find. Needs praw (the extra "reddit").
What has become of posts says "api/info", 100 at a time: what is deleted or removed is shown without its text.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from monitor.blanking import Secrets
from monitor.errors import SourceGarbled, SourceRefused, SourceUnavailable
from monitor.model import Author, Page, Post, PostId, Rejected
from monitor.options import Options, Secret
from monitor.queries import Unsearchable, admits, for_reddit
from monitor.queries import parse as parse_query
from monitor.text import canonical_url, clean, links_in

from .lookups import looked_up
from .reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from monitor.model import Followed, Query, StoryId

    from .given import Given

_REACH = timedelta(days=7)
_OVERLAP = timedelta(hours=1)
_MOST = 250  # what Reddit's search gives at most, whatever is asked
_A_LOOKUP = 100  # names, at most (praw, `Reddit.info`)
_MOST_LOOKED_UP = 5_000  # in a run: half of the requests that Reddit takes in a minute
_OURS = re.compile(r"t[13]_[0-9a-z]{1,13}")
_SECONDS = 25
_A_DAY = "86400"
_BAD_REQUEST, _TOO_MANY, _SERVER_ERROR = 400, 429, 500
_PASSING = (408, 425)
_KEPT = (
    "id", "title", "selftext", "body", "url", "permalink", "created_utc", "score", "num_comments", "parent_id",
    "is_self", "edited", "removed_by_category",
)  # fmt: skip
_GONE = frozenset(("[deleted]", "[removed]", "[ Removed by Reddit ]"))


class RedditOptions(Options):
    """Reddit, for an approved application.

    client_id, client_secret: of the application; user_agent: as Reddit wants it, "linux:APP:VERSION (by /u/NAME)".
    subreddits: only these; none: all. comments: read the comments of the posts that are found, 0 to 200 a post.
    """

    kind: Literal["reddit"] = "reddit"
    name: str = Field(default="reddit", min_length=1)
    client_id: Secret
    client_secret: Secret
    user_agent: str = Field(min_length=10)
    subreddits: tuple[str, ...] = ()
    comments: int = Field(default=100, ge=0, le=200)
    api: str = Field(default="https://oauth.reddit.com", min_length=1)
    login: str = Field(default="https://www.reddit.com", min_length=1)

    def source(self, given: Given) -> RedditSource:
        """Return the source."""
        return RedditSource(self, given.secret(self.client_id), given.secret(self.client_secret))


class RedditSource:
    """Searches once a query, reads the comments of what it finds, and looks up what has become of posts."""

    asks = True
    platform = "reddit"

    def __init__(self, options: RedditOptions, client_id: str, client_secret: str) -> None:
        self.name = options.name
        self._options = options
        self._keys = (client_id, client_secret)
        self._reddit: Any = None

    def fetch(self, query: Query, after: str | None, now: datetime) -> Iterator[Page]:
        """Yield what was written since `after` (at first in 7 days), newest first; the cursor comes last."""
        try:
            words = for_reddit(query.text)
        except Unsearchable as problem:
            raise SourceRefused(self.name, str(problem)) from None
        reading = Reading(self.name, query, after, now, reach=_REACH, overlap=_OVERLAP)
        rows = self._asked(partial(self._search, words, reading.asked), now)
        page, oldest = parse(rows, query, reading.fresh)
        yield from reading.took(page)
        if len([row for row in rows if "title" in row]) >= _MOST and oldest is not None and oldest > reading.asked:
            reading.stopped(oldest)
        yield reading.end()

    def follow(
        self, posts: Sequence[PostId], cited: Sequence[PostId], state: str | None, now: datetime
    ) -> Iterator[Followed]:
        """Yield which posts are gone, and the cited ones that were edited, 5,000 a run at most.

        Raises SourceUnavailable at the end where of some nothing is known: they stay.
        """
        look_up = partial(self._look_up, set(cited), now)
        return looked_up(
            posts, state, look_up, source=self.name, ours=_OURS, at_once=_A_LOOKUP, most=_MOST_LOOKED_UP
        )

    def _look_up(
        self, cited: set[PostId], now: datetime, posts: Sequence[PostId]
    ) -> tuple[list[PostId], list[Post], int]:
        """Say what has become of some; what is not shown is gone where others of the same answer are shown."""
        rows = {
            row["name"]: row
            for row in self._asked(lambda reddit: [_row(found) for found in reddit.info(fullnames=posts)], now)
        }
        if not any(post in rows for post in posts):
            return [], [], len(posts)
        edited = [_edited(rows[post]) for post in posts if post in cited and post in rows]
        gone = [post for post in posts if post not in rows or _is_gone(rows[post])]
        return gone, [post for post in edited if post is not None], 0

    def _asked(self, read: Callable[[Any], list[dict[str, Any]]], now: datetime) -> list[dict[str, Any]]:
        """Return what `read` reads from Reddit, as plain rows. Raises as `fetch`."""
        rows, failure = self._tried(read, now)
        if failure is not None:
            # Raised out here, without its cause: requests with the token in them hang on praw's exceptions.
            raise failure
        return rows

    def _search(self, words: str, since: datetime, reddit: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        where = reddit.subreddit("+".join(self._options.subreddits) or "all")
        for found in where.search(words, sort="new", time_filter="week", limit=_MOST):
            if _time(vars(found).get("created_utc")) < since:
                break
            rows.append(_row(found))
            if self._options.comments and (vars(found).get("num_comments") or 0) > 0:
                found.comment_limit = self._options.comments
                found.comments.replace_more(limit=0)
                rows += [_row(comment) for comment in found.comments.list()]
        return rows

    def _tried(
        self, read: Callable[[Any], list[dict[str, Any]]], now: datetime
    ) -> tuple[list[dict[str, Any]], Exception | None]:
        """Return what `read` reads, or what stood in the way."""
        import praw  # noqa: PLC0415 - the extra "reddit"
        import prawcore  # noqa: PLC0415 - comes with it

        for name in ("praw", "prawcore", "urllib3.connection"):
            logging.getLogger(name).setLevel(logging.ERROR)  # Below it they log headers and texts.
        try:
            if self._reddit is None:
                self._reddit = praw.Reddit(
                    client_id=self._keys[0],
                    client_secret=self._keys[1],
                    user_agent=self._options.user_agent,
                    oauth_url=self._options.api,
                    reddit_url=self._options.login,
                    check_for_updates=False,
                    ratelimit_seconds=0,
                    timeout=_SECONDS,
                )
                # praw would ask three times, with seconds between: the schedule is the retry loop.
                self._reddit._core._retry_strategy_class = _once(prawcore)  # noqa: SLF001 - praw has no option
            rows = read(self._reddit)
            token = self._reddit._core._authorizer.access_token or ""  # noqa: SLF001 - as above
            return Secrets(*self._keys, token).blank_value(rows), None
        except prawcore.exceptions.PrawcoreException as error:
            return [], _judged(error, self.name, now)
        except praw.exceptions.PRAWException as error:
            return [], SourceRefused(self.name, f"Reddit refuses ({type(error).__name__}): check the query")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            return [], SourceGarbled(self.name, f"Reddit answers in another form ({type(error).__name__})")
        except OSError as error:
            return [], SourceUnavailable(self.name, f"no answer from Reddit ({type(error).__name__})")


def _once(prawcore: Any) -> type[Any]:
    """Return a strategy of prawcore 4 that asks once and never sleeps."""

    class Once(prawcore.sessions.FiniteRetryStrategy):  # type: ignore[misc] # prawcore comes in as a value
        def _sleep_seconds(self) -> None:
            return None

        def should_retry_on_failure(self) -> bool:
            return False

    return Once


def _judged(error: Any, source: str, now: datetime) -> Exception:
    """Return what an error of prawcore is to us, by the status that came, if one did."""
    name = type(error).__name__
    response = getattr(error, "response", None)
    if response is None:
        garbled = isinstance(getattr(error, "original_exception", None), ValueError)
        if garbled or name == "BadJSON":
            return SourceGarbled(source, "Reddit's answer is no JSON")
        if name in ("OAuthException", "InvalidInvocation"):
            return SourceRefused(source, f"Reddit refuses ({name}): check the keys")
        return SourceUnavailable(source, f"no answer from Reddit ({name})")
    return _answered(response, source, now, garbled=name == "BadJSON")


def _answered(response: Any, source: str, now: datetime, *, garbled: bool) -> Exception:
    status = response.status_code
    told = f"Reddit answers {status}"
    if status == _TOO_MANY:
        wait = str(response.headers.get("retry-after", ""))
        later = now + timedelta(seconds=int(wait)) if wait.isdecimal() and len(wait) <= len(_A_DAY) else None
        return SourceUnavailable(source, f"{told}: its limit is reached", retry_after=later)
    if garbled or status < _BAD_REQUEST:
        return SourceGarbled(source, f"{told} in another form")
    if status >= _SERVER_ERROR or status in _PASSING:
        return SourceUnavailable(source, told)
    return SourceRefused(source, f"{told}: check the keys, and what they may read")


def _row(thing: Any) -> dict[str, Any]:
    """Return a submission or comment of praw as a plain row, so that nothing of praw leaves here."""
    held = vars(thing)
    author = held.get("author")
    return {
        **{key: held.get(key) for key in _KEPT},
        "author": getattr(author, "name", author),
        "name": thing.fullname,
    }


def _time(value: object) -> datetime:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    try:
        return datetime.fromtimestamp(number, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, tz=UTC)


def parse(
    rows: Sequence[dict[str, Any]], query: Query, fresh: Callable[[str], bool] = lambda _post: True
) -> tuple[Page, datetime | None]:
    """Return the posts of plain rows, and the time of the oldest submission, None where none has one.

    What was deleted or removed is passed over; comments belong to what is asked by their thread, not because they
    were found.
    """
    node = parse_query(query.text)
    posts: list[Post] = []
    rejected: list[Rejected] = []
    unread: Counter[str] = Counter()
    times: list[datetime] = []
    for row in rows:
        is_comment = str(row.get("name", "")).startswith("t1_")
        try:
            post = _post(row, () if is_comment else query.stories)
        except ValueError as problem:
            name = row.get("name")
            named = clean(name) if isinstance(name, str) else None
            rejected.append(Rejected(raw=clean(str(row))[:10_000], reason=str(problem), id=named))
            continue
        if post is None:
            unread["deleted or removed, passed over"] += 1
            continue
        if post.created_at is not None and not is_comment:
            times.append(post.created_at)
        if fresh(post.id) and (is_comment or admits(node, post)):
            posts.append(post)
    page = Page(posts=tuple(posts), rejected=tuple(rejected), unread=tuple(sorted(unread.items())))
    return page, min(times, default=None)


def _post(row: dict[str, Any], stories: Sequence[StoryId]) -> Post | None:
    name = row.get("name")
    if not isinstance(name, str) or not name.isascii() or not name.startswith(("t1_", "t3_")):
        raise ValueError("it has no name")
    said = [row.get(key) for key in ("title", "selftext", "body")]
    if not all(text is None or isinstance(text, str) for text in said):
        raise ValueError("a text is no text")
    if _is_gone(row):
        return None
    parts = [clean(text).strip() for text in said if text]
    text = "\n".join(part for part in parts if part)
    if not text:
        raise ValueError("it has no text")
    who = row.get("author")
    author = Author(id=f"reddit:{clean(who)}", handle=clean(who)) if isinstance(who, str) and who else None
    link, place, above = row.get("url"), row.get("permalink"), row.get("parent_id")
    own = canonical_url(link) if isinstance(link, str) and not row.get("is_self") else None
    written = _time(row.get("created_utc"))
    return Post(
        id=PostId(name),
        platform="reddit",
        author=author,
        text=text,
        created_at=written if written.year > datetime.fromtimestamp(0, tz=UTC).year else None,
        url=canonical_url(f"https://www.reddit.com{place}") if isinstance(place, str) else None,
        reply_to=PostId(above) if isinstance(above, str) and above.startswith(("t1_", "t3_")) else None,
        likes=_count(row.get("score")),
        replies=_count(row.get("num_comments")),
        links=tuple(dict.fromkeys(one for one in (own, *links_in(text)) if one)),
        found_for=tuple(stories),
        revision=1 if row.get("edited") else 0,
    )


def _is_gone(row: dict[str, Any]) -> bool:
    """Whether a post was deleted or removed, or its author has left."""
    if row.get("author") is None or row.get("removed_by_category") is not None:
        return True
    said = (row.get(key) for key in ("author", "title", "selftext", "body"))
    return any(isinstance(text, str) and clean(text).strip() in _GONE for text in said)


def _edited(row: dict[str, Any]) -> Post | None:
    """Return a post in its present version, None where it was not edited, or is gone."""
    try:
        return _post(row, ()) if row.get("edited") else None
    except ValueError:
        return None


def _count(value: object) -> int | None:
    """Return a count; a score below zero is none of likes."""
    whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
    return value if whole and isinstance(value, int) else None
