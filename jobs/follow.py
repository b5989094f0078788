"""The step that follows what becomes of stored posts at their platforms, once a day: what is gone goes here too.

A deleted post leaves its tombstone; a cited one that was edited gets its new version, and its report is made again.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.errors import BudgetSpent, SourceGarbled, SourceRefused, SourceUnavailable
from monitor.interchange import read_time
from monitor.model import Page, PostCitation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from typing import TypeAlias

    from monitor.model import Followed, PostId
    from monitor.protocols import Follower, Metered
    from monitor.store import Store

    Progress: TypeAlias = Callable[[int, int], None]

FOLLOW = "follow"
"""The name under which a source's state is kept, beside the cursors of its queries."""
USAGE = "usage"
"""Likewise for what the service counts as read."""
_DONE = "done "
_EVERY = timedelta(hours=20)
"""So that a daily or an hourly schedule follows each deletion within 24 hours."""
_TOLERANCE, _FEW = 1.05, 100
"""How many more posts a service may count than we: what referred posts and re-reads come to is not exact."""
_EXPECTED = (SourceUnavailable, SourceRefused, SourceGarbled, BudgetSpent)


def follow(
    store: Store, followers: Sequence[Follower], *, now: datetime, progress: Progress = lambda _a, _b: None
) -> list[str]:
    """Ask each platform about its posts where that is due; return what a person should know, one line each."""
    problems = []
    for number, follower in enumerate(followers, start=1):
        state = store.cursor(follower.name, FOLLOW)
        if _is_due(state, now):
            posts = store.post_ids(follower.platform)
            carried = None if state is None or state.startswith(_DONE) else state
            try:
                for found in follower.follow(posts, _cited(store, set(posts)), carried, now):
                    _keep(store, follower, found, now)
            except _EXPECTED as failure:
                problems.append(f"{follower.name}: deletions are not followed: {_why(follower.name, failure)}")
        progress(number, len(followers))
    return problems


def reconciled(store: Store, sources: Iterable[Metered], *, now: datetime) -> list[str]:
    """Compare our ledger with what each service says was read, once a day; say where it knows of more.

    What we do not know of was read with the same key by somebody else, or our ledger is wrong: either way the caps
    of the config hold for our own reading alone.
    """
    problems = []
    for source in sources:
        state = store.cursor(source.name, USAGE)
        noted = json.loads(state) if state else {}
        last = read_time(noted.get("at"))
        if last is not None and now - last < _EVERY:
            continue
        try:
            read, cap = source.usage(now)
        except _EXPECTED as failure:
            problems.append(f"{source.name}: what it counts as read is not known: {_why(source.name, failure)}")
            continue
        ours = sum(entry.cost.posts for entry in store.entries() if entry.source == source.name)
        document = json.dumps({"at": now.isoformat(), "read": read, "cap": cap, "ours": ours})
        store.save_page(Page(cursor=document), source=source.name, query=USAGE, at=now)
        theirs, own = read - noted.get("read", read), ours - noted.get("ours", ours)
        if theirs > own * _TOLERANCE + _FEW:
            problems.append(
                f"{source.name}: since the last comparison it counts {theirs:,} posts read and our ledger {own:,}: "
                "somebody else reads with this key"
            )
    return problems


def _why(source: str, failure: Exception) -> str:
    return str(failure).removeprefix(f"{source}: ")


def _is_due(state: str | None, now: datetime) -> bool:
    """Whether a platform is to be asked: a following is under way, or the last one ended long enough ago."""
    done = read_time(state.removeprefix(_DONE)) if state is not None and state.startswith(_DONE) else None
    return done is None or now - done >= _EVERY


def _keep(store: Store, follower: Follower, found: Followed, now: datetime) -> None:
    """Keep one answer: the deletions first, for they wait for nothing."""
    if found.gone:
        store.forget(found.gone, at=now)
    page = Page(
        posts=found.edited,
        cursor=f"{_DONE}{now.isoformat()}" if found.state is None else found.state,
        cost=found.cost,
        ticket=found.ticket,
    )
    store.save_page(page, source=follower.name, query=FOLLOW, at=now)


def _cited(store: Store, posts: set[PostId]) -> list[PostId]:
    """Return the posts that the latest brief of a story cites, in the order of the stories."""
    found: dict[PostId, None] = {}
    for story in store.stories():
        brief = store.latest_brief(story.id)
        for claim in brief.claims if brief is not None else ():
            cited = [one.post for one in claim.citations if isinstance(one, PostCitation)]
            found |= {post: None for post in cited if post in posts}
    return list(found)
