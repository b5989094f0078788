"""Commands for who sets it up: demo, init, check."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import click

from jobs.shell import Shell, as_json, counted, keep
from monitor.errors import ConfigError, MonitorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

USAGE, MISSING = 2, 3
DISTRIBUTION = "what-people-say-monitor"


@click.command(help="Show it all on shipped posts: no keys, no network. Writes OUT and prints a paragraph a story.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("out/demo"),
    show_default=True,
    help="Where it all goes.",
)
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Another folder of posts and stories.",
)
@click.option(
    "--lang",
    metavar="CODE",
    expose_value=False,
    callback=keep,
    help="Write the reports in this language [default: en].",
)
@click.pass_obj
def demo(shell: Shell, out: Path, data: Path | None) -> None:
    """Its database and its as-of are its own, so two runs write the same bytes."""
    from jobs.demo import demo as show  # noqa: PLC0415

    if shell.options.get("store"):
        raise click.UsageError("demo makes a database of its own, store.db in the folder --out; leave --store away")
    report = show(out, data=data, echo=shell.data, language=shell.language or "en")
    if report is not None:
        shell.data(f"Check one of the reports: {_called()} verify {shlex.quote(str(report))}")


def _called() -> str:
    """Return how a person in this folder calls `monitor`: by ./run in a checkout, else by its name."""
    run = Path(__file__).resolve().parents[2] / "run"
    if not run.is_file():
        return "monitor"
    near = os.path.relpath(run)
    # A shell looks for a bare name among its programs, not here.
    return f"{shlex.quote(near if '/' in near else f'./{near}')} monitor"


@click.command(help="Write a commented config.toml to begin with; an existing file stays as it is.")
@click.pass_obj
def init(shell: Shell) -> None:
    """Where --config or MONITOR_CONFIG says, else here."""
    from importlib.resources import files  # noqa: PLC0415

    path = shell.config_path or Path("config.toml")
    text = files("jobs").joinpath("starter.toml").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise MonitorError(f"{path}: is already there, and stays as it is") from error
    except OSError as error:
        raise MonitorError(f"{path}: cannot be written: {error.strerror}") from error
    shell.say(f"{path}: written; edit it, then: monitor check")


@click.command(help="Find every mistake in the config, its variables, the store, its folders and the installation.")
@click.option("--online", is_flag=True, help="Try each source too, by what costs nothing.")
@as_json
@click.pass_obj
def check(shell: Shell, *, online: bool, as_json: bool) -> int:
    """Return 2 for a wrong config, 1 for an unfit store or folder, 3 where a variable or a source fails."""
    from importlib.metadata import packages_distributions  # noqa: PLC0415

    warnings = list(not_ours(packages_distributions()))
    for warning in warnings:
        shell.say(f"warning: {warning}")
    code, problems = _checked(shell)
    if online and code == 0:
        refused = _tried(shell)
        problems, code = [*problems, *refused], MISSING if refused else 0
    for problem in problems:
        shell.say(problem)
    if code == USAGE:
        shell.say(f"{shell.config_path}: {len(problems)} to mend")
    else:
        config = shell.app.config
        tables = ((config.stories, "story"), (config.sources, "source"), (config.channels, "channel"))
        counts = ", ".join(counted(len(rows), what) for rows, what in tables)
        shell.say(f"{shell.config_path or 'no config.toml: all defaults'}: no mistakes; {counts}")
    if as_json:
        shell.document({"problems": problems, "warnings": warnings})
    return code


def _checked(shell: Shell) -> tuple[int, list[str]]:
    """Return the exit code and what is wrong."""
    from sqlite3 import DatabaseError  # noqa: PLC0415

    try:
        app = shell.app
    except ConfigError as error:
        return USAGE, list(error.problems)
    unfit = []
    if app.store_path.exists():
        try:
            with app.open(read_only=True) as store:
                unfit = [f"{app.store_path}: damaged: {problem}" for problem in store.integrity_check()]
        except MonitorError as error:
            unfit = [str(error)]
        except DatabaseError as error:
            unfit = [f"{app.store_path}: damaged: {error}"]
    else:
        shell.say(f"{app.store_path}: not there yet; the first run makes it")
    folders = {"out": app.out, "store": app.store_path.resolve().parent}
    unfit += [f"{key}: {why}" for key, folder in folders.items() if (why := unwritable(folder))]
    unset = app.missing_secrets()
    return (1 if unfit else MISSING if unset else 0), [*unfit, *unset]


def _tried(shell: Shell) -> list[str]:
    """Try each source; say which one answers, and return what is wrong with the others."""
    from monitor.errors import SourceGarbled, SourceRefused, SourceUnavailable  # noqa: PLC0415
    from monitor.protocols import Probed  # noqa: PLC0415
    from monitor.store import Store  # noqa: PLC0415

    app = shell.app
    wrong = []
    with Store.in_memory() as store:  # nothing is paid for, and nothing is kept
        for source in app.sources(store):
            if not isinstance(source, Probed):
                shell.say(f"{source.name}: cannot be tried without reading it")
                continue
            try:
                shell.say(f"{source.name}: {source.probe(app.real_clock())}")
            except (SourceUnavailable, SourceRefused, SourceGarbled) as failure:
                wrong.append(str(failure))
    return wrong


def unwritable(folder: Path) -> str | None:
    """Return why no file can be made in `folder`, which may not be there yet, None where one can.

    Makes one, which nobody sees, where the folder is or would be made: that the rights allow it says too little.
    """
    place = folder.absolute()
    while not os.path.lexists(place) and place != place.parent:
        place = place.parent
    try:
        with TemporaryFile(dir=place):
            return None
    except OSError as error:
        return f"{place}: no file can be made here: {error.strerror}"


def not_ours(owners: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield a warning for each of our packages that another distribution also owns, or owns instead."""
    for package in ("monitor", "reports", "jobs"):
        others = sorted({owner for owner in owners.get(package, ()) if owner != DISTRIBUTION})
        if others:
            yield f"the package {package!r} also comes with {', '.join(others)}: use a venv of our own"
