"""One recount for each kind of claim about what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model import GapCitation, PostCitation, TombstoneCitation

from .proof import Expected, Refused, cited_ids, proved_by
from .recount import minutes_between, mostly_new

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from monitor.model import Brief, Claim, Understood

    from .recount import Recount


def _one_of(claim: Claim, found: Sequence[tuple[list[Understood], Expected]], known: Recount) -> Expected:
    """Return what is expected of the one among `found` whose first post is cited; of several, the one it tells."""
    begun = []
    for rows, expected in found:
        shown = _shown(rows, known)
        cited = claim.citations[0]
        if isinstance(cited, PostCitation) and cited.post == shown[0].post.id and len(claim.citations) == 1:
            begun.append(expected)
    if not begun:
        raise Refused("the post that it cites began nothing of the kind")
    told = Expected(numbers=dict(claim.numbers), words=dict(claim.words))
    return next((each for each in begun if each == told), begun[0])


def _copies(claim: Claim, _brief: Brief, known: Recount) -> Expected:
    if not known.repeats:
        raise Refused("there are no copies")
    passed_on = {
        root: [row for row in same if row.finding.copy_reason == "repost"] for root, same in known.repeats.items()
    }
    passed_on = {root: same for root, same in passed_on.items() if same}
    among = passed_on or known.repeats
    top = max(len(same) for same in among.values())
    most = min(root for root, same in among.items() if len(same) == top)
    proved_by(claim, [row for row in known.linked if row.post.id == most] or among[most], known, least=1)
    copies = sum(len(same) for same in known.repeats.values())
    return Expected(
        numbers={
            "originals": len(passed_on),
            "copies": copies,
            "top": top if passed_on else 0,
            "same_words": copies - sum(len(same) for same in passed_on.values()),
        }
    )


def _flood(claim: Claim, _brief: Brief, known: Recount) -> Expected:
    floods = []
    if claim.word("reason") == "one account":
        alone = [row for row in known.linked if row.finding.flood == "one account"]
        for voice in {row.finding.voice for row in alone} - known.loud().keys():
            repeats = [row for row in alone if row.finding.voice == voice]
            floods.append((known.spoken.get(voice, repeats), len(repeats)))
        reason = "one account"
    else:
        reason = min((row.finding.flood or "" for same in known.campaigns.values() for row in same), default="")
        for root, repeats in known.campaigns.items():
            ids = {row.post.id for row in repeats} | {root}
            every = [row for row in known.linked if row.post.id in ids]
            every.sort(key=lambda row: row.post.id != root)
            floods.append((every, len(repeats)))
    if len(floods) == 1:
        ((rows, left_out),) = floods
        return _one_of(claim, [(rows, _flooding(rows, reason, left_out, minutes=minutes_between(rows)))], known)
    begun = {row.post.id: row for rows, _ in floods for row in _shown(rows, known)[:1]}
    proved_by(claim, begun.values(), known)
    together = [row for rows, _ in floods for row in rows]
    return _flooding(together, reason, sum(left_out for _, left_out in floods), floods=len(floods))


def _shown(rows: Sequence[Understood], known: Recount) -> list[Understood]:
    return [row for row in rows if row.post.id not in known.withheld] or list(rows)


def _flooding(rows: list[Understood], reason: str, left_out: int, **particulars: int) -> Expected:
    return Expected(
        numbers={
            "posts": len(rows),
            "left_out": left_out,
            "accounts": len({row.post.author.id if row.post.author else row.post.id for row in rows}),
            **particulars,
        },
        words={"reason": reason, "new_accounts": "yes" if mostly_new(rows) else ""},
    )


def _loud_account(claim: Claim, _brief: Brief, known: Recount) -> Expected:
    every = sum(len(said) for said in known.spoken.values())
    found = []
    for told in known.loud().values():
        out = sum(row.finding.flood == "one account" for row in told)
        found.append((told, Expected(numbers={"posts": len(told), "of": every, "left_out": out})))
    return _one_of(claim, found, known)


def _not_scored(claim: Claim, _brief: Brief, known: Recount) -> Expected:
    rows = [row for row in known.opinions if known.tone_of_each[row.finding.voice] == "not scored"]
    proved_by(claim, rows, known)
    languages = tuple(code for code, _ in known.spread(rows, lambda row: row.finding.language))
    return Expected(numbers={"posts": len(rows), "voices": known.people(rows)}, words={"languages": languages})


def _unclear(claim: Claim, _brief: Brief, known: Recount) -> Expected:
    rows = [row for row in known.opinions if known.tone_of_each[row.finding.voice] == "unclear"]
    proved_by(claim, rows, known)
    return Expected(numbers={"voices": known.people(rows), "of": len(known.stand)})


def _languages(claim: Claim, _brief: Brief, known: Recount) -> Expected:
    people = [
        pair for pair in known.spread(known.own, lambda row: row.finding.language) if pair[0] not in ("", "und")
    ]
    if len(people) < 2:  # noqa: PLR2004 - one language is no news
        raise Refused("there are not several languages")
    cited = cited_ids(claim)
    if len(cited) < len(claim.citations) or not cited <= {row.post.id for row in known.own}:
        raise Refused("it must be proved by posts that count")
    for code, _ in people[:4]:
        if not any(known.rows[post].finding.language == code for post in cited):
            raise Refused(f"it cites no post in {code!r}")
    return Expected(numbers=dict(people))


def _withheld(claim: Claim, _brief: Brief, known: Recount) -> Expected:
    if (
        cited_ids(claim) != known.withheld.keys()
        or len(claim.citations) != len(known.withheld)
        or not known.withheld
    ):
        raise Refused("it must cite every post that is withheld, and no other")
    reasons = sorted(known.withheld.values())
    ranked = sorted(sorted(set(reasons)), key=lambda reason: -reasons.count(reason))
    return Expected(numbers={"posts": len(known.withheld)}, words={"reasons": tuple(ranked)})


def _deleted(claim: Claim, _brief: Brief, known: Recount) -> Expected:
    if not known.evidence.tombstones or not all(isinstance(c, TombstoneCitation) for c in claim.citations):
        raise Refused("that posts were deleted is proved by their tombstones alone")
    return Expected(numbers={"posts": known.evidence.tombstones})


def _elsewhere(claim: Claim, _brief: Brief, known: Recount) -> Expected:
    proved_by(claim, known.elsewhere, known)
    return Expected(numbers={"posts": len(known.elsewhere)})


def _gap(claim: Claim, _brief: Brief, known: Recount) -> Expected:
    cited = [c.gap for c in claim.citations if isinstance(c, GapCitation)]
    if not cited or len(cited) < len(claim.citations):
        raise Refused("a gap is proved by itself alone")
    same = [g for g in known.evidence.gaps if (g.source, g.reason) == (cited[0].source, cited[0].reason)]
    if set(cited) != set(same):
        raise Refused("it must cite each gap of the source with that reason")
    numbers: dict[str, object] = {"gaps": len(same)}
    if all(gap.read is not None and gap.of_about is not None for gap in same):
        numbers["read"] = sum(gap.read or 0 for gap in same)
        numbers["of_about"] = sum(gap.of_about or 0 for gap in same)
    return Expected(numbers=numbers, words={"source": cited[0].source, "reason": cited[0].reason})


LEFT_OUT_CHECKS: Mapping[str, Callable[[Claim, Brief, Recount], Expected]] = {
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
