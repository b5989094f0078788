"""The store: one SQLite file that holds all that was seen, understood, said and done. Only this package writes SQL.

A Store is one connection, for one thread: open it for a job, close it after. Every method that writes is one
transaction: when it returns, what it was given is on disk; when it raises or the process dies, nothing of it is.
"""

from __future__ import annotations

from .health import Healths
from .labels import Labels
from .outbox import NewMessage
from .runs import Runs
from .said import PublishedReport, Said
from .sharing import Sharing
from .understanding import Understanding

__all__ = ["NewMessage", "PublishedReport", "Store"]


class Store(Understanding, Said, Runs, Labels, Sharing, Healths):
    """All parts over one connection; `Store.open(path)` or `Store.in_memory()`."""
