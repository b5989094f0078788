"""Valid values for tests: a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.model import Author, Finding, Link, Post, PostId, Sentiment, Story, StoryId, Understood, VoiceId

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)


def story(**changes: Any) -> Story:
    """A story about a ferry that closes."""
    made = Story(
        id=StoryId("ferry"),
        title="County closes the Sundvik ferry in April",
        lead="The car ferry makes its last trip on 31 March and a boat without car deck replaces it.",
        url="https://news.example/ferry",
        publisher="Fjord Courier",
        published_at=NOON - timedelta(hours=6),
        language="en",
    )
    return replace(made, **changes)


def author(handle: str = "anna", **changes: Any) -> Author:
    """An account called `handle`."""
    return replace(Author(id=f"u-{handle}", handle=handle, name=handle.title()), **changes)


_UNSET: Any = object()


def post(
    post_id: str = "p1", *, by: str = "anna", minutes: int = 0, author: Author | None = _UNSET, **changes: Any
) -> Post:
    """A post by the account `by`, `minutes` after noon."""
    who = Author(id=f"u-{by}", handle=by, name=by.title()) if author is _UNSET else author
    made = Post(
        id=PostId(post_id),
        platform="x",
        author=who,
        text="The ferry must stay, how else do we get the sheep across?",
        lang="en",
        created_at=NOON + timedelta(minutes=minutes),
        url=f"https://x.example/{by}/status/{post_id}",
    )
    return replace(made, **changes)


def sentiment(label: str = "negative", **changes: Any) -> Sentiment:
    """A clear score with `label`."""
    value = {"negative": -0.6, "neutral": 0.0, "positive": 0.6}[label]
    made = Sentiment(label=label, value=value, confidence=0.8, scorer="vader/1")  # type: ignore[arg-type]
    return replace(made, **changes)


def understood(made: Post | None = None, **changes: Any) -> Understood:
    """`made` (or a post), understood as a negative opinion about the ferry."""
    of = made or post()
    who = of.author.id if of.author else of.id
    base = Finding(
        post=of.id,
        text_hash=of.text_hash,
        kind="opinion",
        language=of.lang or "en",
        sentiment=sentiment(),
        not_scored=None,
        stance="neither",
        ironic=False,
        voice=VoiceId(f"{of.platform}:{who}"),
        link=Link(story=StoryId("ferry"), reason="words", strength=0.95),
    )
    return Understood(post=of, finding=replace(base, **changes))
