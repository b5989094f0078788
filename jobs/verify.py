"""Proves a report.json again: the same rows from the store, the same claims through the gate, the same bytes.

A document is what a stranger hands in: what stands in it is compared, nothing in it is believed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from monitor.errors import StoreMissing
from monitor.model import Input, PostId, Report, Rewording, Span, Story

from .differing import differences, file_differs, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from monitor.model import Brief, Claim, Evidence, Label, Understood
    from monitor.store import Store

_NAMED = 3  # reports that are named where this one is not known
_SHOWN = 160  # characters of what an unreadable document says
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a report holds. problems: what does not, naming the claims; notes: what changes nothing."""

    ok: bool
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Examined:
    """What was found. problems: of the document.

    files: those beside it that were rendered again, each with how it differs, None where it does not.
    """

    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()
    files: Mapping[Path, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What a report is made to again. faults: what the gate says against all of its brief.

    refused: the claims that the gate drops, as a document has them, each with why.
    """

    report: Report
    faults: tuple[str, ...]
    refused: tuple[tuple[dict[str, Any], str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    """What a report.json says it was made from. whole: all of it, as it stands; claims: those of its brief.

    answers: what people said of its posts, each by post, time and answer. rewording: what a model worded.
    """

    whole: dict[str, Any]
    story: Story
    window: Span
    as_of: datetime
    language: str
    time_zone: str
    store: str | None
    inputs: tuple[Input, ...]
    claims: tuple[dict[str, Any], ...]
    versions: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    answers: tuple[tuple[str, datetime, str], ...]
    rewording: Rewording | None

    def claims_that(self, cite: Callable[[dict[str, Any]], bool]) -> str:
        """Name the claims with a citation for which `cite` holds; without one the first, which counts all."""
        found = [
            named(number, claim)
            for number, claim in enumerate(self.claims, start=1)
            if any(cite(citation) for citation in claim["citations"])
        ]
        return ", ".join(found) or (named(1, self.claims[0]) if self.claims else "the report")


def verify(report_json: Path, *, store: Path | None = None, config_store: Path | None = None) -> Verdict:
    """Recompute `report_json` from exactly the rows that it names, render it again, compare.

    The database is `store`, else the one that the report names relative to itself, else (also where that is not
    there) `config_store`; StoreMissing where there is none.
    """
    found = _examined(report_json, store, config_store)
    problems = (*found.problems, *filter(None, found.files.values()))
    return Verdict(ok=not problems, problems=problems, notes=found.notes)


def verify_each(
    paths: Iterable[Path], *, store: Path | None = None, config_store: Path | None = None
) -> Iterator[tuple[Path, Verdict]]:
    """Yield each report file with its verdict. paths: files, and folders for all that is a report in them.

    An HTML or Markdown file is compared with what the report.json beside it renders to; without one nothing can be
    said of it, and it does not hold. Of a report.json, the files beside it that are not asked for count as its own.
    """
    asked: dict[Path, set[Path]] = {}
    for path in paths:
        files = _reports_in(path) if path.is_dir() else [path]
        if not files:
            yield path, Verdict(ok=False, problems=("no report.json is in it",))
        for file in files:
            asked.setdefault(file if file.suffix == ".json" else file.with_suffix(".json"), set()).add(file)
    for report_json, files_of in asked.items():
        yield from _verdicts(report_json, sorted(files_of), store, config_store)


def _reports_in(folder: Path) -> list[Path]:
    """Return the reports in `folder` and the folders in it, in every format, by path; no link is followed."""
    from reports import SUFFIX  # noqa: PLC0415 (reports load their tables)

    names = {f"report.{suffix}" for suffix in SUFFIX.values()}
    return sorted(Path(place) / name for place, _, held in os.walk(folder) for name in held if name in names)


def _verdicts(
    report_json: Path, asked: Sequence[Path], store: Path | None, config_store: Path | None
) -> Iterator[tuple[Path, Verdict]]:
    if not report_json.is_file():
        why = f"no {report_json.name} is beside it, and only that names what it was made from"
        yield from ((path, Verdict(ok=False, problems=(why,))) for path in asked)
        return
    try:
        found = _examined(report_json, store, config_store)
    except StoreMissing as error:
        yield from ((path, Verdict(ok=False, problems=(str(error),))) for path in asked)
        return
    unchecked = f"cannot be checked, since {report_json.name} does not hold"
    for path in asked:
        if path == report_json:
            beside = [why for file, why in found.files.items() if why is not None and file not in asked]
            problems, notes = (*found.problems, *beside), found.notes
        else:
            differs = found.files.get(path, unchecked)
            problems, notes = () if differs is None else (differs,), ()
        yield path, Verdict(ok=not problems, problems=problems, notes=notes)


def _examined(report_json: Path, store: Path | None, config_store: Path | None) -> _Examined:
    from monitor.store import Store  # noqa: PLC0415 (heavy)
    from reports.json import hash_of  # noqa: PLC0415 (reports load their tables)

    text = report_json.read_bytes()
    try:
        document = _read(text)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        what = f"{type(error).__name__}: {error}"[:_SHOWN]
        return _Examined(problems=(f"{report_json}: no report as this program writes it ({what})",))
    problems: list[str] = []
    notes: list[str] = []
    files: dict[Path, str | None] = {}
    is_whole = hash_of(document.whole) == document.whole.get("hash")
    if not is_whole:
        problems.append("the document was changed after it was written: its hash is not that of its content")
    with Store.open(_database(report_json, document, store, config_store), read_only=True) as opened:
        problems += _unrecorded(document, opened) if is_whole else []
        problems += _compared(report_json, text, document, opened, files)
        notes += _notes(document, opened)
    return _Examined(problems=tuple(problems), notes=tuple(notes), files=files)


def _database(report_json: Path, document: _Document, store: Path | None, config_store: Path | None) -> Path:
    named = report_json.parent / document.store if document.store else None
    if store is None and named is not None and not named.is_file() and config_store is not None:
        named = None  # the report was taken elsewhere, its database was not
    path = store or named or config_store
    if path is None:
        raise StoreMissing(f"{report_json} names no database; say which with --store")
    if not path.is_file():
        raise StoreMissing(f"{path}: there is no such database, and without it nothing can be checked; use --store")
    return path


def _read(text: bytes) -> _Document:
    """Read a document; ValueError, LookupError, TypeError or AttributeError where it is none of ours."""
    from monitor.interchange import parse_story  # noqa: PLC0415 (heavy)
    from reports.json import SCHEMA, answers_of, related_of, rewording_of, sources_of  # noqa: PLC0415 (load tables)
    from reports.phrases import phrases  # noqa: PLC0415 (likewise)

    whole = json.loads(text.decode("utf-8"))
    if whole["schema"] != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA}")
    sources_of(whole)
    related_of(whole)
    phrases(whole["language"])
    ZoneInfo(whole["time_zone"])
    brief = whole["brief"]
    for claim in brief["claims"]:
        if not isinstance(claim["kind"], str) or not all(isinstance(cited, dict) for cited in claim["citations"]):
            raise TypeError("a claim is not one of ours")
    if not isinstance(whole["store"], str | None):
        raise TypeError("store is no path")
    return _Document(
        whole=whole,
        story=parse_story(whole["story"]),
        window=Span(since=_time(brief["window"]["since"]), until=_time(brief["window"]["until"])),
        as_of=_moment(whole["as_of"]),
        language=whole["language"],
        time_zone=whole["time_zone"],
        store=whole["store"],
        inputs=tuple(
            Input(post=PostId(str(post)), text_hash=str(text_hash), finding=str(finding))
            for post, text_hash, finding in whole["inputs"]
        ),
        claims=tuple(brief["claims"]),
        versions=tuple((str(part), str(version)) for part, version in whole["versions"].items()),
        notes=tuple(str(note) for note in whole["notes"]),
        answers=tuple(answers_of(whole)),
        rewording=rewording_of(whole),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _time(text: str | None) -> datetime | None:
    return None if text is None else _moment(text)


# --- The comparison --------------------------------------------------------------------------------


def _unrecorded(document: _Document, store: Store) -> Iterator[str]:
    """Yield a problem where the store has published this story, but not this report with this hash."""
    recorded = [report.report_hash for report in _records(document, store)]
    if recorded and document.whole["hash"] not in recorded:
        yield f"the store has published this report with the hash {recorded[-1]}, not {document.whole['hash']}"
    elif not recorded and (others := store.reports(document.story.id)):
        known = ", ".join(sorted({f"{one.as_of:%Y-%m-%dT%H:%M:%SZ} in {one.language}" for one in others})[-_NAMED:])
        yield f"the store has published no report of this story as of that time in that language, but {known}"


def _records(document: _Document, store: Store) -> list[Any]:
    return [
        report
        for report in store.reports(document.story.id)
        if report.as_of == document.as_of and report.language == document.language
    ]


def _compared(
    report_json: Path, text: bytes, document: _Document, store: Store, files: dict[Path, str | None]
) -> Iterator[str]:
    """Yield what does not hold of the document; `files` is given what does not of each file beside it."""
    rows, missing = store.exact(document.inputs)
    if missing:  # with other rows every count is another, so nothing else can be said
        for row in missing:
            claims = document.claims_that(lambda cited, post=row.post: cited.get("post") == post)  # type: ignore[misc]
            yield f"post {row.post} is no longer in the store as the report has it; it stands behind {claims}"
        return
    evidence, lost = _evidence(document, store)
    yield from lost
    labels = _labels(document, store)
    for post, _, _ in sorted(set(document.answers) - {_named_by(label) for label in labels}):
        yield f"what a person said of post {post} is no longer in the store as the report has it"
    made = _made_again(document, evidence, rows, labels, store)
    yield from (f"the gate lets no claim stand: {fault}" for fault in made.faults)
    yield from _refused(document, made.report)
    yield from _rendered_again(report_json, text, document, made, files)


def _evidence(document: _Document, store: Store) -> tuple[Evidence, list[str]]:
    """Return what the brief was written from, and what of it the store has lost.

    What was read, and what not, is taken as it was recorded with the published brief, since later readings and
    deletions change what the store says today; but each must still stand in the store.
    """
    from .brief import deletions, evidence_from  # noqa: PLC0415 (heavy)
    from .publish import MEANING  # noqa: PLC0415 (heavy)

    published = _published(document, store)
    meaning = dict(document.versions).get(MEANING)
    if published is None:
        evidence = evidence_from(
            store, document.story, document.inputs, document.window, document.as_of, meaning=meaning
        )
        return evidence, []
    reads = [r for r in published.reads if store.has_read(r.source, r.query, Span(since=r.since, until=r.until))]
    evidence = evidence_from(
        store,
        document.story,
        document.inputs,
        document.window,
        document.as_of,
        reads=reads,
        gaps=[gap for gap in published.gaps if store.has_gap(gap)],
        tombstones=min(
            published.tombstones, deletions(store, document.story, document.window, from_first_post=True)
        ),
        history=published.history,  # posts that came or went since are no part of it
        meaning=meaning,
    )
    lost = [
        f"the read of {read.source} is no longer in the store; it stands behind {document.claims_that(_is_read)}"
        for read in published.reads
        if read not in evidence.reads
    ]
    lost += [
        f"the gap of {gap.source} is no longer in the store; it stands behind {document.claims_that(_is_gap)}"
        for gap in published.gaps
        if gap not in evidence.gaps
    ]
    if evidence.tombstones != published.tombstones:
        claims = document.claims_that(lambda cited: "tombstone" in cited)
        lost.append(f"a tombstone is no longer in the store; it stands behind {claims}")
    return evidence, lost


def _labels(document: _Document, store: Store) -> list[Label]:
    """Return those of the store's labels that the report names."""
    named = set(document.answers)
    return [label for label in store.labels([document.story.id]) if _named_by(label) in named]


def _named_by(label: Label) -> tuple[str, datetime, str]:
    return label.post, label.at, label.answer


def _is_read(cited: Mapping[str, Any]) -> bool:
    return "read" in cited


def _is_gap(cited: Mapping[str, Any]) -> bool:
    return "gap" in cited


def _published(document: _Document, store: Store) -> Brief | None:
    """Return the brief that the store has published for this story and time, None where it has none."""
    brief = store.published_before(document.story.id, document.as_of + _INSTANT)
    return brief if brief is not None and brief.as_of == document.as_of else None


def _made_again(
    document: _Document, evidence: Evidence, rows: list[Understood], labels: list[Label], store: Store
) -> _Made:
    from monitor.claims import write_brief  # noqa: PLC0415 (heavy)
    from monitor.gate import gated  # noqa: PLC0415 (heavy)
    from reports.json import related_of, sources_of  # noqa: PLC0415 (reports load their tables)

    from .publish import assemble  # noqa: PLC0415 (heavy)

    written = write_brief(evidence)
    brief, reasons = gated(written, evidence)
    report = assemble(
        brief,
        document.story,
        rows,
        sources_of(document.whole),  # what was read in all has grown since
        language=document.language,
        time_zone=document.time_zone,
        store_path=document.store,
        notes=document.notes,
        labels=labels,
        related=related_of(
            document.whole
        ),  # what is said of other stories stands as it was when this was published
        previous=store.compared_with(brief),
    )
    dropped = _dropped(written.claims, brief.claims)
    against = len(reasons) - len(dropped)
    return _Made(
        report=replace(report, versions=document.versions, rewording=document.rewording),
        faults=reasons[:against],
        refused=tuple(
            (_as_told(claim), reason.partition(": ")[2])
            for claim, reason in zip(dropped, reasons[against:], strict=True)
        ),
    )


def _dropped(written: Iterable[Claim], kept: Sequence[Claim]) -> list[Claim]:
    """Return which of the claims are not among those kept, both in their order."""
    dropped, place = [], 0
    for claim in written:
        if place < len(kept) and claim == kept[place]:
            place += 1
        else:
            dropped.append(claim)
    return dropped


def _as_told(claim: Claim) -> dict[str, Any]:
    """Return a claim as a document has it, but for its text and citations."""
    words = {name: list(word) if isinstance(word, tuple) else word for name, word in claim.words}
    return {"kind": claim.kind, "numbers": dict(claim.numbers), "words": words}


def _refused(document: _Document, report: Report) -> Iterator[str]:
    """Yield each wording that the gate does not let stand; the model is not asked again."""
    from reports.page import page_of  # noqa: PLC0415 (reports load their tables)

    paragraph = page_of(report).paragraph
    for place, why in paragraph.refused:
        what = named(place, document.claims[place - 1]) if 1 <= place <= len(document.claims) else f"claim {place}"
        yield f"{what} is worded by a model, and the wording does not stand: {why}"
    if document.rewording is not None and not document.rewording.sentences:
        yield "the report names a model that has worded nothing"


def _rendered_again(
    report_json: Path, text: bytes, document: _Document, again: _Made, files: dict[Path, str | None]
) -> Iterator[str]:
    """Yield where the document is not what is made again; `files` is given the same of each file beside it."""
    from reports import RENDERERS, SUFFIX  # noqa: PLC0415 (reports load their tables)

    made = RENDERERS["json"](again.report)
    document_made = json.loads(made)
    apart = differences(document.whole, document_made, again.refused)
    yield from apart
    if not apart and text != made.encode() and document.whole.get("hash") == document_made["hash"]:
        yield "the document says the same in other bytes than this program writes"
    for name, render in RENDERERS.items():
        beside = report_json.with_suffix(f".{SUFFIX[name]}")
        if name == "json" or not beside.is_file():
            continue
        told, expected = beside.read_bytes(), render(again.report)
        is_same = told == expected.encode()
        claims = document_made["brief"]["claims"]
        files[beside] = None if is_same else file_differs(beside.name, told, expected, claims)


# --- What changes nothing --------------------------------------------------------------------------


def _notes(document: _Document, store: Store) -> Iterator[str]:
    from reports.json import story_document  # noqa: PLC0415 (reports load their tables)

    versions = {row.post: row.text_hash for row in document.inputs}
    now = {row.post.id: row.post.text_hash for row in store.understood(document.story.id)}
    later = len(now.keys() - versions.keys())
    if later:
        yield f"{later} posts about this story came since and are not in this report"
    edited = sum(1 for post, text_hash in versions.items() if post in now and now[post] != text_hash)
    if edited:
        yield f"{edited} of its posts were edited since"
    since = len(store.labels([document.story.id])) - len(_labels(document, store))
    if since:
        yield f"{since} answers of people who read its posts are not in this report"
    story = store.story(document.story.id)
    if story is None or story_document(story) != document.whole["story"]:
        yield "the story stands otherwise in the store now"
    if not _records(document, store):
        yield "the store has not recorded the publishing of this report"
