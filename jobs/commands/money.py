"""Commands about what reading costs: plan (before), costs (after)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jobs.shell import Shell, as_json, as_of, counted, shown
from monitor.budget import dollars

from .read import find_story

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from jobs.app import App
    from jobs.planning import Asked, Planned
    from monitor.model import Entry, Query, Story
    from monitor.sources.x import Counted, XOptions
    from monitor.store import Store

MISSING = 3
_HOURLY = 24


@click.command(help="Tell what each STORY is asked on each platform, how much there is to read, and what it costs.")
@click.argument("stories", nargs=-1, metavar="[STORY]...")
@click.option("--no-counts", is_flag=True, help="Ask nobody: a count on X costs $0.005 a story.")
@as_of
@as_json
@click.pass_obj
def plan(shell: Shell, stories: tuple[str, ...], *, no_counts: bool, as_json: bool) -> int:
    """Return 3 where something could not be asked or counted."""
    from functools import partial  # noqa: PLC0415

    from jobs.following import addresses  # noqa: PLC0415
    from jobs.planning import learned  # noqa: PLC0415
    from jobs.planning import plan as planned  # noqa: PLC0415

    app = shell.app
    with app.open() as store:
        about = _followed(app, store, stories)
        count = None if no_counts else _counting(app, store)
        made = planned(
            about,
            app.config.sources,
            also=addresses(store),
            runs=_runs_a_day(app),
            now=app.clock(),
            count=count,
            learned=partial(learned, store),
            was_read=lambda source, story: store.last_asked(source, [story]) is not None,
        )
    if as_json:
        shell.document([_document(one) for one in made])
    else:
        lines = [*_told(made)]
        lines += [] if no_counts else _summed(made, _runs_a_day(app), app.config.sources)
        for line in lines:
            shell.data(shell.heading(shown(line)) if not line.startswith(" ") else shown(line))
    return MISSING if any(asked.problem for one in made for asked in one.asked) else 0


def _followed(app: App, store: Store, names: Sequence[str]) -> list[Story]:
    """Return the stories that are asked about, those of the config that no run has stored yet among them."""
    from jobs.app import followed  # noqa: PLC0415

    known = {story.id: story for story in followed(app, store)}
    known |= {row.id: row.story(app.zone) for row in app.config.stories}  # type: ignore[misc] # a StoryId is a str
    chosen = [find_story(store, name).id if name not in known else name for name in names] or sorted(known)
    return [known[name] if name in known else find_story(store, name) for name in chosen]  # type: ignore[index]


def _counting(app: App, store: Store) -> Any:
    from monitor.sources.x import XSource  # noqa: PLC0415

    sources = app.sources(store, kinds=frozenset({"x"}))
    built = {source.name: source for source in sources if isinstance(source, XSource)}

    def count(options: XOptions, query: Query, now: datetime) -> Sequence[Counted]:
        return built[options.name].count(query, now)

    return count


def _runs_a_day(app: App) -> int:
    """Return how often a day the schedule collects; hourly where there is none."""
    from datetime import timedelta  # noqa: PLC0415

    from jobs.periods import next_start  # noqa: PLC0415

    if app.config.schedule is None:
        return _HOURLY
    now = app.clock()
    end, runs, at = now + timedelta(days=7), 0, now
    while (at := next_start(app.config.schedule.cadence(), at, app.zone)) <= end:
        runs += 1
    return max(1, round(runs / 7))


def _told(made: Sequence[Planned]) -> Iterator[str]:
    if not made:
        yield "no story is followed: name some in the config, or a feed"
    for one in made:
        yield f"{one.story.id}  {one.story.title}"
        yield f"  query  {one.query}"
        if one.exclusions:
            left = " ".join(f"-{word}" for word in one.exclusions)
            yield f"  what people found to be about something else shares words; leave them out with: {left}"
        for asked in one.asked:
            yield from _told_of(asked)


def _told_of(asked: Asked) -> Iterator[str]:
    if asked.problem and not asked.words:
        yield f"  {asked.source}  cannot be asked: {asked.problem}"
        return
    several = f"{len(asked.words)} searches: " if len(asked.words) > 1 else ""
    yield f"  {asked.source}  {several}{' | '.join(asked.words)}"
    if asked.problem:
        yield f"    {asked.problem}"
    if asked.way is None:
        return
    way = asked.way
    yield f"    {asked.counted:,} posts in {asked.days:.1f} days, about {round(way.posts):,} a day"
    price = f"{dollars(way.a_day)} a day, {dollars(way.a_month)} in 30 days"
    read = f"{round(way.read):,} of them are" if way.margin else "all are"
    yield f"    {read} read: {price}{f'; {_width(way.margin)}' if way.margin else ''}"
    if asked.finer is not None:
        enough, better = asked.finer
        more = better.a_month - way.a_month
        yield f"    with enough = {enough}: {_width(better.margin)}, for {dollars(more)} more in 30 days"


def _summed(made: Sequence[Planned], runs: int, sources: Sequence[Any]) -> Iterator[str]:
    """Yield what each paid source comes to, and whether its caps allow that."""
    for options in (one for one in sources if one.kind == "x"):
        asked = [one for planned in made for one in planned.asked if one.source == options.name]
        ways = [one.way for one in asked if one.way is not None]
        if not ways:
            continue
        day, month = sum(way.a_day for way in ways), sum(way.a_month for way in ways)
        yield f"{options.name}, read {counted(runs, 'time')} a day: {dollars(month)} in 30 days"
        begin = sum(one.first or 0 for one in asked)
        if begin:
            yield f"  the first run, from when each story began: {dollars(begin)}"
        caps = options.caps()
        for cap, name, most in ((caps.day, "day", max(day, begin)), (caps.month, "month", month)):
            if cap is not None:
                reach = "less than that; what it does not reach is told as a gap" if cap < most else "enough"
                yield f"  the cap of a {name}, {dollars(cap)}, is {reach}"


def _width(half: float) -> str:
    return (
        f"a day's shares within {counted(max(1, round(100 * half)), 'point')} by drawing"
        if half
        else "all are read"
    )


def _document(one: Planned) -> dict[str, Any]:
    return {
        "story": one.story.id,
        "title": one.story.title,
        "query": one.query,
        "exclusions": list(one.exclusions),
        "sources": [
            {
                "source": asked.source,
                "kind": asked.kind,
                "searches": list(asked.words),
                "problem": asked.problem or None,
                "posts_a_day": None if asked.way is None else round(asked.way.posts, 1),
                "read_a_day": None if asked.way is None else round(asked.way.read, 1),
                "margin": None if asked.way is None else round(asked.way.margin, 3),
                "microdollars_a_day": None if asked.way is None else asked.way.a_day,
                "microdollars_a_month": None if asked.way is None else asked.way.a_month,
                "microdollars_first": asked.first,
                "finer": None
                if asked.finer is None
                else {
                    "enough": asked.finer[0],
                    "margin": round(asked.finer[1].margin, 3),
                    "microdollars_a_month": asked.finer[1].a_month,
                },
            }
            for asked in one.asked
        ],
    }


@click.command(help="Tell what reading and rewording have cost, by day, source and story, and what the caps leave.")
@click.option("--days", type=click.IntRange(1, 3_660), default=30, show_default=True, help="How far back.")
@as_of
@as_json
@click.pass_obj
def costs(shell: Shell, *, days: int, as_json: bool) -> None:
    """With --json one line for each run, source and query."""
    from datetime import timedelta  # noqa: PLC0415

    app = shell.app
    now = app.clock()
    with app.open(read_only=True) as store:
        entries = store.entries(now - timedelta(days=days))
        left = list(_left(app, store, now))
    if as_json:
        for entry in entries:
            shell.document(_entry(entry))
        return
    by_day: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in entries:
        key = (shell.local(entry.at)[:10], entry.source, ", ".join(entry.stories) or "-")
        by_day.setdefault(key, []).append(entry)
    for (day, source, names), of_day in sorted(by_day.items()):
        paid = sum(entry.cost.microdollars for entry in of_day)
        posts, requests = (sum(getattr(entry.cost, name) for entry in of_day) for name in ("posts", "requests"))
        unsure = sum(entry.cost.microdollars for entry in of_day if not entry.settled)
        doubt = f", {dollars(unsure)} of it unsure" if unsure else ""
        counts = f"{counted(posts, 'post')}, {counted(requests, 'request')}"
        shell.data(f"{day}  {shown(source)}  {shown(names)}  {dollars(paid)}{doubt}  {counts}")
    whole = sum(entry.cost.microdollars for entry in entries)
    shell.data(shell.heading(f"{dollars(whole)} in {counted(days, 'day')}"))
    for line in left:
        shell.data(line)


def _left(app: App, store: Store, now: datetime) -> Iterator[str]:
    """Yield what each cap leaves."""
    for options in app.config.sources:
        if options.kind != "x":
            continue
        names = iter(
            name
            for name, cap in (("day", options.dollars_a_day), ("month", options.dollars_a_month))
            if cap is not None
        )
        for (since, cap), name in zip(options.caps().at(now), names, strict=True):
            spent = store.spent(options.name, since)
            yield f"{options.name}: {dollars(spent)} of {dollars(cap)} a {name} (UTC)"


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "source": entry.source,
        "at": entry.at,
        "query": entry.query,
        "stories": list(entry.stories),
        "requests": entry.cost.requests,
        "posts": entry.cost.posts,
        "users": entry.cost.users,
        "microdollars": entry.cost.microdollars,
        "settled": entry.settled,
    }
