"""What is searched for: from a story to a query, from a query to what each platform can be asked."""

from __future__ import annotations

from .learning import exclusions
from .matching import admits, matches
from .platforms import (
    MAX_X_QUERY,
    MOST_SEARCHES,
    Search,
    for_reddit,
    for_x,
    problems,
    searches,
    tags,
    to_hear,
)
from .story import query_for
from .syntax import Node, Unsearchable, parse

__all__ = [
    "MAX_X_QUERY", "MOST_SEARCHES", "Node", "Search", "Unsearchable",
    "admits", "exclusions", "for_reddit", "for_x", "matches", "parse", "problems", "query_for", "searches", "tags",
    "to_hear",
]  # fmt: skip
