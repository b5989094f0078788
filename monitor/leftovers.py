"""What was left out of the shares, and why: copies, floods, a loud account, what was not read or not shown."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from .figures import ONE_ACCOUNT, REPOST, by_voice, people_by, tone_votes, voices
from .model import Claim, GapCitation, TombstoneCitation
from .proof import claim, places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .figures import Sorted
    from .model import Evidence, Gap, NumberValue, PostId, Understood, VoiceId, WordValue

_LOUD_POSTS = 5
_LOUD_SHARE = 0.2
"""One voice is loud from five posts and a fifth of all on; below, nobody takes the talk over."""
_NEW_ACCOUNT = timedelta(days=30)
_LANGUAGES_CITED = 4
_NO_LANGUAGE = frozenset({"und", ""})


def leftover_claims(known: Sorted, evidence: Evidence) -> list[Claim]:
    """Return the claims about what does not count, in the order of the paragraph."""
    loud = _loud(known)
    return [
        *_copies(known),
        *_campaigns(known),
        *_one_account_floods(known, said={voice for voice, _ in loud}),
        *(made for _, made in loud),
        *_not_scored(known),
        *_unclear(known),
        *_languages(known),
        *_withheld(known),
        *_deleted(evidence),
        *_elsewhere(known),
        *_gaps(evidence.gaps),
    ]


def _copies(known: Sorted) -> list[Claim]:
    if not known.copies:
        return []
    reposts = [row for row in known.copies if row.finding.copy_reason == REPOST]
    by_root: dict[PostId, list[Understood]] = defaultdict(list)
    for row in reposts or known.copies:
        by_root[row.finding.copy_of or row.post.id].append(row)
    root, repeated = min(by_root.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    original = [row for row in known.linked if row.post.id == root]
    return [
        claim(
            "copies",
            places(original or repeated, known.withheld, 1),
            originals=len(by_root) if reposts else 0,
            copies=len(known.copies),
            top=len(repeated) if reposts else 0,
            same_words=len(known.copies) - len(reposts),
        )
    ]


def _campaigns(known: Sorted) -> list[Claim]:
    """One claim: a campaign of near-identical posts of many accounts, or how many campaigns there were."""
    campaigns: dict[PostId, list[Understood]] = defaultdict(list)
    for row in known.floods:
        if row.finding.flood != ONE_ACCOUNT:
            campaigns[row.finding.copy_of or row.post.id].append(row)
    found = []
    for root, repeats in sorted(campaigns.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        inside = {row.post.id for row in repeats}
        begun = [row for row in known.linked if row.post.id == root and root not in inside]
        found.append(([*begun, *repeats], len(repeats)))
    reason = min((row.finding.flood or "" for repeats in campaigns.values() for row in repeats), default="")
    return _told_floods(found, known, reason)


def _one_account_floods(known: Sorted, *, said: set[VoiceId]) -> list[Claim]:
    """One claim for all who are left out after their first post and are not told as loud ones."""
    own = by_voice([row for row in known.linked if row.finding.copy_of is None])
    found = [
        (own.get(voice) or repeats, len(repeats))
        for voice, repeats in by_voice([r for r in known.floods if r.finding.flood == ONE_ACCOUNT]).items()
        if voice not in said
    ]
    return _told_floods(sorted(found, key=lambda pair: (-pair[1], pair[0][0].post.id)), known, ONE_ACCOUNT)


def _told_floods(found: Sequence[tuple[Sequence[Understood], int]], known: Sorted, reason: str) -> list[Claim]:
    """Tell the one flood of a reason with its particulars, several as one claim that cites where each began.

    found: the posts of each flood, its first first, and how many of them are left out; the largest flood first.
    """
    if len(found) <= 1:
        return [_flood(rows, known, reason, left_out=out) for rows, out in found]
    every = [row for rows, _ in found for row in rows]
    firsts = {row.post.id: row for rows, _ in found for row in _shown(rows, known)[:1]}
    numbers: dict[str, NumberValue] = {
        "floods": len(found),
        "posts": len(every),
        "left_out": sum(out for _, out in found),
        "accounts": _accounts(every),
    }
    words: dict[str, WordValue] = {"reason": reason, "new_accounts": "yes" if _mostly_new(every) else ""}
    return [claim("flood", places(tuple(firsts.values()), known.withheld), words, **numbers)]


def _shown(rows: Sequence[Understood], known: Sorted) -> Sequence[Understood]:
    return [row for row in rows if row.post.id not in known.withheld] or rows


def _accounts(rows: Sequence[Understood]) -> int:
    return len({row.post.author.id if row.post.author else row.post.id for row in rows})


def _flood(rows: Sequence[Understood], known: Sorted, reason: str, *, left_out: int) -> Claim:
    """Say how many posts of how many accounts came within how many minutes. rows: all of it, its first first."""
    times = [row.post.created_at for row in rows if row.post.created_at is not None]
    minutes = max(1, math.ceil((max(times) - min(times)).total_seconds() / 60)) if times else 0
    words: dict[str, WordValue] = {"reason": reason, "new_accounts": "yes" if _mostly_new(rows) else ""}
    return claim(
        "flood",
        places(rows, known.withheld, 1),
        words,
        posts=len(rows),
        left_out=left_out,
        accounts=_accounts(rows),
        minutes=minutes,
    )


def _mostly_new(rows: Sequence[Understood]) -> bool:
    """Whether more than half of the posts come from accounts known to be under 30 days old."""
    young = 0
    for row in rows:
        born = row.post.author.created_at if row.post.author else None
        young += born is not None and row.post.created_at is not None and row.post.created_at - born < _NEW_ACCOUNT
    return young * 2 > len(rows)


def _loud(known: Sorted) -> list[tuple[VoiceId, Claim]]:
    own_words = [row for row in known.linked if row.finding.copy_of is None]
    found = []
    for voice, said in by_voice(own_words).items():
        told = [row for row in said if row.finding.kind != "reporting"]
        if len(told) >= _LOUD_POSTS and len(told) >= _LOUD_SHARE * len(own_words):
            out = sum(row.finding.flood == ONE_ACCOUNT for row in told)
            made = claim(
                "loud_account", places(told, known.withheld, 1), posts=len(told), of=len(own_words), left_out=out
            )
            found.append((voice, made))
    return found


def _not_scored(known: Sorted) -> list[Claim]:
    rows = _of_tone(known, "not scored")
    if not rows:
        return []
    languages = tuple(code for code, _ in people_by(rows, lambda row: row.finding.language))
    proof = places(rows, known.withheld)
    return [claim("not_scored", proof, {"languages": languages}, posts=len(rows), voices=voices(rows))]


def _unclear(known: Sorted) -> list[Claim]:
    rows = _of_tone(known, "unclear")
    if not rows:
        return []
    return [claim("unclear", places(rows, known.withheld), voices=voices(rows), of=voices(known.opinions))]


def _of_tone(known: Sorted, vote: str) -> list[Understood]:
    """Return the opinions of the voices whose tone is `vote`."""
    votes = tone_votes(known.opinions)
    return [row for row in known.opinions if votes[row.finding.voice] == vote]


def _languages(known: Sorted) -> list[Claim]:
    people = [
        pair for pair in people_by(known.counted, lambda row: row.finding.language) if pair[0] not in _NO_LANGUAGE
    ]
    if len(people) < 2:  # noqa: PLR2004 - one language is no news
        return []
    proof = [
        citation
        for code, _ in people[:_LANGUAGES_CITED]
        for citation in places([r for r in known.counted if r.finding.language == code], known.withheld, 1)
    ]
    return [Claim(kind="languages", numbers=tuple(people), citations=tuple(proof))]


def _withheld(known: Sorted) -> list[Claim]:
    rows = [row for row in known.counted if row.post.id in known.withheld]
    if not rows:
        return []
    reasons = Counter(known.withheld.values())
    ranked = tuple(sorted(reasons, key=lambda reason: (-reasons[reason], reason)))
    return [claim("withheld", places(rows, known.withheld, len(rows)), {"reasons": ranked}, posts=len(rows))]


def _deleted(evidence: Evidence) -> list[Claim]:
    if not evidence.tombstones:
        return []
    proof = TombstoneCitation(story=evidence.story.id, count=evidence.tombstones)
    return [claim("deleted", [proof], posts=evidence.tombstones)]


def _elsewhere(known: Sorted) -> list[Claim]:
    rows = known.elsewhere
    return [claim("elsewhere", places(rows, known.withheld), posts=len(rows))] if rows else []


def _gaps(gaps: Sequence[Gap]) -> list[Claim]:
    """One claim for each source and reason, citing each of its gaps."""
    alike: dict[tuple[str, str], list[Gap]] = defaultdict(list)
    for gap in gaps:
        alike[gap.source, gap.reason].append(gap)
    found = []
    for (source, reason), same in sorted(alike.items()):
        numbers: dict[str, NumberValue] = {"gaps": len(same)}
        sampled = [(gap.read, gap.of_about) for gap in same if gap.read is not None and gap.of_about is not None]
        if len(sampled) == len(same):
            numbers |= {"read": sum(read for read, _ in sampled), "of_about": sum(about for _, about in sampled)}
        proof = [GapCitation(gap=gap) for gap in same]
        found.append(claim("gap", proof, {"source": source, "reason": reason}, **numbers))
    return found
