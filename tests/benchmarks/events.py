"""Print as JSON how well two stories of one event are told from two events: `events.py DATA_DIR`.

DATA_DIR holds stories/{newsroom,mixed,crisislex26} with stories.jsonl: each is an event of its own, so that each
pair that is called one is wrong. tests/data/events.jsonl has twelve events told by two outlets each, invented.
"""

from __future__ import annotations

import json
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

from monitor.events import same_event
from monitor.interchange import parse_story
from monitor.model import Story, StoryId

OURS = Path(__file__).parent.parent / "data" / "events.jsonl"


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def ours() -> list[tuple[str, Story]]:
    """Return the invented stories, each with its event."""
    return [
        (
            row["event"],
            Story(id=StoryId(str(n)), title=row["title"], lead=row["lead"], language=row["language"]),
        )
        for n, row in enumerate(rows(OURS))
    ]


if __name__ == "__main__":
    answer: dict[str, Any] = {}
    for name in ("newsroom", "mixed", "crisislex26"):
        stories = [parse_story(row) for row in rows(Path(sys.argv[1]) / "stories" / name / "stories.jsonl")]
        pairs = list(combinations(stories, 2))
        wrong = [(a.id, b.id) for a, b in pairs if same_event(a, b)]
        answer[name] = {"pairs of two events": len(pairs), "called one": wrong}
    told = ours()
    same = [(a, b) for (x, a), (y, b) in combinations(told, 2) if x == y]
    other = [(a, b) for (x, a), (y, b) in combinations(told, 2) if x != y]
    answer["ours"] = {
        "pairs of one event": len(same),
        "found": sum(same_event(a, b) for a, b in same),
        "pairs of two events": len(other),
        "called one": sum(same_event(a, b) for a, b in other),
    }
    print(json.dumps(answer, indent=1))
