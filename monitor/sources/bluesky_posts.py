"""Posts as Bluesky shows them (app.bsky.feed.defs#postView), read by the live source and by the import.

A label by which an author asks not to be shown to strangers is obeyed; a post's time is what its author's program
says, where the network saw it at about that time.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.interchange import raw_text, read_count, read_time
from monitor.model import Author, Page, Post, PostId, Rejected
from monitor.queries import admits
from monitor.queries import parse as parse_query
from monitor.text import canonical_url, clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from monitor.model import Query, StoryId

DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]+")
URI = re.compile(rf"at://({DID.pattern})/app\.bsky\.feed\.post/([A-Za-z0-9._:~-]{{1,512}})")
_MOST_WRONG = timedelta(days=1)
"""What a client says of a post's time is taken where it is about when the network saw it."""
_MOST_AHEAD = timedelta(minutes=5)
_HIDDEN = frozenset(("!hide", "!no-unauthenticated", "!takedown", "!suspend"))
_LINK = "app.bsky.richtext.facet#link"


def parse(
    answer: Mapping[str, Any],
    query: Query,
    fresh: Callable[[str], bool] = lambda _post: True,
    *,
    rate: int | None = None,
) -> tuple[Page, datetime | None]:
    """Return the posts of an answer ({posts: […]}), and by when its earliest is listed, None where none is.

    fresh: whether an id comes for the first time; what does not is passed over, and so is what the query bars.
    """
    node = parse_query(query.text)
    posts: list[Post] = []
    rejected: list[Rejected] = []
    unread: Counter[str] = Counter()
    times: list[datetime] = []
    for row in answer["posts"]:
        uri = row.get("uri") if isinstance(row, dict) else None
        named = uri if isinstance(uri, str) and URI.fullmatch(uri) else None
        try:
            post, listed = post_of(row, query.stories, unread)
        except ValueError as problem:
            if named is None or fresh(named):
                rejected.append(Rejected(raw=raw_text(row), reason=str(problem), id=named))
            continue
        times += [listed] if listed is not None else []
        if fresh(post.id) and admits(node, post):
            posts.append(post)
    page = Page(posts=tuple(posts), rejected=tuple(rejected), unread=tuple(sorted(unread.items())), rate_left=rate)
    return page, min(times, default=None)


def post_of(row: object, found_for: Sequence[StoryId], unread: Counter[str]) -> tuple[Post, datetime | None]:
    """Return the post of a view, and the time by which the service lists it. ValueError: it is none, and why."""
    if not isinstance(row, dict):
        raise ValueError("a post is no object")  # noqa: TRY004 - one class for all that strangers get wrong
    uri = row.get("uri")
    match = URI.fullmatch(uri) if isinstance(uri, str) else None
    if match is None:
        raise ValueError("uri is none of a post")
    record, author = row.get("record"), row.get("author")
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise ValueError("record has no text")  # noqa: TRY004 - as above
    if (_labels(row) | _labels(author)) & _HIDDEN:
        raise ValueError("its author or the service asks not to show it to strangers")
    text = clean(record["text"])
    shared = [*_links(record), *_embedded(record.get("embed"))]
    if not text.strip() and not shared:
        raise ValueError("it has no text")
    who = _author(author)
    indexed, written = read_time(row.get("indexedAt")), read_time(record.get("createdAt"))
    if indexed is None:
        unread["indexedAt: unreadable time"] += 1
    when = written if indexed is None or (written is not None and _agree(written, indexed)) else indexed
    listed = min((time for time in (indexed, written) if time is not None), default=None)
    languages = record.get("langs")
    spoken = languages[0] if isinstance(languages, list) and len(languages) == 1 else None
    name = who.handle if who is not None and who.handle else match[1]
    post = Post(
        id=PostId(match[0]),
        platform="bluesky",
        author=who,
        text=text,
        lang=clean(spoken) if isinstance(spoken, str) else None,
        created_at=when,
        url=f"https://bsky.app/profile/{name}/post/{match[2]}",
        reply_to=_reference(_inside(record, "reply", "parent")),
        quote_of=_quoted(record.get("embed")),
        likes=read_count(row, "likeCount"),
        reposts=read_count(row, "repostCount"),
        replies=read_count(row, "replyCount"),
        links=tuple(dict.fromkeys(link for one in shared if (link := canonical_url(one)))),
        found_for=tuple(found_for),
    )
    return post, listed


def _agree(written: datetime, indexed: datetime) -> bool:
    return indexed - _MOST_WRONG <= written <= indexed + _MOST_AHEAD


def post_of_record(uri: str, record: object, seen: datetime) -> Post:
    """Return the post of a bare record, as the firehose has it: its author is known by their did alone.

    seen: when the network saw it. ValueError: it is none, and why.
    """
    match = URI.fullmatch(uri)
    if match is None:
        raise ValueError("uri is none of a post")
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise ValueError("record has no text")  # noqa: TRY004 - as above
    if _labels({"labels": _inside(record, "labels", "values")}) & _HIDDEN:
        raise ValueError("its author or the service asks not to show it to strangers")
    written = read_time(record.get("createdAt"))
    languages = record.get("langs")
    spoken = languages[0] if isinstance(languages, list) and len(languages) == 1 else None
    shared = [*_links(record), *_embedded(record.get("embed"))]
    return Post(
        id=PostId(uri),
        platform="bluesky",
        author=Author(id=match[1]),
        text=clean(record["text"]),
        lang=clean(spoken) if isinstance(spoken, str) else None,
        created_at=written if written is not None and _agree(written, seen) else seen,
        url=f"https://bsky.app/profile/{match[1]}/post/{match[2]}",
        reply_to=_reference(_inside(record, "reply", "parent")),
        quote_of=_quoted(record.get("embed")),
        links=tuple(dict.fromkeys(link for one in shared if (link := canonical_url(one)))),
    )


def _author(author: object) -> Author | None:
    if author is None:
        return None
    did = author.get("did") if isinstance(author, dict) else None
    if not isinstance(author, dict) or not isinstance(did, str) or not did.startswith("did:") or clean(did) != did:
        raise ValueError("author has no did")
    handle, name = author.get("handle"), author.get("displayName")
    known = isinstance(handle, str) and re.fullmatch(r"[A-Za-z0-9.-]{1,253}", handle) and handle != "handle.invalid"
    return Author(
        id=did,
        handle=handle if known else None,
        name=clean(name) or None if isinstance(name, str) else None,
        verified=True if _inside(author, "verification", "verifiedStatus") == "valid" else None,
        created_at=read_time(author.get("createdAt")),
    )


def _labels(of: object) -> frozenset[str]:
    labels = of.get("labels") if isinstance(of, dict) else None
    rows = labels if isinstance(labels, list) else []
    named = (row.get("val") for row in rows if isinstance(row, dict) and row.get("neg") is not True)
    return frozenset(value for value in named if isinstance(value, str))


def _links(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield the addresses of a record's rich text: what is shown of them is often cut short."""
    facets = record.get("facets")
    for facet in facets if isinstance(facets, list) else ():
        features = facet.get("features") if isinstance(facet, dict) else None
        for feature in features if isinstance(features, list) else ():
            if isinstance(feature, dict) and feature.get("$type") == _LINK and isinstance(feature.get("uri"), str):
                yield feature["uri"]


def _embedded(embed: object) -> Iterator[str]:
    for uri in (_inside(embed, "external", "uri"), _inside(embed, "media", "external", "uri")):
        if isinstance(uri, str):
            yield uri


def _quoted(embed: object) -> PostId | None:
    return _reference(_inside(embed, "record")) or _reference(_inside(embed, "record", "record"))


def _reference(record: object) -> PostId | None:
    uri = record.get("uri") if isinstance(record, dict) else None
    return PostId(uri) if isinstance(uri, str) and URI.fullmatch(uri) else None


def _inside(value: object, *path: str) -> object:
    """Return what lies along `path` in nested objects, None where it does not."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
