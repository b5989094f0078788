"""One recount for each kind of claim: which numbers and words it must have, and what may prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from monitor import intervals
from monitor.model import GapCitation, PostCitation, ReadCitation
from monitor.quotes import opening

from .groups import check_group, members_of
from .leftovers import LEFT_OUT_CHECKS
from .proof import MOST_CITED, Expected, Refused, cited_ids, proved_by
from .recount import of_tone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.model import Brief, Claim, Group, PostId, Understood

    from .recount import Recount

    _Check: TypeAlias = Callable[[Claim, Brief, Recount], Expected]

_LEAST_LEADING = 3
"""With fewer on the leading side, that the other side has no group goes without saying."""
_SIDES = ("support", "oppose")


def _volume(claim: Claim, _brief: Brief, known: Recount) -> Expected:
    evidence = known.evidence
    rows = known.own or known.linked
    if rows:
        proved_by(claim, rows, known)
    elif evidence.reads:
        reads = {(r.source, r.query, r.since, r.until) for r in evidence.reads}
        cited = [c for c in claim.citations if isinstance(c, ReadCitation)]
        if len(cited) < len(claim.citations) or {(c.source, c.query, c.since, c.until) for c in cited} != reads:
            raise Refused("that there are no posts is proved by every read, and by nothing else")
    elif {c.gap for c in claim.citations if isinstance(c, GapCitation)} != set(evidence.gaps) or not evidence.gaps:
        raise Refused("that nothing was measured is proved by every gap")
    numbers: dict[str, object] = {
        "posts": len(known.own),
        "voices": known.people(known.own),
        "opinions": known.people(known.opinions),
        "reporting_posts": len(known.of_kind("reporting")),
    }
    window, days = evidence.window, sorted(evidence.history)
    if window.since and window.until and (window.until - window.since).total_seconds() == 86400 and len(days) >= 14:  # noqa: PLR2004 - one day; 14 days of history
        cut = len(days) // 10
        middle = days[cut : len(days) - cut]
        numbers |= {"usual_low": middle[0], "usual_high": middle[-1]}
    platforms = tuple(name for name, _ in known.spread(known.own, lambda row: row.post.platform))
    return Expected(numbers=numbers, words={"qualifier": known.qualifier, "platforms": platforms})


def _post(claim: Claim, _brief: Brief, known: Recount) -> Expected:
    if len(known.own) > 4 or len(claim.citations) != 1:  # noqa: PLR2004 - the rule of the paragraph
        raise Refused("posts are listed one by one only where there are at most four, one a claim")
    row = known.rows[_proved_one(claim, known)]
    citation = claim.citations[0]
    quoted = citation.quote if isinstance(citation, PostCitation) else None
    whole = None if row.post.id in known.withheld else opening(row.post.text) or None
    if quoted != whole:
        raise Refused(f"post {row.post.id} must be shown by its whole text, or its first 30 words")
    tone = of_tone(row.finding)
    words: dict[str, object] = {
        "platform": row.post.platform,
        "post_kind": row.finding.kind,
        "tone": "" if tone == "unclear" else tone,
    }
    return Expected(words=words | ({"possibly_ironic": "yes"} if row.finding.ironic else {}))


def _proved_one(claim: Claim, known: Recount) -> PostId:
    citation = claim.citations[0]
    if not isinstance(citation, PostCitation) or all(row.post.id != citation.post for row in known.own):
        raise Refused("it is not proved by a post that counts")
    return citation.post


def _reporting(claim: Claim, _brief: Brief, known: Recount) -> Expected:
    reports = known.of_kind("reporting")
    if not reports:
        raise Refused("nobody reports")
    proved_by(claim, reports, known)
    _only_first_quoted(claim)
    talking = {row.finding.voice for row in known.own if row.finding.kind != "reporting"}
    names: dict[str, int] = {}
    for row in reports:
        who = row.post.author
        if who is not None and row.finding.role is not None and row.finding.role.name == "outlet":
            name = who.name or who.handle or who.id
            names[name] = names.get(name, 0) + 1
    ranked = sorted(sorted(names), key=lambda name: -names[name])
    return Expected(
        numbers={
            "accounts": len({row.finding.voice for row in reports} - talking),
            "posts": len(reports),
            "copies": sum(row.finding.kind == "reporting" for same in known.repeats.values() for row in same),
        },
        words={"outlets": tuple(ranked[:3])},
    )


def _only_first_quoted(claim: Claim) -> None:
    if any(isinstance(citation, PostCitation) and citation.quote for citation in claim.citations[1:]):
        raise Refused("only its first citation may quote")


def _group_in(claim: Claim, brief: Brief, known: Recount) -> tuple[Group, list[Understood]]:
    found = [group for group in brief.groups if group.id == claim.word("group")]
    if len(found) != 1:
        raise Refused(f"the brief has no group {claim.word('group')!r}")
    check_group(found[0], known)
    if found[0].quote is not None and claim.citations[0] != found[0].quote:
        raise Refused("its first citation is not the quote of the group")
    if found[0].quote is None and isinstance(claim.citations[0], PostCitation) and claim.citations[0].quote:
        raise Refused("the group has no quote")
    _only_first_quoted(claim)
    return found[0], members_of(found[0], known)


def _named(group: Group) -> dict[str, object]:
    return {
        "group": group.id,
        "label": group.label,
        "language": group.language or "",
        "stance": group.stance,
        "tone": group.tone or "",
    }


def _group(claim: Claim, brief: Brief, known: Recount) -> Expected:
    group, rows = _group_in(claim, brief, known)
    shown = [row for row in rows if row.post.id not in known.withheld] or rows
    cited = proved_by(claim, rows, known, least=min(MOST_CITED, known.people(shown)))
    of = known.people(known.opinions)
    numbers: dict[str, object] = {"voices": known.people(rows), "posts": len(rows), "of": of}
    unread = group.stance == "neither" and not any(row.finding.sentiment for row in rows)
    if of >= 30 and not unread:  # noqa: PLR2004 - from here on per cent
        error = intervals.share_error(group.tone, known.read_by)
        told = intervals.per_cent(intervals.share(known.people(rows), of, error=error))
        numbers |= dict(zip(("share", "low", "high"), told, strict=True))
    stated = {known.rows[post].finding.role for post in cited}
    roles = tuple(sorted({role.name for role in stated if role is not None and role.name != "outlet"}))
    words = _named(group) | {"roles": roles}
    if any(row.finding.ironic for row in rows):
        words["possibly_ironic"] = "yes"
    if unread:
        words["not_scored"] = "yes"
    if known.told_by == "stance" and group.stance == "neither" and group.tone in ("negative", "positive"):
        words["no_side"] = "yes"
    return Expected(numbers=numbers, words=words)


def _where(known: Recount, stand: str) -> list[Understood]:
    return [row for row in known.opinions if known.stand[row.finding.voice] == stand]


def _turning(known: Recount) -> dict[str, object]:
    """Return the flip where a claim about the sides has to have it: of ten voices on a side a quarter would do."""
    sided = sum(map(known.standing_at, _SIDES))
    if known.flip is None or sided < 10 or 4 * known.flip > sided:  # noqa: PLR2004 - likewise
        return {}
    return {"flip": known.flip}


def _split(claim: Claim, brief: Brief, known: Recount) -> Expected:
    if not brief.split or not known.split:
        raise Refused("the two sides are not near equal")
    cited = set(proved_by(claim, _where(known, "support") + _where(known, "oppose"), known, least=2))
    for side in ("support", "oppose"):
        if not cited & {row.post.id for row in _where(known, side)}:
            raise Refused(f"it cites nobody of the side {side!r}")
    support, oppose = known.standing_at("support"), known.standing_at("oppose")
    return Expected(
        numbers={"support": support, "oppose": oppose, "of": len(known.stand), **_turning(known)},
        words={"by": known.told_by},
    )


def _minority(claim: Claim, brief: Brief, known: Recount) -> Expected:
    group, rows = _group_in(claim, brief, known)
    if brief.minority != group.id or known.minority(brief.groups) != group.id:
        raise Refused("this group is not the largest one against the leading side")
    proved_by(claim, rows, known, least=1)
    numbers = {"voices": known.people(rows), "of": len(known.stand), **_turning(known)}
    return Expected(numbers=numbers, words=_named(group))


def _no_minority(claim: Claim, brief: Brief, known: Recount) -> Expected:
    support, oppose = known.standing_at("support"), known.standing_at("oppose")
    if (
        support == oppose
        or max(support, oppose) < _LEAST_LEADING
        or known.split
        or known.minority(brief.groups) is not None
    ):
        raise Refused("there is no leading side of three or more, or there is a minority")
    leading = "support" if support > oppose else "oppose"
    proved_by(claim, _where(known, leading), known, least=1)
    return Expected(
        numbers={"leading": known.standing_at(leading), "of": len(known.stand), **_turning(known)},
        words={"stance": leading, "by": known.told_by},
    )


def _loud_minority(claim: Claim, _brief: Brief, known: Recount) -> Expected:
    posts = {side: known.posts_at(side) for side in _SIDES}
    people = {side: known.standing_at(side) for side in _SIDES}
    loud, quiet = sorted(_SIDES, key=lambda side: len(posts[side]), reverse=True)
    if sum(people.values()) < 5 or len(posts[loud]) < 2 * len(posts[quiet]):  # noqa: PLR2004 - five voices, twice the posts
        raise Refused("too few take a side, or neither side has twice as many posts as the other")
    if 4 * people[quiet] < 3 * people[loud]:
        raise Refused("the side with more posts clearly has more people too")
    # Of the quiet side its people prove it, by posts of theirs that say so.
    heard = [row for row in _where(known, quiet) if known.standing(row.finding) == quiet]
    proving = [
        ids - known.withheld.keys() or ids for ids in ({r.post.id for r in rows} for rows in (posts[loud], heard))
    ]
    cited = cited_ids(claim)
    if len(cited) < len(claim.citations) or not cited <= proving[0] | proving[1]:
        raise Refused("it must be proved by posts of the loud side and of the other one")
    if len(cited & proving[0]) < min(MOST_CITED - 1, len(proving[0])) or not cited & proving[1]:
        raise Refused("it cites too few posts of a side")
    return Expected(
        numbers={
            "posts": len(posts[loud]),
            "other_posts": len(posts[quiet]),
            "voices": people[loud],
            "other_voices": people[quiet],
        },
        words={
            "stance": loud,
            "people": quiet if 4 * people[loud] < 3 * people[quiet] else "none",
            "by": known.told_by,
        },
    )


def _moves(known: Recount) -> dict[str, tuple[int, int, float]]:
    """Return voices now, voices before and the difference for each tone whose share has clearly moved."""
    before = known.evidence.previous
    if before is None or not before.figures.opinion_voices or not known.opinions:
        raise Refused("there is no earlier brief to compare with")
    now, then = known.figures, before.figures
    pairs = {
        "negative": (now.opinions.negative, then.opinions.negative),
        "positive": (now.opinions.positive, then.opinions.positive),
    }
    found = {}
    for tone, (k, earlier) in pairs.items():
        error = intervals.share_error(tone, known.read_by)
        span = intervals.difference(k, now.opinion_voices, earlier, then.opinion_voices, error=error)
        if not span.low <= 0 <= span.high:
            found[tone] = (k, earlier, span.value)
    return found


def _change(claim: Claim, _brief: Brief, known: Recount) -> Expected:
    moves = _moves(known)
    tone = str(claim.word("tone"))
    if tone not in moves:
        raise Refused(f"the share of {tone!r} has not clearly moved")
    now, earlier, value = moves[tone]
    if any(abs(other) > abs(value) for _, _, other in moves.values()):
        raise Refused("another tone has moved more")
    having = [r for r in known.opinions if r.finding.sentiment is not None and r.finding.sentiment.label == tone]
    proved_by(claim, having or known.opinions, known)
    before = known.evidence.previous
    return Expected(
        numbers={
            "now": now,
            "of": known.figures.opinion_voices,
            "before": earlier,
            "of_before": before.figures.opinion_voices if before else 0,
        },
        words={"tone": tone, "direction": "more" if value > 0 else "fewer"},
    )


def _no_change(claim: Claim, _brief: Brief, known: Recount) -> Expected:
    if _moves(known):
        raise Refused("a share has clearly moved")
    proved_by(claim, known.opinions, known, least=1)
    before = known.evidence.previous
    then = before.figures.opinion_voices if before else 0
    return Expected(numbers={"now": known.figures.opinion_voices, "before": then})


CHECKS: Mapping[str, _Check] = {
    "volume": _volume,
    "post": _post,
    "reporting": _reporting,
    "group": _group,
    "split": _split,
    "minority": _minority,
    "no_minority": _no_minority,
    "loud_minority": _loud_minority,
    "change": _change,
    "no_change": _no_change,
    **LEFT_OUT_CHECKS,
}
"""By the kind of the claim; each refuses, or returns what the claim must say."""
