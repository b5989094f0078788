"""A report as one JSON document: all that its other formats show, and all that `monitor verify` reads again.

Keys are stable: a document says by its `schema` which ones it has. Times are ISO 8601 in UTC.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, assert_never

from monitor.model import (
    Brief,
    Citation,
    Cost,
    Gap,
    GapCitation,
    PostCitation,
    ReadCitation,
    Related,
    Report,
    Rewording,
    SourceHealth,
    Story,
    Tally,
    TombstoneCitation,
    digest,
)

from .changes import as_text, figures_of, kind_of, lines
from .phrases import iso, phrases
from .sentences import compose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.model import Accuracy, Changes, CitedPost, Group, Interval, LeftOut, SpotCheck

SCHEMA = "what-people-say/report/1"
_TALLY = ("stored", "duplicate", "quarantined", "deleted")


def render(report: Report) -> str:
    """Return the document; its `hash` covers all the rest of it."""
    brief = report.brief
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "story": story_document(report.story),
        "as_of": iso(brief.as_of),
        "language": report.language,
        "time_zone": report.time_zone,
        "store": report.store,
        "brief": brief_document(brief, report.story, report.language, report.time_zone, rewording=report.rewording),
        "figures": _figures(brief),
        "timeline": [
            {
                "since": iso(point.since),
                "until": iso(point.until),
                "posts": point.posts,
                "negative": point.negative,
                "neutral": point.neutral,
                "positive": point.positive,
                "unread": point.unread,
            }
            for point in report.timeline
        ],
        "cited": [_cited(post) for post in report.cited],
        "sources": [_source(health) for health in report.sources],
        "inputs": [[row.post, row.text_hash, row.finding] for row in brief.inputs],
        "previous": brief.previous,
        "versions": dict(report.versions),
        "accuracy": _accuracy(report.accuracy),
        "notes": list(report.notes),
        "related": [_related(other) for other in report.related],
        "changes": _changes(report),
    }
    if report.rewording is not None:
        document["rewording"] = _rewording(report.rewording)
    document["hash"] = digest(document)
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def hash_of(document: Mapping[str, Any]) -> str:
    """Return what the `hash` of a document must be."""
    return digest({key: value for key, value in document.items() if key != "hash"})


def brief_document(
    brief: Brief, story: Story, language: str, time_zone: str = "UTC", *, rewording: Rewording | None = None
) -> dict[str, Any]:
    """Return what `monitor brief --json` prints. claims: what fits into the paragraph, in order,
    said in `language`, each with who worded it where a model had a part; the rest stands in the groups and figures.
    flip: how few voices would have to take the other side for split, or which side leads, to change (see Figures).
    """
    said = compose(brief, story, language=language, time_zone=time_zone, rewording=rewording)
    return {
        "story": brief.story,
        "window": {"since": iso(brief.window.since), "until": iso(brief.window.until)},
        "qualifier": brief.qualifier,
        "voices": brief.voices,
        "posts": brief.posts,
        "groups": [_group(group) for group in brief.groups],
        "split": brief.split,
        "minority": brief.minority,
        "flip": brief.figures.flip,
        "claims": [
            {
                "kind": sentence.claim.kind,
                "numbers": dict(sentence.claim.numbers),
                "words": {
                    name: list(word) if isinstance(word, tuple) else word for name, word in sentence.claim.words
                },
                "text": sentence.text,
                **({} if rewording is None else {"worded_by": sentence.worded_by}),
                "citations": [citation_document(citation) for citation in sentence.claim.citations],
            }
            for sentence in said.said
        ],
        "left_out": _left_out(brief.left_out),
        "gaps": [_gap(gap) for gap in brief.gaps],
        "written_by": said.written_by(brief.written_by),
        "text": said.text,
        "hash": brief.hash,
    }


def story_document(story: Story) -> dict[str, Any]:
    """Return the story in the interchange format."""
    row: dict[str, Any] = {
        "id": story.id,
        "title": story.title,
        "lead": story.lead,
        "body": story.body,
        "url": story.url,
        "publisher": story.publisher,
        "published_at": iso(story.published_at),
        "language": story.language,
    }
    if story.image:
        row["image"] = asdict(story.image)
    if story.target:
        row["target"] = story.target
    return row


def sources_of(document: Mapping[str, Any]) -> tuple[SourceHealth, ...]:
    """Return the `sources` of a document as they were when it was rendered; TypeError where a count is none."""
    return tuple(
        SourceHealth(
            source=row["source"],
            tally=Tally(**{name: _count(row[name]) for name in _TALLY}),
            cost=Cost(**{name: _count(value) for name, value in row["cost"].items()}),
            problem=row["problem"],
        )
        for row in document["sources"]
    )


def answers_of(document: Mapping[str, Any]) -> Iterator[tuple[str, datetime, str]]:
    """Yield the post, time and answer of each label that a document names."""
    accuracy = document.get("accuracy")
    spot_check = accuracy and accuracy["spot_check"]
    for row in spot_check["labels"] if spot_check else ():
        yield str(row["post"]), datetime.fromisoformat(row["at"]).astimezone(UTC), str(row["answer"])


def related_of(document: Mapping[str, Any]) -> tuple[Related, ...]:
    """Return the `related` of a document as they were when it was rendered; ValueError where they are none."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - slow to import, and only a check reads documents

    return TypeAdapter(tuple[Related, ...]).validate_json(json.dumps(document["related"]), strict=True)


def rewording_of(document: Mapping[str, Any]) -> Rewording | None:
    """Return the `rewording` of a document, None where it has none; whether a wording may stand is not asked.

    LookupError or TypeError where it is none of ours.
    """
    row = document.get("rewording")
    if row is None:
        return None
    return Rewording(
        model=_text(row["model"]),
        sentences=tuple((_count(one["sentence"]), _text(one["wording"])) for one in row["sentences"]),
    )


def changes_document(changes: Changes) -> dict[str, Any]:
    """Return what changed between two reports, without a word or id of a post that may since be gone.

    Each `{"old", "new"}` stands there only where the two differ, null where they do not. group: the id now.
    """
    before, now = changes.before, changes.now
    counts = figures_of(before.figures), figures_of(now.figures)
    figures: dict[str, Any] = {
        name: _pair(counts[0][name], n) for name, n in counts[1].items() if n != counts[0][name]
    }
    nets = _interval(before.figures.net), _interval(now.figures.net)
    if nets[0] != nets[1]:
        figures["net"] = _pair(*nets)
    return {
        "since": {"as_of": iso(before.as_of), "fingerprint": before.fingerprint},
        "figures": figures,
        "qualifier": None if before.qualifier == now.qualifier else _pair(before.qualifier, now.qualifier),
        "split": None if before.split == now.split else _pair(before.split, now.split),
        "minority": {"new": now.minority} if changes.minority else None,
        "groups": [
            {
                "group": change.now and change.now.id,
                "change": kind_of(change),
                "old": change.before and _side(change.before),
                "new": change.now and _side(change.now),
            }
            for change in changes.groups
        ],
        "languages": {code: _pair(then, today) for code, then, today in changes.languages},
        "gaps": {
            "opened": [_gap(gap) for gap in changes.gaps_opened],
            "closed": [_gap(gap) for gap in changes.gaps_closed],
        },
    }


def _changes(report: Report) -> dict[str, Any] | None:
    if report.changes is None:
        return None
    said = lines(report.changes, phrases(report.language), report.time_zone)
    return {**changes_document(report.changes), "text": [as_text(line) for line in said]}


def _pair(old: object, new: object) -> dict[str, object]:
    return {"old": old, "new": new}


def _side(group: Group) -> dict[str, Any]:
    return {key: value for key, value in _group(group).items() if key not in {"id", "posts", "quote"}}


def _related(other: Related) -> dict[str, Any]:
    return {**asdict(other), "as_of": iso(other.as_of)}


def _rewording(rewording: Rewording) -> dict[str, Any]:
    return {
        "model": rewording.model,
        "sentences": [{"sentence": place, "wording": wording} for place, wording in rewording.sentences],
    }


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is none: {type(value).__name__}")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"a count is no whole number: {type(value).__name__}")
    return value


def citation_document(citation: Citation) -> dict[str, Any]:
    """Return one proof, as it stands in `claims` of a brief."""
    match citation:
        case PostCitation():
            row: dict[str, Any] = {"post": citation.post, "url": citation.url}
            if citation.quote is not None:
                row["quote"] = citation.quote
            return row
        case ReadCitation():
            return {
                "read": {
                    "source": citation.source,
                    "query": citation.query,
                    "since": iso(citation.since),
                    "until": iso(citation.until),
                }
            }
        case TombstoneCitation():
            return {"tombstone": {"story": citation.story, "count": citation.count}}
        case GapCitation():
            return {"gap": _gap(citation.gap)}
    assert_never(citation)


def _group(group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "label": list(group.label),
        "language": group.language,
        "stance": group.stance,
        "sentiment": group.tone,
        "voices": group.voices,
        "posts": list(group.posts),
        "quote": group.quote and {"post": group.quote.post, "text": group.quote.quote},
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "source": gap.source,
        "query": gap.query,
        "since": iso(gap.since),
        "until": iso(gap.until),
        "reason": gap.reason,
        "read": gap.read,
        "of_about": gap.of_about,
    }


def _left_out(left_out: LeftOut) -> dict[str, int]:
    return dict(asdict(left_out))


def _figures(brief: Brief) -> dict[str, Any]:
    figures = asdict(brief.figures)
    figures["net"] = _interval(brief.figures.net)
    figures["languages"] = dict(brief.figures.languages)
    figures["platforms"] = dict(brief.figures.platforms)
    return figures


def _interval(interval: Interval | None) -> dict[str, float] | None:
    return None if interval is None else dict(asdict(interval))


def _accuracy(accuracy: Accuracy | None) -> dict[str, Any] | None:
    """Return the accuracy card. by: people by number, for a report names no reader."""
    if accuracy is None:
        return None
    return {
        "readers": [
            {
                "scorer": reader.scorer,
                "language": reader.language,
                "opinions": reader.posts,
                "measured": None if reader.measured is None else asdict(reader.measured),
            }
            for reader in accuracy.readers
        ],
        "share_errors": dict(accuracy.errors),
        "spot_check": None if accuracy.spot_check is None else _spot_check(accuracy.spot_check),
    }


def _spot_check(found: SpotCheck) -> dict[str, Any]:
    people = sorted({label.who for label in found.labels})
    return {
        "read": len(found.labels),
        "voices": found.voices,
        "agreed": found.agreed,
        "shares": {answer: _interval(share) for answer, share in found.shares},
        "labels": [
            {
                "post": label.post,
                "answer": label.answer,
                "ours": label.stratum,
                "by": people.index(label.who) + 1,
                "at": iso(label.at),
            }
            for label in found.labels
        ],
    }


def _cited(post: CitedPost) -> dict[str, Any]:
    return {
        "number": post.number,
        "post": post.post,
        "platform": post.platform,
        "author": post.author,
        "text": post.text,
        "language": post.language,
        "url": post.url,
        "created_at": iso(post.created_at),
        "withheld": post.withheld,
    }


def _source(health: SourceHealth) -> dict[str, Any]:
    return {
        "source": health.source,
        "received": health.tally.received,
        **{name: getattr(health.tally, name) for name in _TALLY},
        "cost": asdict(health.cost),
        "problem": health.problem,
    }
