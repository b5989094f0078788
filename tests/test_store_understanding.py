"""Findings name what they say, older ones stay readable, and what arrives meanwhile is still to be understood."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from monitor.model import Input, Link, Page, PostId, StoryId, Understood
from monitor.store import Store
from tests.builders import NOON, post, sentiment, story, understood
from tests.test_store_said import brief

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.model import Post

FERRY = StoryId("ferry")


def saved(store: Store, *posts: Post) -> None:
    store.save_page(Page(posts=posts), source="x", query="q", at=NOON)


def asked(row: Understood) -> Input:
    return Input(post=row.post.id, text_hash=row.finding.text_hash, finding=row.finding.version)


def test_what_was_understood_comes_by_time_and_id_those_without_a_time_first() -> None:
    store = Store.in_memory()
    posts = [post("b", minutes=1), post("c", minutes=0), post("a", minutes=1), post("d", created_at=None)]
    saved(store, *posts, post("not understood"))
    assert store.save_findings([understood(one).finding for one in posts], maker="m") == 4
    assert [row.post.id for row in store.understood()] == ["d", "c", "a", "b"]
    assert store.understood() == [understood(post) for post in sorted(posts, key=lambda one: "dcab".index(one.id))]


def test_a_story_has_the_posts_linked_to_it_and_those_about_something_else() -> None:
    store = Store.in_memory()
    about, beside, other = post("a"), post("b", minutes=1), post("c")
    saved(store, about, beside, other)
    elsewhere = Link(story=StoryId("bridge"), reason="url", strength=1.0)
    rows = [
        understood(about),
        understood(beside, link=None, elsewhere=FERRY),
        understood(other, link=elsewhere),
    ]
    store.save_findings([row.finding for row in rows], maker="m")
    assert store.understood(FERRY) == rows[:2]
    assert store.understood(StoryId("tunnel")) == []


def test_an_edited_post_stands_with_the_text_that_was_understood_until_it_is_understood_again() -> None:
    store = Store.in_memory()
    first, edited = post(text="Ten dead"), post(text="Twelve dead", revision=1)
    saved(store, first)
    old = understood(first)
    store.save_findings([old.finding], maker="m")
    saved(store, edited)
    assert store.understood() == [old]
    new = understood(edited, kind="reporting")
    store.save_findings([new.finding], maker="m")
    assert store.understood() == [new]
    assert store.exact([asked(old), asked(new)]) == ([old, new], [])


def test_exact_rows_come_in_the_order_asked_and_what_is_missing_is_named() -> None:
    store = Store.in_memory()
    rows = [understood(post(name)) for name in "cab"]
    saved(store, *(row.post for row in rows))
    store.save_findings([row.finding for row in rows], maker="m")
    other_text = replace(asked(rows[0]), text_hash="0" * 16)
    other_finding = replace(asked(rows[0]), finding="0" * 16)
    gone = replace(asked(rows[0]), post=PostId("gone"))
    found, missing = store.exact([other_text, *map(asked, rows), other_finding, gone])
    assert found == rows
    assert missing == [other_text, other_finding, gone]


@pytest.mark.parametrize("value", [0, -0.0, 1, 0.1 + 0.2, 1e-300])
def test_a_finding_read_back_has_the_version_it_is_kept_under(value: float) -> None:
    store = Store.in_memory()
    saved(store, post())
    made = understood(post(), sentiment=sentiment("neutral", value=value, confidence=value), link=None)
    store.save_findings([made.finding], maker="m")
    (row,) = store.understood()
    assert row.finding == made.finding
    assert store.exact([asked(row)]) == ([row], [])


def test_a_score_that_is_no_number_is_loud() -> None:
    store = Store.in_memory()
    saved(store, post())
    with pytest.raises(sqlite3.IntegrityError):
        store.save_findings([understood(post(), sentiment=sentiment(value=float("nan"))).finding], maker="m")
    with pytest.raises(sqlite3.IntegrityError):
        store.save_scores("vader/1", {"h1": sentiment(value=float("nan"))})


def test_understanding_is_current_until_something_is_seen_or_another_maker_comes() -> None:
    store = Store.in_memory()
    saved(store, post())
    assert not store.understood_is_current("m/1")
    store.save_findings([understood(post()).finding], maker="m/1")
    assert store.understood_is_current("m/1")
    assert not store.understood_is_current("m/2")
    saved(store, post())
    assert store.understood_is_current("m/1")
    for seen in (post(likes=1), post(text="Another text", revision=1), post("p2"), post(found_for=(FERRY,))):
        store.save_findings([], maker="m/1")
        saved(store, seen)
        assert not store.understood_is_current("m/1"), seen
    store.save_findings([], maker="m/1")
    store.save_stories([story()], source="feed", at=NOON)
    assert not store.understood_is_current("m/1")
    store.save_findings([], maker="m/1")
    store.save_stories([story()], source="feed", at=NOON + timedelta(days=1))
    assert store.understood_is_current("m/1")


def test_what_arrives_while_posts_are_being_understood_is_still_to_be_understood(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store, Store.open(tmp_path / "s.db") as other:
        saved(other, post("a"), post("gone"))
        assert not store.understood_is_current("m")
        findings = [understood(one).finding for one in store.posts()]
        saved(other, post("b"))
        other.forget([PostId("gone")])
        assert store.save_findings(findings, maker="m") == 1
        assert not store.understood_is_current("m")
        assert [row.post.id for row in store.understood()] == ["a"]


def test_findings_are_kept_all_or_none() -> None:
    store = Store.in_memory()
    saved(store, post("a"), post("b"))
    good = understood(post("a")).finding
    broken = understood(post("b"), voice="\ud800").finding
    with pytest.raises(UnicodeEncodeError):
        store.save_findings([good, broken], maker="m")
    assert store.understood() == []


def test_old_findings_are_pruned_unless_a_brief_was_made_from_them() -> None:
    store = Store.in_memory()
    saved(store, post())
    rows = [understood(post(), language=language) for language in ("en", "nb", "ko")]
    for row in rows:
        store.save_findings([row.finding], maker="m")
    store.save_brief(brief(inputs=(asked(rows[0]),)), at=NOON)
    assert store.prune_findings() == 1
    assert store.exact(map(asked, rows)) == ([rows[0], rows[2]], [asked(rows[1])])


def test_scores_are_cached_by_scorer_and_text() -> None:
    store = Store.in_memory()
    store.save_scores("vader/1", {"h1": sentiment("positive", unclear=True), "h2": sentiment()})
    store.save_scores("vader/2", {"h1": sentiment("neutral")})
    assert store.cached_scores("vader/1", ["h1", "h3"]) == {"h1": sentiment("positive", unclear=True)}
    many = {f"t{number}": sentiment() for number in range(40_000)}
    store.save_scores("vader/1", many)
    assert store.cached_scores("vader/1", many) == many


def test_analysts_find_links_and_current_findings(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        saved(store, post())
        for language in ("en", "nb"):
            store.save_findings([understood(post(), language=language).finding], maker="m")
    raw = sqlite3.connect(tmp_path / "s.db")
    assert raw.execute("SELECT post, story, reason, strength FROM links").fetchall() == [
        ("p1", "ferry", "words", 0.95)
    ]
    assert raw.execute("SELECT language, label, stance FROM current_findings").fetchall() == [
        ("nb", "negative", "neither")
    ]
    assert raw.execute("SELECT text FROM current_posts").fetchall() == [(post().text,)]
    raw.close()
