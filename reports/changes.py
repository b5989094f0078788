"""What changed since another report of the same story, said line by line; what stayed the same is not said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .figures import net_tile
from .isolation import isolated
from .page import gap_text
from .phrases import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.model import Changes, Figures, Group, GroupChange

    from .phrases import Parts, Phrases


_SIDES = {"support": "support", "positive": "support", "oppose": "oppose", "negative": "oppose"}


def lines(changes: Changes, words: Phrases, zone: str) -> tuple[Parts, ...]:
    """Say what changed in figures, groups, languages and gaps; words of labels are strangers'."""
    return (
        *_figures(changes, words),
        *_sides(changes, words),
        *(line for change in changes.groups for line in _group(change, words)),
        *_languages(changes, words),
        *(words.parts("changes.gap_opened", gap=gap_text(gap, words, zone)) for gap in changes.gaps_opened),
        *(words.parts("changes.gap_closed", gap=gap_text(gap, words, zone)) for gap in changes.gaps_closed),
    )


def as_text(line: Parts) -> str:
    """Return a line as plain text, strangers' words kept from turning what stands around them."""
    return "".join(part.text if part.language is None else isolated(part.text) for part in line)


def figures_of(figures: Figures) -> dict[str, int]:
    """Return the headline counts by the key of their name in `page`."""
    return {"people": figures.people, "posts": figures.posts, "opinions": figures.opinion_voices}


def kind_of(change: GroupChange) -> str:
    """Return what became of a group: new, gone, side, grew, shrank, or other (its label or quote)."""
    before, now = change.before, change.now
    if before is None or now is None:
        return "new" if before is None else "gone"
    if _side(before) != _side(now):
        return "side"
    if before.voices != now.voices:
        return "grew" if now.voices > before.voices else "shrank"
    return "other"


def _side(group: Group) -> str:
    """Return on which side a group is: who is critical in tone and who is against are on one."""
    return _SIDES.get(_view(group), "none")


def _view(group: Group) -> str:
    return group.stance if group.stance != "neither" else group.tone or "none"


# --- The lines, in their order ---------------------------------------------------------------------


def _figures(changes: Changes, words: Phrases) -> Iterator[Parts]:
    before, now = changes.before, changes.now
    if before.qualifier != now.qualifier:
        old, new = (words.name("qualifiers", brief.qualifier) for brief in (before, now))
        yield words.parts("changes.qualifier", before=old, now=new)
    counts = figures_of(before.figures), figures_of(now.figures)
    for name, n in counts[1].items():
        if n != counts[0][name]:
            old, new = (_counted(words, name, one) for one in (counts[0][name], n))
            yield _figure(words, words.pattern(f"page.{name}"), old, new)
    old_net, new_net = (net_tile(words, brief.figures) for brief in (before, now))
    if old_net != new_net:
        nets = [words.say("changes.with_note", value=net.value, note=net.note) for net in (old_net, new_net)]
        yield _figure(words, new_net.name, *nets)


def _counted(words: Phrases, name: str, n: int) -> str:
    return words.count("person", n) if name == "opinions" else words.number(n)  # other names say what is counted


def _figure(words: Phrases, name: str, before: str, now: str) -> Parts:
    return words.parts("changes.figure", name=name, before=before, now=now)


def _sides(changes: Changes, words: Phrases) -> Iterator[Parts]:
    before, now = changes.before, changes.now
    if before.split != now.split:
        yield words.parts("changes.split" if now.split else "changes.no_split")
    if changes.minority:
        key = "minority_gone" if now.minority is None else "minority_other" if before.minority else "minority_new"
        yield words.parts(f"changes.{key}")


def _group(change: GroupChange, words: Phrases) -> Iterator[Parts]:
    kind, group = kind_of(change), change.now or change.before
    if group is None or (kind == "other" and change.before and change.before.label == group.label):
        return
    then, today = change.before or group, change.now or group
    yield words.parts(
        f"changes.group_{kind}",
        view=words.name("badges", _view(group)),
        view_before=words.name("badges", _view(then)),
        before=words.count("person", then.voices),
        now=words.count("person", today.voices),
        label=_label(group, words),
    )


def _label(group: Group, words: Phrases) -> Parts:
    if not group.label:
        return ()
    named = [Part(text=word, language=group.language or "und") for word in group.label]
    return words.parts("group.label", words=words.listed(named))


def _languages(changes: Changes, words: Phrases) -> Iterator[Parts]:
    for code, before, now in changes.languages:
        yield _figure(
            words, words.name("languages", code), words.count("person", before), words.count("person", now)
        )
