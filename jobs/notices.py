"""What tells each channel, once, that a source needs a person, and edits that when it is over.

A failure goes by its source and its first moment, so a restart, a parallel run or a kill tells it no second time.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from monitor.model import Notice
from monitor.privacy import masked

from .follow import DELETIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from monitor.model import Health
    from monitor.store import NewMessage, Store

    from .publish import Composer

_LASTS = timedelta(days=1) - timedelta(seconds=30)
"""How long what may pass by itself has failed: a day, less what a daily schedule may strike early.

Not less: a day's cap that is spent in the first minute of its day is over in time.
"""
_BEGINS, _FAILING, _OVER = "source:", "failing", "over"
_HANDLE = re.compile(r"@[\w.-]+")


def needs_a_person(health: Health) -> bool:
    """Tell whether a source will not work by itself, or has not for a day, or says that it will not for a day.

    It goes by when the source was asked: one that is not asked any more fails no longer. Where some queries are
    answered the source works, and what stands in the others' way is told by the reports.
    """
    if health.failing_since is None or health.failed_at is None or _works_in_part(health):
        return False
    lasts = max(health.failed_at, health.next_try or health.failed_at) - health.failing_since
    return health.refused or lasts >= _LASTS


def enqueue_notices(
    store: Store,
    channels: Sequence[Composer],
    *,
    sources: Collection[str],
    language: str,
    time_zone: str,
    at: datetime,
) -> None:
    """Put into the outbox what each channel has not been told of these sources; take back what is no longer so.

    A spent budget is a failure like another: a day's cap is over before a person is told, a month's is not.
    """
    healths = {name: one for name, one in store.healths().items() if name.removesuffix(DELETIONS) in sources}
    failing = {_key(health): health for health in healths.values() if health.failing_since is not None}
    notices = {
        key: _notice(health, key, problem=health.problem, language=language, time_zone=time_zone)
        for key, health in failing.items()
        if needs_a_person(health)
    }
    for channel in channels:
        told = store.messages_under(channel.name, _BEGINS)
        known = {(message.key, message.fingerprint) for message in told}
        new = [
            _message(channel, key, "post", notice)
            for key, notice in notices.items()
            if (key, _FAILING) not in known
        ]
        for root in told:
            if root.fingerprint != _FAILING or root.key in failing:
                continue
            health = healths.get(_source_and_since(root.key)[0])
            if root.state == "pending":
                store.mark(root.id, "failed", problem="it was no longer so before it was sent", at=at)
            elif health and channel.edits and root.state != "failed" and (root.key, _OVER) not in known:
                over = _notice(health, root.key, problem=None, language=language, time_zone=time_zone)
                new.append(_message(channel, root.key, "update", over))
        store.enqueue(new, at=at)


def _works_in_part(health: Health) -> bool:
    """Tell whether some query was answered when it was last asked."""
    return health.worked_at is not None and health.failed_at is not None and health.worked_at >= health.failed_at


def _key(health: Health) -> str:
    return f"{_BEGINS}{health.source}:{health.failing_since:%Y%m%dT%H%M%SZ}"


def _source_and_since(key: str) -> tuple[str, datetime]:
    source, _, since = key.removeprefix(_BEGINS).rpartition(":")
    return source, datetime.fromisoformat(since)


def _notice(health: Health, key: str, *, problem: str | None, language: str, time_zone: str) -> Notice:
    return Notice(
        source=health.source.removesuffix(DELETIONS),
        deletions=health.source.endswith(DELETIONS),
        since=_source_and_since(key)[1],
        read_at=health.worked_at,
        problem=None if problem is None else _HANDLE.sub("@…", masked(problem)),
        language=language,
        time_zone=time_zone,
    )


def _message(channel: Composer, key: str, op: Literal["post", "update"], notice: Notice) -> NewMessage:
    from monitor.store import NewMessage  # noqa: PLC0415 (heavy)

    return NewMessage(
        channel=channel.name,
        key=key,
        op=op,
        payload=channel.compose_notice(notice),
        fingerprint=_FAILING if op == "post" else _OVER,
    )
