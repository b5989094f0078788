"""Posts from tables (CSV, RFC 4180) of monitoring vendors and tools, by which column holds what.

The team's own tables of columns come first (`[[csv]]` in the config); a few are known. A row without an id gets
one of its own, the same each time; ids that a spreadsheet program has rounded are taken from the address. A post of
X is the one that X itself would give: its id and time are in its address.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from monitor.interchange import parse_post, read_time, time_text
from monitor.model import digest
from monitor.text import clean

from .x_posts import first_written, is_id, unescaped

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator

    from monitor.model import Post

FIELDS = (
    "id", "platform", "author_id", "handle", "name", "description", "followers", "verified", "text", "title",
    "lang", "created_at", "time", "url", "reply_to", "repost_of", "quote_of", "likes", "reposts", "replies",
)  # fmt: skip
"""What a column may hold. title: stands before the text; time: of the day, where created_at is a date alone."""
_LONGEST_FIELD = 1_000_000  # characters; more is no text that somebody wrote
_LONGEST_ROW = 1_000  # lines; more is a quote that somebody forgot to close
_READ_AGAIN = 100_000  # lines of a table; where all quotes are open, each line would be read a thousand times
LINES_BEFORE = 20
"""Vendors write titles and filters above the header row."""
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_X_STATUS = re.compile(
    r"https?://(?:www\.|mobile\.|m\.)?(?:twitter|x)\.com/(?:i/web|(\w{1,50}))/status(?:es)?/(\d{1,19})(?:$|[/?#])",
    re.ASCII | re.IGNORECASE,
)
_UNIX = re.compile(r"(\d{10})(?:\d{3})?(?:\.\d+)?", re.ASCII)  # seconds or milliseconds
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
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
    """Which column holds which of FIELDS. platform: of all rows, whatever they say; time_format: as strptime.

    time_zone: of times that name none. also: columns that a table need not have, the first of each field's that it
    has counts. signs: columns by which it is known and that are not read.
    """

    name: str
    columns: Mapping[str, str] = field(default_factory=dict)
    platform: str | None = None
    time_format: str | None = None
    time_zone: str = "UTC"
    also: Mapping[str, Sequence[str]] = field(default_factory=dict)
    signs: Sequence[str] = ()

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a header row has all columns."""
        return {*self.columns.values(), *self.signs} <= set(header)

    def of(self, header: Sequence[str]) -> Columns:
        """Return these columns with those of `also` that a header row has."""
        found = {name: next((one for one in some if one in header), None) for name, some in self.also.items()}
        more = {name: column for name, column in found.items() if column is not None}
        return replace(self, columns={**more, **self.columns}, also={})


KNOWN = (
    Columns(
        name="Brandwatch",
        columns={"text": "Full Text", "url": "Url", "created_at": "Date", "handle": "Author"},
        also={
            "title": ("Title",), "name": ("Full Name",), "lang": ("Language",), "platform": ("Page Type",),
            "author_id": ("X Author ID", "Twitter Author ID"), "followers": ("X Followers", "Twitter Followers"),
            "verified": ("X Verified", "Twitter Verified"), "reply_to": ("X Reply to", "Twitter Reply to"),
            "repost_of": ("X Repost of", "Twitter Retweet of"), "likes": ("X Likes", "Twitter Likes"),
            "reposts": ("X Reposts", "Twitter Retweets"), "replies": ("X Replies", "Twitter Reply Count"),
        },
    ),
    Columns(
        name="Meltwater",
        columns={"text": "Hit Sentence", "url": "URL", "created_at": "Date"},
        also={
            "title": ("Headline", "Title"), "name": ("Author Name", "Influencer"), "lang": ("Language",),
            "handle": ("Author Handle", "Twitter Screen Name"), "description": ("Twitter Bio",),
            "followers": ("Twitter Followers",), "platform": ("Source",), "likes": ("Likes",),
            "reposts": ("Reposts",), "replies": ("Replies",),
        },
        time_format="%d-%b-%Y %I:%M%p",
    ),
    Columns(
        name="Talkwalker",
        columns={
            "text": "content", "url": "url", "created_at": "published", "name": "extra_author_attributes.name",
        },
        also={
            "title": ("title",), "lang": ("lang",), "handle": ("extra_author_attributes.short_name",),
            "description": ("extra_author_attributes.description",),
        },
    ),
    Columns(
        name="4CAT",
        columns={"id": "id", "text": "body", "handle": "author", "reply_to": "thread_id"},
        also={
            "created_at": ("created_at", "timestamp"), "author_id": ("author_id",),
            "name": ("author_fullname", "author_display_name", "author_name"), "url": ("link", "url"),
            "lang": ("language_guess",), "likes": ("like_count",), "replies": ("reply_count",),
            "reposts": ("retweet_count", "repost_count"),
        },
        signs=("timestamp",),
    ),
)  # fmt: skip
"""Exports whose columns are known; their vendors may change them, and then a `[[csv]]` of one's own is needed."""
FOURCAT = KNOWN[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table. cells: what each column holds. problem: why it cannot be read, None where it can."""

    columns: Columns
    cells: Mapping[str, str]
    raw: str = ""
    problem: str | None = None


class NoTable(Exception):
    """The first lines are no header that is known. columns: what they have."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__("no known header")
        self.columns = tuple(columns)


def looks_like_table(lines: Iterable[str]) -> bool:
    """Whether the first lines of a text may be a table's: one has a delimiter, none begins like JSON or HTML."""
    some = list(islice(lines, LINES_BEFORE))
    is_text = bool(some) and "\0" not in some[0]
    return is_text and any(map(_has_delimiter, some)) and not any(map(_is_no_row, some))


def _is_no_row(line: str) -> bool:
    return line.lstrip().startswith(("{", "[", "<"))


def _has_delimiter(line: str) -> bool:
    begins = line.lstrip()[:200]
    readable = all(char.isprintable() or char in "\r\n\t" for char in begins)
    return readable and any(mark in line for mark in ",;\t")


def rows_of(lines: Iterable[str], own: Sequence[Columns]) -> Iterator[Row]:
    """Yield each row that is not blank. lines: with their ends, bytes that are no UTF-8 as surrogates.

    NoTable: no header is known.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    ahead: list[str] = []
    source = iter(lines)
    for line in source:
        ahead.append(line)
        for mark in ",;\t":
            header = _cells(line, mark)
            columns = next((one for one in (*own, *KNOWN) if one.fits(header)), None)
            if columns is not None:
                yield from _read(source, header, mark, columns.of(header))
                return
        if len(ahead) >= LINES_BEFORE:
            break
    raise NoTable(max((_cells(line, mark) for line in ahead for mark in ",;\t"), key=len, default=[]))


def _cells(line: str, mark: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=mark), [])]
    except csv.Error:
        return []


def _read(source: Iterator[str], header: Sequence[str], mark: str, columns: Columns) -> Iterator[Row]:
    """Yield the rows; of one that cannot be read only its first line is lost, and what follows is read again."""
    ahead: deque[str] = deque()
    left = _READ_AGAIN
    while True:
        taken: list[str] = []
        cells, problem = _next_row(_feed(ahead, source, taken), mark, len(header))
        if not taken:
            return
        again = taken[1:] if problem is not None and len(taken) <= left else []
        left -= len(again)
        ahead.extendleft(reversed(again))
        raw = "".join(taken[: len(taken) - len(again)])
        if problem is None and _NOT_UTF8.search(raw):
            problem = "no UTF-8"
        if problem is not None or any(cell.strip() for cell in cells):
            yield Row(columns=columns, cells=dict(zip(header, cells, strict=False)), raw=raw, problem=problem)


def _next_row(lines: Iterator[str], mark: str, width: int) -> tuple[list[str], str | None]:
    """Return the cells of the next row, and why it is none; no cells for a blank line, or where no line is left."""
    try:
        cells = next(csv.reader(lines, delimiter=mark, strict=True), [])
    except csv.Error as error:
        return [], f"no row of a table: {error}"
    while len(cells) > width and not cells[-1]:
        cells.pop()
    same = len(cells) == width or not any(cell.strip() for cell in cells)
    return cells, None if same else f"{len(cells)} cells where the header has {width}"


def _feed(ahead: deque[str], source: Iterator[str], taken: list[str]) -> Iterator[str]:
    """Yield the lines of one row, and note them in `taken`."""
    while len(taken) < _LONGEST_ROW:
        line = ahead.popleft() if ahead else next(source, None)
        if line is None:
            return
        taken.append(line)
        yield line


def exported(row: Mapping[str, Any]) -> Row | None:
    """Return a JSON object as a row of 4CAT, which exports its tables as NDJSON too; None where it is none."""
    header = [key for key, value in row.items() if isinstance(value, str | int | float | None)]
    if "platform" in row or not FOURCAT.fits(header):
        return None
    cells = {key: "" if row[key] is None else str(row[key]) for key in header}
    return Row(columns=FOURCAT.of(header), cells=cells)


def post_of(row: Row, unread: Counter[str]) -> Post:
    """Return the post of a row. ValueError: it is none, and why."""
    columns = row.columns
    held = {
        name: row.cells.get(column, "").replace("\r\n", "\n").strip() for name, column in columns.columns.items()
    }
    url = held.get("url") or None
    platform = _platform(held.get("platform", ""), columns.platform, url or held.get("id"))
    text = _text(held, platform, columns)
    own_id = _id(held, platform, url, text)
    written = _time(f"{held.get('created_at', '')} {held.get('time', '')}".strip(), columns)
    if written is None and held.get("created_at"):
        unread["created_at: unreadable time"] += 1
    document: dict[str, Any] = {
        "id": own_id,
        "platform": platform,
        "author": _author(held, platform, url, unread),
        "text": text,
        "lang": _language(held.get("lang", "")),
        "created_at": time_text(first_written(written, own_id) if platform == "x" else written),
        "url": url,
        **{name: _reference(held, name, unread) for name in ("reply_to", "repost_of", "quote_of")},
        **{name: _count(held.get(name, "")) for name in ("likes", "reposts", "replies")},
    }
    if document["reply_to"] == document["id"]:
        document["reply_to"] = None  # as the first post of a thread names itself
    return parse_post(document, unread)


def _text(held: Mapping[str, str], platform: str, columns: Columns) -> str:
    # X has no titles: what a vendor writes there is its own, and the post would be another than X's.
    parts = [held.get("text", "")] if platform == "x" else [held.get("title", ""), held.get("text", "")]
    text = "\n".join(dict.fromkeys(part for part in parts if part))
    if not text:
        raise ValueError("a post needs a text")
    # 4CAT has the text as X's own page was given it.
    return unescaped(text) if platform == "x" and columns.name == FOURCAT.name else text


def _author(held: Mapping[str, str], platform: str, url: str | None, unread: Counter[str]) -> dict[str, Any] | None:
    name, handle, own_id = held.get("name", ""), held.get("handle", ""), held.get("author_id", "")
    if name.startswith("@") and not handle:
        name, handle = "", name
    if platform == "x" and not handle and (status := _X_STATUS.match(url or "")) and status[1] not in (None, "i"):
        handle = status[1]
    if _ROUNDED.fullmatch(own_id):
        unread["author_id: damaged by a spreadsheet program"] += 1
        own_id = ""
    handle = handle.removeprefix("@")
    if not (own_id or handle or name):
        return None
    return {
        "id": own_id or f"{platform}:{handle or name}",
        "handle": handle or None,
        "name": name or None,
        "description": held.get("description") or None,
        "followers": _count(held.get("followers", "")),
        "verified": {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
            held.get("verified", "").lower()
        ),
    }


def _id(held: Mapping[str, str], platform: str, url: str | None, text: str) -> str:
    status = _X_STATUS.match(url or "") if platform == "x" else None
    if status is not None and is_id(status[2]):
        return status[2]
    given = held.get("id", "")
    if _ROUNDED.fullmatch(given):
        raise ValueError(f"the id was damaged by a spreadsheet program ({clean(given)})")
    if given:
        return given
    told = [url] if url else [held.get("author_id") or held.get("handle"), held.get("created_at"), text]
    return f"csv:{digest(told)}"


def _reference(held: Mapping[str, str], name: str, unread: Counter[str]) -> str | None:
    """Return the id of another post, of X also from its address; None where it is not known."""
    given = held.get(name, "")
    status = _X_STATUS.match(given)
    if status is not None:
        return status[2]
    if _ROUNDED.fullmatch(given):
        unread[f"{name}: damaged by a spreadsheet program"] += 1
        return None
    return given or None


def _platform(said: str, fixed: str | None, address: str | None) -> str:
    """Return where a post stands. address: its own, or an id that is one."""
    if fixed:
        return fixed
    if (address or "").startswith("at://"):
        return "bluesky"
    try:
        parts = urlsplit(address or "")
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("mobile.")
    except ValueError:
        host = ""
    known = _PLATFORMS.get(said.lower()) or _PLATFORMS.get(host)
    return known or ("web" if host else clean(said.lower())[:40] or "web")


def _time(text: str, columns: Columns) -> datetime | None:
    """Read a time in the format of the table, or an ISO or Unix one; None where it is none of these."""
    unix = _UNIX.fullmatch(text)
    if unix is not None:
        return datetime.fromtimestamp(int(unix[1]), tz=UTC)
    found = _in_format(text, columns.time_format)
    try:
        found = found or datetime.fromisoformat(text)
        local = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(columns.time_zone))
        return read_time(local.astimezone(UTC).isoformat())
    except (ValueError, OverflowError):
        return None


def _in_format(text: str, time_format: str | None) -> datetime | None:
    try:
        return datetime.strptime(text, time_format) if time_format else None  # noqa: DTZ007 - its zone is given later
    except (ValueError, re.error):
        return None


def _count(text: str) -> int | None:
    """Return a count, however its thousands are parted; None where it is none."""
    match = _NUMBER.fullmatch(text)
    number = int(re.sub(r"\D", "", text)) if match else None
    return number if number is not None and number < 2**63 else None


def _language(text: str) -> str | None:
    """Return a code; vendors write names too, which say as much to us as nothing."""
    return text.lower() if re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,8})?", text) else None
