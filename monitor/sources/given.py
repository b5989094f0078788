"""What every kind of source is built from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from monitor.budget import Caps
from monitor.protocols import Purse

OpenPurse: TypeAlias = Callable[[str, Caps, int | None], Purse]
"""Returns the money of the source of a name, with its caps, and the most that this run may cost in microdollars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """secret: the value behind an "env:NAME". folder: where a source may keep a file of its own."""

    secret: Callable[[str], str]
    folder: Path
    purse: OpenPurse
