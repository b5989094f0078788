"""Shares with honest ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.intervals import (
    LEVEL,
    SHARE_ERRORS,
    WORST_SHARE_ERROR,
    difference,
    net,
    per_cent,
    share,
    share_error,
    wilson,
)

VADER, LIGHT = SHARE_ERRORS["vader/1"], SHARE_ERRORS["light-en/1"]


@st.composite
def shares(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(st.integers(1, 5000))
    return draw(st.integers(0, n)), n


def test_wilson_gives_the_published_interval() -> None:
    low, high = wilson(81, 263, 1.96)  # Newcombe 1998, table I: 0.2553 to 0.3662
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


def test_the_share_of_nobody_may_be_anything() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_more_than_all_is_no_share() -> None:
    with pytest.raises(ValueError, match="4 of 3"):
        wilson(4, 3)


@given(shares())
def test_a_range_holds_its_share_and_is_never_narrower_than_the_scorer_allows(kn: tuple[int, int]) -> None:
    made = share(*kn, error=0.22)
    low, high = wilson(*kn)
    assert 0 <= made.low <= made.value <= made.high <= 1
    assert made.level == LEVEL
    assert made.low <= low + 1e-12
    assert made.high >= high - 1e-12
    assert made.low == 0 or made.value - made.low >= 0.22
    assert made.high == 1 or made.high - made.value >= 0.22


@given(shares())
def test_per_cent_is_rounded_to_five_and_the_range_only_outwards(kn: tuple[int, int]) -> None:
    made = share(*kn)
    value, low, high = per_cent(made)
    assert {value % 5, low % 5, high % 5} == {0}
    assert 0 <= low <= made.low * 100 + 1e-6
    assert made.high * 100 - 1e-6 <= high <= 100
    assert abs(value - made.value * 100) <= 2.5 + 1e-9


def test_a_huge_sample_leaves_the_error_of_the_scorer() -> None:
    made = share(400_000, 1_000_000, error=0.22)
    assert made.high - made.value == pytest.approx(0.22, abs=0.001)


def test_net_is_unknown_where_nobody_spoke_and_widens_by_both_tones_errors() -> None:
    assert net(0, 0, 0, read_by={}) is None
    made = net(300, 500, 1000, read_by={"light-en/1": 1000})
    assert made is not None
    assert made.value == pytest.approx(-0.2)
    assert made.high - made.value >= LIGHT["negative"] + LIGHT["positive"]


def test_twice_the_same_share_is_no_change_and_a_landslide_is_one() -> None:
    same = difference(20, 60, 10, 30)
    assert same.low < 0 < same.high
    moved = difference(190, 200, 20, 200, error=VADER["negative"])
    assert moved.low > 0


def test_what_sampling_alone_would_call_a_change_is_none_under_the_scorers_error() -> None:
    assert difference(60, 100, 40, 100, error=0.0).low > 0
    assert difference(60, 100, 40, 100, error=VADER["negative"]).low < 0


def test_what_was_never_measured_counts_as_the_worst() -> None:
    for tone in VADER:
        worst = max(tones[tone] for tones in SHARE_ERRORS.values())
        assert share_error(tone, {}) == share_error(tone, {"guess/7": 3}) == worst
    assert share_error(None, {}) == share_error("", {"guess/7": 3}) == WORST_SHARE_ERROR
    assert share_error("negative", {"vader/1": 3}) == VADER["negative"]
    assert share_error("", {"vader/1": 3}) == share_error(None, {"vader/1": 3}) == max(VADER.values())


def test_each_scorer_errs_in_its_part_of_the_posts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SHARE_ERRORS, "sure/1", dict.fromkeys(VADER, 0.03))
    mixed = share_error("negative", {"vader/1": 3, "sure/1": 1})
    assert mixed == pytest.approx((3 * VADER["negative"] + 0.03) / 4)
    assert share_error("negative", {"sure/1": 1, "vader/1": 3}) == mixed


def test_the_encoder_errs_alike_in_all_its_languages_and_another_version_counts_as_the_worst() -> None:
    for scorer in ("encoder-en/4", "encoder-ko/4"):
        assert share_error("negative", {scorer: 9}) == SHARE_ERRORS["encoder/4"]["negative"]
    assert share_error("negative", {"encoder-en/99": 9}) == share_error("negative", {})


def test_every_scorer_in_the_table_has_every_tone() -> None:
    for tones in SHARE_ERRORS.values():
        assert set(tones) == {"negative", "neutral", "positive"}
        assert all(0 < error <= 1 for error in tones.values())
