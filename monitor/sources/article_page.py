"""What a news page says of itself: JSON-LD, Open Graph and plain metadata. Pure; never rendered.

Facts from outside: schema.org NewsArticle; ogp.me; IPTC "Digital Source Type" (trainedAlgorithmicMedia is an image
made by a model); HTML Living Standard, "Determining the character encoding".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from monitor.interchange import read_time
from monitor.model import Image, Story, StoryId
from monitor.text import canonical_url, clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_ARTICLES = frozenset(
    (
        "NewsArticle", "Article", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle",
        "BackgroundNewsArticle", "LiveBlogPosting", "BlogPosting", "ReportageArticle",
    )
)  # fmt: skip
_BY_A_MODEL = "trainedalgorithmicmedia"
# How captions say that an image is made by a model, in the languages that we read.
_SAYS_AI = re.compile(
    r"\b(?:generert av (?:ai|ki)|(?:ai|ki)[- ]generert|laget (?:av|med) (?:ai|ki)|(?:ai|ki)[- ]bilde"
    r"|(?:ai|ki)[- ]genereret|(?:ai|ki)[- ]genererad|genererad av ai|ai[- ]generated|generated (?:by|with|using) ai"
    r"|created (?:by|with|using) ai|made (?:by|with) ai|ki[- ]generiert(?:e[sn]?)?|mit ki erstellt|von ki erstellt"
    r"|générée? par (?:une )?ia|image ia|generad[ao] (?:por|con) ia|gerad[ao] por ia|generat[ao] (?:da|con) ia"
    r"|generat[ao] dall['’]ia|ai[- ]gegenereerd|gegenereerd door ai)\b|AI(?:로|가)? 생성|AI 이미지",
    re.IGNORECASE,
)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_LONGEST = 2_000  # characters of a title or a lead
_MOST_BLOCKS = 40


@dataclass(slots=True)
class Page:
    """What is found in a page's HTML. meta: by property or name, the first of each; blocks: JSON-LD, as text."""

    title: str = ""
    language: str = ""
    canonical: str = ""
    meta: dict[str, str] = field(default_factory=dict)
    blocks: list[str] = field(default_factory=list)
    captions: dict[str, str] = field(default_factory=dict)


def decoded(body: bytes, content_type: str) -> str:
    """Return a page's text: by its header, its BOM, or what it says of itself; else as UTF-8."""
    named = _CHARSET.search(content_type.encode("ascii", "replace")) or _CHARSET.search(body[:2_048])
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return clean(body.decode(name, "replace"))
    try:
        return clean(body.decode(named[1].decode("ascii") if named else "utf-8", "replace"))
    except LookupError:  # an encoding that does not exist
        return clean(body.decode("utf-8", "replace"))


def read(html: str) -> Page:
    """Return what a page's HTML says of it, whatever is broken in it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


def story_of(page: Page, url: str, body: str = "") -> Story:
    """Return the story of a page that was fetched from `url`. ValueError: it has no title."""
    article = next(_articles(page.blocks), {})
    meta = page.meta
    title = _first(article.get("headline"), meta.get("og:title"), meta.get("twitter:title"), page.title)
    if not title:
        raise ValueError("the page has no title")
    address = _address(page, article, url)
    lead = _first(article.get("description"), meta.get("og:description"), meta.get("description"))
    said = (article.get("datePublished"), meta.get("article:published_time"), article.get("dateCreated"))
    published = next((time for value in said if (time := read_time(value)) is not None), None)
    language = _first(article.get("inLanguage"), page.language, meta.get("og:locale"))
    return Story(
        id=StoryId(address),
        title=title[:_LONGEST],
        lead=lead[:_LONGEST],
        body=body,
        url=address,
        publisher=_first(_named(article.get("publisher")), meta.get("og:site_name")) or urlsplit(address).hostname,
        published_at=published,
        language=_code(language),
        image=_image(page, article, url),
    )


def _address(page: Page, article: Mapping[str, Any], url: str) -> str:
    """Return the page's own address for itself, where it is on the same host: nobody speaks for another."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    for said in (page.canonical, page.meta.get("og:url"), article.get("url")):
        own = canonical_url(_joined(url, said)) if isinstance(said, str) and said else None
        if own is not None and (urlsplit(own).hostname or "").removeprefix("www.") == host:
            return own
    return canonical_url(url) or url


def _image(page: Page, article: Mapping[str, Any], url: str) -> Image | None:
    said = article.get("image")
    first = said[0] if isinstance(said, list) and said else said
    named = first if isinstance(first, dict) else {}
    address = first if isinstance(first, str) else named.get("url") or named.get("contentUrl")
    if not isinstance(address, str) or not address:
        address = page.meta.get("og:image") or page.meta.get("twitter:image") or ""
    whole = canonical_url(_joined(url, address)) if address else None
    if whole is None:
        return None
    shown = page.captions.get(_file(whole), "")
    caption = _first(named.get("caption"), shown, page.meta.get("og:image:alt"))
    kind = named.get("digitalSourceType")
    by_model = (isinstance(kind, str) and _BY_A_MODEL in kind.lower()) or _says_ai(
        " ".join((caption, shown, _first(named.get("creditText"), _named(named.get("creator")))))
    )
    return Image(url=whole, caption=caption[:_LONGEST] or None, ai_generated=True if by_model else None)


def _says_ai(text: str) -> bool:
    return _SAYS_AI.search(text) is not None


def _articles(blocks: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Yield the articles that a page's JSON-LD describes; a block that is none is passed over."""
    for block in blocks:
        try:
            document = json.loads(block)
        except (ValueError, RecursionError):
            continue
        rows = document if isinstance(document, list) else [document]
        graphs = [row["@graph"] for row in rows if isinstance(row, dict) and isinstance(row.get("@graph"), list)]
        for row in [*rows, *(one for graph in graphs for one in graph)]:
            kind = row.get("@type") if isinstance(row, dict) else None
            kinds = kind if isinstance(kind, list) else [kind]
            if any(isinstance(one, str) and one in _ARTICLES for one in kinds):
                yield row


def _first(*values: object) -> str:
    """Return the first of the values that is a text with something in it, on one line."""
    return next((line for value in values if isinstance(value, str) and (line := " ".join(value.split()))), "")


def _named(value: object) -> object:
    first = value[0] if isinstance(value, list) and value else value
    return first.get("name") if isinstance(first, dict) else first


def _code(language: str) -> str | None:
    code = language.replace("_", "-").partition("-")[0].lower()
    return code if re.fullmatch(r"[a-z]{2,3}", code) else None


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return ""


def _file(url: str) -> str:
    """Return the name of the file that an address ends with: sizes of one picture differ before it."""
    return url.partition("?")[0].rpartition("/")[2].lower()


def _is_data(tag: str, named: Mapping[str, str]) -> bool:
    return tag == "script" and named.get("type", "").strip().lower() == "application/ld+json"


class _Reader(HTMLParser):
    """Collects metadata, JSON-LD, the title, and the captions of figures by the files of their pictures."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._into: list[str] | None = None
        self._tag = ""
        self._pictures: list[str] = []
        self._caption: list[str] = []
        self._in_figure = self._in_caption = False

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.page.language = self.page.language or named.get("lang", "")
        elif tag == "meta":
            key = (named.get("property") or named.get("name") or "").strip().lower()
            if key:
                self.page.meta.setdefault(key, named.get("content", "").strip())
        elif tag == "link" and "canonical" in named.get("rel", "").lower().split():
            self.page.canonical = self.page.canonical or named.get("href", "")
        elif tag in ("title", "script") and self._into is None:
            if (tag == "title" and not self.page.title) or _is_data(tag, named):
                self._into, self._tag = [], tag
        elif tag == "figure":
            self._in_figure, self._pictures, self._caption = True, [], []
        elif tag == "figcaption":
            self._in_caption = self._in_figure
        elif tag == "img" and self._in_figure:
            self._pictures.append(_file(named.get("src") or named.get("data-src", "")))

    def handle_endtag(self, tag: str) -> None:
        if self._into is not None and tag == self._tag:
            text = "".join(self._into)
            if tag == "title":
                self.page.title = " ".join(text.split())
            elif len(self.page.blocks) < _MOST_BLOCKS:
                self.page.blocks.append(text)
            self._into = None
        elif tag == "figcaption":
            self._in_caption = False
        elif tag == "figure":
            caption = " ".join("".join(self._caption).split())[:_LONGEST]
            for picture in self._pictures if caption else ():
                self.page.captions.setdefault(picture, caption)
            self._in_figure = self._in_caption = False

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into.append(data)
        elif self._in_caption:
            self._caption.append(data)
