"""The independent counting holds for a true paragraph and tells of each false one; and the index of partitions."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from monitor.claims import write_brief
from monitor.gate import gated
from monitor.model import PostCitation
from reports.phrases import languages
from reports.sentences import compose
from tests.benchmarks.groups import adjusted_rand
from tests.benchmarks.proof import batches, proved
from tests.builders import sentiment
from tests.ferry_talk import against, evidence, in_favour, rich, said
from tests.independent import COUNTING, prove

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from monitor.model import Brief, Claim, Evidence, Understood
    from tests.independent import Proof


def proof_of(brief: Brief, known: Evidence, language: str = "en") -> Proof:
    return prove(brief, known, compose(brief, known.story, language=language), language=language)


def with_claim(brief: Brief, kind: str, change: Callable[[Claim], Claim]) -> Brief:
    """Change the first claim of a kind."""
    place = next(n for n, claim in enumerate(brief.claims) if claim.kind == kind)
    claims = (*brief.claims[:place], change(brief.claims[place]), *brief.claims[place + 1 :])
    return replace(brief, claims=claims)


def number(name: str, value: float) -> Callable[[Claim], Claim]:
    def change(claim: Claim) -> Claim:
        assert dict(claim.numbers)[name] != value
        return replace(claim, numbers=tuple((key, value if key == name else old) for key, old in claim.numbers))

    return change


def quoting(**changes: Any) -> Callable[[Claim], Claim]:
    """Change the first citation."""

    def change(claim: Claim) -> Claim:
        first = claim.citations[0]
        assert isinstance(first, PostCitation)
        return replace(claim, citations=(replace(first, **changes), *claim.citations[1:]))

    return change


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(("oppose", "support"), [(24, 22), (60, 9), (3, 0), (12, 12)])
def test_a_true_paragraph_is_proved_in_every_language(language: str, oppose: int, support: int) -> None:
    known = rich(oppose=oppose, support=support)
    brief, reasons = gated(write_brief(known), known)
    assert reasons == ()
    proof = proof_of(brief, known, language)
    assert proof.failures == []
    assert proof.sentences >= len(brief.claims)
    assert proof.numbers > 60
    assert proof.quotes > 1


def test_few_posts_and_none_are_proved() -> None:
    for rows in ([], against(1), [*against(2), *in_favour(1)], [said("iro", "Oh great, no ferry", ironic=True)]):
        known = evidence(rows)
        assert proof_of(write_brief(known), known).failures == []


def test_every_kind_of_claim_has_its_counting() -> None:
    known = rich()
    assert {claim.kind for claim in write_brief(known).claims} <= COUNTING.keys()
    assert len(COUNTING) == 20


FALSE: dict[str, tuple[str, Callable[[Claim], Claim], str]] = {
    "voices of a group": ("group", number("voices", 99), "counted are"),
    "of how many": ("group", number("of", 999), "counted are"),
    "a share": ("group", number("share", 95), "counted are"),
    "a range too narrow": ("group", number("high", 25), "counted are"),
    "posts": ("volume", number("posts", 7), "counted are"),
    "a side": ("split", number("support", 3), "counted are"),
    "originals": ("copies", number("originals", 9), "counted are"),
    "minutes of a flood": ("flood", number("minutes", 2), "counted are"),
    "posts of a loud account": ("loud_account", number("posts", 5), "counted are"),
    "people of a language": ("languages", number("nb", 9), "counted are"),
    "deletions": ("deleted", number("posts", 3), "counted are"),
    "gaps": ("gap", number("gaps", 2), "counted are"),
    "a letter of a quote": ("group", quoting(quote="Without the ferry our goats are lost"), "is not its own"),
    "a post that is not there": ("group", quoting(post="p-nobody", quote=None), "is not stored"),
    "a post from outside the group": ("group", quoting(post="p-news", quote=None), "does not belong"),
    "another address": ("group", quoting(url="https://y.example/"), "address"),
    "a post about something else": ("volume", quoting(post="p-wine"), "does not belong"),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_claim_is_told(name: str) -> None:
    kind, change, why = FALSE[name]
    known = rich()
    brief = with_claim(write_brief(known), kind, change)
    failures = proof_of(brief, known).failures
    assert any(f"en, {kind}: " in failure and why in failure for failure in failures), failures


def test_a_digit_that_only_the_sentence_has_is_told() -> None:
    known = rich()
    brief = write_brief(known)
    paragraph = compose(brief, known.story, language="en")
    first = next(one for one in paragraph.sentences if one.claim.kind == "group")
    other = replace(first, parts=(replace(first.parts[0], text=f"77 {first.parts[0].text}"), *first.parts[1:]))
    sentences = tuple(other if one is first else one for one in paragraph.sentences)
    failures = prove(brief, known, replace(paragraph, sentences=sentences)).failures
    assert any("it prints 77" in failure for failure in failures)


def test_citation_numbers_of_other_posts_are_told() -> None:
    known = rich()
    brief = write_brief(known)
    paragraph = compose(brief, known.story, language="en")
    first = replace(paragraph.sentences[0], cites=(97, 98, 99))
    changed = replace(paragraph, sentences=(first, *paragraph.sentences[1:]))
    assert any("it shows [97, 98, 99]" in failure for failure in prove(brief, known, changed).failures)


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("deleted", "is not stored"),
        ("ironic", "possibly ironic"),
        ("withheld", "withheld"),
        ("gone", "is not stored"),
    ],
)
def test_a_quoted_post_that_may_not_be_shown_any_more_is_told(what: str, why: str) -> None:
    """The paragraph stays, the post behind it changes."""
    known = evidence([*against(8), *in_favour(7)])
    brief = write_brief(known)
    quote = brief.groups[0].quote
    assert quote is not None

    def altered(row: Understood) -> list[Understood]:
        if row.post.id != quote.post:
            return [row]
        if what == "gone":
            return []
        if what == "ironic":
            return [replace(row, finding=replace(row.finding, ironic=True))]
        text = f"{row.post.text} Write to me: anna@ferry.example"
        changes: dict[str, Any] = {"deleted": True} if what == "deleted" else {"text": text}
        return [replace(row, post=replace(row.post, **changes))]

    now = replace(known, rows=tuple(new for row in known.rows for new in altered(row)))
    failures = proof_of(brief, now).failures
    assert any(quote.post in failure and why in failure for failure in failures), failures


def test_a_finding_that_changed_is_told_by_every_sentence_that_counts_it() -> None:
    known = evidence([*against(8), *in_favour(7)])
    brief = write_brief(known)
    first = known.rows[0]
    turned = replace(first.finding, stance="support", sentiment=sentiment("positive"))
    now = replace(known, rows=(replace(first, finding=turned), *known.rows[1:]))
    assert any("split" in failure for failure in proof_of(brief, now).failures)


@pytest.mark.corpora
def test_every_paragraph_of_the_newsroom_is_proved(corpora: Path) -> None:
    kinds: Counter[str] = Counter()
    for batch in batches("newsroom", corpora, 0):
        proof = proved(batch, languages(), kinds, light=True)
        assert proof.failures == []
        assert proof.sentences > 500
    assert {"volume", "group", "withheld", "deleted", "no_change"} <= kinds.keys()


# --- The index of partitions -----------------------------------------------------------------------


def test_equal_partitions_agree_whatever_their_names() -> None:
    assert adjusted_rand("aabbc", "xxyyz") == 1
    assert adjusted_rand("aaaa", "bbbb") == 1
    assert adjusted_rand("abcd", "wxyz") == 1


def test_the_index_is_that_of_a_worked_example() -> None:
    # Pairs together in both: 1; in the one: 2, in the other: 2; of 6: chance is 2 * 2 / 6.
    assert adjusted_rand("aabb", "xxyz") == pytest.approx((1 - 1 / 3) / (3 / 2 - 1 / 3))
    # Hubert and Arabie (1985) is symmetric, and may be below 0.
    assert adjusted_rand("aabb", "xyxy") == pytest.approx(-0.5)
    assert adjusted_rand("xxyz", "aabb") == adjusted_rand("aabb", "xxyz")


def test_one_group_of_all_says_nothing_about_several() -> None:
    assert adjusted_rand("aaaaaa", "aabbcc") == 0


def test_partitions_by_chance_agree_by_nothing_on_average() -> None:
    draw = random.Random(7)  # noqa: S311 - a fixed seed for the same draws each time
    values = [adjusted_rand(draw.choices("abc", k=60), draw.choices("abcd", k=60)) for _ in range(300)]
    assert abs(sum(values) / len(values)) < 0.01
