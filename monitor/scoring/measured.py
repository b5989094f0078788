"""How well each scorer reads each language: measured.json holds what `tests/benchmarks/sentiment.py` printed."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from monitor.model import Measured

_FILE = Path(__file__).with_name("measured.json")
_FAMILIES = {"nn": "nb"}
"""Languages that are measured as another one."""


def measured(scorer: str, language: str) -> Measured | None:
    """Return the figures of a scorer, by the name in its scores; None where none are known for that language."""
    known = _table()
    return known.get((scorer, language)) or known.get((scorer, _FAMILIES.get(language, language)))


@cache
def _table() -> dict[tuple[str, str], Measured]:
    rows = json.loads(_FILE.read_text(encoding="utf-8"))
    return {(row.pop("scorer"), row.pop("language")): Measured(**row) for row in rows}
