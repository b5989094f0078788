"""The light scorer: what it counts in a text, what its files hold, and what it makes of them."""

from __future__ import annotations

import json
import math
from importlib.resources import files

import pytest

from monitor.scoring import light

WEIGHTS = files("monitor.scoring").joinpath("weights", "light")
PLAIN = {
    "en": ("The new ferry is wonderful, thank you so much!", "The new ferry is awful and late, what a disgrace."),
    "nb": ("Den nye fergen er fantastisk bra!", "Den nye fergen er dårlig og skuffende."),
    "da": ("Den nye færge er fantastisk, tillykke!", "Den nye færge er elendig og håbløs, det er en skandale."),
    "sv": ("Den nya färjan är fantastisk och trevlig!", "Den nya färjan är en katastrof, usel och farlig."),
    "de": ("Die neue Fähre ist wunderschön, ich liebe sie!", "Die neue Fähre ist schlecht, was für eine Scheiße."),
    "fr": ("Le nouveau ferry est génial, merci beaucoup !", "Le nouveau ferry est nul, quelle honte."),
    "es": ("¡El nuevo ferry es genial, me encanta!", "El nuevo ferry es horrible, qué asco."),
    "pt": ("O novo ferry é lindo, adorei!", "O novo ferry é horrível, que vergonha."),
    "it": ("Il nuovo traghetto è bellissimo, grazie!", "Il nuovo traghetto fa schifo, che vergogna."),
    "ar": ("العبارة الجديدة رائعة وجميلة", "العبارة الجديدة سيئة وفاشلة"),
}


def keys(text: str, language: str = "en") -> list[str]:
    return [unit.key for unit in light.units(text, language)]


def test_words_pairs_and_counts_are_units() -> None:
    assert keys("Good ferry!") == [
        "good", "ferry", ".!", ":< good", ":good ferry", ":ferry .!", ":.! >",
        "#length0", "#!1", "#?0", "#users0", "#links0",
    ]  # fmt: skip


def test_a_negation_turns_three_words_and_no_more() -> None:
    found = light.units("not a very good ferry today", "en")
    assert [unit.word for unit in found if unit.turned] == ["a", "very", "good"]
    assert "!good" in keys("not a very good ferry today")
    assert "!ferry" not in keys("not a very good ferry today")


def test_a_negation_ends_with_its_sentence() -> None:
    assert [unit.word for unit in light.units("not today. Good ferry", "en") if unit.turned] == ["today"]


def test_each_language_has_its_own_negations() -> None:
    assert "!gut" in keys("nicht gut", "de")
    assert "!gut" not in keys("nicht gut", "sv")


def test_links_names_numbers_and_drawn_out_letters_are_one_unit_each() -> None:
    assert keys("@user soooooo 1,250 http 😂")[:5] == [".@user", "soo", ".0", ".http", ".😂"]


def test_a_word_is_counted_by_its_letters_and_as_a_whole() -> None:
    assert light.grams("bad") == [" b", "ba", "ad", "d ", " ba", "bad", "ad ", " bad", "bad ", " bad "]
    assert light.grams("ferry")[-1] == " ferry "
    assert max(map(len, light.grams("ferries")[:-1])) == light.LONGEST
    assert light.grams(":a b") == [":a b"]


def test_valences_are_turned_by_a_negation() -> None:
    def felt(word: str) -> float:
        return {"bra": 2.0}.get(word, 0.0)

    plain = light.judged("bra", "nb", light.units("bra", "nb"), felt)
    turned = light.judged("ikke bra", "nb", light.units("ikke bra", "nb"), felt)
    assert plain[0] > 0 > turned[0]
    assert abs(turned[0]) < plain[0]
    assert light.judged("båt", "nb", light.units("båt", "nb"), felt) == [0.0] * 7


@pytest.mark.parametrize("language", sorted({light.LANGUAGES[code] for code in light.installed()}))
def test_a_file_is_small_whole_and_has_its_card(language: str) -> None:
    data = WEIGHTS.joinpath(f"{language}.bin").read_bytes()
    header = json.loads(data.partition(b"\n")[0])
    assert len(data) <= 500_000
    assert len(data) == len(data.partition(b"\n")[0]) + 1 + 7 * header["grams"] + 5 * header["words"]
    card = json.loads(WEIGHTS.joinpath(f"{language}.json").read_text(encoding="utf-8"))
    assert card["bytes"] == len(data)
    assert {"data", "trained_on", "held_out_figures", "seed", "date", "made_by"} <= card.keys()


@pytest.mark.parametrize("language", sorted(PLAIN.keys() & set(light.installed())))
def test_plain_praise_is_better_than_plain_complaint(language: str) -> None:
    praise, complaint = light.scorer(language)(PLAIN[language])
    # Swedish has learnt from a debate in which hardly anyone praises anything plainly.
    assert praise.label == ("neutral" if language == "sv" else "positive")
    assert praise.value > complaint.value


@pytest.mark.parametrize("language", sorted(PLAIN.keys() & set(light.installed())))
def test_a_score_does_not_depend_on_its_batch_or_on_what_came_before(language: str) -> None:
    texts = [text for pair in PLAIN.values() for text in pair]
    score = light.scorer(language)
    together = score(texts)
    light._model.cache_clear()
    assert [score([text])[0] for text in reversed(texts)] == list(reversed(together))


def test_how_likely_each_tone_is_sums_to_one() -> None:
    model = light._model("de")
    for text in PLAIN["de"]:
        chances = model.chances(text)
        assert math.isclose(sum(chances), 1)
        assert light.scorer("de")([text])[0].confidence == round(max(chances), 4)


def test_what_is_too_unsure_is_unclear() -> None:
    threshold = light._model("de").header["unclear_below"]
    scored = light.scorer("de")(
        [*PLAIN["de"], "", "?", "Die", "Hafen", "am Dienstag", "die Fähre fährt", "na ja", "@user http"]
    )
    assert [one.unclear for one in scored] == [one.confidence < threshold for one in scored]
    assert {one.unclear for one in scored} == {True, False}


def test_nynorsk_is_read_with_the_weights_of_bokmal() -> None:
    assert light.scorer("nn")(PLAIN["nb"]) == light.scorer("nb")(PLAIN["nb"])
