"""Which posts only repeat the words of another, and which come in floods.

A copy adds no word of its own: hashtags, emoji, links and handles at its end are no words, anything else is.
So "10 dead" never folds into "12 dead", nor a text into its negation or into the same text with a comment.
The result depends on the posts alone, never on their order.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from .model import PostId
from .text import words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from .model import Post, StoryId, VoiceId

_NO_TIME = datetime(1, 1, 1, tzinfo=UTC)
_RT = re.compile(r"\s*RT\s+@([\w.-]+(?:@[\w.-]+)?)\s*:?\s*", re.IGNORECASE)
_URL = re.compile(r"https?://\S*|www\.\S*", re.IGNORECASE)
_CUT = ("…", "...")  # how a text ends that goes on elsewhere
# Scripts that put no space between words: Han, Kana, Thai; two characters are taken for a word.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_CREDITS = frozenset({"via", "rt", "mt", "ht", "cc"})
# The words that turn a sentence round, in the languages that we read; Korean negates inside the word.
_NEGATIONS = frozenset(
    word
    for line in (
        "no not never none nor neither without cannot ikke ikkje ingen aldri aldrig uten uden nei nej inte ej utan",
        "nicht kein keine keinen nie ohne nein ne pas jamais sans non ni nunca jamás sin não sem mai senza",
        "안 못 없다",
    )
    for word in line.split()
)
_LEAST_WORDS = 5
"""Fewer words than these are said by many people on their own ("so sad for them")."""
_CONTAINED = 0.8
"""Share of the words that a copy has of its root, and of its three-word runs that stand in the root
(QUALITY.md: containment of 0.8 with a guard found 98.5 % of copies and merged no changed number)."""
_X_CUTS_AT = 138
"""Old reposts on X are cut at 140 characters, some without an ellipsis."""
_PROBES = 4
_CANDIDATES = 8
"""How many of a text's rarest runs are looked up, and how many roots are compared for each: bounds the work."""

_CAMPAIGN_ACCOUNTS = 5
_CAMPAIGN_WINDOW = timedelta(hours=6)
"""Five accounts with the same words and no link within six hours. On newsroom the campaigns had 7 and 9
accounts within 75 minutes, and nothing else more than two."""
_LOUD_POSTS = 5
_LOUD_SHARE = 0.04
_LOUD_ANYWAY = 20
"""From so many own posts in one story on an account is loud, if that is such a share of all its posts or very many.
On newsroom the loud ones had 6 and 10 (9 % and 20 %), others at most two; in a conversation of hundreds of
comments someone with five is a participant (polis)."""
_LOUD_LINKED = 3
_LOUD_OF_ALL = 0.4
"""A voice speaks of one story alone if three of its posts are linked to it, two for each five that are linked to
none, and none to another; or if one is, and its profile names the story. On newsroom no post is taken for a flood
by this that is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """root: whose words it repeats (never itself a copy). reason: "repost", "same words" or "near-identical"."""

    root: PostId
    reason: str


def by_time(post: Post) -> tuple[datetime, str]:
    """Sort key: oldest first, posts without a time before all others, ties by id."""
    return (post.created_at or _NO_TIME, post.id)


def fold(posts: Iterable[Post]) -> dict[PostId, Copy]:
    """Return the copies among `posts`; a post without an entry is a root.

    A root is the oldest post with its words; a post marked "RT" is one only where nobody else has them.
    """
    ordered = sorted(posts, key=by_time)
    parents, carriers = _reposts(ordered)
    texts = [_Text(post) for post in ordered if post.id not in parents]
    texts.sort(key=lambda text: (text.retweets is not None or text.post.id in carriers, by_time(text.post)))
    copies = _Folder(texts).copies()
    for post in ordered:
        if post.id in parents:
            way, root = [post.id], parents[post.id]
            while root in parents:
                way.append(root)
                root = parents[root]
            parents |= dict.fromkeys(way, root)  # the next of a long chain is there at once
            copies[post.id] = Copy(root=copies[root].root if root in copies else root, reason="repost")
    return copies


def _reposts(ordered: Sequence[Post]) -> tuple[dict[PostId, PostId], set[PostId]]:
    """Return whose post each repost repeats, and who stands in for roots that we do not have."""
    known = {post.id: post for post in ordered}
    missing: dict[PostId, list[Post]] = defaultdict(list)
    parents: dict[PostId, PostId] = {}
    oldest = _oldest_of_circles(ordered, known)
    for post in ordered:
        if post.repost_of in known and post.id not in oldest:
            parents[post.id] = post.repost_of
        elif post.repost_of is not None and post.repost_of not in known:
            missing[post.repost_of].append(post)
    carriers = set()
    for same in missing.values():
        stand_in = min(same, key=lambda post: (not post.text.strip(), by_time(post)))
        carriers.add(stand_in.id)
        parents |= {post.id: stand_in.id for post in same if post is not stand_in}
    return parents, carriers


def _oldest_of_circles(ordered: Sequence[Post], known: Mapping[PostId, Post]) -> set[PostId]:
    """Return the oldest post of each circle of reposts: a root, whatever it says of itself."""
    oldest: set[PostId] = set()
    walked: set[PostId] = set()
    for post in ordered:
        way: dict[PostId, Post] = {}
        at: Post | None = post
        while at is not None and at.id not in walked:
            walked.add(at.id)
            way[at.id] = at
            at = known.get(at.repost_of) if at.repost_of else None
        if at is not None and at.id in way:
            circle = list(way)
            oldest.add(min((way[one] for one in circle[circle.index(at.id) :]), key=by_time).id)
    return oldest


class _Text:
    """The words of a post, as copies are found by them."""

    __slots__ = ("cut", "post", "retweets", "runs", "tags", "tokens", "weight")

    def __init__(self, post: Post) -> None:
        self.post = post
        self.retweets: str | None = None
        text = post.text
        while found := _RT.match(text):
            self.retweets = found[1].casefold()
            text = text[found.end() :]
        text = _URL.sub(" ", text) if _may_link(text) else text
        self.cut = text.rstrip().endswith(_CUT) or (self.retweets is not None and len(post.text) >= _X_CUTS_AT)
        pieces = text.split()
        whole = len(pieces)
        tags: list[str] = []
        while pieces and (pieces[-1][0] in "#＃@" or not any(map(str.isalnum, pieces[-1]))):
            last = pieces.pop()
            tags += words(last) if last[0] in "#＃" else ()
        # Where nothing is dropped it is mostly the post's text itself, which others ask for too.
        tokens = words(text if len(pieces) == whole else " ".join(pieces))
        while tokens and tokens[-1] in _CREDITS:
            tokens = tokens[:-1]
        if not tokens:
            tokens, tags = tuple(tags), []
        self.tokens = tokens[:-1] if self.cut and len(tokens) > _LEAST_WORDS else tokens
        self.tags = frozenset(tags)
        self.weight = len(self.tokens)
        if not text.isascii():
            self.weight += sum(max(1, len(word) // 2) - 1 for word in self.tokens if _UNSPACED.search(word))
        self.runs = frozenset(zip(self.tokens, self.tokens[1:], self.tokens[2:], strict=False))

    @property
    def account(self) -> tuple[str, str] | None:
        return (self.post.platform, self.post.author.id) if self.post.author else None

    @property
    def handle(self) -> str | None:
        return self.post.author.handle.casefold() if self.post.author and self.post.author.handle else None


class _Folder:
    """Folds texts in their order; every index holds roots only, the first that came for each key."""

    def __init__(self, texts: Sequence[_Text]) -> None:
        self._texts = texts
        self._same: dict[tuple[object, ...], _Text] = {}
        self._with_run: dict[tuple[str, ...], list[_Text]] = defaultdict(list)
        distinct = {text.tokens: text.runs for text in texts}
        self._often = Counter(run for runs in distinct.values() for run in runs)

    def copies(self) -> dict[PostId, Copy]:
        found: dict[PostId, Copy] = {}
        for text in self._texts:
            if not text.tokens:
                continue
            keys = _keys(text)
            root = next((self._same[key] for key in keys if key in self._same), None)
            reason = "same words"
            if root is None:
                root, reason = self._near(text), "near-identical"
            if root is not None:
                found[text.post.id] = Copy(root=root.post.id, reason="repost" if text.retweets else reason)
            else:
                for run in text.runs:
                    if len(self._with_run[run]) < _CANDIDATES:
                        self._with_run[run].append(text)
            for key in keys:
                self._same.setdefault(key, root or text)
        return found

    def _near(self, text: _Text) -> _Text | None:
        """Return the root that `text` repeats but for what is cut off or misspelt; the earliest such."""
        if text.weight < _LEAST_WORDS:
            return None
        shared = sorted((often, run) for run in text.runs if (often := self._often[run]) > 1)
        seen: set[PostId] = set()
        found = []
        own = frozenset(text.tokens)
        for _, run in shared[:_PROBES]:
            for root in self._with_run[run]:
                if root.post.id not in seen and _repeats(text, own, root):
                    found.append(root)
                seen.add(root.post.id)
        return min(found, key=lambda root: by_time(root.post), default=None)


def _keys(text: _Text) -> list[tuple[object, ...]]:
    """Return what two posts share when they are the same words; few words count only with more in common."""
    keys: list[tuple[object, ...]] = []
    if text.weight >= _LEAST_WORDS:
        keys.append(("words", text.tokens))
    if text.weight == _LEAST_WORDS - 1:
        keys += [("words and tag", text.tokens, tag) for tag in sorted(text.tags)]
    if text.weight + len(text.tags) >= _LEAST_WORDS:
        keys.append(("words and tags", text.tokens, text.tags))
    if text.retweets is not None:
        keys.append(("said by", text.retweets, text.tokens))
    else:
        keys += [("account", text.account, text.tokens)] if text.account else []
        keys += [("said by", text.handle, text.tokens)] if text.handle else []
    return keys


def _repeats(text: _Text, own: frozenset[str], root: _Text) -> bool:
    """Tell whether `text` says nothing that `root` does not, and leaves out nothing that would turn it.

    own: the words of `text`, each once.
    """
    added = own.difference(root.tokens)
    if len(added) > len(own) // 8:
        return False
    missing = frozenset(root.tokens) - own
    misspelt = {word for word in added if any(_one_letter_off(word, other) for other in missing)}
    if added - misspelt or (misspelt and misspelt & (_names(text.post.text) | _names(root.post.text))):
        return False
    if len(text.runs & root.runs) + 3 * len(misspelt) < _CONTAINED * len(text.runs):
        return False
    reposted = text.retweets is not None and text.retweets == root.handle
    as_far = len(text.tokens) if text.cut or reposted else len(root.tokens)
    if _turns(text.tokens) != _turns(root.tokens[:as_far]):
        return False
    if text.cut or reposted:
        return True
    left_out = {word for word in missing if not any(_one_letter_off(word, other) for other in misspelt)}
    return len(text.tokens) >= _CONTAINED * len(root.tokens) and not left_out & _names(root.post.text)


def _turns(tokens: Sequence[str]) -> list[str]:
    """Return the words of `tokens` that would make them say something else: numbers and negations, in order."""
    return [
        word
        for word in tokens
        if word in _NEGATIONS or word.endswith(("n't", "n’t")) or any(map(str.isdigit, word))
    ]


def _one_letter_off(word: str, other: str) -> bool:
    """Tell whether `word` is `other` with one inner letter changed or two swapped; "million" is not "billion"."""
    if len(word) != len(other) or len(word) < _LEAST_WORDS or word[0] != other[0]:
        return False
    off = [index for index, (left, right) in enumerate(zip(word, other, strict=True)) if left != right]
    if any(char.isdigit() for index in off for char in (word[index], other[index])):
        return False
    swapped = len(off) == 2 and (word[off[0]], word[off[1]]) == (other[off[1]], other[off[0]])  # noqa: PLR2004 — two letters
    return len(off) == 1 or swapped


def _names(text: str) -> set[str]:
    """Return the words of `text` that are capitalised after its first, as `words` writes them."""
    return {word for piece in text.split()[1:] if piece.lstrip("\"'“‘(#")[:1].isupper() for word in words(piece)}


def floods(
    posts: Iterable[Post],
    copies: Mapping[PostId, Copy],
    stories: Mapping[PostId, StoryId],
    voices: Mapping[PostId, VoiceId],
    *,
    reporting: Collection[PostId] = frozenset(),
    named: Mapping[PostId, StoryId] | None = None,
) -> dict[PostId, str]:
    """Return which posts are left out of shares: "near-identical" or "one account".

    All but the first post of a campaign: the same words without a link, by many accounts within hours, as if
    their own. All but the first post of one voice that posts often in one story; sharing news, as outlets
    do many times a day (`reporting`), is no flood, and copies are apart already. Of a voice that speaks of one
    story alone, posts that are linked to none go with it: a slogan of four words is seldom linked.
    """
    ordered = sorted(posts, key=by_time)
    campaigns: dict[PostId, list[Post]] = defaultdict(list)
    for post in ordered:
        copy = copies.get(post.id)
        if (copy is None or copy.reason != "repost") and _is_own_words(post):
            campaigns[copy.root if copy else post.id].append(post)
    found: dict[PostId, str] = {}
    for same in _loud([post for post in ordered if post.id not in copies], stories, voices, reporting, named or {}):
        found |= {post.id: "one account" for post in same[1:]}
    for root, same in campaigns.items():
        if _is_campaign(same, voices):
            found |= {post.id: "near-identical" for post in same if post.id != root}
    return found


def _loud(
    roots: Sequence[Post],
    stories: Mapping[PostId, StoryId],
    voices: Mapping[PostId, VoiceId],
    reporting: Collection[PostId],
    named: Mapping[PostId, StoryId],
) -> Iterator[list[Post]]:
    """Yield the posts of each voice that posts often in one story, oldest first."""
    spoken: dict[tuple[StoryId, VoiceId], list[Post]] = defaultdict(list)
    unlinked: dict[VoiceId, list[Post]] = defaultdict(list)
    known_for: dict[VoiceId, set[StoryId]] = defaultdict(set)
    for post in roots:
        voice, story = voices[post.id], stories.get(post.id)
        if story is not None:
            known_for[voice].add(story)
            if post.id not in reporting:
                spoken[story, voice].append(post)
        elif _is_own_words(post) and post.id not in reporting:
            unlinked[voice].append(post)
    told = Counter(story for (story, _), linked in spoken.items() for _ in linked)
    for (story, voice), linked in spoken.items():
        same = linked
        alone = len(known_for[voice]) == 1
        for_it = any(named.get(post.id) == story for post in linked)
        if alone and (for_it or len(linked) >= max(_LOUD_LINKED, _LOUD_OF_ALL * len(unlinked[voice]))):
            same = sorted((*linked, *unlinked[voice]), key=by_time)
        if len(same) >= min(_LOUD_ANYWAY, max(_LOUD_POSTS, _LOUD_SHARE * told[story])):
            yield same


def _is_own_words(post: Post) -> bool:
    return bool(post.text) and not (post.links or (_may_link(post.text) and _URL.search(post.text)))


def _may_link(text: str) -> bool:
    """Tell whether it is worth looking for a link: most posts have none."""
    return "://" in text or "www." in text.lower()


def _is_campaign(same: Sequence[Post], voices: Mapping[PostId, VoiceId]) -> bool:
    """Tell whether enough voices posted `same` (oldest first) within the window."""
    timed = [post for post in same if post.created_at is not None]
    first = 0
    within: Counter[VoiceId] = Counter()
    for post in timed:
        within[voices[post.id]] += 1
        while (post.created_at or _NO_TIME) - (timed[first].created_at or _NO_TIME) > _CAMPAIGN_WINDOW:
            gone = voices[timed[first].id]
            within[gone] -= 1
            if not within[gone]:
                del within[gone]
            first += 1
        if len(within) >= _CAMPAIGN_ACCOUNTS:
            return True
    return False
