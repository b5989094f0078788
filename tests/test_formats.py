"""What import takes beside our own format: X's archive, recordings of a browser, tables, zips, and their faults."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from jobs.cli import main
from monitor.errors import SourceRefused
from monitor.sources.files import read_file
from monitor.sources.spreadsheets import Columns
from monitor.sources.x_posts import id_time
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
    assert dict(page.unread) == {
        "X archive: account": 1,
        "X archive: like": 1,
        "parts of no format that is read": 1,
    }


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


def test_a_broken_post_of_an_archive_takes_no_other_along(tmp_path: Path) -> None:
    rows = [json.dumps({"tweet": {**TWEET, "id_str": str(int(OWN) + n)}}) for n in range(3)]
    torn = rows[1].replace('"lang": "en"', '"lang": en')
    path = tmp_path / "tweets.js"
    path.write_text(f"window.YTD.tweets.part0 = [ {rows[0]},\n {torn},\n {rows[2]} ]")
    page = only(path)
    assert [one.id for one in page.posts] == [OWN, str(int(OWN) + 2)]
    assert [(one.reason, one.raw[:9]) for one in page.rejected] == [("no JSON", '{"tweet":')]
    path.write_text(f"window.YTD.tweets.part0 = [ {rows[0]},\n {rows[1]},\n {rows[2][:50]}")
    assert [len(part) for part in (only(path).posts, only(path).rejected)] == [2, 1]
    path.write_text(f"window.YTD.tweets.part0 = [ {rows[0]},\n {rows[1]},\n")
    assert [one.reason for one in only(path).rejected] == ["the archive ends before its list does"]
    path.write_bytes(
        f"window.YTD.tweets.part0 = [ {rows[0]},\n {rows[1]} ]".encode().replace(b"quay", b"qu\xe6", 1)
    )
    assert [one.reason for one in only(path).rejected] == ["no UTF-8"]
    assert len(only(path).posts) == 1


def test_two_accounts_in_one_zip_leave_posts_without_an_author(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "archives.zip",
        a__tweets_dot_js=archived("tweets", [{"tweet": TWEET}]),
        a__account_dot_js=archived("account", [{"account": ACCOUNT}]),
        b__account_dot_js=archived("account", [{"account": {**ACCOUNT, "accountId": "78"}}]),
    )
    (post,) = only(path).posts
    assert post.author is None


def test_of_a_withheld_post_nothing_is_kept_but_its_id(tmp_path: Path) -> None:
    withheld = {**TWEET, "full_text": "must not be kept", "withheld_in_countries": ["DE", "XX"]}
    hidden = {"result": {"rest_id": "5", "legacy": {**withheld, "id_str": "5"}}}
    repost = {**TWEET, "id_str": "6", "full_text": "RT @a: must not", "retweeted_status_result": hidden}
    path = tmp_path / "rows.jsonl"
    rows = [{"tweet": withheld}, item("x.com", {"legacy": withheld}), item("x.com", {"legacy": repost})]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    page = only(path)
    assert page.posts == ()
    assert [one.reason for one in page.rejected] == ["withheld by X in DE, XX"] * 3
    assert "must not" not in str(page.rejected)
    assert [one.id for one in page.rejected] == [OWN, "1", "1"]


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


def test_a_post_is_one_whether_from_the_api_an_archive_or_a_recording(tmp_path: Path) -> None:
    first, original = "2018640355783600000", "2018638090859446274"
    urls = {"urls": [{"expanded_url": "https://county.example/plan"}]}
    reposted = {"id_str": original, "full_text": "Keep &lt;it&gt;", "entities": urls}
    answer = {
        "data": [
            {"id": OWN, "text": TWEET["full_text"], "author_id": "77", "lang": "en", "entities": urls,
             "created_at": "2026-02-03T10:59:00Z", "edit_history_tweet_ids": [first, OWN],
             "referenced_tweets": [{"type": "replied_to", "id": TWEET["in_reply_to_status_id_str"]}],
             "public_metrics": {"like_count": 12, "retweet_count": 3}},
            {"id": "2018640355783606999", "text": "RT @b: Keep", "author_id": "77", "lang": "en",
             "created_at": "2026-02-03T10:59:00Z", "referenced_tweets": [{"type": "retweeted", "id": original}]},
        ],
        "includes": {
            "tweets": [{"id": original, "text": "Keep &lt;it&gt;", "entities": urls}],
            "users": [{"id": "77", "username": "old_skipper", "name": "Old Skipper"}],
        },
    }  # fmt: skip
    user = {"rest_id": "77", "core": {"screen_name": "old_skipper", "name": "Old Skipper"}}
    edits = {"edit_control": {"edit_control_initial": {"edit_tweet_ids": [first, OWN]}}}
    repeated = {"tweet": {"rest_id": original, "legacy": reposted}}
    repost = {"id_str": "2018640355783606999", "full_text": "RT @b: Keep", "quoted_status_id_str": "9",
              "lang": "en", "created_at": TWEET["created_at"],
              "retweeted_status_result": {"result": repeated}}  # fmt: skip
    around = {"core": {"user_results": {"result": user}}}
    recorded = [
        item("twitter.com", {"legacy": TWEET, **edits, **around}),
        {"legacy": repost, **around, "__import_meta": {"source_platform": "x.com", "item_id": "1"}},
    ]
    own = {"edit_info": {"edit": {"initialTweetId": first, "editControlInitial": {"editTweetIds": [first, OWN]}}}}
    zipped(
        tmp_path / "archive.zip",
        tweets_dot_js=archived("tweets", [{"tweet": {**TWEET, **own}}]),
        account_dot_js=archived("account", [{"account": {**ACCOUNT, "createdAt": None}}]),
    )
    (tmp_path / "api.json").write_text(json.dumps(answer))
    (tmp_path / "recorded.ndjson").write_text("".join(json.dumps(row) + "\n" for row in recorded))
    by_api = only(tmp_path / "api.json").posts
    assert only(tmp_path / "recorded.ndjson").posts == by_api
    assert only(tmp_path / "archive.zip").posts == by_api[:1]
    assert (by_api[0].id, by_api[1].text, by_api[1].repost_of) == (first, "Keep <it>", original)


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
    assert first.text == "Keep the ferry,\nall of it"  # X has no titles
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
    assert (last.id, last.likes) == (OWN, None)
    assert last.created_at == id_time(OWN)
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
    for odd in ("\0", '"', "=1+1", "\ufffd", "x" * 2_000_000, ",,,,,,,,,,,,", "9" * 400, '"a\n' * 9):
        path = tmp_path / "t.csv"
        path.write_text(f"id,thread_id,timestamp,body,author\n1,1,{odd},{odd},{odd}\n2,2,2026-02-03,fine,anna\n")
        page = only(path)
        assert "2" in [one.id for one in page.posts]
        assert page.rejected or [one.id for one in page.posts] == ["1", "2"]


# --- Hostile values ------------------------------------------------------------------------------------


ARCHIVED: dict[str, Any] = {"tweet": {**TWEET, "edit_info": {"initial": {"editTweetIds": [OWN]}}}}
GOOD: dict[str, Any] = {
    "archive": ARCHIVED,
    "graphql": item("twitter.com", graphql(edit_control={"edit_tweet_ids": [OWN]}, views={"count": "1"})),
    "4cat": {**graphql(), "__import_meta": {"source_platform": "twitter.com", "item_id": "1"}},
    "exported": {"id": "1", "thread_id": "1", "timestamp": "2026-02-03", "body": "The ferry", "author": "anna"},
    "bluesky": item("bsky.app", view(1, "2026-02-03T10:00:00Z", "The ferry again")),
    "truth": item("truthsocial.com", status(1, "2026-02-03T10:00:00Z", "A <b>ferry</b>")),
}


def places(value: object, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, one in inner for place in places(one, (*at, key)))]


def changed(value: Any, at: tuple[Any, ...], odd: object) -> Any:
    if not at:
        return odd
    copy = value.copy()
    copy[at[0]] = changed(value[at[0]], at[1:], odd)
    return copy


@pytest.mark.parametrize("kind", GOOD)
def test_no_value_of_a_stranger_is_an_exception_or_loses_a_neighbour(kind: str, tmp_path: Path) -> None:
    good, path = GOOD[kind], tmp_path / "rows.jsonl"
    rows = [changed(good, at, odd) for at in places(good) if at for odd in ODD]
    path.write_text("".join(json.dumps(row) + "\n" for row in [good, *rows, good]))
    pages = list(read_file(path))
    held_back = sum(dict(page.unread).get("status: not public, not kept", 0) for page in pages)
    assert sum(page.received for page in pages) + held_back == len(rows) + 2
    posts = [post for page in pages for post in page.posts]
    assert posts[0] == posts[-1]
    with Store.in_memory() as store:
        for page in pages:
            tally = store.save_page(page, source="import", query="", at=datetime(2026, 2, 4, tzinfo=UTC))
            assert tally.received == page.received


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
