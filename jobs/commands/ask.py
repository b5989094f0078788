"""The command for one live question: ask."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import click

from jobs.shell import Shell, as_json, language, shown

if TYPE_CHECKING:
    from jobs.app import App
    from monitor.protocols import Source
    from monitor.store import Store

MISSING = 3
_SECONDS = 40
"""For reading; what is left of the minute is for understanding and writing."""
_PAGES = 3


@click.command(
    help="Answer one question now, from sources that need no key: what people say about TOPIC, words or a link."
)
@click.argument("topic")
@language
@as_json
@click.pass_obj
def ask(shell: Shell, topic: str, *, as_json: bool) -> int:
    """Write the report to OUT/ask, print the paragraph; return 3 where a source could not be read."""
    from datetime import timedelta  # noqa: PLC0415

    from jobs.asking import ask as asked  # noqa: PLC0415
    from jobs.asking import story_of  # noqa: PLC0415
    from jobs.folders import slug  # noqa: PLC0415
    from monitor.model import Story, StoryId  # noqa: PLC0415
    from monitor.scoring import encoder  # noqa: PLC0415
    from monitor.store import Store  # noqa: PLC0415

    if not topic.strip():
        raise click.BadParameter("write what you want to know about", param_hint="TOPIC")
    app = shell.app
    own = any(getattr(options, "allow_private_hosts", False) for options in app.config.sources)
    about = story_of(topic, own_network=own)
    number = hashlib.sha256(topic.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    out = app.out / "ask" / slug(Story(id=StoryId(f"{topic[:40]} {number}"), title=topic))
    out.mkdir(parents=True, exist_ok=True)
    path = out / "store.db"
    for old in (path, path.with_name("store.db-wal"), path.with_name("store.db-shm")):
        old.unlink(missing_ok=True)
    who = app.config.understanding
    with Store.open(path) as store:
        answer = asked(
            store,
            about,
            _free(app, store),
            out=out,
            language=app.written_in(),
            time_zone=app.zone.key,
            clock=app.real_clock,
            most=timedelta(seconds=_SECONDS),
            scorer=None if who.scorer == "best" else who.scorer,
            reader=encoder if who.encoder else None,
            progress=app.progress,
        )
    for problem in answer.problems:
        shell.say(problem)
    if as_json:
        from reports.json import brief_document  # noqa: PLC0415

        shell.document(brief_document(answer.brief, answer.story, app.written_in(), app.zone.key))
    else:
        from reports.plain import paragraph, places  # noqa: PLC0415

        shell.data(shell.heading(shown(answer.story.title)))
        said = paragraph(answer.brief, answer.story, language=app.written_in(), time_zone=app.zone.key)
        for line in (*said, *places(answer.brief)):
            shell.data(shown(line))
    for file in answer.files:
        if file.suffix == ".html" and file.parent != out:
            shell.say(f"Report: {file}")
    return MISSING if answer.problems else 0


def _free(app: App, store: Store) -> list[Source]:
    """Return the sources of posts that need no key: those of the config, else those that there are."""
    from functools import partial  # noqa: PLC0415

    from jobs.mistakes import secrets_in  # noqa: PLC0415
    from jobs.purse import StoredPurse  # noqa: PLC0415
    from monitor.protocols import Listener  # noqa: PLC0415
    from monitor.sources.given import Given  # noqa: PLC0415
    from monitor.sources.hackernews import HackerNewsOptions  # noqa: PLC0415
    from monitor.sources.mastodon import MastodonOptions  # noqa: PLC0415

    given = Given(secret=lambda _: "", folder=app.home, purse=partial(StoredPurse, store))
    free = [options for options in app.config.sources if not list(secrets_in(options))]
    built = [options.source(given) for options in free]
    asking = [source for source in built if source.asks and not isinstance(source, Listener)]
    return asking or [HackerNewsOptions(pages=_PAGES).source(given), MastodonOptions(pages=_PAGES).source(given)]
