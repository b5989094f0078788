"""How a claim carries its proof: posts cited by their place or by a quote, never one whose text is withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .model import Claim, PostCitation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from .model import Citation, ClaimKind, NumberValue, PostId, Understood, WordValue

MOST_CITED = 3


def cite(row: Understood, quote: str | None = None) -> PostCitation:
    """Return the citation of `row`, with a verbatim `quote` or none."""
    return PostCitation(post=row.post.id, url=row.post.url, quote=quote, language=row.finding.language)


def places(
    rows: Sequence[Understood], withheld: Collection[PostId], most: int = MOST_CITED
) -> tuple[PostCitation, ...]:
    """Cite the first `most` of `rows` without a quote; withheld ones only where there is no other."""
    shown = [row for row in rows if row.post.id not in withheld]
    return tuple(cite(row) for row in (shown or rows)[:most])


def claim(
    kind: ClaimKind,
    citations: Sequence[Citation],
    words: Mapping[str, WordValue] | None = None,
    **numbers: NumberValue,
) -> Claim:
    """Return a claim; its numbers and words keep the order in which they are given."""
    return Claim(
        kind=kind,
        numbers=tuple(numbers.items()),
        words=tuple((words or {}).items()),
        citations=tuple(citations),
    )
