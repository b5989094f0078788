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
DATA = Path(__file__).parent / "demo_data"
POLIS = {
    "en": (
        "The conversations published by pol.is: data was gathered using the Polis software "
        "(compdemocracy.org/polis, github.com/compdemocracy/openData) and is sub-licensed under CC BY 4.0 with "
        "attribution to The Computational Democracy Project."
    ),
    "nb": (
        "Samtalene som pol.is har publisert: Dataene er samlet inn med programvaren Polis "
        "(compdemocracy.org/polis, github.com/compdemocracy/openData) og er viderelisensiert under CC BY 4.0 med "
        "navngivelse av The Computational Democracy Project."
    ),
    "ko": (
        "pol.is가 공개한 대화: 데이터는 Polis 소프트웨어(compdemocracy.org/polis, "
        "github.com/compdemocracy/openData)로 수집되었으며, The Computational Democracy Project를 저작자로 "
        "표시하는 조건으로 CC BY 4.0에 따라 재이용이 허락되었습니다."
    ),
}
FICTION = {
    "en": "All stories, people, firms and posts under .example addresses are fictional and made for this demo.",
    "nb": "Alle saker, personer, firmaer og innlegg under .example-adresser er oppdiktet for denne demoen.",
    "ko": ".example 주소의 모든 기사, 인물, 회사, 게시물은 이 데모를 위해 지어낸 것입니다.",
}


def demo(
    out: Path,
    *,
    data: Path | None,
    language: str,
    echo: Callable[[str], None],
    progress: Progress = lambda _a, _b: None,
) -> Path | None:
    """Rebuild the database, the reports and the Slack messages in `out`; tell of each story and where it stands.

    data: another folder of .jsonl files in the interchange format; None takes those of the package.
    language: that of the reports. Return the report.json of its first story, None where it has no story.
    """
    from monitor.store import Store  # noqa: PLC0415 (heavy)
    from reports.plain import paragraph  # noqa: PLC0415 (reports load their tables)

    files = sorted((data or DATA).glob("*.jsonl"))
    path = out / "store.db"
    out.mkdir(parents=True, exist_ok=True)
    for old in (path, path.with_name("store.db-wal"), path.with_name("store.db-shm")):
        old.unlink(missing_ok=True)
    notes = POLIS.get(language, POLIS["en"]), FICTION.get(language, FICTION["en"])
    channel = FilesOptions(folder=str(out / "slack")).open(lambda name: name)
    with Store.open(path) as store:
        import_files(store, files, now=AS_OF, progress=progress)
        understand(store, progress=progress)
        brief_each(store, as_of=AS_OF, window=None, progress=progress)
        written = publish(
            store,
            out=out,
            language=language,
            time_zone=TIME_ZONE,
            as_of=AS_OF,
            channels=[channel],
            notes=notes,
            progress=progress,
        )
        deliver(store, [channel], now=AS_OF, sleep=lambda _seconds: None)  # a folder needs no second between two
        for story in store.stories():
            brief = store.latest_brief(story.id)
            if brief is not None:
                echo(story.title)
                for line in paragraph(brief, story, language=language, time_zone=TIME_ZONE):
                    echo(f"  {line}")
                echo("")
    for note in reversed(notes):
        echo(note)
    echo(f"Reports: {out / 'index.html'}   Slack messages: {out / 'slack'}   Database: {path}")
    return next((file for file in written if file.name == "report.json"), None)
