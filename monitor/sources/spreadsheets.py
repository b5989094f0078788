"""Posts from tables (CSV) of monitoring vendors and tools, by which column holds what.

The team's own tables of columns come first (`[[csv]]` in the config); a few are known. A row without an id gets
one of its own, the same each time; ids that a spreadsheet program has rounded are taken from the address.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from monitor.interchange import parse_post, read_time, time_text
from monitor.model import digest
from monitor.text import clean

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Sequence

    from monitor.model import Post

FIELDS = (
    "id", "platform", "author_id", "handle", "name", "description", "followers", "verified", "text", "title",
    "lang", "created_at", "time", "url", "reply_to", "repost_of", "quote_of", "likes", "reposts", "replies",
)  # fmt: skip
"""What a column may hold. title: stands before the text; time: of the day, where created_at is a date alone."""
_LONGEST_FIELD = 1_000_000  # characters; more is no text that somebody wrote
LINES_BEFORE = 20
"""Vendors write titles and filters above the header row."""
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_X_STATUS = re.compile(r"(?:^|/)status(?:es)?/(\d{5,19})(?:$|[/?#])")
_NUMBER = re.compile(r"\d{1,3}(?:[,. ’']\d{3})+|\d+")
_PLATFORMS = {
    "twitter": "x", "twitter.com": "x", "x.com": "x", "x": "x", "bsky.app": "bluesky", "bluesky": "bluesky",
    "reddit": "reddit", "reddit.com": "reddit", "news.ycombinator.com": "hackernews", "facebook": "facebook",
    "facebook.com": "facebook", "instagram": "instagram", "instagram.com": "instagram", "youtube": "youtube",
    "youtube.com": "youtube", "tiktok": "tiktok", "tiktok.com": "tiktok", "linkedin": "linkedin",
    "linkedin.com": "linkedin", "threads": "threads", "threads.net": "threads", "t.me": "telegram",
    "telegram": "telegram", "mastodon": "mastodon",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column holds which of FIELDS. platform: of all rows, where no column says it; time_format: as strptime.

    time_zone: of times that name none.
    """

    name: str
    columns: Mapping[str, str] = field(default_factory=dict)
    platform: str | None = None
    time_format: str | None = None
    time_zone: str = "UTC"

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a header row has all columns."""
        return set(self.columns.values()) <= set(header)


KNOWN = (
    Columns(
        name="Brandwatch",
        columns={
            "text": "Full Text", "title": "Title", "url": "Url", "created_at": "Date", "handle": "Author",
            "name": "Full Name", "lang": "Language", "platform": "Page Type",
        },
    ),
    Columns(
        name="Meltwater",
        columns={
            "text": "Hit Sentence", "title": "Headline", "url": "URL", "created_at": "Date", "name": "Influencer",
            "lang": "Language", "platform": "Source",
        },
    ),
    Columns(
        name="Talkwalker",
        columns={
            "text": "content", "title": "title", "url": "url", "created_at": "published", "lang": "lang",
            "name": "extra_author_attributes.name",
        },
    ),
    Columns(
        name="4CAT",
        columns={
            "id": "id", "text": "body", "created_at": "timestamp", "handle": "author", "reply_to": "thread_id",
        },
    ),
)  # fmt: skip
"""Exports whose columns are known; their vendors may change them, and then a `[[csv]]` of one's own is needed."""


class NoTable(Exception):
    """The first lines are no header that is known. columns: what they have."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__("no known header")
        self.columns = tuple(columns)


def looks_like_table(lines: Iterable[str]) -> bool:
    """Whether the first lines of a text may be a table's: one has a delimiter, and none begins like JSON."""
    return any(map(_has_delimiter, some := list(islice(lines, LINES_BEFORE)))) and not any(map(_is_json, some))


def _is_json(line: str) -> bool:
    return line.lstrip().startswith(("{", "[", "("))


def _has_delimiter(line: str) -> bool:
    begins = line.lstrip()[:200]
    readable = all(char.isprintable() or char in "\r\n\t" for char in begins)
    return readable and any(mark in line for mark in ",;\t")


def rows_of(lines: Iterable[str], own: Sequence[Columns]) -> Iterator[tuple[Columns, dict[str, str]] | str]:
    """Yield each row as its columns and what they hold, or why it cannot be read. NoTable: no header is known."""
    csv.field_size_limit(_LONGEST_FIELD)
    ahead: list[str] = []
    source = iter(lines)
    for line in source:
        ahead.append(line)
        for mark in ",;\t":
            header = _cells(line, mark)
            columns = next((one for one in (*own, *KNOWN) if one.fits(header)), None)
            if columns is not None:
                yield from _read(source, header, mark, columns)
                return
        if len(ahead) >= LINES_BEFORE:
            break
    raise NoTable(max((_cells(line, mark) for line in ahead for mark in ",;\t"), key=len, default=[]))


def _cells(line: str, mark: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=mark), [])]
    except csv.Error:
        return []


def _read(
    source: Iterator[str], header: Sequence[str], mark: str, columns: Columns
) -> Iterator[tuple[Columns, dict[str, str]] | str]:
    reader = csv.reader(source, delimiter=mark)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"no row of a table: {error}"
            continue
        if any(cell.strip() for cell in cells):
            yield columns, dict(zip(header, cells, strict=False))


def post_of(columns: Columns, row: Mapping[str, str], unread: Counter[str]) -> Post:
    """Return the post of a row. ValueError: it is none, and why."""
    held = {
        name: clean(row.get(column, "")).replace("\r\n", "\n").strip() for name, column in columns.columns.items()
    }
    url = held.get("url") or None
    platform = _platform(held.get("platform", ""), columns.platform, url)
    text = "\n".join(dict.fromkeys(part for name in ("title", "text") if (part := held.get(name, ""))))
    if not text:
        raise ValueError("a post needs a text")
    written = _time(f"{held.get('created_at', '')} {held.get('time', '')}".strip(), columns)
    if written is None and held.get("created_at"):
        unread["created_at: unreadable time"] += 1
    who = held.get("author_id") or held.get("handle") or held.get("name")
    document: dict[str, Any] = {
        "id": _id(held, platform, url, text),
        "platform": platform,
        "author": {
            "id": held.get("author_id") or f"{platform}:{who.removeprefix('@')}",
            "handle": held.get("handle", "").removeprefix("@") or None,
            "name": held.get("name") or None,
            "description": held.get("description") or None,
            "followers": _count(held.get("followers", "")),
            "verified": {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
                held.get("verified", "").lower()
            ),
        }
        if who
        else None,
        "text": text,
        "lang": _language(held.get("lang", "")),
        "created_at": time_text(written),
        "url": url,
        **{name: held.get(name) or None for name in ("reply_to", "repost_of", "quote_of")},
        **{name: _count(held.get(name, "")) for name in ("likes", "reposts", "replies")},
    }
    if document["reply_to"] == document["id"]:
        document["reply_to"] = None  # as the first post of a thread names itself
    return parse_post(document, unread)


def _id(held: Mapping[str, str], platform: str, url: str | None, text: str) -> str:
    in_url = _X_STATUS.search(url or "") if platform == "x" else None
    if in_url is not None:
        return in_url[1]
    given = held.get("id", "")
    if _ROUNDED.fullmatch(given):
        raise ValueError(f"the id was damaged by a spreadsheet program ({given})")
    if given:
        return given
    told = [url] if url else [held.get("author_id") or held.get("handle"), held.get("created_at"), text]
    return f"csv:{digest(told)}"


def _platform(said: str, fixed: str | None, url: str | None) -> str:
    if fixed:
        return fixed
    try:
        host = (urlsplit(url or "").hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        host = ""
    known = _PLATFORMS.get(said.lower()) or _PLATFORMS.get(host)
    return known or ("web" if url else said.lower()[:40] or "web")


def _time(text: str, columns: Columns) -> datetime | None:
    if columns.time_format and text:
        try:
            found = datetime.strptime(text, columns.time_format)  # noqa: DTZ007 - its zone is given below
        except (ValueError, re.error):
            return None
    else:
        if text.isdecimal() and len(text) in (10, 13):  # unix seconds or milliseconds
            return datetime.fromtimestamp(int(text[:10]), tz=UTC)
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return None
    local = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(columns.time_zone))
    try:
        return read_time(local.astimezone(UTC).isoformat())
    except OverflowError:
        return None


def _count(text: str) -> int | None:
    """Return a count, however its thousands are parted; None where it is none."""
    match = _NUMBER.fullmatch(text)
    number = int(re.sub(r"\D", "", text)) if match else None
    return number if number is not None and number < 2**63 else None


def _language(text: str) -> str | None:
    """Return a code; vendors write names too, which say as much to us as nothing."""
    return text.lower() if re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,8})?", text) else None
