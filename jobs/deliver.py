"""The step that empties the outbox: pending -> sending -> sent | uncertain | failed, reconciled before re-sending.

A message is marked `sending` before its request leaves. Whatever is found in that state later was cut off by a
crash: where the channel can be read back it is looked up and, only if it is not there, posted; where it cannot
be, it becomes `uncertain`, is told, and is never posted again. One process at a time: the caller holds the lock.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NoReturn

from monitor.errors import DeliveryFailed, DeliveryUncertain

from .delivery.refused import ChannelRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from monitor.model import Message
    from monitor.protocols import Channel, Clock
    from monitor.store import Store

# docs.slack.dev, "Rate limits": one message a second and channel.
_APART = timedelta(seconds=1)
# How long a service may still work on a request whose sender is gone, before we look whether it arrived.
# Chosen, not measured: Slack documents no limit, and its answers take well under a second.
_SETTLES = timedelta(seconds=5)
# How far our clock may run ahead of the service's when we look for what we posted; chosen.
_SKEW = timedelta(minutes=5)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def deliver(
    store: Store,
    channels: Sequence[Channel],
    *,
    now: datetime,
    sleep: Callable[[float], None] = time.sleep,
    elapsed: Callable[[], float] = time.monotonic,
) -> list[str]:
    """Send what waits, oldest first, and return one line for each thing that a person should know.

    now: the real time at the call. elapsed: seconds since any fixed moment; it tells how long ago that was.
    """
    begun = elapsed()

    def clock() -> datetime:
        return now + timedelta(seconds=elapsed() - begun)

    by_name = {channel.name: channel for channel in channels}
    waiting: dict[str, list[Message]] = {}
    for message in store.unfinished_messages():
        waiting.setdefault(message.channel, []).append(message)
    told: list[str] = []
    for name, messages in sorted(waiting.items()):
        if name in by_name:
            told += _Turn(store, by_name[name], clock, sleep).take(messages)
        elif any(message.state != "uncertain" for message in messages):
            told.append(f"{name}: {len(messages)} waiting, but no channel of the config has this name")
    return told


class _Wait(Exception):
    """The channel takes nothing more in this run."""


class _Turn:
    """One channel's turn."""

    def __init__(self, store: Store, channel: Channel, clock: Clock, sleep: Callable[[float], None]) -> None:
        self.store = store
        self.channel = channel
        self.clock = clock
        self.sleep = sleep
        self.receipts: dict[str, str] = {}
        self.last: datetime | None = None  # when a message last left
        self.told: list[str] = []

    def take(self, messages: Sequence[Message]) -> list[str]:
        """Deliver `messages` in order, up to the first that has to wait; return what a person should know."""
        # A limit is the channel's, not a message's: while one has to wait, all of them wait.
        held = [m.not_before for m in messages if m.state == "pending" and m.not_before is not None]
        if held and max(held) > self.clock():
            return [f"{self.channel.name}: {len(messages)} waiting until {max(held):%H:%M:%S} UTC, as it asked"]
        for key in {message.key for message in messages}:
            for before in self.store.messages_of(self.channel.name, key):
                if before.receipt is not None:
                    self.receipts[key] = before.receipt
        for place, message in enumerate(messages, start=1):
            try:
                self._deliver(message)
            except _Wait:
                if left := len(messages) - place:
                    self.told.append(f"{self.channel.name}: {left} more waiting for the next run")
                break
        return self.told

    def _deliver(self, message: Message) -> None:
        if message.state == "pending":
            self._send(message)
        elif self.channel.edits:
            self._reconcile(message)
        elif message.state == "sending":
            self._doubt(message, "it was cut off while sending")

    def _reconcile(self, message: Message) -> None:
        """Send again what may have been sent only where it is not there; an edit can be repeated as it is."""
        if message.key not in self.receipts:
            tried = message.not_before - _SETTLES if message.not_before is not None else None
            self._pause_until(message.not_before, at_most=_SETTLES)
            try:
                found = self.channel.find(message.key, tried - _SKEW if tried is not None else _EVER)
            except DeliveryFailed as error:  # it stays as it is: nothing may be sent before it is known
                self.told.append(f"{error}; message {message.id} is not sent again before that is known")
                raise _Wait from None
            if found is not None:
                self._sent(message, found)
                return
        if message.payload:
            self._send(message)
        else:  # a post that it linked to was deleted meanwhile, and the message with it
            self.store.mark(message.id, "failed", problem="it was taken back before it was sent", at=self.clock())

    def _send(self, message: Message) -> None:
        if self.last is not None:
            self._pause_until(self.last + _APART, at_most=_APART)
        now = self.clock()
        self.store.mark(message.id, "sending", not_before=now + _SETTLES, at=now)
        root = self.receipts.get(message.key)
        try:
            # What counts is whether there is something to edit: the root of an edit may have been refused.
            if root is None:
                root = self.channel.post(message.payload, message.key)
            else:
                self.channel.update(message.payload, root)
        except DeliveryUncertain as error:
            self._doubt(message, str(error))
            raise _Wait from None
        except ChannelRefused as error:
            self._wait(message, str(error), None)
        except DeliveryFailed as error:
            if not error.final:
                self._wait(message, str(error), error.retry_after)
            self.store.mark(message.id, "failed", problem=str(error), at=self.clock())
            self.told.append(f"{error}; message {message.id} is given up")
        else:
            self._sent(message, root)
        finally:
            self.last = self.clock()

    def _sent(self, message: Message, receipt: str | None) -> None:
        if receipt is not None:
            self.receipts[message.key] = receipt
        self.store.mark(message.id, "sent", receipt=receipt, at=self.clock())

    def _wait(self, message: Message, problem: str, seconds: float | None) -> NoReturn:
        """Keep a message that was surely not sent, and leave the channel alone for this run."""
        now = self.clock()
        until = now + timedelta(seconds=seconds) if seconds is not None else None
        self.store.mark(message.id, "pending", problem=problem, not_before=until, at=now)
        self.told.append(problem)
        raise _Wait

    def _doubt(self, message: Message, problem: str) -> None:
        """Keep in mind, and tell, that nobody knows whether it was posted."""
        now = self.clock()
        self.store.mark(message.id, "uncertain", problem=problem, not_before=now + _SETTLES, at=now)
        then = (
            "the next run looks whether it is there"
            if self.channel.edits
            else "it cannot be read back, so look in the channel; it is not sent again"
        )
        self.told.append(f"{self.channel.name}: message {message.id}: {problem}: {then}")

    def _pause_until(self, moment: datetime | None, *, at_most: timedelta) -> None:
        """Sleep until `moment`; `at_most` guards against a clock that was set back."""
        left = moment - self.clock() if moment is not None else timedelta(0)
        if left > timedelta(0):
            self.sleep(min(left, at_most).total_seconds())
