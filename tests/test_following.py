"""Which stories are asked about and until when, whose answers are read too, and what is learned to leave out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from jobs.cli import main
from jobs.collect import collect
from jobs.follow import reconciled
from jobs.following import conversations, followed
from jobs.understand import understand
from monitor.model import Page, Post, PostId, Query, StoryId
from monitor.protocols import Metered
from monitor.queries import exclusions
from monitor.sources.x import XOptions
from monitor.store import Store
from tests.builders import NOON, post, story
from tests.fakes.services import build
from tests.fakes.web import FakeWeb, Reply
from tests.fakes.x import TOKEN, FakeX, counts, ok
from tests.fakes.x_compliance import Compliance
from tests.fakes.x_stream import StreamX, x_id

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from monitor.model import Story
    from tests.fakes.web import Asked

NOW = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FERRY = StoryId("ferry")


# --- When a story ends ---------------------------------------------------------------------------------


def asked(
    one: Story, *, came_from: str = "config", heard: datetime | None = None, quiet: timedelta | None = 7 * DAY
) -> bool:
    return followed(
        [one],
        named={"ferry"} if came_from == "config" else set(),
        feeds={"courier"},
        came_from={one.id: came_from},
        last_heard={one.id: heard} if heard else {},
        quiet=quiet,
        now=NOW,
    ) == [one]


def test_a_story_is_asked_about_until_it_has_been_quiet_for_a_week() -> None:
    old = story(published_at=NOW - 30 * DAY)
    assert asked(story(published_at=NOW - 6 * DAY))
    assert not asked(old)
    assert asked(old, heard=NOW - 2 * DAY)
    assert not asked(old, heard=NOW - 8 * DAY)
    assert asked(old, quiet=None)
    assert asked(story(published_at=None))


def test_stories_of_feeds_are_asked_about_and_imported_ones_are_not() -> None:
    new = story(published_at=NOW - DAY)
    assert asked(new, came_from="courier")
    assert not asked(new, came_from="import:rows.jsonl")


def test_an_ended_story_costs_nothing_and_still_takes_imported_posts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("X_TOKEN", TOKEN)
    with StreamX({"sundvik ferry": [NOW - timedelta(hours=1)]}) as fake:
        (tmp_path / "config.toml").write_text(
            f'[[sources]]\nkind = "x"\ntoken = "env:X_TOKEN"\napi = "{fake.url}"\n[[stories]]\nid = "ferry"\n'
            'title = "The Sundvik ferry closes"\nquery = "sundvik ferry"\npublished_at = 2026-01-10T08:00:00Z\n'
        )
        assert main(["run", "collect", "--as-of", "2026-02-03T12:00:00Z"]) == 0
        assert (fake.searches, fake.bill) == ([], 0)
        rows = {"id": "p", "platform": "x", "text": "The Sundvik ferry!", "created_at": "2026-02-02T09:00:00Z"}
        (tmp_path / "rows.jsonl").write_text(json.dumps({**rows, "found_for": ["ferry"]}) + "\n")
        assert main(["import", "rows.jsonl"]) == 0
        # Somebody speaks of it again, so it is asked about again.
        assert main(["run", "collect", "--as-of", "2026-02-03T12:00:00Z"]) == 0
        assert len(fake.searches) == 1


# --- Conversations -------------------------------------------------------------------------------------


def test_the_answers_to_the_most_answered_cited_posts_are_read_and_belong_to_the_story_by_their_thread() -> None:
    root, small, answer = (x_id(NOW - n * timedelta(hours=1), n) for n in (3, 2, 1))
    row = {
        "id": answer,
        "text": "Quite so, my friend",
        "author_id": "9",
        "referenced_tweets": [{"type": "replied_to", "id": root}],
        "conversation_id": root,
    }

    def search(one: Asked) -> Reply:
        if one.path.endswith("counts/recent"):
            return ok(counts([], one))
        found = one.query["query"] == f"conversation_id:{root}"
        return ok({"data": [row], "meta": {"result_count": 1}} if found else {"meta": {"result_count": 0}})

    with Store.in_memory() as store:
        store.save_stories([story()], source="config", at=NOW)
        loud = post(root, text="The Sundvik ferry must stay", replies=40, created_at=NOW, found_for=(FERRY,))
        quiet = post(small, by="b", text="Keep the Sundvik ferry, please", replies=2, found_for=(FERRY,))
        store.save_page(Page(posts=(loud, quiet)), source="x", query="", at=NOW)
        understand(store, reader=None)
        _brief(store)
        wanted = {"x": XOptions(token="env:X_TOKEN", conversations=1)}
        (query,) = conversations(store, store.stories(), wanted)
        assert (query.text, query.platform, query.stories) == (f"conversation_id:{root}", "x", ("ferry",))
        assert conversations(store, store.stories(), {"x": XOptions(token="env:X_TOKEN")}) == []
        with FakeWeb(search) as web, FakeWeb(lambda _: ok({"hits": []})) as hn:
            sources = [build("x", web.url, name="x", store=store), build("hackernews", hn.url, name="hn")]
            assert collect(store, sources, [query], now=NOW + timedelta(minutes=5)) == []
            assert hn.asked == []
        understand(store, reader=None)
        (found,) = [row for row in store.understood() if row.post.id == answer]
    assert found.post.found_for == ()
    assert found.finding.link is not None
    assert (found.finding.link.story, found.finding.link.reason) == ("ferry", "thread")


def _brief(store: Store) -> None:
    from jobs.brief import brief_each  # noqa: PLC0415

    brief_each(store, as_of=NOW + timedelta(minutes=1), window=None)


# --- What X counts ---------------------------------------------------------------------------------------


def test_what_x_counts_as_read_is_compared_with_our_ledger_once_a_day() -> None:
    compliance = Compliance()
    with Store.in_memory() as store, FakeX(compliance=compliance) as fake:
        source = build("x", fake.url, name="x", store=store)
        assert isinstance(source, Metered)
        compliance.usage = 5_000
        assert reconciled(store, [source], now=NOW) == []
        collect(store, [source], [Query(text="Sundvik ferry", stories=(FERRY,))], now=NOW)
        compliance.usage = 5_007
        assert reconciled(store, [source], now=NOW + DAY) == []
        compliance.usage = 9_000
        assert reconciled(store, [source], now=NOW + DAY + timedelta(hours=1)) == []
        (problem,) = reconciled(store, [source], now=NOW + 2 * DAY)
    assert "it counts 3,993 posts read and our ledger 0" in problem


def test_a_source_is_tried_without_reading_or_paying(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("X_TOKEN", TOKEN)
    item = b"<item><title>A</title><guid>1</guid></item>"
    feed = Reply(body=b'<rss version="2.0"><channel><title>T</title>' + item + b"</channel></rss>")
    with FakeX() as x, FakeWeb(lambda _: ok({"hits": [{}]})) as hn, FakeWeb(lambda _: feed) as rss:
        text = (
            f'[[sources]]\nkind = "x"\ntoken = "env:X_TOKEN"\napi = "{x.url}"\n'
            f'[[sources]]\nkind = "hackernews"\napi = "{hn.url}"\nallow_private_hosts = true\n'
            f'[[sources]]\nkind = "rss"\nname = "courier"\nurl = "{rss.url}"\nallow_private_hosts = true\n'
        )
        (tmp_path / "config.toml").write_text(text)
        assert main(["check", "--online"]) == 0
        told = capsys.readouterr().err
        assert "x: the key is accepted; 0 posts read in X's period of 2,000,000" in told
        assert "hackernews: searched" in told
        assert "courier: read; stories in it: 1" in told
        assert (x.searches, x.counts) == ([], [])
        monkeypatch.setenv("X_TOKEN", "another")
        assert main(["check", "--online"]) == 3
        assert "x: X answered 401" in capsys.readouterr().err
    assert not (tmp_path / "monitor.db").exists()


# --- What is learned to leave out ------------------------------------------------------------------------


def test_words_that_only_other_talk_shares_are_learned_and_none_of_the_storys_own() -> None:
    def wrote(who: str, text: str) -> Post:
        return post(f"p-{who}", by=who, text=text, created_at=NOON)

    about = [wrote("a", "The Sundvik ferry sails in April")]
    other = [wrote(who, "Sundvik Rovers win the ferry derby in April") for who in ("b", "c", "d")]
    who = other[0].author
    one_voice = [Post(id=PostId(f"q{n}"), platform="x", author=who, text="tickets tickets") for n in range(9)]
    assert exclusions(story(), about, [*other, *one_voice]) == ["derby", "rovers", "win"]
    assert exclusions(story(), about, other[:2]) == []
    assert exclusions(story(), other, other) == []
