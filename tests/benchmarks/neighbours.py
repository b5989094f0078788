"""Print as JSON how long finding related stories takes, for all stories of a desk and for one that changed.

Usage: python tests/benchmarks/neighbours.py [STORIES POSTS]
STORIES (200) stories of POSTS (50) posts each, some about one town, sharing voices and addresses.
seconds: the related stories of each waiting brief, laying out included.
"""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import timedelta
from pathlib import Path

from jobs.brief import brief_each
from jobs.neighbours import Neighbours
from monitor.model import Finding, Link, Page, Story, StoryId
from monitor.store import Store
from tests.builders import NOON, post, understood

WORDS = [
    f"{a}{b}{c}" for a in ("bra", "ver", "tol", "mar") for b in "aeiou" for c in ("nk", "ster", "vik", "mund", "lo")
]
SAID = "I think that {} is a bad idea for {}, and so does everybody in {} who has to pay for it"


def desk(store: Store, stories: int, posts: int) -> None:
    chance = random.Random(7)  # noqa: S311 - made-up posts, no secret
    findings: list[Finding] = []
    for number in range(stories):
        town, first, second = (chance.choice(WORDS) for _ in range(3))
        about = Story(
            id=StoryId(f"s{number:04d}"),
            title=f"Council of {town.title()} votes on the {first} {number}",
            lead=f"The {second} of {town.title()} will cost more, says the mayor of {town.title()}.",
            url=f"https://news.example/{number}",
            language="en",
        )
        said = [
            post(
                f"{about.id}-{n}",
                by=f"{town}{chance.randrange(3 * posts)}",
                minutes=n,
                text=SAID.format(first, second, town) + (f" https://a.example/{town}" if n % 17 == 0 else ""),
            )
            for n in range(posts)
        ]
        store.save_page(Page(posts=tuple(said), stories=(about,)), source="x", query="", at=NOON)
        link = Link(story=about.id, reason="words", strength=0.5)
        findings += [understood(one, link=link).finding for one in said]
    store.save_findings(findings, maker="benchmark")


def main(stories: int, posts: int) -> None:
    with Store.in_memory() as store:
        desk(store, stories, posts)
        as_of = NOON + timedelta(days=1)
        briefs = brief_each(store, as_of=as_of)
        answer: dict[str, float] = {}
        found = 0
        for name, waiting in (
            ("all, the first time", briefs),
            ("all, again", briefs),
            ("one that changed", briefs[:1]),
        ):
            began = time.perf_counter()
            near = Neighbours(store, Path(), waiting, language="en", time_zone="UTC")
            laid_out = time.perf_counter()
            found = sum(len(near.of(brief)) for brief in waiting)
            answer[name] = round(time.perf_counter() - began, 3)
            answer[f"{name}, laying out"] = round(laid_out - began, 3)
    json.dump(
        {"stories": stories, "posts": posts, "related of the last": found, "seconds": answer}, sys.stdout, indent=1
    )
    print()


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:3] or ("200", "50")))
