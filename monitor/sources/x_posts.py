"""X API v2 answers to posts: a format, read by the live source and by the import.

Reads both spellings of OpenAPI 2.167 (tweet.*, note_tweet … and post.*, note_post …). Text comes with `&`,
`<` and `>` as HTML entities, which are undone. An edit is a new id: a post stands under the first of its history.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeGuard

from monitor.interchange import raw_text, read_count, read_id, read_time
from monitor.model import Author, Post, PostId, Rejected, StoryId
from monitor.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_EPOCH_MS = 1_288_834_974_657  # The first millisecond of X's ids (docs.x.com, "X IDs").
_TIME_SHIFT = 22  # An id's lower bits name the machine and the sequence (same page).
_MAX_ID = 2**63 - 1
_KNOWN = frozenset(
    (
        "id", "text", "created_at", "author_id", "author", "lang", "public_metrics", "entities", "attachments",
        "conversation_id", "in_reply_to_user_id", "in_reply_to_user", "withheld", "possibly_sensitive", "source",
        "edit_controls", "context_annotations", "reply_settings", "geo", "display_text_range",
        "edit_history_tweet_ids", "edit_history_post_ids", "referenced_tweets", "referenced_posts",
        "note_tweet", "note_post", "__twarc",
    )
)  # fmt: skip
_ONLY_X = frozenset(
    ("author_id", "public_metrics", "edit_history_tweet_ids", "edit_history_post_ids", "conversation_id")
)
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


class Withheld(ValueError):
    """X asks that a post is not shown: nothing of it is kept but its id. where: {country_codes}, as X says it."""

    def __init__(self, where: object) -> None:
        codes = where.get("country_codes") if isinstance(where, dict) else None
        listed = codes if isinstance(codes, list) else []
        named = [code for code in listed if isinstance(code, str) and code.isalpha()]
        super().__init__(f"withheld by X in {', '.join(named)}" if named else "withheld by X")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What an answer held. posts + rejected = the posts that it named; read, users: what X counts as read."""

    posts: tuple[Post, ...]
    rejected: tuple[Rejected, ...]
    unread: Counter[str]
    read: int
    users: int


def parse_answer(answer: Mapping[str, Any], *, found_for: Sequence[StoryId] = ()) -> Parsed:
    """Read one API answer ({data, includes?, meta?}; data: a post or a list). ValueError: it is none."""
    data = answer.get("data")
    rows: list[object] = data if isinstance(data, list) else [] if data is None else [data]
    if not isinstance(data, list | dict | None):
        raise ValueError("data is no list of posts")  # noqa: TRY004 - one class for all that strangers get wrong
    includes = answer.get("includes")
    included = includes if isinstance(includes, dict) else {}
    users = _by_id(included.get("users"))
    referenced = {**_by_id(included.get("tweets")), **_by_id(included.get("posts"))}
    unread: Counter[str] = Counter()
    posts: list[Post] = []
    rejected: list[Rejected] = []
    for row in rows:
        try:
            posts.append(_parse_post(row, users, referenced, tuple(found_for), unread))
        except ValueError as problem:
            rejected.append(_reject(row, problem))
    return Parsed(
        posts=tuple(posts),
        rejected=tuple(rejected),
        unread=unread,
        read=len(rows) + len(referenced),
        users=len(users),
    )


def is_answer(row: Mapping[str, Any]) -> bool:
    """Whether a JSON object is an API answer: posts under `data`, or an empty or failed search."""
    return isinstance(row.get("data"), list | dict) or ("data" not in row and isinstance(row.get("meta"), dict))


def is_post(row: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a single post of the API, as flattened archives hold them."""
    return "platform" not in row and "text" in row and not row.keys().isdisjoint(_ONLY_X)


def id_time(post_id: str) -> datetime | None:
    """Return the time that an X id holds, None for the ids before 2010-11 and what is no id."""
    if not is_id(post_id):
        return None
    since_epoch = int(post_id) >> _TIME_SHIFT
    if since_epoch == 0:
        return None
    return datetime.fromtimestamp((since_epoch + _EPOCH_MS) / 1000, tz=UTC)


def _parse_post(
    row: object,
    users: Mapping[str, Mapping[str, Any]],
    referenced: Mapping[str, Mapping[str, Any]],
    found_for: tuple[StoryId, ...],
    unread: Counter[str],
) -> Post:
    if not isinstance(row, dict):
        raise ValueError("a post is no object")  # noqa: TRY004 - one class for all that strangers get wrong
    own_id = _x_id(row, "id")
    if row.get("withheld"):
        raise Withheld(row["withheld"])
    for key in row.keys() - _KNOWN:
        unread[f"post.{clean(str(key))[:100]}"] += 1
    history = _history(row)
    kinds = _references(row)
    original = referenced.get(kinds.get("retweeted", ""))
    whole = original if original and isinstance(original.get("text"), str) else row
    metrics = row.get("public_metrics")
    counts: dict[str, Any] = metrics if isinstance(metrics, dict) else {}
    author = _author(row, users)
    return Post(
        id=PostId(history[0]),
        platform="x",
        author=author,
        text=_text(whole),
        lang=_optional_text(row, "lang"),
        created_at=_time(row, history[0], unread),
        url=f"https://x.com/{_handle(author)}/status/{own_id}",
        reply_to=_original_id(kinds.get("replied_to"), referenced),
        repost_of=_original_id(kinds.get("retweeted"), referenced),
        quote_of=_original_id(kinds.get("quoted"), referenced),
        likes=read_count(counts, "like_count"),
        reposts=read_count(counts, "repost_count" if "repost_count" in counts else "retweet_count"),
        replies=read_count(counts, "reply_count"),
        links=_links(whole),
        found_for=found_for,
        revision=len(history) - 1,
    )


def _reject(row: object, problem: ValueError) -> Rejected:
    post_id = row.get("id") if isinstance(row, dict) else None
    named = clean(post_id) if isinstance(post_id, str) else None
    return Rejected(
        raw=withheld_raw(named) if isinstance(problem, Withheld) else raw_text(row), reason=str(problem), id=named
    )


def withheld_raw(post_id: str | None) -> str:
    """Return what is kept of a withheld post."""
    return json.dumps({"id": post_id})


def _x_id(row: Mapping[str, Any], key: str) -> str:
    value = read_id(row, key)
    if not is_id(value):
        raise ValueError(f"{key} is no id of X")
    return value


def is_id(value: object) -> TypeGuard[str]:
    """Whether it is an id of X: a positive whole number of 63 bits, as text."""
    if not isinstance(value, str):
        return False
    return value.isascii() and value.isdecimal() and len(value) <= len(str(_MAX_ID)) and 0 < int(value) <= _MAX_ID


def _history(row: Mapping[str, Any]) -> list[str]:
    """Return the ids of all versions, oldest first; just its own where X gives no history."""
    value = row.get("edit_history_tweet_ids") or row.get("edit_history_post_ids")
    if not value:
        return [str(row["id"])]
    if not isinstance(value, list) or not all(is_id(one) for one in value):
        raise ValueError("the edit history is no list of ids")
    return sorted(value, key=int)


def _references(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the id that the post refers to, by the kind of reference."""
    value = row.get("referenced_tweets") or row.get("referenced_posts") or []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError("the references are no list")
    renamed = {"reposted": "retweeted"}
    return {renamed.get(kind, kind): _x_id(one, "id") for one in value if (kind := str(one.get("type")))}


def _original_id(post_id: str | None, referenced: Mapping[str, Mapping[str, Any]]) -> PostId | None:
    """Return the id under which a referenced post stands: the first of its history where X sent it along."""
    if post_id is None:
        return None
    original = referenced.get(post_id)
    try:
        return PostId(_history(original)[0] if original else post_id)
    except ValueError:
        return PostId(post_id)


def _text(row: Mapping[str, Any]) -> str:
    """Return the whole text as its author wrote it: of a long post the note, not its first 280 characters."""
    note = row.get("note_tweet") or row.get("note_post")
    text = note.get("text") if isinstance(note, dict) and isinstance(note.get("text"), str) else row.get("text")
    if not isinstance(text, str):
        raise ValueError("a post needs a text")  # noqa: TRY004 - as above
    return clean(unescaped(text))


def unescaped(text: str) -> str:
    """Return a text of X with the three characters that it writes as HTML entities."""
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def _optional_text(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key} is no text")
    return None if value is None else clean(value)


def _time(row: Mapping[str, Any], first_id: str, unread: Counter[str]) -> datetime | None:
    given = row.get("created_at")
    said = read_time(given)
    if given is not None and said is None:
        unread["created_at: unreadable time"] += 1
    return first_written(said, first_id)


def first_written(said: datetime | None, first_id: str) -> datetime | None:
    """Return when a post was first written: by its first id, and only for ids without a time as X or others say."""
    held = id_time(first_id)
    # The id is X's own clock to the millisecond, and an edit's `created_at` is that of the edit.
    return said if held is None or (said and abs((said - held).total_seconds()) < 1) else held


def _author(row: Mapping[str, Any], users: Mapping[str, Mapping[str, Any]]) -> Author | None:
    inside = row.get("author")
    if row.get("author_id") is None and not isinstance(inside, dict):
        return None
    user = inside if isinstance(inside, dict) else users.get(str(row["author_id"]), {})
    author_id = read_id(user, "id") if row.get("author_id") is None else read_id(row, "author_id")
    metrics = user.get("public_metrics")
    verified = user.get("verified")
    return Author(
        id=author_id,
        handle=_optional_text(user, "username"),
        name=_optional_text(user, "name"),
        description=_optional_text(user, "description"),
        followers=read_count(metrics, "followers_count") if isinstance(metrics, dict) else None,
        verified=verified if isinstance(verified, bool) else None,
        created_at=read_time(user.get("created_at")),
    )


def _handle(author: Author | None) -> str:
    """Return the handle for a link; `i` leads to the post where the handle is not known, or is none."""
    handle = author.handle if author else None
    return handle if handle and handle.replace("_", "").isalnum() and handle.isascii() else "i"


def _links(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return where the links lead, without those to the post's own pictures."""
    note = row.get("note_tweet") or row.get("note_post")
    found: dict[str, None] = {}
    for holder in (row, note if isinstance(note, dict) else {}):
        entities = holder.get("entities")
        urls = entities.get("urls") if isinstance(entities, dict) else None
        for url in urls if isinstance(urls, list) else []:
            if isinstance(url, dict) and not url.get("media_key"):
                leads = url.get("unwound_url") or url.get("expanded_url")
                if isinstance(leads, str) and leads.startswith(("http://", "https://")):
                    found[clean(leads)] = None
    return tuple(found)


def _by_id(rows: object) -> dict[str, Mapping[str, Any]]:
    """Return included objects by their id; what has none (X has sent null) is passed over."""
    listed = rows if isinstance(rows, list) else []
    return {row["id"]: row for row in listed if isinstance(row, dict) and isinstance(row.get("id"), str)}
