"""Pages in, posts and stories out: one transaction a page, whatever the order, and nothing lost to a broken row."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from monitor.errors import StoreMissing, StoreTooNew
from monitor.model import Author, Cost, Gap, Image, Page, PostId, Rejected, Span, StoryId, Tally
from monitor.store import Store
from tests.builders import NOON, author, post, story

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.model import Post

LATER = NOON + timedelta(hours=1)


def save(store: Store, *posts: Post, **page: object) -> Tally:
    return store.save_page(replace(Page(posts=posts), **page), source="x", query="ferry", at=NOON)  # type: ignore[arg-type]


def test_what_is_saved_is_read_back_after_reopening(tmp_path: Path) -> None:
    sent = post(
        author=author(description="Farmer", followers=12, verified=False, created_at=NOON - timedelta(days=900)),
        likes=0,
        reposts=2,
        links=("https://b.example/2", "https://a.example/1"),
        found_for=(StoryId("ferry"),),
        revision=1,
    )
    told = story(
        image=Image(url="https://img.example/1", caption="A boat", ai_generated=True), target="the closure"
    )
    with Store.open(tmp_path / "new" / "s.db") as store:
        save(store, sent, stories=(told,))
    with Store.open(tmp_path / "new" / "s.db", read_only=True) as store:
        assert list(store.posts()) == [sent]
        assert store.stories() == [told] == [store.story(told.id)]
        assert store.count_posts() == 1
        assert store.story(StoryId("other")) is None


def test_a_page_that_fails_midway_keeps_nothing_and_moves_no_cursor() -> None:
    store = Store.in_memory()
    broken = Page(
        posts=(post(),),
        cursor="next",
        covered=Span(since=None, until=NOON),
        unread=(("key", 2**70),),
        cost=Cost(posts=1),
    )
    with pytest.raises(OverflowError):
        store.save_page(broken, source="x", query="ferry", at=NOON)
    assert list(store.posts()) == []
    assert store.cursor("x", "ferry") is None
    assert store.reads(Span(since=None, until=None)) == []
    assert store.tallies() == {}
    assert store.costs() == {}


def test_a_page_moves_its_own_cursor_and_none_without_one() -> None:
    store = Store.in_memory()
    save(store, cursor="c1")
    save(store, cursor=None)
    assert store.cursor("x", "ferry") == "c1"
    assert store.cursor("x", "bridge") is None


def test_a_post_seen_twice_is_a_duplicate_and_what_was_missing_is_filled_in() -> None:
    store = Store.in_memory()
    save(store, post(likes=3, author=None, created_at=None, found_for=(StoryId("b"),)))
    tally = store.save_page(
        Page(posts=(post(likes=9, replies=1, found_for=(StoryId("a"),)),)), source="x", query="q", at=LATER
    )
    assert tally == Tally(duplicate=1)
    both = (StoryId("a"), StoryId("b"))
    assert list(store.posts()) == [post(likes=3, replies=1, found_for=both)]


def test_an_edit_appends_a_version_and_the_highest_revision_is_current() -> None:
    store = Store.in_memory()
    first, edited = post(text="Ten dead"), post(text="Twelve dead", revision=1)
    assert save(store, edited) == Tally(stored=1)
    assert store.save_page(Page(posts=(first,)), source="x", query="q", at=LATER) == Tally(stored=1)
    assert list(store.posts()) == [edited]


def test_without_a_revision_the_text_seen_last_is_current_even_one_that_was_there_before() -> None:
    store = Store.in_memory()
    for hours, text in enumerate(["first", "second", "first"]):
        store.save_page(Page(posts=(post(text=text),)), source="x", query="q", at=NOON + timedelta(hours=hours))
    assert [one.text for one in store.posts()] == ["first"]


def test_no_order_of_pages_changes_what_is_read_back() -> None:
    rng = random.Random(3)  # noqa: S311 - examples, not secrets
    sightings = [
        (
            post(
                f"p{rng.randrange(6)}",
                text=rng.choice(["one text", "another text"]),
                revision=rng.choice([0, 0, 1]),
                author=rng.choice([None, author(), Author(id="u-anna"), author(name="A")]),
                likes=rng.choice([None, 1, 2]),
                replies=rng.choice([None, 5, 6]),
                created_at=rng.choice([None, NOON]),
                lang=rng.choice([None, "en"]),
                links=rng.choice([(), ("https://a.example/",)]),
                found_for=tuple(rng.sample([StoryId("a"), StoryId("b"), StoryId("c")], rng.randrange(3))),
            ),
            NOON + timedelta(hours=rng.randrange(3)),
        )
        for _ in range(60)
    ]
    sightings += [
        (post("p5", deleted=True), NOON),
        (post("r1", repost_of=PostId("p5")), NOON),
        (post("r2", repost_of=PostId("r1")), NOON),
        (post("r3", repost_of=PostId("r2")), LATER),
        (post("r4", repost_of=PostId("p0")), LATER),
    ]
    told = [story(title="One"), story(title="Two"), story(title="Three", lead="")]
    seen = set()
    for _ in range(25):
        rng.shuffle(sightings)
        rng.shuffle(told)
        store = Store.in_memory()
        for one, at in sightings:
            store.save_page(Page(posts=(one,)), source="x", query="q", at=at)
        store.save_page(Page(stories=tuple(told)), source="x", query="q", at=NOON)
        gone = tuple(stone.id_hash for stone in store.all_tombstones())
        seen.add((tuple(store.posts()), tuple(store.stories()), gone))
    assert len(seen) == 1
    ((posts, _, gone),) = seen
    assert len(posts) > 0
    assert len(gone) >= 2


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (post("bad", text="half \ud83d of a pair"), "it holds half of a surrogate pair"),
        (post("bad", text="cut\0off"), "it holds a NUL character"),
        (post("bad", likes=2**63), "it holds a number beyond 64 bits"),
        (post("bad", author=author(description="\udc00")), "it holds half of a surrogate pair"),
        (post("bad", found_for=(StoryId("\ud800"),)), "it holds half of a surrogate pair"),
        (post("b\0d"), "it holds a NUL character"),
    ],
)
def test_a_row_that_cannot_be_stored_is_quarantined_and_the_others_stay(broken: Post, reason: str) -> None:
    store = Store.in_memory()
    assert save(store, post("p1"), broken, post("p2"), cursor="c") == Tally(stored=2, quarantined=1)
    assert [one.id for one in store.posts()] == ["p1", "p2"]
    assert [(source, why) for source, why, _ in store.quarantine()] == [("x", reason)]
    assert store.cursor("x", "ferry") == "c"


def test_a_story_that_cannot_be_stored_is_quarantined() -> None:
    store = Store.in_memory()
    tally = store.save_stories([story(), story(id="bad", lead="\ud800")], source="feed", at=NOON)
    assert tally == Tally(stored=1, quarantined=1)
    assert store.tallies() == {"feed": tally}


def test_what_a_source_rejected_is_kept_once_and_counted_each_time() -> None:
    store = Store.in_memory()
    broken = Rejected(raw="{\0\ud800" + "x" * 20_000, reason="no id", id="\ud800")
    for _ in range(2):
        save(store, rejected=(broken,))
    ((source, reason, raw),) = store.quarantine()
    assert (source, reason) == ("x", "no id")
    assert raw.startswith("{\\0\\ud800xxx")
    assert len(raw) <= 10_000
    assert store.tallies() == {"x": Tally(quarantined=2)}


def test_everything_received_is_accounted_for() -> None:
    store = Store.in_memory()
    page = Page(
        posts=(post("a"), post("a"), post("b", deleted=True), post("c", likes=2**64)),
        stories=(story(), story()),
        rejected=(Rejected(raw="?", reason="no id"),),
    )
    tally = store.save_page(page, source="x", query="q", at=NOON)
    assert tally == Tally(stored=2, duplicate=2, quarantined=2, deleted=1)
    assert tally.received == page.received


def test_costs_add_up_by_source_and_since_a_time() -> None:
    store = Store.in_memory()
    save(store, cost=Cost(requests=1, posts=10, microdollars=50_000))
    store.save_page(Page(cost=Cost(requests=1)), source="x", query="", at=LATER)
    assert store.costs() == {"x": Cost(requests=2, posts=10, microdollars=50_000)}
    assert store.costs(since=LATER) == {"x": Cost(requests=1)}


def test_unknown_keys_are_counted() -> None:
    store = Store.in_memory()
    for _ in range(2):
        save(store, unread=(("mood", 3), ("\ud800", 1)))
    assert store.unread_keys() == {"x": {"mood": 6, "\\ud800": 2}}


def test_the_story_seen_later_stands() -> None:
    store = Store.in_memory()
    store.save_stories([story(title="Now")], source="feed", at=LATER)
    assert store.save_stories([story(title="Before")], source="feed", at=NOON) == Tally(duplicate=1)
    assert [one.title for one in store.stories()] == ["Now"]


def test_ids_that_look_like_numbers_stay_as_they_are() -> None:
    store = Store.in_memory()
    save(store, post("01"), post("1"), post("1.0"))
    assert [one.id for one in store.posts()] == ["01", "1", "1.0"]


def test_reading_never_makes_a_file(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="there is no store here"):
        Store.open(tmp_path / "s.db", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_store_cannot_be_written(tmp_path: Path) -> None:
    Store.open(tmp_path / "s.db").close()
    with Store.open(tmp_path / "s.db", read_only=True) as store, pytest.raises(sqlite3.OperationalError):
        save(store, post())


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize("content", [b"these are notes, not a database" * 40, b"SQLite format 3\0" + b"\xff" * 200])
def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, content: bytes, *, read_only: bool) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(StoreMissing, match=r"notes\.txt: is not a store"):
        Store.open(path, read_only=read_only)
    assert path.read_bytes() == content


@pytest.mark.parametrize("read_only", [True, False])
def test_somebody_elses_database_is_left_alone(tmp_path: Path, *, read_only: bool) -> None:
    path = tmp_path / "theirs.db"
    theirs = sqlite3.connect(path)
    theirs.execute("CREATE TABLE recipes (name TEXT)")
    theirs.close()
    before = path.read_bytes()
    with pytest.raises(StoreMissing, match="is not a store of this program"):
        Store.open(path, read_only=read_only)
    assert path.read_bytes() == before


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="cannot be opened"):
        Store.open(tmp_path)


@pytest.mark.parametrize("read_only", [True, False])
def test_a_store_of_a_newer_program_is_refused(tmp_path: Path, *, read_only: bool) -> None:
    path = tmp_path / "s.db"
    Store.open(path).close()
    newer = sqlite3.connect(path)
    newer.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('monitor', '9999_moods', '')"
    )
    newer.commit()
    newer.close()
    with pytest.raises(StoreTooNew, match="9999_moods"):
        Store.open(path, read_only=read_only)


def test_a_store_of_an_older_program_is_not_brought_up_to_date_by_reading(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    Store.open(path).close()
    older = sqlite3.connect(path)
    older.execute("DELETE FROM _sqlite_migrations WHERE name = (SELECT max(name) FROM _sqlite_migrations)")
    older.commit()
    older.close()
    with pytest.raises(StoreMissing, match="older version"):
        Store.open(path, read_only=True)


def test_a_healthy_store_has_nothing_wrong_and_an_orphan_is_found(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        save(store, post(), gaps=(Gap(source="x", query=None, since=None, until=NOON, reason="429"),))
        assert store.integrity_check() == []
    raw = sqlite3.connect(tmp_path / "s.db")
    raw.execute("DELETE FROM posts")
    raw.commit()
    raw.close()
    with Store.open(tmp_path / "s.db") as store:
        assert store.integrity_check() == ["versions: a row without its posts"]
