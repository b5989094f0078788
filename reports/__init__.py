"""How it looks: pure functions from a report to text, a format a file."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TypeAlias

from monitor.model import Report

Renderer: TypeAlias = Callable[[Report], str]


def _of(module: str) -> Renderer:
    """Return the `render` of the module here with this name, loaded with the first report and not before."""

    def render(report: Report) -> str:
        return str(import_module(f".{module}", __name__).render(report))

    return render


# One more format is its file and its line here; every test over this table then holds for it.
RENDERERS: dict[str, Renderer] = {
    "html": _of("html"),
    "markdown": _of("markdown"),
    "json": _of("json"),
}

_SHORT = {"markdown": "md"}
SUFFIX = {name: _SHORT.get(name, name) for name in RENDERERS}
"""What a report's file is called in each format: report.SUFFIX."""
