"""The command verify: one report in full, or many, one line a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobs.shell import Shell, as_json, shown

if TYPE_CHECKING:
    from jobs.verify import Verdict


@click.command(
    help="Recompute each REPORT (a report.json, the HTML or Markdown beside one, or a folder for all in it) from "
    "exactly the posts it names, render it again, compare."
)
@click.argument(
    "reports", nargs=-1, required=True, metavar="REPORT...", type=click.Path(exists=True, path_type=Path)
)
@as_json
@click.pass_obj
def verify(shell: Shell, reports: tuple[Path, ...], *, as_json: bool) -> int:
    """Return 0 when all of it holds, 1 when something differs or is missing."""
    from jobs.verify import verify as compare  # noqa: PLC0415
    from jobs.verify import verify_each  # noqa: PLC0415

    app = shell.app
    config_store = app.home / app.config.store
    if len(reports) == 1 and reports[0].is_file() and reports[0].suffix not in {".html", ".md"}:
        verdict = compare(reports[0], store=app.store, config_store=config_store)
        if as_json:
            shell.document(_document(verdict))
        else:
            for line in (*verdict.problems, *(f"note: {note}" for note in verdict.notes)):
                shell.data(shown(line))
            shell.data(f"{reports[0]}: {'every claim holds' if verdict.ok else 'NOT verified'}")
        return 0 if verdict.ok else 1
    files = []
    for path, verdict in verify_each(reports, store=app.store, config_store=config_store):
        files.append({"file": str(path), **_document(verdict)})
        if not as_json:
            shell.data(shown(f"{path}: {_line(path, verdict)}"))
    ok = all(row["ok"] for row in files)
    if as_json:
        shell.document({"ok": ok, "files": files})
    return 0 if ok else 1


def _document(verdict: Verdict) -> dict[str, object]:
    return {"ok": verdict.ok, "problems": list(verdict.problems), "notes": list(verdict.notes)}


def _line(path: Path, verdict: Verdict) -> str:
    if verdict.ok:
        return "every claim holds" if path.suffix == ".json" else "as it is rendered again"
    first, *more = verdict.problems
    return f"NOT verified: {first}{f' (and {len(more)} more; verify it alone)' if more else ''}"
