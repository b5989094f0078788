"""The paragraph: each claim said in one language, and what of it fits into 120 and 40 words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor.model import Claim, PostCitation

from .isolation import isolated
from .phrases import Part, Parts, Phrases, phrases
from .saying import SAY, Talk, view_of, word
from .wording import RuleSentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.model import Brief, ClaimKind, PostId, Rewording, Story

MAX_WORDS = 120  # outside quotes, for what people say
MAX_LEFT_OUT_WORDS = 40  # for the line of what was left out
_TOLD = frozenset({
    "volume", "reporting", "post", "group", "split", "minority", "no_minority", "loud_minority", "change",
    "no_change",
})  # fmt: skip
_ENDINGS = ".!?…。！？"
# What a sentence may list in words of ours: the claim's word, and the table that has its name.
_LISTED = {
    "platforms": "platforms",
    "platform": "platforms",
    "roles": "roles",
    "languages": "languages",
    "reasons": "withheld_reasons",
}
_SIDE_OF = {"support": "support", "positive": "support", "oppose": "oppose", "negative": "oppose"}
RULES = "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One claim in words. cites: the [n] of the posts that prove it, as they are cited.

    worded_by: "rules", or "model" and its name.
    """

    claim: Claim
    parts: Parts
    cites: tuple[int, ...]
    open_quote: str
    close_quote: str
    worded_by: str = RULES

    @property
    def text(self) -> str:
        """The sentence as plain text, quotes verbatim within the language's quote marks."""
        return "".join(self._plain(part) for part in self.parts)

    @property
    def words(self) -> int:
        """How many words it has outside quotes."""
        return len("".join(" " if part.quote else part.text for part in self.parts).split())

    def _plain(self, part: Part) -> str:
        if part.quote:
            return isolated(f"{self.open_quote}{part.text}{self.close_quote}")
        return part.text if part.language is None else isolated(part.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """What people say. sentences: what fits, in order; left_out: the parts of the line of what was left out.

    frame: what stands before, between and after those parts. everything: every claim as a sentence of its own,
    in order. implied: the claims that the sentence of another one says too, likewise: the minority, where its group
    is said to stand on the other side. dropped: how many claims did not fit. refused: the wordings of a model that
    do not stand, by the place of their sentence from 1, each with why; its sentence is by rules.
    """

    sentences: tuple[Sentence, ...]
    left_out: tuple[Sentence, ...]
    frame: tuple[str, str, str]
    everything: tuple[Sentence, ...]
    dropped: int
    implied: tuple[Sentence, ...] = ()
    refused: tuple[tuple[int, str], ...] = ()

    def line(self, parts: Sequence[str]) -> str:
        """Return the line of what was left out with its parts as given, "" where there are none."""
        before, between, after = self.frame
        return f"{before}{between.join(parts)}{after}" if parts else ""

    @property
    def said(self) -> tuple[Sentence, ...]:
        """What fits, each claim as a sentence of its own, in order."""
        told = {id(one.claim): one for one in (*self.implied, *self.sentences)}
        left_out = {id(one.claim) for one in self.left_out}
        return (
            *(told[id(one.claim)] for one in self.everything if id(one.claim) in told),
            *(one for one in self.everything if id(one.claim) in left_out),
        )

    @property
    def reworded(self) -> tuple[int, int]:
        """How many sentences a model worded, of how many; the line of what was left out is one, by rules."""
        worded = sum(one.worded_by != RULES for one in self.sentences)
        return worded, len(self.sentences) + bool(self.left_out)

    def written_by(self, writer: str) -> str:
        """Return who wrote it for a machine: `writer`, or the model with how much of it is by rules."""
        worded, of = self.reworded
        model = next((one.worded_by for one in self.sentences if one.worded_by != RULES), None)
        rest = "; the rest by rules" if worded < of else ""
        return writer if model is None else f"{model} ({worded} of {of} sentences{rest})"

    @property
    def left_out_text(self) -> str:
        """The line of what was left out as plain text, "" where nothing was."""
        return self.line([part.text for part in self.left_out])

    @property
    def text(self) -> str:
        """The whole paragraph as plain text, without citations."""
        said = [sentence.text for sentence in self.sentences]
        return " ".join([*said, self.left_out_text] if self.left_out else said)


def numbered(brief: Brief) -> dict[PostId, int]:
    """Return the [n] of each cited post, in order of first citation, from 1."""
    numbers: dict[PostId, int] = {}
    for claim in brief.claims:
        for citation in claim.citations:
            if isinstance(citation, PostCitation):
                numbers.setdefault(citation.post, len(numbers) + 1)
    return numbers


def compose(
    brief: Brief,
    story: Story,
    *,
    language: str,
    time_zone: str = "UTC",
    numbers: Mapping[PostId, int] | None = None,
    rewording: Rewording | None = None,
) -> Paragraph:
    """Say `brief` in `language`; where it is too long, the smallest groups beyond each side's first go first.

    rewording: what of it stands is said in place of the rules' sentences.
    """
    if brief.story != story.id:
        raise ValueError(f"the brief is about {brief.story}, not about {story.id}")
    cites = numbered(brief) if numbers is None else numbers
    words = phrases(language)
    told = [claim for claim in brief.claims if claim.kind in _TOLD]
    left = [claim for claim in brief.claims if claim.kind not in _TOLD]

    kept, outlets = _fitting(brief, told, words, time_zone, cites)
    sentences: tuple[Sentence, ...] = ()
    several = _in_several_groups(kept)
    for flip, overlap in dict.fromkeys(((True, several), (True, ""), (False, several), (False, ""))):
        sentences = _sentences(brief, kept, words, time_zone, cites, outlets=outlets, flip=flip, overlap=overlap)
        if sum(one.words for one in sentences) <= MAX_WORDS:
            break
    sentences, refused = _reworded(sentences, rewording, words)
    before, _, after = words.pattern("left_out.line").partition("{parts}")
    fragments = _left_out(brief, left, words, time_zone, cites)
    everything = _sentences(brief, list(brief.claims), words, time_zone, cites, outlets=True, flip=True, apart=True)
    said = {id(one.claim) for one in sentences}
    implied = {id(claim) for claim in kept if id(claim) not in said}
    return Paragraph(
        sentences=sentences,
        left_out=fragments,
        frame=(before, words.pattern("lists.clause"), after),
        everything=tuple(one if one.claim.kind in _TOLD else _closed(words, one) for one in everything),
        dropped=len(brief.claims) - len(sentences) - len(implied) - len(fragments),
        implied=tuple(one for one in everything if id(one.claim) in implied),
        refused=refused,
    )


def rule_sentence(sentence: Sentence, words: Phrases) -> RuleSentence:
    """Return what a wording of a sentence of the rules is measured by."""
    told = [(table, sentence.claim.word(name) or ()) for name, table in _LISTED.items()]
    items = {
        words.name(table, code) for table, value in told for code in ((value,) if isinstance(value, str) else value)
    }
    return RuleSentence(parts=sentence.parts, words=words, items=tuple(sorted(items)))


# --- In a model's words ----------------------------------------------------------------------------


def _reworded(
    sentences: tuple[Sentence, ...], rewording: Rewording | None, words: Phrases
) -> tuple[tuple[Sentence, ...], tuple[tuple[int, str], ...]]:
    """Return the sentences with each wording that stands, and those that do not, with why."""
    made, refused = list(sentences), list[tuple[int, str]]()
    if rewording is None:
        return sentences, ()
    for place, wording in rewording.sentences:
        why = _refusal(made, place, wording, words)
        if why:
            refused.append((place, why))
            continue
        rule = made[place - 1]
        parts = _tidy(rule_sentence(rule, words).filled(wording))
        made[place - 1] = replace(rule, parts=parts, worded_by=f"model {rewording.model}")
        if sum(one.words for one in made) > MAX_WORDS:
            made[place - 1] = rule
            refused.append((place, f"with it the paragraph has more than {MAX_WORDS} words"))
    return tuple(made), tuple(refused)


def _refusal(sentences: Sequence[Sentence], place: int, wording: str, words: Phrases) -> str | None:
    if not 1 <= place <= len(sentences):
        return "the paragraph has no such sentence"
    if sentences[place - 1].worded_by != RULES:
        return "the sentence has another wording"
    return rule_sentence(sentences[place - 1], words).refusal(wording)


# --- What fits -----------------------------------------------------------------------------------


def _fitting(
    brief: Brief, told: list[Claim], words: Phrases, zone: str, cites: Mapping[PostId, int]
) -> tuple[list[Claim], bool]:
    """Return the claims that fit into MAX_WORDS, and whether outlets may be named."""
    kept = list(told)

    def length(*, outlets: bool) -> int:
        return sum(one.words for one in _sentences(brief, kept, words, zone, cites, outlets=outlets))

    for claim in _droppable_groups(told, beyond_first=True):
        if length(outlets=True) <= MAX_WORDS:
            return kept, True
        kept.remove(claim)
    if length(outlets=True) <= MAX_WORDS:
        return kept, True
    # Still too long: without outlets, then without the smaller sides, and at last from the end.
    for claim in [*_droppable_groups(told, beyond_first=False), *reversed(told[1:])]:
        if length(outlets=False) <= MAX_WORDS:
            break
        if claim in kept:
            kept.remove(claim)
    return kept, False


def _droppable_groups(told: list[Claim], *, beyond_first: bool) -> list[Claim]:
    """Return group claims, smallest first: all but the first of each side, or all but the largest."""
    groups = [claim for claim in told if claim.kind == "group"]
    firsts: dict[str, Claim] = {}
    for claim in groups:
        firsts.setdefault(view_of(claim), claim)
    spared = list(firsts.values()) if beyond_first else groups[:1]
    spare = [claim for claim in groups if claim not in spared]
    return sorted(spare, key=lambda claim: claim.number("voices"))


def _in_several_groups(told: list[Claim]) -> str:
    """Return the last group of `told` where their people add up to more than there are, "" where they do not."""
    groups = [claim for claim in told if claim.kind == "group"]
    if not groups or sum(claim.number("voices") for claim in groups) <= groups[0].number("of"):
        return ""
    return word(groups[-1], "group")


# In which order the line of what was left out is told shorter, and then loses its parts: what was kept from the
# reader goes last, floods and gaps, which change what the rest is worth, at the very last.
_LINE_SHORTER: tuple[ClaimKind, ...] = (
    "gap",
    "flood",
    "withheld",
    "not_scored",
    "loud_account",
    "deleted",
    "copies",
)
_LINE_DROPS: tuple[ClaimKind, ...] = (
    "languages", "unclear", "elsewhere", "loud_account", "not_scored", "copies", "withheld", "deleted",
)  # fmt: skip


def _left_out(
    brief: Brief, left: list[Claim], words: Phrases, zone: str, cites: Mapping[PostId, int]
) -> tuple[Sentence, ...]:
    """Return the parts of the line that fit into MAX_LEFT_OUT_WORDS: first shorter ones, then fewer."""
    kept = list(_sentences(brief, left, words, zone, cites, outlets=True))

    def too_long() -> bool:
        return sum(one.words for one in kept) + len(words.pattern("left_out.line").split()) > MAX_LEFT_OUT_WORDS

    for place in range(1, len(_LINE_SHORTER) + 1):
        if too_long():
            short = frozenset(_LINE_SHORTER[:place])
            kept = list(_sentences(brief, left, words, zone, cites, outlets=True, short=short))
    for kind in _LINE_DROPS:
        if too_long():
            kept = [one for one in kept if one.claim.kind != kind]
    while len(kept) > 1 and too_long():
        kept.pop()
    return tuple(kept)


def _closed(words: Phrases, one: Sentence) -> Sentence:
    """Return a fragment of the left-out line as a sentence that stands alone."""
    parts = words.parts("left_out.fragment", part=one.parts)
    first = parts[0]
    upper = Part(text=first.text[:1].upper() + first.text[1:], quote=first.quote, language=first.language)
    return Sentence(
        claim=one.claim, parts=(upper, *parts[1:]), cites=one.cites, open_quote=one.open_quote,
        close_quote=one.close_quote,
    )  # fmt: skip


def _sentences(
    brief: Brief,
    claims: list[Claim],
    words: Phrases,
    zone: str,
    cites: Mapping[PostId, int],
    *,
    outlets: bool,
    overlap: str = "",
    flip: bool = False,
    apart: bool = False,
    short: frozenset[str] = frozenset(),
) -> tuple[Sentence, ...]:
    """Say `claims` in order. apart: each for itself; else one that another says too has no sentence."""
    made: list[Sentence] = []
    said: set[str] = set()
    other_side = "" if apart else _told_as_other_side(claims)
    for claim in claims:
        talk = Talk(
            brief=brief, words=words, zone=zone, said=frozenset(said), outlets=outlets, short=short,
            overlap=overlap, other_side=other_side, flip=flip,
            first_group=not any(one.claim.kind == "group" for one in made),
        )  # fmt: skip
        parts = _tidy(SAY[claim.kind](claim, talk))
        if not parts:
            continue
        if claim.kind == "group":
            said.add(word(claim, "group"))
        made.append(
            Sentence(
                claim=claim,
                parts=parts,
                cites=tuple(dict.fromkeys(cites[post] for post in _posts(claim) if post in cites)),
                open_quote=words.pattern("language.open_quote"),
                close_quote=words.pattern("language.close_quote"),
            )
        )
    return tuple(made)


def _told_as_other_side(claims: list[Claim]) -> str:
    """Return the group of the minority where its sentence follows that of a group against it, else ""."""
    minority = next((claim for claim in claims if claim.kind == "minority"), None)
    if minority is None:
        return ""
    group, side, told = word(minority, "group"), _SIDE_OF.get(view_of(minority), ""), False
    for claim in claims:
        if claim.kind == "group" and word(claim, "group") == group:
            return group if told else ""
        if claim.kind == "group" and not word(claim, "no_side"):
            told |= _SIDE_OF.get(view_of(claim), side) != side
    return ""


def _tidy(parts: Parts) -> Parts:
    """Return `parts` without a full stop after a quote that already ends its sentence."""
    if len(parts) > 1 and parts[-1].text in _ENDINGS and parts[-2].quote and parts[-2].text[-1:] in _ENDINGS:
        return parts[:-1]
    return parts


def _posts(claim: Claim) -> list[PostId]:
    return [citation.post for citation in claim.citations if isinstance(citation, PostCitation)]
