"""Support, oppose or neither; and what may mean the opposite."""

from __future__ import annotations

import pytest

from monitor.stance import possibly_ironic, stance_of
from tests.builders import sentiment


@pytest.mark.parametrize(
    ("text", "language", "stance"),
    [
        ("I support the new bridge", "en", "support"),
        ("The right decision, well done", "en", "support"),
        ("I don't support the new bridge", "en", "oppose"),
        ("This was not the right decision", "en", "oppose"),
        ("What a waste of money. Scrap it", "en", "oppose"),
        ("I'm not against it", "en", "neither"),
        ("The bridge opens on Monday and I will drive over it", "en", "neither"),
        ("Good idea, bad decision", "en", "neither"),
        ('They call it "the right decision". We will see', "en", "neither"),
        ("Jeg er for brua, riktig valg", "nb", "support"),
        ("Dette er ikke riktig valg", "nb", "oppose"),
        ("Ich bin dagegen, das ist Unsinn", "de", "oppose"),
        ("Well done", "xx", "neither"),
    ],
)
def test_the_words_tell_the_stance_or_nobody_does(text: str, language: str, stance: str) -> None:
    assert stance_of(text, language, kind="opinion", sentiment=None) == stance


@pytest.mark.parametrize("kind", ["reporting", "question", "other"])
def test_only_an_opinion_takes_a_side(kind: str) -> None:
    assert stance_of("I support it", "en", kind=kind, sentiment=None) == "neither"  # type: ignore[arg-type]


def test_one_cue_against_a_sure_tone_tells_nothing() -> None:
    assert stance_of("Well done", "en", kind="opinion", sentiment=sentiment("negative")) == "neither"
    assert stance_of("Well done", "en", kind="opinion", sentiment=sentiment("positive")) == "support"
    assert stance_of("Well done", "en", kind="opinion", sentiment=sentiment("negative", unclear=True)) == "support"


IRONIC = [
    "Oh great, another fee",
    "The new timetable went SO well",
    "Lovely service /s",
    "Lovely service 🙄",
    "Well done, right decision. Slow clap.",
    "Brilliant: two hours late and no refund, delays forever",
    "Their “brilliant” plan",
    "Congratulations on closing the only school, well done 🙃",
    "Yeah right, the right decision",
]


@pytest.mark.parametrize("text", IRONIC)
def test_irony_is_noticed_and_never_supports(text: str) -> None:
    assert possibly_ironic(text, "en")
    assert stance_of(text, "en", kind="opinion", sentiment=None) != "support"


@pytest.mark.parametrize(
    "text",
    [
        "Great news, the ferry stays",
        "Thank you for keeping the ferry",
        "Not great: two hours late",
        "Two hours late again",
        'She said "we will do a great job for the whole island"',
        "Lovely trip today, the crew was kind although we were a bit late in the end",
        "",
    ],
)
def test_plain_words_are_not_taken_for_irony(text: str) -> None:
    assert not possibly_ironic(text, "en")
