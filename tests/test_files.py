"""Files: every format that import takes, told apart by what is inside, and broken in every way."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from monitor.errors import SourceRefused
from monitor.interchange import post_dict, story_dict
from monitor.sources.files import ROWS_A_PAGE, read_file
from tests.builders import post, story
from tests.fakes.x import recorded

if TYPE_CHECKING:
    from monitor.model import Page

ROWS = Path(__file__).parent / "data" / "files" / "rows.jsonl"


def read(path: Path) -> Page:
    (page,) = read_file(path)
    return page


def written(folder: Path, *rows: object, name: str = "rows.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(row + "\n" if isinstance(row, str) else json.dumps(row) + "\n" for row in rows))
    return path


def test_rows_become_stories_and_posts_and_what_is_broken_is_quarantined() -> None:
    page = read(ROWS)
    assert [one.id for one in page.stories] == ["ferry"]
    assert [one.id for one in page.posts] == ["p1", "p2", "p5", "p6"]
    assert [one.reason for one in page.rejected] == [
        "no JSON",
        "likes is no count",
        "neither a story nor a post: it has no text and no title, or no id",
    ]
    assert page.rejected[0].raw.startswith('{"id":"p3"')
    assert page.received == 8
    assert page.unread == (("created_at: unreadable time", 1), ("story.section", 1))


def test_a_gzip_file_reads_the_same_whatever_its_name(tmp_path: Path) -> None:
    packed = tmp_path / "rows.txt"
    packed.write_bytes(gzip.compress(ROWS.read_bytes()))
    assert read(packed) == read(ROWS)


def test_a_gzip_file_that_ends_too_early_keeps_what_was_read(tmp_path: Path) -> None:
    packed = tmp_path / "rows.jsonl.gz"
    rows = "".join(json.dumps(post_dict(post(f"p{number}"))) + "\n" for number in range(2_000)).encode()
    packed.write_bytes(gzip.compress(rows)[:-100])
    page = read(packed)
    assert 0 < len(page.posts) <= 2_000
    assert page.rejected[-1].raw.startswith("(the compressed file")


@pytest.mark.parametrize("indent", [None, 1])
def test_an_answer_of_the_x_api_is_read_as_one_document(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(recorded("search_2.json"), indent=indent))
    page = read(path)
    assert (len(page.posts), len(page.rejected)) == (2, 1)
    assert page.posts[0].author is not None
    assert page.posts[0].author.handle == "old_skipper"


def test_x_answers_streams_and_flattened_posts_are_read_line_by_line(tmp_path: Path) -> None:
    answer = recorded("search_1.json")
    streamed = {"data": answer["data"][0], "includes": answer["includes"], "matching_rules": []}
    flat = {**answer["data"][2], "author": answer["includes"]["users"][0]}
    page = read(written(tmp_path, answer, streamed, flat))
    assert [one.id for one in page.posts[3:]] == [answer["data"][0]["id"], answer["data"][2]["id"]]
    assert page.posts[3].author == page.posts[0].author
    assert page.posts[4].author == page.posts[2].author


def test_an_empty_answer_of_x_holds_nothing(tmp_path: Path) -> None:
    assert read(written(tmp_path, {"meta": {"result_count": 0}})).received == 0


@pytest.mark.parametrize("indent", [None, 1])
def test_a_list_of_rows_is_read(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([story_dict(story()), post_dict(post()), 5], indent=indent))
    page = read(path)
    assert (len(page.stories), len(page.posts), len(page.rejected)) == (1, 1, 1)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "null",
        "[]",
        "5",
        '"text"',
        '{"id": "a", "text": NaN, "platform": "x"}',
        '{"id": "a", "text": "t", "platform": "x", "likes": Infinity}',
        '{"id": "a", "text": "t", "platform": "x", "likes": ' + "9" * 5_000 + "}",
        "[" * 100_000,
        '{"data": [5]}',
        '{"a": ' * 900 + "1" + "}" * 900,
    ],
)
def test_a_broken_line_is_quarantined_and_its_neighbours_are_kept(tmp_path: Path, line: str) -> None:
    page = read(written(tmp_path, post_dict(post("p1")), line, post_dict(post("p2"))))
    assert [one.id for one in page.posts] == ["p1", "p2"]
    assert len(page.rejected) == 1
    assert len(page.rejected[0].raw) <= 10_000


def test_what_is_no_utf8_is_quarantined(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    good = json.dumps(post_dict(post())).encode()
    path.write_bytes(b"\xef\xbb\xbf" + good + b"\r\n\xff\xfe\n\n" + good)
    page = read(path)
    assert len(page.posts) == 2
    assert [one.reason for one in page.rejected] == ["no UTF-8"]


def test_pages_hold_a_bounded_number_of_rows(tmp_path: Path) -> None:
    rows: list[Any] = [post_dict(post(f"p{number}")) for number in range(ROWS_A_PAGE + 1)]
    pages = list(read_file(written(tmp_path, *rows)))
    assert [page.received for page in pages] == [ROWS_A_PAGE, 1]


def test_an_empty_file_is_one_empty_page(tmp_path: Path) -> None:
    assert read(written(tmp_path)).received == 0


@pytest.mark.parametrize("text", ["[]", "[\n]\n"])
def test_a_list_of_nothing_is_told_of(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rows.json"
    path.write_text(text)
    (rejected,) = read(path).rejected
    assert (rejected.raw, rejected.reason) == (text if "\n" not in text else "[]", "no JSON object")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="import:nothing"):
        list(read_file(tmp_path / "nothing.jsonl"))
    with pytest.raises(SourceRefused):
        list(read_file(tmp_path))
