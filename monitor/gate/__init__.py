"""The check that fails closed: each claim is counted again from the rows it stands on, each quote looked up.

What the gate does not know, it refuses: a kind, a number, a word, a citation. It repairs nothing. It also stands
behind `verify`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.model import GapCitation, PostCitation, ReadCitation
from monitor.quotes import fits

from .claims import CHECKS
from .groups import check_group
from .proof import Refused
from .recount import Recount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.model import Brief, Citation, Claim, Evidence, Understood

_MAY_QUOTE = frozenset({"post", "reporting", "group", "minority"})


def refuse(claim: Claim, brief: Brief, evidence: Evidence) -> str | None:
    """Return why `claim` may not be published, one plain sentence; None where it holds."""
    return _refuse(claim, brief, Recount(evidence))


def faults(brief: Brief, evidence: Evidence) -> tuple[str, ...]:
    """Return what is wrong with the brief beside its claims: its figures, groups, inputs, gaps and reads."""
    return _faults(brief, Recount(evidence))


def gated(brief: Brief, evidence: Evidence) -> tuple[Brief, tuple[str, ...]]:
    """Return `brief` with the claims that hold, the others counted in `left_out.dropped_claims`, and why each fell.

    Where the brief's own figures are wrong no claim stands on them: all are dropped.
    """
    known = Recount(evidence)
    wrong = _faults(brief, known)
    kept: list[Claim] = []
    reasons = list(wrong)
    for place, claim in enumerate(brief.claims, 1):
        reason = "the brief's own figures do not hold" if wrong else _refuse(claim, brief, known)
        if reason is None and claim in kept:
            reason = "it is said twice"
        if reason is None:
            kept.append(claim)
        else:
            reasons.append(f"claim {place} ({claim.kind}): {reason}")
    left = replace(brief.left_out, dropped_claims=brief.left_out.dropped_claims + len(brief.claims) - len(kept))
    return replace(brief, claims=tuple(kept), left_out=left), tuple(reasons)


def _refuse(claim: Claim, brief: Brief, known: Recount) -> str | None:
    check = CHECKS.get(claim.kind)
    if check is None:
        return f"the gate knows no claim of kind {claim.kind!r}"
    try:
        _unambiguous(claim)
        for citation in claim.citations:
            _stored(citation, claim, known)
        expected = check(claim, brief, known)
    except Refused as refusal:
        return str(refusal)
    return _differs("number", claim.numbers, expected.numbers) or _differs("word", claim.words, expected.words)


def _unambiguous(claim: Claim) -> None:
    for what, pairs in (("number", claim.numbers), ("word", claim.words)):
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names):
            raise Refused(f"a {what} stands in it twice")
    if len(set(claim.citations)) < len(claim.citations):
        raise Refused("it cites the same thing twice")


def _differs(what: str, said: tuple[tuple[str, object], ...], found: Mapping[str, object]) -> str | None:
    told = dict(said)
    for name in found.keys() - told.keys():
        return f"the {what} {name!r} is missing"
    for name, value in told.items():
        if name not in found:
            return f"the gate knows no {what} {name!r} here"
        if type(value) is not type(found[name]) or value != found[name]:
            return f"the {what} {name!r} is {value!r}, counted again it is {found[name]!r}"
    return None


def _stored(citation: Citation, claim: Claim, known: Recount) -> None:
    """Check that what is cited is there, and that a quote is its post's own and may be shown."""
    evidence = known.evidence
    if isinstance(citation, ReadCitation):
        reads = {(read.source, read.query, read.since, read.until) for read in evidence.reads}
        if (citation.source, citation.query, citation.since, citation.until) not in reads:
            raise Refused(f"no read of {citation.source!r} with that query and window is stored")
    elif isinstance(citation, GapCitation):
        if citation.gap not in evidence.gaps:
            raise Refused(f"no such gap of {citation.gap.source!r} is stored")
    elif isinstance(citation, PostCitation):
        _stored_post(citation, claim, known)
    elif citation.story != evidence.story.id or citation.count != evidence.tombstones:
        raise Refused("the deletions it cites are not those stored")


def _stored_post(citation: PostCitation, claim: Claim, known: Recount) -> None:
    row = known.rows.get(citation.post)
    if row is None:
        raise Refused(f"post {citation.post} is not stored, or not about the story in this window")
    if row.post.deleted:
        raise Refused(f"post {citation.post} is deleted")
    if row.post.created_at is not None and row.post.created_at > known.evidence.as_of:
        raise Refused(f"post {citation.post} is younger than the brief")
    if citation.url != row.post.url or citation.language != row.finding.language:
        raise Refused(f"the address or the language of post {citation.post} is not the stored one")
    if citation.quote is not None:
        _showable(citation.quote, row, claim, known)


def _showable(quote: str, row: Understood, claim: Claim, known: Recount) -> None:
    """Check that a quote is its post's own, that it may be shown, and that it stands where quotes may."""
    if claim.kind not in _MAY_QUOTE:
        raise Refused(f"a claim of kind {claim.kind} quotes nobody")
    if not quote.strip() or quote not in row.post.text:
        raise Refused(f"the quote is not in post {row.post.id}")
    if row.post.id in known.withheld:
        raise Refused(f"post {row.post.id} is withheld ({known.withheld[row.post.id]}) and may not be quoted")
    if claim.kind != "post":
        if not fits(quote):
            raise Refused(f"the quote of post {row.post.id} has not 4 to 30 words")
        if row.finding.ironic:
            raise Refused(f"post {row.post.id} is possibly ironic and may not be quoted")


def _faults(brief: Brief, known: Recount) -> tuple[str, ...]:
    evidence = known.evidence
    rows = sorted(known.rows)
    checks = {
        "story": (brief.story, evidence.story.id),
        "window": (brief.window, evidence.window),
        "as-of": (brief.as_of, evidence.as_of),
        "qualifier": (brief.qualifier, known.qualifier),
        "figures": (brief.figures, known.figures),
        "voices": (brief.voices, known.figures.people),
        "posts": (brief.posts, known.figures.posts),
        "split": (brief.split, bool(known.opinions) and known.split),
        "minority": (brief.minority, known.minority(brief.groups)),
        "left out": (replace(brief.left_out, dropped_claims=0), known.left_out),
        "gaps": (brief.gaps, evidence.gaps),
        "reads": (brief.reads, evidence.reads),
        "tombstones": (brief.tombstones, evidence.tombstones),
        "history": (brief.history, evidence.history),
        "meaning": (brief.meaning, evidence.meaning),
        "previous": (brief.previous, evidence.previous.fingerprint if evidence.previous else None),
        "input posts": ([each.post for each in brief.inputs], rows),
        "input versions": (
            [(each.text_hash, each.finding) for each in brief.inputs],
            [(known.rows[post].post.text_hash, known.rows[post].finding.version) for post in rows],
        ),
    }
    found = [f"the brief's {name} differ from what is counted again" for name, (a, b) in checks.items() if a != b]
    stray = [row.post.id for row in known.rows.values() if row.finding.text_hash != row.post.text_hash]
    found += [f"the finding of post {post} is of another text" for post in stray]
    members = [post for group in brief.groups for post in group.posts]
    if len(set(members)) < len(members):
        found.append("a post is in two groups")
    for group in brief.groups:
        try:
            check_group(group, known)
        except Refused as refusal:
            found.append(f"group {group.id}: {refusal}")
    return tuple(found)
