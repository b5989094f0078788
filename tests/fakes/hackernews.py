"""What a loopback search of Hacker News answers, as Algolia does: newest first, all words, within bounds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.fakes.x import ok

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.web import Asked, Reply

RECORDED = Path(__file__).parent.parent / "data" / "hackernews" / "search.json"
PATH = "/api/v1/search_by_date"
_BOUND = re.compile(r"created_at_i(>=|<=)(\d+)")


def comment(number: int, at: int, text: str = "The Sundvik ferry again", **changes: Any) -> dict[str, Any]:
    """A hit as the search lists it. at: unix seconds."""
    hit = {
        "objectID": str(number),
        "created_at_i": at,
        "author": f"reader{number}",
        "comment_text": text,
        "parent_id": 1,
        "story_id": 1,
    }
    return {**hit, **changes}


def item(number: int, at: int = 0, text: str = "The Sundvik ferry again", **changes: Any) -> dict[str, Any]:
    """The same as Hacker News' own API has it."""
    made = {"id": number, "type": "comment", "by": f"reader{number}", "text": text, "parent": 1, "time": at}
    return {**made, **changes}


def items(known: Mapping[int, object], asked: Asked) -> Reply:
    """Answer as that API does: `null` where nothing is known."""
    return ok(known.get(int(asked.path.removeprefix("/v0/item/").removesuffix(".json"))))


def search(hits: list[dict[str, Any]], asked: Asked) -> Reply:
    """Answer a request from `hits` as the service does: all words, bounds, newest first."""
    bounds = {sign: int(value) for sign, value in _BOUND.findall(asked.query["numericFilters"])}
    words = [word.strip('"') for word in asked.query["query"].lower().split() if not word.startswith("-")]
    found = [
        hit
        for hit in sorted(hits, key=lambda hit: (-hit["created_at_i"], hit["objectID"]))
        if bounds[">="] <= hit["created_at_i"] <= bounds["<="]
        and all(word in json.dumps(hit).lower() for word in words)
    ]
    most = int(asked.query["hitsPerPage"])
    return ok({"hits": found[:most], "nbHits": len(found), "page": 0, "hitsPerPage": most})
