"""The accuracy card of a report: who read its posts, how well they were measured to, and what people found."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from monitor.figures import read_by
from monitor.intervals import share_error
from monitor.model import Accuracy, Reader
from monitor.scoring.measured import measured
from monitor.spotcheck import check, units

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.model import Label, StoryId, Tone, Understood

_TONES: tuple[Tone, ...] = ("negative", "neutral", "positive")


def accuracy_of(story: StoryId, rows: Iterable[Understood], labels: Sequence[Label]) -> Accuracy | None:
    """Return the card of a story's `rows`; None where none of them is an opinion that counts."""
    opinions = [
        row for row in rows if row.is_opinion and row.finding.link is not None and row.finding.link.story == story
    ]
    if not opinions:
        return None
    readers = Counter(
        (row.finding.sentiment.scorer, row.finding.language)
        for row in opinions
        if row.finding.sentiment is not None
    )
    scorers = read_by(opinions)
    found = check(units(opinions), labels) if labels else None
    return Accuracy(
        readers=tuple(
            Reader(scorer=scorer, language=language, posts=posts, measured=measured(scorer, language))
            for (scorer, language), posts in sorted(readers.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
        errors=tuple((tone, share_error(tone, scorers)) for tone in _TONES),
        spot_check=found if found is not None and found.labels else None,
    )
