"""Text as strangers write it: cleaned, cut into words, made comparable."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import text


def test_clean_removes_nul_replaces_lone_surrogates_and_changes_nothing_else() -> None:
    assert text.clean("a\0b\ud83dc ’\u200b\r\n") == "ab\ufffdc ’\u200b\r\n"


@given(st.text(alphabet=st.characters()))
def test_what_is_cleaned_can_be_stored(raw: str) -> None:
    cleaned = text.clean(raw)
    assert "\0" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert text.clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://News.Example:443/A/b/?utm_source=x&id=3&fbclid=1#top", "https://news.example/A/b?id=3"),
        ("http://news.example:8080/", "http://news.example:8080"),
        ("http://user:pass@news.example/a", "http://news.example/a"),
        ("http://[::1]:8080/x/", "http://[::1]:8080/x"),
        ("javascript:alert(1)", None),
        ("http://", None),
        ("http://news.example:port/", None),
        ("http://[broken/", None),
        ("https://a b.example/", None),
        ("https://evil.example\\@news.example/", None),
        ("ftp://news.example/a", None),
        ("news.example/a", None),
    ],
)
def test_a_url_has_one_spelling_or_none(url: str, canonical: str | None) -> None:
    assert text.canonical_url(url) == canonical


def test_links_come_in_order_each_once_without_the_punctuation_around_them() -> None:
    said = "(see https://a.example/x_(y)), https://A.example/x_(y)! 보세요 https://b.example/뉴스 “http://c.example/q?a=1.”"
    assert text.links_in(said) == ("https://a.example/x_(y)", "https://b.example", "http://c.example/q?a=1")


@pytest.mark.parametrize(
    ("raw", "scored"),
    [
        ("isn’t good", "isn't good"),
        ("isn´t good", "isn't good"),
        ("isn`t good", "isn't good"),
        ("❤\ufe0f", "❤"),
        ("go\u200bod", "good"),
        ("ｇｏｏｄ", "good"),
        ("gооd", "good"),  # with Cyrillic о
        ("хорошо", "хорошо"),
        ("@happy @a.bsky.social @u@m.social", "@user @user @user"),
        ("https://love.example/great", "http"),
        ("😡bad", "😡 bad"),
    ],
)
def test_a_scorer_reads_what_a_person_sees(raw: str, scored: str) -> None:
    assert text.for_scoring(raw) == scored


def test_a_scorer_reads_at_most_ten_thousand_characters_and_fifty_emoji() -> None:
    assert len(text.for_scoring("ﷺ" * 10_000)) == text.MAX_SCORED_CHARACTERS
    assert text.for_scoring("😡" * 60 + "!") == "😡" * text.MAX_SCORED_EMOJI + "!"


def test_words_keep_what_belongs_together_and_drop_links_and_handles() -> None:
    said = "Don’t @anna! #Cho_Hyun 1.80 vs 4,200; mother-in-law 조현 외교부 हिन्दी https://x.example/y 5%"
    assert text.words(said) == (
        "don't", "cho", "hyun", "1.80", "vs", "4,200", "mother-in-law", "조현", "외교부", "हिन्दी", "5",
    )  # fmt: skip


def test_an_e_mail_address_is_no_handle() -> None:
    assert text.words("write anna@mail.example") == ("write", "anna", "mail", "example")


def test_two_copies_have_one_fingerprint_and_a_changed_number_has_another() -> None:
    original = text.fingerprint("The toll is 1.80, they say! https://x.example/1")
    assert text.fingerprint("RT @a: RT @b@c.example: the TOLL is\u200b 1.80 they say 😡") == original
    assert text.fingerprint("The toll is 1.08, they say!") != original
    assert text.fingerprint("😡 https://x.example @a") == ""


@given(st.text())
def test_a_fingerprint_is_its_own_fingerprint(raw: str) -> None:
    once = text.fingerprint(raw)
    assert text.fingerprint(once) == once


@pytest.mark.parametrize(
    "part", ["http://", "@", "@a.", "a-", "'", "x`", "1,", "RT @a: ", "ﷺ", "@a@a", ")", "http://a)", "😂", "a."]
)
def test_no_text_takes_more_than_linear_time(part: str) -> None:
    def seconds(times: int) -> float:
        started = time.process_time()
        for function in (text.links_in, text.for_scoring, text.words, text.fingerprint):
            function(part * times)
        return time.process_time() - started

    assert seconds(40_000) < 20 * seconds(10_000) + 0.2
