"""The money of a paid source, kept in the store: its caps hold across runs, beside each other and after crashes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.budget import dollars
from monitor.errors import BudgetSpent

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.budget import Caps
    from monitor.model import Cost, Query
    from monitor.store import Store


class StoredPurse:
    """One for each source and run. most_a_run: microdollars, None: no cap of its own."""

    def __init__(self, store: Store, source: str, caps: Caps, most_a_run: int | None) -> None:
        self._store = store
        self._source = source
        self._caps = caps
        self._most = most_a_run
        self._tickets: dict[int, int] = {}

    @property
    def _spent(self) -> int:
        return sum(self._tickets.values())

    def left(self, now: datetime) -> int | None:
        """Return how many microdollars the narrowest cap leaves; None: there is no cap."""
        each = [cap - self._store.spent(self._source, since) for since, cap in self._caps.at(now)]
        each += [] if self._most is None else [self._most - self._spent]
        return max(0, min(each)) if each else None

    def reserve(self, most: int, query: Query, now: datetime) -> int:
        """Set aside the most that a request may cost; return its ticket. BudgetSpent: a cap would be passed."""
        if self._most is not None and self._spent + most > self._most:
            raise BudgetSpent(self._source, f"what one run may cost ({dollars(self._most)}) is spent")
        ticket = self._store.reserve(
            self._source, most, caps=self._caps, at=now, query=query.text, stories=query.stories
        )
        if ticket is None:
            raise self._refusal(most, now)
        self._tickets[ticket] = most
        return ticket

    def settle(self, ticket: int, cost: Cost) -> None:
        """Say what a request has cost that brings no page."""
        self._store.settle(ticket, cost)
        self.note(ticket, cost)

    def note(self, ticket: int, cost: Cost) -> None:
        """Say what a request has cost whose page carries the ticket."""
        self._tickets[ticket] = cost.microdollars

    def _refusal(self, most: int, now: datetime) -> BudgetSpent:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        month = midnight.replace(day=1)
        if self._caps.month is not None and self._store.spent(self._source, month) + most > self._caps.month:
            until = (month + timedelta(days=32)).replace(day=1)
            return BudgetSpent(
                self._source, f"what a month may cost ({dollars(self._caps.month)}) is spent", until=until
            )
        return BudgetSpent(
            self._source,
            f"what a day may cost ({dollars(self._caps.day or 0)}) is spent",
            until=midnight + timedelta(days=1),
        )
