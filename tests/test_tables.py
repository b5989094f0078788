"""Tables of vendors: rows that are broken lose no other, and a post is the one that its platform would give."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from jobs.cli import main
from jobs.config import read
from monitor.errors import ConfigError
from monitor.sources.files import read_file
from monitor.sources.x_posts import id_time
from monitor.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.model import Page

OWN = "2018640355783606273"
ORIGINAL = "2018638090859446273"
HEAD = "id,thread_id,timestamp,body,author\n"
FINE = "9,9,2026-02-03 10:00:00,fine,anna\n"


def only(folder: Path, text: str | bytes) -> Page:
    (folder / "t.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    (page,) = read_file(folder / "t.csv")
    return page


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b'1,1,2026-02-03,"never closed,a\n', "no row of a table: unexpected end of data"),
        (b'1,1,2026-02-03,a,"never closed\n', "no row of a table: unexpected end of data"),
        (b'1,1,2026-02-03,"said "no" again",a\n', "no row of a table: ',' expected after '\"'"),
        (b"1,1,2026-02-03\n", "3 cells where the header has 5"),
        (b"1,1,2026-02-03,one, two,a\n", "6 cells where the header has 5"),
        (b"1,1,2026-02-03,f\xe5,a\n", "no UTF-8"),
        (b"a\0b,1,2026-02-03,text,a\n", "id holds characters that no id has"),
        (b"1,1,2026-02-03,,a\n", "a post needs a text"),
        (b"1.23E+18,1,2026-02-03,text,a\n", "the id was damaged by a spreadsheet program (1.23E+18)"),
        (
            b"1,1,2026-02-03," + b"x" * 1_000_001 + b",a\n",
            "no row of a table: field larger than field limit (1000000)",
        ),
    ],
)
def test_a_broken_row_is_quarantined_as_it_stands_and_loses_no_other(
    row: bytes, reason: str, tmp_path: Path
) -> None:
    page = only(tmp_path, HEAD.encode() + FINE.encode() + row + FINE.encode() * 2)
    assert [one.text for one in page.posts] == ["fine"] * 3
    assert [one.reason for one in page.rejected] == [reason]
    assert page.rejected[0].raw == row.decode("utf-8", "replace").replace("\0", "")[:10_000]


def test_many_open_quotes_end_in_time(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(HEAD + 'x"y,"z\n' * 20_000 + FINE)
    assert 100 < sum(page.received for page in read_file(tmp_path / "t.csv")) <= 20_001


def test_a_cell_is_kept_with_its_paragraphs_and_odd_line_ends(tmp_path: Path) -> None:
    text = "one\n\ntwo\u2028three\x85four\x0bfive"
    for encoding in ("utf-8", "utf-16"):
        page = only(tmp_path, f'{HEAD}1,1,2026-02-03,"{text}",a,,\n{FINE}'.encode(encoding))
        assert [one.text for one in page.posts] == [text, "fine"]


def test_a_hundred_thousand_columns_are_a_table_too(tmp_path: Path) -> None:
    wide = HEAD.strip() + ",c" * 100_000 + "\n"
    page = only(tmp_path, wide + FINE.strip() + "," * 100_000 + "\n" + FINE)
    assert (len(page.posts), len(page.rejected)) == (1, 1)


def test_brandwatch_names_posts_of_x_by_their_addresses(tmp_path: Path) -> None:
    page = only(
        tmp_path,
        "Report:,Bulk Mentions Download\nBrand:,Ferry\n\n"
        "Query Id,Date,Title,Snippet,Full Text,Url,Domain,Page Type,Language,Author,Full Name,X Followers,"
        "X Repost of,X Reply to,X Verified,Mention Id\n"
        f"1,2026-02-03 11:00:00.0,Anna (@anna): Keep,Keep,RT @b: Keep it,http://twitter.com/anna/statuses/{OWN},"
        f'twitter.com,twitter,en,anna,Anna,"1,234",http://twitter.com/b/statuses/{ORIGINAL},,false,77\n'
        "1,2026-02-03 11:00:00.0,A headline,x,Long read,https://blog.example/1,blog.example,blog,en,Kari,,,,,,78\n",
    )
    x, blog = page.posts
    assert (x.id, x.platform, x.text, x.repost_of, x.reply_to) == (OWN, "x", "RT @b: Keep it", ORIGINAL, None)
    assert x.created_at == id_time(OWN)  # as X says it; a vendor has its own time zone
    assert x.author is not None
    assert (x.author.id, x.author.followers, x.author.verified) == ("x:anna", 1234, False)
    assert (blog.text, blog.platform) == ("A headline\nLong read", "web")
    assert blog.created_at == datetime(2026, 2, 3, 11, tzinfo=UTC)


@pytest.mark.parametrize("influencer", ["@anna", ""])
def test_meltwater_has_its_own_times_and_handles(influencer: str, tmp_path: Path) -> None:
    text = (
        "Date\tHeadline\tURL\tOpening Text\tHit Sentence\tSource\tInfluencer\tCountry\tLanguage\n"
        f"03-Feb-2026 11:59AM\t\thttps://x.com/anna/status/{OWN}\t\tKeep it\tTwitter\t{influencer}\tNO\ten\n"
        "03-Feb-2026 01:05PM\tFerry\thttps://news.example/1\t\tIt closes\tFjord Courier\tKari\tNO\tEnglish\n"
    )
    page = only(tmp_path, text.encode("utf-16"))
    x, news = page.posts
    assert x.author is not None
    assert (x.id, x.author.handle, x.author.name) == (OWN, "anna", None)
    assert news.created_at == datetime(2026, 2, 3, 13, 5, tzinfo=UTC)
    assert news.author is not None
    assert (news.author.handle, news.author.name) == (None, "Kari")
    assert page.unread == ()


def test_4cat_is_one_post_as_table_and_as_ndjson(tmp_path: Path) -> None:
    row = {
        "id": OWN, "thread_id": ORIGINAL, "timestamp": "2026-02-03 10:59:00", "link": f"https://x.com/anna/status/{OWN}",
        "body": "Keep it &amp; more", "author": "anna", "author_fullname": "Anna", "author_id": "77",
        "language_guess": "en", "like_count": 12,
    }  # fmt: skip
    lines = [",".join(row), ",".join(map(str, row.values()))]
    (from_table,) = only(tmp_path, "\n".join(lines)).posts
    page = only(tmp_path, json.dumps(row) + "\n" + json.dumps({**row, "body": None}) + "\n")
    assert page.posts == (from_table,)
    assert [one.reason for one in page.rejected] == ["a post needs a text"]
    assert (from_table.id, from_table.platform, from_table.text) == (OWN, "x", "Keep it & more")
    assert from_table.author is not None
    assert (from_table.author.id, from_table.author.name, from_table.likes) == ("77", "Anna", 12)
    bluesky = {**row, "id": "at://did:plc:u1/app.bsky.feed.post/3k1", "link": "", "timestamp": 1770112800.0}
    (post,) = only(tmp_path, json.dumps(bluesky)).posts
    assert (post.platform, post.created_at) == ("bluesky", datetime(2026, 2, 3, 10, tzinfo=UTC))


def test_import_counts_every_row_of_a_table_with_the_configs_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    (tmp_path / "config.toml").write_text(
        'time_zone = "Europe/Oslo"\n[[csv]]\nname = "ours"\nplatform = "forum"\ntime_format = "%d.%m.%Y %H:%M"\n'
        'columns = {text = "Inhalt", created_at = "Zeit", handle = "Konto", reply_to = "Antwort"}\n'
    )
    with (tmp_path / "t.csv").open("w") as file:
        file.write(
            "Zeit;Konto;Inhalt;Antwort\n03.02.2026 12:00;anna;Die Fähre;01\n03.02.2026 12:00;anna;Die Fähre;01\n"
        )
        file.write("03.02.2026 12:01;kari;Nein;1,2E+18\n03.02.2026;kari\n")
    assert main(["import", "t.csv", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [told[key] for key in ("received", "stored", "duplicate", "quarantined")] == [4, 2, 1, 1]
    assert told["unread"] == {"reply_to: damaged by a spreadsheet program": 1}
    with Store.open(tmp_path / "monitor.db") as store:
        posts = {post.text: post for post in store.posts()}
    assert posts["Die Fähre"].reply_to == "01"
    assert posts["Die Fähre"].created_at == datetime(2026, 2, 3, 12, tzinfo=UTC)
    assert posts["Nein"].reply_to is None


def test_two_tables_of_a_config_have_two_names() -> None:
    table = {"name": "ours", "columns": {"text": "Text"}}
    with pytest.raises(ConfigError, match=r'csv\.2\.name: "ours" is also csv\.1\.name'):
        read({"csv": [table, table]})
    with pytest.raises(ConfigError, match=r"csv\.1\.time_zone"):
        read({"csv": [{**table, "time_zone": ""}]})
