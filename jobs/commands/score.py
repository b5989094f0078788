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

Row: TypeAlias = "tuple[str | None, str | None]"
"""Text and given language; no text where the line could not be read."""

# A scorer may be faster in batches; more lines than this would keep a reader waiting for no gain.
_BATCH = 256


@click.command(help='Score the tone of each line of stdin: JSON {"text", "lang"?}, or plain text with --text.')
@click.option("--text", "plain", is_flag=True, help="Each line is a text.")
@click.option("--json", is_flag=True, expose_value=False, help="Changes nothing: it always prints JSON Lines.")
@click.pass_obj
def score(shell: Shell, *, plain: bool) -> None:
    """One JSON line out for each line in; a line that cannot be scored says why."""
    scorers: dict[str, Scorer] = {}
    rows = _rows(sys.stdin.buffer, plain=plain)
    while batch := list(islice(rows, 1 if sys.stdin.isatty() else _BATCH)):
        for line in _scored(batch, scorers):
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


def _scored(batch: list[Row], scorers: dict[str, Scorer]) -> list[dict[str, Any]]:
    from monitor.languages import detect  # noqa: PLC0415
    from monitor.scoring import SCORERS, scorer_for  # noqa: PLC0415

    answers: list[dict[str, Any]] = []
    waiting: dict[str, list[int]] = {}
    for number, (text, lang) in enumerate(batch):
        if text is None:
            answers.append({"not_scored": "not a line of JSON with a text", "lang": "und"})
            continue
        code = detect(text, lang)
        name = scorer_for(code) if text.strip() else None
        if name is not None:
            waiting.setdefault(name, []).append(number)
        unread = "language unknown" if code == "und" else f"no scorer for {code}"
        answers.append({"not_scored": unread if text.strip() else "no text", "lang": code})
    for name, numbers in waiting.items():
        if name not in scorers:
            scorers[name] = SCORERS[name]()
        tones = scorers[name]([batch[n][0] or "" for n in numbers])
        for number, tone in zip(numbers, tones, strict=True):
            answers[number] = {**tone_row(tone), "lang": answers[number]["lang"]}
    return answers
