"""Commands that write to the store, one process at a time: run, start, import."""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from jobs.app import JOB, STEPS, run_steps
from jobs.lock import locked
from jobs.runs import Outcome, Stopped, is_done
from jobs.shell import Shell, as_json, as_of, counted, language, shown, window

if TYPE_CHECKING:
    from jobs.app import Progress
    from monitor.model import Page, Tally

MISSING = 3
_TOLD = 5  # lines of each kind

# A service manager waits 30 s or more before it kills. A step may end its work for the first part of that; then
# it is broken off at its next sign of progress, between two transactions.
_MAY_FINISH = timedelta(seconds=15)
_LEAVES = timedelta(seconds=24)


@click.command(
    help="Do each step once, in this order: collect, understand, brief, publish, deliver; or those named."
)
@click.argument("steps", nargs=-1, metavar="[STEP]...")
@as_of
@window
@language
@as_json
@click.pass_obj
def run(shell: Shell, steps: tuple[str, ...], *, as_json: bool) -> int:
    """Return 0, or 1 where a step failed, or 3 where one met a problem."""
    for step in steps:
        if step not in STEPS:
            raise click.UsageError(f"no step {step!r}; there are: {', '.join(STEPS)}")
    files: list[Path] = []
    rows: list[dict[str, str | None]] = []

    def done(step: str, how: Outcome) -> None:
        rows.append({"step": step, "problem": "; ".join(how.problems) or None})

    app = replace(shell.app, wrote=files.append)
    period = shell.now().astimezone(app.zone).isoformat(timespec="seconds")
    chosen = steps or tuple(STEPS)
    with locked(app.store_path):
        ended = run_steps(app, chosen, period=period, say=shell.say, ended=done)
    reports = sum(path.name == "report.json" for path in files)
    if reports:
        shell.say(f"{counted(reports, 'report')}: {app.out / 'index.html'}")
    elif "publish" in chosen:
        shell.say("no new reports")
    if not reports and "collect" in chosen and not app.config.sources:
        shell.say("no sources are configured; see [[sources]]")
    if as_json:
        shell.document({"steps": rows, "files": len(files)})
    if ended.failed:
        return 1
    return MISSING if ended.problems else 0


@click.command(help="Run the steps by the [schedule] of the config until SIGTERM or SIGINT; catch up first.")
@window
@language
@click.pass_obj
def start(shell: Shell) -> int:
    """Return 0 when told to stop."""
    from jobs.schedule import serve  # noqa: PLC0415

    app = shell.app
    schedule = app.config.schedule
    if schedule is None:
        raise click.UsageError('the config has no [schedule]; write one, such as every = "1h"')
    stop, too_late = Event(), Event()
    app = replace(app, progress=_unless(too_late, shell.progress))

    def work(period: str) -> None:
        with app.open() as store:
            if is_done(store, job=JOB, period=period):
                shell.say(f"{period}: already done; waiting for the next")
                return
        shell.say(f"{period}: begins")
        try:
            ended = run_steps(app, schedule.steps, period=period, say=shell.say, stopping=stop.is_set)
        except Stopped as stopped:
            shell.say(f"{period}: {stopped}")
        else:
            shell.say(f"{period}: done{', with problems' if ended.problems else ''}")

    def told(_signal: int, _frame: object) -> None:
        stop.set()

    shell.say(f"{', '.join(schedule.steps)}, by the schedule of {shell.config_path}; SIGTERM or Ctrl-C ends it")
    with locked(app.store_path):
        signal.signal(signal.SIGTERM, told)
        signal.signal(signal.SIGINT, told)
        cadence = schedule.cadence()
        left = serve(
            work,
            cadence=cadence,
            zone=app.zone,
            clock=shell.now,
            stop=stop,
            say=shell.say,
            hurry=too_late.set,
            patience=(_MAY_FINISH, _LEAVES - _MAY_FINISH),
        )
        if not left:
            # A read that hangs would keep its thread, and Python waits for threads. All that is written is whole.
            shell.say("left before the running step ended; the next start does it again")
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)
    return 0


def _unless(too_late: Event, progress: Progress) -> Progress:
    """Return `progress` that breaks the step off once it is too late; steps tell progress between their writes."""

    def told(done: int, total: int | None) -> None:
        if too_late.is_set():
            raise Stopped
        progress(done, total)

    return told


@click.command(
    name="import",
    help="Store posts and stories from FILEs and understand them: JSON Lines, X API v2, X archive, Zeeschuimer, "
    "CSV; plain, .gz or .zip.",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_of
@as_json
@click.pass_obj
def import_(shell: Shell, files: tuple[Path, ...], *, as_json: bool) -> int:
    """Return 0 when all rows are stored or accounted for, 3 where a file gave nothing but broken ones."""
    from jobs.collect import import_files  # noqa: PLC0415

    app = shell.app
    broken: Counter[tuple[str, str]] = Counter()
    unread: Counter[str] = Counter()
    good: dict[Path, bool] = {}

    def read(path: Path, page: Page) -> None:
        if page.received:
            good[path] = good.get(path, False) or page.received > len(page.rejected)
        broken.update((path.name, rejected.reason) for rejected in page.rejected)
        unread.update(dict(page.unread))

    with locked(app.store_path), app.open() as store:
        tables = [options.table() for options in app.config.csv]
        tally = import_files(store, files, now=app.clock(), columns=tables, progress=app.progress, read=read)
        STEPS["understand"](app, store)
    shell.say(_said(tally))
    _tell(shell, "quarantined", Counter({f"{name}: {why}": times for (name, why), times in broken.items()}))
    _tell(shell, "not read", unread)
    if as_json:
        shell.document(
            {
                "received": tally.received,
                "stored": tally.stored,
                "duplicate": tally.duplicate,
                "quarantined": tally.quarantined,
                "deleted": tally.deleted,
                "reasons": _reasons(broken),
                "unread": dict(sorted(unread.items())),
            }
        )
    return 0 if all(good.values()) else MISSING


def _reasons(broken: Counter[tuple[str, str]]) -> dict[str, int]:
    """Return how often each reason came, over all files."""
    reasons: Counter[str] = Counter()
    for (_, why), times in broken.items():
        reasons[why] += times
    return dict(sorted(reasons.items()))


def _tell(shell: Shell, what: str, counts: Counter[str]) -> None:
    """Say the most frequent of `counts`, one a line, and how many more there are."""
    for said, times in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_TOLD]:
        shell.say(f"{what}: {shown(said)} (×{times})")
    if len(counts) > _TOLD:
        shell.say(f"{what}: and {len(counts) - _TOLD} more; --json has them all")


def _said(tally: Tally) -> str:
    kept = f"{tally.stored} stored, {tally.duplicate} duplicate"
    return f"{tally.received} received: {kept}, {tally.quarantined} quarantined, {tally.deleted} deleted"
