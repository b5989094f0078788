"""The command that says how everything does: status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jobs.follow import DELETIONS
from jobs.shell import Shell, as_json, counted, shown
from monitor.budget import dollars

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta

    from monitor.model import Health
    from monitor.store import Store

_RUNS = 200
_SHOWN = 12
"""Gaps that are printed; after a year there are thousands."""
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


@click.command(help="Show how each step, source and channel does, and what was not read.")
@as_json
@click.pass_obj
def status(shell: Shell, *, as_json: bool) -> None:
    """With --json one document."""
    now = shell.app.real_clock()
    with shell.app.open(read_only=True) as store:
        known = _status(store, [options.name for options in shell.app.config.sources], now)
    if as_json:
        shell.document(known)
        return
    held = f"{counted(known['stories'], 'story')}, {counted(known['posts'], 'post')}"
    shell.data(f"{shell.heading('store')}  {shell.app.store_path}: {held}")
    shell.data(shell.heading("steps"))
    for step in known["steps"]:
        ended = shown(step["problem"] or "ok") if step["ended_at"] else "not ended: it works, or was killed"
        shell.data(f"  {step['step']:<10}  {shell.local(step['started_at'])}  {ended}")
    shell.data(shell.heading("sources"))
    for name, source in known["sources"].items():
        follows = name.endswith(DELETIONS)
        shell.data(f"  {shown(name)}  {shown(_how(shell, source, 'followed' if follows else 'read'))}")
        if follows:
            continue
        counts = [f"{source[what]} {what}" for what in _COUNTS]
        paid = [dollars(source["microdollars"])] if source["microdollars"] else []
        shell.data(f"    {', '.join([*counts, *paid])}")
    shell.data(shell.heading("gaps"))
    for line in [*_unread(shell, known["gaps"])] or ["none"]:
        shell.data(f"  {line}")
    shell.data(shell.heading("outbox"))
    for state, count in known["outbox"].items() or [("empty", "")]:
        shell.data(f"  {state}  {count}".rstrip())


_COUNTS = ("received", "stored", "duplicate", "quarantined", "deleted")


def _how(shell: Shell, source: dict[str, Any], done: str) -> str:
    """Say in a line how a source does: what a person must know first. done: what is done with it."""
    if source["state"] == "never asked":
        return "never asked yet"
    if source["state"] == "given":
        return "given to us, not asked"
    worked = f"last {done} {shell.local(source['worked_at'])}" if source["worked_at"] else f"never {done}"
    lag = f", {_long(source['lag_seconds'])} behind" if source["lag_seconds"] is not None else ""
    left = f", {counted(source['rate_left'], 'request')} left" if source["rate_left"] is not None else ""
    if source["state"] == "ok":
        return f"ok, {worked}{lag}{left}"
    says = "somebody must act" if source["needs_a_person"] else "it will pass"
    again = f", next try {shell.local(source['next_try'])}" if source["next_try"] else ""
    kept = "; what came instead is kept in the table health" if source["sample"] else ""
    since = shell.local(source["failing_since"])
    return f"{source['state']} since {since} ({says}): {source['problem']}{again}; {worked}{lag}{kept}"


def _unread(shell: Shell, gaps: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for what was read in part, a source, and for each window that was not read, the latest first."""
    sampled: dict[str, list[dict[str, Any]]] = {}
    lost: dict[tuple[str, str, str, str], int] = {}
    for gap in gaps:
        if gap["read"] is not None:
            sampled.setdefault(gap["source"], []).append(gap)
        else:
            times = (shell.local(gap["since"]), shell.local(gap["until"]))
            key = (gap["source"], *times, gap["reason"])
            lost[key] = lost.get(key, 0) + 1
    for source, parts in sorted(sampled.items()):
        read, about = (sum(part[key] or 0 for part in parts) for key in ("read", "of_about"))
        of = f" of about {about:,}" if about else ""
        yield f"{shown(source)}  {read:,}{of} posts read, by drawing, in {counted(len(parts), 'window')}"
    latest = sorted(lost, key=lambda key: (key[2], key), reverse=True)
    for source, since, until, reason in latest[:_SHOWN]:
        asked = lost[source, since, until, reason]
        of = f" ({asked} queries)" if asked > 1 else ""
        yield f"{shown(source)}  {since} to {until}  {shown(reason)}: unknown, not zero{of}"
    if len(latest) > _SHOWN:
        yield f"and {len(latest) - _SHOWN:,} older ones (all of them: --json)"


def _long(seconds: float) -> str:
    """Return a length of time in its largest unit."""
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= unit:
            return counted(round(seconds / unit), name)
    return counted(round(seconds), "second")


def _status(store: Store, configured: list[str], now: datetime) -> dict[str, Any]:
    from collections import Counter  # noqa: PLC0415
    from dataclasses import asdict  # noqa: PLC0415

    from monitor.model import Span  # noqa: PLC0415

    last: dict[str, dict[str, Any]] = {}
    for run in store.runs(_RUNS):
        if run.step:
            last.setdefault(run.step, asdict(run))
    return {
        "stories": len(store.stories()),
        "posts": store.count_posts(),
        "steps": list(last.values()),
        "sources": _sources(store, configured, now),
        "gaps": [asdict(gap) for gap in store.gaps(Span(since=None, until=None))],
        "outbox": dict(sorted(Counter(message.state for message in store.messages()).items())),
    }


def _sources(store: Store, configured: list[str], now: datetime) -> dict[str, dict[str, Any]]:
    """Return by name how each source does; the sample of a garbled answer is only said to be there."""
    from jobs.notices import needs_a_person  # noqa: PLC0415
    from monitor.model import Cost, Health, Tally  # noqa: PLC0415

    costs, tallies, healths = store.costs(), store.tallies(), store.healths()
    behind = store.read_until()
    made = {}
    for name in sorted({*tallies, *healths, *costs, *configured}):
        health, tally = healths.get(name, Health(source=name)), tallies.get(name, Tally())
        lag: timedelta | None = now - until if (until := behind.get(name)) else None
        made[name] = {
            "state": _state(health, asked=name in healths, configured=name in configured),
            "received": tally.received,
            "stored": tally.stored,
            "duplicate": tally.duplicate,
            "quarantined": tally.quarantined,
            "deleted": tally.deleted,
            "microdollars": costs.get(name, Cost()).microdollars,
            "worked_at": health.worked_at,
            "lag_seconds": None if lag is None or name not in healths else round(max(0.0, lag.total_seconds())),
            "rate_left": health.rate_left,
            "failing_since": health.failing_since,
            "problem": health.problem,
            # Of a wrong query among good ones no notice is sent; it needs a person all the same.
            "needs_a_person": health.refused or needs_a_person(health),
            "next_try": health.next_try,
            "sample": health.sample is not None,
        }
    return made


def _state(health: Health, *, asked: bool, configured: bool) -> str:
    if not asked:
        return "never asked" if configured else "given"
    if health.problem is None:
        return "ok"
    return "refused" if health.refused else "failing"
