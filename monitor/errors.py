"""One class per reaction of the caller; anything else that is raised is a bug and gets through."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class MonitorError(Exception):
    """An expected failure; its text is one clear sentence: what, where, what to do."""


class ConfigError(MonitorError):
    """Edit the config or the command; exit code 2. `problems` holds every mistake at once."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class SourceUnavailable(MonitorError):
    """It will pass: the next tick tries again, not before `retry_after` (UTC) where that is known."""

    def __init__(self, source: str, what: str, *, retry_after: datetime | None = None) -> None:
        super().__init__(f"{source}: {what}")
        self.source = source
        self.retry_after = retry_after


class SourceRefused(MonitorError):
    """It will not pass by itself: a person must act, and is told once."""

    def __init__(self, source: str, what: str) -> None:
        super().__init__(f"{source}: {what}")
        self.source = source


class SourceGarbled(MonitorError):
    """The answer is not in the format we know; `sample` keeps its first characters (never shown to readers)."""

    def __init__(self, source: str, what: str, *, sample: str = "") -> None:
        super().__init__(f"{source}: {what}")
        self.source = source
        self.sample = sample[:2000]


class BudgetSpent(MonitorError):
    """No more paid reads until the period ends at `until` (UTC)."""

    def __init__(self, source: str, what: str, *, until: datetime | None = None) -> None:
        super().__init__(f"{source}: {what}")
        self.source = source
        self.until = until


class StoreTooNew(MonitorError):
    """The database was written by a newer program: upgrade, or use another file."""


class StoreMissing(MonitorError):
    """The database file is not there, or is not one of ours: name another, or collect first."""


class DeliveryFailed(MonitorError):
    """The channel said no, so nothing was posted; `retry_after` in seconds where it said when to come back.

    `final` is true where trying again cannot help and a person must act.
    """

    def __init__(self, channel: str, what: str, *, retry_after: float | None = None, final: bool = False) -> None:
        super().__init__(f"{channel}: {what}")
        self.channel = channel
        self.retry_after = retry_after
        self.final = final


class DeliveryUncertain(MonitorError):
    """The request left and no valid answer came: whether it was posted is unknown."""

    def __init__(self, channel: str, what: str) -> None:
        super().__init__(f"{channel}: {what}")
        self.channel = channel
