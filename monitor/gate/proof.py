"""What every recount of the gate gives back, and which posts may prove a claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.model import PostCitation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.model import Claim, PostId, Understood

    from .recount import Recount

MOST_CITED = 3


class Refused(Exception):
    """Why a claim does not hold, in one plain sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The numbers and words that the rows give; a claim has exactly these."""

    numbers: Mapping[str, object] = field(default_factory=dict)
    words: Mapping[str, object] = field(default_factory=dict)


def proved_by(claim: Claim, rows: Iterable[Understood], known: Recount, *, least: int = MOST_CITED) -> list[PostId]:
    """Return the posts that `claim` cites; refuses any but `rows`, or fewer than `least` where there are so many.

    A post whose text is withheld proves only where no other does.
    """
    every = {row.post.id for row in rows}
    shown = every - known.withheld.keys() or every
    cited = [citation.post for citation in claim.citations if isinstance(citation, PostCitation)]
    if len(cited) < len(claim.citations):
        raise Refused("it must be proved by posts alone")
    for post in cited:
        if post not in shown:
            raise Refused(f"post {post} does not prove it")
    if len(set(cited)) < min(least, len(shown)):
        raise Refused("it cites too few posts")
    return cited


def cited_ids(claim: Claim) -> set[PostId]:
    """Return the posts that `claim` cites."""
    return {citation.post for citation in claim.citations if isinstance(citation, PostCitation)}
