"""Who speaks: which accounts are one person, so that each person counts once.

Accounts of one platform are never taken together; over platforms only for a reason that is kept.
A name or handle that several accounts of a platform bear proves nothing there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from .folding import by_time
from .model import VoiceId
from .text import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .folding import Copy
    from .model import Author, Post, PostId, StoryId

_Account: TypeAlias = tuple[str, str]

_CLOSE = timedelta(minutes=30)
"""On newsroom the same person's same words on a second platform came within 5 minutes."""
_TELLING_WORDS = 8
"""Shorter texts are written by two people on their own."""
_LEAST_HANDLE = 5
_LEAST_PROFILE_WORD = 4
_URL = re.compile(r"https?://|www\.", re.IGNORECASE)
# A handle of another platform in a profile: name@server, @name@server, or an address of a profile page.
_FULL_HANDLE = re.compile(r"@?([\w.-]{1,64})@([\w-]{1,63}(?:\.[\w-]{1,63}){1,4})")
_DOMAIN_HANDLE = re.compile(r"@?\b([\w-]{1,63}(?:\.[\w-]{1,63}){1,4})\b")
_PROFILE_PAGE = re.compile(
    r"\b(?:(x|twitter)\.com/@?|(bsky)\.app/profile/|([\w-]{1,63}(?:\.[\w-]{1,63}){1,4})/@)([\w.-]{1,64})",
    re.IGNORECASE,
)
_ALSO = re.compile(
    r"(?:also|elsewhere|bluesky|bsky|mastodon|fediverse|twitter|🦋|🐘)\W*(?:(?:on|at|as)\W*){0,2}$", re.IGNORECASE
)
_BRIDGES = (".ap.brid.gy", "@bsky.brid.gy", ".web.brid.gy", "@bird.makeup")

_REASONS = ("bridge", "declared", "same words", "same profile", "same story")
"""Why accounts are one voice, strongest first. The last two: the same handle or full name, and that."""


def voices(
    posts: Iterable[Post], copies: Mapping[PostId, Copy], stories: Mapping[PostId, StoryId]
) -> dict[PostId, tuple[VoiceId, str | None]]:
    """Return each post's voice, and why it is shared with another account (None where it is not).

    A voice is named by the first of its accounts, "platform:id"; a post without an author is a voice of its own.
    """
    ordered = sorted(posts, key=by_time)
    people = _People(ordered, stories)
    for first, second, reason in _pairs(people, ordered, copies):
        people.join(first, second, reason)
    return {post.id: people.voice(post) for post in ordered}


class _People:
    """The accounts, joined as reasons come: a union-find whose name for a set is its first account."""

    def __init__(self, ordered: list[Post], stories: Mapping[PostId, StoryId]) -> None:
        self.authors: dict[_Account, Author] = {}
        self.stories: dict[_Account, set[StoryId]] = defaultdict(set)
        self._parent: dict[_Account, _Account] = {}
        self._reason: dict[_Account, int] = {}
        for post in ordered:
            account = account_of(post)
            if account is not None and post.author is not None:
                self.authors[account] = post.author  # the latest profile is the one that holds
                self._parent[account] = account
                if post.id in stories:
                    self.stories[account].add(stories[post.id])

    def join(self, first: _Account, second: _Account, reason: str) -> None:
        strength = _REASONS.index(reason)
        for account in (first, second):
            self._reason[account] = min(strength, self._reason.get(account, strength))
        low, high = sorted((self._top(first), self._top(second)))
        self._parent[high] = low

    def voice(self, post: Post) -> tuple[VoiceId, str | None]:
        account = account_of(post)
        if account is None:
            return VoiceId(f"post:{post.id}"), None
        platform, author = self._top(account)
        reason = self._reason.get(account)
        return VoiceId(f"{platform}:{author}"), None if reason is None else _REASONS[reason]

    def _top(self, account: _Account) -> _Account:
        while self._parent[account] != account:
            self._parent[account] = self._parent[self._parent[account]]
            account = self._parent[account]
        return account


def account_of(post: Post) -> _Account | None:
    """Return (platform, author id), None where the author is unknown."""
    return (post.platform, post.author.id) if post.author else None


def _pairs(
    people: _People, ordered: list[Post], copies: Mapping[PostId, Copy]
) -> Iterator[tuple[_Account, _Account, str]]:
    by_handle: dict[str, list[_Account]] = defaultdict(list)
    for account, author in people.authors.items():
        if author.handle:
            by_handle[author.handle.casefold().lstrip("@")].append(account)
    for account, author in people.authors.items():
        for handle in sorted(_bridged(author)):
            for other in by_handle.get(handle, ()):
                if other[0] != account[0]:
                    yield account, other, "bridge"
    declared = {
        (account, other)
        for account, author in people.authors.items()
        for handle in _declared(author)
        for other in by_handle.get(handle, ())
        if other[0] != account[0]
    }
    yield from ((account, other, "declared") for account, other in sorted(declared))
    yield from _same_words(ordered, copies, people)
    yield from _same_name(people)


def _bridged(author: Author) -> set[str]:
    """Return the handle behind a bridge's handle, in the forms in which its platform may write it."""
    handle = (author.handle or "").casefold().lstrip("@")
    bridge = next((bridge for bridge in _BRIDGES if handle.endswith(bridge)), None)
    if bridge is None:
        return set()
    inner = handle.removesuffix(bridge)
    name, _, server = inner.partition(".")
    return {inner, f"{name}@{server}"} if bridge.startswith(".") else {inner}


def _declared(author: Author) -> set[str]:
    """Return the handles elsewhere that the profile calls its own; an employer's handle is not."""
    profile = (author.description or "")[:1000].casefold()
    found = set()
    for match in _FULL_HANDLE.finditer(profile):
        if _ALSO.search(profile[: match.start()]):
            found.add(f"{match[1]}@{match[2]}")
    for match in _DOMAIN_HANDLE.finditer(profile):
        if _ALSO.search(profile[: match.start()]):
            found.add(match[1])
    for match in _PROFILE_PAGE.finditer(profile):
        if match[3] is None:
            found.add(match[4])
        else:
            found.add(f"{match[4]}@{match[3]}")
    return found


def _same_words(
    ordered: list[Post], copies: Mapping[PostId, Copy], people: _People
) -> Iterator[tuple[_Account, _Account, str]]:
    """Yield accounts that alone posted the same long text at close times, one on each platform."""
    sayings: dict[PostId, list[Post]] = defaultdict(list)
    for post in ordered:
        copy = copies.get(post.id)
        if post.author is not None and (copy is None or copy.reason != "repost"):
            sayings[copy.root if copy else post.id].append(post)
    for said in sayings.values():
        by_platform: dict[str, set[_Account]] = defaultdict(set)
        for post in said:
            by_platform[post.platform].add((post.platform, post.author.id if post.author else ""))
        if len(by_platform) < 2 or any(len(accounts) > 1 for accounts in by_platform.values()):  # noqa: PLR2004 — two platforms
            continue
        for first, second in pairwise(said):
            one, other = account_of(first), account_of(second)
            if one is None or other is None or one[0] == other[0] or not (first.created_at and second.created_at):
                continue
            close = second.created_at - first.created_at <= _CLOSE
            own = not any(post.links or _URL.search(post.text) for post in (first, second))
            # A headline with its link is shared by strangers at once, so there the name must agree too.
            alike = bool(_names(people.authors[one]) & _names(people.authors[other]))
            if close and len(words(first.text)) >= _TELLING_WORDS and (own or alike):
                yield one, other, "same words"


def _same_name(people: _People) -> Iterator[tuple[_Account, _Account, str]]:
    bearers: dict[str, list[_Account]] = defaultdict(list)
    for account, author in people.authors.items():
        for name in _names(author):
            bearers[name].append(account)
    for name in sorted(bearers):
        accounts = sorted(bearers[name])
        if len({platform for platform, _ in accounts}) < len(accounts):
            continue
        for index, one in enumerate(accounts):
            for other in accounts[index + 1 :]:
                if _profile(people.authors[one]) & _profile(people.authors[other]):
                    yield one, other, "same profile"
                elif people.stories[one] & people.stories[other]:
                    yield one, other, "same story"


def _names(author: Author) -> set[str]:
    """Return what may name a person on any platform: the handle before its server, and a name in full."""
    handle = (author.handle or "").casefold().lstrip("@")
    core = re.split(r"[@.]", handle, maxsplit=1)[0]
    found = {f"@{core}"} if len(core) >= _LEAST_HANDLE else set()
    name = words(author.name or "")
    if len(name) > 1:
        found.add(" ".join(name))
    return found


def _profile(author: Author) -> set[str]:
    """Return the words of a profile that are long enough to say something."""
    return {word for word in words((author.description or "")[:1000]) if len(word) >= _LEAST_PROFILE_WORD}
