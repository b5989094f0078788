"""Which stories are asked about: those of the config and of its feeds, until they have been quiet for so long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model import CONVERSATION, PostCitation, Query

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, timedelta

    from monitor.model import Story, StoryId
    from monitor.options import Options
    from monitor.store import Store


def followed(
    stories: Sequence[Story],
    *,
    named: Collection[str],
    feeds: Collection[str],
    came_from: Mapping[StoryId, str],
    last_heard: Mapping[StoryId, datetime],
    quiet: timedelta | None,
    now: datetime,
) -> list[Story]:
    """Return the stories that sources are asked about, in the order given.

    named: ids in the config; feeds: names of the sources that bring stories. What was only imported is not asked
    about: ten thousand imported stories would be ten thousand paid queries. came_from: where each story was seen
    last; last_heard: when the last post about it was written; quiet: see `is_over`, None: no story ends.
    """
    return [
        story
        for story in stories
        if (story.id in named or came_from.get(story.id) in feeds)
        and not is_over(story, last_heard.get(story.id), quiet, now)
    ]


def is_over(story: Story, last_heard: datetime | None, quiet: timedelta | None, now: datetime) -> bool:
    """Tell whether a story came out, and was last heard of, longer ago than `quiet`; unknown: it is not."""
    known = [time for time in (story.published_at, last_heard) if time is not None]
    return quiet is not None and bool(known) and now - max(known) > quiet


def addresses(store: Store) -> dict[StoryId, list[str]]:
    """Return where other outlets tell of each story, those first that were first."""
    found: dict[StoryId, list[str]] = {}
    for article in sorted(store.articles(), key=lambda one: (one.published_at is None, one.published_at, one.id)):
        if article.url:
            found.setdefault(article.story, []).append(article.url)
    return found


def conversations(store: Store, stories: Sequence[Story], sources: Mapping[str, Options]) -> list[Query]:
    """Return the queries for the answers to cited posts of X, as many a story as its sources want."""
    wanted = max((getattr(options, "conversations", 0) for options in sources.values()), default=0)
    found = []
    for story in stories if wanted else ():
        brief = store.latest_brief(story.id)
        cited = [
            citation.post
            for claim in (brief.claims if brief is not None else ())
            for citation in claim.citations
            if isinstance(citation, PostCitation)
        ]
        found += [
            Query(
                text=f"{CONVERSATION}{post.id}",
                stories=(story.id,),
                since=post.created_at,
                platform="x",
                conversation=True,
            )
            for post in store.most_answered(cited, "x")[:wanted]
        ]
    return found
