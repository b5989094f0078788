"""Print as JSON what the queries of stories find: `python tests/benchmarks/queries.py DATA_DIR`.

DATA_DIR holds stories/{newsroom,mixed} with stories.jsonl, posts.jsonl and gold.jsonl. Each story's query is laid
over all posts of its set but reposts and deleted ones, replies included.

    recall      of the posts about a story, how many its query finds, the mean over stories
    precision   of the posts that a query finds, how many are about its story, the mean over stories
    posts       that all queries find, a price in all but dollars; of: posts in the set
    too_long    queries that X would not take
    three words  what was asked before: the three longest words of the title, names first, all of them
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.interchange import parse_post, parse_story
from monitor.languages import stopwords
from monitor.queries import matches, parse, problems, query_for
from monitor.text import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.model import Story


def three_words(story: Story) -> str:
    common = stopwords(story.language or "en")
    said = [word for word in words(story.title) if word not in common and len(word) > 1]
    names = {word for name in re.findall(r"(?<!^)\b[^\W\d_a-z][\w’'-]+", story.title) for word in words(name)}
    chosen = set(sorted(dict.fromkeys(said), key=lambda word: (word not in names, -len(word)))[:3])
    return " ".join(word for word in dict.fromkeys(said) if word in chosen)


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def measured(folder: Path, ask: Callable[[Story], str]) -> dict[str, Any]:
    stories = [parse_story(row) for row in rows(folder / "stories.jsonl")]
    posts = [post for row in rows(folder / "posts.jsonl") if not (post := parse_post(row)).deleted]
    posts = [post for post in posts if post.repost_of is None]
    gold = {row["post"]: row["story"] for row in rows(folder / "gold.jsonl")}
    recalls, precisions, found_in_all, too_long = [], [], 0, 0
    for story in stories:
        text = ask(story)
        node = parse(text)
        found = {post.id for post in posts if matches(node, post)}
        about = {post.id for post in posts if gold.get(post.id) == story.id}
        if about:
            recalls.append(len(found & about) / len(about))
            precisions.append(len(found & about) / len(found) if found else 0.0)
        found_in_all += len(found)
        too_long += bool(problems(text, ["x"]))
    return {
        "recall": round(sum(recalls) / len(recalls), 3),
        "precision": round(sum(precisions) / len(precisions), 3),
        "posts": found_in_all,
        "of": len(posts),
        "too_long": too_long,
    }


if __name__ == "__main__":
    sets = {name: Path(sys.argv[1]) / "stories" / name for name in ("newsroom", "mixed")}
    ways: dict[str, Callable[[Story], str]] = {
        "any two terms or the address": lambda story: query_for(story).text,
        "three words": three_words,
    }
    print(
        json.dumps(
            {name: {way: measured(folder, ask) for way, ask in ways.items()} for name, folder in sets.items()},
            indent=1,
        )
    )
