"""The related stories of a report: why each is one, who wrote the line about it, and as of when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.model import Related

from .page import written
from .phrases import Part, Parts

if TYPE_CHECKING:
    from .page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One related story. title: strangers' words; without one the story is called by its id."""

    story: Related
    title: str
    note: Parts


def cards(page: Page) -> tuple[Card, ...]:
    """Return the related stories, nearest first."""
    return tuple(
        Card(story=other, title=other.title.strip() or other.story, note=_note(page, other))
        for other in page.report.related
    )


def _note(page: Page, other: Related) -> Parts:
    words, language = page.words, page.report.story.language or "und"
    why: list[Part] = []
    if other.words:
        named = words.listed([Part(text=word, language=language) for word in other.words])
        why += [*words.parts("related.words", words=named), Part(text=" ")]
    counts = {"shared_post": other.posts, "shared_address": other.addresses, "shared_voice": other.voices}
    common = [words.count(thing, n) for thing, n in counts.items() if n]
    if common:
        why += [*words.parts("related.common", things=words.names(common)), Part(text=" ")]
    at = words.say("page.as_of", moment=words.moment(other.as_of, page.zone), zone=page.zone)
    return words.parts("related.note", why=tuple(why), writer=written(other.written_by, words), as_of=at)
