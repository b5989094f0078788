"""Who scores tone, by name; a post in a language without a scorer is not scored, never guessed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from . import encoder, light, vader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.protocols import Scorer

Family: TypeAlias = Literal["encoder", "light", "vader"]
"""Scorers of one making, whatever language they read."""

SCORERS: dict[str, Callable[[], Scorer]] = {
    **{encoder.name(code): lambda code=code: encoder.scorer(code) for code in encoder.installed()},  # type: ignore[misc]
    **{light.name(code): lambda code=code: light.scorer(code) for code in light.installed()},  # type: ignore[misc]
    vader.NAME: lambda: vader.score,
}
"""By name and version, what makes a scorer; loading is the maker's, so that only a run that scores pays for it."""

READERS: dict[Family, Mapping[str, str]] = {
    "encoder": {code: encoder.name(code) for code in encoder.installed()},
    "light": {code: light.name(code) for code in light.installed()},
    "vader": {"en": vader.NAME},
}
"""Family -> language code -> the name in SCORERS; the most accurate family first."""


@cache
def scorer_for(language: str, preferred: Family | None = None) -> str | None:
    """Return the name of the best installed scorer for a language code, or of that of the preferred family.

    None where none reads the language: its posts are not scored, and another family is no substitute.
    """
    families = READERS if preferred is None else (preferred,)
    return next((READERS[family][language] for family in families if language in READERS.get(family, {})), None)
