"""Public posts of one Mastodon server, as it knows them of its own people and of others, by tag and by text.

Tag timelines need no key on most servers; text search needs a token. Sees what has reached the server; misses posts
of servers that it does not know, and those that are not public. Several servers are several sources: a post has one
`uri` on all of them, under which it stands. API: docs.joinmastodon.org ("Timelines", "Search", "Status"). What has
become of a post is asked of its own server, see mastodon_follow.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field

from monitor.errors import SourceGarbled, SourceRefused
from monitor.interchange import raw_text
from monitor.model import Page, Post
from monitor.options import Options, Secret
from monitor.queries import Unsearchable, admits, matches, searches, tags
from monitor.text import clean

from .answers import Service, next_link, rate_left
from .mastodon_follow import Asking, follow
from .mastodon_posts import parse
from .reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from monitor.model import Followed, PostId, Query

    from .given import Given

_A_PAGE = 40  # Mastodon's most, of timelines and of searches
_REACH = timedelta(days=7)
_OVERLAP = timedelta(hours=2)
"""What other servers send may come late; two hours are more than a queue that works ever holds."""


class MastodonOptions(Options):
    """One Mastodon server. tags: followed beside those of each query, without "#".

    token: with one, posts are searched by their text too. pages: at most so many pages of 40 a query and run; what
    is beyond is a gap.
    """

    kind: Literal["mastodon"] = "mastodon"
    name: str = Field(default="mastodon", min_length=1)
    server: str = Field(default="https://mastodon.social", min_length=1)
    tags: tuple[str, ...] = ()
    token: Secret | None = None
    pages: int = Field(default=20, ge=1, le=200)
    allow_private_hosts: bool = False

    def source(self, given: Given) -> MastodonSource:
        """Return the source."""
        return MastodonSource(self, given.secret(self.token) if self.token else "")


class MastodonSource:
    """Asks a server for the timeline of each tag of a query, and searches for its words where it may.

    What has become of posts it asks each one's own server.
    """

    asks = True
    platform = "mastodon"

    def __init__(self, options: MastodonOptions, token: str) -> None:
        self.name = options.name
        self._options = options
        server = options.server if "://" in options.server else f"https://{options.server}"
        self._service = Service(server, source=self.name, own_network=options.allow_private_hosts)
        self._host = urlsplit(server).netloc
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def fetch(self, query: Query, after: str | None, now: datetime) -> Iterator[Page]:
        """Yield what was written since `after` (at first in 7 days), newest first; the cursor comes last."""
        walks = self._walks(query)
        reading = Reading(self.name, query, after, now, reach=_REACH, overlap=_OVERLAP)
        left = self._options.pages
        for path, parameters, keeps in walks:
            at: str | None = path
            given: Mapping[str, str | int | None] | None = parameters
            oldest: datetime | None = None
            while at is not None:
                if not left:
                    reading.stopped(oldest)
                    break
                left -= 1
                answer, sent = self._service.get(at, given, now=now, headers=self._headers)
                page, reached = parse(
                    _statuses(answer, self.name), query, self._host, keeps=keeps, fresh=reading.fresh
                )
                yield from reading.took(_with(page, rate_left(sent.headers)))
                oldest = min((time for time in (oldest, reached) if time is not None), default=None)
                done = reached is None or reached < reading.asked
                # A search ranks, and is asked once; a timeline names its next page.
                at = None if done or not isinstance(answer, list) else next_link(sent.headers)
                given = None
        yield reading.end()

    def follow(
        self,
        posts: Sequence[PostId],
        cited: Sequence[PostId],
        state: str | None,
        now: datetime,  # noqa: ARG002 - no server is waited for
    ) -> Iterator[Followed]:
        """Yield which posts are gone and which cited ones were edited, as their own servers say."""
        asking = Asking(
            source=self.name,
            home=self._service.base,
            headers=self._headers,
            private_hosts=self._options.allow_private_hosts,
        )
        return follow(asking, posts, cited, state)

    def probe(self, now: datetime) -> str:
        """Ask which server it is."""
        answer, _ = self._service.get("/api/v1/instance", now=now, headers=self._headers)
        named = answer.get("version") if isinstance(answer, dict) else None
        if not isinstance(named, str):
            raise SourceGarbled(self.name, "the server does not say what it is", sample=raw_text(answer))
        return f"a server of version {clean(named)[:40]}"

    def _walks(self, query: Query) -> list[tuple[str, dict[str, str | int | None], Callable[[Any, Post], bool]]]:
        """Return where a walk through pages begins, and what is kept of what it finds."""
        try:
            named = dict.fromkeys([*tags(query.text), *(tag.casefold().lstrip("#") for tag in self._options.tags)])
            words = searches(query.text) if self._headers else []
        except Unsearchable as problem:
            raise SourceRefused(self.name, str(problem)) from None
        walks: list[tuple[str, dict[str, str | int | None], Callable[[Any, Post], bool]]] = [
            (f"/api/v1/timelines/tag/{quote(tag, safe='')}", {"limit": _A_PAGE}, matches) for tag in named
        ]
        for one in words:
            said = " ".join(filter(None, (one.words, one.author and f"from:{one.author}", one.url)))
            walks.append(("/api/v2/search", {"q": said, "type": "statuses", "limit": _A_PAGE}, admits))
        return walks


def _with(page: Page, left: int | None) -> Page:
    return Page(posts=page.posts, rejected=page.rejected, unread=page.unread, rate_left=left)


def _statuses(answer: object, source: str) -> list[object]:
    rows = answer.get("statuses") if isinstance(answer, dict) else answer
    if not isinstance(rows, list):
        raise SourceGarbled(source, "the answer is no list of posts", sample=raw_text(answer))
    return rows
