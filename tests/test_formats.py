"""What import takes beside our own format: X's archive, recordings of a browser, tables, zips, and their faults."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from jobs.cli import main
from monitor.errors import SourceRefused
from monitor.sources import recordings, x_legacy
from monitor.sources.containers import members
from monitor.sources.files import read_file
from monitor.sources.spreadsheets import Columns
from monitor.store import Store
from tests.fakes.bluesky import view
from tests.fakes.mastodon import status

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.model import Page

OWN = "2018640355783606273"
TWEET: dict[str, Any] = {
    "id_str": OWN,
    "full_text": "Keep the ferry &amp; the quay https://t.co/x",
    "created_at": "Tue Feb 03 10:59:00 +0000 2026",
    "lang": "en",
    "favorite_count": "12",
    "retweet_count": "3",
    "in_reply_to_status_id_str": "2018638090859446273",
    "entities": {"urls": [{"expanded_url": "https://county.example/plan"}]},
}
ACCOUNT = {
    "accountId": "77",
    "username": "old_skipper",
    "accountDisplayName": "Old Skipper",
    "createdAt": "2019-04-01",
}
ODD: tuple[object, ...] = (None, "", 0, -1, 2**70, 1.5, True, [], {}, ["a"], {"a": 1}, "\0", "\ud800", "x" * 20_000)


def only(path: Path, *columns: Columns) -> Page:
    (page,) = read_file(path, columns)
    return page


def archived(kind: str, rows: object) -> str:
    return f"window.YTD.{kind}.part0 = {json.dumps(rows, indent=1)}\n"


def zipped(path: Path, **parts: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return path


# --- X's archive ---------------------------------------------------------------------------------------


def test_an_archive_of_x_is_read_with_its_owner_and_nothing_but_posts(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "archive.zip",
        data__tweets_dot_js=archived("tweets", [{"tweet": TWEET}, {"tweet": {"id_str": "x"}}]),
        data__account_dot_js=archived("account", [{"account": ACCOUNT}]),
        data__like_dot_js=archived("like", [{"like": {"tweetId": "5", "fullText": "private"}}]),
        data__picture_dot_png=b"\x89PNG",
    )
    page = only(path)
    (post,) = page.posts
    assert (post.id, post.platform, post.text) == (OWN, "x", "Keep the ferry & the quay https://t.co/x")
    assert post.url == f"https://x.com/old_skipper/status/{OWN}"
    assert (post.likes, post.reposts, post.replies, post.lang) == (12, 3, None, "en")
    assert (post.reply_to, post.links) == ("2018638090859446273", ("https://county.example/plan",))
    assert post.created_at == datetime(2026, 2, 3, 10, 59, tzinfo=UTC)
    assert post.author is not None
    assert (post.author.id, post.author.handle, post.author.name) == ("77", "old_skipper", "Old Skipper")
    assert len(page.rejected) == 1
    assert dict(page.unread) == {"X archive: account": 1, "X archive: like": 1, "parts that are no text": 1}


def test_a_part_of_an_archive_alone_has_no_author(tmp_path: Path) -> None:
    (tmp_path / "tweet.js").write_text(archived("tweet", [{"tweet": TWEET}]) + ";")
    (post,) = only(tmp_path / "tweet.js").posts
    assert post.author is None
    assert post.url == f"https://x.com/i/status/{OWN}"


@pytest.mark.parametrize(
    "text",
    [
        "window.YTD.tweets.part0 = [",
        "window.YTD.tweets.part0 = {}",
        "window.YTD.tweets.part0 = []",
        "window.YTD.",
    ],
)
def test_an_archive_that_is_cut_or_empty_is_one_broken_row(text: str, tmp_path: Path) -> None:
    (tmp_path / "tweets.js").write_text(text)
    page = only(tmp_path / "tweets.js")
    assert (len(page.rejected), page.received) == (1, 1)


# --- Recordings ----------------------------------------------------------------------------------------


def item(platform: str, data: object) -> dict[str, Any]:
    source = {"source_platform": platform, "source_url": f"https://{platform}/"}
    return {"nav_index": 1, "item_id": "1", **source, "data": data}


def graphql(**changes: Any) -> dict[str, Any]:
    user = {
        "rest_id": "77",
        "core": {
            "screen_name": "old_skipper",
            "name": "Old Skipper",
            "created_at": "Mon Apr 01 00:00:00 +0000 2019",
        },
        "legacy": {"description": "Retired.", "followers_count": 31},
    }
    legacy = {**TWEET, "favorite_count": 12, "quoted_status_id_str": "2018638090859446274"}
    return {"rest_id": OWN, "legacy": legacy, "core": {"user_results": {"result": user}}, **changes}


def test_recordings_of_x_bluesky_and_mastodon_become_the_posts_that_their_services_give(tmp_path: Path) -> None:
    long = {"note_tweet_results": {"result": {"text": "Keep the ferry, all of it"}}}
    rows = [
        item("twitter.com", graphql(note_tweet=long)),
        item("bsky.app", view(1, "2026-02-03T10:00:00Z", "The ferry again")),
        item("truthsocial.com", status(1, "2026-02-03T10:00:00Z", "A <b>ferry</b>")),
        item("truthsocial.com", status(2, "2026-02-03T10:00:00Z", "hidden", visibility="private")),
        item("tiktok.com", {"desc": "ferry"}),
    ]
    path = tmp_path / "zeeschuimer.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    page = only(path)
    x, bluesky, truth = page.posts
    assert (x.id, x.text, x.quote_of) == (OWN, "Keep the ferry, all of it", "2018638090859446274")
    assert x.author is not None
    assert (x.author.handle, x.author.description, x.author.followers) == ("old_skipper", "Retired.", 31)
    assert x.author.created_at == datetime(2019, 4, 1, tzinfo=UTC)
    assert (bluesky.id, bluesky.platform) == ("at://did:plc:u1/app.bsky.feed.post/3k1", "bluesky")
    assert (truth.platform, truth.text) == ("truthsocial", "A ferry")
    assert [one.reason for one in page.rejected] == ["items of tiktok.com are not read"]
    assert dict(page.unread)["status: not public, not kept"] == 1


# --- Tables --------------------------------------------------------------------------------------------

MELTWATER = "Date,Headline,URL,Opening Text,Hit Sentence,Source,Influencer,Country,Language,Reach\r\n"
OURS = Columns(
    name="ours",
    columns={
        "text": "Inhalt", "created_at": "Zeit", "handle": "Konto", "likes": "Likes", "url": "Link", "id": "Nummer",
    },
    time_format="%d.%m.%Y %H:%M",
    time_zone="Europe/Oslo",
)  # fmt: skip


def test_a_table_of_a_known_vendor_is_read_under_its_title_lines(tmp_path: Path) -> None:
    link = f"https://x.com/old_skipper/status/{OWN}"
    text = (
        "Report: Sundvik ferry\r\n\r\n" + MELTWATER + "2026-02-03T10:00:00Z,Ferry closes,"
        f'{link},,"Keep the ferry,\r\nall of it",Twitter,Old Skipper,NO,en,"1,234"\r\n'
        "2026-02-03,,https://blog.example/1,,A post on a blog,Blogs,Anna,NO,Norwegian,\r\n"
        ",,,,,,,,,\r\n"
    )
    path = tmp_path / "export.csv"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    page = only(path)
    first, second = page.posts
    assert (first.id, first.platform, first.lang) == (OWN, "x", "en")
    assert first.text == "Ferry closes\nKeep the ferry,\nall of it"
    assert first.author is not None
    assert first.author.name == "Old Skipper"
    assert (second.platform, second.lang, second.text) == ("web", None, "A post on a blog")
    assert second.id.startswith("csv:")
    assert page.rejected == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_teams_own_columns_in_any_encoding_and_with_any_mark(encoding: str, mark: str, tmp_path: Path) -> None:
    rows = [
        ["Nummer", "Inhalt", "Zeit", "Konto", "Likes", "Link"],
        ["01", "Fährt die Fähre?", "03.02.2026 12:00", "@anna", "1.234", "https://bsky.app/profile/a/post/1"],
        ["1,23E+18", "Gerundet", "03.02.2026 12:00", "@anna", "", ""],
        ["2.01864E+18", "Zurück", "quatsch", "", "x", f"https://twitter.com/a/status/{OWN}"],
    ]
    path = tmp_path / "export.csv"
    path.write_text("\n".join(mark.join(f'"{cell}"' for cell in row) for row in rows), encoding=encoding)
    page = only(path, OURS)
    first, last = page.posts
    assert (first.id, first.text, first.likes, first.platform) == ("01", "Fährt die Fähre?", 1234, "bluesky")
    assert first.created_at == datetime(2026, 2, 3, 11, 0, tzinfo=UTC)
    assert first.author is not None
    assert (first.author.handle, first.author.id) == ("anna", "bluesky:anna")
    assert (last.id, last.created_at, last.likes) == (OWN, None, None)
    assert [one.reason for one in page.rejected] == ["the id was damaged by a spreadsheet program (1,23E+18)"]
    assert dict(page.unread)["created_at: unreadable time"] == 1


def test_a_row_without_an_id_has_the_same_one_each_time(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("id,thread_id,timestamp,body,author\n,,1770112800,The ferry,anna\n")
    (one,), (other,) = only(tmp_path / "a.csv").posts, only(tmp_path / "b.csv").posts
    assert one.id == other.id
    assert one.created_at == datetime(2026, 2, 3, 10, 0, tzinfo=UTC)


def test_a_table_that_nobody_knows_is_refused_with_its_columns(tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("Foo,Bar,Baz\n1,2,3\n")
    with pytest.raises(SourceRefused, match=r"\[\[csv\]\].*\(Foo, Bar, Baz\)"):
        only(tmp_path / "odd.csv")
    path = zipped(tmp_path / "both.zip", odd_dot_csv="Foo,Bar,Baz\n1,2,3\n", good_dot_jsonl=json.dumps(TWEET))
    page = only(path)
    assert len(page.posts) == 1
    assert [one.reason for one in page.rejected] == ["a table whose columns nobody knows"]


def test_no_cell_of_a_stranger_breaks_a_table(tmp_path: Path) -> None:
    for odd in ("\0", '"', "=1+1", "\ufffd", "x" * 2_000_000, ",,,,,,,,,,,,", "9" * 400):
        path = tmp_path / "t.csv"
        path.write_text(f"id,thread_id,timestamp,body,author\n1,1,{odd},{odd},{odd}\n2,2,2026-02-03,fine,anna\n")
        page = only(path)
        assert page.received >= 1
        assert page.received <= 2


# --- Containers ------------------------------------------------------------------------------------------


def test_all_texts_of_a_zip_are_read_packed_ones_too(tmp_path: Path) -> None:
    rows = "".join(json.dumps({**TWEET, "id_str": str(int(OWN) + n)}) + "\n" for n in range(3))
    path = zipped(
        tmp_path / "all.zip",
        a_dot_jsonl=rows,
        deep__b_dot_jsonl_dot_gz=gzip.compress(json.dumps({**TWEET, "id_str": "5"}).encode()),
        c_dot_jpg=b"\xff\xd8",
    )
    page = only(path)
    assert len(page.posts) == 4
    assert dict(page.unread) == {"parts that are no text": 1}


def test_a_bomb_a_locked_part_and_a_torn_zip_end_where_they_must(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.zip", bomb_dot_jsonl=b"\n" + b'"x"\n' * 300_000)
    (bomb,), _ = members(path)
    lines = list(bomb.lines(most=100_000))
    assert lines[-1] == b"(more than is read of one file when unpacked)"
    assert len(lines) < 30_000
    whole = bytearray(zipped(tmp_path / "locked.zip", a_dot_jsonl="{}").read_bytes())
    for at in (6, whole.index(b"PK\x01\x02") + 8):
        whole[at] |= 1  # the bit that says that a password is needed
    (tmp_path / "locked.zip").write_bytes(whole)
    assert [one.raw for one in only(tmp_path / "locked.zip").rejected] == ["(locked by a password)"]
    torn = zipped(tmp_path / "torn.zip", a_dot_jsonl="{}\n" * 9_000).read_bytes()
    (tmp_path / "torn.zip").write_bytes(torn[: len(torn) // 2])
    page = only(tmp_path / "torn.zip")
    assert page.posts == ()
    assert page.rejected


def test_a_zip_in_a_zip_is_not_opened(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.jsonl", json.dumps(TWEET))
    page = only(zipped(tmp_path / "outer.zip", inner_dot_zip=inner.getvalue()))
    assert (page.received, dict(page.unread)) == (0, {"parts that are no text": 1})


# --- Hostile values ------------------------------------------------------------------------------------


def test_no_value_of_a_stranger_is_an_exception() -> None:
    unread: Counter[str] = Counter()
    for odd in ODD:
        for key in TWEET:
            _tried(lambda key=key, odd=odd: x_legacy.post_of({**TWEET, key: odd}, None, unread))
        for path in (("legacy",), ("core",), ("note_tweet",), ("rest_id",), ("core", "user_results")):
            changed = json.loads(json.dumps(graphql()))
            inner = changed
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = odd
            _tried(lambda data=changed: recordings.post_of(item("x.com", data), unread))
        _tried(lambda odd=odd: recordings.post_of(item("bsky.app", odd), unread))
        named = {**item("x.com", {}), "source_platform": odd}
        _tried(lambda row=named: recordings.post_of(row, unread))


def _tried(read: Any) -> None:
    with suppress(ValueError):
        read()


# --- The command ---------------------------------------------------------------------------------------


def test_import_takes_a_table_by_the_configs_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text(
        '[[csv]]\nname = "ours"\nplatform = "x"\n'
        'columns = {text = "Inhalt", created_at = "Zeit", handle = "Konto"}\n'
    )
    (tmp_path / "a.csv").write_text("Inhalt;Zeit;Konto\nDie Fähre;2026-02-03T10:00:00Z;anna\n")
    assert main(["import", "a.csv"]) == 0
    with Store.open(tmp_path / "monitor.db") as store:
        (post,) = store.posts()
    assert (post.text, post.platform) == ("Die Fähre", "x")
    capsys.readouterr()
    (tmp_path / "config.toml").write_text('[[csv]]\nname = "ours"\ncolumns = {texxt = "Inhalt"}\n')
    assert main(["check"]) == 2
    assert "no such field: texxt" in capsys.readouterr().err
