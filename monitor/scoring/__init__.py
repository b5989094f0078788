"""Who scores tone, by name; a post in a language without a scorer is not scored, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.languages import known

from . import vader

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.protocols import Scorer

SCORERS: dict[str, Callable[[], Scorer]] = {vader.NAME: lambda: vader.score}
"""By name and version, what makes a scorer; loading is the maker's, so that only a run that scores pays for it."""


def scorer_for(language: str) -> str | None:
    """Return the name of the scorer for a language code, None where no scorer reads it."""
    return known(language).scorer
