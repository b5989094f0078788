"""What `monitor diff` compares and tells: two report.json files of one story, each as a stranger hands it in.

Pure but for `read`. What stands in a document is compared; whether it is true is asked of `monitor verify`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from monitor.comparison import compare, quote_of, quotes_in
from monitor.errors import ConfigError
from monitor.model import Brief, Changes, PostId
from reports.changes import as_text, lines
from reports.json import SCHEMA, changes_document, hash_of
from reports.phrases import iso, phrases

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pydantic import TypeAdapter

    from monitor.model import Claim, ClaimChange, Group, GroupChange

DIFF_SCHEMA = "what-people-say/diff/1"
_REASON = 120  # characters of why a file is no report
_IDS = 5  # posts that are named in one line; --json names all


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a report.json says.

    brief: as much as the document holds of it: the claims that fit the paragraph, groups without roles, no reads.
    cited: the cited posts with their times. texts: of each claim, in their order. is_whole: whether the hash
    is that of the content.
    """

    title: str
    time_zone: str
    brief: Brief
    hash: str
    cited: tuple[tuple[PostId, datetime | None], ...]
    texts: tuple[str, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two reports and what changed from the old one to the new."""

    old: Told
    new: Told
    changes: Changes

    def document(self) -> dict[str, Any]:
        """Return all of it for machines; its keys are stable."""
        changes = self.changes
        counted = changes_document(changes)
        del counted["since"]
        return {
            "schema": DIFF_SCHEMA,
            "story": self.new.brief.story,
            "reports": {"old": _head(self.old), "new": _head(self.new)},
            **counted,
            "groups": [
                {**row, **_members(change)} for row, change in zip(counted["groups"], changes.groups, strict=True)
            ],
            "claims": [self._claim(change) for change in changes.claims],
            "quotes": [{"group": group, "old": old, "new": new} for group, old, new in self._quotes()],
            "posts": {
                "new": list(changes.new_posts),
                "gone": list(changes.gone_posts),
                "withdrawn": list(changes.withdrawn),
                "left_window": list(changes.past),
                "edited": list(changes.edited),
                "read_anew": list(changes.reread),
            },
        }

    def lines(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each part for people: its heading, and its lines; a part in which nothing changed is left out."""
        words, changes = phrases("en"), self.changes
        old, new = (words.moment(told.brief.as_of, self.new.time_zone) for told in (self.old, self.new))
        head = [f"Old: as of {old}. New: as of {new} ({self.new.time_zone})."]
        counted = lines(changes, words, self.new.time_zone)
        parts = {
            "Counted": [as_text(line) for line in counted],
            "Claims": [_said_of(self._claim(change)) for change in changes.claims],
            "Quotes": [f"{_quoted(old)}, now {_quoted(new)}" for _, old, new in self._quotes()],
            "Posts": list(self._posts()),
        }
        if not any(parts.values()):
            moved = "Only which posts belong to a group has changed; --json names them."
            head.append(moved if changes.groups else "Nothing has changed.")
        yield self.new.title, head
        yield from ((heading, said) for heading, said in parts.items() if said)

    def _posts(self) -> Iterator[str]:
        changes = self.changes
        told = (
            ("new", changes.new_posts),
            ("gone", changes.gone_posts),
            ("withdrawn: cited before, and deleted or no longer about the story", changes.withdrawn),
            ("cited before, and older or newer than the new window", changes.past),
            ("edited", changes.edited),
            ("read otherwise than before", changes.reread),
        )
        for what, posts in told:
            if posts:
                rest = f" and {len(posts) - _IDS} more" if len(posts) > _IDS else ""
                yield f"{len(posts)} {what}: {', '.join(posts[:_IDS])}{rest}"

    def _quotes(self) -> Iterator[tuple[str, str | None, str | None]]:
        """Yield a group that is in both and its two quotes where they differ, None for that of a gone post."""
        for change in self.changes.groups:
            if change.before is None or change.now is None:
                continue
            old, new = quote_of(change.before), quote_of(change.now)
            if old != new:
                yield change.now.id, self._still(change.before), new and new[1]

    def _still(self, group: Group) -> str | None:
        quote = quote_of(group)
        return None if quote is None or quote[0] in self._unsaid else quote[1]

    @property
    def _unsaid(self) -> set[PostId]:
        """The posts that may have been deleted: their words are not repeated, cited or not."""
        return set(self.changes.gone_posts) - set(self.changes.past)

    def _claim(self, change: ClaimChange) -> dict[str, Any]:
        then, today = change.before, change.now
        some = today or then
        row: dict[str, Any] = {
            "kind": some.kind if some else None,
            "change": "new" if then is None else "gone" if today is None else "changed",
            "group": some and some.word("group"),
            "numbers": _apart(dict(then.numbers) if then else {}, dict(today.numbers) if today else {}),
            "words": _apart(_words(then), _words(today)),
        }
        row["old"] = then and self._text(then, self.old)
        row["new"] = today and self._text(today, self.new)
        return row

    def _text(self, claim: Claim, told: Told) -> str | None:
        """Return a claim as its report says it, None where it repeats the words of a post that is gone."""
        if any(post in self._unsaid for post, _ in quotes_in(claim)):
            return None
        return told.texts[told.brief.claims.index(claim)]


def read(path: Path) -> Told:
    """Read a report.json, or that in a folder; ConfigError in one sentence where there is none."""
    file = path
    try:
        file = path / "report.json" if path.is_dir() else path
        text = file.read_bytes()
    except OSError as error:
        raise ConfigError(
            [f"{file}: cannot be read ({error.strerror}); name a report.json or its folder"]
        ) from error
    try:
        return _told(json.loads(text.decode("utf-8"), parse_constant=_no_number))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:_REASON]
        said = f"{file}: no report as this program writes it ({reason}); name a report.json of `monitor report`"
        raise ConfigError([said]) from error


def difference(old: Told, new: Told) -> Difference:
    """Return what changed; ConfigError where the two are about different stories."""
    stories = old.brief.story, new.brief.story
    if stories[0] != stories[1]:
        said = f'one report is about "{stories[0]}", the other about "{stories[1]}"; name two reports of one story'
        raise ConfigError([said])
    return Difference(old=old, new=new, changes=compare(old.brief, new.brief, dict(old.cited)))


# --- What is told ----------------------------------------------------------------------------------


def _head(told: Told) -> dict[str, Any]:
    brief = told.brief
    window = {"since": iso(brief.window.since), "until": iso(brief.window.until)}
    return {"as_of": iso(brief.as_of), "window": window, "hash": told.hash, "title": told.title}


def _members(change: GroupChange) -> dict[str, Any]:
    """Return a group's id before, and which of its posts came and left, oldest first."""
    old, new = (() if group is None else group.posts for group in (change.before, change.now))
    return {
        "old_group": change.before and change.before.id,
        "came": [post for post in new if post not in set(old)],
        "left": [post for post in old if post not in set(new)],
    }


def _words(claim: Claim | None) -> dict[str, Any]:
    return {} if claim is None else {name: word for name, word in claim.words if name != "group"}


def _apart(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what differs between two claims, by name; nothing where one of them is not there at all."""
    if not old or not new:
        return {}
    names = [name for name in dict.fromkeys((*new, *old)) if old.get(name) != new.get(name)]
    return {name: {"old": old.get(name), "new": new.get(name)} for name in names}


def _said_of(row: Mapping[str, Any]) -> str:
    kind = str(row["kind"]).replace("_", " ")
    if row["change"] == "changed":
        parts = [*row["numbers"].items(), *row["words"].items()]
        told = "; ".join(f"{name} {_shown(pair['old'])}, now {_shown(pair['new'])}" for name, pair in parts)
        return f"changed, {kind}: {told or 'another quote'}"
    text = row["new"] if row["change"] == "new" else row["old"]
    return f"{row['change']}, {kind}: {text or 'its words are withdrawn'}"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(str, value))})"
    return "none" if value in {None, ""} else str(value)


def _quoted(text: str | None) -> str:
    return f"“{text}”" if text is not None else "no quote"


# --- What a document holds -------------------------------------------------------------------------


def _told(whole: Mapping[str, Any]) -> Told:
    if whole["schema"] != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA}")
    brief = whole["brief"]
    claims: Sequence[Mapping[str, Any]] = brief["claims"]
    made = {
        **{name: brief[name] for name in ("story", "window", "qualifier", "voices", "posts", "split", "minority")},
        **{name: brief[name] for name in ("left_out", "gaps", "written_by")},
        "as_of": whole["as_of"],
        "figures": {
            **whole["figures"],
            **{name: list(whole["figures"][name].items()) for name in ("languages", "platforms")},
        },
        "groups": [_group(group) for group in brief["groups"]],
        "claims": [_claim(claim) for claim in claims],
        "reads": [],
        "inputs": [dict(zip(("post", "text_hash", "finding"), row, strict=True)) for row in whole["inputs"]],
        "tombstones": brief["left_out"]["deleted"],
        "previous": whole["previous"],
    }
    cited = [(row["post"], row["created_at"]) for row in whole["cited"]]
    return Told(
        title=_text(whole["story"]["title"]),
        time_zone=_zone(whole["time_zone"]),
        brief=_strict(Brief).validate_json(json.dumps(made), strict=True),
        hash=_text(whole["hash"]),
        cited=_strict(tuple[tuple[PostId, datetime | None], ...]).validate_json(json.dumps(cited), strict=True),
        texts=tuple(_text(claim["text"]) for claim in claims),
        is_whole=hash_of(whole) == whole["hash"],
    )


def _group(group: Mapping[str, Any]) -> dict[str, Any]:
    quote = group["quote"]
    return {
        **{name: group[name] for name in ("id", "label", "language", "stance", "voices", "posts")},
        "tone": group["sentiment"],
        "quote": quote and {"post": quote["post"], "url": None, "quote": quote["text"]},
    }


def _claim(claim: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": claim["kind"],
        "numbers": list(claim["numbers"].items()),
        "words": list(claim["words"].items()),
        # A reading and a tombstone stand under the name of what they are; a post and a gap do not.
        "citations": [cited.get("read") or cited.get("tombstone") or cited for cited in claim["citations"]],
    }


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is none: {type(value).__name__}")
    return value


def _zone(name: object) -> str:
    return ZoneInfo(_text(name)).key


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


@cache
def _strict(kind: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - slow to import

    return TypeAdapter(kind)
