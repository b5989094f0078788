"""What the paragraph says in English, claim by claim, and what of it fits."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.model import NEVER_READ, Claim, GapCitation, Span, TombstoneCitation
from reports.phrases import phrases
from reports.sentences import MAX_LEFT_OUT_WORDS, MAX_WORDS, Paragraph, compose, numbered, rule_sentence
from tests.builders import NOON, story
from tests.sample_report import (
    CLAIMS,
    CRITICAL,
    FERRY,
    GAP,
    LEFT,
    MINORITY,
    POSITIVE,
    REPORTING,
    STORY,
    VOLUME,
    brief,
    cite,
    claim,
    empty_brief,
    group_claim,
)


def paragraph(*claims: Claim, **changes: Any) -> Paragraph:
    return compose(brief(claims=claims, **changes), STORY, language="en", time_zone="Europe/Oslo")


def said(*claims: Claim) -> str:
    """The last of `claims` as a sentence of its own."""
    return paragraph(*claims).everything[-1].text


def volume(**numbers: int) -> Claim:
    counted = {"posts": 31, "voices": 23, "opinions": 14, "reporting_posts": 9} | numbers
    words = {"qualifier": "none" if not counted["opinions"] else "very limited", "platforms": ("x", "bluesky")}
    return claim("volume", words=words, **counted)


def test_nothing_found_is_said_without_a_word_on_sentiment() -> None:
    text = compose(empty_brief(), STORY, language="en", time_zone="Europe/Oslo").text
    assert text == "No posts found about this story on 3 February 2026 from 10:00 to 18:00."


def test_only_copies_are_not_called_no_posts() -> None:
    text = said(volume(posts=0, voices=0, opinions=0, reporting_posts=0))
    assert "No posts" not in text
    assert text.startswith("Only copies and floods were found")


@pytest.mark.parametrize(("posts", "begins"), [(0, "Not measured"), (12, "Not fully measured")])
def test_a_failed_reading_is_unknown(posts: int, begins: str) -> None:
    words = {"qualifier": "not measured", "platforms": ()}
    unread = claim(
        "volume", GapCitation(gap=GAP), words=words, posts=posts, voices=posts, opinions=0, reporting_posts=0
    )
    text = said(unread)
    assert text.startswith(begins)
    assert "No posts" not in text


def test_where_nobody_looked_no_source_is_said_to_have_failed() -> None:
    words = {"qualifier": "not measured", "platforms": ()}
    proof = GapCitation(gap=replace(GAP, source="all", reason=NEVER_READ))
    text = said(claim("volume", proof, words=words, posts=0, voices=0, opinions=0, reporting_posts=0))
    assert text == (
        "Not measured on 3 February 2026 from 10:00 to 18:00: no source was read for this time, "
        "so what people say is unknown, not nothing."
    )


def test_a_whole_local_day_is_told_without_its_hours() -> None:
    day = Span(since=NOON - timedelta(hours=13), until=NOON + timedelta(hours=11))  # Oslo is an hour ahead
    text = paragraph(volume(), window=day).sentences[0].text
    assert "by 23 people on 3 February 2026; " in text


def test_only_reports_are_no_opinion() -> None:
    text = said(volume(posts=15, voices=15, opinions=0, reporting_posts=15))
    assert text.startswith("No opinion found: 15 posts only report the news, on X and Bluesky,")


def test_reports_and_questions_are_no_opinion() -> None:
    text = said(volume(posts=15, voices=15, opinions=0, reporting_posts=14))
    assert text.startswith(
        "No opinion found: 14 posts only report the news and 1 other asks or says something else"
    )


def test_few_posts_are_counted_and_listed() -> None:
    shown = (
        (cite("p1", "The ferry must stay"), {"platform": "x", "post_kind": "opinion", "tone": "negative"}),
        (cite("p9", "Is there a boat at night?"), {"platform": "x", "post_kind": "question", "tone": ""}),
        (cite("p7"), {"platform": "bluesky", "post_kind": "opinion", "tone": "", "possibly_ironic": "yes"}),
    )
    posts = [claim("post", citation, words=words) for citation, words in shown]
    made = paragraph(volume(posts=3, voices=3, opinions=2, reporting_posts=0), *posts)
    assert [sentence.text for sentence in made.sentences] == [
        (
            "Very limited discussion on X and Bluesky: 3 posts by 3 people on 3 February 2026 from 10:00 to 18:00; "
            "2 people give an opinion."
        ),
        "A post on X, critical in tone, says: “The ferry must stay”.",
        "A post on X asks: “Is there a boat at night?”",
        "A post on Bluesky (possibly ironic) is counted, its text withheld.",
    ]


def test_usual_is_told_where_it_is_known() -> None:
    assert "14 people give an opinion (usual 20–40)" in said(volume(usual_low=20, usual_high=40))


def test_reporting_names_outlets_and_quotes_the_news() -> None:
    assert said(REPORTING) == (
        "8 accounts only share the news, among them Fjord Courier and <i>Kyst</i> & Fjell "
        "(9 posts, copied 12 times); the most-shared report reads: “County closes the Sundvik ferry in April”."
    )


def test_one_outlet_that_reports_is_named_as_the_one() -> None:
    one = claim("reporting", cite("p6"), words={"outlets": ("Fjord Courier",)}, accounts=1, posts=1, copies=0)
    assert said(one) == "1 account only shares the news: Fjord Courier (1 post)."


def test_reports_by_people_who_also_say_something_are_counted_as_posts() -> None:
    none = claim("reporting", cite("p6"), words={"outlets": ()}, accounts=0, posts=2, copies=1)
    assert said(none) == "2 posts only share the news, copied 1 time."


def test_the_first_group_says_of_how_many_and_the_next_is_shorter() -> None:
    first, second = paragraph(CRITICAL, POSITIVE).sentences
    assert first.text.startswith(
        "7 of 14 people with an opinion, an analyst among them, are critical, with words such as"
    )
    assert second.text.startswith("4 of 14 are positive, with words such as cheaper and boat: “The fast boat")


def test_a_group_of_one_and_a_group_of_all_agree_with_their_verbs() -> None:
    assert said(group_claim("p1", voices=1, of=3, tone="negative")) == "1 of 3 people with an opinion is critical."
    assert said(group_claim("p1", voices=1, of=1, stance="oppose")) == "The 1 person with an opinion is against."
    assert (
        said(group_claim("p1", voices=5, of=5, stance="support")) == "All 5 people with an opinion are in favour."
    )


def test_a_group_without_a_side_says_so() -> None:
    assert said(group_claim("p1", voices=3, of=9)) == "3 of 9 people with an opinion take no clear side."


def test_a_group_that_nobody_scored_takes_no_side_for_no_one() -> None:
    text = said(group_claim("p1", cite("p1", "Ohne Fähre geht es nicht"), voices=39, of=124, not_scored="yes"))
    assert text == "39 of 124 people with an opinion are not scored for tone: “Ohne Fähre geht es nicht”."


def test_people_in_several_groups_are_said_once_where_it_fits() -> None:
    few = paragraph(
        VOLUME,
        group_claim("a", voices=9, of=14, tone="negative"),
        group_claim("b", voices=7, of=14, tone="positive"),
    )
    assert [sentence.text.count("more than one group") for sentence in few.sentences] == [0, 0, 1]
    apart = paragraph(CRITICAL, POSITIVE)
    assert "more than one group" not in apart.text
    full = paragraph(VOLUME, REPORTING, *(wordy(f"g{n}", voices=60, tone=tone) for n, tone in enumerate(
        ("negative", "positive", "neutral", "")
    )), MINORITY)  # fmt: skip
    assert sum(sentence.words for sentence in full.sentences) <= MAX_WORDS


def test_a_share_is_told_with_its_range_from_thirty_voices() -> None:
    shared = claim(
        "group", cite("p1"), voices=40, posts=44, of=120, share=35, low=5, high=65,
        words={"group": "p1", "label": (), "language": "en", "stance": "neither", "tone": "negative", "roles": ()},
    )  # fmt: skip
    assert said(shared) == "40 of 120 people with an opinion (about 35%, range 5–65%) are critical."


def test_a_share_that_rounds_to_nothing_is_small_and_not_nothing() -> None:
    words = {"group": "p1", "label": (), "language": "en", "stance": "oppose", "tone": "", "roles": ()}
    tiny = claim("group", cite("p1"), words=words, voices=2, posts=2, of=124, share=0, low=0, high=55)
    assert said(tiny) == "2 of 124 people with an opinion (under 5%, range up to 55%) are against."


def test_an_ironic_group_is_possibly_ironic() -> None:
    assert "(possibly ironic)" in said(group_claim("p1", voices=2, of=9, tone="positive", possibly_ironic="yes"))


def test_a_split_gives_both_numbers() -> None:
    split = claim("split", cite("p1"), cite("p5"), support=10, oppose=11, of=23, words={"by": "tone"})
    assert said(split) == "Opinion is split: 11 critical and 10 supportive, of 23."


def test_a_minority_that_was_told_is_not_told_again() -> None:
    assert said(POSITIVE, MINORITY) == "The other side: 4 of 14 are positive."
    assert said(MINORITY).startswith("On the other side, 4 of 14 people with an opinion are positive")


TWO_SIDES = (
    group_claim("p1", cite("p1", "The ferry must stay"), voices=5, of=8, stance="oppose"),
    group_claim("p5", cite("p5", "The fast boat is cheaper"), voices=3, of=8, stance="support"),
)


def minority(*, of: int = 8, **flip: int) -> Claim:
    words = {"group": "p5", "label": (), "stance": "support", "tone": "", "language": "en"}
    return claim("minority", cite("p5"), words=words, voices=3, of=of, **flip)


def test_a_minority_is_told_by_the_sentence_of_its_own_group() -> None:
    last = minority()
    made = paragraph(*TWO_SIDES, last)
    assert [sentence.text for sentence in made.sentences] == [
        "5 of 8 people with an opinion are against: “The ferry must stay”.",
        "On the other side, 3 of 8 are in favour: “The fast boat is cheaper”.",
    ]
    # It stays a claim of its own: in order, said, and not dropped.
    assert [one.claim for one in made.said] == [*TWO_SIDES, last]
    assert made.said[-1].text == made.everything[-1].text == "The other side: 3 of 8 are in favour."
    assert made.dropped == 0


def test_how_few_would_turn_it_is_all_that_a_told_minority_adds() -> None:
    made = paragraph(*TWO_SIDES, minority(flip=1))
    assert made.sentences[-1].text == "1 person changing sides would leave no clear lead."
    assert made.implied == ()
    assert made.everything[-1].text == (
        "The other side: 3 of 8 are in favour; 1 person changing sides would leave no clear lead."
    )


def test_a_group_is_the_other_side_only_after_one_that_it_stands_against() -> None:
    against, favour = TWO_SIDES
    tone = group_claim("p2", voices=4, of=8, tone="negative", no_side="yes")
    for before in ((), (tone,), (group_claim("p3", voices=4, of=8),)):
        made = paragraph(*before, favour, against, minority())
        assert made.sentences[-1].text == "The other side: 3 of 8 are in favour."
        assert "On the other side" not in made.text


def test_where_a_minoritys_group_has_no_room_the_minority_is_told_whole() -> None:
    groups = [wordy(f"g{n}", voices=60 - n, tone="negative") for n in range(4)]
    few = wordy("p5", voices=5, tone="positive")
    words = {"group": "p5", "label": (), "stance": "neither", "tone": "positive", "language": "en"}
    last = claim("minority", cite("p5"), words=words, voices=5, of=90)
    assert "On the other side, 5 of 90" in paragraph(VOLUME, *groups, few, last).text
    told = paragraph(VOLUME, REPORTING, *groups[:1], last)
    assert told.sentences[-1].text == "On the other side, 5 of 90 are positive."


def test_a_tone_beside_sides_is_told_as_a_tone_without_a_side() -> None:
    tone = group_claim("p2", voices=6, of=13, tone="negative", no_side="yes")
    assert said(tone) == "6 of 13 people with an opinion are critical in tone without taking a side."


def test_a_split_by_stance_is_told_by_stance() -> None:
    numbers = {"support": 10, "oppose": 11, "of": 23}
    by_stance = claim("split", words={"by": "stance"}, **numbers)
    assert said(by_stance) == "Opinion is split: 11 against and 10 in favour, of 23."
    leading = claim("no_minority", words={"stance": "oppose", "by": "stance"}, leading=12, of=14)
    assert said(leading) == "12 of 14 are against; no group of 3 or more people takes the other side."


def test_how_few_would_turn_it_ends_the_sentence_and_goes_first_where_there_is_no_room() -> None:
    split = claim("split", words={"by": "stance"}, support=10, oppose=11, of=23, flip=2)
    told = "Opinion is split: 11 against and 10 in favour, of 23"
    assert said(split) == f"{told}; 2 people changing sides would give one side a clear lead."
    tones = ("negative", "positive", "neutral", "")
    groups = [wordy(f"g{n}", voices=9 - n, tone=tone) for n, tone in enumerate(tones)]
    made = paragraph(VOLUME, REPORTING, *groups, split)
    assert sum(sentence.words for sentence in made.sentences) > MAX_WORDS - 11
    assert made.sentences[-1].text == f"{told}."


def loud(people: str, by: str = "stance", **numbers: int) -> Claim:
    counted = {"posts": 69, "other_posts": 9, "voices": 1, "other_voices": 9} | numbers
    return claim("loud_minority", words={"stance": "oppose", "people": people, "by": by}, **counted)


def test_a_loud_minority_is_told_by_posts_and_by_people() -> None:
    begin = "By posts (copies and floods included)"
    assert said(loud("support")) == (
        f"{begin} those against lead 69 to 9; by people those in favour lead 9 to 1: a loud minority."
    )
    assert said(loud("support", "tone")) == (
        f"{begin} critics lead 69 to 9; by people supporters lead 9 to 1: a loud minority."
    )
    level = said(loud("none", voices=5, other_voices=6))
    assert level == f"{begin} those against lead 69 to 9; by people neither side clearly leads (5 to 6)."


def test_a_wording_of_a_loud_minority_cannot_swap_its_sides() -> None:
    words = phrases("en")
    rule = rule_sentence(paragraph(loud("support")).sentences[0], words)
    posts, people = "by posts (copies and floods included)", "by people"
    assert (
        rule.refusal(f"A loud minority: {posts} those against lead 69 to 9; {people} those in favour lead 9 to 1.")
        is None
    )
    for swapped in (
        f"{posts} those in favour lead 69 to 9; {people} those against lead 9 to 1: a loud minority.",
        f"{people} those against lead 69 to 9; {posts} those in favour lead 9 to 1: a loud minority.",
        f"{people} those in favour lead 9 to 1; {posts} those against lead 69 to 9: a loud minority.",
    ):
        assert rule.refusal(swapped[0].upper() + swapped[1:]) is not None


def test_a_loud_minority_goes_after_what_is_only_of_interest() -> None:
    tones = ("negative", "positive", "neutral", "")
    groups = [wordy(f"g{n}", voices=60 - n, tone=tones[n % 4]) for n in range(8)]
    still = claim("no_change", now=14, before=12)
    made = paragraph(VOLUME, REPORTING, *groups, loud("support"), still)
    kinds = [sentence.claim.kind for sentence in made.sentences]
    assert "loud_minority" in kinds
    assert kinds.count("group") < 8
    assert sum(sentence.words for sentence in made.sentences) <= MAX_WORDS


def test_no_minority_is_said() -> None:
    none = claim("no_minority", words={"stance": "oppose", "by": "tone"}, leading=12, of=14)
    assert said(none) == "12 of 14 are critical; no group of 3 or more people takes the other side."


@pytest.mark.parametrize(
    ("tone", "direction", "begins"),
    [
        ("negative", "more", "Criticism has grown"),
        ("negative", "fewer", "Criticism has eased"),
        ("positive", "more", "Praise has grown"),
        ("positive", "fewer", "Praise has eased"),
    ],
)
def test_a_change_gives_both_counts(tone: str, direction: str, begins: str) -> None:
    words = {"tone": tone, "direction": direction}
    text = said(claim("change", words=words, now=20, of=25, before=2, of_before=22))
    assert text == f"{begins} since the last report: 20 of 25 people with an opinion, against 2 of 22 then."


LEFT_OUT = {
    "1 original, reposted 49 times.": claim("copies", originals=1, copies=49, top=49),
    "6 posts with the same words as another.": claim("copies", originals=0, copies=6, top=0, same_words=6),
    "1 original, reposted 49 times, and 1 post with the same words as another.": claim(
        "copies", originals=1, copies=50, top=49, same_words=1
    ),
    "6 accounts posted many times, 118 posts left out.": claim(
        "flood", words={"reason": "one account", "new_accounts": ""}, floods=6, posts=124, left_out=118, accounts=6
    ),
    "95 near-identical posts in 3 campaigns by 40 accounts, 92 left out.": claim(
        "flood",
        words={"reason": "near-identical", "new_accounts": ""},
        floods=3,
        posts=95,
        left_out=92,
        accounts=40,
    ),
    "No source was read on 3 February 2026 from 13:00 to 15:00: unknown, not zero.": claim(
        "gap",
        GapCitation(gap=replace(GAP, source="all", reason=NEVER_READ)),
        words={"source": "all", "reason": NEVER_READ},
        gaps=1,
    ),
    "3 originals, reposted 60 times (one of them 49 times).": claim("copies", originals=3, copies=60, top=49),
    "300 near-identical posts by 280 accounts within 40 minutes, new ones among them, 299 left out.": LEFT[1],
    "40 posts by one account within 46 days, 39 left out.": claim(
        "flood",
        words={"reason": "one account", "new_accounts": ""},
        posts=40,
        left_out=39,
        accounts=1,
        minutes=64_839,
    ),
    "40 posts by one account within 1 minute, 39 left out.": claim(
        "flood", words={"reason": "one account", "new_accounts": ""}, posts=40, left_out=39, accounts=1, minutes=1
    ),
    "One account wrote 12 of 31 posts, 11 left out.": claim("loud_account", posts=12, of=31, left_out=11),
    "One account wrote 5 of 20 posts.": claim("loud_account", posts=5, of=20, left_out=0),
    "20 people in Korean and Danish not scored for tone.": claim(
        "not_scored", words={"languages": ("ko", "da")}, posts=21, voices=20
    ),
    "8 of 23 people unclear in tone.": claim("unclear", voices=8, of=23),
    "Languages: Korean 20 and English 7.": claim("languages", ko=20, en=7),
    "2 posts are withheld (phone number and slur).": claim(
        "withheld", words={"reasons": ("phone", "slur")}, posts=2
    ),
    "1 post since deleted.": claim("deleted", TombstoneCitation(story=FERRY, count=1), posts=1),
    "6 matches were about something else.": claim("elsewhere", posts=6),
    "Bluesky not read on 3 February 2026 from 13:00 to 15:00 (HTTP 429): unknown, not zero.": LEFT[-1],
    "X: 31 of about 210 posts read on 3 February 2026 from 13:00 to 15:00.": claim(
        "gap",
        GapCitation(gap=replace(GAP, source="x", read=31, of_about=210)),
        words={"source": "x", "reason": "sampled"},
        gaps=1,
        read=31,
        of_about=210,
    ),
    "Bluesky not read from 3 February 2026, 13:00 to 4 February 2026, 13:00, 2 times: unknown, not zero.": claim(
        "gap",
        GapCitation(gap=GAP),
        GapCitation(gap=replace(GAP, since=NOON + timedelta(hours=20), until=NOON + timedelta(hours=24))),
        words={"source": "bluesky", "reason": ""},
        gaps=2,
    ),
}


@pytest.mark.parametrize("text", LEFT_OUT)
def test_what_was_left_out_is_said(text: str) -> None:
    assert said(LEFT_OUT[text]) == text


def test_the_parts_of_the_line_are_joined_into_one() -> None:
    made = paragraph(LEFT_OUT["1 original, reposted 49 times."], LEFT_OUT["1 post since deleted."])
    assert made.left_out_text == "Left out: 1 original, reposted 49 times; 1 post since deleted."


def test_nothing_left_out_is_no_line() -> None:
    assert paragraph(VOLUME).left_out_text == ""
    assert paragraph(VOLUME).text == paragraph(VOLUME).sentences[0].text


def test_a_quote_is_verbatim_and_no_word_of_ours() -> None:
    quote = "two\nlines & <b>{of}</b> “it”"
    sentence = paragraph(group_claim("p1", cite("p1", quote), voices=3, of=9, tone="negative")).sentences[0]
    assert f"“{quote}”" in sentence.text
    assert sentence.words == 10  # "3 of 9 people with an opinion are critical:" and the full stop


def test_right_to_left_words_stay_in_their_place() -> None:
    sentence = paragraph(group_claim("p4", cite("p4", "הסירה זולה"), voices=3, of=9, tone="positive")).sentences[0]
    assert "\u2068“הסירה זולה”\u2069" in sentence.text


def test_a_quote_cannot_close_its_isolation() -> None:
    text = said(group_claim("p1", cite("p1", "a\u2069\u202eb"), voices=3, of=9, tone="negative"))
    assert "\u2068“a\u202eb”\u202c\u2069" in text


def test_numbers_follow_the_order_of_first_citation() -> None:
    numbers = numbered(brief(claims=(CRITICAL, REPORTING, POSITIVE)))
    assert list(numbers.items()) == [("p1", 1), ("p2", 2), ("p3", 3), ("p6", 4), ("p5", 5), ("p4", 6)]
    assert paragraph(CRITICAL, REPORTING).sentences[1].cites == (4,)


def test_a_brief_about_another_story_is_refused() -> None:
    with pytest.raises(ValueError, match="the brief is about ferry, not about bridge"):
        compose(brief(), story(id="bridge"), language="en")


# --- What fits -----------------------------------------------------------------------------------


def wordy(group_id: str, *, voices: int, tone: str) -> Claim:
    return group_claim(group_id, cite("p1"), voices=voices, of=90, tone=tone, label=("one", "two", "three", "four"))


def test_the_smallest_groups_beyond_each_sides_first_are_dropped_first() -> None:
    groups = [
        wordy("a", voices=30, tone="negative"), wordy("b", voices=20, tone="positive"),
        wordy("c", voices=9, tone="negative"), wordy("d", voices=8, tone="negative"),
        wordy("e", voices=7, tone="positive"), wordy("f", voices=3, tone="neutral"),
    ]  # fmt: skip
    made = paragraph(VOLUME, REPORTING, *groups, MINORITY)
    told = [sentence.claim.word("group") for sentence in made.sentences if sentence.claim.kind == "group"]
    assert told == ["a", "b", "f"]
    assert made.dropped == 3
    assert len(made.everything) == 9


def test_outlets_go_when_dropping_groups_does_not_suffice() -> None:
    groups = [wordy(name, voices=n, tone=tone) for name, n, tone in (("a", 9, "negative"), ("b", 8, "positive"))]
    long = [wordy("c", voices=5, tone="neutral"), wordy("d", voices=5, tone="")]
    names = replace(
        REPORTING, words=(("outlets", ("A Long Name Of News", "Another Very Long One", "And A Third")),)
    )
    made = paragraph(VOLUME, names, *groups, *long, MINORITY)
    reporting = next(sentence for sentence in made.sentences if sentence.claim.kind == "reporting")
    assert "among them" not in reporting.text
    assert "among them" in made.everything[1].text


def test_the_paragraph_always_fits() -> None:
    rng = random.Random(2026)  # noqa: S311 -- a fixed seed, nothing secret
    tones = ("negative", "positive", "neutral", "")
    for _ in range(200):
        groups = [wordy(f"g{n}", voices=99 - n, tone=rng.choice(tones)) for n in range(rng.randrange(12))]
        left = rng.choices(list(LEFT_OUT.values()), k=rng.randrange(15))
        some = [one for one in (VOLUME, REPORTING, MINORITY) if rng.random() < 0.8]
        made = paragraph(*some, *groups, *left)
        assert sum(sentence.words for sentence in made.sentences) <= MAX_WORDS
        assert len(made.left_out_text.split()) <= MAX_LEFT_OUT_WORDS or len(made.left_out) == 1
        assert len(made.everything) == len(some) + len(groups) + len(left)
        assert made.dropped == len(made.everything) - len(made.sentences) - len(made.left_out)


def test_a_gap_is_never_dropped_for_something_smaller() -> None:
    made = paragraph(VOLUME, *LEFT)
    assert "Bluesky not wholly read: unknown, not zero" in made.left_out_text


def test_what_was_kept_from_the_reader_outlasts_what_is_only_of_interest() -> None:
    kept = [
        "1 original, reposted 49 times, and 1 post with the same words as another.",
        "95 near-identical posts in 3 campaigns by 40 accounts, 92 left out.",
        "6 accounts posted many times, 118 posts left out.",
        "20 people in Korean and Danish not scored for tone.",
        "2 posts are withheld (phone number and slur).",
        "1 post since deleted.",
    ]
    small = [
        "8 of 23 people unclear in tone.",
        "Languages: Korean 20 and English 7.",
        "6 matches were about something else.",
    ]
    made = paragraph(VOLUME, *(LEFT_OUT[text] for text in [*kept, *small]), LEFT[-1])
    told = [part.claim for part in made.left_out]
    assert [claim for claim in told if claim.kind != "elsewhere"] == [*(LEFT_OUT[text] for text in kept), LEFT[-1]]


def test_our_words_never_say_most_or_majority_and_per_cent_only_where_a_claim_has_shares() -> None:
    every = [*CLAIMS, *LEFT_OUT.values(), volume(), volume(opinions=0)]
    for sentence in paragraph(*every).everything:
        ours = "".join(part.text for part in sentence.parts if part.language is None)
        assert not re.search(r"\bmost\b(?!-shared)|majority|%", ours, re.IGNORECASE)
