"""What is said: briefs with the rows they were made from, and the reports that published them."""

from __future__ import annotations

# ruff: noqa: S608 - SQL is put together only from names of our own columns; values are always parameters
import json
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from monitor.model import Brief, Citation, Claim, Group, Input, PostCitation, PostId, StoryId, TombstoneCitation

from .outbox import NewMessage, Outbox
from .rows import at_text, time_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import TypeAdapter
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedReport:
    """One report that was written. folder: where its files stand, as the caller names it."""

    story: StoryId
    as_of: datetime
    language: str
    folder: str
    brief_hash: str
    report_hash: str


_BRIEF = "SELECT b.hash, b.document FROM briefs b "


class Said(Outbox):
    """Briefs and reports."""

    def save_brief(self, brief: Brief, *, at: datetime) -> None:
        """Keep a brief as its story's latest; one that it replaces unpublished is dropped."""
        name = brief.hash
        with self._writing():
            self._db.execute(
                "DELETE FROM briefs WHERE story = ? AND hash <> ? "
                "AND hash NOT IN (SELECT brief_hash FROM reports WHERE reports.story = briefs.story)",
                (brief.story, name),
            )
            self._db.execute(
                "INSERT INTO briefs (number, hash, story, as_of, since, until, qualifier, voices, posts, "
                "written_by, document, at) VALUES ((SELECT coalesce(max(number), 0) + 1 FROM briefs), "
                "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (hash) DO UPDATE SET number = excluded.number, document = excluded.document",
                (
                    *(name, brief.story, at_text(brief.as_of)),
                    *(time_text(brief.window.since), time_text(brief.window.until)),
                    *(brief.qualifier, brief.voices, brief.posts, brief.written_by),
                    *(_document(brief), at_text(at)),
                ),
            )
            self._db.execute("DELETE FROM inputs WHERE brief = ?", (name,))
            self._each(
                "INSERT INTO inputs VALUES (?, ?, ?, ?, ?)",
                [(name, place, row.post, row.text_hash, row.finding) for place, row in enumerate(brief.inputs)],
            )

    def latest_brief(self, story: StoryId) -> Brief | None:
        """Return the story's brief that was saved last, published or not."""
        return self._brief(self._one(_BRIEF + "WHERE b.story = ? ORDER BY b.number DESC LIMIT 1", story))

    def unpublished_briefs(self) -> list[Brief]:
        """Return the latest brief of each story whose latest brief has no report, by story."""
        rows = self._all(
            _BRIEF + "WHERE b.number = (SELECT max(number) FROM briefs WHERE story = b.story) "
            "AND b.hash NOT IN (SELECT brief_hash FROM reports) ORDER BY b.story"
        )
        return [brief for row in rows if (brief := self._brief(row)) is not None]

    def published_before(self, story: StoryId, as_of: datetime) -> Brief | None:
        """Return the brief of the last report with an earlier as-of, None where there is none."""
        return self._brief(
            self._one(
                _BRIEF + "JOIN reports r ON r.brief_hash = b.hash WHERE r.story = ? AND r.as_of < ? "
                "ORDER BY r.as_of DESC, r.number DESC LIMIT 1",
                *(story, at_text(as_of)),
            )
        )

    def publish(self, report: PublishedReport, messages: Iterable[NewMessage], *, at: datetime) -> None:
        """Keep that a report was written together with what is to be sent about it, or neither."""
        with self._writing():
            self._db.execute(
                "INSERT INTO reports (story, as_of, language, folder, brief_hash, report_hash, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(report.story, at_text(report.as_of), report.language, report.folder),
                    *(report.brief_hash, report.report_hash, at_text(at)),
                ),
            )
            self._enqueue(messages, at)

    def reports(self, story: StoryId | None = None) -> list[PublishedReport]:
        """Return the reports that were written, of one story or of all; the last one last."""
        rows = self._all(
            "SELECT story, as_of, language, folder, brief_hash, report_hash FROM reports "
            "WHERE ? IS NULL OR story = ? ORDER BY number",
            *(story, story),
        )
        return [
            PublishedReport(
                story=row[0],
                as_of=datetime.fromisoformat(row[1]),
                language=row[2],
                folder=row[3],
                brief_hash=row[4],
                report_hash=row[5],
            )
            for row in rows
        ]

    def _brief(self, row: tuple[Any, ...] | None) -> Brief | None:
        if row is None:
            return None
        inputs = self._all("SELECT post, text_hash, finding FROM inputs WHERE brief = ? ORDER BY place", row[0])
        made = tuple(Input(post=one[0], text_hash=one[1], finding=one[2]) for one in inputs)
        return replace(_briefs().validate_json(row[1]), inputs=made)


def redact(db: Database, gone: set[PostId], urls: set[str]) -> None:
    """Take forgotten posts out of all that is said, inside the caller's transaction, before they are removed.

    A brief that waits to be published goes, for it must be made again; a published one keeps its figures and
    loses the posts. A message that waits goes too; of one that went out only the fact stays. `urls`: theirs.
    """
    some = json.dumps(sorted(gone))
    touched = (
        "SELECT DISTINCT b.hash, b.document, b.hash IN (SELECT brief_hash FROM reports) FROM briefs b "
        "WHERE b.story IN (SELECT story FROM findings WHERE post IN (SELECT value FROM json_each(:gone)) "
        "UNION SELECT elsewhere FROM findings WHERE post IN (SELECT value FROM json_each(:gone))) "
        "OR b.hash IN (SELECT brief FROM inputs WHERE post IN (SELECT value FROM json_each(:gone)))"
    )
    for name, document, published in db.execute(touched, {"gone": some}).fetchall():
        brief = _briefs().validate_json(document)
        if not published:
            db.execute("DELETE FROM briefs WHERE hash = ?", (name,))
        elif (left := without(brief, gone)) != brief:
            db.execute("UPDATE briefs SET document = ? WHERE hash = ?", (_document(left), name))
    db.execute("DELETE FROM inputs WHERE post IN (SELECT value FROM json_each(?))", (some,))
    for url in urls:
        # As it stands in JSON, and as Slack wants it escaped inside that.
        for written in {json.dumps(url)[1:-1], json.dumps(url.replace("&", "&amp;"))[1:-1], url}:
            linked = "instr(payload, ?) > 0"
            db.execute(f"DELETE FROM outbox WHERE state = 'pending' AND {linked}", (written,))
            db.execute(
                f"UPDATE outbox SET payload = '' WHERE state NOT IN ('pending', 'sending') AND {linked}",
                (written,),
            )


def without(brief: Brief, gone: set[PostId]) -> Brief:
    """Return the brief without any trace of these posts but their number: a tombstone stands for each citation."""
    groups = tuple(group for whole in brief.groups if (group := _group_without(whole, gone)) is not None)
    renamed = {
        whole.id: next((post for post in whole.posts if post not in gone), None) if whole.id in gone else whole.id
        for whole in brief.groups
    }
    return replace(
        brief,
        groups=groups,
        minority=None if brief.minority is None else renamed.get(brief.minority, brief.minority),
        claims=tuple(_claim_without(claim, brief.story, gone, renamed) for claim in brief.claims),
        inputs=tuple(row for row in brief.inputs if row.post not in gone),
    )


def _group_without(group: Group, gone: set[PostId]) -> Group | None:
    posts = tuple(post for post in group.posts if post not in gone)
    if not posts:
        return None
    return replace(
        group,
        id=posts[0] if group.id in gone else group.id,
        posts=posts,
        quote=None if group.quote is not None and group.quote.post in gone else group.quote,
        roles=tuple(role for role in group.roles if role[1] not in gone),
    )


def _claim_without(claim: Claim, story: StoryId, gone: set[PostId], renamed: dict[PostId, PostId | None]) -> Claim:
    kept: list[Citation] = [
        one for one in claim.citations if not (isinstance(one, PostCitation) and one.post in gone)
    ]
    missing = len(claim.citations) - len(kept)
    if missing:
        kept.append(TombstoneCitation(story=story, count=missing))
    words = tuple(
        (name, (renamed.get(PostId(value)) or "") if isinstance(value, str) and value in gone else value)
        for name, value in claim.words
    )
    return claim if not missing and words == claim.words else replace(claim, citations=tuple(kept), words=words)


def _document(brief: Brief) -> str:
    return _briefs().dump_json(replace(brief, inputs=())).decode()


@cache
def _briefs() -> TypeAdapter[Brief]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - slow to import, needed only where there are briefs

    return TypeAdapter(Brief)
