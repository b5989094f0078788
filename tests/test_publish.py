"""From a brief in the store to files and messages: whole, in place, once."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from jobs.folders import slug
from jobs.publish import assemble, message_key, publish, write
from jobs.timeline import MOST_POINTS, timeline
from monitor.errors import ConfigError
from monitor.model import Gap, Notice, Page, PostId, ReadWindow, Report, Span, Story, StoryId
from monitor.store import Store
from reports import SUFFIX
from reports.json import hash_of
from tests.builders import NOON, author, post, sentiment, understood
from tests.sample_report import ROWS, SOURCES, STORY, brief

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = NOON + timedelta(hours=5)


def stored(story: Story = STORY, *, path: Path | None = None) -> Store:
    """A store with ROWS, understood, and the brief about them."""
    store = Store.open(path) if path else Store.in_memory()
    store.save_stories([story], source="test", at=NOON)
    store.save_page(Page(posts=tuple(row.post for row in ROWS)), source="x", query="", at=NOON)
    store.save_findings([row.finding for row in ROWS], maker="test/1")
    store.save_brief(brief(), at=AS_OF)
    return store


def published(store: Store, out: Path, **changes: Any) -> list[Path]:
    given: dict[str, Any] = {"language": "en", "time_zone": "Europe/Oslo", "as_of": AS_OF} | changes
    return publish(store, out=out, **given)


class Channel:
    """A channel that says a report's fingerprint."""

    def __init__(self, name: str = "chat", *, edits: bool = True) -> None:
        self.name = name
        self.edits = edits

    def compose(self, report: Report) -> str:
        return json.dumps({"text": report.brief.fingerprint})

    def compose_notice(self, notice: Notice) -> str:
        return notice.source


def test_a_report_is_written_in_every_format_with_the_index(tmp_path: Path) -> None:
    files = published(stored(), tmp_path)
    folder = tmp_path / slug(STORY)
    assert files == [
        *(folder / f"report.{end}" for end in SUFFIX.values()),
        tmp_path / "index.html",
        tmp_path / "index.json",
    ]
    assert all(file.stat().st_size for file in files)
    assert not list(tmp_path.rglob("*.tmp"))


def test_the_document_names_its_store_relative_to_itself(tmp_path: Path) -> None:
    with stored(path=tmp_path / "monitor.db") as store:
        published(store, tmp_path / "out")
    document = json.loads((tmp_path / "out" / slug(STORY) / "report.json").read_text())
    assert document["store"] == "../../monitor.db"
    assert document["hash"] == hash_of(document)


def test_what_was_published_is_not_published_again(tmp_path: Path) -> None:
    store = stored()
    published(store, tmp_path)
    assert published(store, tmp_path) == []
    assert len(store.reports()) == 1


def languages(out: Path) -> list[str]:
    return [json.loads(path.read_text())["language"] for path in out.glob("*/report.json")]


def test_a_report_is_replaced_by_one_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    with stored(path=tmp_path / "monitor.db") as store:
        out = tmp_path / "out"
        published(store, out, channels=[Channel()])
        assert published(store, out, language="nb", stories=[StoryId("bridge")]) == []
        files = published(store, out, language="nb", channels=[Channel()])
        assert len(files) == len(SUFFIX) + 2
        assert languages(out) == ["nb"]
        assert published(store, out, language="nb") == []
        assert [row.language for row in store.reports()] == ["en", "nb"]
        assert len(store.messages()) == 1
        published(store, out)
        assert languages(out) == ["en"]
        assert {row.brief_hash for row in store.reports()} == {brief().hash}


def test_a_brief_that_lost_a_post_since_is_not_said_in_another_language(tmp_path: Path) -> None:
    store = stored()
    published(store, tmp_path)
    store.forget([brief().inputs[-1].post], at=AS_OF)
    assert published(store, tmp_path, language="nb") == []
    assert languages(tmp_path) == ["en"]


def test_the_same_store_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        published(stored(), tmp_path / name)
    names = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("report.*")]
    assert names
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)


def test_the_store_knows_what_was_published(tmp_path: Path) -> None:
    store = stored()
    published(store, tmp_path)
    (row,) = store.reports()
    document = json.loads((tmp_path / row.folder / "report.json").read_text())
    assert (row.brief_hash, row.report_hash, row.folder) == (brief().hash, document["hash"], slug(STORY))


def test_a_brief_with_a_row_that_is_gone_waits_for_the_next_brief(tmp_path: Path) -> None:
    store = stored()
    gone = replace(brief().inputs[0], finding="0" * 16)
    store.save_brief(brief(inputs=(gone, *brief().inputs[1:])), at=AS_OF)
    assert not any(path.name.startswith("report") for path in published(store, tmp_path))
    assert store.reports() == []


def test_a_new_title_breaks_no_link(tmp_path: Path) -> None:
    store = stored()
    published(store, tmp_path)
    store.save_stories([replace(STORY, title="Another title")], source="test", at=NOON + timedelta(hours=1))
    store.save_brief(brief(as_of=AS_OF + timedelta(hours=1)), at=AS_OF)
    published(store, tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [slug(STORY)]
    assert "Another title" in (tmp_path / slug(STORY) / "report.html").read_text()


def test_received_adds_up_in_the_report(tmp_path: Path) -> None:
    published(stored(), tmp_path)
    for row in json.loads((tmp_path / slug(STORY) / "report.json").read_text())["sources"]:
        assert row["received"] == row["stored"] + row["duplicate"] + row["quarantined"] + row["deleted"]


def test_the_index_lists_every_story_that_has_a_report(tmp_path: Path) -> None:
    store = stored()
    store.save_stories([Story(id=StoryId("silent"), title="Nobody wrote a brief")], source="test", at=NOON)
    published(store, tmp_path)
    (entry,) = json.loads((tmp_path / "index.json").read_text())["stories"]
    assert entry["story"] == "ferry"
    assert (tmp_path / entry["page"]).is_file()
    assert entry["summary"].startswith("Limited discussion on X and Bluesky")
    html = (tmp_path / "index.html").read_text()
    assert f'href="{slug(STORY)}/report.html"' in html
    assert "&lt;in April&gt;" in html


def test_an_index_stands_before_the_first_report(tmp_path: Path) -> None:
    assert published(Store.in_memory(), tmp_path) == [tmp_path / "index.html", tmp_path / "index.json"]
    assert "No story has been reported yet." in (tmp_path / "index.html").read_text()


# --- Folders and files ---------------------------------------------------------------------------

TITLES = [
    "/abs/path", "CON", "a" * 300, ".", "..", "%2e%2e%2f", "index.html", "report.html/../../x", "🙂" * 100, "",
]  # fmt: skip


@pytest.mark.parametrize("title", TITLES)
def test_a_folder_has_a_harmless_name(title: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,80}-[0-9a-f]{8}", slug(Story(id=StoryId("s"), title=title)))


def test_two_stories_never_share_a_folder() -> None:
    assert slug(Story(id=StoryId("1"), title="Same")) != slug(Story(id=StoryId("2"), title="Same"))


def test_norwegian_titles_stay_readable() -> None:
    assert slug(Story(id=StoryId("s"), title="Åse øver på ærlighet")).startswith("ase-over-pa-aerlighet-")


def test_no_link_is_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "story").symlink_to(elsewhere)
    with pytest.raises(ConfigError, match="symbolic link"):
        write({"report.html": "x"}, tmp_path / "out" / "story")
    assert list(elsewhere.iterdir()) == []


def test_a_file_that_is_a_link_is_replaced_and_its_target_kept(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("keep")
    (tmp_path / "report.html").symlink_to(tmp_path / "precious")
    write({"report.html": "new"}, tmp_path)
    assert (tmp_path / "precious").read_text() == "keep"
    assert (tmp_path / "report.html").read_text() == "new"
    assert not (tmp_path / "report.html").is_symlink()


def test_a_draft_that_a_crash_left_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".report.html.tmp").write_text("half")
    write({"report.html": "whole"}, tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["report.html"]  # noqa: PTH208 -- names, not paths


# --- Messages --------------------------------------------------------------------------------------


def test_a_first_report_is_posted_once_a_channel(tmp_path: Path) -> None:
    store = stored()
    published(store, tmp_path, channels=[Channel("a"), Channel("b", edits=False)])
    published(store, tmp_path, channels=[Channel("a"), Channel("b", edits=False)])
    made = [(message.channel, message.op, message.key) for message in store.messages()]
    assert made == [("a", "post", "ferry:2026-02-03"), ("b", "post", "ferry:2026-02-03")]


def test_news_on_the_same_day_edits_where_the_channel_can(tmp_path: Path) -> None:
    store, channels = stored(), [Channel("a"), Channel("b", edits=False)]
    published(store, tmp_path, channels=channels)
    store.save_brief(brief(as_of=AS_OF + timedelta(hours=1), voices=24), at=AS_OF)
    published(store, tmp_path, channels=channels)
    assert [(message.channel, message.op) for message in store.messages()] == [
        ("a", "post"),
        ("b", "post"),
        ("a", "update"),
    ]


def test_a_report_that_says_the_same_sends_nothing(tmp_path: Path) -> None:
    store = stored()
    published(store, tmp_path, channels=[Channel()])
    store.save_brief(brief(as_of=AS_OF + timedelta(hours=1)), at=AS_OF)
    assert published(store, tmp_path, channels=[Channel()])
    assert len(store.messages()) == 1


def test_the_next_local_day_is_a_new_message(tmp_path: Path) -> None:
    store = stored()
    published(store, tmp_path, channels=[Channel()])
    store.save_brief(brief(as_of=AS_OF + timedelta(days=1)), at=AS_OF)
    published(store, tmp_path, channels=[Channel()])
    assert [message.key for message in store.messages()] == ["ferry:2026-02-03", "ferry:2026-02-04"]


def test_a_message_that_failed_is_posted_again(tmp_path: Path) -> None:
    store = stored()
    published(store, tmp_path, channels=[Channel()])
    store.mark(store.messages()[0].id, "failed", problem="no such channel", at=AS_OF)
    store.save_brief(brief(as_of=AS_OF + timedelta(hours=1)), at=AS_OF)
    published(store, tmp_path, channels=[Channel()])
    assert [message.op for message in store.messages()] == ["post", "post"]


def test_the_key_is_the_day_where_the_team_is() -> None:
    late = datetime(2026, 2, 3, 23, 30, tzinfo=UTC)
    assert message_key(StoryId("s"), late, "Europe/Oslo") == "s:2026-02-04"
    assert message_key(StoryId("s"), late, "UTC") == "s:2026-02-03"


# --- What a report is made of ------------------------------------------------------------------------


def made(*rows: Any, **changes: Any) -> Report:
    return assemble(brief(**changes), STORY, rows or ROWS, SOURCES, language="en", time_zone="Europe/Oslo")


def test_cited_posts_are_numbered_in_order_of_first_citation() -> None:
    assert [(post.number, post.post) for post in made().cited][:4] == [(1, "p6"), (2, "p1"), (3, "p2"), (4, "p3")]


def test_a_post_that_must_not_be_shown_has_no_text() -> None:
    (withheld,) = [post for post in made().cited if post.withheld]
    assert (withheld.post, withheld.text) == ("p7", "")


def test_a_cited_post_that_is_missing_is_loud() -> None:
    with pytest.raises(KeyError):
        made(*ROWS[1:])


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        (author("anna"), "@anna"),
        (author("@anna"), "@anna"),
        (author("anna@social.example"), "@anna@social.example"),
        (replace(author(), handle=None, name="Anna B"), "Anna B"),
        (replace(author(), handle=None, name="call 22 33 44 55"), None),
        (None, None),
    ],
)
def test_an_author_is_shown_by_handle_else_by_name(who: Any, shown: str | None) -> None:
    rows = [replace(row, post=replace(row.post, author=who)) if row.post.id == "p1" else row for row in ROWS]
    assert next(post.author for post in made(*rows).cited if post.post == "p1") == shown


HOUR = timedelta(hours=1)


def steps(hours: float, *rows: Any, **changes: Any) -> Any:
    window = Span(since=NOON, until=NOON + timedelta(hours=hours))
    return timeline(brief(**{"window": window, "gaps": ()} | changes), rows, "Europe/Oslo")


def test_a_timeline_is_in_hours_up_to_four_days_and_then_in_local_days() -> None:
    assert len(steps(MOST_POINTS)) == MOST_POINTS
    days = steps(MOST_POINTS + 1)
    assert len(days) == 5
    assert {point.since.astimezone(UTC).hour for point in days} == {23}  # midnight in Oslo in winter


@pytest.mark.parametrize("days", [5, 96, 97, 500, 4_000])
def test_a_timeline_has_at_most_so_many_steps_and_holds_the_window(days: int) -> None:
    points = steps(24 * days)
    assert len(points) <= MOST_POINTS
    assert points[0].since <= NOON
    assert points[-1].until >= NOON + timedelta(days=days)
    assert all(before.until == after.since for before, after in pairwise(points))


def test_a_timeline_counts_opinions_by_tone_and_leaves_copies_out() -> None:
    rows = [
        understood(post("a", minutes=5)),
        understood(post("b", minutes=6), sentiment=sentiment("positive")),
        understood(post("c", minutes=7), kind="reporting"),
        understood(post("d", minutes=8), sentiment=sentiment(unclear=True)),
        understood(post("e", minutes=9), copy_of=PostId("a")),
        understood(post("f", minutes=9), flood="one account"),
        understood(post("g", minutes=9), link=None, elsewhere=StoryId("ferry")),
        understood(post("h", created_at=None)),
        understood(post("i", minutes=180)),  # at the very end: in the last step
    ]
    points = steps(3, *rows)
    assert [(p.posts, p.negative, p.neutral, p.positive) for p in points] == [
        (4, 1, 0, 1),
        (0, 0, 0, 0),
        (1, 1, 0, 0),
    ]


def test_a_step_is_unread_where_a_gap_touches_it_or_nothing_was_read() -> None:
    gap = Gap(source="x", query=None, since=NOON + HOUR / 2, until=NOON + HOUR, reason="429")
    read = ReadWindow(source="x", query=None, since=NOON, until=NOON + 2 * HOUR, at=NOON)
    assert [point.unread for point in steps(3, gaps=(gap,), reads=(read,))] == [True, False, True]


def test_a_window_without_a_begin_starts_with_its_first_post() -> None:
    window = Span(since=None, until=NOON + 2 * HOUR)
    points = timeline(brief(window=window), [understood(post("a", minutes=70))], "UTC")
    assert [point.since for point in points] == [NOON + HOUR]
    assert timeline(brief(window=window), [], "UTC") == ()
