"""A report as one HTML page: no script, nothing from elsewhere, a policy that forbids both.

Jinja escapes all text; `strangers` additionally takes out control characters and keeps direction inside <bdi>.
Content-Security-Policy level 3: the one style element is allowed by its hash.
"""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import changes, charts, cited, figures, page, related
from .isolation import balanced, host_of, visible, web_address
from .json import citation_document
from .phrases import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

    from monitor.model import Claim, Report

_TEMPLATES = Path(__file__).parent / "templates"


def render(report: Report) -> str:
    """Return the page; the same report, the same bytes."""
    made = page.page_of(report)
    chart = _timeline(made) if report.timeline and not made.is_empty else ""
    return fill(
        "report.html",
        {
            "page": made,
            "say": page,
            "figures": figures,
            "cited": cited,
            "related": related,
            "changes": changes,
            "timeline": chart,
            "words": made.words,
        },
    )


def fill(template: str, values: Mapping[str, Any]) -> str:
    """Return a template filled; a name that it needs and lacks is an error."""
    style = _style()
    return _templates().get_template(template).render(style=style, style_hash=_hash(style), **values)


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 -- 60 ms of start-up
    from markupsafe import Markup  # noqa: PLC0415 -- comes with jinja2

    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "strangers": strangers,
        "web": web_address,
        "host": host_of,
        "claim": claim_json,
        "iso": iso,
        "svg": Markup,  # only ever given what reports/charts.py drew, which escapes
        "stack": lambda counts: Markup(charts.stack(counts)),  # noqa: S704 -- drawn by us from counts
    }
    return made


@cache
def _style() -> str:
    return (_TEMPLATES / "report.css").read_text(encoding="utf-8")


def _hash(style: str) -> str:
    return "sha256-" + b64encode(sha256(style.encode()).digest()).decode()


def strangers(text: str) -> str:
    """Return strangers' text, to be escaped by the template and put into a <bdi>."""
    return visible(balanced(text))


def claim_json(claim: Claim) -> str:
    """Return what a machine can check of a sentence."""
    return json.dumps(
        {
            "kind": claim.kind,
            "numbers": dict(claim.numbers),
            "words": dict(claim.words),
            "citations": [citation_document(citation) for citation in claim.citations],
        },
        ensure_ascii=False,
    )


def _timeline(made: page.Page) -> str:
    points, words = made.report.timeline, made.words
    desc = words.say(
        "page.chart_desc",
        posts=words.count("post", sum(point.posts for point in points)),
        steps=words.number(len(points)),
        window=words.window(points[0].since, points[-1].until, made.zone),
        peak=words.count("post", max(point.posts for point in points)),
        unread=words.number(sum(point.unread for point in points)),
    )
    return charts.timeline(points, title=words.pattern("page.timeline"), desc=desc)
