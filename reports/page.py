"""What stands on the page, in words but in no format yet: HTML and Markdown lay out the same values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.model import NEVER_READ, Brief, Claim, GapCitation, ReadCitation, Report, TombstoneCitation

from .phrases import Phrases, phrases
from .sentences import Paragraph, compose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.model import Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A report with everything said that needs saying. proofs: what is cited and is no post: [p1], [p2] …."""

    report: Report
    words: Phrases
    paragraph: Paragraph
    proofs: tuple[str, ...]
    proof_marks: tuple[tuple[int, ...], ...]

    @property
    def brief(self) -> Brief:
        return self.report.brief

    @property
    def written_by(self) -> str:
        """Who wrote it, for a machine."""
        return self.paragraph.written_by(self.brief.written_by)

    @property
    def zone(self) -> str:
        return self.report.time_zone

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to count: no figure, chart or word on tone may stand on the page."""
        return self.brief.posts == 0

    def marks_of(self, claim: Claim) -> tuple[int, ...]:
        """Return the numbers of the proofs that are no posts."""
        return self.proof_marks[self.brief.claims.index(claim)]


def page_of(report: Report) -> Page:
    """Say everything in the report's language."""
    words = phrases(report.language)
    numbers = {post.post: post.number for post in report.cited}
    said = compose(
        report.brief,
        report.story,
        language=report.language,
        time_zone=report.time_zone,
        numbers=numbers,
        rewording=report.rewording,
    )
    proofs: dict[str, int] = {}
    marks = tuple(
        tuple(proofs.setdefault(text, len(proofs) + 1) for text in _proofs(claim, words, report.time_zone))
        for claim in report.brief.claims
    )
    return Page(report=report, words=words, paragraph=said, proofs=tuple(proofs), proof_marks=marks)


def _proofs(claim: Claim, words: Phrases, zone: str) -> Iterator[str]:
    for citation in claim.citations:
        if isinstance(citation, ReadCitation):
            asked = words.say("page.query", query=citation.query) if citation.query else ""
            window = words.window(citation.since, citation.until, zone)
            yield words.say(
                "page.read", source=words.name("platforms", citation.source), query=asked, window=window
            )
        elif isinstance(citation, TombstoneCitation):
            yield words.say("page.tombstone", posts=words.count("deleted", citation.count))
        elif isinstance(citation, GapCitation):
            yield gap_text(citation.gap, words, zone)


def gap_text(gap: Gap, words: Phrases, zone: str) -> str:
    """Say what was not read."""
    values = {
        "source": words.name("platforms", gap.source),
        "reason": gap.reason,
        "window": words.window(gap.since, gap.until, zone),
    }
    if gap.read is not None and gap.of_about is not None:
        figures = {"read": words.number(gap.read), "of_about": words.number(gap.of_about)}
        return words.say("left_out.gap_sampled", times="", **values, **figures)
    if gap.reason == NEVER_READ:
        return words.say("left_out.gap_never", **values)
    return words.say("left_out.gap" if gap.reason else "left_out.gap_plain", times="", **values)


def writer(page: Page) -> str:
    """Say who wrote it, and where a model had a part, how much of it."""
    (worded, of), model, words = page.paragraph.reworded, page.report.rewording, page.words
    if model is None or not worded:
        return written(page.brief.written_by, words)
    counts = {"n": words.number(worded)} | ({"of": words.number(of)} if worded < of else {})
    return words.say("writers.model_some" if worded < of else "writers.model_all", name=model.model, **counts)


def written(by: str, words: Phrases) -> str:
    """Say who wrote a brief."""
    who, _, name = by.partition(" ")
    return words.say(f"writers.{who if who in {'rules', 'model'} else 'person'}", name=name)


def published(page: Page) -> str:
    """Say who published the story and when, "" where neither is known."""
    story, words = page.report.story, page.words
    day = words.day(story.published_at, page.zone) if story.published_at else ""
    if story.publisher and day:
        return words.say("page.published", publisher=story.publisher, date=day)
    if story.publisher:
        return words.say("page.published_by", publisher=story.publisher)
    return words.say("page.published_on", date=day) if day else ""


def as_of(page: Page) -> str:
    """Say the moment that the report stands for, with its time zone."""
    return page.words.say("page.as_of", moment=page.words.moment(page.brief.as_of, page.zone), zone=page.zone)


def gaps(page: Page) -> tuple[str, ...]:
    """Say each gap."""
    return tuple(gap_text(gap, page.words, page.zone) for gap in page.brief.gaps)


def method(page: Page) -> tuple[str, ...]:
    """Say how it was made, and what did not make it onto the page."""
    words, dropped = page.words, page.brief.left_out.dropped_claims
    keys = ("method_zero",) if page.is_empty else ("method_counts", "method_tone", "method_gate")
    said = [words.pattern(f"page.{key}") for key in keys]
    worded, model = page.paragraph.reworded[0], page.report.rewording
    if model is not None and worded:
        said.append(words.say("writers.checked", name=model.model, n=words.count("sentence", worded)))
    if page.paragraph.dropped:
        said.append(words.say("page.dropped", n=words.count("claim", page.paragraph.dropped)))
    if dropped:
        said.append(words.say("page.dropped_claims", n=words.count("claim", dropped)))
    return tuple(said)
