"""What is quoted: a verbatim line of 4 to 30 words that speaks for its group, stands by itself and is civil."""

from __future__ import annotations

import math
import re
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .languages import LANGUAGES, stopwords
from .privacy import must_withhold
from .proof import cite
from .stance import stance_of
from .text import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .model import Link, PostCitation, PostId, Understood

FEWEST_WORDS = 4
MOST_WORDS = 30
MOST_CHARACTERS = 600
"""Thirty words have 150 to 250; emoji are no words, and one "word" may be a million letters."""
_EASY = range(6, 23)
"""Words of a line that is taken in at once; shorter and longer ones are quoted only where nothing else is."""
_REDUNDANT = 0.5
"""Share of content words in common from which on two quotes say the same."""
_READ = 200
"""Posts of a group, the most typical ones, whose lines are compared: bounds the time for a large group."""
_SURELY_ABOUT_IT = 2.0
_MAYBE_ABOUT_IT = 0.7
_LIKELY_ABOUT_IT = 0.9
"""How much a link's strength counts; below which a post is not quoted; and below which only where no other can be.
Links by words were right in 61 % (strength .5 to .6), 78 %, 81 %, 93 % and 99 % (.9 and more) on newsroom and
mixed, and what is quoted should be about the story above all else. On newsroom 1 of 40 quotes is about something
else, 38 stand on their author's side; without the floor 3 of 41 and 38, with .8 in place of .9 2 of 40 and 35."""
_NEAR = 2.0
"""How much it counts to be near in meaning to what all say of the story: with 1, 2 or 3 of the 39 quotes of
newsroom 2, 2 and 3 are about something else and 30, 31 and 30 stand on their author's side; without it 4 and 29."""
FEWEST_NEAR = 5
"""Opinions from which on it is known what is near to all of them."""
_AT_ONCE = 4096
_WHOLE = 2.0
"""How much more a whole post is worth than a line of one: as much as being surely about the story."""
_SAYING = 2
"""Content words without which a line does not stand by itself."""
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_ADDRESSED = re.compile(r"^(?:\s*@[\w.@-]+[,:]?)+\s*")
# "1. April" and "St. Ives" go on after their full stop.
_SENTENCE_END = re.compile(
    r"(?<=[.!?…])(?<!\b\d\.)(?<!\b\d\d\.)(?<!\b\w\.)(?<!\bSt\.)(?<!\b[DM]r\.)[\"'”’»)]*\s+"
    r"|(?<=[。！？])|\s*\n\s*"
)
_CLAUSE_END = re.compile(r"(?<=[,;:])\s+|\s+[–—-]\s+")
_MARKUP = re.compile(r"[<>{}\[\]|`\\@]|&\w+;|[\x00-\x1f\u202a-\u202e\u2066-\u2069]|\*\*")
# Thai, Kana and Han put no space between words: two characters are taken for one.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
# In whatever language: people mix them, and a quote must be civil in each.
_DANGLING = frozenset[str]().union(*(language.dangling for language in LANGUAGES.values()))
_COARSE = frozenset[str]().union(*(language.coarse for language in LANGUAGES.values()))


def size(text: str) -> int:
    """Return how many words `text` has; where a script puts no spaces, two characters are one."""
    return sum(math.ceil(len(word) / 2) if _UNSPACED.search(word) else 1 for word in text.split() if _spoken(word))


def fits(line: str) -> bool:
    """Tell whether `line` is as long as a quote may be: 4 to 30 words, at most 600 characters."""
    return len(line) <= MOST_CHARACTERS and FEWEST_WORDS <= size(line) <= MOST_WORDS


def _spoken(word: str) -> bool:
    return any(character.isalnum() for character in word)


def opening(text: str) -> str:
    """Return `text` whole where it has at most 30 words and 600 characters, else its first of them, verbatim."""
    begun = text.strip()
    if len(begun) <= MOST_CHARACTERS and size(begun) <= MOST_WORDS:
        return begun
    end = taken = 0
    for match in re.finditer(r"\S+", begun[: MOST_CHARACTERS + 1]):
        taken += size(match.group())
        if taken > MOST_WORDS or match.end() > MOST_CHARACTERS:
            break
        end = match.end()
    # A single run in a script without spaces may be longer than a line.
    return begun[:end] or begun[: 2 * MOST_WORDS]


def lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the verbatim lines of 4 to 30 words in `text`, and whether each is a whole sentence."""
    for stretch in _URL.split(text):
        for sentence in _SENTENCE_END.split(_ADDRESSED.sub("", stretch)):
            line = sentence.strip()
            if fits(line):
                yield line, True
            elif size(line) > MOST_WORDS:
                for clause in _CLAUSE_END.split(line):
                    if fits(clause):
                        yield clause.strip(" ,;:"), False


def whole_post(text: str) -> str | None:
    """Return all that `text` says, less whom it addresses and links around it; None where it is too long."""
    said = [stretch for stretch in _URL.split(_ADDRESSED.sub("", text)) if _spoken(stretch)]
    return said[0].strip() if len(said) == 1 and fits(said[0].strip()) else None


def _speaks_for(line: str, row: Understood) -> bool:
    """Tell whether `line`, cut from its post, still says what its author says: by its side, and by what negates it.

    What stands directly before is read too: "I do not agree. It is a fine plan, they say".
    """
    finding = row.finding
    stance = stance_of(line, finding.language, kind="opinion", sentiment=None)
    tone = finding.sentiment.label if finding.sentiment is not None and not finding.sentiment.unclear else None
    side = {"negative": "oppose", "positive": "support"}.get(tone or "") if finding.stance == "neither" else None
    if {stance, side or finding.stance} == {"support", "oppose"}:
        return False
    before = [part for part in _SENTENCE_END.split(row.post.text[: row.post.text.index(line)]) if words(part)]
    known = LANGUAGES.get(finding.language)
    return not before or known is None or known.negations.isdisjoint(words(before[-1]))


def nearness(rows: Sequence[Understood], vectors: Mapping[PostId, bytes]) -> dict[PostId, float]:
    """Return how near each opinion is in meaning to all of them, by rank: 0 is the farthest, 1 the nearest.

    vectors: what an encoder made of the posts. Empty where fewer than five of `rows` have one. What is about
    something else, though it shares the story's words, is far from what the others say.
    """
    import numpy as np  # noqa: PLC0415 - a heavy import, needed only where there are vectors

    known = sorted({row.post.id for row in rows} & vectors.keys())
    if len(known) < FEWEST_NEAR:
        return {}

    def part(start: int) -> Any:
        held = b"".join(vectors[post] for post in known[start : start + _AT_ONCE])
        numbers = np.frombuffer(held, dtype=np.int8).reshape(-1, len(vectors[known[0]])).astype(np.float64)
        return numbers / np.maximum(np.linalg.norm(numbers, axis=1, keepdims=True), 1.0)

    starts = range(0, len(known), _AT_ONCE)
    middle = sum(part(start).sum(axis=0) for start in starts) / len(known)
    near = np.concatenate([part(start) @ middle for start in starts]).round(6)
    ranked = sorted(zip(near.tolist(), known, strict=True))
    return {post: place / (len(ranked) - 1) for place, (_, post) in enumerate(ranked)}


def choose(
    rows: Sequence[Understood],
    label: Sequence[str],
    taken: Iterable[frozenset[str]],
    near: Mapping[PostId, float] = MappingProxyType({}),
) -> PostCitation | None:
    """Return what of `rows` (oldest first) speaks best for them, None where none may be quoted.

    A whole post where it is short enough, for a sentence cut from its post can turn its author round; of longer
    ones a line that does not.

    label: words of the group; a line that has them shows why it is called so. taken: the content words of the
    lines that are quoted already; what says the same again is passed over. near: see `nearness`.
    """
    if not rows:
        return None
    said = [(row, content(row.post.text, row.finding.language)) for row in rows]
    common = Counter(word for _, mine in said for word in mine)
    share = {word: count / len(rows) for word, count in common.items() if count > 1 or len(rows) == 1}
    earlier = list(taken)
    typical = [row for row, mine in sorted(said, key=lambda pair: -_typical(pair[1], share))[:_READ]]
    best: tuple[tuple[bool, float], PostCitation] | None = None
    for row in typical:
        if row.finding.ironic or must_withhold(row.post.text) is not None:
            continue
        strength = _strength(row.finding.link)
        if strength < _MAYBE_ABOUT_IT:
            continue
        entire = whole_post(row.post.text)
        if entire is not None and _fitness(entire, content(entire, row.finding.language), whole=True) is None:
            entire = None
        for line, whole in [(entire, True)] if entire is not None else lines(row.post.text):
            mine = content(line, row.finding.language)
            score = _fitness(line, mine, whole=whole, label=label, share=share)
            if score is None or any(_same(mine, one) for one in earlier):
                continue
            score += _NEAR * near.get(row.post.id, 0.5)
            score += (
                _SURELY_ABOUT_IT * strength + 0.5 * _judges(line, row.finding.language) + _WHOLE * (line == entire)
            )
            rank = (strength >= _LIKELY_ABOUT_IT, score)
            if (best is None or rank > best[0]) and (line == entire or _speaks_for(line, row)):
                best = (rank, cite(row, line))
    return best[1] if best else None


def _strength(link: Link | None) -> float:
    """How surely a post is about the story; what only the place says that it was found in is no guess."""
    if link is None:
        return 0.0
    return 1.0 if link.reason == "query" else link.strength


def content(text: str, language: str) -> frozenset[str]:
    """Return the words of `text` that say something by themselves."""
    return frozenset(words(text)) - stopwords(language)


def _judges(line: str, language: str) -> bool:
    """Whether the line says what its author thinks, in a language whose words for that we know."""
    known = LANGUAGES.get(language)
    return known is not None and not known.judging.isdisjoint(words(line))


def _typical(mine: frozenset[str], share: Mapping[str, float]) -> float:
    # A set has another order in each process, and a plain sum of the same numbers another last digit.
    return math.fsum(share.get(word, 0.0) for word in mine) / math.sqrt(len(mine) + 2)


def _same(mine: frozenset[str], other: frozenset[str]) -> bool:
    return len(mine & other) >= _REDUNDANT * min(len(mine), len(other))


def _fitness(
    line: str,
    mine: frozenset[str],
    *,
    whole: bool,
    label: Sequence[str] = (),
    share: Mapping[str, float] = MappingProxyType({}),
) -> float | None:
    """Return how well a line may stand for its group, higher is better; None where it may not be quoted.

    What is common in the group counts by its share; the rest are nudges, each worth a word of a quarter of it.
    """
    spoken = words(line)
    if len(mine) < _SAYING or _MARKUP.search(line) or any(word in _COARSE for word in spoken):
        return None
    letters = [character for character in line if character.isalpha()]
    score = _typical(mine, share) + 0.25 * sum(word in spoken for word in label)
    score += 0.25 * (line[-1] in '.!。！…”"')
    score -= 0.25 * (line[0].islower() or not line[0].isalnum())
    score -= 0.5 * (spoken[0] in _DANGLING)
    score -= 0.5 * line.rstrip("\"'”’»)").endswith(("?", "？"))
    score -= 0.5 * (not whole)
    score -= 0.25 * (size(line) not in _EASY)
    score -= 0.25 * ("#" in line)
    score -= 0.5 * (sum(letter.isupper() for letter in letters) > len(letters) / 3)
    return score
