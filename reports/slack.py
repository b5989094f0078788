"""A report as one Slack message in Block Kit: aggregates and links, never the text of a post, never a handle.

Limits and escapes: docs.slack.dev, "Blocks" and "Formatting message text"; the total is the product's own.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from monitor.model import PostCitation

from .phrases import fill, phrases
from .sentences import compose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from monitor.model import Brief, Claim, Notice, PostId, Report

    from .phrases import Phrases
    from .sentences import Paragraph

MAX_CHARACTERS = 2_999  # of the message's JSON: the strictest reading of "under 3,000 in all"
_MAX_HEADER = 150  # Block Kit reference, "header"
# Ours, so that what is never dropped fits together.
_MAX_TITLE = 100
_MAX_SENTENCE = 400
_MAX_LABEL = 120
_MAX_NAME = 40
_MAX_URL = 300
_MAX_LINKS = 2  # of a bullet
_MAX_LANGUAGES = 5
_MAX_READ = 160  # of what is said of sources that were read in part; the pages have them all

# Slack knows no escape for its own marks, so a look-alike stands for each. An invisible joiner keeps "@channel"
# and "#general" readable while they wake nobody and link nothing.
_MARKS = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})
_WAKES = re.compile(r"([@#])(?=\w)")
_JOINER = "\u2060"
# Overrides and isolates of direction rearrange what stands beside them.
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_WITHOUT_QUOTE = frozenset({"split", "no_minority", "loud_minority", "change", "no_change"})
_SAFE_IN_URL = ":/?#[]@!$&'()*+,;=%-._~"


def render(report: Report) -> str:
    """Return {"text", "blocks"} as JSON of fewer than 3,000 characters; too long, its last bullets go first."""
    words = phrases(report.language)
    paragraph = compose(report.brief, report.story, language=report.language, time_zone=report.time_zone)
    links = {cited.post: _link(cited.number, cited.url) for cited in report.cited}
    bullets = [_bullet(claim, words, links) for claim in report.brief.claims if claim.kind in {"group", "post"}]
    # What may go when there is too much, in the order of going: bullets from the last, then these from the first.
    spare = ["left_out", "lines", "fields", "links"]
    while True:
        blocks = _blocks(report, words, paragraph, bullets, links if "links" in spare else {}, spare)
        made = json.dumps({"text": _summary(report, words, paragraph), "blocks": blocks}, ensure_ascii=False)
        if len(made) <= MAX_CHARACTERS or not (bullets or spare):
            return made
        (bullets or spare).pop(-1 if bullets else 0)


def render_notice(notice: Notice) -> str:
    """Return the same of a source that needs a person, or no longer does."""
    words, zone = phrases(notice.language), notice.time_zone

    table = "notice_deletions" if notice.deletions else "notice"

    def said(key: str, of: str = table, **escaped: str) -> str:
        return "".join(part.text for part in fill(_mrkdwn(words.pattern(f"{of}.{key}")), escaped))

    source = _cut(words.name("platforms", notice.source), _MAX_NAME, _mrkdwn)
    since, read_at = (_mrkdwn(words.moment(at, zone)) for at in (notice.since, notice.read_at))
    status, times = "`monitor status`", said("times", "notice", zone=_mrkdwn(zone))
    if notice.problem is None:
        header = said("over", source=source)
        first = said("was_failing", since=since, moment=read_at, status=status)
        more, last = [], times
    else:
        header = said("failing", source=source)
        quoted = "{open_quote}{0}{close_quote}".format(
            _cut(notice.problem, _MAX_SENTENCE, _mrkdwn), **words.table["language"]
        )
        first = said("why", since=since, problem=quoted)
        unknown = said("unknown" if notice.read_at else "never_read", moment=read_at)
        act = said("act", "notice", check="`monitor check --online`")
        more = [unknown, f"*{_mrkdwn(words.pattern('page.action'))}:* {act}"]
        last = f"{said('once', 'notice', status=status)} · {times}"
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": header, "emoji": False}},
        *(_section(text) for text in (first, *more)),
        {"type": "context", "elements": [_text(last)]},
    ]
    return json.dumps({"text": f"{header} · {first}", "blocks": blocks}, ensure_ascii=False)


def _blocks(
    report: Report,
    words: Phrases,
    paragraph: Paragraph,
    bullets: list[str],
    links: Mapping[PostId, str],
    kept: list[str],
) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _header(report, words), "emoji": False}},
        _section(_volume(report, words, paragraph, links)),
    ]
    if bullets:
        blocks.append(_section("\n".join([f"*{words.pattern('page.they_say')}*", *bullets])))
    lines = " ".join(said.text for said in paragraph.sentences if said.claim.kind in _WITHOUT_QUOTE)
    if lines and "lines" in kept:
        blocks.append(_section(_cut(lines, _MAX_SENTENCE, _mrkdwn)))
    if paragraph.left_out and "left_out" in kept:
        blocks.append(_section(_cut(paragraph.left_out_text, _MAX_SENTENCE, _mrkdwn)))
    if report.brief.posts and "fields" in kept:
        blocks.append({"type": "section", "fields": [_text(field) for field in _fields(report, words)]})
    if report.brief.qualifier != "not measured":  # where nothing is known, nobody knows that there is nothing to do
        blocks.append(_section(f"*{words.pattern('page.action')}:* {words.pattern('page.action_none')}"))
    blocks.append({"type": "context", "elements": [_text(_context(report, words))]})
    return blocks


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _text(text)}


def _text(text: str) -> dict[str, Any]:
    # verbatim: no address, channel or name that a stranger wrote becomes a link.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _header(report: Report, words: Phrases) -> str:
    window = _escaped(_times(report.brief.window.since, report.brief.window.until, words, report.time_zone))
    begin = f"{_escaped(words.pattern('page.heading'))} · "
    room = min(_MAX_TITLE, _MAX_HEADER - len(begin) - len(window) - len(" · "))
    return f"{begin}{_cut(report.story.title, room, _escaped)} · {window}"


def _times(since: datetime | None, until: datetime | None, words: Phrases, zone: str) -> str:
    """Return the clock times within one local day, else the days, with their years where those differ."""
    if since is None or until is None:
        return words.window(since, until, zone)
    first, last = since.astimezone(ZoneInfo(zone)), until.astimezone(ZoneInfo(zone))
    if first.date() == last.date():
        return f"{words.clock(since, zone)}–{words.clock(until, zone)}"
    day = words.short_day if first.year == last.year else words.day
    return f"{day(since, zone)}–{day(until, zone)}"


def _volume(report: Report, words: Phrases, paragraph: Paragraph, links: Mapping[PostId, str]) -> str:
    first = next((said for said in paragraph.sentences if said.claim.kind == "volume"), None)
    qualifier = _mrkdwn(words.name("qualifiers", report.brief.qualifier))
    text = _cut(first.text, _MAX_SENTENCE, _mrkdwn) if first else f"{qualifier}."
    if text.startswith(qualifier):
        text = f"*{qualifier}*{text.removeprefix(qualifier)}"
    lines = [text + (_linked(first.claim, links, most=_MAX_LINKS) if first else "")]
    tones = report.brief.figures.opinions
    counted = {tone: getattr(tones, tone) for tone in ("negative", "neutral", "positive", "unclear")}
    if any(counted.values()):
        said = [f"{words.name('tones', tone)} {words.number(n)}" for tone, n in counted.items() if n]
        lines.append(_mrkdwn(" · ".join(said)))
    return "\n".join(lines)


def _bullet(claim: Claim, words: Phrases, links: Mapping[PostId, str]) -> str:
    tone, stance = str(claim.word("tone") or ""), str(claim.word("stance") or "")
    views = [words.name("tones", tone)] if tone else []
    if claim.word("not_scored"):
        views = [words.name("tones", "not_scored")]
    if stance in {"support", "oppose"}:
        views = [words.name("stances", stance)]
    if claim.kind == "post":
        platform = words.name("platforms", str(claim.word("platform") or ""))
        about = [words.name("kinds", str(claim.word("post_kind") or "other")), *views]
    else:
        platform = ", ".join(_words(claim, "label"))
        about = [words.count("person", claim.number("voices")), *views]
    if claim.word("possibly_ironic"):
        about[-1] += words.pattern("group.ironic")
    named = f"{_cut(platform, _MAX_LABEL, _mrkdwn)}: " if platform.strip() else ""
    return f"• {named}{_mrkdwn(' · '.join(about))}{_linked(claim, links, most=_MAX_LINKS)}"


def _fields(report: Report, words: Phrases) -> list[str]:
    figures = report.brief.figures
    opinions = words.say(
        "page.opinions_of", n=words.number(figures.opinion_posts), of=words.number(report.brief.posts)
    )
    languages = sorted(figures.languages, key=lambda pair: (-pair[1], pair[0]))[:_MAX_LANGUAGES]
    named = ", ".join(f"{code[:_MAX_NAME]} {words.number(n)}" for code, n in languages)
    people, change = words.number(figures.people), _change(report.brief, words)
    shown = {
        "people": words.say("changes.with_note", value=people, note=change) if change else people,
        "opinions": opinions,
        "top_author": _top_author(report.brief, words),
        "languages": named,
    }
    return [f"*{words.pattern(f'page.{key}')}* {_mrkdwn(value)}" for key, value in shown.items() if value]


def _change(brief: Brief, words: Phrases) -> str:
    """Say what moved since the last report, "" where there is nothing to compare with."""
    for claim in brief.claims:
        if claim.kind == "no_change":
            return words.pattern("page.no_clear_change")
        if claim.kind == "change":
            return words.pattern(f"page.change_{claim.word('tone')}_{claim.word('direction')}").lower()
    return ""


def _top_author(brief: Brief, words: Phrases) -> str:
    """Say how many posts the account wrote that wrote most, those that only report left out, "" where not known.

    A loud account wrote more than any that is not (monitor/leftovers.py); its posts are told beside all, floods
    included. Without one it is known only where nobody wrote twice.
    """
    loud = [(claim.number("posts"), claim.number("of")) for claim in brief.claims if claim.kind == "loud_account"]
    if loud:
        most, of = max(loud)
        return words.say("page.opinions_of", n=words.number(most), of=words.number(of))
    figures, left = brief.figures, brief.left_out
    each_once = figures.people == figures.posts > figures.reporting_posts
    return words.count("post", 1) if each_once and not (left.flood or left.loud_account) else ""


def _read(brief: Brief, words: Phrases) -> list[str]:
    """Say of each source that was read in part how much of it was, the least read first."""
    parts: dict[str, tuple[int, int]] = {}
    for claim in brief.claims:
        numbers = dict(claim.numbers)
        if claim.kind == "gap" and "of_about" in numbers:
            source = str(claim.word("source") or "")
            read, about = parts.get(source, (0, 0))
            parts[source] = read + int(numbers["read"]), about + int(numbers["of_about"])
    said: list[str] = []
    for source, (read, about) in sorted(parts.items(), key=lambda part: (part[1][0] / max(part[1][1], 1), part[0])):
        name, counts = words.name("platforms", source), {"read": words.number(read), "of": words.number(about)}
        more = [*said, words.say("page.read_in_part", source=name[:_MAX_NAME], **counts)]
        said = more if len(_mrkdwn(" · ".join(more))) <= _MAX_READ else said
    return said


def _context(report: Report, words: Phrases) -> str:
    who, _, name = report.brief.written_by.partition(" ")
    writer = words.say(f"writers.{who if who in {'rules', 'model'} else 'person'}", name=name[:_MAX_NAME])
    as_of = words.say(
        "page.as_of", moment=words.moment(report.brief.as_of, report.time_zone), zone=report.time_zone
    )
    cost = sum(health.cost.microdollars for health in report.sources)
    spent = [words.say("page.spent", value=words.money(cost))] if cost else []
    said = [writer, *_read(report.brief, words), as_of, *spent, words.pattern("page.not_a_survey")]
    return _mrkdwn(" · ".join(said))


def _summary(report: Report, words: Phrases, paragraph: Paragraph) -> str:
    """Return what a notification and a screen reader are given."""
    title = _cut(report.story.title, _MAX_TITLE, _mrkdwn)
    first = next((said.text for said in paragraph.sentences if said.claim.kind == "volume"), "")
    said = first or words.name("qualifiers", report.brief.qualifier)
    return f"{_mrkdwn(words.pattern('page.heading'))} · {title}: {_cut(said, _MAX_SENTENCE, _mrkdwn)}"


def _words(claim: Claim, name: str) -> tuple[str, ...]:
    value = claim.word(name) or ()
    return (value,) if isinstance(value, str) else value


def _linked(claim: Claim, links: Mapping[PostId, str], *, most: int) -> str:
    posts = dict.fromkeys(cited.post for cited in claim.citations if isinstance(cited, PostCitation))
    return "".join(f" {links[post]}" for post in [post for post in posts if post in links][:most])


def _link(number: int, url: str | None) -> str:
    """Return [n], as a link where `url` is a web address that Slack can take."""
    try:
        parts = urlsplit(url or "")
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.netloc.isascii()
    except ValueError:
        is_web = False
    if not is_web:
        return f"[{number}]"
    address = quote(url or "", safe=_SAFE_IN_URL, errors="replace")  # "<", ">", "|" and spaces among others
    return f"<{address.replace('&', '&amp;')}|[{number}]>" if len(address) <= _MAX_URL else f"[{number}]"


# --- Strangers' words ----------------------------------------------------------------------------


def _clean(text: str) -> str:
    """Return `text` on one line, without control and direction characters."""
    seen = "".join(" " if char.isspace() else char for char in text if char not in _DIRECTION)
    return " ".join("".join(c for c in seen if unicodedata.category(c) not in {"Cc", "Cs"}).split())


def _escaped(text: str) -> str:
    """Return `text` for Slack: it shows as it is, and wakes, links and commands nothing."""
    calm = _WAKES.sub(rf"\1{_JOINER}", _clean(text))
    return calm.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _mrkdwn(text: str) -> str:
    """Return `text` escaped where marks have a meaning."""
    return _escaped(text.translate(_MARKS))


def _cut(text: str, room: int, escape: Callable[[str], str]) -> str:
    """Return `text` escaped in at most `room` characters, ended by "…" after a whole word where it is cut.

    Only a first word that is too long by itself is cut within, never between a letter and its marks.
    """
    clean = _clean(text)
    if len(escape(clean)) <= room:
        return escape(clean)
    kept = clean[:room].split(" ")[:-1] or [clean[:room]]
    while len(kept) > 1 and len(escape(" ".join(kept))) >= room:
        kept.pop()
    first = " ".join(kept)
    while len(escape(first)) >= room:
        first = first[:-1]
    while first and len(kept) == 1 and _joins(clean[len(first) : len(first) + 1]):
        first = first[:-1]
    return escape(first) + "…"


def _joins(char: str) -> bool:
    return bool(char) and (unicodedata.category(char) in {"Mn", "Me", "Mc", "Cf"} or char == "\ufe0f")
