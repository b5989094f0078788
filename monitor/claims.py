"""From findings to claims: what people say about one story, each statement with its numbers and its proof.

The order of the claims is that of the paragraph; one without evidence is left out. The gate checks them with a
counting of its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from . import intervals
from .figures import (
    ONE_ACCOUNT,
    basis,
    by_side,
    figures,
    flip,
    headline,
    keeps_up,
    left_out,
    people_by,
    polarity,
    qualifier,
    read_by,
    sides,
    sort_out,
    voices,
)
from .grouping import form_groups
from .labels import label_each
from .leftovers import leftover_claims
from .model import Brief, Claim, GapCitation, Group, Input, ReadCitation
from .proof import MOST_CITED, cite, claim, places
from .quotes import choose, content, lines, nearness, opening

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .figures import Side, Sorted
    from .grouping import Part
    from .model import (
        Citation,
        Evidence,
        NumberValue,
        PostCitation,
        PostId,
        Qualifier,
        Tones,
        Understood,
        WordValue,
    )

WRITER = "rules"
FEW_POSTS = 4
"""Up to so many posts are listed one by one instead of being summed up."""
_PER_CENT_FROM = 30
"""Voices from which on a share is told in per cent."""
_MINORITY_LEAST = 3
_FLIP_FROM, _FLIP_SHARE = 10, 0.25
"""A claim tells the flip from ten voices on a side on, where a quarter of them or fewer would do."""
_LOUD_LEAST, _LOUD_RATIO = 5, 2
"""Voices on a side from which on a side may be called loud, and how many times the other's posts it must have."""
_USUAL_DAYS = 14


def write_brief(evidence: Evidence) -> Brief:
    """Return what people say about one story, written by rules; not yet gated."""
    known = sort_out(evidence)
    groups = () if not known.opinions else _groups(known, evidence)
    split, minority = _split_and_minority(groups, known)
    counted = figures(known)
    word: Qualifier = "not measured" if _unread(evidence) else qualifier(counted.opinion_voices)
    said = _volume(known, evidence, word)
    said += _main_claims(known, groups, evidence, split=split, minority=minority)
    return Brief(
        story=evidence.story.id,
        window=evidence.window,
        as_of=evidence.as_of,
        qualifier=word,
        voices=counted.people,
        posts=counted.posts,
        figures=counted,
        groups=groups,
        split=split,
        minority=minority,
        claims=(*said, *leftover_claims(known, evidence)),
        left_out=left_out(known, tombstones=evidence.tombstones),
        gaps=evidence.gaps,
        reads=evidence.reads,
        inputs=tuple(
            Input(post=row.post.id, text_hash=row.post.text_hash, finding=row.finding.version)
            for row in sorted(evidence.rows, key=lambda row: row.post.id)
        ),
        tombstones=evidence.tombstones,
        written_by=WRITER,
        history=evidence.history,
        previous=evidence.previous.fingerprint if evidence.previous else None,
        meaning=evidence.meaning,
    )


def _unread(evidence: Evidence) -> bool:
    """Whether nothing is known: no post about the story, and no read that would prove there is none."""
    return not evidence.reads and not any(row.finding.link is not None for row in evidence.rows)


def _main_claims(
    known: Sorted, groups: Sequence[Group], evidence: Evidence, *, split: bool, minority: PostId | None
) -> list[Claim]:
    if not known.counted:
        return []
    if len(known.counted) <= FEW_POSTS:
        return [_post(row, known) for row in known.counted]
    found = [*_reporting(known), *(_group_claim(group, known) for group in groups)]
    if known.opinions:
        found += _sides(known, groups, split=split, minority=minority)
        found += _loud_minority(known)
        found += _change(known, evidence)
    return found


# --- 1 volume, 2 reporting -----------------------------------------------------------------------


def _volume(known: Sorted, evidence: Evidence, word: Qualifier) -> list[Claim]:
    proof: list[Citation] = [*places(known.counted or known.linked, known.withheld)]
    if not proof and evidence.reads:
        proof = [
            ReadCitation(source=read.source, query=read.query, since=read.since, until=read.until)
            for read in evidence.reads
        ]
    elif not proof:
        proof = [GapCitation(gap=gap) for gap in evidence.gaps]
    if not proof:
        return []
    numbers: dict[str, NumberValue] = {
        "posts": len(known.counted),
        "voices": voices(known.counted),
        "opinions": voices(known.opinions),
        "reporting_posts": len(known.reporting),
    }
    numbers |= _usual(evidence)
    platforms = tuple(name for name, _ in people_by(known.counted, lambda row: row.post.platform))
    return [claim("volume", proof, {"qualifier": word, "platforms": platforms}, **numbers)]


def _usual(evidence: Evidence) -> dict[str, NumberValue]:
    """Return between what the middle eight of ten days lay, where the window is one day and enough is known."""
    since, until = evidence.window.since, evidence.window.until
    one_day = since is not None and until is not None and until - since == timedelta(days=1)
    days = sorted(evidence.history)
    if not one_day or len(days) < _USUAL_DAYS:
        return {}
    tenth = len(days) // 10
    return {"usual_low": days[tenth], "usual_high": days[-1 - tenth]}


def _reporting(known: Sorted) -> list[Claim]:
    """Who only shares the news, and one line of what is shared most."""
    if not known.reporting:
        return []
    others = {row.finding.voice for row in known.counted if row.finding.kind != "reporting"}
    copies = [row for row in known.copies if row.finding.kind == "reporting"]
    shared = Counter(row.finding.copy_of for row in copies)
    ranked = sorted(known.reporting, key=lambda row: (-shared[row.post.id], -(row.post.reposts or 0)))
    quoted = next((c for row in ranked[:20] if row.post.id not in known.withheld for c in _headline(row)), None)
    proof = [quoted] if quoted else []
    proof += [c for c in places(ranked, known.withheld, MOST_CITED + 1) if not quoted or c.post != quoted.post]
    numbers = {
        "accounts": len({row.finding.voice for row in known.reporting} - others),
        "posts": len(known.reporting),
        "copies": len(copies),
    }
    return [claim("reporting", proof[:MOST_CITED], {"outlets": outlets(known)[:3]}, **numbers)]


def outlets(known: Sorted) -> tuple[str, ...]:
    """Return the names of the outlets that report, the one with most posts first."""
    found = Counter(
        row.post.author.name or row.post.author.handle or row.post.author.id
        for row in known.reporting
        if row.finding.role is not None and row.finding.role.name == "outlet" and row.post.author is not None
    )
    return tuple(name for name, _ in sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _headline(row: Understood) -> list[PostCitation]:
    """Cite the first line of a report that can stand by itself."""
    if row.finding.ironic:
        return []
    return [cite(row, line) for line, whole in lines(row.post.text) if whole and "@" not in line][:1]


def _post(row: Understood, known: Sorted) -> Claim:
    sentiment = row.finding.sentiment
    words: dict[str, WordValue] = {
        "platform": row.post.platform,
        "post_kind": row.finding.kind,
        "tone": sentiment.label if sentiment is not None and not sentiment.unclear else "",
    }
    if row.finding.ironic:
        words["possibly_ironic"] = "yes"
    shown = opening(row.post.text) if row.post.id not in known.withheld else None
    return claim("post", [cite(row, shown or None)], words)


# --- 3 groups ------------------------------------------------------------------------------------


def _groups(known: Sorted, evidence: Evidence) -> tuple[Group, ...]:
    parts = form_groups(known.opinions, evidence.story, evidence.vectors)
    told = basis(known.opinions)
    several: set[Side | None] = {polarity(part.stance, part.tone, told) for part in parts if part.voices > 1}
    # One voice is no group; where it is all that its side has, it is quoted.
    kept = [
        part for part in parts if part.voices > 1 or polarity(part.stance, part.tone, told) not in several | {None}
    ]
    named = label_each(
        {part.id: part.rows for part in kept},
        {part.id: part.language for part in kept},
        known.counted,
        evidence.story,
    )
    taken: list[frozenset[str]] = []
    # What many accounts were made to say is counted once and never speaks for others.
    campaigns = {row.finding.copy_of or row.post.id for row in known.floods if row.finding.flood != ONE_ACCOUNT}
    near = nearness(known.opinions, evidence.vectors)
    made = [_group(part, named[part.id], taken, campaigns, near) for part in kept]
    return tuple(group for group in made if group.voices > 1 or group.quote is not None)


def _group(
    part: Part,
    label: tuple[str, ...],
    taken: list[frozenset[str]],
    campaigns: set[PostId],
    near: Mapping[PostId, float],
) -> Group:
    own = [row for row in part.rows if row.post.id not in campaigns]
    speaking = [row for row in own if part.language is None or row.finding.language == part.language]
    quote = choose(speaking, label, taken, near)
    if quote is not None and quote.quote is not None:
        taken.append(content(quote.quote, quote.language or ""))
    return Group(
        id=part.id,
        label=label if part.voices > 1 else (),
        language=part.language,
        stance=part.stance,
        tone=part.tone,
        voices=part.voices,
        posts=tuple(row.post.id for row in part.rows),
        quote=quote,
        roles=tuple(
            (row.finding.role.name, row.post.id)
            for row in part.rows
            if row.finding.role is not None and row.finding.role.name != "outlet"
        ),
    )


def _members(group: Group, known: Sorted) -> list[Understood]:
    inside = set(group.posts)
    return [row for row in known.opinions if row.post.id in inside]


def _named(group: Group) -> dict[str, WordValue]:
    return {
        "group": group.id,
        "label": group.label,
        "language": group.language or "",
        "stance": group.stance,
        "tone": group.tone or "",
    }


def _group_claim(group: Group, known: Sorted) -> Claim:
    rows = _members(group, known)
    role_posts = {post for _, post in group.roles}
    heard = group.quote.post if group.quote else None
    speaker = next((row.finding.voice for row in rows if row.post.id == heard), None)
    others = [r for r in rows if r.finding.voice != speaker and r.post.id not in known.withheld]
    proof: list[PostCitation] = [group.quote] if group.quote else []
    proof += map(cite, sorted(others, key=lambda row: row.post.id not in role_posts)[: MOST_CITED - len(proof)])
    if not proof:
        proof += places(rows, known.withheld)
    cited = {citation.post for citation in proof}
    words = _named(group) | {"roles": tuple(sorted({name for name, post in group.roles if post in cited}))}
    if any(row.finding.ironic for row in rows):
        words["possibly_ironic"] = "yes"
    if group.stance == "neither" and all(row.finding.sentiment is None for row in rows):
        words["not_scored"] = "yes"  # nobody read their tone: they do not stand between the sides
    if group.stance == "neither" and group.tone not in (None, "neutral") and basis(known.opinions) == "stance":
        words["no_side"] = "yes"  # critical beside others who are against: it must be said that they are not
    of = voices(known.opinions)
    numbers: dict[str, NumberValue] = {"voices": group.voices, "posts": len(group.posts), "of": of}
    if of >= _PER_CENT_FROM and "not_scored" not in words:  # an honest range is known only of what is scored
        error = intervals.share_error(group.tone, read_by(known.opinions))
        share, low, high = intervals.per_cent(intervals.share(group.voices, of, error=error))
        numbers |= {"share": share, "low": low, "high": high}
    return claim("group", proof, words, **numbers)


# --- 4 split or minority, 5 change ---------------------------------------------------------------


def _split_and_minority(groups: Sequence[Group], known: Sorted) -> tuple[bool, PostId | None]:
    count = Counter(sides(known.opinions).values())
    told = basis(known.opinions)
    leading = headline(count["support"], count["oppose"])
    if leading is None or leading == "split":
        return leading == "split", None
    other = "oppose" if leading == "support" else "support"
    found = (g for g in groups if polarity(g.stance, g.tone, told) == other and g.voices >= _MINORITY_LEAST)
    return False, next((group.id for group in found), None)


def _sides(known: Sorted, groups: Sequence[Group], *, split: bool, minority: PostId | None) -> list[Claim]:
    where = sides(known.opinions)
    count = Counter(where.values())
    by: dict[str, list[Understood]] = defaultdict(list)
    for row in known.opinions:
        by[where[row.finding.voice]].append(row)
    told: dict[str, WordValue] = {"by": basis(known.opinions)}
    turning = _turning(count["support"], count["oppose"])
    if split:
        proof = places(by["support"], known.withheld, 1) + places(by["oppose"], known.withheld, 1)
        numbers = {"support": count["support"], "oppose": count["oppose"], "of": len(where)}
        return [claim("split", proof, told, **numbers, **turning)]
    for group in groups:
        if group.id == minority:
            quoted = (group.quote,) if group.quote else places(_members(group, known), known.withheld, 1)
            return [claim("minority", quoted, _named(group), voices=group.voices, of=len(where), **turning)]
    if count["support"] == count["oppose"] or max(count["support"], count["oppose"]) < _MINORITY_LEAST:
        return []
    leading: Side = "support" if count["support"] > count["oppose"] else "oppose"
    proof = places(by[leading], known.withheld, 1)
    words = {"stance": leading} | told
    return [claim("no_minority", proof, words, leading=count[leading], of=len(where), **turning)]


def _turning(support: int, oppose: int) -> dict[str, NumberValue]:
    """Return the flip where it is worth a reader's time: of enough people, and a few of them would do.

    Of so many it leads from a lead to a split or from a split to a lead, never at once to the other side.
    """
    few = flip(support, oppose)
    if few is None or support + oppose < _FLIP_FROM or few > _FLIP_SHARE * (support + oppose):
        return {}
    return {"flip": few}


def _loud_minority(known: Sorted) -> list[Claim]:
    """Where one side clearly has more posts, copies and floods included, but not clearly more people."""
    told, where = basis(known.opinions), sides(known.opinions)
    people = Counter(where.values())
    posts = by_side(known.linked, told)
    if people["support"] + people["oppose"] < _LOUD_LEAST:
        return []
    loud: Side = "support" if len(posts["support"]) > len(posts["oppose"]) else "oppose"
    other: Side = "oppose" if loud == "support" else "support"
    if len(posts[loud]) < _LOUD_RATIO * len(posts[other]) or not keeps_up(people[other], people[loud]):
        return []
    larger = "none" if keeps_up(people[loud], people[other]) else other
    heard = [row for row in by_side(known.opinions, told)[other] if where[row.finding.voice] == other]
    proof = places(posts[loud], known.withheld, MOST_CITED - 1) + places(heard, known.withheld, 1)
    return [
        claim(
            "loud_minority",
            proof,
            {"stance": loud, "people": larger, "by": told},
            posts=len(posts[loud]),
            other_posts=len(posts[other]),
            voices=people[loud],
            other_voices=people[other],
        )
    ]


def _change(known: Sorted, evidence: Evidence) -> list[Claim]:
    """Whether the share of a tone has clearly moved since the last published brief."""
    if evidence.previous is None or not evidence.previous.figures.opinion_voices:
        return []
    then = evidence.previous.figures
    now = figures(known)
    moves = []
    for tone in ("negative", "positive"):
        k, before = _of_tone(now.opinions, tone), _of_tone(then.opinions, tone)
        error = intervals.share_error(tone, read_by(known.opinions))
        moved = intervals.difference(k, now.opinion_voices, before, then.opinion_voices, error=error)
        if moved.low > 0 or moved.high < 0:
            moves.append((abs(moved.value), tone, k, before, moved.value > 0))
    if not moves:
        proof = places(known.opinions, known.withheld, 1)
        return [claim("no_change", proof, now=now.opinion_voices, before=then.opinion_voices)]
    _, tone, k, before, more = max(moves, key=lambda move: move[0])
    where = [r for r in known.opinions if r.finding.sentiment is not None and r.finding.sentiment.label == tone]
    words: dict[str, WordValue] = {"tone": tone, "direction": "more" if more else "fewer"}
    numbers = {"now": k, "of": now.opinion_voices, "before": before, "of_before": then.opinion_voices}
    return [claim("change", places(where or known.opinions, known.withheld), words, **numbers)]


def _of_tone(tones: Tones, tone: str) -> int:
    return tones.negative if tone == "negative" else tones.positive
