"""What is said: briefs with the rows they were made from, and the reports that published them."""

from __future__ import annotations

# ruff: noqa: S608 - SQL is put together only from names of our own columns; values are always parameters
import json
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from monitor.model import (
    Brief,
    Citation,
    Claim,
    Group,
    Input,
    PostCitation,
    PostId,
    StoryId,
    TombstoneCitation,
    id_hash,
)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted(Brief):
    """A published brief that has lost posts since; it goes by the names that it was published under."""

    published_hash: str
    published_fingerprint: str

    @property
    def hash(self) -> str:
        return self.published_hash

    @property
    def fingerprint(self) -> str:
        return self.published_fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outline:
    """What of a brief a later one is compared with, and its document loses with a post."""

    groups: tuple[Group, ...]
    minority: PostId | None


_BRIEF = "SELECT b.hash, b.document, b.fingerprint, b.outline FROM briefs b "
_LAST = (
    _BRIEF + "JOIN reports r ON r.brief_hash = b.hash WHERE r.story = ? AND r.as_of < ? "
    "ORDER BY r.as_of DESC, r.number DESC LIMIT 1"
)
_WHOLE = "b.outline IS NULL AND b.fingerprint IS NOT NULL"
"""Whether a published brief has all its posts; of one that an older program kept nobody knows."""
_HASHED = "forgotten:"
"""Stands before the hash of an id, in an outline."""


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
                "written_by, document, at, fingerprint) VALUES ((SELECT coalesce(max(number), 0) + 1 FROM briefs), "
                "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (hash) DO UPDATE SET number = excluded.number, document = excluded.document, "
                "fingerprint = excluded.fingerprint, outline = NULL",
                (
                    *(name, brief.story, at_text(brief.as_of)),
                    *(time_text(brief.window.since), time_text(brief.window.until)),
                    *(brief.qualifier, brief.voices, brief.posts, brief.written_by),
                    *(_document(brief), at_text(at), brief.fingerprint),
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

    def unpublished_briefs(self, language: str | None = None) -> list[Brief]:
        """Return the latest brief of each story whose latest brief has no report, by story.

        language: also those whose last report is in another one, but for what has lost posts since.
        """
        last = "SELECT r.language FROM reports r WHERE r.brief_hash = b.hash ORDER BY r.number DESC LIMIT 1"
        rows = self._all(
            _BRIEF + "WHERE b.number = (SELECT max(number) FROM briefs WHERE story = b.story) AND (b.hash NOT IN "
            f"(SELECT brief_hash FROM reports) OR (({last}) <> ? AND {_WHOLE})) ORDER BY b.story",
            language,
        )
        return [brief for row in rows if (brief := self._brief(row)) is not None]

    def published_before(self, story: StoryId, as_of: datetime) -> Brief | None:
        """Return the brief of the last report with an earlier as-of, None where there is none.

        One that has lost posts since is a Redacted: its fingerprint and hash are those that it was published with.
        """
        row = self._one(_LAST, story, at_text(as_of))
        return None if row is None else _as_published(self._brief(row), row[0], row[2])

    def compared_with(self, brief: Brief) -> Brief | None:
        """Return the last published brief before `brief`, as the two are compared; None where there is none.

        In its groups a post that `brief` was not made from goes by a hash of its id, deleted since or not, and is
        not quoted: so the comparison stays what it was, whatever is deleted that only the earlier one had.
        """
        row = self._one(_LAST, brief.story, at_text(brief.as_of))
        before = None if row is None else _as_published(self._brief(row), row[0], row[2])
        if row is None or before is None:
            return None
        outline = _outlines().validate_json(row[3]) if row[3] else _outline_of(before)
        away = {post for group in outline.groups for post in group.posts} - {each.post for each in brief.inputs}
        hashed = _hashed(outline, away)
        named = _named(before, row[0], before.fingerprint)
        return replace(named, groups=hashed.groups, minority=hashed.minority)

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
        """Return a row of _BRIEF as it stands now."""
        if row is None:
            return None
        inputs = self._all("SELECT post, text_hash, finding FROM inputs WHERE brief = ? ORDER BY place", row[0])
        made = tuple(Input(post=one[0], text_hash=one[1], finding=one[2]) for one in inputs)
        return replace(_briefs().validate_json(row[1]), inputs=made)


def redact(db: Database, gone: set[PostId], urls: set[str]) -> None:
    """Take forgotten posts out of all that is said, inside the caller's transaction, before they are removed.

    A brief that waits to be published goes, for it must be made again; a published one keeps its figures and its
    fingerprint, and loses the posts: of their place in its groups a hash of the id stays. A message that waits goes
    too; of one that went out only the fact stays. `urls`: theirs.
    """
    some = json.dumps(sorted(gone))
    touched = (
        "SELECT DISTINCT b.hash, b.document, b.fingerprint, b.outline, b.hash IN (SELECT brief_hash FROM reports) "
        "FROM briefs b "
        "WHERE b.story IN (SELECT story FROM findings WHERE post IN (SELECT value FROM json_each(:gone)) "
        "UNION SELECT elsewhere FROM findings WHERE post IN (SELECT value FROM json_each(:gone))) "
        "OR b.hash IN (SELECT brief FROM inputs WHERE post IN (SELECT value FROM json_each(:gone)))"
    )
    for name, document, fingerprint, outline, published in db.execute(touched, {"gone": some}).fetchall():
        brief = _briefs().validate_json(document)
        if not published:
            db.execute("DELETE FROM briefs WHERE hash = ?", (name,))
            continue
        whole = _outlines().validate_json(outline) if outline else _outline_of(brief)
        left, hashed = without(brief, gone), _forgotten(whole, gone)
        if left != brief or hashed != whole or gone.intersection(_inputs(db, name)):
            db.execute(
                "UPDATE briefs SET document = ?, fingerprint = ?, outline = ? WHERE hash = ?",
                (_document(left), fingerprint or brief.fingerprint, _outlines().dump_json(hashed).decode(), name),
            )
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


def _inputs(db: Database, brief: str) -> list[PostId]:
    return [row[0] for row in db.execute("SELECT post FROM inputs WHERE brief = ?", (brief,)).fetchall()]


def _as_published(brief: Brief | None, name: str, fingerprint: str | None) -> Brief | None:
    """Return the brief by the names it was published under. fingerprint: None where an older program kept none."""
    if brief is None or fingerprint is None or brief.fingerprint == fingerprint:
        return brief
    return _named(brief, name, fingerprint)


def _named(brief: Brief, name: str, fingerprint: str) -> Redacted:
    known = {each.name: getattr(brief, each.name) for each in fields(Brief)}
    return Redacted(**known, published_hash=name, published_fingerprint=fingerprint)


def _outline_of(brief: Brief) -> _Outline:
    return _Outline(groups=brief.groups, minority=brief.minority)


def _forgotten(outline: _Outline, gone: set[PostId]) -> _Outline:
    """Return the outline without these posts; a label goes where all of its group's posts have."""
    hashed = _hashed(outline, gone)
    groups = tuple(
        replace(group, label=()) if all(post.startswith(_HASHED) for post in group.posts) else group
        for group in hashed.groups
    )
    return replace(hashed, groups=groups)


def _hashed(outline: _Outline, away: set[PostId]) -> _Outline:
    """Return the outline with a hash for each of these ids, and without their words and what is known of them."""
    named = {post: PostId(f"{_HASHED}{id_hash(post)}") for post in away if not post.startswith(_HASHED)}
    groups = tuple(
        replace(
            group,
            id=named.get(group.id, group.id),
            posts=tuple(named.get(post, post) for post in group.posts),
            quote=None if group.quote is not None and group.quote.post in named else group.quote,
            roles=tuple(role for role in group.roles if role[1] not in named),
        )
        for group in outline.groups
    )
    minority = outline.minority
    return _Outline(groups=groups, minority=None if minority is None else named.get(minority, minority))


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
    group = claim.word("group")
    label_gone = isinstance(group, str) and group in gone and renamed.get(PostId(group)) is None
    words = tuple(
        (name, ())
        if name == "label" and label_gone
        else (name, (renamed.get(PostId(value)) or "") if isinstance(value, str) and value in gone else value)
        for name, value in claim.words
    )
    return claim if not missing and words == claim.words else replace(claim, citations=tuple(kept), words=words)


def _document(brief: Brief) -> str:
    return _briefs().dump_json(replace(brief, inputs=())).decode()


@cache
def _outlines() -> TypeAdapter[_Outline]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - likewise

    return TypeAdapter(_Outline)


@cache
def _briefs() -> TypeAdapter[Brief]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - slow to import, needed only where there are briefs

    return TypeAdapter(Brief)
