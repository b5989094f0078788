"""Which language a post is in, and what is known of each."""

from __future__ import annotations

from dataclasses import fields

import pytest

from monitor.languages import LANGUAGES, Language, cues_in, detect, known, slurs, stopwords
from monitor.text import words


def phrases_of(language: Language) -> set[str]:
    lists = [getattr(language, field.name) for field in fields(language)]
    return {
        *(phrase for listed in lists if isinstance(listed, frozenset) for phrase in listed),
        *(phrase for listed in language.roles.values() for phrase in listed),
    }


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_phrase_can_be_found_in_a_text(code: str) -> None:
    for phrase in phrases_of(LANGUAGES[code]) | slurs(code):
        assert " ".join(words(phrase)) == phrase


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_stands_under_its_code_and_has_stopwords(code: str) -> None:
    assert LANGUAGES[code].code == code
    assert len(stopwords(code)) > 50


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("en", "en"),
        ("EN-us", "en"),
        ("no", "nb"),
        ("nn", "nn"),
        ("nb_NO", "nb"),
        ("iw", "he"),
        ("tlh", "tlh"),
        ("und", "de"),
        ("zxx", "de"),
        ("qme", "de"),
        ("", "de"),
        (" ", "de"),
        (None, "de"),
    ],
)
def test_a_given_language_wins_unless_it_names_none(given: str | None, code: str) -> None:
    assert detect("Das Land hat das Geld für die Schulen gestrichen, und niemand sagt warum.", given) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The council has decided to close the school before the summer.", "en"),
        ("Kommunen har bestemt at skolen skal legges ned før sommeren, og ingen har spurt oss.", "nb"),
        ("Le conseil a décidé de fermer l'école avant l'été.", "fr"),
        ("시의회가 여름 전에 학교를 닫기로 결정했다", "ko"),
        ("", "und"),
        ("😂😂 !!", "und"),
        ("ok", "und"),
        ("@thecouncil https://the.example/this-and-that #everything", "und"),
    ],
)
def test_a_language_is_guessed_from_the_words_alone(text: str, code: str) -> None:
    assert detect(text, None) == code


def test_a_guess_that_no_common_word_bears_out_is_not_scored() -> None:
    assert detect("Kingston SSDNow V+ Firelight Vol.1", None) == "und"


def test_shouting_changes_no_language() -> None:
    assert detect("NONOSTANTE GLI SCIOPERI SALE DI CINQUE PUNTI LA FIDUCIA NEL GOVERNO", None) == "it"


def test_a_language_that_nobody_wrote_down_has_no_cues_and_no_scorer() -> None:
    assert known("xx") == Language(code="xx")
    assert stopwords("xx") == frozenset()
    assert slurs("xx") == frozenset()


def test_the_longest_phrase_is_found_where_several_begin() -> None:
    found = cues_in(("thanks", "for", "nothing", "thanks"), frozenset({"thanks", "thanks for nothing"}))
    assert [(cue.start, cue.end) for cue in found] == [(0, 3), (3, 4)]
