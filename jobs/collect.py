"""The step that reads: live sources by query, and files. Each page is one transaction of the store.

One source's failure is a problem and a gap, never the end of the step; silence is never shown as calm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from monitor.errors import BudgetSpent, SourceGarbled, SourceRefused, SourceUnavailable
from monitor.events import same_event
from monitor.folding import fold
from monitor.linking import link
from monitor.model import Article, Gap, Query, ReadWindow, Tally, Tombstone, id_hash
from monitor.protocols import Listener
from monitor.queries import Unsearchable, to_hear

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from monitor.model import Health, Page, Post, Story
    from monitor.protocols import Source
    from monitor.sources.spreadsheets import Columns
    from monitor.store import Store

    Progress: TypeAlias = Callable[[int, int], None]

_NEVER = datetime.min.replace(tzinfo=UTC)
_EXPECTED = (SourceUnavailable, SourceRefused, SourceGarbled, BudgetSpent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What a person should know of one source. retry_after: not to be asked again before then, where known."""

    source: str
    what: str
    retry_after: datetime | None = None


def collect(
    store: Store,
    sources: Sequence[Source | Listener],
    queries: Sequence[Query],
    *,
    now: datetime,
    progress: Progress | None = None,
) -> list[Problem]:
    """Read every source for every query and store it; return what went wrong, each problem once."""
    asked = _merged(queries)
    rounds = [(source, _rounds(store, source, asked, now)) for source in sources]
    whole = sum(len(of_source) for _, of_source in rounds)
    done = 0
    problems: list[Problem] = []
    healths = store.healths()
    for source, of_source in rounds:
        stopped: Exception | None = _too_early(healths.get(source.name), now)
        waits = stopped is not None
        first: Exception | None = None
        for query, read in of_source:
            if stopped is None or not _ends_the_source(stopped):
                stopped = read()
            if stopped:
                # One query that is wrong is no refusal of the source, if another failed otherwise.
                if first is None or isinstance(first, SourceRefused):
                    first = stopped
                if source.asks:
                    _leave_gap(store, source, query, str(stopped), now)
                problems.append(_problem(source, stopped))
            done += 1
            if progress:
                progress(done, whole)
        if first and not waits:
            _note_failure(store, source, first, now)
    return list(dict.fromkeys(problems))


def _rounds(
    store: Store, source: Source | Listener, queries: Sequence[Query], now: datetime
) -> list[tuple[Query, Callable[[], Exception | None]]]:
    """Return what a source is asked, and what asks it and returns the failure that ended it.

    That is each query; of what is read as a whole, one that stands for all.
    """
    if not source.asks:
        queries = [Query(text="")]
    own = _for(source, queries)
    if not isinstance(source, Listener):
        # What is furthest behind comes first, so that a cap which does not reach for all starves none for good.
        own = sorted(own, key=lambda query: (query.conversation, _last_read(store, source, query) or _NEVER))
        return [(query, partial(_read, store, source, query, now)) for query in own]
    refused = {query.text: why for query in own if (why := _unheard(source, query))}
    heard = [query for query in own if query.text not in refused]
    whole = Query(text="", stories=tuple(dict.fromkeys(one for query in heard for one in query.stories)))
    return [
        (whole, partial(_listen, store, source, whole, heard, now)),
        *((query, partial(refused.get, query.text)) for query in own if query.text in refused),
    ]


def _unheard(source: Listener, query: Query) -> SourceRefused | None:
    """Return why nothing can be heard for a query, None where it can."""
    try:
        to_hear(query.text)
    except Unsearchable as problem:
        return SourceRefused(source.name, str(problem))
    return None


def _for(source: Source | Listener, queries: Sequence[Query]) -> list[Query]:
    """Return the queries that a source can be asked."""
    platform = getattr(source, "platform", None)
    return [query for query in queries if query.platform is None or query.platform == platform]


def _too_early(health: Health | None, now: datetime) -> SourceUnavailable | None:
    """Return why a source is not asked yet: it said when to come again, and that is still to come."""
    if health is None or health.next_try is None or now >= health.next_try:
        return None
    why = f"not asked before {health.next_try:%H:%M} UTC: {health.problem}"
    return SourceUnavailable(health.source, why, retry_after=health.next_try)


def _note_failure(store: Store, source: Source | Listener, failure: Exception, now: datetime) -> None:
    """Keep what stands in a source's way, and what it answered where that could not be read."""
    problem = _problem(source, failure)
    store.note_failure(
        source.name,
        problem.what,
        at=now,
        refused=isinstance(failure, SourceRefused),
        # What a budget allows is looked up anew each time: somebody may have raised it.
        next_try=problem.retry_after if isinstance(failure, SourceUnavailable) else None,
        sample=failure.sample if isinstance(failure, SourceGarbled) else "",
    )


def _read(store: Store, source: Source, query: Query, now: datetime) -> Exception | None:
    """Store one source's answer to one query; return the failure that ended it. The pages before it stay."""
    left: int | None = None
    try:
        for fetched in source.fetch(query, store.cursor(source.name, _goes_on(store, source, query)), now):
            # A feed of stories says nothing about posts: that it was read is no proof of "no posts found".
            page = fetched if source.asks else _joined(store, replace(fetched, covered=None))
            store.save_page(page, source=source.name, query=query.text, at=now, stories=query.stories)
            left = page.rate_left
    except _EXPECTED as failure:
        return failure
    store.note_success(source.name, at=now, rate_left=left)
    return None


def _goes_on(store: Store, source: Source | Listener, query: Query) -> str:
    """Return the query where this one goes on: itself, or the one before a title or an address changed it."""
    return (store.last_asked(source.name, query.stories) if query.derived else None) or query.text


def _last_read(store: Store, source: Source | Listener, query: Query) -> datetime | None:
    """Return up to when a query is read, None where it never was."""
    last = store.last_read(source.name, _goes_on(store, source, query))
    return None if last is None else last.until


def _listen(
    store: Store, source: Listener, whole: Query, queries: Sequence[Query], now: datetime
) -> Exception | None:
    """Store what a stream brings for all queries; of what is deleted, only what we hold."""
    held = set(store.post_ids("bluesky"))
    try:
        for page in source.listen(queries, store.cursor(source.name, ""), now):
            held |= {post.id for post in page.posts if not post.deleted}
            kept = tuple(post for post in page.posts if not post.deleted or post.id in held)
            store.save_page(replace(page, posts=kept), source=source.name, query="", at=now, stories=whole.stories)
    except _EXPECTED as failure:
        return failure
    store.note_success(source.name, at=now)
    return None


def _joined(store: Store, page: Page) -> Page:
    """Return a page of stories with those as articles that tell of the event of another one.

    What was imported joins nobody, and nobody joins it. Of two on one page the first stays a story; what is an
    article once stays one of its story.
    """
    came_from, known = store.story_sources(), store.stories()
    hosts = [story for story in known if not came_from[story.id].startswith("import:")]
    of = {article.id: article.story for article in store.articles()}
    stories: list[Story] = []
    articles: list[Article] = []
    for story in page.stories:
        host = of.get(story.id)
        if host is None and story.id not in came_from:
            host = next((one.id for one in (*hosts, *stories) if same_event(one, story)), None)
        if host is None or host == story.id:
            stories.append(story)
            continue
        articles.append(
            Article(
                id=story.id,
                story=host,
                title=story.title,
                url=story.url,
                publisher=story.publisher,
                published_at=story.published_at,
            )
        )
    return replace(page, stories=tuple(stories), articles=tuple(articles))


def _ends_the_source(failure: Exception) -> bool:
    """Whether the next query would meet the same: the budget is spent, or the service is not there."""
    return isinstance(failure, BudgetSpent | SourceUnavailable)


def _leave_gap(store: Store, source: Source | Listener, query: Query, reason: str, now: datetime) -> None:
    since = _last_read(store, source, query) or _begin_of(store, query)
    gap = Gap(
        source=source.name,
        query=query.text or None,
        since=min(since, now) if since else None,
        until=now,
        reason=reason.removeprefix(f"{source.name}: "),
    )
    store.save_gap(gap, now, stories=query.stories)


def _begin_of(store: Store, query: Query) -> datetime | None:
    """Return since when a query that was never read would matter: since its stories came out, if that is known."""
    times = [story.published_at for name in query.stories if (story := store.story(name))]
    known = [time for time in times if time]
    return min(known) if len(known) == len(query.stories) > 0 else None


def _problem(source: Source | Listener, failure: Exception) -> Problem:
    later = getattr(failure, "retry_after", None) or getattr(failure, "until", None)
    return Problem(source=source.name, what=str(failure).removeprefix(f"{source.name}: "), retry_after=later)


def _merged(queries: Iterable[Query]) -> list[Query]:
    """Return each text once, for all its stories: what two stories ask alike is paid for once."""
    merged: dict[str, Query] = {}
    for query in queries:
        same = merged.get(query.text)
        stories = dict.fromkeys((*(same.stories if same else ()), *query.stories))
        times = [one.since for one in (same, query) if one is not None]
        since = None if None in times else min(time for time in times if time is not None)
        derived = query.derived and (same is None or same.derived)
        merged[query.text] = replace(query, stories=tuple(stories), since=since, derived=derived)
    return list(merged.values())


def import_files(
    store: Store,
    paths: Sequence[Path],
    *,
    now: datetime,
    columns: Sequence[Columns] = (),
    progress: Progress | None = None,
    read: Callable[[Path, Page], None] = lambda _path, _page: None,
) -> Tally:
    """Store what files hold, and for each that it was read; return what became of all rows.

    columns: of tables, as a config says.

    Of a deleted post only its tombstone is kept, with the story that it would belong to. `read` hears of each page
    that was stored. SourceRefused: a file cannot be opened; the files before it are stored.
    """
    from monitor.sources.files import read_file  # noqa: PLC0415 - brings pydantic with its package

    tally = Tally()
    deleted: list[Post] = []
    try:
        for number, path in enumerate(paths, start=1):
            source = f"import:{path.name}"
            times: list[datetime] = []
            for page in read_file(path, columns):
                tally += store.save_page(page, source=source, query="", at=now)
                read(path, page)
                deleted += [post for post in page.posts if post.deleted]
                times = _ends([*times, *(post.created_at for post in page.posts if post.created_at)])
            store.save_read(_read_of(source, times, now))
            if progress:
                progress(number, len(paths))
    finally:
        _bury(store, deleted)
    return tally


def _ends(times: Sequence[datetime]) -> list[datetime]:
    return [min(times), max(times)] if times else []


def _read_of(source: str, times: Sequence[datetime], now: datetime) -> ReadWindow:
    """Return the read that a file stands for: from its first post to just after its last, all of it without."""
    since, until = (times[0], times[-1] + timedelta(seconds=1)) if times else (None, None)
    return ReadWindow(source=source, query=None, since=since, until=until, at=now)


def _bury(store: Store, deleted: Sequence[Post]) -> None:
    """Link deleted posts in memory, and keep with their tombstones which story they were about."""
    if not deleted:
        return
    gone = {post.id: post for post in deleted}
    posts = [*(post for post in store.posts() if post.id not in gone), *gone.values()]
    copies = fold(posts)
    links, _ = link(posts, store.stories(), copies, articles=store.articles())
    store.save_tombstones(
        Tombstone(
            id_hash=id_hash(post.id),
            story=links[post.id].story if post.id in links else None,
            created_at=post.created_at,
        )
        for post in gone.values()
    )
