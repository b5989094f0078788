"""What a group must hold before it is named: who is in it, on which side, and where its label comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.labels import FEWEST, MOST, is_a_name, story_words, unfit
from monitor.text import words

from .proof import Refused
from .recount import of_tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Group, Tone, Understood

    from .recount import Recount


def members_of(group: Group, known: Recount) -> list[Understood]:
    """Return the rows of a group; refuses one that is not an opinion of this story that counts."""
    strangers = [post for post in group.posts if post not in known.opinion_posts]
    if strangers or not group.posts:
        raise Refused(f"post {next(iter(strangers), '?')} of the group is no opinion that counts here")
    inside = set(group.posts)
    return [row for row in known.opinions if row.post.id in inside]


def check_group(group: Group, known: Recount) -> None:
    """Refuse a group whose members, side, voices, language, roles, label or quote are not what the rows give."""
    if group in known.sound:
        return
    rows = members_of(group, known)
    if tuple(row.post.id for row in rows) != group.posts or group.id != rows[0].post.id:
        raise Refused("its posts are not in their order, or it is not named by the oldest")
    if group.voices != known.people(rows):
        raise Refused(f"it has {known.people(rows)} voices, not {group.voices}")
    if any(row.finding.stance != group.stance for row in rows):
        raise Refused("not all of its posts take its stance")
    tones = [of_tone(row.finding) for row in rows]
    if group.stance == "neither" and set(tones) != {group.tone or "unclear"}:
        raise Refused("not all of its posts have its tone")
    if group.stance != "neither" and group.tone != _held_by_most(tones):
        raise Refused("its tone is not that of most of its posts")
    if group.language != _held_by_most([row.finding.language for row in rows]):
        raise Refused("its language is not that of most of its posts")
    roles = [(row.finding.role, row.post.id) for row in rows if row.finding.role is not None]
    if list(group.roles) != [(role.name, post) for role, post in roles if role.name != "outlet"]:
        raise Refused("its roles are not those that the profiles state")
    if group.quote is not None and group.quote.post not in group.posts:
        raise Refused("its quote is from outside the group")
    _check_label(group, rows, known)
    known.sound.append(group)


def _held_by_most(values: Sequence[str]) -> str | Tone | None:
    top = max(set(values), key=lambda value: (values.count(value), value))
    return top if 2 * values.count(top) > len(values) and top != "unclear" else None


def _check_label(group: Group, rows: Sequence[Understood], known: Recount) -> None:
    if not group.label:
        return
    if not FEWEST <= len(group.label) <= MOST or len(set(group.label)) < len(group.label):
        raise Refused("its label has not 2 to 4 different words")
    own = story_words(known.evidence.story)
    speaking = [row for row in rows if group.language is None or row.finding.language == group.language]
    said = [(row, frozenset(words(row.post.text))) for row in speaking]
    for word in group.label:
        having = [row for row, its_words in said if word in its_words]
        if len(having) < 2 or known.people(having) < 2:  # noqa: PLR2004 - a word of two posts, two people
            raise Refused(f"the label word {word!r} stands in fewer than two posts of the group")
        why = unfit(word, group.language, known.handles)
        if why is not None:
            raise Refused(f"the label word {word!r} {why}")
        if word not in own and is_a_name(word, group.language, [row.post.text for row in having[:200]]):
            raise Refused(f"the label word {word!r} is a name that the story does not have")
