"""How many posts a story had, step by step, for the chart of a report: pure."""

from __future__ import annotations

import math
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from monitor.model import Point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Brief, Understood

MOST_POINTS = 96
"""Steps of a timeline: four days of hours, or a quarter of days, stay readable at the width of a page."""
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def timeline(brief: Brief, rows: Sequence[Understood], time_zone: str) -> tuple[Point, ...]:
    """Return the posts that count, in hours or local days, at most MOST_POINTS steps; tones are those of opinions.

    A step is unread where a gap touches it, or where it holds no post and nothing was read: unknown is not zero.
    """
    told = sorted(
        (row.post.created_at, row.post.id, row)
        for row in rows
        if row.counts and row.finding.link is not None and row.post.created_at is not None
    )
    since = brief.window.since or (told[0][0] if told else None)
    until = brief.window.until or brief.as_of
    if since is None or since >= until:
        return ()
    edges = _edges(since, until, ZoneInfo(time_zone))
    counts = [dict.fromkeys(("posts", "negative", "neutral", "positive"), 0) for _ in edges[1:]]
    for at, _, row in told:
        # A post at the very end of the window belongs to its last step.
        place = min(bisect_right(edges, at), len(counts)) - 1
        counts[place]["posts"] += 1
        sentiment = row.finding.sentiment
        if row.is_opinion and sentiment is not None and not sentiment.unclear:
            counts[place][sentiment.label] += 1
    return tuple(
        Point(since=begin, until=end, unread=_unread(brief, begin, end, found=count["posts"]), **count)
        for begin, end, count in zip(edges, edges[1:], counts, strict=False)
    )


def _edges(since: datetime, until: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return the borders of the steps, the first at or before `since`, the last at or after `until`."""
    begin = since.replace(minute=0, second=0, microsecond=0)
    hours = math.ceil((until - begin) / _HOUR)
    if hours <= MOST_POINTS:
        return [begin + _HOUR * hour for hour in range(hours + 1)]
    day, end = since.astimezone(zone).date(), until.astimezone(zone)
    days = (end.date() - day).days + (end.time() != end.time().min)
    step = math.ceil(days / MOST_POINTS)
    midnights = (day + _DAY * place * step for place in range(math.ceil(days / step) + 1))
    return [datetime(at.year, at.month, at.day, tzinfo=zone).astimezone(UTC) for at in midnights]


def _unread(brief: Brief, begin: datetime, end: datetime, *, found: int) -> bool:
    def touches(since: datetime | None, until: datetime | None) -> bool:
        return (since is None or since < end) and (until is None or until > begin)

    if any(touches(gap.since, gap.until) for gap in brief.gaps):
        return True
    return not found and not any(touches(read.since, read.until) for read in brief.reads)
