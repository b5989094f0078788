"""Which language a post is in, and what is known of each."""

from __future__ import annotations

from dataclasses import fields

import pytest

from monitor.languages import LANGUAGES, Language, common, counting, cues_in, detect, known, slurs, stopwords
from monitor.languages.identify import OTHER, probabilities, runs_of
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


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Hva skjer med ferga?", "nb"),
        ("Jeg tror ikke noe på det der", "nb"),
        ("Kva er det dei held på med?", "nn"),
        ("Eg veit ikkje kva eg skal seie", "nn"),
        ("Hvad sker der med færgen?", "da"),
        ("Jeg tror ikke noget på det der", "da"),
        ("Vad händer med färjan?", "sv"),
        ("Jag tror inte alls på det där", "sv"),
    ],
)
def test_short_scandinavian_posts_are_told_apart(text: str, code: str) -> None:
    assert detect(text, None) == code


@pytest.mark.parametrize(
    "text",
    [
        "Minulla on kova nälkä ja haluan kotiin",
        "Yarın okula gitmek istemiyorum çünkü hava çok soğuk",
        "Nie wiem, dlaczego znowu zamknęli most",
        "Selamat pagi semuanya, semoga harimu menyenangkan",
        "yaar kya baat hai, aaj to bahut maza aaya",
        "Nem tudom, miért zárták le megint a hidat",
        "Δεν ξέρω γιατί έκλεισαν πάλι τη γέφυρα",
        "Не знаю, зачем опять закрыли мост",
        "橋がまた閉まっているのはなぜですか",
        "نمی‌دانم چرا دوباره پل را بسته‌اند",
    ],
)
def test_a_post_in_another_language_passes_for_none_that_we_read(text: str) -> None:
    assert detect(text, None) not in {*LANGUAGES, "ar"}


def test_names_alone_are_in_no_language() -> None:
    assert detect("Kingston SSDNow V+ Firelight Vol.1", None) == "und"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("다리 최고", "ko"),
        ("ㅋㅋㅋㅋ", "ko"),
        ("BTS 진짜 최고야 정말", "ko"),
        ("لا أعرف لماذا أغلقوا الجسر مرة أخرى", "ar"),
    ],
)
def test_letters_of_one_language_alone_tell_it(text: str, code: str) -> None:
    assert detect(text, None) == code


def test_the_larger_part_of_a_mixed_post_decides() -> None:
    english, korean = "I have no idea why they closed the bridge again", "다리를 왜 또 닫았는지 모르겠다"
    assert detect(f"{english} 모르겠다", None) == "en"
    assert detect(f"{korean} no idea", None) == "ko"


def test_handles_links_and_hashtags_weigh_nothing() -> None:
    assert detect("@the_council Vi vill ha bron tillbaka #thebridge https://the.example/of/the", None) == "sv"


def test_an_accent_may_stand_as_a_mark_of_its_own() -> None:
    text = "Jeg så færgen på åen, og nu må vi alle gå"
    assert probabilities("a\u030a") != probabilities("\u00e5")
    assert detect(text.replace("å", "a\u030a"), None) == detect(text, None) == "da"


def test_every_language_that_is_read_is_known_to_the_model_or_told_by_its_letters() -> None:
    assert {*LANGUAGES} - {"ko"} <= {*probabilities("a")} - {OTHER}


def test_a_run_of_letters_has_the_same_row_on_every_machine() -> None:
    assert runs_of("å").tolist() == [30525, 8979, 30525, 41738, 63298, 60100]


def test_an_answer_does_not_depend_on_what_was_asked_before() -> None:
    texts = ["Hva skjer?", "Hvad sker der?", "What is going on?", "kya ho raha hai yaar", "Vad händer?"]
    forwards = [detect(text, None) for text in texts]
    assert [detect(text, None) for text in reversed(texts)] == forwards[::-1]


def test_shouting_changes_no_language() -> None:
    assert detect("NONOSTANTE GLI SCIOPERI SALE DI CINQUE PUNTI LA FIDUCIA NEL GOVERNO", None) == "it"


def test_a_language_that_nobody_wrote_down_has_no_cues_and_no_scorer() -> None:
    assert known("xx") == Language(code="xx")
    assert stopwords("xx") == frozenset()
    assert slurs("xx") == frozenset()


def test_the_longest_phrase_is_found_where_several_begin() -> None:
    found = cues_in(("thanks", "for", "nothing", "thanks"), frozenset({"thanks", "thanks for nothing"}))
    assert [(cue.start, cue.end) for cue in found] == [(0, 3), (3, 4)]


def test_everyday_words_are_of_the_language_and_hold_no_stopword() -> None:
    for code in ("en", "nb", "ko", "de"):
        assert common(code)
        assert not common(code) & stopwords(code)
    assert "today" in common("en") | counting("en")
    assert "ferry" not in common("en")
    assert {"seven", "monday", "january"} <= counting("en")
    assert common("../en") == counting("xx") == frozenset()
