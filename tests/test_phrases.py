"""The tables of words: what every language must have, and the grammar that they share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from monitor.model import ClaimKind, Qualifier
from reports.phrases import Part, Phrases, fill, languages, phrases
from reports.saying import SAY
from tests.builders import NOON

EN = phrases("en")


def keys(table: dict[str, Any], before: str = "") -> set[str]:
    found = set()
    for name, value in table.items():
        found |= keys(value, f"{before}{name}.") if isinstance(value, dict) else {f"{before}{name}"}
    return found


def grammar_free(table: Any) -> set[str]:
    """The keys of a table without the forms of counted things, which differ from language to language."""
    return {key for key in keys(dict(table)) if not key.startswith(("counts.", "views.", "sides."))}


def test_every_kind_of_claim_can_be_said() -> None:
    assert set(SAY) == set(get_args(ClaimKind))


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_keys_of_english(language: str) -> None:
    assert grammar_free(phrases(language).table) == grammar_free(EN.table)


@pytest.mark.parametrize("language", languages())
def test_every_counted_thing_can_be_counted_by_the_rule_of_its_language(language: str) -> None:
    words = phrases(language)
    for group in ("counts", "views", "sides"):
        for thing in EN.table[group]:
            for n in (0, 1, 2, 1_000):
                assert words.form(f"{group}.{thing}", n)


@pytest.mark.parametrize("language", languages())
def test_every_qualifier_has_a_word(language: str) -> None:
    assert set(phrases(language).table["qualifiers"]) == set(get_args(Qualifier))


def test_an_unknown_language_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"no phrases for 'xx'; there are: .*en"):
        phrases("xx")


@pytest.mark.parametrize(
    ("n", "said"),
    [(0, "0 posts"), (1, "1 post"), (2, "2 posts"), (300, "300 posts"), (12_345, "12,345 posts")],
)
def test_a_count_takes_the_form_that_goes_with_it(n: int, said: str) -> None:
    assert EN.count("post", n) == said


@pytest.mark.parametrize(
    ("items", "said"), [((), ""), (("X",), "X"), (("X", "Y"), "X and Y"), (("X", "Y", "Z"), "X, Y and Z")]
)
def test_a_list_ends_with_and(items: tuple[str, ...], said: str) -> None:
    assert EN.names(items) == said


def test_what_is_filled_in_is_never_read_as_a_pattern() -> None:
    filled = fill("{a} and {b}", {"a": "{b}", "b": Part(text="{a.__class__}", quote=True)})
    assert [part.text for part in filled] == ["{b}", " and ", "{a.__class__}"]


def test_a_missing_value_is_loud() -> None:
    with pytest.raises(KeyError):
        fill("{a}", {})


def test_an_unknown_code_is_said_as_it_is() -> None:
    assert EN.name("languages", "tlh") == "tlh"


@pytest.mark.parametrize(("n", "said"), [(-3, "−3"), (0, "0"), (4, "+4")])
def test_a_signed_number_shows_its_sign(n: int, said: str) -> None:
    assert EN.signed(n) == said


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (None, None, "at any time"),
        (None, NOON, "up to 3 February 2026, 13:00"),
        (NOON, None, "from 3 February 2026, 13:00"),
        (NOON, NOON + timedelta(hours=8), "on 3 February 2026 from 13:00 to 21:00"),
        (NOON, NOON + timedelta(days=1), "from 3 February 2026, 13:00 to 4 February 2026, 13:00"),
        (NOON, NOON + timedelta(days=9), "from 3 February to 12 February 2026"),
        (NOON - timedelta(days=60), NOON, "from 5 December 2025 to 3 February 2026"),
        # The end is not part of the window: midnight belongs to the day before.
        (
            datetime(2026, 2, 1, 23, tzinfo=UTC),
            datetime(2026, 2, 6, 23, tzinfo=UTC),
            "from 2 February to 6 February 2026",
        ),
        (datetime(2026, 2, 5, 23, tzinfo=UTC), datetime(2026, 2, 6, 23, tzinfo=UTC), "on 6 February 2026"),
    ],
)
def test_a_window_is_said_in_local_time(since: datetime | None, until: datetime | None, said: str) -> None:
    assert EN.window(since, until, "Europe/Oslo").startswith(said)


def test_the_clock_follows_daylight_saving() -> None:
    assert EN.clock(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "Europe/Oslo") == "01:30"
    assert EN.clock(datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "Europe/Oslo") == "03:30"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(1, "1 minute"), (180, "180 minutes"), (181, "4 hours"), (4_320, "72 hours"), (4_321, "4 days")],
)
def test_a_duration_is_told_in_the_unit_that_is_read_at_a_glance(minutes: int, said: str) -> None:
    assert EN.duration(minutes) == said


def test_a_language_without_plurals_needs_one_form() -> None:
    korean = Phrases(
        code="ko",
        table={
            "language": {"plural": "other", "thousands": ",", "minus": "-"},
            "counts": {"post": {"other": "게시물 {n}건"}},
        },
    )
    assert [korean.count("post", n) for n in (1, 2)] == ["게시물 1건", "게시물 2건"]
