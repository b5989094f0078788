"""A report as Markdown: CommonMark 0.31 with the tables of GitHub Flavored Markdown.

Strangers' text stands on one line, every character that could mean something escaped, so that it forms no link,
image, heading, list, table or HTML of its own; the bare addresses that GFM would link are broken the same way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from . import changes, cited, figures, page, related
from .isolation import host_of, isolated, visible, web_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.model import Report

    from .cited import Shown
    from .figures import Table
    from .page import Page
    from .phrases import Parts, Phrases
    from .sentences import Sentence

# Always; at the front, where it could begin a list, a rule or an underline; where it could be part of an address.
_SPECIAL = re.compile(
    r"[\\`*_{}\[\]<>#|~&^$]"
    r"|^[-+=]"
    r"|\.(?=[^\W\d])|:(?=[^\W\d]|[/\\:@])|@(?=\S)|/(?=/)"
)
_NUMBERED = re.compile(r"^(\d+)([.)])")
_IN_MAIL = re.compile(r"(?<=\S)\\@(?=\S)")
_JOINER = "\u2060"  # GFM links a mail address even where its @ is escaped; this breaks it and shows as nothing
_SAFE_IN_URL = ":/?#[]@!$&'()*+,;=%-._~"


def render(report: Report) -> str:
    """Return the document; the same report, the same bytes."""
    made = page.page_of(report)
    blocks = [
        *_head(made),
        *_said(made),
        *_figures(made),
        *([] if made.is_empty else _counted(made)),
        *_proof(made),
        *_related(made),
        *_changes(made),
        *_gaps(made),
        *_method(made),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def escaped(text: str) -> str:
    """Return strangers' text on one line, so that it shows as it is and means nothing."""
    line = isolated(" ".join(visible(text).split()))
    marked = _SPECIAL.sub(lambda found: "\\" + found.group(), line)
    return _IN_MAIL.sub(rf"\\@{_JOINER}", _NUMBERED.sub(r"\1\\\2", marked))


def link(url: str | None, text: str, missing: str) -> str:
    """Return a link with its host for all to see, or the address as text where it may not become one."""
    address = web_address(url)
    if address is None:
        return escaped(url) if url else missing
    target = quote(address, safe=_SAFE_IN_URL, errors="replace").replace("&", "&amp;")
    return f"[{text}](<{target}>) ({escaped(host_of(address))})"


def _head(made: Page) -> list[str]:
    story, words = made.report.story, made.words
    blocks = [f"# {escaped(story.title) or words.pattern('page.heading')}"]
    if page.published(made):
        blocks.append(f"*{escaped(page.published(made))}*")
    blocks.append(escaped(story.lead))
    if story.url:
        blocks.append(link(story.url, words.pattern("page.story_link"), ""))
    if story.image:
        label = f"**{words.pattern('page.ai_image')}** " if story.image.ai_generated else ""
        seen = link(story.image.url, words.pattern("page.image_link"), "")
        blocks.append(f"{label}{escaped(story.image.caption or '')} {seen}".strip())
    return blocks


def _said(made: Page) -> list[str]:
    words, paragraph = made.words, made.paragraph
    said = " ".join(_sentence(sentence, made) for sentence in paragraph.sentences)
    left_out = paragraph.line([_sentence(part, made) for part in paragraph.left_out])
    byline = [escaped(page.as_of(made)), escaped(page.writer(made)), words.pattern("page.not_a_survey")]
    return [
        f"## {words.pattern('page.heading')}",
        said or words.pattern("page.nothing"),
        left_out,
        f"*{' · '.join(byline)}*",
    ]


def _sentence(sentence: Sentence, made: Page) -> str:
    cites = [f"[\\[{n}\\]](#c{n})" for n in sentence.cites]
    cites += [f"[\\[p{n}\\]](#p{n})" for n in made.marks_of(sentence.claim)]
    return f"{_parts(sentence.parts, made.words)}{' ' if cites else ''}{''.join(cites)}"


def _parts(parts: Parts, words: Phrases) -> str:
    made = []
    for part in parts:
        if part.quote:
            marks = words.pattern("language.open_quote"), words.pattern("language.close_quote")
            made.append(escaped(f"{marks[0]}{part.text}{marks[1]}"))
        else:
            # A space at the edge of a phrase holds it apart from the next part.
            bare = part.text.strip()
            front = part.text[: len(part.text) - len(part.text.lstrip())]
            made.append(f"{front}{escaped(bare)}{part.text[len(front) + len(bare) :]}")
    return "".join(made)


def _figures(made: Page) -> list[str]:
    words = made.words
    rows = [f"- {tile.name}: **{escaped(tile.value)}** ({escaped(tile.note)})" for tile in figures.tiles(made)]
    return [f"## {words.pattern('page.figures')}", "\n".join(rows)]


def _counted(made: Page) -> list[str]:
    words = made.words
    blocks: list[str] = []
    if made.report.timeline:
        heading = f"## {words.pattern('page.timeline')}"
        blocks += [heading, figures.timeline_text(made), *_table(figures.timeline_table(made))]
        blocks.append(figures.timeline_note(made))
    blocks.append(f"## {words.pattern('page.groups')}")
    blocks += [_card(card, words) for card in cited.cards(made)] or [words.pattern("page.groups_none")]
    blocks += [f"## {words.pattern('page.compare')}", figures.agreement(made)[1], *_table(_tones(made))]
    blocks.append(f"## {words.pattern('page.who')}")
    for table in figures.tables(made):
        blocks += _table(table)
    if most := cited.most_cited(made):
        blocks += [f"## {words.pattern('page.most_cited')}", "\n".join(_often(post, words) for post in most)]
    return blocks


def _card(card: cited.Card, words: Phrases) -> str:
    label = " · ".join(escaped(word) for word in card.words) or card.view
    lines = [f"### {label}", f"{card.view}, {card.voices}"]
    if card.quote:
        marks = words.pattern("language.open_quote"), words.pattern("language.close_quote")
        cite = f" [\\[{card.cite}\\]](#c{card.cite})" if card.cite else ""
        lines.append(f"> {escaped(f'{marks[0]}{card.quote}{marks[1]}')}{cite}")
    else:
        lines.append(words.pattern("page.group_no_quote"))
    return "\n\n".join([*lines, card.roles] if card.roles else lines)


def _tones(made: Page) -> Table:
    words, rows = made.words, figures.tone_rows(made)
    names = [words.name("tones", tone) for tone, _ in rows[0].counts]
    return figures.Table(
        title=words.pattern("page.compare_intro"),
        head=(words.pattern("page.way"), *names, words.pattern("page.total")),
        rows=tuple(
            (row.name, *(words.number(count) for _, count in row.counts), words.number(row.total)) for row in rows
        ),
    )


def _often(post: Shown, words: Phrases) -> str:
    n = post.cited.number
    times = words.say("page.most_cited_times", times=words.count("time", post.times))
    where = link(post.cited.url, words.pattern("page.open_post"), words.pattern("page.no_link"))
    return f"- [\\[{n}\\]](#c{n}) {escaped(post.platform)}, {escaped(post.when)}, {times}: {where}"


def _proof(made: Page) -> list[str]:
    words = made.words
    blocks: list[str] = []
    if made.report.cited or made.proofs:
        blocks.append(f"## {words.pattern('page.cited')}")
    blocks += [_cited(post, words) for post in cited.shown(made)]
    if made.proofs:
        proofs = [f'- <a id="p{n}"></a>\\[p{n}\\] {escaped(text)}' for n, text in enumerate(made.proofs, 1)]
        blocks += [f"### {words.pattern('page.proof_reads')}", "\n".join(proofs)]
    return blocks


def _related(made: Page) -> list[str]:
    words = made.words
    found = [_kin(card, words) for card in related.cards(made)]
    return [f"## {words.pattern('page.related')}", *found] if found else []


def _kin(card: related.Card, words: Phrases) -> str:
    title, folder = escaped(card.title), card.story.folder
    name = f"[{title}](<../{folder}/report.md>)" if folder else title
    return f"### {name}\n\n{escaped(card.story.line)}\n\n{_parts(card.note, words)}"


def _changes(made: Page) -> list[str]:
    words, changed = made.words, made.report.changes
    if changed is None:
        return []
    intro = words.say("changes.intro", moment=words.moment(changed.before.as_of, made.zone))
    said = [f"- {_parts(line, words)}" for line in changes.lines(changed, words, made.zone)]
    said = said or [f"- {words.pattern('changes.none')}"]
    return [f"## {words.pattern('page.changes')}", escaped(intro), "\n".join(said)]


def _gaps(made: Page) -> list[str]:
    words = made.words
    gaps = [f"- {escaped(text)}" for text in page.gaps(made)]
    return [f"## {words.pattern('page.gaps')}", "\n".join(gaps) or words.pattern("page.gaps_none")]


def _cited(post: Shown, words: Phrases) -> str:
    cited = post.cited
    author = escaped(cited.author) if cited.author else words.pattern("page.unknown_author")
    where = link(cited.url, words.pattern("page.open_post"), words.pattern("page.no_link"))
    head = f'<a id="c{cited.number}"></a>**\\[{cited.number}\\]** {escaped(post.platform)} · {author} · {post.when}'
    if cited.withheld:
        return f"{head} · {where}\n\n{words.pattern('page.withheld')}"
    text = escaped(post.before + post.quote + post.after)
    cut = f" ({words.pattern('page.cut')})" if post.cut else ""
    return f"{head} · {where}\n\n> {text}{cut}"


def _method(made: Page) -> list[str]:
    words, report = made.words, made.report
    claims = [f"{n}. {_sentence(sentence, made)}" for n, sentence in enumerate(made.paragraph.everything, 1)]
    blocks = [f"## {words.pattern('page.method')}", *map(escaped, page.method(made))]
    if claims:
        blocks += [f"### {words.pattern('page.claims')}", words.pattern("page.claims_intro"), "\n".join(claims)]
    if report.accuracy:
        blocks.append(f"### {words.pattern('page.accuracy')}")
        blocks += map(escaped, figures.accuracy_texts(made))
        blocks += _table(figures.readers_table(made)) if report.accuracy.readers else []
    blocks += [
        f"### {words.pattern('page.verify')}",
        words.pattern("page.verify_text"),
        "    monitor verify report.json",
        f"### {words.pattern('page.removal')}",
        words.pattern("page.removal_text"),
    ]
    if report.sources:
        blocks += [*_table(figures.sources_table(made)), words.pattern("page.sources_note")]
    blocks += _table(figures.versions(made))
    blocks.append(words.say("page.inputs", posts=words.count("post", len(made.brief.inputs))))
    if report.notes:
        notes = "\n".join(f"- {escaped(note)}" for note in report.notes)
        blocks += [f"### {words.pattern('page.notes')}", notes]
    return blocks


def _table(table: Table) -> list[str]:
    lines = [_row(table.head), _row(["---", *["---:"] * (len(table.head) - 1)], ready=True)]
    return [f"**{escaped(table.title)}**", "\n".join([*lines, *(_row(row) for row in table.rows)])]


def _row(cells: Sequence[str] | Iterable[str], *, ready: bool = False) -> str:
    return f"| {' | '.join(cell if ready else escaped(cell) for cell in cells)} |"
