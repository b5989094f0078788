"""Commands about what people say and its proof: brief, report, diff; verify has a file of its own."""

from __future__ import annotations

from pathlib import Path

import click

from jobs.shell import Shell, as_json, as_of, language, shown, window

from .read import find_story


@click.command(help="Say what people say about STORY now, with its proof; publish nothing.")
@click.argument("story")
@as_of
@window
@language
@as_json
@click.pass_obj
def brief(shell: Shell, story: str, *, as_json: bool) -> None:
    """With --json one document, else the paragraph and its citations."""
    from jobs.brief import brief_one  # noqa: PLC0415

    app = shell.app
    with app.open(read_only=True) as store:
        about = find_story(store, story)
        made = brief_one(store, about, as_of=app.clock(), window=app.length(), meaning=app.meaning())
    if as_json:
        from reports.json import brief_document  # noqa: PLC0415

        shell.document(brief_document(made, about, app.written_in(), app.zone.key))
        return
    from reports.plain import paragraph, places  # noqa: PLC0415

    shell.data(shell.heading(shown(about.title)))
    said = paragraph(made, about, language=app.written_in(), time_zone=app.zone.key)
    for line in (*said, *places(made)):
        shell.data(shown(line))


@click.command(help="Write the report of each STORY, or of all stories; print the files.")
@click.argument("stories", nargs=-1, metavar="[STORY]...")
@as_of
@window
@language
@as_json
@click.pass_obj
def report(shell: Shell, stories: tuple[str, ...], *, as_json: bool) -> None:
    """Brief and publish; `monitor run deliver` sends what that put into the outbox. With --json one list."""
    from jobs.app import publish_briefs  # noqa: PLC0415
    from jobs.brief import brief_each  # noqa: PLC0415

    app = shell.app
    with app.open(make=False) as store:
        chosen = [find_story(store, story) for story in stories] or None
        brief_each(
            store,
            as_of=app.clock(),
            window=app.length(),
            stories=chosen,
            meaning=app.meaning(),
            progress=app.progress,
        )
        written, problems = publish_briefs(app, store, None if chosen is None else {story.id for story in chosen})
    for problem in problems:
        shell.say(problem)
    files = [str(path) for path in written]
    if as_json:
        shell.document(files)
        return
    for file in files:
        shell.data(file)


@click.command(help="Tell what changed from the report OLD to the report NEW, each a report.json or its folder.")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@as_json
@click.pass_obj
def diff(shell: Shell, old: Path, new: Path, *, as_json: bool) -> None:
    """Compare two documents of one story; no store and no config is read."""
    from jobs.comparing import difference, read  # noqa: PLC0415

    told = read(old), read(new)
    found = difference(*told)
    for path, one in zip((old, new), told, strict=True):
        if not one.is_whole:
            shell.say(f"note: {path} was changed after it was written; `monitor verify` says more")
    if told[0].brief.as_of > told[1].brief.as_of:
        shell.say("note: OLD is the later one of the two")
    if as_json:
        shell.document(found.document())
        return
    for heading, lines in found.lines():
        shell.data(shell.heading(shown(heading)))
        for line in lines:
            shell.data(f"  {shown(line)}")
