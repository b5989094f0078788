"""`monitor plan`: what each followed story is asked on each platform, how much there is, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from monitor.errors import BudgetSpent, SourceGarbled, SourceRefused, SourceUnavailable
from monitor.model import Story
from monitor.plan import Reading, finer, first, reading
from monitor.queries import Unsearchable, exclusions, for_reddit, query_for, searches, tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from monitor.model import Query, StoryId
    from monitor.sources.x import Counted, XOptions
    from monitor.store import Store

_EXPECTED = (SourceUnavailable, SourceRefused, SourceGarbled, BudgetSpent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one source is asked for one story. words: each search; problem: why it cannot be asked, "" where it can.

    counted: posts of the last days, None where nobody counted; way, finer: how it is read, and with which `enough`
    and how it would be for a range half as wide, only where it is paid. first: what reading it the first time
    costs, in microdollars, None where it was read before.
    """

    source: str
    kind: str
    words: tuple[str, ...]
    problem: str = ""
    counted: int | None = None
    days: float = 0.0
    way: Reading | None = None
    finer: tuple[int, Reading] | None = None
    first: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a story is asked for everywhere. exclusions: words to leave out, as people found."""

    story: Story
    query: str
    asked: tuple[Asked, ...]
    exclusions: tuple[str, ...] = ()


def plan(
    stories: Iterable[Story],
    sources: Sequence[Any],
    *,
    also: Mapping[StoryId, Sequence[str]],
    runs: int,
    now: datetime,
    count: Callable[[XOptions, Query, datetime], Sequence[Counted]] | None,
    learned: Callable[[Story], Sequence[str]] = lambda _story: (),
    was_read: Callable[[str, StoryId], bool] = lambda _source, _story: False,
) -> list[Planned]:
    """Return the plan of each story.

    sources: their options; also: each story's addresses at other outlets, as `query_for` takes them; runs: a
    day; count: asks X, None: nobody is asked; learned: words to leave out; was_read: whether a source has read a
    story before.
    """
    made = []
    for story in stories:
        query = query_for(story, also.get(story.id, ()))
        asked = [_asked(options, query, runs, now, count) for options in sources if options.kind in _WORDS]
        asked = [replace(one, first=None) if was_read(one.source, story.id) else one for one in asked]
        made.append(Planned(story=story, query=query.text, asked=tuple(asked), exclusions=tuple(learned(story))))
    return made


def _asked(
    options: Any,
    query: Query,
    runs: int,
    now: datetime,
    count: Callable[[XOptions, Query, datetime], Sequence[Counted]] | None,
) -> Asked:
    bare = Asked(source=options.name, kind=options.kind, words=())
    try:
        asked = replace(bare, words=tuple(_WORDS[options.kind](options, query.text)))
    except Unsearchable as problem:
        return replace(bare, problem=str(problem))
    if options.kind != "x" or count is None:
        return asked
    try:
        counts = count(options, query, now)
    except _EXPECTED as problem:
        told = str(problem).removeprefix(f"{options.name}: ")
        return replace(asked, problem=f"not counted: {told}")
    days = (counts[-1].until - counts[0].since).total_seconds() / 86_400
    posts = sum(one.posts for one in counts)
    a_day = posts / days
    return replace(
        asked,
        counted=posts,
        days=days,
        way=reading(a_day, runs=runs, enough=options.enough),
        finer=finer(a_day, runs=runs, enough=options.enough),
        first=first(posts, days=days, enough=options.enough),
    )


def _each_search(_: Any, text: str) -> list[str]:
    return [
        " ".join(filter(None, (one.words, one.author and f"from:{one.author}", one.url and f"url:{one.url}")))
        for one in searches(text)
    ]


_WORDS: Mapping[str, Callable[[Any, str], Iterable[str]]] = {
    "x": lambda options, text: [options.words(text)],
    "bluesky": _each_search,
    "hackernews": _each_search,
    "mastodon": lambda _, text: [f"#{tag}" for tag in tags(text)],
    "reddit": lambda _, text: [for_reddit(text)],
}


def learned(store: Store, story: Story) -> list[str]:
    """Return the words to leave out of a story's query, by the answers of `monitor label`."""
    latest = {label.post: label.answer for label in store.labels([story.id])}
    answered = [post for post in store.posts() if post.id in latest] if latest else []
    about = [post for post in answered if latest[post.id] in {"negative", "neutral", "positive"}]
    return exclusions(story, about, [post for post in answered if latest[post.id] == "not about it"])
