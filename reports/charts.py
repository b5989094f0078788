"""Charts as SVG: the same values, the same bytes; text is escaped, shape is drawn with attributes, never styles.

Each chart has a title and a description, and stands beside a table of the same values. Colours are classes.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Point

_HEIGHT = 100
_WIDTH = 480  # with the height as on a wide page, so that the hatching is not pulled askew
_GAP = 0.2  # of a step, between two bars
_TONES = ("negative", "neutral", "positive")


def timeline(points: Sequence[Point], *, title: str, desc: str) -> str:
    """Return stacked bars by tone; `rest` is what remains of a bar; unread steps are hatched."""
    most = max((point.posts for point in points), default=0) or 1
    step = _WIDTH / max(1, len(points))
    shapes = [_step(point, place * step, step, most) for place, point in enumerate(points)]
    return (
        f'<svg class="timeline" viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-labelledby="timeline-title timeline-desc">'
        f'<title id="timeline-title">{escape(title)}</title><desc id="timeline-desc">{escape(desc)}</desc>'
        '<defs><pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="hatch-ground" width="4" height="4"/>'
        '<rect class="hatch-line" width="1.4" height="4"/></pattern></defs>'
        f'{"".join(shapes)}<path class="base" d="M0 {_HEIGHT}H{_WIDTH}"/></svg>'
    )


def _step(point: Point, x: float, width: float, most: int) -> str:
    shapes = []
    if point.unread:
        shapes.append(f'<rect fill="url(#hatch)" x="{x:.2f}" y="0" width="{width:.2f}" height="{_HEIGHT}"/>')
    counts = [(tone, getattr(point, tone)) for tone in _TONES]
    counts.append(("rest", point.posts - sum(count for _, count in counts)))
    y = float(_HEIGHT)
    for tone, count in counts:
        if count > 0:
            height = count * _HEIGHT / most
            y -= height
            inset, across = width * _GAP / 2, width * (1 - _GAP)
            box = f'x="{x + inset:.2f}" y="{y:.1f}" width="{across:.2f}" height="{height:.1f}"'
            shapes.append(f'<rect class="{tone}" {box}/>')
    return "".join(shapes)


def stack(counts: Sequence[tuple[str, int]]) -> str:
    """Return one bar of 100 parts, by tone; decoration beside figures, so hidden from a screen reader."""
    total = sum(count for _, count in counts)
    shapes = []
    x = 0.0
    for tone, count in counts:
        if count > 0:
            width = 100 * count / total
            shapes.append(f'<rect class="{escape(tone)}" x="{x:.1f}" y="0" width="{width:.1f}" height="10"/>')
            x += width
    return (
        '<svg class="stack" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f"{''.join(shapes)}</svg>"
    )
