"""The command label: posts read blind by a person, one at a time; answers on stdin, a line each."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from jobs.shell import Shell, as_json, as_of, counted, shown

from .read import find_story

if TYPE_CHECKING:
    from monitor.model import Answer
    from monitor.spotcheck import Drawn

_KEYS: dict[str, Answer] = {
    "n": "negative",
    "u": "neutral",
    "p": "positive",
    "o": "not about it",
    "s": "skipped",
}
_ANSWERS: dict[str, Answer] = {**_KEYS, **{answer: answer for answer in _KEYS.values()}}
_ASKED = "[n]egative  ne[u]tral  [p]ositive  n[o]t about it  [s]kip  [q]uit: "


@click.command(
    help="Read posts of STORY (of all stories) blind, and see how far our reading of them is to be trusted."
)
@click.argument("story", required=False)
@click.option("--n", type=click.IntRange(1, 1000), default=30, show_default=True, help="How many to read.")
@click.option("--as", "who", metavar="NAME", default="reader", show_default=True, help="Who reads.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed draws other posts.")
@as_of
@as_json
@click.pass_obj
def label(shell: Shell, story: str | None, *, n: int, who: str, seed: int, as_json: bool) -> None:
    """Each answer is kept at once; the game goes on where it stopped. With --json one document at the end."""
    from jobs.labelling import document, label_of, population, still_to_read, summary  # noqa: PLC0415

    app = shell.app
    with app.open(make=False) as store:
        chosen = store.stories() if story is None else [find_story(store, story)]
        titles = {one.id: one.title for one in chosen}
        everyone = population(store, chosen, as_of=app.clock())
        answers = store.labels(titles)
        going, number = True, 0
        while going and (waiting := still_to_read(everyone, answers, who=who, n=n, seed=seed)):
            for left, drawn in enumerate(waiting):
                number += 1
                about = drawn.post.finding.link
                title = titles[about.story] if about is not None else ""
                answer = _ask(shell, drawn, title, f"{number}, {counted(len(waiting) - left, 'post')} left")
                if answer is None:
                    going = False
                    break
                kept = label_of(drawn, answer, who=who, at=app.clock())
                if store.save_label(kept):
                    answers.append(kept)
                else:
                    shell.say("this post was deleted meanwhile; your answer is not kept")
                    everyone = tuple(unit for unit in everyone if unit is not drawn.unit)
    if as_json:
        shell.document(document(everyone, answers, story=story))
        return
    for line in summary(everyone, answers):
        shell.data(line)


def _ask(shell: Shell, drawn: Drawn, title: str, place: str) -> Answer | None:
    """Show one post without our reading of it; return the answer, None where the reader quits or is gone."""
    from monitor.privacy import masked  # noqa: PLC0415

    shell.say(f"\n--- {place} · {shown(title)}")
    shell.say(shown(masked(drawn.post.post.text)))
    while True:
        click.echo(_ASKED, err=True, nl=False)
        line = sys.stdin.readline()
        told = line.strip().lower()
        if not line or told in {"q", "quit"}:
            shell.say("")
            return None
        if told in _ANSWERS:
            return _ANSWERS[told]
        shell.say("answer with one of these letters")
