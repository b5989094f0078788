"""Posts as Mastodon and what is made of it give them ("Status"), read by the live source and by the import.

Only what is for everybody is kept. Content is HTML, and becomes what a reader sees; a warning stands in front.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from monitor.interchange import raw_text, read_count, read_time
from monitor.model import Author, Page, Post, PostId, Rejected
from monitor.queries import matches
from monitor.queries import parse as parse_query
from monitor.text import canonical_url, clean

from .html_text import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from monitor.model import Query, StoryId

_SEEN_BY_ALL = ("public", "unlisted")


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
            post = post_of(row, host, query.stories, unread)
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


def post_of(
    row: object, host: str, found_for: Sequence[StoryId], unread: Counter[str], platform: str = "mastodon"
) -> Post | None:
    """Return the post of a status, None where it is not for everybody. ValueError: it is none, and why."""
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
        platform=platform,
        author=_author(row.get("account"), host, platform),
        text=text,
        lang=clean(language) if isinstance(language, str) and language else None,
        created_at=written,
        url=canonical_url(url) if isinstance(url, str) else None,
        quote_of=_quoted(row.get("quote")),
        likes=read_count(row, "favourites_count"),
        reposts=read_count(row, "reblogs_count"),
        replies=read_count(row, "replies_count"),
        links=tuple(dict.fromkeys(link for one in shared if isinstance(one, str) and (link := canonical_url(one)))),
        found_for=tuple(found_for),
        revision=1 if read_time(row.get("edited_at")) is not None else 0,
    )


def _uri(row: Mapping[str, Any]) -> str:
    uri = row.get("uri")
    if not isinstance(uri, str) or not uri.startswith(("https://", "http://")) or clean(uri) != uri:
        raise ValueError("uri is no address")
    return uri


def _author(account: object, host: str, platform: str) -> Author | None:
    if account is None:
        return None
    named = account.get("acct") if isinstance(account, dict) else None
    if not isinstance(account, dict) or not isinstance(named, str) or not clean(named).strip():
        raise ValueError("account has no name")
    handle = clean(named).strip()
    handle = handle if "@" in handle else f"{handle}@{host}"
    name, note = account.get("display_name"), account.get("note")
    return Author(
        id=f"{platform}:{handle.casefold()}",
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
