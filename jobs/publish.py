"""The step that turns briefs into reports: files under `out`, and what is to be sent about them, in the outbox.

Files are written whole or not at all (temporary file, fsync, os.replace, fsync of the folder). A crash between the
files and the store repeats the same bytes at the next run.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from monitor.comparison import compare
from monitor.errors import ConfigError
from monitor.model import CitedPost, Cost, Report, SourceHealth, Tally
from monitor.privacy import must_withhold
from reports.sentences import compose, numbered

from .accuracy import accuracy_of
from .folders import folder_of
from .neighbours import Neighbours
from .rewording import Reworded, reword
from .timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from monitor.model import Author, Brief, Label, Message, Notice, Related, Story, StoryId, Understood
    from monitor.store import NewMessage, PublishedReport, Store
    from reports.index import Entry

    from .rewording import Model

Progress: TypeAlias = "Callable[[int, int], None]"

_DISTRIBUTION = "what-people-say-monitor"
MEANING = "meaning"
"""The part of a report's versions that names the encoder of its groups."""
_EVER = datetime.max.replace(tzinfo=UTC)


class Composer(Protocol):
    """What a channel is without its secrets: how it would say a report, and a notice."""

    @property
    def name(self) -> str: ...

    @property
    def edits(self) -> bool: ...

    def compose(self, report: Report) -> str: ...

    def compose_notice(self, notice: Notice) -> str: ...


def publish(
    store: Store,
    *,
    out: Path,
    language: str,
    time_zone: str,
    as_of: datetime,
    channels: Sequence[Composer] = (),
    notes: Sequence[str] = (),
    writer: Model | None = None,
    stories: Collection[StoryId] | None = None,
    progress: Progress = lambda _done, _of: None,
) -> list[Path]:
    """Write a report of each story whose latest brief has none in `language`, and the index; return the files.

    One in another language is replaced: in a story's folder stands its last report. A brief that names a row which
    the store has no longer is passed over: the next brief step makes it again. stories: None takes all.
    notes: what must be said of the material, such as its licence, at the end of each report. writer: what may
    reword the sentences; whatever it fails in, they are by rules.
    """
    from reports.json import hash_of  # noqa: PLC0415 (reports load their tables)

    waiting = [brief for brief in store.unpublished_briefs(language) if stories is None or brief.story in stories]
    neighbours = Neighbours(store, out, waiting, language=language, time_zone=time_zone) if waiting else None
    written: list[Path] = []
    for done, brief in enumerate(waiting):
        progress(done, len(waiting))
        story = store.story(brief.story)
        rows, missing = store.exact(brief.inputs)
        if story is None or missing or neighbours is None:
            continue
        folder = out / folder_of(story, store)
        worded = Reworded()
        if writer is not None:
            worded = reword(writer, store, brief, story, language=language, time_zone=time_zone, at=as_of)
        report = assemble(
            brief,
            story,
            rows,
            health(store, brief),
            labels=[label for label in store.labels([story.id]) if label.at <= brief.as_of],
            language=language,
            time_zone=time_zone,
            store_path=None if store.path is None else os.path.relpath(store.path, folder),
            notes=notes,
            related=neighbours.of(brief),
            previous=store.compared_with(brief),
        )
        report = worded.applied(report)
        texts = rendered(report)
        written += write(texts, folder)
        store.publish(
            _row(report, folder.name, hash_of(json.loads(texts["report.json"]))),
            _messages(report, store, channels),
            at=as_of,
        )
    progress(len(waiting), len(waiting))
    if waiting or not (out / "index.html").exists():
        written += _write_index(store, out, language=language, time_zone=time_zone)
    return written


# --- What a report is made of ----------------------------------------------------------------------


def assemble(
    brief: Brief,
    story: Story,
    rows: Sequence[Understood],
    sources: Sequence[SourceHealth],
    *,
    language: str,
    time_zone: str,
    store_path: str | None = None,
    notes: Sequence[str] = (),
    labels: Sequence[Label] = (),
    related: Sequence[Related] = (),
    previous: Brief | None = None,
) -> Report:
    """Put together what a renderer needs. rows: those of `brief.inputs`, labels: what people said; any order.

    previous: the last published brief, compared with where it is still the one that `brief` names. KeyError where a
    cited post is not among the rows.
    """
    by_id = {row.post.id: row for row in rows}
    return Report(
        story=story,
        brief=brief,
        cited=tuple(_cited(by_id[post], number) for post, number in numbered(brief).items()),
        timeline=timeline(brief, rows, time_zone),
        sources=tuple(sources),
        language=language,
        time_zone=time_zone,
        store=store_path,
        versions=_versions(rows, brief),
        accuracy=accuracy_of(brief.story, rows, labels) if brief.posts else None,
        notes=tuple(notes),
        related=tuple(related),
        changes=compare(previous, brief) if previous and previous.fingerprint == brief.previous else None,
    )


def health(store: Store, brief: Brief) -> tuple[SourceHealth, ...]:
    """Return how each source did, over all that was ever read; problem: why it has a gap in the brief's window."""
    tallies, costs = store.tallies(), store.costs()
    problems = {gap.source: gap.reason for gap in brief.gaps}
    return tuple(
        SourceHealth(
            source=name,
            tally=tallies.get(name, Tally()),
            cost=costs.get(name, Cost()),
            problem=problems.get(name),
        )
        for name in sorted({*tallies, *costs, *problems})
    )


def _versions(rows: Iterable[Understood], brief: Brief) -> tuple[tuple[str, str], ...]:
    """Return the program's version, and the scorers and the encoder of the groups that had a part."""
    scorers = sorted({row.finding.sentiment.scorer for row in rows if row.finding.sentiment is not None})
    return (
        ("monitor", version(_DISTRIBUTION)),
        *((f"scorer {number}", name) for number, name in enumerate(scorers, 1)),
        *([(MEANING, brief.meaning)] if brief.meaning else []),
    )


def _cited(row: Understood, number: int) -> CitedPost:
    post, withheld = row.post, must_withhold(row.post.text) is not None
    return CitedPost(
        number=number,
        post=post.id,
        platform=post.platform,
        author=_author(post.author),
        text="" if withheld else post.text,
        language=row.finding.language,
        url=post.url,
        created_at=post.created_at,
        withheld=withheld,
    )


def _author(author: Author | None) -> str | None:
    """Return the handle, else the name, as a post is shown with; None where it may not be printed."""
    if author is None:
        return None
    if author.handle:
        # A handle of the fediverse looks like a mail address and is none.
        may_show = must_withhold(author.handle) in {None, "e-mail"}
        return f"@{author.handle.removeprefix('@')}" if may_show else None
    return author.name if author.name and must_withhold(author.name) is None else None


# --- Files -----------------------------------------------------------------------------------------


def rendered(report: Report) -> dict[str, str]:
    """Return the report in each format, by file name."""
    from reports import RENDERERS, SUFFIX  # noqa: PLC0415 (reports load their tables)

    return {f"report.{SUFFIX[name]}": render(report) for name, render in RENDERERS.items()}


def write(texts: Mapping[str, str], folder: Path) -> list[Path]:
    """Write each text under its name into `folder`, following no link; ConfigError where it is one itself."""
    if folder.is_symlink():
        raise ConfigError(
            [f"{folder}: a symbolic link stands where a report goes; remove it, or set another `out`"]
        )
    folder.mkdir(parents=True, exist_ok=True)
    return [_replace(folder / name, text) for name, text in texts.items()]


def _replace(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.tmp")
    draft.unlink(missing_ok=True)  # a crash may have left one
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return path


def _write_index(store: Store, out: Path, *, language: str, time_zone: str) -> list[Path]:
    from reports.index import render_html, render_json  # noqa: PLC0415 (reports load their tables)

    found = [entry for story in store.stories() for entry in _entry(store, story, language, time_zone)]
    entries = sorted(found, key=lambda entry: (-entry.as_of.timestamp(), entry.story))
    return write(
        {"index.html": render_html(entries, language=language), "index.json": render_json(entries)},
        out,
    )


def _entry(store: Store, story: Story, language: str, time_zone: str) -> list[Entry]:
    """Return the story's line in the index, none where it has no report."""
    from reports.index import Entry  # noqa: PLC0415 (reports load their tables)

    reports, brief = store.reports(story.id), store.published_before(story.id, _EVER)
    if not reports or brief is None:
        return []
    said = compose(brief, story, language=language, time_zone=time_zone)
    return [
        Entry(
            story=story.id,
            folder=reports[-1].folder,
            title=story.title,
            title_language=story.language,
            summary=said.sentences[0].text if said.sentences else "",
            qualifier=brief.qualifier,
            as_of=brief.as_of,
            time_zone=time_zone,
        )
    ]


# --- What is sent ----------------------------------------------------------------------------------


def message_key(story: StoryId, as_of: datetime, time_zone: str) -> str:
    """Return the key of a story's message: one a local day."""
    return f"{story}:{as_of.astimezone(ZoneInfo(time_zone)).date().isoformat()}"


def _row(report: Report, folder: str, report_hash: str) -> PublishedReport:
    from monitor.store import PublishedReport  # noqa: PLC0415 (heavy)

    return PublishedReport(
        story=report.story.id,
        as_of=report.brief.as_of,
        language=report.language,
        folder=folder,
        brief_hash=report.brief.hash,
        report_hash=report_hash,
    )


def _messages(report: Report, store: Store, channels: Sequence[Composer]) -> list[NewMessage]:
    """Return what is new to each channel: a first message, or an edit where it edits and there is something new."""
    from monitor.store import NewMessage  # noqa: PLC0415 (heavy)

    key, fingerprint = message_key(report.story.id, report.brief.as_of, report.time_zone), report.brief.fingerprint
    found: list[NewMessage] = []
    for channel in channels:
        before = store.messages_of(channel.name, key)
        if _is_news(before, fingerprint, edits=channel.edits):
            posted = any(message.op == "post" and message.state != "failed" for message in before)
            found.append(
                NewMessage(
                    channel=channel.name,
                    key=key,
                    op="update" if posted else "post",
                    payload=channel.compose(report),
                    fingerprint=fingerprint,
                )
            )
    return found


def _is_news(before: Sequence[Message], fingerprint: str, *, edits: bool) -> bool:
    alive = [message for message in before if message.state != "failed"]
    if not alive:
        return True
    return edits and alive[-1].fingerprint != fingerprint
