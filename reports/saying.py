"""How each kind of claim is said: which phrase of the language's table, filled with which figures and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from monitor.model import NEVER_READ, Brief, GapCitation, PostCitation

from .phrases import Filling, Part, Parts, Phrases

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.model import Claim, ClaimKind

_Values: TypeAlias = dict[str, Filling]


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What saying a claim needs besides the claim. said: the groups that an earlier sentence has told.

    outlets: whether they may be named. first_group: whether no group has been told yet. overlap: the group after
    which it is said that people stand in several. other_side: the group that is said to stand on the other side.
    flip: whether it is told how few would turn the sides. short: the kinds that are told without their particulars.
    """

    brief: Brief
    words: Phrases
    zone: str
    said: frozenset[str]
    outlets: bool = True
    first_group: bool = True
    overlap: str = ""
    other_side: str = ""
    flip: bool = True
    short: frozenset[str] = frozenset()


def _n(claim: Claim, name: str) -> int:
    return round(claim.number(name))


def _has(claim: Claim, name: str) -> bool:
    return any(key == name for key, _ in claim.numbers)


def word(claim: Claim, name: str) -> str:
    """Return the one word called `name`, "" where the claim has none."""
    value = claim.word(name)
    return value if isinstance(value, str) else ""


def _listed(claim: Claim, name: str) -> tuple[str, ...]:
    value = claim.word(name)
    if value is None or value == "":
        return ()
    return (value,) if isinstance(value, str) else value


def _quote(claim: Claim) -> Part | None:
    for citation in claim.citations:
        if isinstance(citation, PostCitation) and citation.quote:
            return Part(text=citation.quote, quote=True, language=citation.language or "und")
    return None


def view_of(claim: Claim) -> str:
    """Return the code of what a group says: its stance, else its tone, else "not_scored" or "none"."""
    stance = word(claim, "stance")
    if stance in {"support", "oppose"}:
        return stance
    return word(claim, "tone") or ("not_scored" if word(claim, "not_scored") else "none")


def _platforms(claim: Claim, talk: Talk) -> str:
    return talk.words.names(talk.words.name("platforms", code) for code in _listed(claim, "platforms"))


def _volume(claim: Claim, talk: Talk) -> Parts:
    words = talk.words
    posts, voices, opinions = _n(claim, "posts"), _n(claim, "voices"), _n(claim, "opinions")
    reports = _n(claim, "reporting_posts") if _has(claim, "reporting_posts") else 0
    window = words.window(talk.brief.window.since, talk.brief.window.until, talk.zone)
    values: _Values = {
        "window": window,
        "posts": words.count("post", posts),
        "people": words.count("person", voices),
        "platforms": _platforms(claim, talk),
        "qualifier": words.name("qualifiers", word(claim, "qualifier")),
        "opinions": words.count("give_opinion", opinions),
        "reports": words.count("only_report", reports),
        "others": words.count("other_post", posts - reports),
        "usual": "",
    }
    if word(claim, "qualifier") == "not measured":
        nobody = all(
            isinstance(citation, GapCitation) and citation.gap.reason == NEVER_READ for citation in claim.citations
        )
        key = "unmeasured_posts" if posts else "never_read" if nobody else "unmeasured"
        return words.parts(f"volume.{key}", **values)
    if posts == 0:
        # Posts as proof of nothing: all that was found are copies and floods.
        only_copies = any(isinstance(citation, PostCitation) for citation in claim.citations)
        return words.parts("volume.only_copies" if only_copies else "volume.none", **values)
    if opinions == 0:
        key = "no_opinion" if not reports else "only_reports" if reports >= posts else "reports_and_others"
        return words.parts(f"volume.{key}", **values)
    if _has(claim, "usual_low"):
        values["usual"] = words.say(
            "volume.usual",
            low=words.number(claim.number("usual_low")),
            high=words.number(claim.number("usual_high")),
        )
    return words.parts("volume.some", **values)


def _post(claim: Claim, talk: Talk) -> Parts:
    words, quote, tone = talk.words, _quote(claim), word(claim, "tone")
    values: _Values = {
        "platform": words.name("platforms", word(claim, "platform")),
        "tone": words.pattern(f"post.{tone}") if tone else "",
        "ironic": words.pattern("post.ironic") if word(claim, "possibly_ironic") else "",
    }
    if quote is None:
        return words.parts("post.withheld", **values)
    return words.parts(f"post.{word(claim, 'post_kind')}", quote=quote, **values)


def _reporting(claim: Claim, talk: Talk) -> Parts:
    words, quote = talk.words, _quote(claim)
    names = _listed(claim, "outlets") if talk.outlets else ()
    copies = _n(claim, "copies") if _has(claim, "copies") else 0
    key = "reporting.all_outlets" if len(names) >= _n(claim, "accounts") else "reporting.outlets"
    values: _Values = {
        "accounts": words.count("only_share", claim.number("accounts")),
        "posts": words.count("post", claim.number("posts")),
        "copies": words.say("reporting.copies", times=words.count("time", copies)) if copies else "",
        "outlets": words.parts(key, names=_foreign(words, names, "und")) if names else "",
        "lead_in": words.pattern("reporting.most_shared" if copies else "reporting.one_of_them"),
    }
    if not _n(claim, "accounts"):  # whoever shares the news also says something
        values["shared"] = words.count("share_post", claim.number("posts"))
        key = "reporting.no_accounts" if quote is None else "reporting.no_accounts_quoted"
        return words.parts(key, quote=quote or "", **values)
    return words.parts("reporting.plain" if quote is None else "reporting.quoted", quote=quote or "", **values)


def _foreign(words: Phrases, items: tuple[str, ...], language: str) -> Parts:
    """Return a list of strangers' words, each marked with its language."""
    return words.listed([Part(text=item, language=language) for item in items])


def _group_values(claim: Claim, talk: Talk) -> _Values:
    words, quote, label = talk.words, _quote(claim), _listed(claim, "label")
    voices, of = _n(claim, "voices"), _n(claim, "of")
    view = view_of(claim) + ("_no_side" if word(claim, "no_side") else "")
    return {
        "voices": words.number(voices),
        "of": words.count("with_opinion", of) if talk.first_group else words.number(of),
        "all": words.count("all_with_opinion", of),
        "view": words.form(f"views.{view}", voices),
        "label": words.parts("group.label", words=_foreign(words, label, word(claim, "language") or "und"))
        if label
        else "",
        "quote": words.parts("group.quote", quote=quote) if quote else "",
    }


def _group(claim: Claim, talk: Talk) -> Parts:
    words, values = talk.words, _group_values(claim, talk)
    roles = [words.name("roles", role) for role in dict.fromkeys(_listed(claim, "roles"))]
    key = "group.roles_one" if _n(claim, "voices") == 1 else "group.roles"
    values["roles"] = words.say(key, names=words.names(roles)) if roles else ""
    values["ironic"] = words.pattern("group.ironic") if word(claim, "possibly_ironic") else ""
    values["share"] = ""
    if _has(claim, "share"):
        figures = {name: words.number(claim.number(name)) for name in ("share", "low", "high")}
        values["share"] = words.say("group.share" if claim.number("share") else "group.share_small", **figures)
    overlap = word(claim, "group") == talk.overlap != ""
    values["overlap"] = words.pattern("group.overlap") if overlap else ""
    if _n(claim, "voices") == _n(claim, "of"):
        return words.parts("group.all", **values)
    if word(claim, "group") == talk.other_side != "" and not talk.first_group:
        return words.parts("group.other_side", **values)
    return words.parts("group.first" if talk.first_group else "group.next", **values)


def _flip(claim: Claim, talk: Talk, key: str) -> str:
    """Return how few would turn the sides, "" where it is not told."""
    if not (talk.flip and _has(claim, "flip")):
        return ""
    return talk.words.say(key, people=talk.words.count("person", claim.number("flip")))


def _split(claim: Claim, talk: Talk) -> Parts:
    words = talk.words
    sides = {side: words.number(claim.number(side)) for side in ("support", "oppose", "of")}
    key = "split.stance" if word(claim, "by") == "stance" else "split.text"
    return words.parts(key, **sides, flip=_flip(claim, talk, "split.flip"))


def _minority(claim: Claim, talk: Talk) -> Parts:
    """Say the minority; nothing where the sentence of its group has said all of it."""
    if word(claim, "group") == talk.other_side != "":
        alone = _flip(claim, talk, "minority.flip_alone")
        return (Part(text=alone),) if alone else ()
    said = word(claim, "group") in talk.said
    key = "known" if said else "first" if talk.first_group else "next"
    flip = _flip(claim, talk, "minority.flip")
    return talk.words.parts(f"minority.{key}", flip=flip, **_group_values(claim, talk))


def _no_minority(claim: Claim, talk: Talk) -> Parts:
    words, leading, side = talk.words, _n(claim, "leading"), word(claim, "stance")
    if word(claim, "by") == "stance":
        side = {"support": "in_favour", "oppose": "against"}[side]
    return words.parts(
        "no_minority.text",
        leading=words.number(leading),
        of=words.number(claim.number("of")),
        side=words.form(f"sides.{side}", leading),
        flip=_flip(claim, talk, "minority.flip"),
    )


_BY_TONE = {"support": "positive", "oppose": "negative"}


def _loud_minority(claim: Claim, talk: Talk) -> Parts:
    words, by_tone = talk.words, word(claim, "by") != "stance"

    def camp(name: str) -> str:
        side = word(claim, name)
        return words.name("camps", _BY_TONE.get(side, side) if by_tone else side)

    names = ("posts", "other_posts", "voices", "other_voices")
    numbers = {name: words.number(claim.number(name)) for name in names}
    if word(claim, "people") == "none":
        return words.parts("loud_minority.none", loud=camp("stance"), **numbers)
    return words.parts("loud_minority.other", loud=camp("stance"), larger=camp("people"), **numbers)


def _change(claim: Claim, talk: Talk) -> Parts:
    words = talk.words
    return words.parts(
        f"change.{word(claim, 'tone')}_{word(claim, 'direction')}",
        now=words.number(claim.number("now")),
        of=words.count("with_opinion", claim.number("of")),
        before=words.number(claim.number("before")),
        of_before=words.number(claim.number("of_before")),
    )


def _no_change(claim: Claim, talk: Talk) -> Parts:
    words = talk.words
    return words.parts(
        "no_change.text",
        now=words.count("with_opinion", claim.number("now")),
        before=words.number(claim.number("before")),
    )


def _copies(claim: Claim, talk: Talk) -> Parts:
    words = talk.words
    top = _n(claim, "top") if _has(claim, "top") else 0
    same = _n(claim, "same_words") if _has(claim, "same_words") else 0
    reposts = _n(claim, "copies") - same
    several = _n(claim, "originals") > 1 and top > 1 and claim.kind not in talk.short
    values: _Values = {
        "originals": words.count("original", claim.number("originals")),
        "times": words.count("time", reposts),
        "top": words.say("left_out.top", times=words.count("time", top)) if several else "",
        "same": words.count("same_words", same),
        "copies": words.count("copy", claim.number("copies")),
    }
    if not reposts:
        return words.parts("left_out.same_words", **values)
    if same:
        return words.parts(
            "left_out.copies_short" if claim.kind in talk.short else "left_out.copies_and_same", **values
        )
    return words.parts("left_out.copies", **values)


def _flood(claim: Claim, talk: Talk) -> Parts:
    words = talk.words
    own = "one_account" if word(claim, "reason") == "one account" else "near_identical"
    several = _has(claim, "floods")
    if several:
        own = "accounts" if own == "one_account" else "campaigns"
    minutes = _n(claim, "minutes") if _has(claim, "minutes") else 0
    return words.parts(
        f"left_out.flood_{own}_short" if claim.kind in talk.short else f"left_out.flood_{own}",
        posts=words.count(
            "near_identical" if own in {"near_identical", "campaigns"} else "post", claim.number("posts")
        ),
        accounts=words.count("account", claim.number("accounts")) if _has(claim, "accounts") else "",
        campaigns=words.count("campaign", claim.number("floods")) if several else "",
        minutes=words.say("left_out.within", time=words.duration(minutes)) if minutes else "",
        new=words.pattern("left_out.new") if word(claim, "new_accounts") else "",
        left_out=words.number(claim.number("left_out")),
        posts_out=words.count("post", claim.number("left_out")),
    )


def _loud_account(claim: Claim, talk: Talk) -> Parts:
    words, left_out = talk.words, _n(claim, "left_out")
    return words.parts(
        "left_out.loud_account_short" if claim.kind in talk.short else "left_out.loud_account",
        posts=words.number(claim.number("posts")),
        of=words.count("post", claim.number("of")),
        cut=words.say("left_out.cut", left_out=words.number(left_out)) if left_out else "",
    )


def _not_scored(claim: Claim, talk: Talk) -> Parts:
    words = talk.words
    named = words.names(words.name("languages", code) for code in _listed(claim, "languages"))
    key = "left_out.not_scored_short" if claim.kind in talk.short else "left_out.not_scored"
    return words.parts(key, people=words.count("person", claim.number("voices")), languages=named)


def _unclear(claim: Claim, talk: Talk) -> Parts:
    words = talk.words
    return words.parts(
        "left_out.unclear", voices=words.number(claim.number("voices")), of=words.number(claim.number("of"))
    )


def _languages(claim: Claim, talk: Talk) -> Parts:
    words = talk.words
    each = [
        words.say("left_out.language", language=words.name("languages", code), voices=words.number(voices))
        for code, voices in claim.numbers
    ]
    return words.parts("left_out.languages", list=words.names(each))


def _withheld(claim: Claim, talk: Talk) -> Parts:
    words = talk.words
    posts = words.count("withheld", claim.number("posts"))
    reasons = words.names(words.name("withheld_reasons", code) for code in _listed(claim, "reasons"))
    if claim.kind in talk.short:
        return words.parts("left_out.withheld_short", n=words.number(claim.number("posts")))
    key = "left_out.withheld" if reasons else "left_out.withheld_plain"
    return words.parts(key, posts=posts, reasons=reasons)


def _deleted(claim: Claim, talk: Talk) -> Parts:
    if claim.kind in talk.short:
        return talk.words.parts("left_out.deleted_short", n=talk.words.number(claim.number("posts")))
    return talk.words.parts("left_out.deleted", posts=talk.words.count("deleted", claim.number("posts")))


def _elsewhere(claim: Claim, talk: Talk) -> Parts:
    return talk.words.parts("left_out.elsewhere", matches=talk.words.count("match", claim.number("posts")))


def _gap(claim: Claim, talk: Talk) -> Parts:
    words = talk.words
    gaps = [citation.gap for citation in claim.citations if isinstance(citation, GapCitation)]
    begins, ends = [gap.since for gap in gaps], [gap.until for gap in gaps]
    since = None if None in begins else min(time for time in begins if time)
    until = None if None in ends else max(time for time in ends if time)
    values: _Values = {
        "source": Part(text=words.name("platforms", word(claim, "source")), language="und"),
        "reason": Part(text=word(claim, "reason"), language="und"),
        "window": words.window(since, until, talk.zone),
        "times": words.say("left_out.times", times=words.count("time", len(gaps))) if len(gaps) > 1 else "",
    }
    if _has(claim, "read"):
        figures: _Values = {name: words.number(claim.number(name)) for name in ("read", "of_about")}
        return words.parts("left_out.gap_sampled", **values, **figures)
    if word(claim, "reason") == NEVER_READ:
        return words.parts("left_out.gap_never", **values)
    if claim.kind in talk.short:
        return words.parts("left_out.gap_short", **values)
    return words.parts("left_out.gap" if word(claim, "reason") else "left_out.gap_plain", **values)


_Say: TypeAlias = "Callable[[Claim, Talk], Parts]"

SAY: dict[ClaimKind, _Say] = {
    "volume": _volume,
    "reporting": _reporting,
    "post": _post,
    "group": _group,
    "split": _split,
    "minority": _minority,
    "no_minority": _no_minority,
    "loud_minority": _loud_minority,
    "change": _change,
    "no_change": _no_change,
    "copies": _copies,
    "flood": _flood,
    "loud_account": _loud_account,
    "not_scored": _not_scored,
    "unclear": _unclear,
    "languages": _languages,
    "withheld": _withheld,
    "deleted": _deleted,
    "elsewhere": _elsewhere,
    "gap": _gap,
}
