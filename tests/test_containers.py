"""What a file is made of: told by its bytes and not by names, limited, and broken in every way."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from typing import TYPE_CHECKING

import pytest

from jobs.cli import main
from monitor.interchange import post_dict
from monitor.model import Rejected
from monitor.sources.containers import MAX_LINE
from monitor.sources.files import read_file
from tests.builders import post

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.model import Page

ROW = json.dumps(post_dict(post("p1"))) + "\n"
OTHER = json.dumps(post_dict(post("p2"))) + "\n"
TABLE = "id,thread_id,timestamp,body,author\np3,,2026-02-03,The ferry,anna\n"


def zipped(path: Path, parts: dict[str, str | bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def only(path: Path, most: int = 10**9) -> Page:
    (page,) = read_file(path, most=most)
    return page


def test_the_parts_of_a_zip_are_told_by_what_is_inside(tmp_path: Path) -> None:
    parts: dict[str, str | bytes] = {
        "a folder/": "",
        "b.png": ROW,
        "c": gzip.compress(OTHER.encode()),
        "d.html": TABLE,
        "e.jsonl": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "f.csv": "<html><body>Your archive, at a glance</body></html>",
        "g.txt": "Thanks for the fish\n",
        "../../h": "",
    }
    page = only(zipped(tmp_path / "all.bin", parts))
    assert [one.id for one in page.posts] == ["p1", "p2", "p3"]
    assert dict(page.unread) == {"parts of no format that is read": 3}
    assert page.rejected == ()


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_is_read_however_it_is_packed(how: int, tmp_path: Path) -> None:
    assert [one.id for one in only(zipped(tmp_path / "a.zip", {"a": ROW, "b": OTHER}, how)).posts] == ["p1", "p2"]


def test_an_empty_zip_holds_nothing(tmp_path: Path) -> None:
    assert only(zipped(tmp_path / "empty.zip", {})).received == 0


def test_a_zip_in_a_zip_is_told_of_and_not_opened(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.jsonl", ROW)
    page = only(zipped(tmp_path / "outer.zip", {"inner.jsonl": inner.getvalue(), "b.jsonl": OTHER}))
    assert [one.id for one in page.posts] == ["p2"]
    assert [one.reason for one in page.rejected] == ["a zip in a zip is not opened"]


def test_a_locked_part_is_told_of_and_the_others_are_read(tmp_path: Path) -> None:
    whole = bytearray(zipped(tmp_path / "locked.zip", {"a.jsonl": ROW, "b.jsonl": OTHER}).read_bytes())
    for at in (6, whole.index(b"PK\x01\x02") + 8):
        whole[at] |= 1  # the bit that says that a password is needed
    (tmp_path / "locked.zip").write_bytes(whole)
    page = only(tmp_path / "locked.zip")
    assert [one.id for one in page.posts] == ["p2"]
    assert [one.reason for one in page.rejected] == ["locked by a password"]


@pytest.mark.parametrize("bomb", [b"\n" * 3_000_000, b"x" * (MAX_LINE + 9), b'[\n"' + b"x" * 3_000_000])
@pytest.mark.parametrize("packed", ["zip", "gzip", "gzip in zip"])
def test_a_bomb_ends_where_it_must_whatever_its_lines(bomb: bytes, packed: str, tmp_path: Path) -> None:
    whole = ROW.encode() + bomb if packed == "gzip" else bomb
    path = tmp_path / "bomb"
    if packed == "gzip":
        path.write_bytes(gzip.compress(whole))
    else:
        inside = gzip.compress(whole) if packed == "gzip in zip" else whole
        zipped(path, {"a": ROW, "b": inside, "c": OTHER})
    page = only(path, most=500_000)
    assert [one.id for one in page.posts] == ["p1"]
    told = "more than 500000 bytes when unpacked"
    assert {one.reason for one in page.rejected} <= {told, "no JSON"}
    assert page.rejected[-1] == Rejected(raw=f"({told})", reason=told)


def test_what_is_not_packed_is_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(ROW + "\n" * 1_000 + OTHER)
    assert len(only(tmp_path / "rows.jsonl", most=10).posts) == 2


def test_a_torn_zip_is_one_broken_row(tmp_path: Path) -> None:
    torn = zipped(tmp_path / "torn.zip", {"a.jsonl": ROW * 900}).read_bytes()
    (tmp_path / "torn.zip").write_bytes(torn[:-30])
    page = only(tmp_path / "torn.zip")
    assert [one.reason for one in page.rejected] == ["the zip has no list of its parts: it is broken"]
    assert page.received == 1


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_no_changed_byte_of_a_zip_is_an_exception(how: int, tmp_path: Path) -> None:
    parts: dict[str, str | bytes] = {
        "a.jsonl": ROW,
        "b.gz": gzip.compress(OTHER.encode()),
        "c.csv": TABLE,
        "d/": "",
    }
    whole = zipped(tmp_path / "good.zip", parts, how).read_bytes()
    chosen = random.Random(5)  # noqa: S311 - the same each time, and no secret
    path = tmp_path / "changed.zip"
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] = chosen.choice([0, 1, 8, 12, 14, 0x7F, 0xFF, changed[at] ^ 1])
        path.write_bytes(changed)
        assert only(path, most=1_000_000).received <= 20
    for end in range(0, len(whole), 7):
        path.write_bytes(whole[:end])
        assert only(path).received <= 20


def test_import_takes_a_zip_and_counts_every_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    zipped(tmp_path / "all.zip", {"a.jsonl": ROW + ROW + "{\n", "b.csv": TABLE, "c.csv": "Foo,Bar\n1,2\n"})
    assert main(["import", "all.zip", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [told[key] for key in ("received", "stored", "duplicate", "quarantined")] == [5, 2, 1, 2]
    assert told["reasons"] == {"a table whose columns nobody knows": 1, "no JSON": 1}
