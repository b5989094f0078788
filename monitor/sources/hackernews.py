"""Stories and comments of Hacker News through its search (Algolia, no key).

Sees public items that hold the words of the query, seconds after they are written; misses what moderators or
authors took away. A search gives no more than 1,000 items, so the window is narrowed along the way.
API: hn.algolia.com/api ("search_by_date"); the language of the query is Algolia's advanced syntax. What has become
of an item says Hacker News' own API, one request each (github.com/HackerNews/API: `deleted`, `dead`); whether the
search forgets what is deleted is documented nowhere.
"""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from monitor.errors import SourceGarbled, SourceRefused
from monitor.interchange import raw_text, read_count
from monitor.model import Author, Page, Post, PostId, Rejected
from monitor.options import Options
from monitor.queries import Search, Unsearchable, admits, searches
from monitor.queries import parse as parse_query
from monitor.text import canonical_url, clean

from .answers import Service
from .html_text import text_of
from .lookups import looked_up
from .reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from monitor.model import Followed, Query, StoryId

    from .given import Given

_HOST = "https://hn.algolia.com"
_ITEMS = "https://hacker-news.firebaseio.com"
_OURS = re.compile(r"hn:[1-9][0-9]{0,14}")
_AT_ONCE, _A_LOOKUP, _MOST_ITEMS = 8, 100, 5_000
"""Items that are asked for side by side, kept together, and asked for in a run."""
_A_PAGE = 100
_REACH = timedelta(days=7)
_OVERLAP = timedelta(hours=1)
"""An item is found within seconds, and edited for two hours; what comes late by more than an hour is missed."""
_KNOWN = frozenset(
    (
        "objectID", "author", "title", "url", "story_text", "comment_text", "story_id", "story_title", "story_url",
        "parent_id", "points", "num_comments", "created_at", "created_at_i", "updated_at", "children", "_tags",
        "_highlightResult", "relevancy_score",
    )
)  # fmt: skip


class HackerNewsOptions(Options):
    """Hacker News: stories and comments, without a key.

    pages: at most so many pages of 100 a query and run; what is beyond is a gap. api: another address of the
    search; items: of what says which items are deleted.
    """

    kind: Literal["hackernews"] = "hackernews"
    name: str = Field(default="hackernews", min_length=1)
    pages: int = Field(default=10, ge=1, le=100)
    api: str = Field(default=_HOST, min_length=1)
    items: str = Field(default=_ITEMS, min_length=1)
    allow_private_hosts: bool = False

    def source(self, given: Given) -> HackerNewsSource:  # noqa: ARG002 - as of every kind
        """Return the source; it needs no secret and keeps nothing."""
        return HackerNewsSource(self)


class HackerNewsSource:
    """Asks the search once for each alternative of a query, and looks up what has become of items."""

    asks = True
    platform = "hackernews"

    def __init__(self, options: HackerNewsOptions) -> None:
        self.name = options.name
        self._pages = options.pages
        self._service = Service(options.api, source=self.name, own_network=options.allow_private_hosts)
        self._items = Service(options.items, source=self.name, own_network=options.allow_private_hosts)

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
                answer = self._search(search, reading.asked, oldest or now, now)
                page, reached = parse(answer, query, reading.fresh)
                yield from reading.took(page)
                if len(answer["hits"]) < _A_PAGE or reached is None:
                    break
                # A second that fills a page would be asked for again and again.
                oldest = reached if oldest is None or reached < oldest else oldest - timedelta(seconds=1)
        yield reading.end()

    def follow(
        self, posts: Sequence[PostId], cited: Sequence[PostId], state: str | None, now: datetime
    ) -> Iterator[Followed]:
        """Yield which items are deleted or dead, and the cited ones as they are, 5,000 items a run at most.

        Raises SourceUnavailable at the end where of some nothing is known: they stay.
        """
        look_up = partial(self._look_up, set(cited), now)
        return looked_up(posts, state, look_up, source=self.name, ours=_OURS, at_once=_A_LOOKUP, most=_MOST_ITEMS)

    def _look_up(
        self, cited: set[PostId], now: datetime, posts: Sequence[PostId]
    ) -> tuple[list[PostId], list[Post], int]:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            items = dict(zip(posts, pool.map(partial(self._item, now), posts), strict=True))
        known = {post: item for post, item in items.items() if item is not None}
        gone = [post for post, item in known.items() if item.get("deleted") is True or item.get("dead") is True]
        shown = [_present(item) for post, item in known.items() if post in cited and post not in gone]
        return gone, [post for post in shown if post is not None], len(posts) - len(known)

    def _item(self, now: datetime, post: PostId) -> dict[str, Any] | None:
        """Return an item, None where the answer is none: `null` stands for what is unknown, not for deleted."""
        number = post.removeprefix("hn:")
        answer, _ = self._items.get(f"/v0/item/{number}.json", now=now)
        return answer if isinstance(answer, dict) and answer.get("id") == int(number) else None

    def probe(self, now: datetime) -> str:
        """Search for one item."""
        answer = self._search(Search(words="news"), now - _REACH, now, now, most=1)
        return f"searched: {len(answer['hits'])} of the last 7 days"

    def _search(
        self, search: Search, since: datetime, until: datetime, now: datetime, *, most: int = _A_PAGE
    ) -> dict[str, Any]:
        tags = ["(story,comment)", *([f"author_{search.author}"] if search.author else [])]
        answer, _ = self._service.get(
            "/api/v1/search_by_date",
            {
                "query": search.words or search.url or "",
                "restrictSearchableAttributes": "url" if search.url and not search.words else None,
                "tags": ",".join(tags),
                "numericFilters": f"created_at_i>={int(since.timestamp())},created_at_i<={int(until.timestamp())}",
                "hitsPerPage": most,
                "advancedSyntax": "true",
                "typoTolerance": "false",
            },
            now=now,
        )
        if not isinstance(answer, dict) or not isinstance(answer.get("hits"), list):
            raise SourceGarbled(self.name, "the answer has no hits", sample=raw_text(answer))
        return answer


def parse(
    answer: Mapping[str, Any], query: Query, fresh: Callable[[str], bool] = lambda _post: True
) -> tuple[Page, datetime | None]:
    """Return the posts of an answer ({hits: […]}), and the time of its oldest item, None where none has one.

    fresh: whether an id comes for the first time; what does not is passed over, and so is what the query bars.
    """
    node = parse_query(query.text)
    posts: list[Post] = []
    rejected: list[Rejected] = []
    unread: Counter[str] = Counter()
    times: list[datetime] = []
    for hit in answer["hits"]:
        try:
            post = _post(hit, query.stories, unread)
        except ValueError as problem:
            rejected.append(Rejected(raw=raw_text(hit), reason=str(problem), id=_id_of(hit)))
            continue
        if post.created_at is not None:
            times.append(post.created_at)
        if fresh(post.id) and admits(node, post):
            posts.append(post)
    page = Page(posts=tuple(posts), rejected=tuple(rejected), unread=tuple(sorted(unread.items())))
    return page, min(times, default=None)


def _post(hit: object, stories: Sequence[StoryId], unread: Counter[str]) -> Post:
    if not isinstance(hit, dict):
        raise ValueError("a hit is no object")  # noqa: TRY004 - one class for all that strangers get wrong
    number = _id_of(hit)
    if number is None:
        raise ValueError("objectID is no number")
    for key in hit.keys() - _KNOWN:
        unread[f"hit.{clean(str(key))[:100]}"] += 1
    texts = [hit.get(key) for key in ("title", "story_text", "comment_text")]
    if not all(text is None or isinstance(text, str) for text in texts):
        raise ValueError("a text is no text")
    read = [text_of(text or "") for text in texts]
    text = "\n".join(said for said, _ in read if said)
    if not text:
        raise ValueError("it has no text")  # what was deleted is listed without
    url = hit.get("url")
    own = [canonical_url(url)] if isinstance(url, str) else []
    author = hit.get("author")
    parent = hit.get("parent_id")
    return Post(
        id=PostId(f"hn:{number}"),
        platform="hackernews",
        author=Author(id=f"hn:{clean(author)}", handle=clean(author))
        if isinstance(author, str) and author
        else None,
        text=text,
        created_at=_time(hit, unread),
        url=f"https://news.ycombinator.com/item?id={number}",
        reply_to=PostId(f"hn:{parent}") if isinstance(parent, int) and not isinstance(parent, bool) else None,
        likes=read_count(hit, "points"),
        replies=read_count(hit, "num_comments"),
        links=tuple(dict.fromkeys(link for link in [*own, *(link for _, found in read for link in found)] if link)),
        found_for=tuple(stories),
    )


def _present(item: Mapping[str, Any]) -> Post | None:
    """Return an item as the post it is now; the search takes its text from there as it is (algolia/hn-search)."""
    names = {"author": "by", "title": "title", "url": "url", "comment_text": "text", "parent_id": "parent",
             "points": "score", "num_comments": "descendants", "created_at_i": "time"}  # fmt: skip
    try:
        return _post(
            {"objectID": str(item["id"]), **{ours: item.get(own) for ours, own in names.items()}}, (), Counter()
        )
    except ValueError:
        return None


def _id_of(hit: object) -> str | None:
    number = hit.get("objectID") if isinstance(hit, dict) else None
    return number if isinstance(number, str) and number.isascii() and number.isdecimal() else None


def _time(hit: Mapping[str, Any], unread: Counter[str]) -> datetime | None:
    seconds = hit.get("created_at_i")
    try:
        if isinstance(seconds, int) and not isinstance(seconds, bool):
            return datetime.fromtimestamp(seconds, tz=UTC)
    except (ValueError, OverflowError, OSError):
        pass
    unread["created_at_i: unreadable time"] += 1
    return None
