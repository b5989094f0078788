"""The paragraph as plain lines, for a terminal: what people say, what was left out, and where each [n] stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model import PostCitation

from .sentences import compose, numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.model import Brief, Story

    from .sentences import Sentence


def paragraph(brief: Brief, story: Story, *, language: str, time_zone: str) -> list[str]:
    """Return the paragraph with its [n], and the line of what was left out where there is one."""
    said = compose(brief, story, language=language, time_zone=time_zone, numbers=numbered(brief))
    lines = " ".join(_cited(said.sentences)), said.line(_cited(said.left_out))
    return [line for line in lines if line]


def places(brief: Brief) -> Iterator[str]:
    """Yield "[n] address" for each cited post, its id where it has no address."""
    addresses = {
        cited.post: cited.url
        for claim in brief.claims
        for cited in claim.citations
        if isinstance(cited, PostCitation)
    }
    for post, number in numbered(brief).items():
        yield f"[{number}] {addresses[post] or post}"


def _cited(sentences: Sequence[Sentence]) -> list[str]:
    return [f"{sentence.text}{''.join(f' [{n}]' for n in sentence.cites)}" for sentence in sentences]
