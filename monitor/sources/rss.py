"""Stories from an RSS or Atom feed. Sees what the publisher puts there: the newest items, often only a lead.

The feed's bytes are hostile: fetched by `monitor.web`, parsed in a limited process, kept as text, never rendered.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from monitor.errors import SourceGarbled, SourceRefused, SourceUnavailable
from monitor.interchange import raw_text, read_time
from monitor.model import Image, Page, Query, Rejected, Span, Story, StoryId
from monitor.options import Options
from monitor.text import clean
from monitor.web import Answer, fetch

from .answers import come_again, sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from monitor.protocols import Source

    from .given import Given

MAX_ITEMS = 1_000
PARSE_SECONDS = 10
_CHILD = Path(__file__).with_name("feed_child.py")
_GONE = frozenset((401, 402, 403, 404, 410, 451))
_OK, _NOT_MODIFIED, _TOO_MANY, _SERVER_ERRORS = 200, 304, 429, 500


class RssOptions(Options):
    """A feed of stories. language, publisher: win over what the feed says.

    allow_private_hosts: read it from a machine of the own network too, on any port.
    """

    kind: Literal["rss"] = "rss"
    name: str = Field(min_length=1)
    url: str = Field(min_length=1)
    language: str | None = None
    publisher: str | None = None
    allow_private_hosts: bool = False

    def source(self, given: Given) -> Source:  # noqa: ARG002 - as of every kind
        """Return the source; a feed needs no secret."""
        return RssSource(self)


class RssSource:
    """Reads one feed as a whole."""

    asks = False

    def __init__(self, options: RssOptions) -> None:
        self._options = options
        self.name = options.name

    def fetch(self, query: Query, after: str | None, now: datetime) -> Iterator[Page]:  # noqa: ARG002 - a feed takes none
        """Yield one page: the items of the feed, none where it has not changed since `after`."""
        seen: dict[str, str] = json.loads(after) if after else {}
        answer = fetch(
            self._options.url,
            source=self.name,
            allow_private_hosts=self._options.allow_private_hosts,
            headers_for=lambda url: _conditions(seen, url),
        )
        since = read_time(seen.get("at"))
        covered = Span(since=min(since, now) if since else None, until=now)
        if answer.status == _NOT_MODIFIED:
            yield Page(cursor=json.dumps({**seen, "at": now.isoformat()}), covered=covered)
            return
        if answer.status != _OK:
            self._fail(answer, now)
        document = self._document(answer)
        page = parse(document, self._options)
        cursor = {
            "url": answer.url,
            "etag": answer.headers.get("etag", ""),
            "last_modified": answer.headers.get("last-modified", ""),
            "at": now.isoformat(),
        }
        yield Page(
            stories=page.stories,
            rejected=page.rejected,
            unread=page.unread,
            cursor=clean(json.dumps(cursor)),
            covered=covered,
        )

    def probe(self, now: datetime) -> str:
        """Read the feed; nothing is kept of it."""
        (page,) = self.fetch(Query(text=""), None, now)
        return f"read; stories in it: {len(page.stories)}"

    def _fail(self, answer: Answer, now: datetime) -> None:
        if answer.status in _GONE:
            raise SourceRefused(self.name, f"the feed answers {answer.status}: check its address")
        if answer.status == _TOO_MANY or answer.status >= _SERVER_ERRORS:
            later = come_again(answer.headers, now)
            raise SourceUnavailable(self.name, f"the feed answers {answer.status}", retry_after=later)
        raise SourceGarbled(self.name, f"the feed answers {answer.status}", sample=sample(answer.body))

    def _document(self, answer: Answer) -> dict[str, Any]:
        """Have the bytes parsed in a process that may take 10 s and 256 MB."""
        asked = {
            "headers": {
                "content-location": answer.url,
                "content-type": answer.headers.get("content-type", "application/xml"),
            },
            "items": MAX_ITEMS,
        }
        try:
            done = subprocess.run(  # noqa: S603 - our own file and interpreter; the feed is only its stdin
                [sys.executable, "-I", str(_CHILD)],
                input=json.dumps(asked).encode() + b"\n" + answer.body,
                capture_output=True,
                timeout=PARSE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise SourceGarbled(
                self.name, f"the feed could not be read within {PARSE_SECONDS} s", sample=sample(answer.body)
            ) from None
        if done.returncode != 0:
            raise SourceGarbled(
                self.name, "the feed could not be read within its limits", sample=sample(answer.body)
            )
        document: dict[str, Any] = json.loads(done.stdout)
        if not document["known"]:
            raise SourceGarbled(self.name, "the answer is no feed", sample=sample(answer.body))
        return document


def parse(document: dict[str, Any], options: RssOptions) -> Page:
    """Turn what the child read into stories; an item without id and link, or without title, is rejected."""
    stories: list[Story] = []
    rejected: list[Rejected] = []
    unread: Counter[str] = Counter()
    if document["beyond"]:
        unread[f"items beyond the first {MAX_ITEMS}"] = document["beyond"]
    for item in document["items"]:
        try:
            stories.append(_story(item, document, options, unread))
        except ValueError as problem:
            rejected.append(Rejected(raw=raw_text(item), reason=str(problem)))
    return Page(stories=tuple(stories), rejected=tuple(rejected), unread=tuple(sorted(unread.items())))


def _story(item: dict[str, Any], document: dict[str, Any], options: RssOptions, unread: Counter[str]) -> Story:
    story_id = clean(item["id"] or item["link"] or "")
    if not story_id:
        raise ValueError("an item needs an id or a link")
    title = clean(item["title"] or "")
    if not title:
        raise ValueError("an item needs a title")
    published = read_time(item["published"])
    if item["dated"] and published is None:
        unread["published: unreadable time"] += 1
    link = clean(item["link"] or "")
    picture = clean(item["picture"] or "")
    return Story(
        id=StoryId(story_id),
        title=title,
        lead=clean(item["summary"] or ""),
        body=clean(item["content"] or ""),
        url=link if _is_web(link) else None,
        publisher=options.publisher or clean(document["title"] or "") or None,
        published_at=published,
        language=options.language or clean(document["language"] or item["language"] or "") or None,
        image=Image(url=picture, caption=item["caption"] and clean(item["caption"])) if _is_web(picture) else None,
    )


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


def _conditions(seen: dict[str, str], url: str) -> dict[str, str]:
    """Return what makes the answer 304 where nothing changed; it holds for the final URL only."""
    if seen.get("url") != url:
        return {}
    named = {"If-None-Match": seen.get("etag"), "If-Modified-Since": seen.get("last_modified")}
    return {name: value for name, value in named.items() if value}
