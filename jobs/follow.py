"""The step that follows what becomes of stored posts at their platforms, once a day: what is gone goes here too.

A deleted post leaves its tombstone; a cited one that was edited gets its new version, and its report is made again.
A round goes through all posts of a platform, in as many runs as that takes. How that does is kept as a health.
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
DELETIONS = " deletions"
"""Ends the name under which the health of a source's following is kept."""
_DONE, _BEGUN = "done", "begun"
_EVERY = timedelta(hours=20)
"""So that a daily or an hourly schedule follows each deletion within 24 hours."""
_LATE = timedelta(hours=23)
"""A round that took so long follows no deletion within 24 hours."""
_TOLERANCE, _FEW = 1.05, 100
"""How many more posts a service may count than we: what referred posts and re-reads come to is not exact."""
_EXPECTED = (SourceUnavailable, SourceRefused, SourceGarbled, BudgetSpent)


def follow(
    store: Store, followers: Sequence[Follower], *, now: datetime, progress: Progress = lambda _a, _b: None
) -> list[str]:
    """Ask each platform about its posts where that is due; return what a person should know, one line each."""
    problems = []
    # Of several sources of a platform the first one is asked about all of its posts.
    first = {follower.platform: follower for follower in reversed(followers)}
    asked = [follower for follower in followers if first[follower.platform] is follower]
    for number, follower in enumerate(asked, start=1):
        problem = _go_on(store, follower, now)
        if problem:
            problems.append(f"{follower.name}: deletions are not followed: {problem}")
        progress(number, len(asked))
    return problems


def _go_on(store: Store, follower: Follower, now: datetime) -> str | None:
    """Go on with the round of a platform, or begin one where that is due; return what stands in the way."""
    begun, carried, is_over = _round(store.cursor(follower.name, FOLLOW), now)
    if is_over and now - begun < _EVERY:
        return None
    name = f"{follower.name}{DELETIONS}"
    health = store.healths().get(name)
    if health is not None and health.next_try is not None and now < health.next_try:
        return f"not asked before {health.next_try:%H:%M} UTC: {health.problem}"
    if is_over:
        begun, carried, is_over = now, None, False
    posts = store.post_ids(follower.platform)
    failure: Exception | None = None
    try:
        for found in follower.follow(posts, _cited(store, set(posts)), carried, now):
            is_over = found.state is None
            _keep(store, follower, found, f"{_DONE if is_over else _BEGUN} {begun.isoformat()}", now)
    except _EXPECTED as error:
        failure = error
    problem = None if failure is None else _why(follower.name, failure)
    if problem is None and now - begun >= _LATE:
        problem = f"the round of {begun:%Y-%m-%d %H:%M} UTC takes more than a day: run the step forget more often"
    if problem is not None:
        store.note_failure(
            name,
            problem,
            at=now,
            refused=isinstance(failure, SourceRefused),
            next_try=failure.retry_after if isinstance(failure, SourceUnavailable) else None,
            sample=failure.sample if isinstance(failure, SourceGarbled) else "",
        )
    elif is_over:
        store.note_success(name, at=now)
    if failure is None and is_over and now - begun >= _EVERY:
        # What was asked so long ago says nothing of the last day.
        further = _go_on(store, follower, now)
        return problem or further
    return problem


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


def _round(state: str | None, now: datetime) -> tuple[datetime, str | None, bool]:
    """Return when the last round began, what its follower left (None: nothing), and whether it is over."""
    word, _, rest = (state or "").partition(" ")
    time, _, carried = rest.partition(" ")
    begun = read_time(time)
    if begun is None or word not in (_DONE, _BEGUN):
        return now, None, False
    return begun, carried or None, word == _DONE


def _keep(store: Store, follower: Follower, found: Followed, state: str, now: datetime) -> None:
    """Keep one answer: the deletions first, for they wait for nothing."""
    if found.gone:
        store.forget(found.gone, at=now)
    page = Page(
        posts=found.edited,
        cursor=f"{state} {found.state or ''}".rstrip(),
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
