"""Tone: who is scored, by what, and that our loop says what the package says."""

from __future__ import annotations

import json
import random
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES, SentimentIntensityAnalyzer

from monitor.scoring import READERS, SCORERS, light, scorer_for, vader

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = SentimentIntensityAnalyzer()
WORDS = [
    *sorted(PACKAGE.lexicon)[::40], *BOOSTER_DICT, *NEGATE, *" ".join(SPECIAL_CASES).split(),
    "but", "no", "so", "this", "never", "without", "doubt", "least", "at", "very", "kind", "of", "or", "nor", "x",
    "!", "!!", "?", "??", "...", ":)", "❤", "😂", "😡", "🙄", "👏", "©", "\n",
]  # fmt: skip
TRICKY = [
    "",
    " ",
    "!",
    "no",
    "no good",
    "no or good",
    "kind of good",
    "kind of",
    "KIND OF GOOD man",
    "not the shit",
    "the bomb is the bomb",
    "at least good",
    "least good",
    "very least good",
    "yeah right, to die for",
    "It was good, but bad but good good GOOD bad!!!!! ???",
    "never so good, never this good",
    "without a doubt good",
    "without doubt good",
    "absolutely not SO very good",
    "Love❤Great😂😂 love",
    "\n😂\n😂 ",
    "can't stand :) :( ;) =)",
    "good\u00a0bad\u2028worse",
    "but good",
    "good but",
    "DİSASTER İ good",
    "isn’t good",
]


def test_our_loop_is_the_package_on_tricky_sentences() -> None:
    assert [vader.compound(text) for text in TRICKY] == [
        PACKAGE.polarity_scores(text)["compound"] for text in TRICKY
    ]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(WORDS).flatmap(lambda word: st.sampled_from([word, word.upper()])), max_size=25))
def test_our_loop_is_the_package_on_any_sentence(tokens: list[str]) -> None:
    text = " ".join(tokens)
    assert vader.compound(text) == PACKAGE.polarity_scores(text)["compound"]


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_our_loop_is_the_package_on_any_text(text: str) -> None:
    assert vader.compound(text) == PACKAGE.polarity_scores(text)["compound"]


@pytest.mark.corpora
def test_our_loop_is_the_package_on_what_people_wrote(corpora: Path) -> None:
    texts = [
        json.loads(line)["text"]
        for path in sorted([*corpora.glob("sentiment/*.jsonl"), *corpora.glob("stories/*/posts.jsonl")])
        for line in path.read_text(encoding="utf-8").strip().split("\n")
    ]
    some = random.Random(1).sample(texts, min(len(texts), 50_000))  # noqa: S311 - a sample, not a secret
    wrong = [text for text in some if vader.compound(text) != PACKAGE.polarity_scores(text)["compound"]]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("This is a great and honest decision, thank you!", "positive"),
        ("What a terrible, shameful failure.", "negative"),
        ("The council meets on Tuesday.", "neutral"),
        ("isn’t good", "negative"),
        ("❤️", "positive"),
        ("te\u200brrible fai\u200blure", "negative"),
        ("ｔｅｒｒｉｂｌｅ failure", "negative"),
        ("tеrriblе", "negative"),  # with Cyrillic е
        ("@great_love https://happy.example/love", "neutral"),
    ],
)
def test_a_tone_survives_how_it_is_typed(text: str, label: str) -> None:
    assert vader.score([text])[0].label == label


def test_a_score_does_not_depend_on_its_batch() -> None:
    together = vader.score(TRICKY)
    assert [vader.score([text])[0] for text in TRICKY] == together
    assert vader.score(list(reversed(TRICKY))) == list(reversed(together))


def test_what_lies_within_the_margin_of_a_threshold_is_unclear() -> None:
    scored = vader.score(
        [*TRICKY, "the worst, most terrible, horrible disaster ever", "okay, fine", "slightly bad"]
    )
    distances = [
        min(abs(one.value - vader.NEGATIVE_BELOW), abs(one.value - vader.POSITIVE_ABOVE)) for one in scored
    ]
    assert [one.unclear for one in scored] == [distance < vader.UNCLEAR_MARGIN for distance in distances]
    assert {one.unclear for one in scored} == {True, False}


def test_confidence_grows_with_the_distance_to_the_threshold() -> None:
    weak, strong = vader.score(["good", "the best, most wonderful, brilliant, happy day ever"])
    assert weak.label == strong.label == "positive"
    assert 0 <= weak.confidence < strong.confidence <= 1


def test_a_language_is_read_by_the_first_family_that_reads_it() -> None:
    for language in {code for reads in READERS.values() for code in reads}:
        families = [reads for reads in READERS.values() if language in reads]
        assert scorer_for(language) == families[0][language]
        assert scorer_for(language) in SCORERS


def test_a_preferred_family_reads_its_languages_and_no_other() -> None:
    assert scorer_for("en", "vader") == vader.NAME
    assert scorer_for("de", "vader") is None
    assert scorer_for("de", "light") == light.name("de")
    assert scorer_for("nn", "light") == scorer_for("nb", "light") == light.name("nb")


@pytest.mark.parametrize("language", ["und", "xx", "nl", "fi", ""])
def test_a_language_without_a_scorer_is_not_scored(language: str) -> None:
    assert scorer_for(language) is None


def test_every_scorer_gives_one_sentiment_a_text_in_order() -> None:
    texts = ["terrible", "great", "", " ", "😡" * 60, "a" * 20_000, "\ufffd\u200f"]
    for name, make in SCORERS.items():
        scored = make()(texts)
        assert [make()([text])[0] for text in reversed(texts)] == list(reversed(scored))
        assert {one.scorer for one in scored} == {name}
        assert all(0 <= one.confidence <= 1 and -1 <= one.value <= 1 for one in scored)


def test_raw_is_the_package_with_its_own_cut_offs() -> None:
    expected = []
    for text in TRICKY:
        value = PACKAGE.polarity_scores(text)["compound"]
        expected.append(("positive" if value >= 0.05 else "negative" if value <= -0.05 else "neutral", value))
    assert vader.raw(TRICKY) == expected
    assert {label for label, _ in expected} == {"negative", "neutral", "positive"}


def test_a_second_opinion_names_the_words_that_drove_it() -> None:
    second = vader.second_opinion("Not a good plan. The new bridge is TERRIBLE, ugly and slow 😡")
    assert second.label == "negative"
    assert second.value == vader.score(["Not a good plan. The new bridge is TERRIBLE, ugly and slow 😡"])[0].value
    words = dict(second.words)
    assert words["good"] < 0
    assert words["terrible"] < PACKAGE.lexicon["terrible"] < 0
    assert [abs(valence) for _, valence in second.words] == sorted(map(abs, words.values()), reverse=True)


def test_a_second_opinion_has_each_word_once_and_few() -> None:
    crowd = "good bad ugly great nice awful terrible good good best worst"
    assert len(vader.second_opinion(crowd).words) == vader.MOST_WORDS == len(set(vader.second_opinion(crowd).words))
    assert vader.second_opinion("The council meets on Tuesday.").words == ()


@pytest.mark.parametrize("part", ["good bad but not great ", "love ", "😂", "so NOT kind of the shit! "])
def test_ten_thousand_characters_take_less_than_fifty_milliseconds(part: str) -> None:
    text = (part * 10_000)[:10_000]
    vader.score([text])
    spent = []
    for _ in range(5):
        started = time.process_time()
        vader.score([text])
        spent.append(time.process_time() - started)
    assert min(spent) < 0.05
