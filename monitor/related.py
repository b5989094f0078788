"""Which other stories have to do with one: the same people, places, words, posts, addresses or voices.

Pure. A word tells the more, the fewer of the stories at hand have it.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .labels import is_a_name, unfit
from .languages import counting
from .linking.words import stems
from .model import PostId, StoryId, VoiceId
from .text import canonical_url, links_in, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .model import Post, Story, Understood

MOST = 5
_WORDS_SHOWN = 4
# The figures below were chosen on the twenty stories of the demo: three of them are about one town, two more stand
# near each other by chance (a bank and a land bank), and none of the rest has to do with another.
_NAME = 2.0
"""How much more a name tells than another word."""
_PLAIN_WORDS = 3
"""So many words in common relate two stories that share no name; pairs by chance share up to two."""
_MANY, _COMMON = 8, 0.5
"""Among so many stories, what more than this share of them says relates none."""
_VOICES, _VOICES_SHARE = 5, 0.5
"""So many voices who talk about both, and this share of the smaller talk; by chance up to a third do."""
_TRACES = 3
"""More posts or addresses in common than these make no story nearer."""
_LOOKED_AT = 40
"""Stories that are looked at closely, of those that share the most."""
_BODY_CHARACTERS = 3000
_NO_NAMES = counting("en") | counting("de")
"""Days and months, in the languages that write them with a capital."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What the talk about one story leaves: its posts and those they answer or quote, its addresses, its voices."""

    posts: frozenset[PostId] = frozenset()
    addresses: frozenset[str] = frozenset()
    voices: frozenset[VoiceId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """How many traces the talk about two stories has in common. fewest: the voices of the smaller talk."""

    posts: int = 0
    addresses: int = 0
    voices: int = 0
    fewest: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """A related story, and why. words: what both say, as the first one writes it, most telling first.

    posts, addresses, voices: how many both have; voices: 0 where there are too few of them to mean anything.
    """

    story: StoryId
    strength: float
    words: tuple[str, ...] = ()
    posts: int = 0
    addresses: int = 0
    voices: int = 0


def traces_of(story: Story, rows: Iterable[Understood]) -> Traces:
    """Return the traces of `story`. rows: the posts about it, and those about something else that its words hit."""
    posts: set[PostId] = set()
    addresses = set(address_of(story))
    voices: set[VoiceId] = set()
    for row in rows:
        posts.add(row.post.id)
        if row.finding.link is None or row.finding.link.story != story.id:
            continue
        posts.update(post for post in (row.post.reply_to, row.post.quote_of) if post is not None)
        addresses.update(addresses_in(row.post))
        if row.counts:
            voices.add(row.finding.voice)
    return Traces(posts=frozenset(posts), addresses=frozenset(addresses), voices=frozenset(voices))


def addresses_in(post: Post) -> frozenset[str]:
    """Return the addresses that a post names, each in its one spelling."""
    linked = (address for link in post.links if (address := canonical_url(link)) is not None)
    return frozenset((*linked, *links_in(post.text)))


def address_of(story: Story) -> tuple[str, ...]:
    """Return the story's own address in its one spelling, () where it has none."""
    address = canonical_url(story.url or "")
    return () if address is None else (address,)


def shared(here: Traces, there: Traces) -> Shared:
    """Return what two talks have in common."""
    return Shared(
        posts=len(here.posts & there.posts),
        addresses=len(here.addresses & there.addresses),
        voices=len(here.voices & there.voices),
        fewest=min(len(here.voices), len(there.voices)),
    )


class Stories:
    """All stories, laid out so that those near one are found without asking each; their order has no part in it."""

    def __init__(self, stories: Iterable[Story]) -> None:
        self._stories = {story.id: story for story in stories}
        self._words = {story.id: _words(story) for story in self._stories.values()}
        self._having: dict[str, set[StoryId]] = defaultdict(set)
        for name, stems_of in self._words.items():
            for stem in stems_of:
                self._having[stem].add(name)

    def near(self, name: StoryId, traces: Mapping[StoryId, Shared]) -> tuple[Kin, ...]:
        """Return at most MOST stories that have to do with this one, nearest first; KeyError where it is none.

        traces: what its talk shares with that of other stories, for all with which it shares any.
        """
        hits: Counter[StoryId] = Counter()
        for stem in self._words[name]:
            hits.update(self._having[stem])
        for other, both in traces.items():
            if other in self._stories:
                hits[other] += both.posts + both.addresses + both.voices
        del hits[name]
        likely = sorted(hits, key=lambda other: (-hits[other], other))[:_LOOKED_AT]
        none = Shared()
        found = [kin for other in likely if (kin := self._kin(name, other, traces.get(other, none))) is not None]
        return tuple(sorted(found, key=lambda kin: (-kin.strength, kin.story))[:MOST])

    def _kin(self, name: StoryId, other: StoryId, both: Shared) -> Kin | None:
        enough = both.voices >= _VOICES and both.voices >= _VOICES_SHARE * both.fewest
        voices = both.voices if enough else 0
        weights = self._shared_words(name, other)
        if not (weights or both.posts or both.addresses or voices):
            return None
        most = math.log1p(len(self._stories))
        bonds = min(both.posts, _TRACES) + min(both.addresses, _TRACES) + bool(voices)
        return Kin(
            story=other,
            strength=math.fsum(weights.values()) + _NAME * most * bonds,
            words=tuple(sorted(weights, key=lambda word: (-weights[word], word))[:_WORDS_SHOWN]),
            posts=both.posts,
            addresses=both.addresses,
            voices=voices,
        )

    def _shared_words(self, name: StoryId, other: StoryId) -> dict[str, float]:
        """Return the words of both, as the first writes them, with what each tells; none where they are chance."""
        here, there = self._stories[name], self._stories[other]
        mine, theirs = self._words[name], self._words[other]
        shared = sorted(stem for stem in mine.keys() & theirs.keys() if not self._is_common(stem))
        names = {s for s in shared if _is_name(mine[s], here) and _is_name(theirs[s], there)}
        if len(names) == 1:  # one word of two names of several words is a namesake
            names = {s for s in names if _stands_alone(mine[s], here) or _stands_alone(theirs[s], there)}
        if not names and len(shared) < _PLAIN_WORDS:
            return {}
        return {
            _as_written(mine[stem], here): (_NAME if stem in names else 1.0)
            * math.log1p(len(self._stories) / self._often(stem))
            for stem in shared
        }

    def _often(self, stem: str) -> int:
        return len(self._having[stem])

    def _is_common(self, stem: str) -> bool:
        count = len(self._stories)
        return count >= _MANY and self._often(stem) > _COMMON * count


def _words(story: Story) -> dict[str, str]:
    """Return the stems of the words of title and lead that can stand for a subject, each with its first word."""
    found: dict[str, str] = {}
    for word in words(f"{story.title}\n{story.lead}"):
        plain = word.removesuffix("'s")
        if plain not in _NO_NAMES and unfit(plain, story.language, frozenset()) is None:
            for stem in stems(plain, story.language):
                found.setdefault(stem, plain)
    return found


def _texts(story: Story) -> tuple[str, str, str]:
    return story.title, story.lead, story.body[:_BODY_CHARACTERS]


def _is_name(word: str, story: Story) -> bool:
    return is_a_name(word, story.language, _texts(story))


def _stands_alone(word: str, story: Story) -> bool:
    """Whether the name stands somewhere without another capitalised word right before or behind it."""
    pattern = re.compile(rf"(\S+\s+)?(?<!\w)({re.escape(word)})(?:'s|’s)?(?!\w)(\s+\S+)?", re.IGNORECASE)
    return any(
        [bool(part) and part.strip()[:1].isupper() for part in match.groups()] == [False, True, False]
        for text in _texts(story)
        for match in pattern.finditer(text)
    )


def _as_written(word: str, story: Story) -> str:
    """Return the word as title or lead first write it."""
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", f"{story.title}\n{story.lead}", re.IGNORECASE)
    return found.group() if found else word
