"""Public posts of one Mastodon server, as it knows them of its own people and of others, by tag and by text.

Tag timelines need no key on most servers; text search needs a token. Sees what has reached the server; misses posts
of servers that it does not know, and those that are not public. Several servers are several sources: a post has one
`uri` on all of them, under which it stands. API: docs.joinmastodon.org ("Timelines", "Search", "Status").
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field

from monitor.errors import SourceGarbled, SourceRefused
from monitor.interchange import raw_text, read_count, read_time
from monitor.model import Author, Page, Post, PostId, Rejected
from monitor.options import Options, Secret
from monitor.queries import Unsearchable, admits, matches, searches, tags
from monitor.queries import parse as parse_query
from monitor.text import canonical_url, clean

from .answers import Service, next_link, rate_left
from .html_text import text_of
from .reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from monitor.model import Query
    from monitor.protocols import Source

    from .given import Given

_A_PAGE = 40  # Mastodon's most, of timelines and of searches
_REACH = timedelta(days=7)
_OVERLAP = timedelta(hours=2)
"""What other servers send may come late; two hours are more than a queue that works ever holds."""
_SEEN_BY_ALL = ("public", "unlisted")


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

    def source(self, given: Given) -> Source:
        """Return the source."""
        return MastodonSource(self, given.secret(self.token) if self.token else "")


class MastodonSource:
    """Asks a server for the timeline of each tag of a query, and searches for its words where it may."""

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


def parse(
    rows: list[object],
    query: Query,
    host: str,
    *,
    keeps: Callable[[Any, Post], bool] = matches,
    fresh: Callable[[str], bool] = lambda _post: True,
) -> tuple[Page, datetime | None]:
    """Return the posts of an answer, and the time of its oldest, None where none has one.

    host: the server's, for names without one. keeps: told the query and a post, whether it belongs to what is
    asked; fresh: whether an id comes for the first time.
    """
    node = parse_query(query.text)
    posts: list[Post] = []
    rejected: list[Rejected] = []
    unread: Counter[str] = Counter()
    times: list[datetime] = []
    for row in rows:
        try:
            post = _post(row, host, query, unread)
        except ValueError as problem:
            uri = row.get("uri") if isinstance(row, dict) else None
            named = clean(uri) if isinstance(uri, str) else None
            rejected.append(Rejected(raw=raw_text(row), reason=str(problem), id=named))
            continue
        if post is None:
            unread["status: not public, not kept"] += 1
            continue
        if post.created_at is not None:
            times.append(post.created_at)
        if keeps(node, post) and fresh(post.id):
            posts.append(post)
    page = Page(posts=tuple(posts), rejected=tuple(rejected), unread=tuple(sorted(unread.items())))
    return page, min(times, default=None)


def _post(row: object, host: str, query: Query, unread: Counter[str]) -> Post | None:
    """Return the post of a status, None where it is not for everybody."""
    if not isinstance(row, dict):
        raise ValueError("a status is no object")  # noqa: TRY004 - one class for all that strangers get wrong
    if row.get("visibility") not in _SEEN_BY_ALL:
        return None
    uri = _uri(row)
    content, warning = row.get("content"), row.get("spoiler_text")
    if not isinstance(content, str):
        raise ValueError("content is no text")  # noqa: TRY004 - as above
    said, links = text_of(content)
    front = clean(warning).strip() if isinstance(warning, str) else ""
    text = "\n".join(part for part in (front, said) if part)
    if not text:
        raise ValueError("it has no text")
    written = read_time(row.get("created_at"))
    if written is None:
        unread["created_at: unreadable time"] += 1
    card = row.get("card")
    shared = [*links, *([card.get("url")] if isinstance(card, dict) else [])]
    url, language = row.get("url"), row.get("language")
    return Post(
        id=PostId(uri),
        platform="mastodon",
        author=_author(row.get("account"), host),
        text=text,
        lang=clean(language) if isinstance(language, str) and language else None,
        created_at=written,
        url=canonical_url(url) if isinstance(url, str) else None,
        quote_of=_quoted(row.get("quote")),
        likes=read_count(row, "favourites_count"),
        reposts=read_count(row, "reblogs_count"),
        replies=read_count(row, "replies_count"),
        links=tuple(dict.fromkeys(link for one in shared if isinstance(one, str) and (link := canonical_url(one)))),
        found_for=query.stories,
        revision=1 if read_time(row.get("edited_at")) is not None else 0,
    )


def _uri(row: Mapping[str, Any]) -> str:
    uri = row.get("uri")
    if not isinstance(uri, str) or not uri.startswith(("https://", "http://")) or clean(uri) != uri:
        raise ValueError("uri is no address")
    return uri


def _author(account: object, host: str) -> Author | None:
    if account is None:
        return None
    named = account.get("acct") if isinstance(account, dict) else None
    if not isinstance(account, dict) or not isinstance(named, str) or not clean(named).strip():
        raise ValueError("account has no name")
    handle = clean(named).strip()
    handle = handle if "@" in handle else f"{handle}@{host}"
    name, note = account.get("display_name"), account.get("note")
    return Author(
        id=f"mastodon:{handle.casefold()}",
        handle=handle,
        name=clean(name) or None if isinstance(name, str) else None,
        description=(text_of(note)[0] or None) if isinstance(note, str) else None,
        followers=read_count(account, "followers_count"),
        created_at=read_time(account.get("created_at")),
    )


def _quoted(quoted: object) -> PostId | None:
    status = quoted.get("quoted_status") if isinstance(quoted, dict) else None
    uri = status.get("uri") if isinstance(status, dict) else None
    return PostId(uri) if isinstance(uri, str) and uri.startswith("http") and clean(uri) == uri else None
