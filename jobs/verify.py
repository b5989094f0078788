"""Proves a report.json again: the same rows from the store, the same claims through the gate, the same bytes.

A document is what a stranger hands in: whatever stands in it is compared, nothing in it is believed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import SequenceMatcher
from html.parser import HTMLParser
from itertools import zip_longest
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from monitor.errors import StoreMissing
from monitor.model import Input, PostId, Span, digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from monitor.model import Report, Story
    from monitor.store import Store

_SHOWN = 160  # characters of a value or a claim in one line for a person
_MANY = 20  # differences outside the claims that are listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a report holds. problems: what does not, naming the claims; notes: what changes nothing."""

    ok: bool
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    """What a report.json says it was made from; whole: all of it, as it stands."""

    whole: dict[str, Any]
    story: Story
    window: Span
    as_of: datetime
    language: str
    time_zone: str
    store: str | None
    previous: str | None
    inputs: tuple[Input, ...]
    claims: tuple[dict[str, Any], ...]
    versions: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def verify(report_json: Path, *, store: Path | None = None, config_store: Path | None = None) -> Verdict:
    """Recompute `report_json` from exactly the rows that it names and compare.

    The database is `store`, else the one that the report names relative to itself, else `config_store`;
    StoreMissing where that is not there.
    """
    from monitor.store import Store  # noqa: PLC0415 (heavy)
    from reports.json import hash_of  # noqa: PLC0415 (reports load their tables)

    text = report_json.read_bytes()
    try:
        document = _read(text)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        what = f"{type(error).__name__}: {error}"
        return Verdict(ok=False, problems=(f"{report_json}: not a report as this program writes it ({what[:_SHOWN]})",))
    problems: list[str] = []
    if hash_of(document.whole) != document.whole.get("hash"):
        problems.append("the document was changed after it was written: its hash is not that of its content")
    path = _database(report_json, document, store, config_store)
    with Store.open(path, read_only=True) as opened:
        found, notes = _compared(report_json, text, document, opened)
    return Verdict(ok=not problems + found, problems=(*problems, *found), notes=tuple(notes))


def _database(report_json: Path, document: _Document, store: Path | None, config_store: Path | None) -> Path:
    named = report_json.parent / document.store if document.store else None
    path = store or named or config_store
    if path is None:
        raise StoreMissing(f"{report_json} names no database: say which with --store")
    if not path.is_file():
        raise StoreMissing(f"{path}: no such database, and {report_json.name} cannot be checked without; use --store")
    return path


def _read(text: bytes) -> _Document:
    from monitor.interchange import parse_story  # noqa: PLC0415 (heavy)
    from reports.json import SCHEMA, sources_of  # noqa: PLC0415 (reports load their tables)
    from reports.phrases import phrases  # noqa: PLC0415

    whole = json.loads(text.decode("utf-8"))
    if whole["schema"] != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA}")
    sources_of(whole)
    phrases(whole["language"])
    ZoneInfo(whole["time_zone"])
    brief = whole["brief"]
    claims = tuple(brief["claims"])
    for claim in claims:
        if not (isinstance(claim["kind"], str) and isinstance(claim["text"], str) and isinstance(claim["citations"], list)):
            raise TypeError("a claim without its kind, text or citations")
    as_of = _time(whole["as_of"])
    if as_of is None:
        raise ValueError("it has no as_of")
    return _Document(
        whole=whole,
        story=parse_story(whole["story"]),
        window=Span(since=_time(brief["window"]["since"]), until=_time(brief["window"]["until"])),
        as_of=as_of,
        language=whole["language"],
        time_zone=whole["time_zone"],
        store=whole["store"],
        previous=whole["previous"],
        inputs=tuple(
            Input(post=PostId(str(post)), text_hash=str(text_hash), finding=str(finding))
            for post, text_hash, finding in whole["inputs"]
        ),
        claims=claims,
        versions=tuple((str(part), str(version)) for part, version in whole["versions"].items()),
        notes=tuple(str(note) for note in whole["notes"]),
    )


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


# --- What the store says ---------------------------------------------------------------------------


def _compared(report_json: Path, text: bytes, document: _Document, store: Store) -> tuple[list[str], list[str]]:
    """Return what does not hold, and what is only worth a note."""
    rows, missing = store.exact(document.inputs)
    notes = list(_notes(document, store))
    if missing:
        return [line for row in missing for line in _gone(row.post, document.claims)], notes
    made = _made_again(document, store)
    from reports import RENDERERS, SUFFIX

    del rows
    return [], notes


def _gone(post: PostId, claims: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield one line for each claim that `post` proves, or one for the claim that counts it."""
    what = f"post {post} is not in the store as the report has it"
    proved = [n for n, claim in enumerate(claims) if any(c.get("post") == post for c in claim["citations"])]
    if not proved:
        counted = f", and {_name(0, claims[0])} counts it" if claims else ""
        yield f"{what}{counted}"
    for number in proved:
        yield f"{_name(number, claims[number])} cites what is gone: {what}"
