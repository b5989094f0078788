"""What differs between two briefs of one story: claims and groups, never prose. Pure.

A group keeps its identity by its id; where its oldest member left, by the members that both have.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, TypeAlias

from .model import Changes, ClaimChange, GroupChange, PostCitation, PostId

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from .model import Brief, Claim, Gap, Group

Key: TypeAlias = tuple[str, str, int]
"""What a claim is told apart by: its kind, what it is about, and the how manieth of these it is."""

# By which of its words a claim of this kind is told from another one of its kind.
_ABOUT = {"gap": "source", "flood": "reason"}


def compare(before: Brief, now: Brief, cited: Mapping[PostId, datetime | None] | None = None) -> Changes:
    """Return what differs; ValueError where the briefs are of two stories.

    cited: the posts that `before` cites, with their times.
    """
    if before.story != now.story:
        raise ValueError(f"{before.story} and {now.story} are two stories")
    same = paired(before.groups, now.groups)
    then = {row.post: row for row in before.inputs}
    today = {row.post: row for row in now.inputs}
    gone = then.keys() - today.keys()
    left = {post: at for post, at in (cited or {}).items() if post in gone}
    past = _past(before, now, left)
    kept = sorted(then.keys() & today.keys())
    edited = {post for post in kept if then[post].text_hash != today[post].text_hash}
    return Changes(
        before=before,
        now=now,
        groups=tuple(_groups(before, now, same)),
        claims=tuple(_claims(before, now, same)),
        minority=_here(before.minority, same) != now.minority,
        new_posts=tuple(sorted(today.keys() - then.keys())),
        gone_posts=tuple(sorted(gone)),
        withdrawn=tuple(sorted(left.keys() - past)),
        past=tuple(sorted(past)),
        edited=tuple(sorted(edited)),
        reread=tuple(p for p in kept if p not in edited and then[p].finding != today[p].finding),
        gaps_opened=tuple(gap for gap in now.gaps if not any(_is_same(gap, old) for old in before.gaps)),
        gaps_closed=tuple(gap for gap in before.gaps if not any(_is_same(gap, new) for new in now.gaps)),
        languages=tuple(_languages(before, now)),
    )


def paired(before: Sequence[Group], now: Sequence[Group]) -> dict[PostId, PostId]:
    """Return the id now of each group before that is still there.

    Where the id is gone, the group is the one with which it shares most members, and at least half of the smaller
    of the two; each group is one other at most.
    """
    ids = {group.id for group in now}
    same = {group.id: group.id for group in before if group.id in ids}
    free = [group for group in now if group.id not in same]
    shared = [
        (len(common), old.id, new.id)
        for old in before
        for new in free
        if 2 * len(common := set(old.posts) & set(new.posts)) >= min(len(old.posts), len(new.posts)) > 0
    ]
    taken: set[PostId] = set()
    for _, old_id, new_id in sorted(shared, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if old_id not in same and new_id not in taken:
            same[old_id] = new_id
            taken.add(new_id)
    return same


def quote_of(group: Group) -> tuple[str, str] | None:
    """Return the post and the words by which a group is quoted, None where it is not."""
    quote = group.quote
    return None if quote is None or quote.quote is None else (quote.post, quote.quote)


def quotes_in(claim: Claim) -> list[tuple[PostId, str]]:
    """Return the posts that a claim quotes, with the words."""
    return [(c.post, c.quote) for c in claim.citations if isinstance(c, PostCitation) and c.quote is not None]


# --- Groups and claims -----------------------------------------------------------------------------


def _groups(before: Brief, now: Brief, same: Mapping[PostId, PostId]) -> Iterator[GroupChange]:
    old = {same[group.id]: group for group in before.groups if group.id in same}
    for group in now.groups:
        then = old.get(group.id)
        if then is None or _state(then) != _state(group):
            yield GroupChange(before=then, now=group)
    for group in before.groups:
        if group.id not in same:
            yield GroupChange(before=group, now=None)


def _state(group: Group) -> tuple[object, ...]:
    return (
        *(group.id, group.label, group.language, group.stance, group.tone, group.voices),
        *(frozenset(group.posts), quote_of(group)),
    )


def _claims(before: Brief, now: Brief, same: Mapping[PostId, PostId]) -> Iterator[ClaimChange]:
    old, new = _by_key(before.claims, same), _by_key(now.claims, {})
    for key, claim in new.items():
        then = old.get(key)
        if then is None or _said(then, same) != _said(claim, {}):
            yield ClaimChange(before=then, now=claim)
    for key, claim in old.items():
        if key not in new:
            yield ClaimChange(before=claim, now=None)


def _by_key(claims: Sequence[Claim], same: Mapping[PostId, PostId]) -> dict[Key, Claim]:
    seen: Counter[tuple[str, str]] = Counter()
    found: dict[Key, Claim] = {}
    for claim in claims:
        about = claim.kind, _subject(claim, same)
        found[*about, seen[about]] = claim
        seen[about] += 1
    return found


def _subject(claim: Claim, same: Mapping[PostId, PostId]) -> str:
    if claim.kind == "post":
        return next((c.post for c in claim.citations if isinstance(c, PostCitation)), "")
    if claim.kind == "group":  # of the other kinds there is one; which group it names is what may change
        return str(_here(claim.word("group"), same))
    return str(claim.word(_ABOUT.get(claim.kind, "")) or "")


def _said(claim: Claim, same: Mapping[PostId, PostId]) -> tuple[object, ...]:
    words = {name: _here(word, same) if name == "group" else word for name, word in claim.words}
    return dict(claim.numbers), words, quotes_in(claim)


def _here(group: object, same: Mapping[PostId, PostId]) -> object:
    """Return the id now of what was the group with this id."""
    return same.get(PostId(group), group) if isinstance(group, str) else group


# --- Posts, gaps, languages ------------------------------------------------------------------------


def _past(before: Brief, now: Brief, left: Mapping[PostId, datetime | None]) -> set[PostId]:
    """Return which posts are out of the window of `now`.

    A window from the first post begins later once that post is deleted, which puts nothing out of it: only one that
    moved does, by its length or by leaving more behind than were deleted.
    """
    since, until = now.window.since, now.window.until
    younger = {post for post, at in left.items() if at is not None and until is not None and at > until}
    older = {post for post, at in left.items() if at is not None and since is not None and at < since}
    moved = _length(before) == _length(now) or len(older) > now.tombstones
    return younger | older if moved else younger


def _length(brief: Brief) -> timedelta | None:
    since, until = brief.window.since, brief.window.until
    return None if since is None or until is None else until - since


def _is_same(one: Gap, other: Gap) -> bool:
    """Whether two gaps are one that goes on: of the same reading, and with a time in common."""
    return (
        (one.source, one.query) == (other.source, other.query)
        and (one.since is None or other.until is None or one.since <= other.until)
        and (other.since is None or one.until is None or other.since <= one.until)
    )


def _languages(before: Brief, now: Brief) -> Iterator[tuple[str, int, int]]:
    """Yield each language whose voices are more or fewer, most voices now first."""
    voices: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for place, brief in enumerate((before, now)):
        for code, count in brief.figures.languages:
            voices[code][place] = count
    for code, (then, today) in sorted(voices.items(), key=lambda item: (-item[1][1], -item[1][0], item[0])):
        if then != today:
            yield code, then, today
