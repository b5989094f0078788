"""What was understood of each version of each post, and what scoring a text gave."""

from __future__ import annotations

# ruff: noqa: S608 - SQL is put together only from names of our own columns; values are always parameters
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.model import StoryId

from .rows import FINDING_COLUMNS, POST_COLUMNS, finding_row, sentiment_from, time_from, understood_from
from .seen import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from monitor.model import Finding, Input, Sentiment, Understood

_NAMES = FINDING_COLUMNS.replace("f.", "")
_INSERT = f"INSERT INTO findings (version, maker, {_NAMES}) VALUES ({', '.join('?' * 26)}) ON CONFLICT DO NOTHING"
_UNDERSTOOD = (
    f"SELECT {POST_COLUMNS}, {FINDING_COLUMNS} FROM findings f JOIN posts p ON p.id = f.post "
    "JOIN versions v ON v.post = f.post AND v.text_hash = f.text_hash "
)
# CROSS JOIN: each row asked for is looked up, in the order asked.
_EXACT = (
    f"SELECT {POST_COLUMNS}, {FINDING_COLUMNS}, asked.key FROM json_each(?) asked "
    "CROSS JOIN findings f ON f.post = json_extract(asked.value, '$[0]') "
    "AND f.version = json_extract(asked.value, '$[1]') "
    "AND f.text_hash = json_extract(asked.value, '$[2]') "
    "JOIN posts p ON p.id = f.post JOIN versions v ON v.post = f.post AND v.text_hash = f.text_hash "
    "ORDER BY asked.key"
)


class Understanding(Seen):
    """Findings and cached scores."""

    _read_at: int | None = None  # the count of changes when the posts were read that are being understood

    def understood_is_current(self, maker: str) -> bool:
        """Return whether nothing was seen or forgotten since this maker's findings were saved."""
        count = self._read_at = self._seen_count()
        return self._one("SELECT maker, count FROM marks WHERE name = 'understood'") == (maker, count)

    def save_findings(self, findings: Iterable[Finding], *, maker: str) -> int:
        """Make these the current findings of their posts, in one transaction; return how many were kept.

        Older versions stay, for `verify`. A finding whose post or text version has gone meanwhile is passed over,
        and what was seen after the posts were read is still to be understood.
        """
        with self._writing():
            texts = set(self._all("SELECT post, text_hash FROM versions"))
            rows = []
            for finding in findings:
                if (finding.post, finding.text_hash) in texts:
                    kept = _as_stored(finding)
                    rows.append((kept.version, maker, *finding_row(kept)))
            self._each(_INSERT, rows)
            self._each(
                "UPDATE posts SET finding = ? WHERE id = ? AND finding IS NOT ?",
                [(row[0], row[2], row[0]) for row in rows],
            )
            count = self._seen_count() if self._read_at is None else self._read_at
            self._db.execute(
                "INSERT INTO marks VALUES ('understood', ?, ?) "
                "ON CONFLICT DO UPDATE SET maker = excluded.maker, count = excluded.count",
                (maker, count),
            )
        self._read_at = None
        return len(rows)

    def prune_findings(self) -> int:
        """Drop the findings that are neither current nor what a stored brief was made from; return how many."""
        with self._writing():
            return self._db.execute(
                "DELETE FROM findings WHERE NOT EXISTS "
                "(SELECT 1 FROM posts p WHERE p.id = findings.post AND p.finding = findings.version) "
                "AND NOT EXISTS "
                "(SELECT 1 FROM inputs i WHERE i.post = findings.post AND i.finding = findings.version)"
            ).rowcount

    def last_heard(self) -> dict[StoryId, datetime]:
        """Return when the last post that is known to be about a story was written, by story."""
        rows = self._all(
            "SELECT f.story, max(p.created_at) FROM posts p JOIN findings f ON f.post = p.id "
            "AND f.version = p.finding WHERE f.story IS NOT NULL GROUP BY f.story"
        )
        return {StoryId(row[0]): time for row in rows if (time := time_from(row[1])) is not None}

    def understood(self, story: StoryId | None = None) -> list[Understood]:
        """Return the current findings with the text they are of, by (time, id), those without a time first.

        story: only those linked to it, or about something else that its words hit; None: all.
        """
        order = "ORDER BY p.created_at, p.id"
        if story is None:
            rows = self._all(_UNDERSTOOD + "WHERE p.finding = f.version " + order)
        else:
            of = "WHERE p.finding = f.version AND (f.story = ? OR f.elsewhere = ?) "
            rows = self._all(_UNDERSTOOD + of + order, story, story)
        return [understood_from(row) for row in rows]

    def exact(self, inputs: Iterable[Input]) -> tuple[list[Understood], list[Input]]:
        """Return (found, missing), in the order asked: the rows at exactly that text and that finding."""
        asked = list(inputs)
        rows = self._all(_EXACT, json.dumps([(one.post, one.finding, one.text_hash) for one in asked]))
        places = {row[-1] for row in rows}
        return [understood_from(row) for row in rows], [
            one for place, one in enumerate(asked) if place not in places
        ]

    def cached_scores(self, scorer: str, hashes: Iterable[str]) -> dict[str, Sentiment]:
        """Return the scores that this scorer gave before, by text hash; those never scored are not in it."""
        rows = self._all(
            "SELECT text_hash, label, value, confidence, made_by, unclear FROM scores "
            "WHERE scorer = ? AND text_hash IN (SELECT value FROM json_each(?))",
            *(scorer, json.dumps(list(hashes))),
        )
        return {row[0]: sentiment_from(row[1:]) for row in rows}

    def save_scores(self, scorer: str, scores: Mapping[str, Sentiment]) -> None:
        with self._writing():
            self._each(
                "INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (scorer, text_hash, tone.label, tone.value, tone.confidence, tone.scorer, int(tone.unclear))
                    for text_hash, tone in scores.items()
                ],
            )

    def cached_encodings(self, reader: str, hashes: Iterable[str]) -> dict[str, bytes]:
        """Return what this reader answered before, by text hash; texts that it never read are not in it."""
        return dict(
            self._all(
                "SELECT text_hash, answer FROM encodings "
                "WHERE reader = ? AND text_hash IN (SELECT value FROM json_each(?))",
                *(reader, json.dumps(list(hashes))),
            )
        )

    def save_encodings(self, reader: str, answers: Mapping[str, bytes]) -> None:
        with self._writing():
            self._each(
                "INSERT OR REPLACE INTO encodings VALUES (?, ?, ?)",
                [(reader, text_hash, answer) for text_hash, answer in answers.items()],
            )

    def _note_reading(self) -> None:
        if self._read_at is None:
            self._read_at = self._seen_count()


def _as_stored(finding: Finding) -> Finding:
    """Return the finding as it will be read back, so that its version is that of what is read.

    A REAL column makes 0 and -0.0 the float 0.0, which the canonical JSON behind `version` tells apart.
    """
    tone, link = finding.sentiment, finding.link
    if tone is not None:
        tone = replace(tone, value=tone.value + 0.0, confidence=tone.confidence + 0.0)
    if link is not None:
        link = replace(link, strength=link.strength + 0.0)
    return replace(finding, sentiment=tone, link=link)
