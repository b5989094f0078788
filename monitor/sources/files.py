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
from .containers import MAX_LINE, MAX_UNPACKED, Member, Torn, opened
from .x_posts import Withheld, is_answer, is_id, is_post, parse_answer, withheld_raw

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .spreadsheets import Columns

ROWS_A_PAGE = 5_000
_MAX_DOCUMENT = 400_000_000  # bytes of a part that is one JSON document: read as a whole, so it has to fit
_ARCHIVE = re.compile(rb"\s*window\.YTD\.([a-z_]{1,60})\.part\d{1,6}\s*=\s*")
_POSTS_OF_ARCHIVE = frozenset((b"tweet", b"tweets"))
_NEXT_ARCHIVED = re.compile(r'\{\s*"tweet"\s*:')
_BETWEEN = re.compile(r"[\s,]*")
_LINES_TOLD_BY = 20
_OTHER = "parts of no format that is read"
_NOT_UTF8 = re.compile("[\udc80-\udcff]")


def read_file(path: Path, columns: Sequence[Columns] = (), *, most: int = MAX_UNPACKED) -> Iterator[Page]:
    """Yield what a file holds, in its order, at least one page of at most 5,000 rows (or one API answer more).

    columns: of tables, before those that are known. most: bytes that it may unpack to. Posts marked as deleted come
    along with deleted=True. SourceRefused: the file cannot be opened, or is a table whose columns nobody knows.
    """
    with opened(path, most) as (parts, others):
        owner = _owner(parts)
        gathered = _Gathered()
        if others:
            gathered.unread[_OTHER] += others
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
    """Stands for a part that holds no posts. kind: what it is."""

    def __init__(self, kind: str) -> None:
        self.kind = kind


def _take(gathered: _Gathered, raw: bytes, row: object, owner: Author | None) -> None:
    """Add what one row holds: a story, a post, an API answer with many, or something broken."""
    try:
        _read_row(gathered, row, owner)
    except ValueError as problem:
        named = _named(row)
        if isinstance(problem, Withheld):
            text = withheld_raw(named)
        elif raw:
            text = clean(raw[: 4 * MAX_RAW].decode("utf-8", "replace"))[:MAX_RAW]
        else:
            text = raw_text(row)
        gathered.rejected.append(Rejected(raw=text, reason=str(problem), id=named))


def _named(row: object) -> str | None:
    """Return the id by which a broken row may be known."""
    rows = [row, row.get("tweet")] if isinstance(row, dict) else []
    found = (
        one.get(key) for one in rows if isinstance(one, dict) for key in ("id", "id_str", "rest_id", "item_id")
    )
    return next((clean(value) for value in found if isinstance(value, str)), None)


def _read_row(gathered: _Gathered, row: object, owner: Author | None) -> None:
    if isinstance(row, _NotJson):
        raise ValueError(row.reason)  # noqa: TRY004 - one class for all that strangers get wrong
    if isinstance(row, _Passed):
        gathered.unread[row.kind] += 1
    elif isinstance(row, spreadsheets.Row):
        gathered.posts.append(spreadsheets.post_of(row, gathered.unread))
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
    else:
        _read_other(gathered, row, owner)


def _read_other(gathered: _Gathered, row: dict[str, Any], owner: Author | None) -> None:
    inner = row.get("tweet")
    exported = spreadsheets.exported(row)
    if isinstance(inner, dict) and x_legacy.is_legacy(inner):
        gathered.posts.append(x_legacy.post_of(inner, owner, gathered.unread))
    elif x_legacy.is_legacy(row):
        gathered.posts.append(x_legacy.post_of(row, x_legacy.author_of(row.get("user")), gathered.unread))
    elif exported is not None:
        gathered.posts.append(spreadsheets.post_of(exported, gathered.unread))
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
    try:
        yield from _rows_until_torn(part, name, columns, single=single)
    except Torn as problem:
        yield f"({problem})".encode(), _NotJson(str(problem))


def _rows_until_torn(
    part: Member, name: str, columns: Sequence[Columns], *, single: bool
) -> Iterator[tuple[bytes, object]]:
    begin = _begin(part)
    archive = _ARCHIVE.match(begin[0]) if begin else None
    if archive is not None and archive[1] in _POSTS_OF_ARCHIVE:
        yield from _archived(part)
        return
    if archive is not None:
        yield b"", _Passed(f"X archive: {archive[1].decode()}")
        return
    document = _document(part, begin)
    if document is not None:
        yield from ((b"", row) for row in document)
        return
    if spreadsheets.looks_like_table(line.decode("utf-8", "replace") for line in begin):
        yield from _table(part, name, columns, single=single)
        return
    if begin and not single and not any(line.lstrip().startswith((b"{", b"[")) for line in begin):
        yield b"", _Passed(_OTHER)
        return
    for line in part.lines():
        row = _meaning(line) if line.strip() else None
        if isinstance(row, list) and row:  # an empty one is a row that holds nothing, and is told as such
            yield from ((b"", one) for one in row)
        elif line.strip():
            yield line, row


def _begin(part: Member) -> list[bytes]:
    """Return the first lines of a part that are not blank, by which it is told; none where it cannot be read."""
    lines = part.lines()
    found: list[bytes] = []
    try:
        for line in lines:
            found += [line] if line.strip() else []
            if len(found) == _LINES_TOLD_BY:
                break
    except Torn:
        pass  # which is told where it is read to there
    finally:
        lines.close()
    return found


def _table(part: Member, name: str, columns: Sequence[Columns], *, single: bool) -> Iterator[tuple[bytes, object]]:
    """Yield the rows of a table; where nobody knows its columns the file is refused, or its part passed over."""
    lines = (line.decode("utf-8", "surrogateescape") for line in part.lines())
    try:
        for row in spreadsheets.rows_of(lines, columns):
            raw = row.raw.encode("utf-8", "surrogateescape")
            yield raw, row if row.problem is None else _NotJson(row.problem)
    except spreadsheets.NoTable as problem:
        named = ", ".join(problem.columns)[:400]
        if single:
            raise SourceRefused(
                f"import:{name}", f"nobody knows the columns of this table: write a [[csv]] for them ({named})"
            ) from None
        yield f"({named})".encode("utf-8", "surrogateescape"), _NotJson("a table whose columns nobody knows")


def _archived(part: Member) -> Iterator[tuple[bytes, object]]:
    """Yield the rows of a part of X's archive, a JSON list behind an assignment; a broken one loses no other."""
    whole, cut = part.whole(_MAX_DOCUMENT)
    text = _ARCHIVE.sub(b"", whole, count=1).decode("utf-8", "surrogateescape")
    decoder = json.JSONDecoder(parse_constant=_refuse)
    at, row = 1 if text.startswith("[") else 0, None
    while (at := _end_of(_BETWEEN, text, at)) < len(text) and not (text[at] == "]" and row is not None):
        try:
            row, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            row, end = _NotJson("no JSON"), _begin_of(_NEXT_ARCHIVED, text, at + 1)
        raw = text[at : min(end, at + MAX_RAW)].encode("utf-8", "surrogateescape")
        yield (raw, _NotJson("no UTF-8")) if _NOT_UTF8.search(text, at, end) else (raw, row)
        at = end
    if cut is not None:
        raise cut
    if text.startswith("[") and at >= len(text) and not isinstance(row, _NotJson):
        yield b"(the list has no end)", _NotJson("the archive ends before its list does")


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _begin_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.search(text, at)
    return match.start() if match else len(text)


def _owner(parts: Sequence[Member]) -> Author | None:
    """Return whose archive it is, where one part says so, and only one."""
    owners = [owner for part in parts if (owner := _account(part)) is not None]
    return owners[0] if len(owners) == 1 else None


def _account(part: Member) -> Author | None:
    match = _ARCHIVE.match(part.head)
    if match is None or match[1] != b"account":
        return None
    try:
        _, row = next(_archived(part), (b"", None))
    except Torn:
        return None
    account = row.get("account") if isinstance(row, dict) else None
    named = account if isinstance(account, dict) else {}
    own_id, handle, name = (named.get(key) for key in ("accountId", "username", "accountDisplayName"))
    if not is_id(own_id):
        return None
    return Author(
        id=own_id,
        handle=clean(handle) if isinstance(handle, str) else None,
        name=clean(name) if isinstance(name, str) else None,
        created_at=x_legacy.time_of(named.get("createdAt")),
    )


def _document(part: Member, begin: Sequence[bytes]) -> list[Any] | None:
    """Return the rows of a part that is one JSON document over several lines, None where it is not."""
    first = begin[0] if begin else b""
    if not first.lstrip().startswith((b"{", b"[")) or not isinstance(_meaning(first), _NotJson):
        return None
    whole, cut = part.whole(_MAX_DOCUMENT)
    row = _NotJson("cut") if cut is not None else _meaning(whole, most=_MAX_DOCUMENT)
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
