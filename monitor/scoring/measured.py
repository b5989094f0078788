"""How well each scorer reads each language: the cards beside the weights, and measured.json for what has none."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.model import Measured

if TYPE_CHECKING:
    from collections.abc import Iterator

_HERE = Path(__file__).parent
_HELD_OUT = "posts held out of its training"
_SAME_AS = {"nn": "nb"}
"""Languages that are measured as another one."""


def measured(scorer: str, language: str) -> Measured | None:
    """Return the figures of a scorer, by the name in its scores; None where none are known for that language."""
    known = _table()
    return known.get((scorer, language)) or known.get((scorer, _SAME_AS.get(language, language)))


@cache
def _table() -> dict[tuple[str, str], Measured]:
    rows = json.loads((_HERE / "measured.json").read_text(encoding="utf-8"))
    told = {(row.pop("scorer"), row.pop("language")): Measured(**row) for row in rows}
    return {**dict(_of_encoder()), **dict(_of_light()), **told}


def _of_encoder() -> Iterator[tuple[tuple[str, str], Measured]]:
    path = _HERE / "weights" / "encoder" / "card.json"
    if not path.is_file():
        return
    card = json.loads(path.read_text(encoding="utf-8"))
    family, _, version = card["name"].partition("/")
    for language, row in sorted(card["tone"]["languages"].items()):
        figures = {name: row[name] for name in ("recall", "low", "high", "n")}
        yield (
            (f"{family}-{language}/{version}", language),
            Measured(**figures, data=_HELD_OUT, date=card["date"]),
        )


def _of_light() -> Iterator[tuple[tuple[str, str], Measured]]:
    for path in sorted((_HERE / "weights" / "light").glob("*.json")):
        card = json.loads(path.read_text(encoding="utf-8"))
        found = card.get("val_figures") or card["held_out_figures"]
        low, high = (round(end / 100, 4) for end in found["interval_95"])
        recall = round(found["macro_recall"] / 100, 4)
        yield (
            (f"light-{card['language']}/1", card["language"]),
            Measured(recall=recall, low=low, high=high, n=found["n"], data=_HELD_OUT, date=card["date"]),
        )
