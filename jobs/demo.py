"""The main job from end to end on data in the package: no keys, no network, a fixed as-of, the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .brief import brief_each
from .collect import import_files
from .deliver import deliver
from .delivery.files import FilesOptions
from .publish import publish
from .understand import understand

if TYPE_CHECKING:
    from collections.abc import Callable

    from .app import Progress

AS_OF = datetime(2026, 2, 7, tzinfo=UTC)
TIME_ZONE = "Europe/Oslo"
LANGUAGE = "en"
DATA = Path(__file__).parent / "demo_data"
POLIS = (
    "The conversations published by pol.is: data was gathered using the Polis software (compdemocracy.org/polis, "
    "github.com/compdemocracy/openData) and is sub-licensed under CC BY 4.0 with attribution to The Computational "
    "Democracy Project."
)
FICTION = "All stories, people, firms and posts under .example addresses are fictional and made for this demo."


def demo(
    out: Path, *, data: Path | None, echo: Callable[[str], None], progress: Progress = lambda _a, _b: None
) -> Path | None:
    """Rebuild the database, the reports and the Slack messages in `out`; tell of each story and where it stands.

    data: another folder of .jsonl files in the interchange format; None takes those of the package. Return the
    report.json of its first story, None where it has no story.
    """
    from monitor.store import Store  # noqa: PLC0415 (heavy)
    from reports.plain import paragraph  # noqa: PLC0415 (reports load their tables)

    files = sorted((data or DATA).glob("*.jsonl"))
    path = out / "store.db"
    out.mkdir(parents=True, exist_ok=True)
    for old in (path, path.with_name("store.db-wal"), path.with_name("store.db-shm")):
        old.unlink(missing_ok=True)
    channel = FilesOptions(folder=str(out / "slack")).open(lambda name: name)
    with Store.open(path) as store:
        import_files(store, files, now=AS_OF, progress=progress)
        understand(store, progress=progress)
        brief_each(store, as_of=AS_OF, window=None, progress=progress)
        written = publish(
            store,
            out=out,
            language=LANGUAGE,
            time_zone=TIME_ZONE,
            as_of=AS_OF,
            channels=[channel],
            notes=(POLIS, FICTION),
            progress=progress,
        )
        deliver(store, [channel], now=AS_OF, sleep=lambda _seconds: None)  # a folder needs no second between two
        for story in store.stories():
            brief = store.latest_brief(story.id)
            if brief is not None:
                echo(story.title)
                for line in paragraph(brief, story, language=LANGUAGE, time_zone=TIME_ZONE):
                    echo(f"  {line}")
                echo("")
    echo(FICTION)
    echo(POLIS)
    echo(f"Reports: {out / 'index.html'}   Slack messages: {out / 'slack'}   Database: {path}")
    return next((file for file in written if file.name == "report.json"), None)
