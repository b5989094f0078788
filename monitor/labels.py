"""What a group is called: two to four words of its own posts that tell it apart from the rest of the talk."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from .languages import common, counting, slurs, stopwords
from .privacy import must_withhold
from .text import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from .model import PostId, Story, Understood, VoiceId

FEWEST = 2
MOST = 4
_WANTED = 3
"""A label of three words is read at a glance; four only pass the gate."""
_LEAST_SHARE = 0.2
_LEAST_VOICES = 3
_FEW = 5
"""A word of fewer voices, or of fewer than this share of the posts, says little of the group; of five posts
two voices are enough. Where no two words say more, there is rather no label."""
_LONGEST = 40
"""Characters of a word: a compound that is met in print is shorter, and a million letters are one word too."""
_LOOKED_AT = 200
"""Posts in which a word's capitals are looked at; more change nothing and cost time."""
_HANDLE = re.compile(r"@([\w.-]+)")
_SENTENCE_BEFORE = re.compile(r"(?:^|[.!?:;…\n。！？•|])[^\w]*$")
_ALL_NOUNS_CAPITAL = frozenset({"de", "lb"})
_CAPITAL_BESIDE = re.compile(r"\s+[^\W\d_]*[A-ZÄÖÜ]")


def handles_in(rows: Iterable[Understood]) -> frozenset[str]:
    """Return the handles of all authors and of all accounts that are named, in lower case, with their parts."""
    found = set()
    for row in rows:
        if row.post.author is not None and row.post.author.handle:
            found.add(row.post.author.handle.casefold().lstrip("@"))
        if "@" in row.post.text:
            found.update(name.casefold().rstrip(".") for name in _HANDLE.findall(row.post.text))
    return frozenset(found | {handle.partition(".")[0] for handle in found})


def story_words(story: Story) -> frozenset[str]:
    """Return the words that the story itself has; a name among them may stand in a label."""
    return frozenset(words(" ".join((story.title, story.lead, story.body, story.target or ""))))


def unfit(word: str, language: str | None, handles: AbstractSet[str]) -> str | None:
    """Return why `word` may not stand in any label, None where it may. `language`: of the label."""
    if word in handles:
        return "is a handle"
    if any(character.isdigit() for character in word):
        return "holds a digit"
    if not word[0].isalpha():
        return "is no word"  # a mark without its letter, as faces drawn in characters have
    if (
        word in stopwords(language or "") | counting(language or "")
        or not (3 if word.isascii() else 2) <= len(word) <= _LONGEST
    ):
        return "says nothing by itself"
    if word in slurs(language or "") or must_withhold(word) is not None:
        return "may not be printed"
    return None


def is_a_name(word: str, language: str | None, texts: Iterable[str]) -> bool:
    """Whether `texts` write `word` as a name: with a capital inside a sentence, or never without one.

    Where every noun has a capital, a name is what stands beside another capital most of the time.
    """
    small = capital = beside = 0
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    for text in texts:
        shouted = text.upper() == text
        for match in pattern.finditer(text):
            seen = match.group()
            if seen.lower() == seen.upper():
                return False
            if seen[0].islower():
                small += 1
            elif not shouted and not _SENTENCE_BEFORE.search(text[max(0, match.start() - 8) : match.start()]):
                capital += 1
                beside += _CAPITAL_BESIDE.match(text, match.end()) is not None
    if language in _ALL_NOUNS_CAPITAL:
        return beside * 2 > small + capital
    return capital > small or not small


def label_each(
    groups: Mapping[PostId, Sequence[Understood]],
    languages: Mapping[PostId, str | None],
    rows: Sequence[Understood],
    story: Story,
) -> dict[PostId, tuple[str, ...]]:
    """Return each group's label, most telling word first; () where fewer than two words tell it apart.

    groups: members by group id. rows: all posts of the story that count. Each word of a label stands in posts
    of two or more voices of its group, written in the group's language.
    """
    handles = handles_in(rows)
    own = story_words(story)
    headline = frozenset(words(f"{story.title} {story.lead}"))
    said = {row.post.id: frozenset(words(row.post.text)) for row in rows}
    everywhere = Counter(word for mine in said.values() for word in mine)
    made = {}
    for group, members in groups.items():
        language = languages[group]
        speaking = [row for row in members if language is None or row.finding.language == language]
        ranked = _telling(speaking, said, everywhere, len(rows))
        chosen: list[str] = []
        for word in ranked:
            if len(chosen) == _WANTED:
                break
            # What all speak of tells no group apart, whichever has most of it.
            if word in headline or any(word.startswith(other) or other.startswith(word) for other in chosen):
                continue
            if unfit(word, language, handles) or (word not in own and word in common(language or "")):
                continue
            texts = [row.post.text for row in speaking if word in said[row.post.id]][:_LOOKED_AT]
            if word in own or not is_a_name(word, language, texts):
                chosen.append(word)
        made[group] = tuple(chosen) if len(chosen) >= FEWEST else ()
    return made


def _telling(
    members: Sequence[Understood], said: Mapping[PostId, frozenset[str]], everywhere: Counter[str], posts: int
) -> list[str]:
    """Return the words of two or more voices that stand here more often than elsewhere, most telling first."""
    voices: dict[str, set[VoiceId]] = defaultdict(set)
    inside: Counter[str] = Counter()
    for row in members:
        for word in said[row.post.id]:
            voices[word].add(row.finding.voice)
            inside[word] += 1
    outside = posts - len(members)

    def weight(word: str) -> float:
        here = inside[word] / len(members)
        there = (everywhere[word] - inside[word] + 0.5) / (outside + 1)
        return inside[word] * math.log(here / there)

    least = max(_LEAST_VOICES if len(members) > _FEW else 2, math.ceil(_LEAST_SHARE * len(members)))
    shared = {word: weight(word) for word, by in voices.items() if len(by) >= least}
    return sorted((word for word, score in shared.items() if score > 0), key=lambda word: (-shared[word], word))
