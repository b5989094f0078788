"""Commands for who sets it up: demo, init, check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.errors import ConfigError, MonitorError, StoreMissing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jobs.shell import Shell

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
@click.pass_obj
def demo(shell: Shell, out: Path, data: Path | None) -> None:
    """Its database and its as-of are its own, so two runs write the same bytes."""
    from jobs.demo import demo as show  # noqa: PLC0415

    show(out, data=data, echo=shell.data)


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


@click.command(help="Find every mistake in the config, its variables, the store and the installation.")
@click.pass_obj
def check(shell: Shell) -> int:
    """Return 2 where the config is wrong, 1 where the store is broken, 3 where only a variable is not set."""
    from importlib.metadata import packages_distributions  # noqa: PLC0415

    for warning in not_ours(packages_distributions()):
        shell.say(f"warning: {warning}")
    try:
        app = shell.app
    except ConfigError as error:
        for problem in error.problems:
            shell.say(problem)
        shell.say(f"{shell.config_path}: {len(error.problems)} to mend")
        return USAGE
    try:
        with app.open(read_only=True) as store:
            damage = store.integrity_check()
    except StoreMissing:
        if app.store_path.exists():
            raise
        damage = []
        shell.say(f"{app.store_path}: not there yet; the first run makes it")
    for problem in damage:
        shell.say(f"{app.store_path}: damaged: {problem}")
    unset = app.missing_secrets()
    for problem in unset:
        shell.say(problem)
    config = app.config
    counts = f"{len(config.stories)} stories, {len(config.sources)} sources, {len(config.channels)} channels"
    shell.say(f"{shell.config_path or 'no config.toml: all defaults'}: no mistakes; {counts}")
    if damage:
        return 1
    return MISSING if unset else 0


def not_ours(owners: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield a warning for each of our packages that another distribution also owns, or owns instead."""
    for package in ("monitor", "reports", "jobs"):
        others = sorted({owner for owner in owners.get(package, ()) if owner != DISTRIBUTION})
        if others:
            yield f"the package {package!r} also comes with {', '.join(others)}: use a venv of our own"
