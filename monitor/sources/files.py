"""Stories and posts from files: the interchange format and X API v2 JSON, plain or gzip.

A file is JSON Lines, or one JSON document. What each row is stands in its fields, never in the file's name.
A broken row is quarantined with its reason; nothing that a file holds stops its reading.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections import Counter
from typing import IO, TYPE_CHECKING, Any, cast

from monitor.errors import SourceRefused
from monitor.interchange import MAX_RAW, kind_of_row, parse_post, parse_story, raw_text
from monitor.model import Page, Post, Rejected, Story
from monitor.text import clean

from .x_posts import is_answer, is_post, parse_answer

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

ROWS_A_PAGE = 5_000
_MAX_LINE = 20_000_000  # bytes; an API answer of 100 posts is below one million
_MAX_DOCUMENT = 100_000_000  # bytes of a file that is one JSON document: read as a whole, so it has to fit
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"


def read_file(path: Path) -> Iterator[Page]:
    """Yield what a file holds, in its order, at least one page of at most 5,000 rows (or one API answer more).

    Posts marked as deleted come along with deleted=True. SourceRefused: the file cannot be opened.
    """
    gathered = _Gathered()
    for raw, row in _rows(path):
        _take(gathered, raw, row)
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


def _take(gathered: _Gathered, raw: bytes, row: object) -> None:
    """Add what one row holds: a story, a post, an API answer with many, or something broken."""
    try:
        _read_row(gathered, row)
    except ValueError as problem:
        text = clean(raw[: 4 * MAX_RAW].decode("utf-8", "replace"))[:MAX_RAW] if raw else raw_text(row)
        post_id = row.get("id") if isinstance(row, dict) else None
        gathered.rejected.append(
            Rejected(raw=text, reason=str(problem), id=clean(post_id) if isinstance(post_id, str) else None)
        )


def _read_row(gathered: _Gathered, row: object) -> None:
    if isinstance(row, _NotJson):
        raise ValueError(row.reason)  # noqa: TRY004 - one class for all that strangers get wrong
    if not isinstance(row, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - as above
    if is_answer(row) or is_post(row):
        parsed = parse_answer(row if is_answer(row) else {"data": row})
        gathered.posts += parsed.posts
        gathered.rejected += parsed.rejected
        gathered.unread += parsed.unread
        return
    kind = kind_of_row(row)
    if kind == "post":
        gathered.posts.append(parse_post(row, gathered.unread))
    elif kind == "story":
        gathered.stories.append(parse_story(row, gathered.unread))
    else:
        raise ValueError("neither a story nor a post: it has no text and no title, or no id")


def _rows(path: Path) -> Iterator[tuple[bytes, object]]:
    """Yield each row as its bytes (empty inside a document) and what they mean."""
    document = _document(path)
    if document is not None:
        yield from ((b"", row) for row in document)
        return
    for line in _lines(path):
        row = _meaning(line)
        if isinstance(row, list) and row:  # an empty one is a row that holds nothing, and is told as such
            yield from ((b"", one) for one in row)
        else:
            yield line, row


def _document(path: Path) -> list[Any] | None:
    """Return the rows of a file that is one JSON document over several lines, None where it is not."""
    lines = _lines(path)
    first = next(lines, b"")
    if not isinstance(_meaning(first), _NotJson) or not first.lstrip().startswith((b"{", b"[")):
        return None
    whole = bytearray(first)
    try:
        for line in lines:
            whole += line
            if len(whole) > _MAX_DOCUMENT:
                return None
    finally:
        lines.close()  # or the file stays open until it is collected as garbage
    row = _meaning(bytes(whole))
    if isinstance(row, _NotJson):
        return None
    return row if isinstance(row, list) and row else [row]


def _lines(path: Path) -> Generator[bytes]:
    """Yield the lines that are not blank; one that is too long is cut, so it is no JSON any more."""
    try:
        with _opened(path) as file:
            start = True
            while line := file.readline(_MAX_LINE):
                rest = line
                while not rest.endswith(b"\n") and len(rest) == _MAX_LINE:
                    rest = file.readline(_MAX_LINE)
                line = line.removeprefix(_BOM) if start else line
                start = False
                if line.strip():
                    yield line
    except (EOFError, gzip.BadGzipFile, zlib.error):
        yield b"(the compressed file is broken from here)"
    except OSError as error:
        raise SourceRefused(f"import:{path.name}", f"cannot be read: {error.strerror}") from error


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        packed = file.read(len(_GZIP)) == _GZIP
    return cast("IO[bytes]", gzip.open(path, "rb")) if packed else path.open("rb")


def _meaning(line: bytes) -> object:
    try:
        return json.loads(line.decode("utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError:
        return _NotJson("no UTF-8")
    except (ValueError, RecursionError):
        return _NotJson("no JSON" if len(line) < _MAX_LINE else f"a line of more than {_MAX_LINE} bytes")


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
