"""What a file is made of: plain, gzip, or a zip of several, told by what is inside and read as streams.

Nothing of an archive is ever written to disk, so a name in it can lead nowhere. What a small file unpacks to is
limited over all of it, for it may be a bomb; of what is not packed, the file itself is the limit.
"""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from monitor.errors import SourceRefused

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

MAX_LINE = 20_000_000  # bytes; an API answer of 100 posts is below one million
MAX_UNPACKED = 4_000_000_000  # bytes of all of a file: an archive of 20 years is a tenth of it
_BLOCK = 1_000_000
_HEAD = 4_096  # bytes by which a part is told
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second begins one that is empty
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_ENCRYPTED = 1  # the bit of a part's flags (APPNOTE.TXT, "general purpose bit flag")
# What zipfile and what unpacks for it raise where bytes are not what they should be, found by changing bytes.
_BROKEN = (EOFError, OSError, ValueError, NotImplementedError, zipfile.BadZipFile, zlib.error, lzma.LZMAError,
           struct.error)  # fmt: skip


class Torn(Exception):
    """What follows of a part cannot be read, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One text in a file. open: begins at its first byte. head: its first bytes, none where it cannot be read."""

    open: Callable[[], IO[bytes]]
    head: bytes = b""

    def lines(self) -> Generator[bytes]:
        """Yield the lines, without a BOM, UTF-16 as UTF-8; one that is too long is cut. Torn: see there."""
        with _told(), self.open() as file:
            begin = _peeked(file)
            if begin[:2] in _UTF16:
                yield from _recoded(file)
            else:
                yield from _lines(file)

    def whole(self, most: int) -> tuple[bytes, Torn | None]:
        """Return the first `most` bytes of all, and why there are no more of them where more could be."""
        read = bytearray()
        try:
            with _told(), self.open() as file:
                while len(read) <= most and (block := file.read(_BLOCK)):
                    read += block
        except Torn as problem:
            return bytes(read.removeprefix(_BOM)), problem
        cut = Torn(f"more than {most} bytes in one document") if len(read) > most else None
        return bytes(read[:most].removeprefix(_BOM)), cut


@contextmanager
def opened(path: Path, most: int = MAX_UNPACKED) -> Iterator[tuple[list[Member], int]]:
    """Give the texts of a file, and how many of its parts are none; they can be read while it is open.

    most: bytes that it may unpack to. SourceRefused: it cannot be opened.
    """
    try:
        with path.open("rb") as file:
            begin = file.read(4)
        if begin not in _ZIP:
            yield [Member(open=lambda: _plain(path, most))], 0
            return
        archive = zipfile.ZipFile(path)
    except OSError as error:
        raise SourceRefused(f"import:{path.name}", f"cannot be read: {error.strerror}") from error
    except _BROKEN:
        yield [_unread("the zip has no list of its parts: it is broken")], 0
        return
    with archive:
        yield _members(archive, _Allowance(most))


def _members(archive: zipfile.ZipFile, left: _Allowance) -> tuple[list[Member], int]:
    files = (part for part in archive.infolist() if not part.filename.endswith("/"))
    parts = sorted(files, key=lambda part: part.filename)
    found = [_member(archive, part, left) for part in parts]
    texts = [member for member in found if member is not None]
    return texts, len(found) - len(texts)


def _member(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: _Allowance) -> Member | None:
    """Return a part of a zip as it can be read, None where it is no text."""

    def unpacked() -> IO[bytes]:
        return io.BufferedReader(_Limited(archive.open(part), left))

    if part.flag_bits & _ENCRYPTED:
        return _unread("locked by a password")
    try:
        with _told():
            head = _head(archive.open(part))
            packed = head.startswith(_GZIP)
            head = _head(_gunzipped(archive.open(part), left)) if packed else head
    except Torn as problem:
        return _unread(str(problem))
    if head.startswith(_ZIP):
        return _unread("a zip in a zip is not opened")
    if b"\0" in head and head[:2] not in _UTF16:
        return None
    return Member(open=(lambda: _gunzipped(archive.open(part), left)) if packed else unpacked, head=head)


def _unread(reason: str) -> Member:
    """Stand for a part that is not read, so that it is told of where its rows would be."""

    def refuse() -> IO[bytes]:
        raise Torn(reason)

    return Member(open=refuse)


def _plain(path: Path, most: int) -> IO[bytes]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise SourceRefused(f"import:{path.name}", f"cannot be read: {error.strerror}") from error
    if not _peeked(file).startswith(_GZIP):
        return file
    return _gunzipped(file, _Allowance(most))


def _gunzipped(file: IO[bytes], allowance: _Allowance) -> IO[bytes]:
    return io.BufferedReader(_Limited(cast("IO[bytes]", gzip.open(file, "rb")), allowance, below=file))


class _Allowance:
    """How many bytes may still be unpacked of `most`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.left = most


class _Limited(io.RawIOBase):
    """What a file unpacks to, as long as that is allowed. below: is closed with it."""

    def __init__(self, file: IO[bytes], allowance: _Allowance, below: IO[bytes] | None = None) -> None:
        self._file = file
        self._allowance = allowance
        self._below = below

    def readable(self) -> bool:
        return True

    def readinto(self, into: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._allowance.left <= 0:
            raise Torn(f"more than {self._allowance.most} bytes when unpacked")
        block = self._file.read(min(len(into), self._allowance.left))
        self._allowance.left -= len(block)
        into[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._file.close()
        if self._below is not None:
            self._below.close()
        super().close()


@contextmanager
def _told() -> Iterator[None]:
    """Say of what breaks while it is read that it is broken."""
    try:
        yield
    except _BROKEN as error:
        of_the_disk = isinstance(error, OSError) and error.strerror
        said = (
            f"cannot be read from here: {of_the_disk}" if of_the_disk else "the compressed file is broken from here"
        )
        raise Torn(said) from error


def _head(file: IO[bytes]) -> bytes:
    with file:
        return file.read(_HEAD)


def _peeked(file: IO[bytes]) -> bytes:
    """Return the first bytes of a file that stays where it is."""
    return cast("io.BufferedReader", file).peek(_HEAD)[:_HEAD]


def _lines(file: IO[bytes]) -> Generator[bytes]:
    line = file.readline(MAX_LINE).removeprefix(_BOM)
    while line:
        rest = line
        while not rest.endswith(b"\n") and len(rest) == MAX_LINE:
            rest = file.readline(MAX_LINE)
        yield line
        line = file.readline(MAX_LINE)


def _recoded(file: IO[bytes]) -> Generator[bytes]:
    """Yield the lines of UTF-16, as spreadsheet programs write it, in UTF-8."""
    text = io.TextIOWrapper(file, encoding="utf-16", errors="replace", newline="\n")
    try:
        while line := text.readline(MAX_LINE):
            yield line.encode("utf-8", "replace")
    finally:
        text.detach()  # the file is closed by whoever opened it
