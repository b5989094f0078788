"""What a file is made of: plain, gzip, or a zip of several, read as streams that end where they grow too long.

Nothing of an archive is ever written to disk, so a name in it can lead nowhere.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from monitor.errors import SourceRefused

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

MAX_LINE = 20_000_000  # bytes; an API answer of 100 posts is below one million
MAX_UNPACKED = 4_000_000_000  # bytes of one member: an archive of 20 years is a tenth of it
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_TEXT = (".js", ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".gz")
BROKEN = b"(the compressed file is broken from here)"
TOO_LONG = b"(more than is read of one file when unpacked)"
LOCKED = b"(locked by a password)"
_BROKEN = (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, NotImplementedError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One text in a file. name: "" where the file is the text itself; open: begins at its first byte."""

    name: str
    open: Callable[[], IO[bytes]]

    def lines(self, *, most: int = MAX_UNPACKED) -> Generator[bytes]:
        """Yield the lines that are not blank, without a BOM, UTF-16 as UTF-8; one that is too long is cut.

        What is broken, locked or longer than `most` ends with a line that says so, and is no JSON.
        """
        try:
            with self.open() as file:
                yield from _lines(file, most)
        except _BROKEN:
            yield BROKEN
        except RuntimeError:  # as zipfile says that a password is needed
            yield LOCKED


def members(path: Path) -> tuple[list[Member], int]:
    """Return the texts of a file, and how many of its parts are none. SourceRefused: it cannot be opened."""
    try:
        with path.open("rb") as file:
            begin = file.read(len(_ZIP))
        if begin != _ZIP:
            return [Member(name="", open=lambda: _plain(path))], 0
        with zipfile.ZipFile(path) as archive:
            parts = [part for part in archive.infolist() if not part.is_dir()]
    except zipfile.BadZipFile:
        return [
            Member(name="", open=lambda: zipfile.ZipFile(path).open(""))
        ], 0  # which fails again, where it is read
    except OSError as error:
        raise SourceRefused(f"import:{path.name}", f"cannot be read: {error.strerror}") from error
    texts = [part for part in parts if part.filename.lower().endswith(_TEXT)]

    def opened(part: zipfile.ZipInfo) -> IO[bytes]:
        inside = zipfile.ZipFile(path).open(part)  # noqa: SIM115 - closed with its part, by their count
        return cast("IO[bytes]", gzip.open(inside, "rb")) if part.filename.lower().endswith(".gz") else inside

    found = [Member(name=part.filename, open=lambda part=part: opened(part)) for part in texts]  # type: ignore[misc]
    return sorted(found, key=lambda member: member.name), len(parts) - len(texts)


def _plain(path: Path) -> IO[bytes]:
    try:
        with path.open("rb") as file:
            packed = file.read(len(_GZIP)) == _GZIP
        return cast("IO[bytes]", gzip.open(path, "rb")) if packed else path.open("rb")
    except OSError as error:
        raise SourceRefused(f"import:{path.name}", f"cannot be read: {error.strerror}") from error


def _lines(file: IO[bytes], most: int) -> Generator[bytes]:
    first = file.readline(MAX_LINE)
    if first[:2] in _UTF16:
        yield from _recoded(first, file, most)
        return
    left = most
    line = first.removeprefix(_BOM)
    while line:
        rest = line
        while not rest.endswith(b"\n") and len(rest) == MAX_LINE:
            rest = file.readline(MAX_LINE)
            left -= len(rest)
        left -= len(line)
        if left < 0:
            yield TOO_LONG
            return
        if line.strip():
            yield line
        line = file.readline(MAX_LINE)


def _recoded(begin: bytes, file: IO[bytes], most: int) -> Generator[bytes]:
    """Yield the lines of UTF-16, as spreadsheet programs write it, in UTF-8."""
    whole = begin + file.read(min(most, 10 * MAX_LINE))
    for line in whole.decode("utf-16", "replace").splitlines(keepends=True):
        if line.strip():
            yield line.encode("utf-8", "replace")
