"""Stories from links: each page is fetched, and what it says of itself becomes a story.

Sees title, lead, picture with its caption, publisher and time; the text too where trafilatura is installed (the
extra "articles"). A page is read again once a day, for corrections.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from monitor.errors import MonitorError, SourceGarbled
from monitor.interchange import raw_text, read_time
from monitor.model import Page, Query, Rejected, Span, Story
from monitor.options import Options
from monitor.text import canonical_url, clean
from monitor.web import fetch

from .answers import failure
from .article_page import decoded, read, story_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.protocols import Source
    from monitor.web import Answer

    from .given import Given

_AGAIN = timedelta(hours=20)
_SECONDS = 12
_CHILD = Path(__file__).with_name("article_child.py")
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # of a page that is read once, nobody asks when
_OK, _NOT_MODIFIED = 200, 304


def _checked(url: str) -> str:
    if canonical_url(url) is None:
        raise ValueError("write an address that begins with http:// or https:// and has a host")
    return url


class ArticleOptions(Options):
    """Stories from links. urls: of the articles. allow_private_hosts: read them from the own network too."""

    kind: Literal["article"] = "article"
    name: str = Field(default="articles", min_length=1)
    urls: Annotated[tuple[Annotated[str, AfterValidator(_checked)], ...], Field(min_length=1, max_length=100)]
    allow_private_hosts: bool = False

    def source(self, given: Given) -> Source:  # noqa: ARG002 - as of every kind
        """Return the source; it needs no secret and keeps nothing."""
        return ArticleSource(self)


class ArticleSource:
    """Reads the pages one after the other; one that cannot be read keeps no other from it."""

    asks = False

    def __init__(self, options: ArticleOptions) -> None:
        self.name = options.name
        self._options = options

    def fetch(self, query: Query, after: str | None, now: datetime) -> Iterator[Page]:  # noqa: ARG002 - a page takes none
        """Yield one page: the stories of the links that are due. The first failure is raised after that."""
        seen: dict[str, dict[str, str]] = json.loads(after) if after else {}
        stories: list[Story] = []
        rejected: list[Rejected] = []
        first: MonitorError | None = None
        for url in self._options.urls:
            known = seen.get(url, {})
            last = read_time(known.get("at"))
            if last is not None and now - last < _AGAIN:
                continue
            try:
                answer = self._answer(url, known, now)
            except MonitorError as problem:
                first = first or problem
                continue
            seen[url] = {
                "at": now.isoformat(),
                "etag": clean(answer.headers.get("etag", "")) or known.get("etag", ""),
                "modified": clean(answer.headers.get("last-modified", "")) or known.get("modified", ""),
            }
            if answer.status == _NOT_MODIFIED:
                continue
            html = decoded(answer.body, answer.headers.get("content-type", ""))
            try:
                stories.append(story_of(read(html), answer.url, _body(html)))
            except ValueError as problem:
                rejected.append(Rejected(raw=raw_text(html[:2_000]), reason=str(problem), id=url))
        if rejected and not stories and len(rejected) == len(self._options.urls):
            raise SourceGarbled(self.name, "no link leads to a page with a title", sample=rejected[0].raw)
        kept = {url: seen[url] for url in self._options.urls if url in seen}
        if stories or rejected or kept:
            yield Page(
                stories=tuple(stories),
                rejected=tuple(rejected),
                cursor=json.dumps(kept),
                covered=Span(since=None, until=now),
            )
        if first is not None:
            raise first

    def probe(self, now: datetime) -> str:
        """Read the first page; nothing is kept of it."""
        answer = self._answer(self._options.urls[0], {}, now)
        return f"read: {len(answer.body):,} bytes of {len(self._options.urls)} links' first"

    def _answer(self, url: str, known: dict[str, str], now: datetime) -> Answer:
        conditions = {"If-None-Match": known.get("etag", ""), "If-Modified-Since": known.get("modified", "")}
        answer = fetch(
            url,
            source=self.name,
            allow_private_hosts=self._options.allow_private_hosts,
            headers_for=lambda hop: {name: value for name, value in conditions.items() if value and hop == url},
        )
        if answer.status not in (_OK, _NOT_MODIFIED):
            raise failure(answer, self.name, now)
        kind = answer.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
        if answer.status == _OK and kind not in ("text/html", "application/xhtml+xml", ""):
            raise SourceGarbled(self.name, f"the page is no HTML but {clean(kind)[:60]}")
        return answer


def fetched(url: str, *, source: str, own_network: bool) -> Story:
    """Return the story of the article behind a link. Raises as a source does."""
    reader = ArticleSource(ArticleOptions(name=source, urls=(url,), allow_private_hosts=own_network))
    (page,) = reader.fetch(Query(text=""), None, _NO_TIME)
    return page.stories[0]


def _body(html: str) -> str:
    """Return the text of an article, "" where trafilatura is not installed or finds none in its time and memory."""
    if find_spec("trafilatura") is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - our own file and interpreter; the page is only its stdin
            [sys.executable, "-I", str(_CHILD)],
            input=html.encode("utf-8", "replace"),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
        document = json.loads(done.stdout) if done.returncode == 0 else {}
    except (subprocess.TimeoutExpired, ValueError):
        return ""
    body = document.get("body")
    return clean(body) if isinstance(body, str) else ""
