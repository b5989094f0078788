"""The spot check: who is drawn, and the shares that answers give."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Answer, Label, Link, StoryId, VoiceId
from monitor.spotcheck import LEAST, SHARES, check, draw, units
from tests.builders import NOON, post, sentiment, story, understood

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Understood
    from monitor.spotcheck import Drawn


def rows(**tones: int) -> list[Understood]:
    """So many voices of each tone, each with one opinion."""
    names = [(tone, n) for tone, many in tones.items() for n in range(many)]
    return [understood(post(f"{tone}{n}", by=f"{tone}{n}"), sentiment=sentiment(tone)) for tone, n in names]


def label(drawn: Drawn, answer: Answer, **changes: Any) -> Label:
    """What Kari said of a post that was drawn."""
    made = Label(
        post=drawn.post.post.id,
        story=story().id,
        who="kari",
        answer=answer,
        at=NOON,
        text_hash=drawn.post.post.text_hash,
        finding=drawn.post.finding.version,
        stratum=drawn.stratum,
        of=drawn.of,
    )
    return replace(made, **changes)


def as_we_read(drawn: Sequence[Drawn]) -> list[Label]:
    return [label(one, one.stratum) for one in drawn if one.stratum in SHARES]


def posts_of(drawn: Sequence[Drawn]) -> list[str]:
    return [one.post.post.id for one in drawn]


# --- Who is drawn ------------------------------------------------------------------------------


def test_a_voice_is_drawn_once_whatever_it_has_posted_and_only_for_opinions_that_count() -> None:
    said = rows(negative=2)
    more = understood(post("again", by="negative0"))
    flood = understood(post("f", by="bot"), flood="near-identical")
    copy = understood(post("c", by="cat"), copy_of=said[0].post.id, copy_reason="copy")
    news = understood(post("n", by="ned"), kind="reporting")
    elsewhere = understood(post("e", by="eva"), link=None)
    population = units([*said, more, flood, copy, news, elsewhere])
    assert [len(unit.posts) for unit in population] == [2, 1]
    assert len(draw(population, 50, seed=1)) == 2


def test_a_voice_in_two_stories_is_one_in_each() -> None:
    here = understood(post("a", by="anna"))
    there = understood(post("b", by="anna"), link=Link(story=StoryId("bridge"), reason="words", strength=1.0))
    assert len(units([here, there])) == 2


def test_the_draw_does_not_depend_on_the_order_and_changes_with_the_seed() -> None:
    some = rows(negative=30, positive=30)
    first = posts_of(draw(units(some), 10, seed=1))
    assert posts_of(draw(units(reversed(some)), 10, seed=1)) == first
    assert posts_of(draw(units(some), 10, seed=2)) != first


def test_a_rare_tone_is_drawn_too() -> None:
    drawn = draw(units(rows(negative=3, neutral=500, positive=80)), 20, seed=1)
    assert len(drawn) == 20
    assert sum(one.stratum == "negative" for one in drawn) >= 2


@settings(deadline=None)  # how long it takes is the machine's matter
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(1, 60), st.integers(1, 9))
def test_a_larger_draw_adds_to_a_smaller_one(a: int, b: int, c: int, n: int, more: int) -> None:
    population = units(rows(negative=a, neutral=b, positive=c))
    small, large = draw(population, n, seed=3), draw(population, n + more, seed=3)
    assert len(small) == min(n, a + b + c)
    assert set(posts_of(small)) <= set(posts_of(large))


# --- What the answers say ----------------------------------------------------------------------


def test_where_all_are_read_and_agree_the_shares_are_ours_and_certain() -> None:
    population = units(rows(negative=10, neutral=6, positive=8))
    found = check(population, as_we_read(draw(population, 24, seed=1)))
    assert (found.agreed, len(found.labels), found.voices) == (24, 24, 24)
    shares = dict(found.shares)
    assert shares["negative"].value == pytest.approx(10 / 24)
    assert shares["negative"].low == pytest.approx(shares["negative"].high)
    assert shares["not about it"].value == 0


def test_answers_that_agree_leave_doubt_while_others_are_unread() -> None:
    population = units(rows(negative=100, positive=100))
    shares = dict(check(population, as_we_read(draw(population, 30, seed=1))).shares)
    assert shares["negative"].value == pytest.approx(0.5, abs=0.02)
    assert 0.02 < shares["negative"].high - shares["negative"].low < 0.15


def test_answers_against_us_win_where_our_reading_says_nothing() -> None:
    population = units(rows(negative=100, positive=100))
    answers = [label(one, "positive") for one in draw(population, 30, seed=1)]
    found = check(population, answers)
    shares = dict(found.shares)
    assert shares["positive"].value == pytest.approx(1.0)
    assert shares["negative"].value == pytest.approx(0.0)
    assert found.agreed == sum(one.stratum == "positive" for one in answers)


def test_a_stratum_that_was_drawn_more_often_weighs_less() -> None:
    population = units(rows(negative=10, positive=90))
    drawn = draw(population, 40, seed=1)
    read = {tone: sum(one.stratum == tone for one in drawn) for tone in ("negative", "positive")}
    assert read["negative"] / 10 > read["positive"] / 90
    answers = [label(one, "neutral" if one.stratum == "negative" else "positive") for one in drawn]
    shares = dict(check(population, answers).shares)
    assert shares["neutral"].value == pytest.approx(0.1)


@pytest.mark.parametrize("few", [0, LEAST - 1])
def test_few_answers_give_no_share(few: int) -> None:
    population = units(rows(negative=60))
    found = check(population, as_we_read(draw(population, few, seed=1)))
    assert found.shares == ()
    assert len(found.labels) == found.agreed == few


def test_the_latest_answer_about_a_voice_counts_and_a_skipped_one_is_none() -> None:
    population = units(rows(negative=3))
    one, two, three = draw(population, 3, seed=1)
    later = NOON + timedelta(minutes=1)
    answers = [
        label(one, "positive", at=later),
        label(one, "negative"),
        label(two, "negative"),
        label(two, "skipped", at=later),
        label(three, "negative", who="ola"),
    ]
    found = check(population, answers)
    assert [(one.post, one.answer) for one in found.labels] == [
        (three.post.post.id, "negative"), (one.post.post.id, "positive"),
    ]  # fmt: skip
    assert found == check(population, reversed(answers))


def test_an_answer_to_an_earlier_text_or_another_story_or_an_unknown_post_is_left_out() -> None:
    population = units(rows(negative=3))
    one, two, three = draw(population, 3, seed=1)
    stray = understood(post("stray"), voice=VoiceId("x:stray"))
    answers = [
        label(one, "negative", text_hash="earlier"),
        label(two, "negative", story=StoryId("bridge")),
        label(three, "negative", post=stray.post.id),
    ]
    assert check(population, answers).labels == ()


@settings(deadline=None)
@given(st.lists(st.sampled_from([*SHARES]), min_size=25, max_size=25), st.integers(0, 5))
def test_a_range_holds_its_share_and_the_shares_stay_in_bounds(answers: list[Answer], seed: int) -> None:
    population = units(rows(negative=20, neutral=12, positive=9))
    drawn = draw(population, 25, seed=seed)
    told = [label(one, answer) for one, answer in zip(drawn, answers, strict=True)]
    for _, share in check(population, told).shares:
        assert 0 <= share.low <= share.value <= share.high <= 1
