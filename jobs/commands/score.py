"""The command score: texts in on stdin, their tone out, in the same order, as they come."""

from __future__ import annotations

import json
import sys
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from .read import tone_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobs.shell import Shell
    from monitor.protocols import Scorer
    from monitor.scoring import Family

Row: TypeAlias = "tuple[str | None, str | None]"
"""Text and given language; no text where the line could not be read."""

# A scorer may be faster in batches of like length; more lines than this would keep a reader waiting for no gain.
_BATCH = 1024
_REMEMBERED = 50_000  # texts whose tone is kept, in case they come again: about 20 MB


@click.command(help='Score the tone of each line of stdin: JSON {"text", "lang"?}, or plain text with --text.')
@click.option("--text", "plain", is_flag=True, help="Each line is a text.")
@click.option(
    "--scorer",
    type=click.Choice(["vader", "light", "encoder"]),
    help="Only this one, where it reads the language; else the best there is for each language.",
)
@click.option("--raw", is_flag=True, help="VADER as the package has it: text as typed, its own cut-offs.")
@click.option("--json", is_flag=True, expose_value=False, help="Changes nothing: it always prints JSON Lines.")
@click.pass_obj
def score(shell: Shell, *, plain: bool, scorer: Family | None, raw: bool) -> None:
    """One JSON line out for each line in; a line that cannot be scored says why."""
    if raw and scorer not in (None, "vader"):
        raise click.UsageError(f"--raw is VADER as the package has it; leave --scorer {scorer} out")
    scoring = _Scoring("vader" if raw else scorer, raw=raw)
    rows = _rows(sys.stdin.buffer, plain=plain)
    while batch := list(islice(rows, 1 if sys.stdin.isatty() else _BATCH)):
        for line in scoring.answers(batch):
            shell.document(line)
        sys.stdout.flush()


def _rows(lines: Iterable[bytes], *, plain: bool) -> Iterator[Row]:
    from monitor.text import clean  # noqa: PLC0415

    for raw in lines:
        line = clean(raw.decode("utf-8", "replace")).rstrip("\r\n")
        if plain:
            yield line, None
        elif line.strip():
            yield _row(line)


def _row(line: str) -> Row:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        return None, None
    lang = row.get("lang")
    return row["text"], lang if isinstance(lang, str) else None


class _Scoring:
    """Scorers as they are needed, and what they said: each distinct text is scored once."""

    def __init__(self, preferred: Family | None, *, raw: bool) -> None:
        self.preferred, self.raw = preferred, raw
        self.scorers: dict[str, Scorer] = {}
        self.said: dict[tuple[str, str], dict[str, Any]] = {}

    def answers(self, batch: list[Row]) -> list[dict[str, Any]]:
        from monitor.languages import detect  # noqa: PLC0415
        from monitor.scoring import scorer_for  # noqa: PLC0415

        asked: list[tuple[str, str, str] | dict[str, Any]] = []
        for text, lang in batch:
            if text is None:
                asked.append({"not_scored": "not a line of JSON with a text", "lang": "und"})
                continue
            code = detect(text, lang)
            name = scorer_for(code, self.preferred) if text.strip() else None
            if name is None:
                unread = "language unknown" if code == "und" else f"no scorer for {code}"
                asked.append({"not_scored": unread if text.strip() else "no text", "lang": code})
            else:
                asked.append((name, text, code))
        self._score({(name, text) for name, text, _ in (one for one in asked if isinstance(one, tuple))})
        return [one if isinstance(one, dict) else {**self.said[one[:2]], "lang": one[2]} for one in asked]

    def _score(self, wanted: set[tuple[str, str]]) -> None:
        from monitor.scoring import SCORERS  # noqa: PLC0415

        if len(self.said) > _REMEMBERED:
            self.said.clear()
        new = sorted(wanted - self.said.keys(), key=lambda pair: (pair[0], len(pair[1]), pair[1]))
        for name in dict.fromkeys(name for name, _ in new):
            texts = [text for whose, text in new if whose == name]
            if self.raw:
                self.said |= {(name, text): row for text, row in zip(texts, _raw_rows(texts), strict=True)}
                continue
            if name not in self.scorers:
                self.scorers[name] = SCORERS[name]()
            tones = self.scorers[name](texts)
            self.said |= {(name, text): tone_row(tone) for text, tone in zip(texts, tones, strict=True)}


def _raw_rows(texts: list[str]) -> list[dict[str, Any]]:
    """Return the rows of VADER as the package has it, which states no confidence."""
    from monitor.scoring import vader  # noqa: PLC0415

    return [{"label": label, "value": value, "scorer": vader.RAW} for label, value in vader.raw(texts)]
