"""Between a row and a value, by hand: a story of 50,000 posts is read in seconds only without a validator a row.

The order of the columns stands in the *_COLUMNS beside each function. What a row cannot hold is said by
`unstorable`, so that one broken post is quarantined and its batch stays.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from monitor.model import (
    Author,
    Finding,
    Gap,
    Image,
    Link,
    Post,
    PostId,
    ReadWindow,
    Role,
    SecondOpinion,
    Sentiment,
    Story,
    StoryId,
    Understood,
    VoiceId,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST = 2**63  # SQLite's integers end here
_RAW = 10_000  # characters that a quarantined thing keeps (model.Rejected)


def time_text(time: datetime | None) -> str | None:
    """Return the time as it stands in a column: ISO 8601 in UTC, always with microseconds, so that text sorts."""
    return None if time is None else time.astimezone(UTC).isoformat(timespec="microseconds")


def at_text(time: datetime) -> str:
    """Return likewise a time that is always known."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def time_from(text: str | None) -> datetime | None:
    """Return the time that `time_text` wrote."""
    return None if text is None else datetime.fromisoformat(text)


def array(values: Iterable[str]) -> str:
    """Return a JSON array; analysts open it with json_each."""
    return json.dumps(list(values), ensure_ascii=False, separators=(",", ":"))


def ids_from(text: str) -> tuple[StoryId, ...]:
    """Return the ids that `array` wrote."""
    return () if text == "[]" else tuple(json.loads(text))


def unstorable(row: Iterable[object]) -> str | None:
    """Return why SQLite cannot hold this row as it is, None where it can."""
    for value in row:
        if isinstance(value, str):
            if "\0" in value:
                return "it holds a NUL character"
            if not value.isascii():
                try:
                    value.encode()
                except UnicodeEncodeError:
                    return "it holds half of a surrogate pair"
        elif isinstance(value, int) and not -_MOST <= value < _MOST:
            return "it holds a number beyond 64 bits"
    return None


def printable(text: str) -> str:
    """Return strangers' raw text fit to be stored: what UTF-8 and SQLite cannot hold is spelt out."""
    return text[:_RAW].encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")[:_RAW]


# --- stories -----------------------------------------------------------------------------------

STORY_COLUMNS = "id, title, lead, body, url, publisher, published_at, language, image, target, query"


def story_row(story: Story) -> tuple[str | None, ...]:
    """Return STORY_COLUMNS."""
    image = None
    if story.image is not None:
        image = _object(url=story.image.url, caption=story.image.caption, ai_generated=story.image.ai_generated)
    return (
        *(story.id, story.title, story.lead, story.body, story.url, story.publisher),
        *(time_text(story.published_at), story.language, image, story.target, story.query),
    )


def story_from(row: tuple[Any, ...]) -> Story:
    """Return a story from STORY_COLUMNS."""
    return Story(
        id=row[0],
        title=row[1],
        lead=row[2],
        body=row[3],
        url=row[4],
        publisher=row[5],
        published_at=time_from(row[6]),
        language=row[7],
        image=None if row[8] is None else Image(**json.loads(row[8])),
        target=row[9],
        query=row[10],
    )


# --- posts -------------------------------------------------------------------------------------


class PostRow(NamedTuple):
    """One row of `posts` but for its current finding; the columns in their order."""

    id: PostId
    platform: str
    author_id: str | None
    author: str | None
    author_at: str | None
    created_at: str | None
    url: str | None
    reply_to: str | None
    repost_of: str | None
    quote_of: str | None
    likes: int | None
    likes_at: str | None
    reposts: int | None
    reposts_at: str | None
    replies: int | None
    replies_at: str | None
    found_for: str
    text_hash: str


class VersionRow(NamedTuple):
    """One row of `versions`; the columns in their order."""

    post: PostId
    text_hash: str
    text: str
    lang: str | None
    links: str
    revision: int
    seen_at: str


def post_rows(post: Post, at: str) -> tuple[PostRow, VersionRow]:
    """Return one sighting of a post, at the time `at`, as its two rows."""
    text_hash = post.text_hash
    who = post.author
    row = PostRow(
        id=post.id,
        platform=post.platform,
        author_id=None if who is None else who.id,
        author=None if who is None else _author_text(who),
        author_at=None if who is None else at,
        created_at=time_text(post.created_at),
        url=post.url,
        reply_to=post.reply_to,
        repost_of=post.repost_of,
        quote_of=post.quote_of,
        likes=post.likes,
        likes_at=None if post.likes is None else at,
        reposts=post.reposts,
        reposts_at=None if post.reposts is None else at,
        replies=post.replies,
        replies_at=None if post.replies is None else at,
        found_for=array(sorted(set(post.found_for))) if post.found_for else "[]",
        text_hash=text_hash,
    )
    links = array(post.links) if post.links else "[]"
    return row, VersionRow(post.id, text_hash, post.text, post.lang, links, post.revision, at)


POST_COLUMNS = (
    "p.id, p.platform, p.author, v.text, v.lang, p.created_at, p.url, p.reply_to, p.repost_of, p.quote_of, "
    "p.likes, p.reposts, p.replies, v.links, p.found_for, v.revision"
)
_POST_WIDTH = 16


def post_from(row: tuple[Any, ...]) -> Post:
    """Return a post from POST_COLUMNS."""
    return Post(
        id=row[0],
        platform=row[1],
        author=None if row[2] is None else _author_from(row[2]),
        text=row[3],
        lang=row[4],
        created_at=time_from(row[5]),
        url=row[6],
        reply_to=row[7],
        repost_of=row[8],
        quote_of=row[9],
        likes=row[10],
        reposts=row[11],
        replies=row[12],
        links=() if row[13] == "[]" else tuple(json.loads(row[13])),
        found_for=ids_from(row[14]),
        revision=row[15],
    )


def _object(**fields: object) -> str:
    known = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(known, ensure_ascii=False, separators=(",", ":"))


def _author_text(who: Author) -> str:
    return _object(
        id=who.id,
        handle=who.handle,
        name=who.name,
        description=who.description,
        followers=who.followers,
        verified=who.verified,
        created_at=time_text(who.created_at),
    )


def _author_from(text: str) -> Author:
    fields = json.loads(text)
    if "created_at" in fields:
        fields["created_at"] = datetime.fromisoformat(fields["created_at"])
    return Author(**fields)


# --- findings ----------------------------------------------------------------------------------

FINDING_COLUMNS = (
    "f.post, f.text_hash, f.kind, f.language, f.label, f.value, f.confidence, f.scorer, f.unclear, f.not_scored, "
    "f.stance, f.ironic, f.voice, f.voice_reason, f.copy_of, f.copy_reason, f.flood, f.role, f.role_words, "
    "f.story, f.link_reason, f.strength, f.elsewhere, f.second"
)


def finding_row(finding: Finding) -> tuple[object, ...]:
    """Return FINDING_COLUMNS."""
    tone, role, link = finding.sentiment, finding.role, finding.link
    return (
        *(finding.post, finding.text_hash, finding.kind, finding.language),
        *(
            (None,) * 5
            if tone is None
            else (tone.label, tone.value, tone.confidence, tone.scorer, int(tone.unclear))
        ),
        *(finding.not_scored, finding.stance, int(finding.ironic), finding.voice, finding.voice_reason),
        *(finding.copy_of, finding.copy_reason, finding.flood),
        *((None, None) if role is None else (role.name, role.words)),
        *((None, None, None) if link is None else (link.story, link.reason, link.strength)),
        finding.elsewhere,
        None if finding.second is None else _second_text(finding.second),
    )


def finding_from(row: tuple[Any, ...]) -> Finding:
    """Return a finding from FINDING_COLUMNS."""
    return Finding(
        post=row[0],
        text_hash=row[1],
        kind=row[2],
        language=row[3],
        sentiment=None if row[4] is None else sentiment_from(row[4:9]),
        not_scored=row[9],
        stance=row[10],
        ironic=bool(row[11]),
        voice=VoiceId(row[12]),
        voice_reason=row[13],
        copy_of=row[14],
        copy_reason=row[15],
        flood=row[16],
        role=None if row[17] is None else Role(name=row[17], words=row[18]),
        link=None if row[19] is None else Link(story=row[19], reason=row[20], strength=row[21]),
        elsewhere=row[22],
        second=None if row[23] is None else _second_from(row[23]),
    )


def _second_text(second: SecondOpinion) -> str:
    return _object(label=second.label, value=second.value, scorer=second.scorer, words=second.words)


def _second_from(text: str) -> SecondOpinion:
    fields = json.loads(text)
    fields["words"] = tuple((word, valence) for word, valence in fields["words"])
    return SecondOpinion(**fields)


def sentiment_from(row: tuple[Any, ...]) -> Sentiment:
    """Return a score from (label, value, confidence, scorer, unclear)."""
    return Sentiment(label=row[0], value=row[1], confidence=row[2], scorer=row[3], unclear=bool(row[4]))


def understood_from(row: tuple[Any, ...]) -> Understood:
    """Return a pair from POST_COLUMNS followed by FINDING_COLUMNS."""
    return Understood(post=post_from(row), finding=finding_from(row[_POST_WIDTH:]))


# --- readings ----------------------------------------------------------------------------------

READ_COLUMNS = "source, query, since, until, at, stories"
GAP_COLUMNS = "source, query, since, until, reason, read, of_about"


def read_row(read: ReadWindow) -> tuple[object, ...]:
    """Return READ_COLUMNS."""
    stories = array(sorted(set(read.stories)))
    return (read.source, read.query, time_text(read.since), time_text(read.until), at_text(read.at), stories)


def read_from(row: tuple[Any, ...]) -> ReadWindow:
    """Return a reading from READ_COLUMNS."""
    return ReadWindow(
        source=row[0],
        query=row[1],
        since=time_from(row[2]),
        until=time_from(row[3]),
        at=datetime.fromisoformat(row[4]),
        stories=ids_from(row[5]),
    )


def gap_row(gap: Gap) -> tuple[object, ...]:
    """Return GAP_COLUMNS."""
    return (
        *(gap.source, gap.query, time_text(gap.since), time_text(gap.until)),
        *(gap.reason, gap.read, gap.of_about),
    )


def gap_from(row: tuple[Any, ...]) -> Gap:
    """Return a gap from GAP_COLUMNS."""
    return Gap(
        source=row[0],
        query=row[1],
        since=time_from(row[2]),
        until=time_from(row[3]),
        reason=row[4],
        read=row[5],
        of_about=row[6],
    )
