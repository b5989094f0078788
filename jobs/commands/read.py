"""Commands that only read the store: stories, posts, runs, outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jobs.shell import Shell, as_json, as_of, shown, window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from jobs.app import App
    from monitor.model import Finding, Post, PostId, SecondOpinion, Sentiment, Story
    from monitor.store import Store

_TEXT_WIDTH = 80
_RUNS = 200


@click.command(help="List the stories in the store, and which have ended: quiet for longer than quiet_days.")
@as_of
@as_json
@click.pass_obj
def stories(shell: Shell, *, as_json: bool) -> None:
    """With --json in the interchange format, and `ended`."""
    from jobs.following import is_over  # noqa: PLC0415
    from monitor.interchange import story_dict  # noqa: PLC0415

    quiet, now = shell.app.config.quiet(), shell.app.clock()
    with shell.app.open(read_only=True) as store:
        last_heard = store.last_heard()
        for story in store.stories():
            ended = is_over(story, last_heard.get(story.id), quiet, now)
            if as_json:
                shell.document({**story_dict(story), "ended": ended})
            else:
                shell.data(f"{shown(story.id)}  {'(ended)  ' if ended else ''}{shown(story.title)}")


@click.command(help="List the posts in the store, linked to a story or not, with what was understood of them.")
@click.option("--story", metavar="ID", help="Only those about this story.")
@as_of
@window
@as_json
@click.pass_obj
def posts(shell: Shell, story: str | None, *, as_json: bool) -> None:
    """With --json one line a post, deleted ones by the hash of their id."""
    from monitor.privacy import masked  # noqa: PLC0415

    listed = _in_window(shell)
    with shell.app.open(read_only=True) as store:
        chosen = [find_story(store, story)] if story is not None else store.stories()
        findings = {row.finding.post: row.finding for row in store.understood()}
        groups = _groups(shell.app, store, chosen) if as_json else {}
        for post in store.posts():
            finding = findings.get(post.id)
            about = finding.link.story if finding and finding.link else None
            if listed(post.created_at) and (story is None or about == story):
                if as_json:
                    shell.document(post_row(post, finding, groups))
                else:
                    shell.data(f"{shown(post.id)}  {shown(about or '-')}  {shown(masked(post.text))[:_TEXT_WIDTH]}")
        for stone in store.all_tombstones():
            if listed(stone.created_at) and (story is None or stone.story == story):
                if as_json:
                    shell.document({"post": stone.id_hash, "story": stone.story, "deleted": True})
                else:
                    shell.data(f"{stone.id_hash[:16]}  {shown(stone.story or '-')}  (deleted)")


def _in_window(shell: Shell) -> Callable[[datetime | None], bool]:
    """Return which times belong to what --window and --as-of say, both ends in; without them all that is stored.

    As in a brief, what has no time belongs to every time but to no --window.
    """
    app = shell.app
    if app.window is None and not shell.options.get("as_of"):
        return lambda _: True
    until, length = app.clock(), app.window

    def belongs(at: datetime | None) -> bool:
        if at is None:
            return length is None
        return at <= until and (length is None or until - at <= length)

    return belongs


def find_story(store: Store, story_id: str) -> Story:
    """Return the story; a UsageError names the nearest where there is none."""
    from jobs.mistakes import nearest  # noqa: PLC0415

    known = {str(story.id): story for story in store.stories()}
    if story_id not in known:
        raise click.UsageError(f"no story {story_id!r} in the store{nearest(story_id, known)}")
    return known[story_id]


def _groups(app: App, store: Store, stories: Iterable[Story]) -> dict[PostId, PostId]:
    """Return the group of each grouped post, as a brief written now has them."""
    from jobs.brief import brief_one  # noqa: PLC0415

    briefs = (
        brief_one(store, story, as_of=app.clock(), window=app.length(), meaning=app.meaning()) for story in stories
    )
    return {post: group.id for brief in briefs for group in brief.groups for post in group.posts}


def post_row(post: Post, finding: Finding | None, groups: Mapping[PostId, PostId]) -> dict[str, Any]:
    """Return a post as `monitor posts --json` has it; finding: None where it is not yet understood."""
    if finding is None:
        empty = dict.fromkeys(("story", "link", "kind", "language"))
        rest = dict.fromkeys(
            ("stance", "ironic", "group", "copy_of", "voice", "flood", "flood_reason", "second_opinion")
        )
        return {
            "post": post.id,
            **empty,
            "sentiment": {"not_scored": "not yet understood"},
            **rest,
            "deleted": False,
        }
    link = finding.link
    return {
        "post": post.id,
        "story": link.story if link else None,
        "link": {"reason": link.reason, "strength": link.strength} if link else None,
        "kind": finding.kind,
        "language": finding.language,
        "sentiment": tone_row(finding.sentiment) if finding.sentiment else {"not_scored": finding.not_scored},
        "stance": finding.stance,
        "ironic": finding.ironic,
        "group": groups.get(finding.copy_of or post.id),
        "copy_of": finding.copy_of,
        "voice": finding.voice,
        "flood": finding.flood is not None,
        "flood_reason": finding.flood,
        "second_opinion": _second_row(finding.second) if finding.second else None,
        "deleted": False,
    }


def _second_row(second: SecondOpinion) -> dict[str, Any]:
    words = [{"word": word, "valence": valence} for word, valence in second.words]
    return {"label": second.label, "value": second.value, "scorer": second.scorer, "words": words}


def tone_row(sentiment: Sentiment) -> dict[str, Any]:
    """Return a score as JSON has it; `unclear` stands there only where it is so."""
    row = {"label": sentiment.label, "value": sentiment.value, "confidence": sentiment.confidence}
    return {**row, "scorer": sentiment.scorer, **({"unclear": True} if sentiment.unclear else {})}


@click.command(help="List what ran, newest first, and how it ended.")
@as_json
@click.pass_obj
def runs(shell: Shell, *, as_json: bool) -> None:
    """Show each; one without an end still works, or was killed."""
    from dataclasses import asdict  # noqa: PLC0415

    with shell.app.open(read_only=True) as store:
        for run in store.runs(_RUNS):
            if as_json:
                shell.document(asdict(run))
            else:
                ended = shown(run.problem or "ok") if run.ended_at else "not ended: it works, or was killed"
                shell.data(f"{shell.local(run.started_at)}  {run.job:<10}  {_period(shell, run.period)}  {ended}")


def _period(shell: Shell, period: str) -> str:
    """Return the period of a run as people read it: a moment as local time, all other names as they are."""
    from datetime import datetime  # noqa: PLC0415

    try:
        moment = datetime.fromisoformat(period)
    except ValueError:
        return shown(period)
    return shell.local(moment) if moment.tzinfo else shown(period)


@click.command(help="List what was and will be delivered.")
@as_json
@click.pass_obj
def outbox(shell: Shell, *, as_json: bool) -> None:
    """Show each; its payload stands in the JSON only."""
    from dataclasses import asdict  # noqa: PLC0415

    with shell.app.open(read_only=True) as store:
        for message in store.messages():
            if as_json:
                shell.document(asdict(message))
            else:
                where = f"{shown(message.channel)}  {shown(message.key)}"
                said = f"{message.id}  {message.state:<9}  {message.op:<6}  {where}"
                shell.data(f"{said}  {shown(message.problem)}" if message.problem else said)
