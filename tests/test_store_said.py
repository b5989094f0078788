"""Briefs come back as they were said, reports and messages are one, a message is never doubled, runs are kept."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from monitor.model import (
    Brief,
    Claim,
    Figures,
    Gap,
    GapCitation,
    Group,
    Input,
    Interval,
    LeftOut,
    PostCitation,
    PostId,
    ReadCitation,
    ReadWindow,
    Run,
    Span,
    StoryId,
    TombstoneCitation,
    Tones,
)
from monitor.store import NewMessage, PublishedReport, Store
from monitor.store.said import without
from tests.builders import NOON

if TYPE_CHECKING:
    from pathlib import Path

FERRY = StoryId("ferry")
GAP = Gap(source="x", query="ferry", since=None, until=NOON, reason="429", read=3, of_about=210)
CITED = PostCitation(post=PostId("p1"), url="https://x.example/1", quote="a «quote» — ünïcode", language="en")


def group(*posts: str, **changes: Any) -> Group:
    ids = tuple(PostId(one) for one in posts)
    made = Group(
        id=ids[0], label=("ferry", "stay"), language="en", stance="oppose", tone="negative", voices=len(ids),
        posts=ids, quote=replace(CITED, post=ids[0]), roles=(("farmer", ids[-1]),),
    )  # fmt: skip
    return replace(made, **changes)


def brief(**changes: Any) -> Brief:
    """One brief with every kind of citation, number and word in it."""
    numbers = (("voices", 3), ("share", 0.25), ("whole", 5.0), ("large", 2**70))
    claims = (
        Claim(kind="volume", numbers=numbers, words=(("qualifier", "very limited"),), citations=(CITED,)),
        Claim(
            kind="group",
            words=(("group", "p1"), ("label", ("ferry", "stay"))),
            citations=(CITED, replace(CITED, post=PostId("p2"), url=None, quote=None, language=None)),
        ),
        Claim(kind="volume", citations=(ReadCitation(source="x", query=None, since=None, until=NOON),)),
        Claim(kind="deleted", numbers=(("posts", 1),), citations=(TombstoneCitation(story=FERRY, count=1),)),
        Claim(kind="gap", citations=(GapCitation(gap=GAP),)),
    )
    figures = Figures(
        people=3, posts=4, opinion_posts=3, opinion_voices=3, reporting_posts=1, question_posts=0, other_posts=0,
        raw=Tones(negative=3, unclear=1), by_voice=Tones(negative=3),
        opinions=Tones(negative=3),
        net=Interval(low=-1.0, value=-0.1 - 0.2, high=-0.0, level=0.9),
        languages=(("en", 3),), platforms=(("x", 3),),
    )  # fmt: skip
    made = Brief(
        story=FERRY, window=Span(since=None, until=NOON), as_of=NOON, qualifier="very limited", voices=3, posts=4,
        figures=figures, groups=(group("p1", "p2"), group("p3")), split=False, minority=PostId("p3"), claims=claims,
        left_out=LeftOut(copies=2), gaps=(GAP,),
        reads=(ReadWindow(source="x", query="q", since=None, until=NOON, at=NOON, stories=(FERRY,)),),
        inputs=tuple(Input(post=PostId(one), text_hash="t", finding="f") for one in ("p3", "p1", "p2")),
        tombstones=1, written_by="rules", previous="0123456789abcdef",
    )  # fmt: skip
    return replace(made, **changes)


def later(said: Brief, hours: int) -> Brief:
    time = NOON + timedelta(hours=hours)
    return replace(said, as_of=time, window=Span(since=None, until=time))


def report(said: Brief) -> PublishedReport:
    return PublishedReport(
        story=said.story, as_of=said.as_of, language="en", folder="ferry-1", brief_hash=said.hash, report_hash="r1"
    )


def message(key: str = "ferry:2026-02-03", **changes: Any) -> NewMessage:
    return replace(NewMessage(channel="slack", key=key, op="post", payload="{}", fingerprint="f"), **changes)


def test_a_brief_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    said = brief()
    with Store.open(tmp_path / "s.db") as store:
        store.save_brief(said, at=NOON)
    with Store.open(tmp_path / "s.db", read_only=True) as store:
        back = store.latest_brief(FERRY)
    assert back == said
    assert back is not None
    assert (back.hash, back.fingerprint) == (said.hash, said.fingerprint)


def test_the_brief_saved_last_is_the_latest_and_waits_until_it_has_a_report() -> None:
    store = Store.in_memory()
    first, second = brief(), later(brief(), 1)
    store.save_brief(first, at=NOON)
    store.save_brief(replace(first, story=StoryId("bridge")), at=NOON)
    store.save_brief(second, at=NOON)
    assert [(one.story, one.as_of) for one in store.unpublished_briefs()] == [
        ("bridge", NOON),
        ("ferry", second.as_of),
    ]
    store.publish(report(second), [], at=NOON)
    assert [one.story for one in store.unpublished_briefs()] == ["bridge"]
    assert store.latest_brief(FERRY) == second
    store.save_brief(second, at=NOON)
    assert [one.story for one in store.unpublished_briefs()] == ["bridge"]


def test_the_last_brief_is_the_last_published_with_an_earlier_as_of() -> None:
    store = Store.in_memory()
    said = [later(brief(), hours) for hours in (2, 0, 1)]
    for one in said:
        store.save_brief(one, at=NOON)
        store.publish(report(one), [], at=NOON)
    store.save_brief(later(brief(), 3), at=NOON)
    assert store.published_before(FERRY, NOON) is None
    assert store.published_before(FERRY, NOON + timedelta(hours=2)) == said[2]
    assert store.published_before(FERRY, NOON + timedelta(hours=9)) == said[0]
    assert [one.as_of for one in store.reports(FERRY)] == [one.as_of for one in said]
    assert store.reports(StoryId("bridge")) == []


def test_a_report_and_its_messages_are_kept_together_or_not_at_all() -> None:
    store = Store.in_memory()
    said = brief()
    store.save_brief(said, at=NOON)
    store.publish(report(said), [message()], at=NOON)
    other = later(said, 1)
    store.save_brief(other, at=NOON)
    with pytest.raises(sqlite3.IntegrityError):
        store.publish(report(other), [message("new"), message()], at=NOON)
    assert [one.as_of for one in store.unpublished_briefs()] == [other.as_of]
    assert [one.key for one in store.messages()] == ["ferry:2026-02-03"]


def test_a_key_is_posted_once_and_again_only_where_it_failed() -> None:
    store = Store.in_memory()
    store.publish(report(brief()), [message()], at=NOON)
    store.publish(report(brief()), [message(op="update"), message(op="update"), message(channel="other")], at=NOON)
    first = store.messages()[0]
    store.mark(first.id, "failed", problem="no such channel", at=NOON)
    store.publish(report(brief()), [message(fingerprint="g")], at=NOON)
    last = store.messages_of("slack", first.key)[-1]
    assert (last.op, last.fingerprint, len(store.messages())) == ("post", "g", 5)
    assert store.messages_of("slack", "another") == []


def test_a_message_moves_from_state_to_state() -> None:
    store = Store.in_memory()
    store.publish(report(brief()), [message("a"), message("b")], at=NOON)
    first, second = store.unfinished_messages()
    store.mark(first.id, "sending", at=NOON)
    assert [one.state for one in store.unfinished_messages()] == ["sending", "pending"]
    store.mark(first.id, "sent", receipt="171.1", at=NOON)
    store.mark(first.id, "sent", at=NOON)
    soon = NOON + timedelta(minutes=1)
    store.mark(second.id, "pending", problem="429", not_before=soon, at=NOON)
    assert store.unfinished_messages() == [replace(second, problem="429", not_before=soon)]
    assert store.messages_of("slack", "a") == [replace(first, state="sent", attempts=1, receipt="171.1")]
    with pytest.raises(KeyError):
        store.mark(99, "sent", at=NOON)


def test_a_brief_without_a_post_has_no_trace_of_it_and_keeps_its_figures() -> None:
    said = brief()
    left = without(said, {PostId("p1")})
    assert "p1" not in repr(left)
    assert left.figures == said.figures
    assert [one.posts for one in left.groups] == [("p2",), ("p3",)]
    assert left.claims[0].citations == (TombstoneCitation(story=FERRY, count=1),)
    assert left.claims[1].word("group") == "p2"
    assert left.claims[2:] == said.claims[2:]
    assert without(said, {PostId("p9")}) == said
    assert without(said, {PostId("p3")}).minority is None


def test_runs_are_kept_newest_first_and_found_by_their_period() -> None:
    store = Store.in_memory()
    runs = [
        Run(
            id=f"r{number}",
            job="hourly",
            step="collect",
            period=f"2026-02-03T{number}",
            started_at=NOON + timedelta(hours=number),
        )
        for number in range(3)
    ]
    for run in runs:
        store.begin_run(run)
    store.end_run("r1", ended_at=NOON, problem="x: 429")
    ended = replace(runs[1], ended_at=NOON, problem="x: 429")
    assert store.runs(2) == [runs[2], ended]
    assert store.last_run("hourly", "2026-02-03T1") == ended
    assert store.last_run("daily", "2026-02-03T1") is None
    with pytest.raises(KeyError):
        store.end_run("r9", ended_at=NOON, problem=None)
