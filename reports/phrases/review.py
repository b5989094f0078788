"""A page for a native speaker: every phrase of a language beside the English, and what becomes of it in sentences.

`python -m reports.phrases.review nb > review.html` writes it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any

from monitor.model import (
    NEVER_READ,
    Brief,
    Claim,
    Figures,
    Gap,
    GapCitation,
    LeftOut,
    PostCitation,
    PostId,
    ReadCitation,
    Span,
    Story,
    StoryId,
    TombstoneCitation,
    Tones,
)
from reports.sentences import compose

from . import fill, languages, phrases

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.model import Citation, ClaimKind

    from . import Phrases

COUNTS = (0, 1, 2, 5, 1_234)
"""Where languages change their forms, and where a number needs its sign of thousands."""
_BEGIN = datetime(2026, 2, 3, 9, tzinfo=UTC)
_DAY = Span(since=_BEGIN, until=_BEGIN + timedelta(hours=8))
_STORY = Story(id=StoryId("s"), title="", lead="", url=None, publisher=None, published_at=None, language=None)
_NOBODY = Figures(
    people=0, posts=0, opinion_posts=0, opinion_voices=0, reporting_posts=0, question_posts=0, other_posts=0,
    raw=Tones(), by_voice=Tones(), opinions=Tones(), net=None, languages=(), platforms=(),
)  # fmt: skip
_BRIEF = Brief(
    story=_STORY.id, window=_DAY, as_of=_BEGIN + timedelta(days=9), qualifier="none", voices=0, posts=0,
    figures=_NOBODY, groups=(), split=False, minority=None, claims=(), left_out=LeftOut(), gaps=(), reads=(),
    inputs=(), tombstones=0, written_by="rules",
)  # fmt: skip
_POST = PostCitation(post=PostId("p"), url=None, quote=None, language=None)
_QUOTED = replace(_POST, quote="The ferry must stay", language="en")
_GAP = Gap(source="bluesky", query=None, since=_BEGIN, until=_BEGIN + timedelta(hours=2), reason="HTTP 429")
_READ = ReadCitation(source="x", query="ferry", since=_BEGIN, until=_BEGIN + timedelta(hours=2))
_VIEWS: tuple[dict[str, Any], ...] = (
    {"stance": "support"}, {"stance": "oppose"}, {"tone": "negative"}, {"tone": "neutral"}, {"tone": "positive"},
    {"tone": "negative", "no_side": "yes"}, {"tone": "positive", "no_side": "yes"}, {"not_scored": "yes"}, {},
)  # fmt: skip
_TASK = (
    "Read each sentence aloud. Is it plain, correct and natural, as a press officer would write it? Are number, "
    "agreement, word order, particles, quote marks, dates and spaces right? A name in braces is filled in; "
    "every table needs all of them."
)
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:80rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%;margin-bottom:2rem}"
    "th,td{border:1px solid #bbb;padding:.3rem .5rem;text-align:start;vertical-align:top}"
    "code{font-size:.85em}.space{background:#fbeec2}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Claims as they follow each other; the sentence of one of them, the last or `shown`, is the example."""

    about: str
    claims: tuple[Claim, ...]
    shown: int = -1

    @property
    def claim(self) -> Claim:
        """The one whose sentence is shown."""
        return self.claims[self.shown]

    def said(self, language: str) -> str:
        """Return the sentence in `language`."""
        claims = self.claims
        window = Span(since=None, until=None) if self.about == "any time" else _DAY
        made = compose(replace(_BRIEF, claims=claims, window=window), _STORY, language=language)
        told = [one for one in made.sentences if one.claim is self.claim]  # only there is it said who stands twice
        return (told or [one for one in made.everything if one.claim is self.claim])[-1].text


def review(language: str) -> str:
    """Return the page for `language` as one HTML document; ValueError where there is no such table."""
    words, english = phrases(language), phrases("en")
    title = f"Phrases to review: {escape(language)}"
    blocks = [
        f"<h1>{title}</h1>",
        f"<p>{_TASK} Edit <code>reports/phrases/{escape(language)}.toml</code>.</p>",
        *_sentences(language),
        *_counted(words, english),
        *_times(words, english),
        *_patterns(words, english),
    ]
    head = f'<meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    return (
        f'<!doctype html>\n<html lang="en">\n<head>{head}</head>\n<body>\n'
        + "\n".join(blocks)
        + "\n</body></html>\n"
    )


def _table(title: str, head: Sequence[str], rows: Sequence[tuple[str, str, str]], language: str) -> Iterator[str]:
    yield f"<h2>{escape(title)}</h2>\n<table><thead><tr>"
    yield "".join(f"<th>{escape(name)}</th>" for name in head) + "</tr></thead><tbody>"
    for about, english, here in rows:
        ours = f'<td lang="{escape(language)}">{_shown(here)}</td>'
        yield f'<tr><td><code>{escape(about)}</code></td><td lang="en">{_shown(english)}</td>{ours}</tr>'
    yield "</tbody></table>"


def _shown(text: str) -> str:
    """Return text in which a no-break space can be seen."""
    return escape(text).replace("\u00a0", '<span class="space" title="no-break space">\u00a0</span>')


def _sentences(language: str) -> Iterator[str]:
    for kind, examples in EXAMPLES.items():
        rows = [(one.about, one.said("en"), one.said(language)) for one in examples]
        yield from _table(f"Claim: {kind}", ("case", "en", language), rows, language)


def _counted(words: Phrases, english: Phrases) -> Iterator[str]:
    rows = [
        (f"{thing}, {n}", english.count(thing, n), words.count(thing, n))
        for thing in english.table["counts"]
        for n in COUNTS
    ]
    rows += [
        (f"{group}.{view}, {n}", english.form(f"{group}.{view}", n), words.form(f"{group}.{view}", n))
        for group in ("views", "sides")
        for view in english.table[group]
        for n in COUNTS[1:3]
    ]
    rows += [(str(n), english.signed(n), words.signed(n)) for n in (-1_234, -5, 0, 5)]
    rows += [("money", english.money(n), words.money(n)) for n in (160_000, 1_234_560_000)]
    yield from _table("Counts and numbers", ("what", "en", words.code), rows, words.code)


def _times(words: Phrases, english: Phrases) -> Iterator[str]:
    hour, day = timedelta(hours=1), timedelta(days=1)
    midnight = _BEGIN - 9 * hour
    windows = {
        "any time": (None, None), "up to": (None, _BEGIN), "from": (_BEGIN, None),
        "hours": (_BEGIN, _BEGIN + 8 * hour), "a day": (midnight, midnight + day),
        "two days": (_BEGIN, _BEGIN + day), "nine days": (_BEGIN, _BEGIN + 9 * day),
        "two years": (_BEGIN - 60 * day, _BEGIN),
    }  # fmt: skip
    months = [_BEGIN.replace(month=month) for month in range(1, 13)]
    names = ("Oslo", "Seoul", "Lima")

    def said(one: Phrases) -> Iterator[tuple[str, str]]:
        yield from ((name, one.window(*span, "UTC")) for name, span in windows.items())
        yield from (("moment", one.moment(at, "UTC")) for at in (_BEGIN, None))
        yield from (("short moment", one.short_moment(at, "UTC")) for at in months)
        yield from (("day", one.day(at, "UTC")) for at in months)
        yield from ((f"{n} minutes", one.duration(n)) for n in (1, 5, 181, 4_321))
        yield from (("list", one.names(names[:n])) for n in (1, 2, 3))

    rows = [(what, first, second) for (what, first), (_, second) in zip(said(english), said(words), strict=True)]
    yield from _table("Times and lists", ("what", "en", words.code), rows, words.code)


# --- Every key ------------------------------------------------------------------------------------


def _patterns(words: Phrases, english: Phrases) -> Iterator[str]:
    ours, theirs = flat(words.table), flat(english.table)
    rows = [
        (key, _with_example(english, key, theirs.get(key)), _with_example(words, key, ours.get(key)))
        for key in dict.fromkeys((*theirs, *ours))
    ]
    yield from _table("Every phrase", ("key", "en", words.code), rows, words.code)


def flat(table: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """Return each phrase by its dotted key, in the order of the file; a list of months as one phrase."""
    found: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found |= flat(value, f"{before}{name}.")
        else:
            found[before + name] = value if isinstance(value, str) else " · ".join(value)
    return found


def _with_example(words: Phrases, key: str, pattern: str | None) -> str:
    """Return the pattern, and for a phrase of the page or the notice what it is once it is filled in."""
    if pattern is None:
        return "(the form `other` is used)"
    if not key.startswith(("page.", "writers.", "notice.", "notice_deletions.")) or "{" not in pattern:
        return pattern
    values = {name: value for name, value in _values(words, key).items() if f"{{{name}}}" in pattern}
    try:
        filled = "".join(part.text for part in fill(pattern, values))
    except KeyError:  # a placeholder that this page has no example for; the pattern alone has to do
        return pattern
    return f"{pattern} → {filled}"


def _values(words: Phrases, key: str) -> dict[str, str]:
    """Return an example for each placeholder of the phrases of the page, the writers and the notice."""
    number, name = words.number, words.name
    tones = {tone: name("tones", tone).lower() for tone in ("negative", "neutral", "positive")}
    values = {
        "agreed": number(2), "all": number(3), "before": number(2), "by_voice": tones["positive"],
        "check": "monitor check --online",
        "data": "newsroom", "date": words.day(_BEGIN, "UTC"), "gaps": words.count("gap", 2), "high": number(65),
        "low": number(5), "moment": words.moment(_BEGIN, "UTC"), "n": number(5), "name": "model-1",
        "names": words.names([name("roles", "analyst"), name("roles", "journalist")]), "negative": number(12),
        "neutral": number(9), "now": number(20), "of": number(25), "of_before": number(22),
        "opinions": tones["negative"], "peak": words.count("post", 9), "people": words.count("person", 2),
        "positive": number(4), "posts": words.count("post", 31), "problem": "“HTTP 401”",
        "publisher": "Fjord Courier",
        "query": words.say("page.query", query="ferry") if key == "page.read" else "ferry",
        "raw": tones["negative"], "read": words.count("post", 3) if key == "page.spot_check" else number(2),
        "share": number(35), "since": words.moment(_BEGIN - timedelta(days=1), "UTC"), "status": "monitor status",
        "shares": words.say("page.spot_share", tone=tones["negative"], share="35", low="15", high="55"),
        "source": name("platforms", "bluesky"), "step": words.count("hour", 3), "steps": number(8),
        "stories": words.count("story", 5), "times": words.count("time", 2), "title": "Sundvik",
        "unread": number(2), "tone": tones["negative"], "unrelated": words.say("page.spot_unrelated", n=number(1)),
        "value": number(70),
        "voices": number(7), "window": words.window(_DAY.since, _DAY.until, "UTC"), "zone": "Europe/Oslo",
    }  # fmt: skip
    if key in {"page.dropped", "page.dropped_claims"}:
        values["n"] = words.count("claim", 2)
    return values


# --- One of each kind of claim ---------------------------------------------------------------------


def _claim(kind: ClaimKind, *citations: Citation, words: dict[str, Any] | None = None, **numbers: float) -> Claim:
    return Claim(
        kind=kind,
        numbers=tuple(numbers.items()),
        words=tuple((words or {}).items()),
        citations=citations or (_POST,),
    )


def _volume(posts: int, opinions: int, reporting: int, *proof: Citation, **changes: Any) -> Claim:
    words = {"qualifier": changes.pop("qualifier", "none"), "platforms": ("x", "bluesky", "web")}
    numbers = {"posts": posts, "voices": posts, "opinions": opinions, "reporting_posts": reporting} | changes
    return _claim("volume", *proof, words=words, **numbers)


def _group(
    voices: int, of: int, *, quoted: bool = True, numbers: Mapping[str, int] | None = None, **words: Any
) -> Claim:
    said = {"group": "p", "label": (), "language": "en", "stance": "neither", "tone": "", "roles": ()} | words
    proof = _QUOTED if quoted else _POST
    return _claim("group", proof, words=said, voices=voices, posts=voices, of=of, **(numbers or {}))


def _minority(voices: int, of: int, **flip: int) -> Claim:
    words = {"group": "p", "label": ("cheaper", "boat"), "stance": "support", "tone": "", "language": "en"}
    return _claim("minority", _QUOTED, words=words, voices=voices, of=of, **flip)


def _loud(stance: str, people: str, by: str = "stance", **numbers: int) -> Claim:
    counted = {"posts": 69, "other_posts": 9, "voices": 1, "other_voices": 9} | numbers
    return _claim("loud_minority", words={"stance": stance, "people": people, "by": by}, **counted)


def _flood(reason: str, *, new: bool = False, **numbers: int) -> Claim:
    return _claim("flood", words={"reason": reason, "new_accounts": "yes" if new else ""}, **numbers)


def _gap(*gaps: Gap, **numbers: int) -> Claim:
    words = {"source": gaps[0].source, "reason": gaps[0].reason}
    return _claim("gap", *(GapCitation(gap=gap) for gap in gaps), words=words, gaps=len(gaps), **numbers)


def _shown_as(**cases: Claim | tuple[Claim, ...]) -> tuple[Example, ...]:
    return tuple(
        Example(about=about.replace("_", " "), claims=made if isinstance(made, tuple) else (made,))
        for about, made in cases.items()
    )


def _by_count(made: Mapping[int, Claim]) -> tuple[Example, ...]:
    return tuple(Example(about=f"n = {n}", claims=(claim,)) for n, claim in made.items())


def _volumes() -> tuple[Example, ...]:
    qualifiers = ("very limited", "limited", "moderate", "active", "extensive")
    every = {n: _volume(n, n, 0, qualifier=word) for word, n in zip(qualifiers, (1, 2, 5, 300, 1_234), strict=True)}
    unread, nobody = GapCitation(gap=_GAP), GapCitation(gap=replace(_GAP, source="all", reason=NEVER_READ))
    return (
        *_by_count(every),
        *_shown_as(
            usual=_volume(40, 31, 9, qualifier="moderate", usual_low=20, usual_high=1_234),
            any_time=_volume(5, 5, 0, qualifier="very limited"),
            none=_volume(0, 0, 0, _READ),
            only_copies=_volume(0, 0, 0),
            only_reports=_volume(1, 0, 1),
            many_only_reports=_volume(1_234, 0, 1_234),
            reports_and_one_other=_volume(5, 0, 4),
            reports_and_others=_volume(9, 0, 1),
            no_opinion=_volume(1, 0, 0),
            not_measured=_volume(0, 0, 0, unread, qualifier="not measured"),
            never_read=_volume(0, 0, 0, nobody, qualifier="not measured"),
            one_post_measured=_volume(1, 0, 0, unread, qualifier="not measured"),
            partly_measured=_volume(5, 0, 0, unread, qualifier="not measured"),
        ),
    )


def _reports() -> tuple[Example, ...]:
    def reports(accounts: int, copies: int, *outlets: str, proof: PostCitation = _QUOTED) -> Claim:
        numbers = {"accounts": accounts, "posts": accounts or 2, "copies": copies}
        return _claim("reporting", proof, words={"outlets": outlets}, **numbers)

    return (
        *_by_count({n: reports(n, n) for n in COUNTS}),
        *_shown_as(
            no_copies_no_quote=reports(5, 0, proof=_POST),
            no_accounts_no_quote=reports(0, 0, proof=_POST),
            some_outlets=reports(5, 12, "Fjord Courier", "Kyst"),
            all_outlets=reports(2, 0, "Fjord Courier", "Kyst"),
        ),
    )


def _posts() -> tuple[Example, ...]:
    kinds = {
        f"{kind} {tone}".strip(): _claim(
            "post", _QUOTED, words={"platform": "web", "post_kind": kind, "tone": tone}
        )
        for kind, tone in (
            ("reporting", ""), ("opinion", "negative"), ("opinion", "neutral"), ("opinion", "positive"),
            ("opinion", "unclear"), ("question", ""), ("other", ""),
        )
    }  # fmt: skip
    ironic = {"platform": "x", "post_kind": "opinion", "tone": "positive", "possibly_ironic": "yes"}
    made = {**kinds, "ironic": _claim("post", _QUOTED, words=ironic), "withheld": _claim("post", words=ironic)}
    return tuple(Example(about=about, claims=(claim,)) for about, claim in made.items())


def _groups() -> tuple[Example, ...]:
    views = [
        Example(
            about=f"{' '.join(f'{name} {value}' for name, value in view.items()) or 'no side'}, n = {n}",
            claims=(_group(n, 9, quoted=False, **view),),
        )
        for view in _VIEWS
        for n in (1, 5)
    ]
    shares = {"share": 35, "low": 20, "high": 50}
    cheaper: dict[str, Any] = {"label": ("cheaper", "boat"), "tone": "positive"}
    return (
        *_by_count({n: _group(n, 2_000, tone="negative", label=("sheep", "milk")) for n in COUNTS[1:]}),
        *views,
        *_shown_as(
            the_only_one=_group(1, 1, stance="oppose"),
            all=_group(5, 5, stance="oppose", label=("sheep", "milk")),
            one_with_a_role=_group(1, 9, tone="negative", roles=("analyst",)),
            some_with_roles=_group(5, 9, tone="negative", roles=("analyst", "politician")),
            share=_group(430, 1_234, stance="support", roles=("journalist",), numbers=shares),
            small_share=_group(2, 124, stance="oppose", numbers={"share": 0, "low": 0, "high": 55}),
            ironic=_group(5, 9, possibly_ironic="yes", **cheaper),
            the_next=(_group(7, 14, tone="negative"), _group(4, 14, group="q", **cheaper)),
            in_several=(_group(9, 14, tone="negative"), _group(7, 14, group="q", **cheaper)),
        ),
        Example(about="one on the other side", claims=_two_sides(1), shown=1),
        Example(
            about="some on the other side",
            claims=_two_sides(5, roles=("analyst", "politician"), possibly_ironic="yes"),
            shown=1,
        ),
    )


def _two_sides(voices: int, *, flip: int = 0, **words: Any) -> tuple[Claim, ...]:
    """Return a group against, one in favour, and that this one is the minority."""
    favour = _group(voices, 14, stance="support", label=("cheaper", "boat"), **words)
    last = _minority(voices, 14, **({"flip": flip} if flip else {}))
    return _group(7, 14, stance="oppose", group="q"), favour, last


def _floods() -> tuple[Example, ...]:
    return _shown_as(
        near_identical=_flood("near-identical", new=True, posts=300, left_out=299, accounts=280, minutes=40),
        without_time=_flood("near-identical", posts=2, left_out=1, accounts=1),
        campaigns=_flood("near-identical", new=True, floods=3, posts=95, left_out=92, accounts=40),
        one_account=_flood("one account", posts=40, left_out=39, accounts=1, minutes=1),
        several_accounts=_flood("one account", floods=2, posts=1_300, left_out=1_234, accounts=2),
    )


def _changes() -> tuple[Example, ...]:
    return tuple(
        Example(
            about=f"{tone} {way}, of {of}",
            claims=(
                _claim("change", words={"tone": tone, "direction": way}, now=1, of=of, before=2, of_before=1_234),
            ),
        )
        for tone in ("negative", "positive")
        for way in ("more", "fewer")
        for of in (1, 25)
    )


def _gaps() -> tuple[Example, ...]:
    later = replace(_GAP, since=_BEGIN + timedelta(hours=20), until=_BEGIN + timedelta(hours=24))
    return _shown_as(
        one=_gap(_GAP),
        two=_gap(_GAP, later),
        without_reason=_gap(replace(_GAP, reason="")),
        never_read=_gap(replace(_GAP, source="all", reason=NEVER_READ)),
        sampled=_gap(replace(_GAP, source="x", read=31, of_about=1_234), read=31, of_about=1_234),
    )


EXAMPLES: dict[ClaimKind, tuple[Example, ...]] = {
    "volume": _volumes(),
    "reporting": _reports(),
    "post": _posts(),
    "group": _groups(),
    "split": _shown_as(
        split=_claim("split", words={"by": "tone"}, support=10, oppose=11, of=1_234),
        by_stance=_claim("split", words={"by": "stance"}, support=10, oppose=11, of=1_234),
        one_would_turn_it=_claim("split", words={"by": "stance"}, support=5, oppose=5, of=10, flip=1),
        some_would_turn_it=_claim("split", words={"by": "tone"}, support=10, oppose=11, of=23, flip=2),
    ),
    "minority": _shown_as(
        first=_minority(4, 14),
        after_another_group=(_group(7, 14, tone="negative", group="q"), _minority(1_234, 3_000)),
        told_before=(_group(4, 14, stance="support"), _minority(4, 14)),
        told_before_and_few_would_turn_it=(_group(4, 14, stance="support"), _minority(4, 14, flip=2)),
        told_as_the_other_side_and_one_would_turn_it=_two_sides(4, flip=1),
        told_as_the_other_side_and_some_would_turn_it=_two_sides(4, flip=2),
    ),
    "no_minority": _shown_as(
        against=_claim("no_minority", words={"stance": "oppose", "by": "tone"}, leading=12, of=14),
        in_favour=_claim("no_minority", words={"stance": "support", "by": "tone"}, leading=1, of=1_234),
        by_stance=_claim("no_minority", words={"stance": "oppose", "by": "stance"}, leading=1, of=1_234),
        many_by_stance=_claim("no_minority", words={"stance": "support", "by": "stance"}, leading=12, of=14),
        some_would_turn_it=_claim(
            "no_minority", words={"stance": "oppose", "by": "tone"}, leading=9, of=14, flip=2
        ),
    ),
    "loud_minority": _shown_as(
        against=_loud("oppose", "support"),
        in_favour=_loud("support", "oppose", posts=1_234),
        critical=_loud("oppose", "support", "tone"),
        positive=_loud("support", "oppose", "stance and tone"),
        neither_leads=_loud("oppose", "none", voices=5, other_voices=5),
        neither_leads_by_tone=_loud("support", "none", "tone", voices=5, other_voices=6),
    ),
    "change": _changes(),
    "no_change": _by_count({n: _claim("no_change", now=n, before=n) for n in COUNTS}),
    "copies": (
        *_by_count({n: _claim("copies", originals=n, copies=n, top=n) for n in COUNTS[1:]}),
        *_shown_as(
            same_words=_claim("copies", originals=0, copies=6, top=0, same_words=6),
            both=_claim("copies", originals=1, copies=50, top=49, same_words=1),
        ),
    ),
    "flood": _floods(),
    "loud_account": _shown_as(
        cut=_claim("loud_account", posts=12, of=31, left_out=11),
        not_cut=_claim("loud_account", posts=5, of=1_234, left_out=0),
    ),
    "not_scored": _by_count(
        {n: _claim("not_scored", words={"languages": ("ko", "und")}, posts=n, voices=n) for n in COUNTS[1:]}
    ),
    "unclear": _by_count({n: _claim("unclear", voices=n, of=2_000) for n in COUNTS[1:]}),
    "languages": _shown_as(languages=_claim("languages", ko=1_234, en=7, und=1)),
    "withheld": _by_count(
        {n: _claim("withheld", words={"reasons": ("phone", "slur")}, posts=n) for n in COUNTS[1:]}
    ),
    "deleted": _by_count(
        {n: _claim("deleted", TombstoneCitation(story=_STORY.id, count=n), posts=n) for n in COUNTS[1:]}
    ),
    "elsewhere": _by_count({n: _claim("elsewhere", posts=n) for n in COUNTS[1:]}),
    "gap": _gaps(),
}


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in languages():  # noqa: PLR2004 -- the program and one language
        sys.exit(f"usage: python -m reports.phrases.review LANGUAGE; there are: {', '.join(languages())}")
    sys.stdout.write(review(sys.argv[1]))
