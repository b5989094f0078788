"""Stories and posts from files, told apart by what is inside: never by a name.

JSON Lines or one JSON document of the interchange format, X API v2 answers, X's archive ("tweets.js"), items of
Zeeschuimer, and tables (CSV); plain, gzip or several in a zip. A broken row is quarantined with its reason; nothing
that a file holds stops its reading.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from monitor.errors import SourceRefused
from monitor.interchange import MAX_RAW, kind_of_row, parse_post, parse_story, raw_text
from monitor.model import Author, Page, Post, Rejected, Story
from monitor.text import clean

from . import recordings, spreadsheets, x_legacy
from .containers import MAX_LINE, Member, members
from .x_posts import is_answer, is_id, is_post, parse_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .spreadsheets import Columns

ROWS_A_PAGE = 5_000
_MAX_DOCUMENT = 400_000_000  # bytes of a part that is one JSON document: read as a whole, so it has to fit
_ARCHIVE = re.compile(rb"\s*window\.YTD\.([a-z_]{1,60})\.part\d{1,6}\s*=\s*")
_POSTS_OF_ARCHIVE = frozenset((b"tweet", b"tweets"))


def read_file(path: Path, columns: Sequence[Columns] = ()) -> Iterator[Page]:
    """Yield what a file holds, in its order, at least one page of at most 5,000 rows (or one API answer more).

    columns: of tables, before those that are known. Posts marked as deleted come along with deleted=True.
    SourceRefused: the file cannot be opened, or is a table whose columns nobody knows.
    """
    parts, others = members(path)
    owner = _owner(parts)
    gathered = _Gathered()
    if others:
        gathered.unread["parts that are no text"] += others
    for part in parts:
        for raw, row in _rows(part, path.name, columns, single=len(parts) == 1):
            _take(gathered, raw, row, owner)
            if gathered.rows >= ROWS_A_PAGE:
                yield gathered.page()
                gathered = _Gathered()
    yield gathered.page()


class _Gathered:
    """What the next page will hold."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.stories: list[Story] = []
        self.rejected: list[Rejected] = []
        self.unread: Counter[str] = Counter()

    @property
    def rows(self) -> int:
        return len(self.posts) + len(self.stories) + len(self.rejected)

    def page(self) -> Page:
        return Page(
            posts=tuple(self.posts),
            stories=tuple(self.stories),
            rejected=tuple(self.rejected),
            unread=tuple(sorted(self.unread.items())),
        )


class _NotJson:
    """Stands for a row that could not be read. reason: why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


class _Passed:
    """Stands for a part of an archive that holds no posts. kind: what it holds."""

    def __init__(self, kind: str) -> None:
        self.kind = kind


class _Cells:
    """Stands for a row of a table. columns: which of its cells holds what."""

    def __init__(self, columns: Columns, row: dict[str, str]) -> None:
        self.columns = columns
        self.row = row


def _take(gathered: _Gathered, raw: bytes, row: object, owner: Author | None) -> None:
    """Add what one row holds: a story, a post, an API answer with many, or something broken."""
    try:
        _read_row(gathered, row, owner)
    except ValueError as problem:
        told = row.row if isinstance(row, _Cells) else f"({row.reason})" if isinstance(row, _NotJson) else row
        text = clean(raw[: 4 * MAX_RAW].decode("utf-8", "replace"))[:MAX_RAW] if raw else raw_text(told)
        post_id = row.get("id") if isinstance(row, dict) else None
        gathered.rejected.append(
            Rejected(raw=text, reason=str(problem), id=clean(post_id) if isinstance(post_id, str) else None)
        )


def _read_row(gathered: _Gathered, row: object, owner: Author | None) -> None:
    if isinstance(row, _NotJson):
        raise ValueError(row.reason)  # noqa: TRY004 - one class for all that strangers get wrong
    if isinstance(row, _Passed):
        gathered.unread[f"X archive: {row.kind}"] += 1
    elif isinstance(row, _Cells):
        gathered.posts.append(spreadsheets.post_of(row.columns, row.row, gathered.unread))
    elif not isinstance(row, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - as above
    elif recordings.is_item(row):
        post = recordings.post_of(row, gathered.unread)
        if post is None:
            gathered.unread["status: not public, not kept"] += 1
        else:
            gathered.posts.append(post)
    elif is_answer(row) or is_post(row):
        parsed = parse_answer(row if is_answer(row) else {"data": row})
        gathered.posts += parsed.posts
        gathered.rejected += parsed.rejected
        gathered.unread += parsed.unread
    elif isinstance(row.get("tweet"), dict) and x_legacy.is_legacy(row["tweet"]):
        gathered.posts.append(x_legacy.post_of(row["tweet"], owner, gathered.unread))
    elif x_legacy.is_legacy(row):
        gathered.posts.append(x_legacy.post_of(row, None, gathered.unread))
    else:
        _read_interchange(gathered, row)


def _read_interchange(gathered: _Gathered, row: dict[str, Any]) -> None:
    kind = kind_of_row(row)
    if kind == "post":
        gathered.posts.append(parse_post(row, gathered.unread))
    elif kind == "story":
        gathered.stories.append(parse_story(row, gathered.unread))
    else:
        raise ValueError("neither a story nor a post: it has no text and no title, or no id")


def _rows(part: Member, name: str, columns: Sequence[Columns], *, single: bool) -> Iterator[tuple[bytes, object]]:
    """Yield each row as its bytes (empty inside a document) and what they mean."""
    lines = part.lines()
    first = next(lines, b"")
    lines.close()  # or the file stays open until it is collected as garbage
    archive = _ARCHIVE.match(first)
    if archive is not None:
        kind = archive[1]
        rows = _archived(part) if kind in _POSTS_OF_ARCHIVE else [_Passed(kind.decode())]
        yield from ((b"", row) for row in rows)
        return
    document = _document(part)
    if document is not None:
        yield from ((b"", row) for row in document)
        return
    if spreadsheets.looks_like_table(line.decode("utf-8", "replace") for line in part.lines()):
        yield from _table(part, name, columns, single=single)
        return
    for line in part.lines():
        row = _meaning(line)
        if isinstance(row, list) and row:  # an empty one is a row that holds nothing, and is told as such
            yield from ((b"", one) for one in row)
        else:
            yield line, row


def _table(part: Member, name: str, columns: Sequence[Columns], *, single: bool) -> Iterator[tuple[bytes, object]]:
    """Yield the rows of a table; where nobody knows its columns the file is refused, or its part passed over."""
    lines = (line.decode("utf-8", "replace") for line in part.lines())
    try:
        for row in spreadsheets.rows_of(lines, columns):
            yield b"", (_NotJson(row) if isinstance(row, str) else _Cells(*row))
    except spreadsheets.NoTable as problem:
        if single:
            named = ", ".join(problem.columns)[:400]
            raise SourceRefused(
                f"import:{name}", f"nobody knows the columns of this table: write a [[csv]] for them ({named})"
            ) from None
        else:
            yield b"", _NotJson("a table whose columns nobody knows")


def _archived(part: Member) -> list[Any]:
    """Return the rows of a part of X's archive: JSON behind an assignment."""
    whole = _whole(part)
    if whole is None:
        return [_NotJson(f"a document of more than {_MAX_DOCUMENT} bytes")]
    row = _meaning(_ARCHIVE.sub(b"", whole, count=1).rstrip().rstrip(b";"), most=_MAX_DOCUMENT)
    return row if isinstance(row, list) and row else [row]


def _owner(parts: Sequence[Member]) -> Author | None:
    """Return whose archive it is, where a part says so."""
    for part in parts:
        lines = part.lines()
        first = next(lines, b"")
        lines.close()
        match = _ARCHIVE.match(first)
        if match is None or match[1] != b"account":
            continue
        rows = _archived(part)
        account = rows[0].get("account") if isinstance(rows[0], dict) else None
        named = account if isinstance(account, dict) else {}
        own_id, handle, name = (named.get(key) for key in ("accountId", "username", "accountDisplayName"))
        if is_id(own_id):
            return Author(
                id=own_id,
                handle=clean(handle) if isinstance(handle, str) else None,
                name=clean(name) if isinstance(name, str) else None,
                created_at=x_legacy.time_of(named.get("createdAt")),
            )
    return None


def _whole(part: Member) -> bytes | None:
    """Return all of a part, None where it is too long."""
    whole = bytearray()
    for line in part.lines():
        whole += line
        if len(whole) > _MAX_DOCUMENT:
            return None
    return bytes(whole)


def _document(part: Member) -> list[Any] | None:
    """Return the rows of a part that is one JSON document over several lines, None where it is not."""
    lines = part.lines()
    first = next(lines, b"")
    lines.close()
    if not isinstance(_meaning(first), _NotJson) or not first.lstrip().startswith((b"{", b"[")):
        return None
    whole = _whole(part)
    row = _NotJson("too long") if whole is None else _meaning(whole, most=_MAX_DOCUMENT)
    if isinstance(row, _NotJson):
        return None
    return row if isinstance(row, list) and row else [row]


def _meaning(line: bytes, *, most: int = MAX_LINE) -> object:
    try:
        return json.loads(line.decode("utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError:
        return _NotJson("no UTF-8")
    except (ValueError, RecursionError):
        return _NotJson("no JSON" if len(line) < most else f"a line of more than {most} bytes")


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
