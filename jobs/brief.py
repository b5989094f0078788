"""The step from findings to briefs: gather what is known of a story, write its claims, let the gate check them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from monitor.claims import write_brief
from monitor.gate import gated
from monitor.model import NEVER_READ, Brief, Evidence, Gap, Input, ReadWindow, Span, Story, Understood
from monitor.quotes import FEWEST_NEAR
from monitor.scoring import encoder

from .encodings import known_vectors

if TYPE_CHECKING:
    from monitor.model import PostId, VoiceId
    from monitor.store import Store

_log = logging.getLogger(__name__)

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many stories are done, and of how many."""

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
_HISTORY_DAYS = 56
"""Eight weeks tell what is usual; what is older was another story."""


def brief_each(
    store: Store,
    *,
    as_of: datetime,
    window: timedelta | None = None,
    stories: Sequence[Story] | None = None,
    meaning: str | None = encoder.NAME,
    progress: Progress | None = None,
) -> list[Brief]:
    """Write and keep the brief of each story (None: of all), as things stand at `as_of`; by story id.

    window: how far back; None goes back to the story's first post. meaning: the encoder whose vectors may have a
    part, None for words alone.
    """
    chosen = sorted(store.stories() if stories is None else stories, key=lambda story: story.id)
    made = []
    for done, story in enumerate(chosen, 1):
        brief = brief_one(store, story, as_of=as_of, window=window, meaning=meaning)
        store.save_brief(brief, at=as_of)
        made.append(brief)
        if progress is not None:
            progress(done, len(chosen))
    return made


def brief_one(
    store: Store,
    story: Story,
    *,
    as_of: datetime,
    window: timedelta | None = None,
    meaning: str | None = encoder.NAME,
) -> Brief:
    """Return the gated brief of one story at `as_of`; keeps nothing. meaning: as for `brief_each`."""
    return brief_from(evidence_for(store, story, window, as_of, meaning=meaning))


def brief_from(evidence: Evidence) -> Brief:
    """Write the brief of `evidence` and gate it; what falls is logged. RuntimeError where nothing of it holds."""
    written = write_brief(evidence)
    brief, reasons = gated(written, evidence)
    if written.claims and not brief.claims:
        raise RuntimeError(f"brief of story {evidence.story.id}: {'; '.join(reasons)}")
    for reason in reasons:
        _log.warning("story %s: %s", evidence.story.id, reason)
    return brief


def evidence_for(
    store: Store, story: Story, window: timedelta | None, as_of: datetime, *, meaning: str | None = encoder.NAME
) -> Evidence:
    """Return all that a brief of `story` may be made from at `as_of`.

    The window is [as_of - window, as_of], both ends in; None goes back to the story's first post, and only then
    posts without a time are in. meaning: as for `brief_each`.
    """
    every = store.understood(story.id)
    rows = [row for row in every if row.post.created_at is None or row.post.created_at <= as_of]
    if window is None:
        times = [row.post.created_at for row in _about(rows, story) if row.post.created_at is not None]
        first = min(times, default=None)
        span = Span(since=first, until=as_of)
        return _evidence(store, story, rows, span, as_of, from_first_post=True, meaning=meaning)
    since = as_of - window
    inside = [row for row in rows if row.post.created_at is not None and row.post.created_at >= since]
    span = Span(since=since, until=as_of)
    return _evidence(store, story, inside, span, as_of, from_first_post=False, meaning=meaning)


def evidence_from(
    store: Store,
    story: Story,
    inputs: Iterable[Input],
    window: Span,
    as_of: datetime,
    *,
    reads: Sequence[ReadWindow] | None = None,
    gaps: Sequence[Gap] | None = None,
    tombstones: int | None = None,
    history: Sequence[int] | None = None,
    meaning: str | None = encoder.NAME,
) -> Evidence:
    """Return the evidence of a brief that was made from exactly `inputs`; rows that are gone are left out.

    reads, gaps, tombstones, history: what the brief was written with; None takes what the store has now. meaning:
    the encoder that had a part in its groups and quotes, None where none had.
    """
    rows, _ = store.exact(inputs)
    times = [row.post.created_at for row in _about(rows, story) if row.post.created_at is not None]
    return _evidence(
        store,
        story,
        rows,
        window,
        as_of,
        reads=reads,
        gaps=gaps,
        tombstones=tombstones,
        history=history,
        # A brief names the ends of its window, not how it was asked for.
        from_first_post=window.since == min(times, default=None),
        meaning=meaning,
    )


def deletions(store: Store, story: Story, window: Span, *, from_first_post: bool) -> int:
    """Return how many posts of `story` in `window`, its end in, were deleted since they were stored.

    from_first_post: whether the window is the default one. Nobody knows the first post once it is gone, so that
    window has no beginning here; only in it do deleted posts without a time count.
    """
    until = None if window.until is None else window.until + _INSTANT
    timed = store.tombstones(story.id, Span(since=None if from_first_post else window.since, until=until))
    if not from_first_post:
        return timed
    return timed + store.tombstones(story.id) - store.tombstones(story.id, Span(since=None, until=None))


def _evidence(
    store: Store,
    story: Story,
    rows: Sequence[Understood],
    window: Span,
    as_of: datetime,
    *,
    from_first_post: bool,
    reads: Sequence[ReadWindow] | None = None,
    gaps: Sequence[Gap] | None = None,
    tombstones: int | None = None,
    history: Sequence[int] | None = None,
    meaning: str | None = encoder.NAME,
) -> Evidence:
    known_reads = tuple(_made_by(store.reads(window, story.id), as_of) if reads is None else reads)
    known_gaps = tuple(store.gaps(window, story.id) if gaps is None else gaps)
    if not known_reads and not known_gaps and not _about(rows, story):
        # Nothing was read and nothing failed: that nobody looked is itself what is known.
        known_gaps = (Gap(source="all", query=None, since=window.since, until=window.until, reason=NEVER_READ),)
    if tombstones is None:
        tombstones = deletions(store, story, window, from_first_post=from_first_post)
    vectors = _vectors(store, _about(rows, story), meaning)
    return Evidence(
        story=story,
        window=window,
        as_of=as_of,
        rows=tuple(rows),
        reads=known_reads,
        gaps=known_gaps,
        tombstones=tombstones,
        history=tuple(_history(store, story, window) if history is None else history),
        previous=store.published_before(story.id, as_of),
        vectors=vectors,
        meaning=meaning if vectors else None,
    )


def _vectors(store: Store, rows: Sequence[Understood], meaning: str | None) -> dict[PostId, bytes]:
    """Return what that encoder made of the opinions among `rows`; nothing where they are too few to compare."""
    opinions = [row for row in rows if row.is_opinion]
    if meaning is None or len(opinions) < FEWEST_NEAR:
        return {}
    known = known_vectors(store, meaning, {row.post.text for row in opinions})
    return {row.post.id: known[row.post.text] for row in opinions if row.post.text in known}


def _about(rows: Iterable[Understood], story: Story) -> list[Understood]:
    return [row for row in rows if row.finding.link is not None and row.finding.link.story == story.id]


def _made_by(reads: Sequence[ReadWindow], as_of: datetime) -> list[ReadWindow]:
    """Keep the reads made up to `as_of`, so that later ones change no earlier brief; all where none was."""
    return [read for read in reads if read.at <= as_of] or list(reads)


def _history(store: Store, story: Story, window: Span) -> list[int]:
    """Return how many voices had an opinion in each full day before a window of one day, oldest first.

    The days go back to the story's first post, at most eight weeks; a day with a gap is unknown and not in it.
    Other windows are compared with nothing.
    """
    since = window.since
    if since is None or window.until is None or window.until - since != _DAY:
        return []
    ago = [
        (since - row.post.created_at, row)
        for row in _about(store.understood(story.id), story)
        if row.post.created_at is not None and row.post.created_at < since
    ]
    days = min(max((before // _DAY for before, _ in ago), default=0), _HISTORY_DAYS)
    voices: list[set[VoiceId]] = [set() for _ in range(days)]
    for before, row in ago:
        if row.is_opinion and before // _DAY < days:
            voices[before // _DAY].add(row.finding.voice)
    gaps = store.gaps(Span(since=since - days * _DAY, until=since), story.id)
    return [
        len(voices[day])
        for day in reversed(range(days))
        if not any(_overlaps(gap, since - (day + 1) * _DAY, since - day * _DAY) for gap in gaps)
    ]


def _overlaps(gap: Gap, since: datetime, until: datetime) -> bool:
    return (gap.since is None or gap.since < until) and (gap.until is None or gap.until > since)
