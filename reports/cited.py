"""What people wrote, as a report shows it: the groups with a line of each, and the cited posts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.model import CitedPost, PostCitation

if TYPE_CHECKING:
    from monitor.model import Group, PostId

    from .page import Page

MAX_SHOWN = 1_500
"""Characters of a post; the rest stands behind its link."""
_MAX_MOST_CITED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One group. words: its label, strangers' words in `language`. cite: the [n] of its quote, or None."""

    id: str
    words: tuple[str, ...]
    language: str
    voices: str
    view: str
    tone: str
    roles: str
    quote: str | None
    quote_language: str
    cite: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A cited post as it is shown: before + quote + after, cut where it is very long."""

    cited: CitedPost
    before: str
    quote: str
    after: str
    cut: bool
    when: str
    platform: str
    times: int


def cards(page: Page) -> tuple[Card, ...]:
    """Return the groups, largest first."""
    numbers = {post.post: post.number for post in page.report.cited}
    return tuple(_card(page, group, numbers) for group in page.brief.groups)


def _card(page: Page, group: Group, numbers: dict[PostId, int]) -> Card:
    words = page.words
    view: str = group.stance if group.stance != "neither" else group.tone or "none"
    if view == "none" and any(
        claim.word("group") == group.id and claim.word("not_scored") for claim in page.brief.claims
    ):
        view = "not_scored"
    roles = [words.name("roles", role) for role in dict.fromkeys(name for name, _ in group.roles)]
    quoted = group.quote if group.quote and group.quote.quote else None
    of = words.number(page.brief.figures.opinion_voices)
    return Card(
        id=group.id,
        words=group.label,
        language=group.language or "und",
        voices=words.say("page.group_voices", voices=words.number(group.voices), of=of),
        view=words.name("badges", view),
        tone={"support": "positive", "oppose": "negative", "none": "unclear", "not_scored": "unclear"}.get(
            view, view
        ),
        roles=words.say("page.group_roles", names=words.names(roles)) if roles else "",
        quote=quoted.quote if quoted else None,
        quote_language=(quoted.language if quoted else None) or "und",
        cite=numbers.get(quoted.post) if quoted else None,
    )


def shown(page: Page) -> tuple[Shown, ...]:
    """Return the cited posts in order of their numbers, the quoted part of each apart."""
    quotes: dict[PostId, str] = {}
    times: Counter[PostId] = Counter()
    for claim in page.brief.claims:
        for post in {citation.post for citation in claim.citations if isinstance(citation, PostCitation)}:
            times[post] += 1
        for citation in claim.citations:
            if isinstance(citation, PostCitation) and citation.quote:
                quotes.setdefault(citation.post, citation.quote)
    return tuple(_shown(page, post, quotes.get(post.post, ""), times[post.post]) for post in page.report.cited)


def _shown(page: Page, post: CitedPost, quote: str, times: int) -> Shown:
    before, found, after = post.text.partition(quote) if quote else (post.text, "", "")
    room = max(0, MAX_SHOWN - len(found))
    cut = len(before) > room or len(after) > max(0, room - len(before))
    return Shown(
        cited=post,
        before=before[:room],
        quote=found,
        after=after[: max(0, room - len(before))],
        cut=cut,
        when=page.words.moment(post.created_at, page.zone),
        platform=page.words.name("platforms", post.platform),
        times=times,
    )


def most_cited(page: Page) -> tuple[Shown, ...]:
    """Return the posts that several claims cite, most cited first."""
    often = [post for post in shown(page) if post.times > 1]
    return tuple(sorted(often, key=lambda post: (-post.times, post.cited.number))[:_MAX_MOST_CITED])
