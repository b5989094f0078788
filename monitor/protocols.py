"""The seams: a function type where one method and no state suffice, a Protocol where there is state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from .model import (
    Beside,
    Cost,
    Encoding,
    Finding,
    Followed,
    Group,
    Link,
    Page,
    Post,
    PostId,
    Query,
    Sentiment,
    Story,
    Understood,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Clock: TypeAlias = Callable[[], datetime]
"""Returns now, UTC-aware."""

Scorer: TypeAlias = Callable[[Sequence[str]], Sequence[Sentiment]]
"""Texts in, one sentiment a text, same order; a text's score never depends on its batch."""

Embedder: TypeAlias = "Callable[[Sequence[str]], NDArray[np.float32]]"
"""Texts in, one row of length 1 a text, same order; a text's vector never depends on its batch."""

Linker: TypeAlias = Callable[[Sequence[Post], Sequence[Story]], Mapping[PostId, Link]]
"""All posts (copies left out) against all stories; a post without an entry is about none of them."""

Grouper: TypeAlias = Callable[[Sequence[Understood]], Sequence[Group]]
"""The opinions of one story; groups largest first."""

Findings: TypeAlias = Mapping[PostId, Finding]


class Encoder(Protocol):
    """Reads a text in one pass; what it says of a text never depends on the texts beside it. NAME: with version."""

    NAME: str

    def read(self, texts: Sequence[str]) -> Sequence[Encoding]:
        """Return what it sees in each text, in order."""
        ...

    def beside(self, target: str, texts: Sequence[str]) -> Sequence[Beside]:
        """Return what it sees in each text beside `target`, in order."""
        ...


class Source(Protocol):
    """Where posts or stories come from. name: unique in a config, stands in reads, gaps and reports."""

    @property
    def name(self) -> str: ...

    @property
    def asks(self) -> bool:
        """Whether it is asked once per query (True) or read as a whole (False)."""
        ...

    def fetch(self, query: Query, after: str | None, now: datetime) -> Iterator[Page]:
        """Yield pages; `after` is the stored cursor of this query, None at the first time.

        Raises SourceUnavailable, SourceRefused, SourceGarbled or BudgetSpent; the pages before it stay good.
        """
        ...


@runtime_checkable
class Listener(Protocol):
    """A source that is read once for all queries, as a stream goes by."""

    @property
    def name(self) -> str: ...

    @property
    def asks(self) -> bool: ...

    def listen(self, queries: Sequence[Query], after: str | None, now: datetime) -> Iterator[Page]:
        """Yield pages of posts that fulfil a query, found for its stories; `after` is the stored cursor.

        Deletions come as deleted posts, of posts that were never kept too, and as `gone`. Raises as `Source.fetch`.
        """
        ...


@runtime_checkable
class Probed(Protocol):
    """A source that can be tried without reading or paying for anything."""

    @property
    def name(self) -> str: ...

    def probe(self, now: datetime) -> str:
        """Ask the service for what costs nothing; return what it says in a few words. Raises as `Source.fetch`."""
        ...


@runtime_checkable
class Metered(Protocol):
    """A paid source whose service says what it counts as read."""

    @property
    def name(self) -> str: ...

    def usage(self, now: datetime) -> tuple[int, int | None]:
        """Return how many posts were read in the service's period, and how many may be, if it says so."""
        ...


@runtime_checkable
class Follower(Protocol):
    """A source that can say what has become of the posts it gave. platform: theirs."""

    @property
    def name(self) -> str: ...

    @property
    def platform(self) -> str: ...

    def follow(
        self, posts: Sequence[PostId], cited: Sequence[PostId], state: str | None, now: datetime
    ) -> Iterator[Followed]:
        """Yield what is gone of `posts`, and what has been edited of `cited`; the last one carries the state.

        state: what the last call left, None where it came to its end. Raises as `Source.fetch` does, after its
        end too; what was yielded before stays good.
        """
        ...


class Purse(Protocol):
    """The money of one paid source: nothing is asked for that was not set aside before."""

    def left(self, now: datetime) -> int | None:
        """Return how many microdollars the narrowest cap leaves; None: there is no cap."""
        ...

    def reserve(self, most: int, query: Query, now: datetime) -> int:
        """Set aside the most that a request may cost, in microdollars; return its ticket. Raises BudgetSpent."""
        ...

    def settle(self, ticket: int, cost: Cost) -> None:
        """Say at once what a request has cost that brings no page; Cost() where it cost nothing."""
        ...

    def note(self, ticket: int, cost: Cost) -> None:
        """Say what a request has cost whose page carries the ticket: the two are stored together."""
        ...


class Channel(Protocol):
    """Where messages go. edits: whether a posted message can be found again and changed."""

    @property
    def name(self) -> str: ...

    @property
    def edits(self) -> bool: ...

    def post(self, payload: str, key: str) -> str | None:
        """Post and return the receipt (None where the channel gives none). DeliveryFailed, DeliveryUncertain."""
        ...

    def update(self, payload: str, receipt: str) -> None:
        """Replace what was posted. DeliveryFailed, DeliveryUncertain."""
        ...

    def find(self, key: str, since: datetime) -> str | None:
        """Return the receipt of the message posted with `key` since then, None where there is none."""
        ...
