"""Who says much the same."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from monitor.grouping import MOST_GROUPS, form_groups
from monitor.labels import unfit
from monitor.model import VoiceId
from tests.builders import sentiment, story
from tests.ferry_talk import against, copy, in_favour, said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.grouping import Part
    from monitor.model import Understood


def _posts(parts: Iterable[Part]) -> list[list[str]]:
    return [[row.post.id for row in part.rows] for part in parts]


def _two_themes(count: int) -> list[Understood]:
    sheep = [
        said(f"w{n}", f"Sheep need summer pasture and farmers need sheep {chr(97 + n)}word", minutes=n)
        for n in range(count)
    ]
    school = [
        said(f"c{n}", f"Children miss school when the bus boat is late {chr(97 + n)}text", minutes=n)
        for n in range(count)
    ]
    return [*sheep, *school]


def test_a_group_never_holds_two_sides() -> None:
    same = "The ferry matters to everybody on this island"
    rows = [
        said("one", same, stance="oppose"),
        said("two", same, "positive", stance="support"),
        said("three", same, "negative"),
        said("four", same, "positive"),
    ]
    sides = [(part.stance, part.tone, part.voices) for part in form_groups(rows, story())]
    assert sorted(sides, key=str) == [
        ("neither", "negative", 1),
        ("neither", "positive", 1),
        ("oppose", "negative", 1),
        ("support", "positive", 1),
    ]


def test_a_small_side_stays_whole_and_a_large_one_is_parted_by_its_words() -> None:
    assert [part.voices for part in form_groups(_two_themes(6), story())] == [12]
    parts = form_groups(_two_themes(15), story())
    assert [part.voices for part in parts] == [15, 15]
    assert all(len({row.post.id[2] for row in part.rows}) == 1 for part in parts)


def test_the_order_of_the_posts_has_no_part_in_it() -> None:
    rows = [*_two_themes(15), *against(25), *in_favour(9)]
    shuffled = list(rows)
    Random(4).shuffle(shuffled)  # noqa: S311 - a shuffle, no secret
    assert form_groups(shuffled, story()) == form_groups(rows, story())


def test_a_group_is_named_by_its_oldest_post() -> None:
    rows = [said("late", "The sheep stay behind", minutes=9), said("early", "The sheep are left", minutes=1)]
    (part,) = form_groups(rows, story())
    assert (part.id, _posts([part])) == ("p-early", [["p-early", "p-late"]])


def test_a_post_without_a_time_is_taken_for_the_oldest() -> None:
    timeless = said("t", "The sheep need their summer pasture")
    timeless = replace(timeless, post=replace(timeless.post, created_at=None))
    (part,) = form_groups([said("a", "The sheep stay behind", minutes=-90), timeless], story())
    assert part.id == "p-t"


def test_only_opinions_that_count_are_grouped() -> None:
    root = said("root", "The sheep stay behind for ever now")
    rows = [
        root,
        copy(root, "echo"),
        said("flood", "The sheep stay behind once more", flood="one account"),
        said("news", "The county closes the ferry", kind="reporting"),
        said("ask", "When does the last one sail?", kind="question"),
    ]
    assert _posts(form_groups(rows, story())) == [["p-root"]]


def test_one_voice_that_speaks_twice_has_one_vote() -> None:
    twice = [
        said("anna1", "The sheep stay behind", voice=VoiceId("v")),
        said("anna2", "And so do I", voice=VoiceId("v")),
    ]
    assert [part.voices for part in form_groups(twice, story())] == [1]


def test_the_same_words_with_another_number_or_a_negation_are_not_merged() -> None:
    rows = [
        said("a", "The ferry costs 38 million crowns a year", minutes=1),
        said("b", "The ferry costs 38 million crowns a year!", minutes=2),
        said("c", "The ferry costs 83 million crowns a year", minutes=0),
        said("d", "The county does want the ferry", minutes=3),
        said("e", "The county does not want the ferry", minutes=4),
    ]
    assert _posts(form_groups(rows, story())) == [["p-a", "p-b", "p-d"]]


def test_running_numbers_keep_nobody_out() -> None:
    rows = [said(f"n{n}", f"I am signature {n} for the ferry and the sheep") for n in range(8)]
    assert [part.voices for part in form_groups(rows, story())] == [8]


def test_opinions_of_no_side_are_a_group_only_with_others_that_share_their_words() -> None:
    unclear: dict[str, Any] = {"sentiment": sentiment("neutral", unclear=True)}
    alone = [said(f"u{n}", text, **unclear) for n, text in enumerate(("Hmm well", "So be it", "Time will tell"))]
    assert form_groups(alone, story()) == ()
    shared = [said(f"v{n}", f"Perhaps the tunnel comes some day {'abc'[n]}x", **unclear) for n in range(3)]
    (part,) = form_groups([*alone, *shared], story())
    assert (part.stance, part.tone, part.voices) == ("neither", None, 3)


def test_what_cannot_be_read_is_grouped_within_its_language() -> None:
    unread: dict[str, Any] = {"sentiment": None, "not_scored": "no scorer"}
    rows = [said(f"k{n}", f"섬 사람들은 페리가 필요하다 {'가나다'[n]}", language="ko", **unread) for n in range(3)]
    rows += [said(f"j{n}", f"島の人にはフェリーが必要 {'あいう'[n]}", language="ja", **unread) for n in range(3)]
    assert {(part.language, part.voices) for part in form_groups(rows, story())} == {("ko", 3), ("ja", 3)}


def test_there_are_never_more_groups_than_the_paragraph_holds() -> None:
    rows = []
    for theme in range(8):
        words = [f"theme{chr(97 + theme)}{chr(97 + n)}{'xyz'[n % 3]}" for n in range(4)]
        rows += [
            said(f"t{theme}-{n}", " ".join(words), "negative" if theme < 4 else "positive", minutes=theme)
            for n in range(8)
        ]
    parts = form_groups(rows, story())
    assert len(parts) <= MOST_GROUPS
    assert {part.tone for part in parts} == {"negative", "positive"}


def test_in_a_large_talk_the_counts_are_exact() -> None:
    rows = [
        said(f"b{n}", f"{'Sheep need summer pasture' if n % 3 else 'Children miss school again'} tail{n}x")
        for n in range(3000)
    ]
    parts = form_groups(rows, story())
    assert sorted(part.voices for part in parts) == [1000, 2000]


def test_a_mark_without_its_letter_is_no_word_of_a_label() -> None:
    face = "\u035c\u0296"
    assert unfit(face, "en", frozenset()) == "is no word"
    assert unfit("ferry", "en", frozenset()) is None


def test_meaning_brings_together_what_words_do_not() -> None:
    rows = [
        said(f"{theme}{n}", f"{theme}{chr(97 + n)}word {theme}{chr(97 + n)}term of mine", minutes=n)
        for n in range(15)
        for theme in ("sea", "cost")
    ]
    numbers = {"s": [90, 10, 3], "c": [10, 90, 3]}
    vectors = {row.post.id: bytes([*numbers[row.post.id[2]], n % 5]) for n, row in enumerate(rows)}
    assert [part.voices for part in form_groups(rows, story())] == [30]
    assert [part.voices for part in form_groups(rows, story(), vectors)] == [15, 15]
    shuffled = list(rows)
    Random(4).shuffle(shuffled)  # noqa: S311 - a shuffle, no secret
    assert form_groups(shuffled, story(), dict(reversed(vectors.items()))) == form_groups(rows, story(), vectors)


def test_where_one_vector_is_missing_words_alone_decide() -> None:
    rows = _two_themes(15)
    vectors = {row.post.id: bytes([90 if n % 2 else 10, 50]) for n, row in enumerate(rows[1:])}
    assert form_groups(rows, story(), vectors) == form_groups(rows, story())
