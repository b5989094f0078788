"""The blind labelling game: whose post is read next, and what the answers say in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.intervals import per_cent
from monitor.model import Label
from monitor.spotcheck import LEAST, SHARES, check, draw, units

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from monitor.model import Answer, Interval, SpotCheck, Story
    from monitor.spotcheck import Drawn, Unit
    from monitor.store import Store

PER_CENT_FROM = 30
"""Voices from which on a share is told in per cent."""


def population(store: Store, stories: Iterable[Story], *, as_of: datetime) -> tuple[Unit, ...]:
    """Return the voices with an opinion about these stories in posts up to `as_of`, or without a time."""
    asked = {story.id for story in stories}
    known = store.understood(*asked) if len(asked) == 1 else store.understood()
    return units(
        row
        for row in known
        if row.finding.link is not None
        and row.finding.link.story in asked
        and (row.post.created_at is None or row.post.created_at <= as_of)
    )


def still_to_read(
    everyone: Sequence[Unit], answers: Sequence[Label], *, who: str, n: int, seed: int
) -> list[Drawn]:
    """Return what `who` has still to read of a sample of `n`, in order; what was skipped is drawn anew."""
    mine = {(label.post, label.text_hash): label.answer for label in answers if label.who == who}
    told = [answer for unit in everyone if (answer := _answer_about(unit, mine)) is not None]
    skipped = told.count("skipped")
    drawn = draw(everyone, n + skipped, seed=seed)
    return [one for one in drawn if _answer_about(one.unit, mine) is None][: max(0, n + skipped - len(told))]


def _answer_about(unit: Unit, answers: dict[tuple[Any, str], Answer]) -> Answer | None:
    found = (answers.get((row.post.id, row.post.text_hash)) for row in unit.posts)
    return next((answer for answer in found if answer is not None), None)


def label_of(drawn: Drawn, answer: Answer, *, who: str, at: datetime) -> Label:
    """Return an answer as it is kept."""
    link = drawn.post.finding.link
    if link is None:
        raise ValueError(f"post {drawn.post.post.id} is about no story")
    return Label(
        post=drawn.post.post.id,
        story=link.story,
        who=who,
        answer=answer,
        at=at,
        text_hash=drawn.post.post.text_hash,
        finding=drawn.post.finding.version,
        stratum=drawn.stratum,
        of=drawn.of,
    )


def document(everyone: Sequence[Unit], answers: Sequence[Label], *, story: str | None) -> dict[str, Any]:
    """Return what `monitor label --json` prints. ours: how we had read the voice when its post was drawn."""
    found = check(everyone, answers)
    counted = dict(_counted(everyone))
    return {
        "story": story,
        "voices": found.voices,
        "read": len(found.labels),
        "agreed": found.agreed,
        "shares": {
            answer: {"low": share.low, "value": share.value, "high": share.high, "counted": counted[answer]}
            for answer, share in found.shares
        },
        "labels": [
            {
                "post": label.post,
                "story": label.story,
                "answer": label.answer,
                "ours": label.stratum,
                "who": label.who,
                "at": label.at,
                "text_hash": label.text_hash,
                "finding": label.finding,
            }
            for label in answers
        ],
    }


def _counted(everyone: Sequence[Unit]) -> Iterator[tuple[Answer, float]]:
    """Yield the share of each answer as our reading has it, in [0, 1]."""
    for answer in SHARES:
        yield answer, sum(unit.vote == answer for unit in everyone) / max(1, len(everyone))


def summary(everyone: Sequence[Unit], answers: Sequence[Label]) -> Iterator[str]:
    """Yield, line by line, what the answers say of our reading."""
    found = check(everyone, answers)
    yield f"{len(found.labels)} of {found.voices} voices read blind, {found.agreed} as we read them"
    if not found.shares:
        yield f"too few for shares: {LEAST} are needed" if found.voices >= LEAST else "too few voices for shares"
        return
    yield from _told(found) if found.voices < PER_CENT_FROM else _shares(found, everyone)


def _told(found: SpotCheck) -> Iterator[str]:
    for answer in SHARES:
        count = sum(label.answer == answer for label in found.labels)
        yield f"{answer}: {count} of {len(found.labels)} read"


def _shares(found: SpotCheck, everyone: Sequence[Unit]) -> Iterator[str]:
    counted = dict(_counted(everyone))
    for answer, share in found.shares:
        ours = "" if answer == "not about it" else f"; we count about {_fives(counted[answer])}%"
        yield f"{answer}: {_range(share)}{ours}"


def _range(share: Interval) -> str:
    value, low, high = per_cent(share)
    return f"about {value}% (range {low}–{high}%)"


def _fives(share: float) -> int:
    return 5 * int(share * 20 + 0.5)
