"""What has become of posts on X: its compliance job names what is gone, a lookup what was edited.

One job at a time; the upload address holds for 15 minutes, the result for 7 days, and both carry a signature, so
neither is kept: only the job's id is. The job costs nothing, a lookup as much as reading the posts anew.
"""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.blanking import Secrets
from monitor.budget import POST, USER, cost_of
from monitor.errors import BudgetSpent, MonitorError, SourceGarbled, SourceUnavailable
from monitor.interchange import raw_text, read_time
from monitor.model import Cost, Followed, PostId, Query
from monitor.web import fetch, is_public, send

from .answers import failure
from .x_posts import is_id, parse_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from monitor.protocols import Purse

    from .x_wire import Conversation

_A_LOOKUP = 100  # ids, at most (API reference, "Posts lookup")
_MOST_LOOKED_UP = 500
_PATIENCE = timedelta(hours=20)
"""A job that is not done by then never will be; the next one begins within the day."""
_HOLDS = timedelta(days=6)
"""Of an older job X gives no result any more, so that it is not asked about."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 8.0  # seconds; each pause is twice as long as the one before
_GONE = "delete"
_ENDED = ("complete", "failed", "expired")
_EDITS = Query(text="edits of cited posts")


def follow(
    x: Conversation,
    purse: Purse,
    posts: Sequence[PostId],
    cited: Sequence[PostId],
    state: str | None,
    now: datetime,
    *,
    own_network: bool,
    fields: Mapping[str, Any],
    wait: float,
) -> Iterator[Followed]:
    """Begin a job for `posts`, or look how the last one does; once it is done look up `cited`. Raises as a source.

    own_network: X's addresses may stand in the own network, as a proxy's do. wait: for a job, in seconds at most;
    what takes longer is looked after by the next call.
    """
    job = json.loads(state) if state else {}
    begun = read_time(job.get("begun"))
    if begun is not None and now - begun > _HOLDS:
        begun = None
    known = x.compliance(str(job["id"]), now=now) if begun is not None else {}
    if begun is None or (known.get("status") not in _ENDED and now - begun > _PATIENCE):
        ids = [post for post in posts if is_id(post)]
        if not ids:
            yield Followed()
            return
        job = _begin(x, ids, now, own_network=own_network)
        yield Followed(state=json.dumps(job))
        known = _waited(x, str(job["id"]), now, wait)
    if known.get("status") in ("failed", "expired"):
        yield Followed(state="{}")
        raise SourceUnavailable(x.source, f"X's compliance job ended as {known['status']}; ask again")
    if known.get("status") != "complete":
        return
    gone = _result(x, known, set(posts), now, own_network=own_network)
    kept = json.dumps(job)
    yield Followed(gone=tuple(gone), state=kept)
    left = [post for post in cited if is_id(post) and post not in set(gone)]
    for found in _edits(x, purse, left[:_MOST_LOOKED_UP], now, fields):
        yield Followed(edited=found.edited, cost=found.cost, ticket=found.ticket, state=kept)
    yield Followed()


def _waited(x: Conversation, job: str, now: datetime, wait: float) -> Mapping[str, Any]:
    """Return what a job says of itself once it has ended, or after `wait` seconds."""
    pause = _FIRST_PAUSE
    while (known := x.compliance(job, now=now)).get("status") not in _ENDED and wait >= pause:
        time.sleep(pause)
        wait -= pause
        pause = min(2 * pause, _LONGEST_PAUSE)
    return known


def _begin(x: Conversation, ids: Sequence[PostId], now: datetime, *, own_network: bool) -> dict[str, str]:
    job = x.begin_compliance(now=now)
    named, address = job.get("id"), job.get("upload_url")
    if not isinstance(named, str) or not isinstance(address, str):
        raise SourceGarbled(x.source, "X's compliance job is in another form", sample=raw_text(sorted(job)))
    answer = send(
        address,
        "\n".join(ids).encode(),
        source=x.source,
        headers={"Content-Type": "text/plain"},
        method="PUT",
        public=None if own_network else is_public,
        secrets=_of(address),
    )
    if answer.status not in (200, 201):
        raise failure(answer, x.source, now)
    return {"id": named, "begun": now.isoformat()}


def _result(
    x: Conversation, known: Mapping[str, Any], posts: set[PostId], now: datetime, *, own_network: bool
) -> list[PostId]:
    """Return what is gone by the result of a job that is done."""
    address = known.get("download_url")
    if not isinstance(address, str):
        raise SourceGarbled(x.source, "X's compliance job is in another form", sample=raw_text(sorted(known)))
    answer = fetch(address, source=x.source, allow_private_hosts=own_network, secrets=_of(address))
    if answer.status != 200:  # noqa: PLR2004 - HTTP's "OK"
        raise failure(answer, x.source, now)
    return gone_in(answer.body, posts)


def _of(address: str) -> Secrets:
    secrets = Secrets()
    secrets.add_url(address)
    return secrets


def gone_in(body: bytes, posts: set[PostId]) -> list[PostId]:
    """Return the posts of `posts` that a result (JSON Lines of {id, action, …}) says are deleted, in its order.

    A line that is none is passed over: the next job names again what is gone.
    """
    found: dict[PostId, None] = {}
    for line in body.splitlines():
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        named = row.get("id") if isinstance(row, dict) and row.get("action") == _GONE else None
        if isinstance(named, str) and named in posts:
            found[PostId(named)] = None
    return list(found)


def _edits(
    x: Conversation, purse: Purse, cited: Sequence[PostId], now: datetime, fields: Mapping[str, Any]
) -> Iterator[Followed]:
    """Yield the present version of the cited posts; nothing more where the money ends."""
    for at in range(0, len(cited), _A_LOOKUP):
        some = cited[at : at + _A_LOOKUP]
        try:
            ticket = purse.reserve(len(some) * (3 * POST + USER), _EDITS, now)
        except BudgetSpent:
            return
        try:
            answer = x.posts(some, now=now, **fields)
        except MonitorError:
            if x.answered:
                purse.settle(ticket, Cost())
            raise
        parsed = parse_answer(answer)
        cost = cost_of(posts=parsed.read, users=parsed.users)
        purse.note(ticket, cost)
        yield Followed(edited=parsed.posts, cost=cost, ticket=ticket)
