"""The command line: the only reader of argv, environment and clock. Data on stdout, talk on stderr.

Exit codes: 0 ok, 1 error, 2 usage or config, 3 done but something is missing.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from .shell import Shell, keep

if TYPE_CHECKING:
    from collections.abc import Sequence

ERROR, USAGE = 1, 2

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("operate:demo", "Show it all on shipped posts: no keys, no network."),
    "init": ("operate:init", "Write a config.toml to begin with."),
    "check": ("operate:check", "Find every mistake in the config and the installation."),
    "run": ("work:run", "Collect, understand, brief, publish, deliver: once, or the steps named."),
    "start": ("work:start", "Run by the schedule in the config, until stopped."),
    "ask": ("ask:ask", "Answer one question now, from sources that need no key."),
    "import": ("work:import_", "Store posts and stories from files, and understand them."),
    "stories": ("read:stories", "List the stories in the store."),
    "posts": ("read:posts", "List the posts in the store, with what was understood of them."),
    "brief": ("prove:brief", "Say what people say about a story now; publish nothing."),
    "report": ("prove:report", "Write the report of each story named, or of all."),
    "verify": ("verify:verify", "Recompute reports, or a folder of them, from the store and compare."),
    "diff": ("prove:diff", "Tell what changed between two reports of a story."),
    "plan": ("money:plan", "Tell what is searched for, and what reading it costs."),
    "costs": ("money:costs", "Tell what reading has cost, and what the caps leave."),
    "score": ("score:score", "Score the tone of texts from stdin."),
    "label": ("label:label", "Read some posts blind: how far our reading is to be trusted."),
    "runs": ("read:runs", "List what ran, and how it ended."),
    "outbox": ("read:outbox", "List what was and will be delivered."),
    "status": ("status:status", "Show how each step, source and channel does."),
}
"""Where each command stands in jobs/commands, and its one line of help: --help loads none of them."""


def _everywhere() -> list[click.Parameter]:
    return [
        click.Option(
            ["--config"],
            metavar="FILE",
            expose_value=False,
            callback=keep,
            help="The config [default: $MONITOR_CONFIG, else config.toml].",
        ),
        click.Option(
            ["--store"],
            metavar="FILE",
            expose_value=False,
            callback=keep,
            help="The database; wins over the config.",
        ),
    ]


class _NobodyReads(Exception):  # a turn of events, not an error
    """Stdout was closed. click would meet the broken pipe by itself, and call it an error."""


class Commands(click.Group):
    """Loads a command when it is called, and gives it the options that all have."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # likewise
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(f"jobs.commands.{module}"), attribute)
        command.name, command.short_help = cmd_name, COMMANDS[cmd_name][1]
        known = {parameter.name for parameter in command.params}
        command.params += [option for option in _everywhere() if option.name not in known]
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _NobodyReads from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # likewise
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches  # noqa: PLC0415

            close = get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"No such command {args[0]!r}.{f' Did you mean {close[0]}?' if close else ''}")
        return super().resolve_command(ctx, args)


def monitor() -> click.Group:
    """Return the command `monitor`."""
    return Commands(
        name="monitor",
        params=_everywhere(),
        help="What people say about each news story a team follows, with proof for every sentence.",
        epilog="Exit codes: 0 ok, 1 error, 2 usage or config, 3 done but something is missing.",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    look_seldom_for_cycles()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    shell = Shell(environ=os.environ, now=lambda: datetime.now(UTC), machine_zone=_machine_zone)
    try:
        code = _run(shell, arguments)
        sys.stdout.flush()
    except (BrokenPipeError, _NobodyReads):
        # Who read our output has seen enough. Python would complain when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def look_seldom_for_cycles() -> None:
    """Let Python look for garbage in cycles after 50,000 new objects, not 700 (CPython's `gc.set_threshold`).

    What a run reads lives to its end, and looking through it again and again took a fifth of the time of 50,000
    posts; memory stays the same (tests/benchmarks/sizes.py).
    """
    gc.set_threshold(50_000, 20, 100)


def _machine_zone() -> str:
    from tzlocal import get_localzone_name  # noqa: PLC0415

    try:
        return get_localzone_name() or "UTC"
    except LookupError:  # two settings of the machine that contradict each other, or a zone that nobody knows
        return "UTC"


def _run(shell: Shell, arguments: Sequence[str] | None) -> int:
    from sqlite3 import OperationalError  # noqa: PLC0415

    from monitor.errors import ConfigError, MonitorError  # noqa: PLC0415

    from .trouble import trouble  # noqa: PLC0415

    try:
        code = monitor().main(
            args=None if arguments is None else list(arguments),
            prog_name="monitor",
            obj=shell,
            standalone_mode=False,
        )
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        shell.say("interrupted")
        return ERROR
    except (MonitorError, OperationalError, OSError) as error:
        told = str(error) if isinstance(error, MonitorError) else trouble(error)
        if told is None:
            raise
        shell.say(told)
        return USAGE if isinstance(error, ConfigError) else ERROR
    return code if isinstance(code, int) else 0
