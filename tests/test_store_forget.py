"""What is forgotten is gone from every table and from the file; a tombstone stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from monitor.model import Input, Link, Page, PostCitation, PostId, Span, StoryId, Tally, Tombstone, id_hash
from monitor.store import NewMessage, PublishedReport, Store
from tests.builders import NOON, post, sentiment, understood
from tests.test_store_said import brief, group

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.model import Post

FERRY = StoryId("ferry")
SECRET = "Zanzibar ferries forever"


def saved(store: Store, *posts: Post) -> None:
    store.save_page(Page(posts=posts), source="x", query="q", at=NOON)


def test_a_forgotten_post_goes_with_its_reposts_and_copies_and_theirs() -> None:
    store = Store.in_memory()
    root, repost, again = post("a"), post("b", repost_of=PostId("a")), post("c", repost_of=PostId("b"))
    copy, reply = post("d", by="bo"), post("e", reply_to=PostId("a"), quote_of=PostId("a"), text="I agree")
    saved(store, root, repost, again, copy, reply)
    store.save_findings(
        [understood(root).finding, understood(copy, copy_of=root.id, copy_reason="copy").finding], maker="m"
    )
    assert store.forget([root.id], at=NOON) == 4
    assert list(store.posts()) == [reply]
    assert [stone.id_hash for stone in store.all_tombstones()] == sorted(id_hash(PostId(one)) for one in "abcd")
    assert store.tombstones(FERRY) == 2  # of the other two nobody had said what they are about


def test_a_forgotten_post_is_never_stored_again_nor_a_repost_of_it() -> None:
    store = Store.in_memory()
    saved(store, post("a"))
    store.forget([PostId("a"), PostId("never seen")])
    late = Page(posts=(post("a"), post("b", repost_of=PostId("a")), post("never seen"), post("c")))
    assert store.save_page(late, source="x", query="q", at=NOON) == Tally(stored=1, deleted=3)
    assert [one.id for one in store.posts()] == ["c"]


def test_nothing_of_a_forgotten_text_stays_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with Store.open(path) as store:
        made = post("a-telling-id", text=SECRET, url="https://x.example/a-telling-id?x=1&y=2")
        edited = replace(made, text=f"{SECRET}!", revision=1)
        saved(store, post("other"), made, edited)
        row = understood(made)
        store.save_findings([row.finding], maker="m")
        store.save_findings([understood(edited).finding], maker="m")
        store.save_scores("vader", {made.text_hash: sentiment(), edited.text_hash: sentiment()})
        cited = PostCitation(post=made.id, url=made.url, quote=SECRET)
        said = brief(
            groups=(group(made.id, quote=cited),),
            minority=made.id,
            inputs=(Input(post=made.id, text_hash=made.text_hash, finding=row.finding.version),),
        )
        store.save_brief(said, at=NOON)
        report = PublishedReport(
            story=FERRY, as_of=NOON, language="en", folder="out", brief_hash=said.hash, report_hash="r"
        )
        linked = f'{{"text": "{made.url}"}}'
        store.publish(
            report, [NewMessage(channel="s", key="k", op="post", payload=linked, fingerprint="f")], at=NOON
        )
        store.save_brief(replace(said, voices=2), at=NOON)
        store.forget([made.id])
        assert store.cached_scores("vader", [made.text_hash, edited.text_hash]) == {}
        assert store.messages() == []
        assert store.unpublished_briefs() == []
        published = store.latest_brief(FERRY)
        assert published is not None
        assert (published.groups, published.minority, published.inputs) == ((), None, ())
        assert published.voices == said.voices
    (file,) = tmp_path.iterdir()
    raw = file.read_bytes()
    assert SECRET.encode() not in raw
    assert b"a-telling-id" not in raw
    assert b"p-other" not in raw
    assert b"other" in raw


def test_a_score_stays_while_another_post_has_the_text() -> None:
    store = Store.in_memory()
    saved(store, post("a"), post("b", by="bo"))
    store.save_scores("vader", {post().text_hash: sentiment()})
    store.forget([PostId("a")])
    assert set(store.cached_scores("vader", [post().text_hash])) == {post().text_hash}
    store.forget([PostId("b")])
    assert store.cached_scores("vader", [post().text_hash]) == {}


def test_a_tombstone_keeps_the_story_and_the_time() -> None:
    store = Store.in_memory()
    made = post("a", minutes=5)
    saved(store, made, post("b", found_for=(StoryId("bridge"),), created_at=None))
    other = understood(made, link=Link(story=StoryId("tunnel"), reason="url", strength=1.0))
    store.save_findings([other.finding], maker="m")
    store.forget([made.id, PostId("b")])
    stones = {stone.id_hash: stone for stone in store.all_tombstones()}
    assert stones[id_hash(made.id)] == Tombstone(
        id_hash=id_hash(made.id), story=StoryId("tunnel"), created_at=made.created_at
    )
    assert stones[id_hash(PostId("b"))].story == "bridge"


def test_tombstones_are_counted_in_the_window_they_were_written_in() -> None:
    store = Store.in_memory()
    for name, time in [("a", NOON), ("b", None)]:
        store.save_tombstones([Tombstone(id_hash=id_hash(PostId(name)), story=FERRY, created_at=time)])
    assert store.tombstones(FERRY) == 2
    assert store.tombstones(FERRY, Span(since=NOON, until=None)) == 1
    assert store.tombstones(FERRY, Span(since=None, until=NOON)) == 0
    assert store.tombstones(StoryId("bridge")) == 0


def test_what_the_caller_says_of_a_deleted_post_stands_over_a_guess() -> None:
    store = Store.in_memory()
    gone = post("a", deleted=True, found_for=(StoryId("bridge"),))
    saved(store, gone)
    assert store.tombstones(StoryId("bridge")) == 1
    store.save_tombstones([Tombstone(id_hash=id_hash(gone.id), story=FERRY, created_at=None)])
    saved(store, gone)
    (stone,) = store.all_tombstones()
    assert (stone.story, stone.created_at) == (FERRY, gone.created_at)


def test_a_tombstone_removes_the_stored_post_it_names() -> None:
    store = Store.in_memory()
    saved(store, post("a"), post("b", repost_of=PostId("a")), post("c"))
    store.save_tombstones([Tombstone(id_hash=id_hash(PostId("a")), story=FERRY, created_at=None)])
    assert [one.id for one in store.posts()] == ["c"]


@pytest.mark.parametrize(
    "broken", [{"text": "\ud800"}, {"likes": 2**70}, {"text": "a\0b"}, {"found_for": (StoryId("\ud800"),)}]
)
def test_a_deletion_is_obeyed_whatever_else_is_broken_in_it(broken: dict[str, object]) -> None:
    store = Store.in_memory()
    saved(store, post("a"))
    page = Page(posts=(replace(post("a"), deleted=True, **broken),))  # type: ignore[arg-type]
    assert store.save_page(page, source="x", query="q", at=NOON) == Tally(deleted=1)
    assert list(store.posts()) == []


def test_a_deleted_post_whose_id_is_broken_stops_nothing() -> None:
    store = Store.in_memory()
    page = Page(posts=(post("\ud800", deleted=True), post("b\0d", deleted=True), post("good")))
    assert store.save_page(page, source="x", query="q", at=NOON) == Tally(stored=1, deleted=2)


def test_what_was_forgotten_makes_the_understanding_old() -> None:
    store = Store.in_memory()
    saved(store, post("a"))
    store.save_findings([understood(post("a")).finding], maker="m")
    store.forget([PostId("unknown")])
    assert store.understood_is_current("m")
    store.forget([PostId("a")])
    assert not store.understood_is_current("m")
