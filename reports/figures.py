"""The figures of a report as text, in no format yet: six tiles, three ways of counting tones, and the tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil, floor
from typing import TYPE_CHECKING

from monitor.model import NEVER_READ

if TYPE_CHECKING:
    from monitor.model import Figures, Interval, Reader, SourceHealth, SpotCheck, Tones

    from .page import Page
    from .phrases import Phrases

SHARES_FROM = 30
"""Voices with an opinion from which on shares may be printed."""
_TONES = ("negative", "neutral", "positive", "unclear")
_DAY = timedelta(hours=23)  # the shortest local day
_HAIR = 1e-9  # what floating point may be off: a bound that is a five stays that five
_HOURS_TOLD = 48  # beyond it a step is told in days


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One of the six figures."""

    name: str
    value: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; the first cell of a row is its header, all cells are plain text."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneRow:
    """One way of counting tones: its name, and how many of each tone."""

    name: str
    counts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        return sum(count for _, count in self.counts)


def tiles(page: Page) -> tuple[Tile, ...]:
    """Return the six figures; of nothing, only those that are still known."""
    words, figures, brief = page.words, page.brief.figures, page.brief
    people = Tile(
        name=words.pattern("page.people"), value=words.number(brief.voices), note=words.pattern("page.people_note")
    )
    posts = Tile(
        name=words.pattern("page.posts"), value=words.number(brief.posts), note=words.pattern("page.posts_note")
    )
    if page.is_empty:
        return people, posts, _coverage(page)
    of = words.say("page.opinions_of", n=words.number(figures.opinion_posts), of=words.number(brief.posts))
    give = words.count("give_opinion", figures.opinion_voices)
    opinions = Tile(name=words.pattern("page.opinions"), value=of, note=give)
    if figures.opinion_voices >= SHARES_FROM:
        share = words.say("page.about_share", share=words.number(_by_fives(figures.opinion_posts / brief.posts)))
        opinions = Tile(name=words.pattern("page.opinions"), value=share, note=f"{of}; {give}")
    return people, posts, opinions, net_tile(words, figures), _change(page), _coverage(page)


def _by_fives(share: float) -> int:
    return 5 * int(abs(share) * 20 + 0.5) * (-1 if share < 0 else 1)


def net_tile(words: Phrases, figures: Figures) -> Tile:
    """Return the net sentiment: in points with its range where there are enough people, else as counts."""
    name = words.pattern("page.net")
    tones = figures.opinions
    if figures.net is None or not (tones.negative or tones.neutral or tones.positive):
        return Tile(name=name, value=words.pattern("page.net_none"), note=words.pattern("page.net_none_note"))
    if figures.opinion_voices < SHARES_FROM:
        counts = {"positive": words.number(tones.positive), "negative": words.number(tones.negative)}
        return Tile(
            name=name,
            value=words.signed(tones.positive - tones.negative),
            note=words.say("page.net_counts_note", **counts),
        )
    low, high = (words.signed(_by_fives(end)) for end in (figures.net.low, figures.net.high))
    return Tile(
        name=name,
        value=words.say("page.points", n=words.signed(_by_fives(figures.net.value))),
        note=words.say("page.net_range", low=low, high=high),
    )


def _change(page: Page) -> Tile:
    words = page.words
    name = words.pattern("page.change")
    for claim in page.brief.claims:
        if claim.kind == "change":
            figures = {key: words.number(n) for key, n in claim.numbers}
            key = f"page.change_{claim.word('tone')}_{claim.word('direction')}"
            return Tile(name=name, value=words.pattern(key), note=words.say("page.change_note", **figures))
        if claim.kind == "no_change":
            none, note = words.pattern("page.change_none"), words.pattern("page.change_none_note")
            return Tile(name=name, value=none, note=note)
    return Tile(name=name, value=words.pattern("page.change_first"), note=words.pattern("page.change_first_note"))


def _coverage(page: Page) -> Tile:
    words, brief = page.words, page.brief
    name = words.pattern("page.coverage")
    broken = {gap.source for gap in brief.gaps if gap.reason != NEVER_READ}
    known = broken | {read.source for read in brief.reads}
    if not known:
        return Tile(
            name=name, value=words.pattern("page.coverage_none"), note=words.pattern("page.coverage_unknown")
        )
    value = words.say("page.coverage_value", read=words.number(len(known - broken)), all=words.number(len(known)))
    note = words.say("page.coverage_note", gaps=words.count("gap", len(brief.gaps)))
    return Tile(name=name, value=value, note=note)


def tone_rows(page: Page) -> tuple[ToneRow, ...]:
    """Return raw, one vote a voice, and opinions only, in this order."""
    figures = page.brief.figures
    ways = (("raw", figures.raw), ("by_voice", figures.by_voice), ("opinions_only", figures.opinions))
    return tuple(
        ToneRow(
            name=page.words.pattern(f"page.{key}"),
            counts=tuple((tone, getattr(tones, tone)) for tone in _TONES),
        )
        for key, tones in ways
    )


def agreement(page: Page) -> tuple[bool, str]:
    """Return whether the three ways of counting have the same leading tone, and the sentence that says so."""
    words, figures = page.words, page.brief.figures
    leads = {
        "raw": _leading(page, figures.raw),
        "by_voice": _leading(page, figures.by_voice),
        "opinions": _leading(page, figures.opinions),
    }
    if len(set(leads.values())) == 1:
        return True, words.pattern("page.compare_agree")
    return False, words.say("page.compare_differ", **leads)


def _leading(page: Page, tones: Tones) -> str:
    counts = {tone: getattr(tones, tone) for tone in _TONES[:3]}
    most = max(counts.values())
    if most == 0:
        return page.words.pattern("page.nobody")
    leading = [tone for tone, count in counts.items() if count == most]
    if len(leading) > 1:
        return page.words.pattern("page.tie")
    return page.words.name("tones", leading[0]).lower()


def tables(page: Page) -> tuple[Table, ...]:
    """Return languages, platforms and kinds of post; an empty one is left out."""
    words, figures = page.words, page.brief.figures
    number = words.number
    kinds = [
        (words.name("kinds", "opinion"), number(figures.opinion_posts)),
        (words.name("kinds", "reporting"), number(figures.reporting_posts)),
        (words.name("kinds", "question"), number(figures.question_posts)),
        (words.name("kinds", "other"), number(figures.other_posts)),
    ]
    people, posts = words.pattern("page.voices"), words.pattern("page.posts")
    made = (
        Table(
            title=words.pattern("page.languages"),
            head=(words.pattern("page.language"), people),
            rows=tuple((words.name("languages", code), number(n)) for code, n in figures.languages),
        ),
        Table(
            title=words.pattern("page.platforms"),
            head=(words.pattern("page.platform"), people),
            rows=tuple((words.name("platforms", code), number(n)) for code, n in figures.platforms),
        ),
        Table(title=words.pattern("page.kinds"), head=(words.pattern("page.kind"), posts), rows=tuple(kinds)),
    )
    return tuple(table for table in made if table.rows)


def timeline_text(page: Page) -> str:
    """Say what a step of the timeline is, and how it is drawn."""
    point = page.report.timeline[0]
    hours = round((point.until - point.since).total_seconds() / 3600)
    if hours == 1:
        return page.words.pattern("page.timeline_hours")
    if hours in {23, 24, 25}:  # a local day, also where the clock changes
        return page.words.pattern("page.timeline_days")
    told = ("hour", hours) if hours < _HOURS_TOLD else ("day", round(hours / 24))
    step = page.words.count(*told)
    return page.words.say("page.timeline_many", step=step)


def timeline_table(page: Page) -> Table:
    """Return the steps of the timeline that hold posts or were not wholly read."""
    words = page.words
    columns = ("from", "posts", "unread")
    first = page.report.timeline[0]
    when = words.day if first.until - first.since >= _DAY else words.short_moment
    rows = tuple(
        (
            when(point.since, page.zone),
            words.number(point.posts),
            *(words.number(getattr(point, tone)) for tone in _TONES[:3]),
            words.pattern("page.read_no" if point.unread else "page.read_yes"),
        )
        for point in page.report.timeline
        if point.posts or point.unread
    )
    named = [words.pattern(f"page.timeline_{name}") for name in columns]
    tones = [words.name("tones", tone) for tone in _TONES[:3]]
    return Table(title=words.pattern("page.timeline_steps"), head=(*named[:2], *tones, named[2]), rows=rows)


def timeline_note(page: Page) -> str:
    """Say what the table of the timeline leaves out, "" where it is whole."""
    whole = all(point.posts or point.unread for point in page.report.timeline)
    return "" if whole else page.words.pattern("page.timeline_skipped")


def sources_table(page: Page) -> Table:
    """Return what each source sent, and that it adds up."""
    words = page.words
    columns = ("received", "stored", "duplicate", "quarantined", "deleted", "cost", "problem")
    return Table(
        title=words.pattern("page.sources"),
        head=(words.pattern("page.source_name"), *(words.pattern(f"page.{name}") for name in columns)),
        rows=tuple(_source(health, words) for health in page.report.sources),
    )


def _source(health: SourceHealth, words: Phrases) -> tuple[str, ...]:
    tally = health.tally
    counts = (tally.received, tally.stored, tally.duplicate, tally.quarantined, tally.deleted)
    return (
        health.source,
        *(words.number(n) for n in counts),
        words.money(health.cost.microdollars),
        health.problem or words.pattern("page.ok"),
    )


def readers_table(page: Page) -> Table:
    """Return who read the opinions, and how well they were measured to; no rows where nothing was scored."""
    words, accuracy = page.words, page.report.accuracy
    heads = ("accuracy_scorer", "language", "accuracy_opinions", "accuracy_recall", "accuracy_data")
    return Table(
        title=words.pattern("page.accuracy_readers"),
        head=tuple(words.pattern(f"page.{name}") for name in heads),
        rows=tuple(_reader(reader, words) for reader in (accuracy.readers if accuracy else ())),
    )


def _reader(reader: Reader, words: Phrases) -> tuple[str, ...]:
    who = (reader.scorer, words.name("languages", reader.language), words.number(reader.posts))
    known = reader.measured
    if known is None:
        return (*who, words.pattern("page.accuracy_unmeasured"), words.pattern("page.accuracy_unmeasured"))
    value, low, high = (words.number(100 * part) for part in (known.recall, known.low, known.high))
    on = words.say("page.accuracy_on", data=known.data, posts=words.count("post", known.n), date=known.date)
    return (*who, words.say("page.accuracy_range", value=value, low=low, high=high), on)


def accuracy_texts(page: Page) -> tuple[str, ...]:
    """Say how far the shares may be off, and what people who read some of the posts found."""
    words, accuracy = page.words, page.report.accuracy
    if accuracy is None:
        return ()
    said: list[str] = []
    if accuracy.readers:
        if page.brief.figures.opinion_voices >= SHARES_FROM:
            points = {tone: words.number(100 * error) for tone, error in accuracy.errors}
            said.append(words.say("page.accuracy_errors", **points))
        else:
            said.append(words.pattern("page.accuracy_counts"))
    return (*said, *(_spot_check(accuracy.spot_check, words) if accuracy.spot_check else ()))


def _spot_check(found: SpotCheck, words: Phrases) -> tuple[str, ...]:
    unrelated = sum(label.answer == "not about it" for label in found.labels)
    read = words.say(
        "page.spot_check",
        read=words.count("post", len(found.labels)),
        people=words.count("person", len({label.who for label in found.labels})),
        agreed=words.number(found.agreed),
        unrelated=words.say("page.spot_unrelated", n=words.number(unrelated)) if unrelated else "",
    )
    if not found.shares or found.voices < SHARES_FROM:
        return (read,) if found.shares else (read, words.pattern("page.spot_few"))
    shares = [_spot_share(tone, share, words) for tone, share in found.shares if tone in _TONES]
    return read, words.say("page.spot_shares", shares=words.names(shares))


def _spot_share(tone: str, share: Interval, words: Phrases) -> str:
    """Say a share as every share is said: by fives, its range outwards."""
    return words.say(
        "page.spot_share",
        tone=words.name("tones", tone).lower(),
        share=words.number(_by_fives(share.value)),
        low=words.number(5 * floor(share.low * 20 + _HAIR)),
        high=words.number(5 * ceil(share.high * 20 - _HAIR)),
    )


def versions(page: Page) -> Table:
    """Return which parts made it, and the hash of the brief."""
    words = page.words
    rows = (*page.report.versions, (words.pattern("page.brief_hash"), page.brief.hash))
    head = (words.pattern("page.part"), words.pattern("page.version"))
    return Table(title=words.pattern("page.versions"), head=head, rows=rows)
