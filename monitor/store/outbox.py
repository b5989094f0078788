"""What is to be delivered: written with its report, then moved on state by state, so that a crash loses nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from monitor.model import Message

from .connection import Connected
from .rows import at_text, time_from, time_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """One thing to deliver, not yet in the outbox; the fields are those of Message."""

    channel: str
    key: str
    op: Literal["post", "update"]
    payload: str
    fingerprint: str


_MESSAGE = (
    "SELECT id, channel, key, op, payload, fingerprint, state, attempts, receipt, problem, not_before FROM outbox "
)


class Outbox(Connected):
    """Messages, oldest first."""

    def unfinished_messages(self) -> list[Message]:
        """Return what is pending, what a crash left `sending`, and what is uncertain."""
        return self._messages("WHERE state IN ('pending', 'sending', 'uncertain') ORDER BY id")

    def messages(self) -> list[Message]:
        """Return every message."""
        return self._messages("ORDER BY id")

    def messages_under(self, channel: str, prefix: str) -> list[Message]:
        """Return the messages on the channel whose key begins so."""
        return self._messages(
            "WHERE channel = ? AND substr(key, 1, length(?)) = ? ORDER BY id", channel, prefix, prefix
        )

    def messages_of(self, channel: str, key: str) -> list[Message]:
        """Return the messages with this key on the channel: the root and its edits."""
        return self._messages("WHERE channel = ? AND key = ? ORDER BY id", channel, key)

    def enqueue(self, messages: Iterable[NewMessage], *, at: datetime) -> None:
        """Keep what is to be sent, each channel, key and fingerprint once, whatever became of it."""
        known = "SELECT 1 FROM outbox WHERE channel = ? AND key = ? AND fingerprint = ?"
        with self._writing():
            self._enqueue(
                (new for new in messages if not self._one(known, new.channel, new.key, new.fingerprint)), at
            )

    def mark(
        self,
        message_id: int,
        state: Literal["pending", "sending", "sent", "uncertain", "failed"],
        *,
        receipt: str | None = None,
        problem: str | None = None,
        not_before: datetime | None = None,
        at: datetime,
    ) -> None:
        """Move a message on. `sending` counts an attempt; a receipt once known stays; problem, not_before are set.

        Raises KeyError where there is no such message.
        """
        with self._writing():
            changed = self._db.execute(
                "UPDATE outbox SET state = ?, attempts = attempts + ?, receipt = coalesce(?, receipt), "
                "problem = ?, not_before = ?, changed_at = ? WHERE id = ?",
                (state, int(state == "sending"), receipt, problem, time_text(not_before), at_text(at), message_id),
            ).rowcount
            if not changed:
                raise KeyError(message_id)

    def _enqueue(self, messages: Iterable[NewMessage], at: datetime) -> None:
        self._each(
            "INSERT INTO outbox (channel, key, op, payload, fingerprint, state, created_at, changed_at) "
            "VALUES (?, ?, ?, ?, ?, 'pending', ?, ?)",
            [
                (new.channel, new.key, new.op, new.payload, new.fingerprint, at_text(at), at_text(at))
                for new in messages
            ],
        )

    def _messages(self, where: str, *values: Any) -> list[Message]:
        return [
            Message(
                id=row[0],
                channel=row[1],
                key=row[2],
                op=row[3],
                payload=row[4],
                fingerprint=row[5],
                state=row[6],
                attempts=row[7],
                receipt=row[8],
                problem=row[9],
                not_before=time_from(row[10]),
            )
            for row in self._all(_MESSAGE + where, *values)
        ]
