"""Accounts that are there for one story: their profile names what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .words import stems

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.model import Post, PostId, Story, StoryId

_NAMED = 2
"""Words of a profile that are a story's, and more than any other story's, for it to name that story."""


def named_by_profile(posts: Iterable[Post], stories: Iterable[Story]) -> dict[PostId, StoryId]:
    """Return the story that the name and description of each post's author name, where they name one.

    It is no link: who lives where a story plays writes of other things too.
    """
    words = {story.id: frozenset(stems(f"{story.title}\n{story.lead}", story.language)) for story in stories}
    known: dict[tuple[str, str | None], StoryId | None] = {}
    found = {}
    for post in posts:
        if post.author is None:
            continue
        profile = f"{post.author.name or ''}\n{post.author.description or ''}"
        if (profile, post.lang) not in known:
            of_profile = set(stems(profile, post.lang))
            shared = sorted(((len(of_profile & own), story) for story, own in words.items()), reverse=True)
            clear = len(shared) == 1 or (len(shared) > 1 and shared[0][0] > shared[1][0])
            known[profile, post.lang] = shared[0][1] if clear and shared[0][0] >= _NAMED else None
        story = known[profile, post.lang]
        if story is not None:
            found[post.id] = story
    return found
