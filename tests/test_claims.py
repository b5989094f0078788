"""From findings to claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.claims import write_brief
from monitor.labels import is_a_name
from monitor.model import (
    Brief,
    Claim,
    Gap,
    Link,
    LinkReason,
    PostCitation,
    Role,
    Stance,
    Tones,
    Understood,
    VoiceId,
)
from monitor.quotes import choose, lines, nearness, opening, size
from tests.builders import NOON, sentiment, story
from tests.ferry_talk import UNTIL, against, copy, evidence, in_favour, rich, said


def _only(brief: Brief, kind: str) -> Claim:
    (claim,) = (claim for claim in brief.claims if claim.kind == kind)
    return claim


def _kinds(brief: Brief) -> list[str]:
    return [claim.kind for claim in brief.claims]


def _quotes(brief: Brief) -> list[str]:
    cited = (citation for claim in brief.claims for citation in claim.citations)
    return [citation.quote for citation in cited if isinstance(citation, PostCitation) and citation.quote]


# --- volume ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("voices", "word"),
    [(1, "very limited"), (9, "very limited"), (10, "limited"), (29, "limited"), (30, "moderate"), (99, "moderate"),
     (100, "active"), (399, "active"), (400, "extensive")],
)  # fmt: skip
def test_the_qualifier_follows_the_voices_with_an_opinion(voices: int, word: str) -> None:
    assert write_brief(evidence(against(voices))).qualifier == word


def test_no_posts_is_proved_by_the_reads_and_nothing_read_is_not_measured() -> None:
    read = write_brief(evidence())
    assert (read.qualifier, _kinds(read)) == ("none", ["volume"])
    unread = write_brief(
        evidence(reads=(), gaps=(Gap(source="x", query=None, since=None, until=None, reason="429"),))
    )
    assert (unread.qualifier, _kinds(unread)) == ("not measured", ["volume", "gap"])


def test_posts_that_only_report_are_no_opinion() -> None:
    rows = [said(f"n{n}", f"County closes the Sundvik ferry, part {n}", kind="reporting") for n in range(6)]
    brief = write_brief(evidence(rows))
    assert (brief.qualifier, brief.groups, _kinds(brief)) == ("none", (), ["volume", "reporting"])


def test_copies_and_floods_add_no_voice() -> None:
    root = said("root", "The sheep stay behind for ever now")
    rows = [root, *(copy(root, f"c{n}") for n in range(49)), *in_favour(3)]
    brief = write_brief(evidence(rows))
    assert dict(_only(brief, "volume").numbers) == {"posts": 4, "voices": 4, "opinions": 4, "reporting_posts": 0}
    assert dict(_only(brief, "copies").numbers) == {"originals": 1, "copies": 49, "top": 49, "same_words": 0}


def test_usual_is_told_only_for_a_day_with_two_weeks_before_it() -> None:
    rows, days = against(6), tuple(range(1, 15))
    assert dict(_only(write_brief(evidence(rows, history=days)), "volume").numbers)["usual_low"] == 2
    assert "usual_low" not in dict(_only(write_brief(evidence(rows, history=days[1:])), "volume").numbers)
    longer = replace(evidence(rows, history=days).window, until=UNTIL + timedelta(hours=1))
    assert "usual_low" not in dict(
        _only(write_brief(evidence(rows, history=days, window=longer)), "volume").numbers
    )


def test_up_to_four_posts_are_listed_and_five_are_summed_up() -> None:
    few = write_brief(evidence(against(4)))
    assert _kinds(few) == ["volume", *["post"] * 4]
    assert "post" not in _kinds(write_brief(evidence(against(5))))


def test_an_ironic_post_is_listed_as_such_and_never_speaks_for_a_group() -> None:
    wry = said("wry", "Great, another genius plan for our sheep and pasture", stance="oppose", ironic=True)
    listed = write_brief(evidence([wry]))
    assert _only(listed, "post").word("possibly_ironic") == "yes"
    grouped = write_brief(evidence([wry, *against(5)]))
    assert wry.post.text not in _quotes(grouped)
    assert _only(grouped, "group").word("possibly_ironic") == "yes"


# --- groups ------------------------------------------------------------------------------------------


def test_below_thirty_voices_only_counts_and_from_thirty_rounded_shares_with_a_range() -> None:
    few = _only(write_brief(evidence(against(10, 0))), "group")
    assert [name for name, _ in few.numbers] == ["voices", "posts", "of"]
    many = next(c for c in write_brief(evidence([*against(18), *in_favour(14)])).claims if c.kind == "group")
    share, low, high = (many.number(name) for name in ("share", "low", "high"))
    assert {share % 5, low % 5, high % 5} == {0}
    assert low < share < high


def test_one_voice_is_a_group_only_where_its_side_has_no_other() -> None:
    single = said("single", "A fast boat saves us all money", "positive", stance="support")
    alone = write_brief(evidence([*against(6), single]))
    assert [(group.voices, group.label == ()) for group in alone.groups if group.stance == "support"] == [(1, True)]
    rows = [*against(6), said("tone", "Terrible news for our sheep today", "negative")]
    assert [group.stance for group in write_brief(evidence(rows)).groups] == ["oppose"]


def test_two_groups_are_not_quoted_with_the_same_words() -> None:
    same = "The county should have asked the islanders first."
    rows = [
        *(said(f"n{n}", same, minutes=n) for n in range(3)),
        *(said(f"o{n}", same, stance="oppose") for n in range(3)),
    ]
    assert _quotes(write_brief(evidence(rows))) == [same]


def test_the_first_post_of_a_campaign_counts_but_speaks_for_nobody() -> None:
    root = said("bot", "The sheep lose their pasture, stop the county now.", stance="oppose")
    bots = [copy(root, f"bot{n}", flood="near-identical") for n in range(9)]
    brief = write_brief(evidence([root, *bots, *against(5, 1)]))
    assert brief.groups[0].voices == 6
    assert root.post.text not in _quotes(brief)
    assert dict(_only(brief, "flood").numbers)["left_out"] == 9


def test_a_role_is_told_only_where_a_cited_profile_states_it() -> None:
    rows = against(8)
    rows[3] = replace(rows[3], finding=replace(rows[3].finding, role=Role(name="analyst", words="ferry analyst")))
    claim = _only(write_brief(evidence(rows)), "group")
    assert claim.word("roles") == ("analyst",)
    assert rows[3].post.id in {citation.post for citation in claim.citations if isinstance(citation, PostCitation)}
    assert _only(write_brief(evidence(against(8))), "group").word("roles") == ()


def test_a_label_is_made_of_shared_words_and_holds_no_foreign_name() -> None:
    rows = [said(f"n{n}", f"I blame Mallory for the wasted harbour money, house {n}") for n in range(6)]
    rows += in_favour(6)
    label = write_brief(evidence(rows)).groups[0].label
    assert "mallory" not in label
    assert {"blame", "wasted"} & set(label)


@pytest.mark.parametrize("reason", ["words", "meaning", "thread"])
def test_a_post_that_is_hardly_about_the_story_is_not_quoted(reason: LinkReason) -> None:
    rows = against(6)
    for n, row in enumerate(rows):
        strength = {4: 0.75, 5: 0.95}.get(n, 0.65)
        link = Link(story=story().id, reason=reason, strength=strength)
        rows[n] = replace(row, finding=replace(row.finding, link=link))
    for quoted, left in ((rows[5], rows), (rows[4], rows[:5])):
        quote = write_brief(evidence(left)).groups[0].quote
        assert quote is not None
        assert quote.post == quoted.post.id
    assert write_brief(evidence([*rows[:4], *in_favour(3)])).groups[0].quote is None


def test_everyday_words_words_that_count_and_the_headline_make_no_label() -> None:
    rows = [said(f"n{n}", f"People say seven weeks today, the Sundvik ferry again, house {n}") for n in range(6)]
    group = write_brief(evidence([*rows, *in_favour(6)])).groups[0]
    assert (group.voices, group.label) == (6, ())


def test_a_word_of_the_headline_fills_no_label_up() -> None:
    rows = [said(f"n{n}", f"The sheep on the Sundvik ferry, house {n}") for n in range(6)]
    assert write_brief(evidence([*rows, *in_favour(6)])).groups[0].label == ()
    rows = [said(f"n{n}", f"The sheep need pasture by the Sundvik ferry, house {n}") for n in range(6)]
    assert set(write_brief(evidence([*rows, *in_favour(6)])).groups[0].label) == {"sheep", "pasture"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I wonder whether perhaps we wait instead, although nobody knows anything"),
        ("nb", "Lurer på hvorvidt vi kanskje venter istedenfor, selvom ingenting skjer"),
        ("ko", "글쎄 아마도 여부 도대체 차라리 오히려"),
    ],
)
def test_words_by_which_a_sentence_hangs_together_make_no_label(language: str, text: str) -> None:
    rows = [said(f"n{n}", f"{text} {n}", language=language) for n in range(6)]
    group = write_brief(evidence([*rows, *in_favour(6)])).groups[0]
    assert not {"whether", "wait", "perhaps", "although", "hvorvidt", "kanskje", "여부", "차라리"} & set(
        group.label
    )


def test_a_name_that_the_story_has_may_stand_in_a_label() -> None:
    rows = [said(f"n{n}", f"I blame Mallory Quist for this, house {n}") for n in range(6)]
    told = story(body="The decision was made by Mallory Quist.")
    label = write_brief(evidence([*rows, *in_favour(6)], story=told)).groups[0].label
    assert {"mallory", "quist"} <= set(label)


@pytest.mark.parametrize(
    ("word", "language", "text", "name"),
    [
        ("mallory", "en", "We blame Mallory for it", True),
        ("pasture", "en", "Pasture is gone. No pasture here", False),
        ("deck", "de", "Das Deck ist leer", False),
        ("erika", "de", "Da kommt Erika Muster", True),
        ("페리", "ko", "페리 좋다", False),
    ],
)
def test_names_are_told_by_their_capitals(word: str, language: str, text: str, name: bool) -> None:  # noqa: FBT001 - a column
    assert is_a_name(word, language, [text]) is name


def test_a_withheld_post_is_counted_and_never_quoted_or_cited_elsewhere() -> None:
    rows = [said("pii", "Call the mayor at 202-555-0143 about the sheep and the pasture"), *against(6)]
    brief = write_brief(evidence(rows))
    assert _only(brief, "volume").number("opinions") == 7
    assert not any("0143" in quote for quote in _quotes(brief))
    citing = [
        claim.kind for claim in brief.claims if any(getattr(c, "post", "") == "p-pii" for c in claim.citations)
    ]
    assert citing == ["withheld"]


def test_a_group_that_nobody_scored_is_said_to_be_so() -> None:
    german = [
        said(
            f"de{n}",
            f"Ohne Fähre bleiben die Schafe zurück, Haus {n}",
            language="de",
            sentiment=None,
            not_scored="no",
        )
        for n in range(4)
    ]
    unclear = [
        said(f"u{n}", f"Well, ferry or boat, house {n}", sentiment=sentiment(unclear=True)) for n in range(4)
    ]
    brief = write_brief(evidence([*against(5), *german, *unclear]))
    told = {claim.word("language"): claim.word("not_scored") for claim in brief.claims if claim.kind == "group"}
    assert told["de"] == "yes"
    assert {claim.word("not_scored") for claim in brief.claims if claim.word("language") == "en"} == {None}
    taking = [replace(row, finding=replace(row.finding, stance="oppose")) for row in german]
    claims = write_brief(evidence([*taking, *unclear])).claims
    assert {claim.word("not_scored") for claim in claims if claim.kind == "group"} == {None}


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("I don't support the charge. I drive in every day and I'll pay it.", "oppose"),
        ("I agree. The small business will need to make poverty fashionable", "support"),
        ("The ferry is old. The boat is fast. The county is right about both.", "support"),
    ],
)
def test_a_short_post_is_quoted_whole(text: str, stance: Stance) -> None:
    rows = [said("a", f"@county {text} https://x.example/1", stance=stance), *against(5, 1)]
    rows += [said("b", "Some say ferry, others say boat", stance=stance)]
    quote = choose(rows[:1], (), [])
    assert quote is not None
    assert quote.quote == text


def test_a_quote_is_near_what_all_say_and_not_of_another_ferry() -> None:
    rows = against(5)
    stray = said("stray", "The ferry sheep jumper at Maas Knitwear is a disgrace, itchy at two hundred pounds.")
    vectors = {row.post.id: bytes([100, 20 + n]) for n, row in enumerate(rows)} | {stray.post.id: bytes([5, 120])}
    near = nearness([*rows, stray], vectors)
    assert near[stray.post.id] == 0
    assert sorted(near.values()) == [0, 0.2, 0.4, 0.6, 0.8, 1]
    turned = {post: 1 - place for post, place in near.items()}
    beside, far = choose([stray, rows[0]], (), [], near), choose([stray, rows[0]], (), [], turned)
    assert beside is not None
    assert far is not None
    assert (beside.post, far.post) == (rows[0].post.id, stray.post.id)
    assert nearness([*rows[:3], stray], vectors) == {}


def test_a_line_that_turns_its_author_round_is_not_quoted() -> None:
    long = f"The council has met {'once and again ' * 10}in the town hall this year. "
    turned = said("a", f"{long}I don't agree. Drivers pay the charge every morning.")
    against_it = said("b", f"{long}They keep saying that I support the charge.", stance="oppose")
    straight = said("c", f"{long}It is late. Nobody will be glad to pay the charge.", stance="oppose")
    quotes = [choose([row], (), []) for row in (turned, against_it, straight)]
    said_of = [quote.quote if quote else None for quote in quotes]
    assert "Drivers pay the charge every morning." not in said_of
    assert "They keep saying that I support the charge." not in said_of
    assert said_of[2] == "Nobody will be glad to pay the charge."


# --- split, minority, change -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("oppose", "support", "kind"),
    [
        (11, 10, "split"),
        (8, 6, "split"),
        (9, 6, "minority"),
        (5, 4, "minority"),
        (6, 2, "no_minority"),
        (4, 3, "minority"),
    ],
)
def test_split_or_minority_follows_the_rule(oppose: int, support: int, kind: str) -> None:
    brief = write_brief(evidence([*against(oppose), *in_favour(support)]))
    assert [k for k in _kinds(brief) if k in ("split", "minority", "no_minority")] == [kind]
    assert (brief.split, brief.minority is not None) == (kind == "split", kind == "minority")


@pytest.mark.parametrize(
    ("oppose", "support", "flip"),
    [
        (0, 0, None),  # nobody takes a side
        (1, 0, 1),
        (2, 2, 1),  # a tie
        (9, 1, 4),  # split at 5 to 5
        (4, 0, 2),  # a tie at 2 to 2
        (4, 3, 1),  # the other side leads
        (6, 5, 1),  # no longer split at 7 to 4
        (11, 10, 2),  # at 13 to 8
        (40, 8, 13),  # split at 27 to 21
    ],
)
def test_the_flip_is_how_few_voices_would_change_the_headline(oppose: int, support: int, flip: int | None) -> None:
    rows = [*against(oppose), *in_favour(support), said("n", "It is what it is on the island", "neutral")]
    assert write_brief(evidence(rows)).figures.flip == flip


@pytest.mark.parametrize(("oppose", "support"), [(9, 1), (4, 3), (11, 10), (5, 5), (1, 3), (60, 9)])
def test_the_flip_is_the_least_that_changes_the_headline(oppose: int, support: int) -> None:
    def headline(supporting: int) -> tuple[bool, int]:
        return _sides_of(oppose + support - supporting, supporting)

    found = write_brief(evidence([*against(oppose), *in_favour(support)])).figures.flip
    assert found is not None
    near = range(max(0, support - found + 1), min(oppose + support, support + found - 1) + 1)
    assert {headline(supporting) for supporting in near} == {headline(support)}
    edge = {n for n in (support - found, support + found) if 0 <= n <= oppose + support}
    assert any(headline(supporting) != headline(support) for supporting in edge)


def _sides_of(oppose: int, support: int) -> tuple[bool, int]:
    """Whether opinion is split, and else which side leads, as a brief about so many people tells it."""
    brief = write_brief(evidence([*against(oppose), *in_favour(support)]))
    return brief.split, 0 if brief.split else (oppose > support) - (support > oppose)


@pytest.mark.parametrize(
    ("oppose", "support", "kind", "told"),
    [
        (11, 10, "split", 2),
        (9, 5, "minority", 1),
        (8, 2, "no_minority", None),  # 3 of 10: more than a quarter
        (5, 4, "minority", None),  # fewer than ten on a side
        (60, 9, "minority", None),
    ],
)
def test_the_flip_is_told_only_of_ten_or_more_where_few_would_do(
    oppose: int, support: int, kind: str, told: int | None
) -> None:
    rows = [*against(oppose), *in_favour(support)]
    rows += [said(f"n{n}", f"It is what it is, part {n}", "neutral") for n in range(2)]
    assert dict(_only(write_brief(evidence(rows)), kind).numbers).get("flip") == told


def _loud(copies: int, oppose: int, support: int) -> Brief:
    """A brief where one post against is repeated so often."""
    rows = [*against(oppose), *in_favour(support)]
    return write_brief(evidence([*rows, *(copy(rows[0], f"c{n}") for n in range(copies))]))


def test_a_loud_minority_is_told_by_posts_and_by_people() -> None:
    claim = _only(_loud(68, 1, 9), "loud_minority")
    assert dict(claim.numbers) == {"posts": 69, "other_posts": 9, "voices": 1, "other_voices": 9}
    assert dict(claim.words) == {"stance": "oppose", "people": "support", "by": "stance"}
    assert [getattr(citation, "post", "") for citation in claim.citations] == ["p-a000", "p-c0", "p-s000"]
    level = _only(_loud(68, 5, 6), "loud_minority")
    assert (level.word("people"), level.number("voices"), level.number("other_voices")) == ("none", 5, 6)


@pytest.mark.parametrize(
    ("copies", "oppose", "support", "told"),
    [
        (68, 1, 9, True),
        (17, 1, 9, True),  # 18 posts to 9
        (16, 1, 9, False),  # 17 to 9
        (68, 1, 3, False),  # four people on a side
        (68, 1, 4, True),
        (68, 9, 1, False),  # the same side leads by people
        (68, 9, 6, False),
        (68, 8, 6, True),  # by people neither clearly leads
    ],
)
def test_a_loud_minority_is_told_only_where_it_is_clear(copies: int, oppose: int, support: int, told: bool) -> None:  # noqa: FBT001 - a column
    assert ("loud_minority" in _kinds(_loud(copies, oppose, support))) == told


def test_a_flood_and_a_loud_account_make_a_loud_minority_too() -> None:
    flood = [said(f"f{n}", "Close it today", stance="oppose", flood="near-identical") for n in range(20)]
    alone = [
        said(f"l{n}", f"Shame, part {n}", stance="oppose", voice=VoiceId("l"), flood="one account" if n else None)
        for n in range(20)
    ]
    for loud, posts in ((flood, 21), (alone, 21)):
        claim = _only(write_brief(evidence([*against(1), *in_favour(7), *loud])), "loud_minority")
        assert (claim.number("posts"), claim.number("other_posts")) == (posts, 7)
    asked = [copy(said("q", "Will it close?", kind="question", stance="oppose"), f"q{n}") for n in range(20)]
    assert "loud_minority" not in _kinds(write_brief(evidence([*against(1), *in_favour(7), *asked])))


def test_a_tone_without_a_stance_is_told_as_such_only_beside_stances() -> None:
    tones = [said(f"t{n}", f"Sad times for all the buses, part {n}") for n in range(6)]
    told = write_brief(evidence([*against(4), *in_favour(3), *tones]))
    words = {(c.word("stance"), c.word("tone")): c.word("no_side") for c in told.claims if c.kind == "group"}
    assert words == {("neither", "negative"): "yes", ("oppose", "negative"): None, ("support", "positive"): None}
    apart = write_brief(evidence([*against(2), *in_favour(2), *tones]))
    assert {claim.word("no_side") for claim in apart.claims if claim.kind == "group"} == {None}


def test_tone_tells_the_sides_only_where_few_take_a_stance() -> None:
    tones = [said(f"t{n}", f"Lovely boat, lovely trip, part {n}", "positive") for n in range(4)]
    told = write_brief(evidence([*against(6), *tones]))
    assert (told.minority, _only(told, "no_minority").word("by")) == (None, "stance")
    fewer = write_brief(evidence([*against(2), *(said(f"n{n}", f"Bad for sheep {n}") for n in range(5)), *tones]))
    assert fewer.minority == "p-t0"


def test_a_voice_that_speaks_for_both_sides_stands_on_neither() -> None:
    both = [
        said("a", "Sheep first, always", stance="oppose", voice=VoiceId("v")),
        said("b", "Money first, always", stance="support", voice=VoiceId("v")),
    ]
    assert dict(_only(write_brief(evidence([*both, *against(5)])), "no_minority").numbers) == {
        "leading": 5,
        "of": 6,
    }


def test_a_few_scored_people_are_no_figure_of_the_many_who_were_not() -> None:
    def unread(count: int) -> list[Understood]:
        return [
            said(f"de{n}", f"Die Fähre muss bleiben, sagt Haus {n}", sentiment=None, not_scored="no scorer for de")
            for n in range(count)
        ]

    brief = write_brief(evidence([*against(4), *unread(40)]))
    assert brief.figures.net is None
    group = next(claim for claim in brief.claims if claim.word("not_scored") == "yes")
    assert "share" not in dict(group.numbers)
    half = write_brief(evidence([*against(40), *unread(40)]))
    assert half.figures.net is not None


def test_the_unclear_and_the_not_scored_are_the_same_people_everywhere() -> None:
    both = [
        said("a", "Sheep first, always", "negative", stance="oppose", voice=VoiceId("v")),
        said("b", "Money first, always", "positive", stance="oppose", voice=VoiceId("v")),
    ]
    korean = said("c", "페리가 없어지면 어떻게 하나요", language="ko", sentiment=None, not_scored="no scorer")
    brief = write_brief(evidence([*both, korean, *against(5)]))
    assert dict(_only(brief, "unclear").numbers) == {"voices": 1, "of": 7}
    assert _only(brief, "not_scored").number("voices") == 1
    assert brief.left_out.unclear == 1
    assert brief.figures.opinions.unclear == 2


def test_a_voice_has_the_tone_of_what_could_be_scored() -> None:
    mixed = [
        said("a", "Sheep first, always", "negative", voice=VoiceId("v")),
        said(
            "b", "페리가 없어지면 어떻게 하나요", language="ko", sentiment=None, not_scored="no", voice=VoiceId("v")
        ),
    ]
    assert write_brief(evidence(mixed)).figures.opinions == Tones(negative=1)


def test_a_change_is_told_only_where_the_interval_excludes_none() -> None:
    before = write_brief(evidence(in_favour(80)))
    turned = write_brief(evidence(against(80), previous=before))
    claim = _only(turned, "change")
    assert dict(claim.numbers) == {"now": 80, "of": 80, "before": 0, "of_before": 80}
    assert dict(claim.words) == {"tone": "negative", "direction": "more"}
    same = write_brief(evidence([*in_favour(80), *against(5)], previous=before))
    assert "change" not in _kinds(same)
    assert dict(_only(same, "no_change").numbers) == {"now": 85, "before": 80}


def test_without_an_earlier_brief_nothing_is_said_of_change() -> None:
    assert not {"change", "no_change"} & set(_kinds(write_brief(evidence(against(30)))))


# --- what was left out -------------------------------------------------------------------------------


def test_a_campaign_is_told_with_its_size_time_and_new_accounts() -> None:
    claim = next(claim for claim in write_brief(rich()).claims if claim.kind == "flood")
    assert dict(claim.numbers) == {"posts": 8, "left_out": 7, "accounts": 8, "minutes": 1}
    assert dict(claim.words) == {"reason": "near-identical", "new_accounts": "yes"}


def test_several_campaigns_are_one_claim_that_cites_where_each_began() -> None:
    rows = against(5)
    for name in ("one", "two"):
        root = said(name, f"Close it today, campaign {name} says so", stance="support")
        rows += [root, *(copy(root, f"{name}{n}", flood="near-identical") for n in range(5))]
    claim = _only(write_brief(evidence(rows)), "flood")
    assert dict(claim.numbers) == {"floods": 2, "posts": 12, "left_out": 10, "accounts": 12}
    assert {getattr(citation, "post", "") for citation in claim.citations} == {"p-one", "p-two"}


def test_several_flooding_accounts_are_one_claim() -> None:
    rows = against(60)
    for who in ("x", "y", "z", "w"):
        rows += [
            said(f"{who}{n}", f"Word number {n} by {who}", voice=VoiceId(who), flood="one account" if n else None)
            for n in range(6)
        ]
    claim = _only(write_brief(evidence(rows)), "flood")
    assert dict(claim.numbers) == {"floods": 4, "posts": 24, "left_out": 20, "accounts": 24}
    assert [getattr(citation, "post", "") for citation in claim.citations] == ["p-w0", "p-x0", "p-y0"]


def test_the_same_words_of_others_are_no_reposts() -> None:
    root, other = (
        said("root", "The sheep stay behind for ever now"),
        said("other", "No boat carries a herd of sheep"),
    )
    rows = [root, other, copy(root, "c1"), *(copy(other, f"s{n}", copy_reason="same words") for n in range(3))]
    claim = _only(write_brief(evidence(rows)), "copies")
    assert dict(claim.numbers) == {"originals": 1, "copies": 4, "top": 1, "same_words": 3}
    assert [getattr(citation, "post", "") for citation in claim.citations] == ["p-root"]


def test_the_headline_figure_does_not_move_with_a_flood() -> None:
    rows = [*against(11), *in_favour(10)]
    flood = [said(f"f{n}", "Close it today", "positive", flood="near-identical") for n in range(300)]
    calm, flooded = write_brief(evidence(rows)), write_brief(evidence([*rows, *flood]))
    assert calm.figures.net == flooded.figures.net
    assert calm.figures.raw != flooded.figures.raw


def test_a_loud_account_is_told_and_has_one_vote() -> None:
    brief = write_brief(rich())
    assert dict(_only(brief, "loud_account").numbers)["posts"] == 20
    assert brief.left_out.loud_account == 19


def test_what_is_not_scored_names_its_languages() -> None:
    claim = _only(write_brief(rich()), "not_scored")
    assert (dict(claim.numbers), dict(claim.words)) == ({"posts": 1, "voices": 1}, {"languages": ("ko",)})


def test_gaps_of_one_source_and_reason_are_one_claim() -> None:
    gaps = tuple(
        Gap(source="x", query="ferry", since=NOON, until=UNTIL, reason="sampled", read=n, of_about=100)
        for n in (10, 20)
    )
    claim = _only(write_brief(evidence(against(5), gaps=gaps)), "gap")
    assert dict(claim.numbers) == {"gaps": 2, "read": 30, "of_about": 200}
    assert len(claim.citations) == 2


def test_the_claims_stand_in_the_order_of_the_paragraph() -> None:
    from monitor.model import ClaimKind  # noqa: PLC0415 - only this test needs the order

    order = ClaimKind.__args__  # type: ignore[attr-defined]
    places = [order.index(kind) for kind in _kinds(write_brief(rich()))]
    assert places == sorted(places)


# --- lines that may be quoted ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hi. The sheep need their summer pasture! No?", ["The sheep need their summer pasture!"]),
        ("@county @mayor bring back the old ferry https://x.example/1", ["bring back the old ferry"]),
        ("Ab dem 1. April fährt gar nichts mehr hier", ["Ab dem 1. April fährt gar nichts mehr hier"]),
        ("No. Never.", []),
        ("one two three four\nfive six seven eight", ["one two three four", "five six seven eight"]),
    ],
)
def test_lines_are_whole_sentences_of_four_to_thirty_words(text: str, found: list[str]) -> None:
    assert [line for line, _ in lines(text)] == found


def test_lines_are_verbatim_and_of_the_right_length() -> None:
    text = (
        f"{'word ' * 12}, {'more ' * 25}; {'tail ' * 3}. 섬 사람들은 어떻게 하나요? 島の人にはフェリーが必要です。"
        * 3
    )
    found = [line for line, _ in lines(text)]
    assert found
    assert all(line in text and 4 <= size(line) <= 30 for line in found)


@pytest.mark.parametrize("text", ["short", "a b c " * 30, "漢字" * 500, "", "   ", "x" * 5000])
def test_an_opening_is_verbatim_and_at_most_thirty_words(text: str) -> None:
    assert opening(text) in text
    assert size(opening(text)) <= 30


def test_no_line_with_markup_or_a_coarse_word_is_quoted() -> None:
    texts = (
        "The <b>sheep</b> need their pasture",
        "These idiots forgot the sheep pasture",
        "Ask @mayor about sheep pasture",
    )
    rows = [said(f"n{n}", text) for n, text in enumerate(texts * 2)]
    assert _quotes(write_brief(evidence(rows))) == []


def test_a_neutral_tone_takes_no_side() -> None:
    rows = [said(f"n{n}", f"It is what it is, part {n}", "neutral") for n in range(5)]
    brief = write_brief(evidence(rows))
    assert (brief.split, brief.minority) == (False, None)
    assert brief.groups[0].tone == "neutral"
    assert sentiment("neutral").label == brief.groups[0].tone
