"""The step from findings to briefs, on a real store."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobs.brief import brief_each, brief_from, brief_one, evidence_for, evidence_from
from jobs.encodings import Remembered
from jobs.understand import read_posts
from monitor.model import (
    Beside,
    Encoding,
    Evidence,
    Gap,
    GapCitation,
    Page,
    PostId,
    ReadCitation,
    ReadWindow,
    Span,
    Tombstone,
    Understood,
    id_hash,
)
from monitor.scoring import encoder
from monitor.store import PublishedReport, Store
from tests.builders import NOON, post, story, understood
from tests.ferry_talk import UNTIL, against, in_favour, said
from tests.test_reworded_reports import spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Brief

MADE_BY = "test/1"


def _keep(store: Store, rows: Sequence[Understood], *, read: bool = True) -> None:
    posts = tuple(row.post for row in rows)
    covered = Span(since=None, until=UNTIL) if read else None
    store.save_page(Page(posts=posts, stories=(story(),), covered=covered), source="x", query="ferry", at=NOON)
    store.save_findings([row.finding for row in rows], maker=MADE_BY)


def _publish(store: Store, brief: Brief) -> None:
    report = PublishedReport(
        story=brief.story, as_of=brief.as_of, language="en", folder="ferry", brief_hash=brief.hash, report_hash="0"
    )
    store.publish(report, [], at=brief.as_of)


def test_each_story_gets_a_brief_that_is_kept(store: Store) -> None:
    _keep(store, against(6))
    (brief,) = brief_each(store, as_of=UNTIL)
    assert store.latest_brief(brief.story) == brief
    assert [claim.kind for claim in brief.claims] == ["volume", "group", "no_minority"]


def test_one_brief_keeps_nothing(store: Store) -> None:
    _keep(store, against(6))
    brief = brief_one(store, story(), as_of=UNTIL)
    assert brief.figures.opinion_voices == 6
    assert store.latest_brief(brief.story) is None


def test_a_read_without_posts_proves_that_there_are_none(store: Store) -> None:
    _keep(store, [])
    (brief,) = brief_each(store, as_of=UNTIL)
    assert brief.qualifier == "none"
    assert [type(citation) for citation in brief.claims[0].citations] == [ReadCitation]


def test_a_story_that_nobody_looked_for_is_not_measured(store: Store) -> None:
    _keep(store, [], read=False)
    (brief,) = brief_each(store, as_of=UNTIL)
    (citation,) = brief.claims[0].citations
    assert brief.qualifier == "not measured"
    assert isinstance(citation, GapCitation)
    assert (citation.gap.source, citation.gap.reason) == ("all", "never read")


def test_a_source_that_failed_is_the_proof_that_nothing_was_measured(store: Store) -> None:
    _keep(store, [], read=False)
    gap = Gap(source="x", query=None, since=NOON, until=UNTIL, reason="HTTP 503")
    store.save_gap(gap, UNTIL)
    brief = brief_one(store, story(), as_of=UNTIL)
    assert (brief.qualifier, brief.gaps) == ("not measured", (gap,))


def test_the_window_begins_with_the_first_post_or_where_it_is_asked_to(store: Store) -> None:
    rows = [said("old", "The sheep stay behind", minutes=-600), *against(6)]
    timeless = said("t", "The sheep need their summer pasture")
    timeless = replace(timeless, post=replace(timeless.post, created_at=None))
    _keep(store, [*rows, timeless])
    whole = brief_one(store, story(), as_of=UNTIL)
    assert whole.window == Span(since=NOON - timedelta(minutes=600), until=UNTIL)
    assert whole.figures.people == 8
    day = brief_one(store, story(), as_of=UNTIL, window=timedelta(days=1))
    assert day.window == Span(since=NOON, until=UNTIL)
    assert day.figures.people == 6


def test_posts_after_the_as_of_are_out_and_one_at_it_is_in(store: Store) -> None:
    _keep(store, against(6))
    assert brief_one(store, story(), as_of=NOON + timedelta(minutes=2)).figures.people == 3


def test_reads_made_later_change_no_earlier_brief(store: Store) -> None:
    _keep(store, against(6))
    before = brief_one(store, story(), as_of=UNTIL)
    store.save_read(ReadWindow(source="y", query=None, since=None, until=None, at=UNTIL + timedelta(days=1)))
    assert brief_one(store, story(), as_of=UNTIL).hash == before.hash


def test_a_deletion_is_counted(store: Store) -> None:
    rows = against(6)
    _keep(store, rows)
    gone = Tombstone(id_hash=id_hash(rows[0].post.id), story=story().id, created_at=rows[0].post.created_at)
    store.save_tombstones([gone])
    brief = brief_one(store, story(), as_of=UNTIL)
    assert (brief.tombstones, brief.left_out.deleted, brief.figures.people) == (1, 1, 5)


def test_deletions_outside_the_window_are_not_told(store: Store) -> None:
    _keep(store, against(6))
    times = {"before": NOON - timedelta(days=2), "in": NOON + timedelta(minutes=2), "end": UNTIL, "none": None}
    times["after"] = UNTIL + timedelta(minutes=1)
    store.save_tombstones(
        [Tombstone(id_hash=id_hash(PostId(name)), story=story().id, created_at=at) for name, at in times.items()]
    )
    day = brief_one(store, story(), as_of=UNTIL, window=timedelta(days=1))
    whole = brief_one(store, story(), as_of=UNTIL)
    assert (day.tombstones, whole.tombstones) == (2, 4)
    again = evidence_from(store, story(), whole.inputs, whole.window, whole.as_of)
    assert again.tombstones == 4


def test_the_last_published_brief_is_what_change_is_told_against(store: Store) -> None:
    _keep(store, in_favour(60))
    (first,) = brief_each(store, as_of=NOON + timedelta(hours=2))
    assert first.previous is None
    _publish(store, first)
    _keep(store, [row for row in against(160) if row.post.created_at])
    second = brief_one(store, story(), as_of=UNTIL)
    assert second.previous == first.fingerprint
    assert "change" in [claim.kind for claim in second.claims]


def test_usual_counts_the_full_days_before_without_those_that_were_not_read(store: Store) -> None:
    days = [
        understood(post(f"d{day}-{n}", by=f"u{n}", minutes=-(day * 1440) - 60, text="The sheep need the ferry"))
        for day in range(16)
        for n in range(day + 1)
    ]
    _keep(store, [*against(6), *days, said("first", "The sheep", minutes=-17 * 1440)])
    known = evidence_for(store, story(), timedelta(days=1), UNTIL)
    assert known.history == (0, *range(16, 0, -1))
    gap = Gap(
        source="y", query=None, since=NOON - timedelta(hours=30), until=NOON - timedelta(hours=26), reason="429"
    )
    store.save_gap(gap, UNTIL)
    assert evidence_for(store, story(), timedelta(days=1), UNTIL).history == (0, *range(16, 2, -1), 1)
    assert evidence_for(store, story(), None, UNTIL).history == ()


def test_the_same_rows_give_the_same_brief_again(store: Store) -> None:
    _keep(store, [*against(14), *in_favour(12)])
    (brief,) = brief_each(store, as_of=UNTIL)
    _keep(store, [said("later", "One more voice about sheep", minutes=5000)])
    again = evidence_from(store, story(), brief.inputs, brief.window, brief.as_of)
    assert brief_from(again).hash == brief.hash


def test_what_an_encoder_made_of_many_opinions_has_a_part_in_the_groups(store: Store) -> None:
    rows = against(30)
    _keep(store, rows)
    by_words = brief_one(store, story(), as_of=UNTIL)
    answers = [
        Encoding(tone=(0, 0, 0), kind=(0, 0, 0, 0), vector=bytes([90 if n % 2 else 10, 50])) for n in range(30)
    ]
    Remembered(_Read(answers), store).read([row.post.text for row in rows])
    brief = brief_one(store, story(), as_of=UNTIL)
    assert (by_words.meaning, brief.meaning) == (None, encoder.NAME)
    assert {group.posts for group in brief.groups} == {
        tuple(row.post.id for row in rows[first::2]) for first in (0, 1)
    }
    again = evidence_from(store, story(), brief.inputs, brief.window, brief.as_of)
    assert brief_from(again).hash == brief.hash
    alone = evidence_from(store, story(), brief.inputs, brief.window, brief.as_of, meaning=None)
    assert brief_from(alone).hash == by_words.hash


def test_without_the_encoder_no_vector_has_a_part_however_many_are_kept(store: Store) -> None:
    rows = against(30)
    _keep(store, rows)
    by_words = brief_one(store, story(), as_of=UNTIL)
    answers = [
        Encoding(tone=(0, 0, 0), kind=(0, 0, 0, 0), vector=bytes([90 if n % 2 else 10, 50])) for n in range(30)
    ]
    Remembered(_Read(answers), store).read([row.post.text for row in rows])
    assert brief_one(store, story(), as_of=UNTIL, meaning=None).hash == by_words.hash


class _Read:
    """An encoder whose answers are known."""

    NAME = encoder.NAME

    def __init__(self, answers: Sequence[Encoding]) -> None:
        self.answers = answers

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        assert len(texts) == len(self.answers)
        return list(self.answers)

    def beside(self, target: str, texts: Sequence[str]) -> list[Beside]:
        raise AssertionError((target, texts))


def test_a_row_that_is_gone_is_missing_in_the_brief_that_is_made_again(store: Store) -> None:
    _keep(store, against(14))
    (brief,) = brief_each(store, as_of=UNTIL)
    store.forget([brief.inputs[0].post], at=UNTIL)
    again = evidence_from(store, story(), brief.inputs, brief.window, brief.as_of)
    assert len(again.rows) == len(brief.inputs) - 1


def test_progress_is_told_story_by_story(store: Store) -> None:
    _keep(store, against(1))
    told: list[tuple[int, int]] = []
    brief_each(store, as_of=UNTIL, progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 1)]


def test_a_brief_whose_figures_do_not_hold_is_a_bug_and_is_loud() -> None:
    row = said("a", "The sheep stay behind")
    stray = replace(row, finding=replace(row.finding, text_hash="0" * 16))
    with Store.in_memory() as store:
        _keep(store, [row])
        known = evidence_for(store, story(), None, UNTIL)
    with pytest.raises(RuntimeError, match="another text"):
        brief_from(replace(known, rows=(stray,)))


@pytest.mark.parametrize("seed", ["0", "45"])  # with 45 a sum in the order of a set once gave another quote
def test_the_brief_is_the_same_in_every_process(seed: str) -> None:
    code = "from tests.test_brief import brief_of_the_ferry; print(brief_of_the_ferry().hash)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": seed},
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == brief_of_the_ferry().hash


def brief_of_the_ferry() -> Brief:
    """Return the brief of posts of which two would be quoted almost as well."""
    posts = {one.id: one for one in spoken()}
    found = read_posts(list(posts.values()), [story()], scorer="vader", reader=None)
    rows = tuple(Understood(post=posts[one.post], finding=one) for one in found)
    return brief_from(Evidence(story=story(), window=Span(since=NOON, until=UNTIL), as_of=UNTIL, rows=rows))
