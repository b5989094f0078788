"""Whatever a post, story or finding holds, what is read back is the same value."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import (
    Author,
    Finding,
    Image,
    Link,
    Page,
    Post,
    PostId,
    Role,
    Sentiment,
    Story,
    StoryId,
    Tally,
    Understood,
    VoiceId,
)
from monitor.store import Store
from tests.builders import NOON

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
ID = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
TIME = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants bounds without a zone
COUNT = st.integers(-(2**63), 2**63 - 1)
SHARE = st.floats(-1, 1)


def perhaps(of: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.none() | of


AUTHORS = st.builds(
    Author,
    id=ID,
    handle=perhaps(TEXT),
    name=perhaps(TEXT),
    description=perhaps(TEXT),
    followers=perhaps(COUNT),
    verified=perhaps(st.booleans()),
    created_at=perhaps(TIME),
)
POSTS = st.builds(
    Post,
    id=ID.map(PostId),
    platform=TEXT,
    author=perhaps(AUTHORS),
    text=TEXT,
    lang=perhaps(TEXT),
    created_at=perhaps(TIME),
    url=perhaps(TEXT),
    reply_to=perhaps(ID),
    repost_of=perhaps(ID),
    quote_of=perhaps(ID),
    likes=perhaps(COUNT),
    reposts=perhaps(COUNT),
    replies=perhaps(COUNT),
    links=st.lists(TEXT, max_size=3).map(tuple),
    found_for=st.sets(ID.map(StoryId), max_size=3).map(sorted).map(tuple),
    revision=st.integers(0, 9),
)
STORIES = st.builds(
    Story,
    id=ID.map(StoryId),
    title=TEXT,
    lead=TEXT,
    body=TEXT,
    url=perhaps(TEXT),
    publisher=perhaps(TEXT),
    published_at=perhaps(TIME),
    language=perhaps(TEXT),
    image=perhaps(st.builds(Image, url=TEXT, caption=perhaps(TEXT), ai_generated=perhaps(st.booleans()))),
    target=perhaps(TEXT),
    query=perhaps(TEXT),
)
TONES = st.builds(
    Sentiment,
    label=st.sampled_from(["negative", "neutral", "positive"]),
    value=SHARE,
    confidence=SHARE,
    scorer=TEXT,
    unclear=st.booleans(),
)


@st.composite
def understood(draw: st.DrawFn) -> Understood:
    post = draw(POSTS)
    tone = draw(perhaps(TONES))
    links = st.builds(Link, story=ID.map(StoryId), reason=st.sampled_from(["url", "words"]), strength=SHARE)
    finding = Finding(
        post=post.id,
        text_hash=post.text_hash,
        kind=draw(st.sampled_from(["reporting", "opinion", "question", "other"])),
        language=draw(TEXT),
        sentiment=tone,
        not_scored=draw(TEXT) if tone is None else None,
        stance=draw(st.sampled_from(["support", "oppose", "neither"])),
        ironic=draw(st.booleans()),
        voice=VoiceId(draw(ID)),
        voice_reason=draw(perhaps(TEXT)),
        copy_of=draw(perhaps(ID.map(PostId))),
        copy_reason=draw(perhaps(TEXT)),
        flood=draw(perhaps(TEXT)),
        role=draw(perhaps(st.builds(Role, name=TEXT, words=TEXT))),
        link=draw(perhaps(links)),
        elsewhere=draw(perhaps(ID.map(StoryId))),
    )
    return Understood(post=post, finding=finding)


@settings(max_examples=150, deadline=None)
@given(understood(), STORIES)
def test_a_post_a_story_and_a_finding_come_back_as_they_were(row: Understood, story: Story) -> None:
    with Store.in_memory() as store:
        tally = store.save_page(Page(posts=(row.post,), stories=(story,)), source="x", query="q", at=NOON)
        assert tally == Tally(stored=2)
        assert store.save_findings([row.finding], maker="m") == 1
        assert store.understood() == [row]
        assert store.stories() == [story]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.builds(Post, id=st.text().map(PostId), platform=st.text(), text=st.text(), likes=st.integers())))
def test_whatever_strangers_send_is_stored_or_quarantined(posts: list[Post]) -> None:
    with Store.in_memory() as store:
        tally = store.save_page(Page(posts=tuple(posts)), source="x", query="q", at=NOON)
        assert tally.received == len(posts)
        assert {post.id for post in store.posts()} <= {post.id for post in posts}
        assert tally.deleted == 0
