"""Looking up what has become of posts, some at a time, from where the last run ended."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from monitor.errors import SourceUnavailable
from monitor.model import Followed

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    from monitor.model import Post, PostId

    LookUp: TypeAlias = Callable[[Sequence[PostId]], tuple[list[PostId], list[Post], int]]
    """Posts in; which are gone, which have a new version, and of how many the service says nothing."""


def looked_up(
    posts: Sequence[PostId],
    state: str | None,
    look_up: LookUp,
    *,
    source: str,
    ours: re.Pattern[str],
    at_once: int,
    most: int,
) -> Iterator[Followed]:
    """Yield what `look_up` says of `posts`, `at_once` at a time and `most` in a run; the state says how far.

    ours: the form of the service's ids; it is asked for no other.
    Raises what `look_up` does, and SourceUnavailable at the end where the service said nothing of some: they stay.
    """
    kept = json.loads(state) if state else {}
    after, unknown = str(kept.get("after", "")), int(kept.get("unknown", 0))
    wanted = [post for post in sorted(posts) if post > after and ours.fullmatch(post)]
    for at in range(0, min(len(wanted), most), at_once):
        some = wanted[at : at + at_once]
        gone, edited, unsaid = look_up(some)
        unknown += unsaid
        state = json.dumps({"after": some[-1], "unknown": unknown})
        yield Followed(gone=tuple(gone), edited=tuple(edited), state=state)
    if len(wanted) <= most:
        yield Followed()
    if unknown:
        raise SourceUnavailable(source, f"it says nothing of {unknown:,} of the posts, which stay")
