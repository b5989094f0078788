"""English tone by VADER (Hutto & Gilbert 2014): lexicon and numbers from vaderSentiment 3.3.2, our own loop.

The package lowers the whole text once per sentiment word, so its time is quadratic in the length of a post.
This loop looks each thing up once, does the same arithmetic in the same order, and is linear.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from string import punctuation

from monitor.model import Sentiment, Tone
from monitor.text import for_scoring

NAME = "vader/1"
NEGATIVE_BELOW = -0.077  # Tuned on the val split of en_tweeteval (QUALITY.md, "Sentiment").
POSITIVE_ABOVE = 0.361  # likewise
UNCLEAR_MARGIN = 0.05  # The cut-off around zero that VADER's authors recommend, here around each threshold.

# How often a label was right at its threshold, and how much more at the end of the scale: least squares over
# the 47,388 posts of en_semeval17_train (`tests/benchmarks/sentiment.py` prints how well it holds on others).
_RIGHT: dict[Tone, tuple[float, float]] = {
    "negative": (0.20, 0.52),
    "neutral": (0.50, 0.0),
    "positive": (0.38, 0.57),
}
_RIGHT_WITHOUT_WORDS = 0.65  # of the posts that score 0.0, mostly for want of any word of the lexicon
_SHORT_TOKEN = 2  # The package takes what is left of a token for an emoticon when it has two characters or fewer.


@dataclass(frozen=True, slots=True)
class _Rules:
    """What the package knows. emoji: the words that it reads for each single character."""

    lexicon: Mapping[str, float]
    boosters: Mapping[str, float]
    special: Mapping[str, float]
    negations: frozenset[str]
    emoji: Mapping[str, str]
    capitals: float
    negation: float
    alpha: float


@cache
def _rules() -> _Rules:
    import vaderSentiment.vaderSentiment as package  # noqa: N813, PLC0415 - 30 ms that only a run that scores pays

    analyzer = package.SentimentIntensityAnalyzer()
    return _Rules(
        lexicon=analyzer.lexicon,
        boosters=package.BOOSTER_DICT,
        special=package.SPECIAL_CASES,
        negations=frozenset(package.NEGATE),
        emoji={emoji: words for emoji, words in analyzer.emojis.items() if len(emoji) == 1},
        capitals=package.C_INCR,
        negation=package.N_SCALAR,
        alpha=15,  # the default of the package's `normalize`
    )


def score(texts: Sequence[str]) -> list[Sentiment]:
    """Return one sentiment a text, in order. unclear: within UNCLEAR_MARGIN of a threshold.

    confidence: how often a label that far from its threshold was right where it was measured.
    """
    return [_sentiment(compound(for_scoring(text))) for text in texts]


def _sentiment(value: float) -> Sentiment:
    label: Tone
    if value < NEGATIVE_BELOW:
        label, distance, reach = "negative", NEGATIVE_BELOW - value, NEGATIVE_BELOW + 1
    elif value > POSITIVE_ABOVE:
        label, distance, reach = "positive", value - POSITIVE_ABOVE, 1 - POSITIVE_ABOVE
    else:
        label, distance, reach = "neutral", min(value - NEGATIVE_BELOW, POSITIVE_ABOVE - value), 1.0
    at, beyond = _RIGHT[label]
    return Sentiment(
        label=label,
        value=value,
        confidence=_RIGHT_WITHOUT_WORDS if value == 0 else round(at + beyond * distance / reach, 4),
        scorer=NAME,
        unclear=distance < UNCLEAR_MARGIN,
    )


def compound(text: str) -> float:
    """Return the package's compound score of `text` as it stands, in [-1, 1], rounded to 4 decimals."""
    rules = _rules()
    spelled = text if text.isascii() else _spelled(text, rules)
    tokens = [_token(raw) for raw in spelled.split()]
    total = float(sum(_after_but(*_valences(tokens, rules))))
    emphasis = _emphasis(spelled)
    if total > 0:
        total += emphasis
    elif total < 0:
        total -= emphasis
    normal: float = total / (total * total + rules.alpha) ** 0.5
    return round(max(-1.0, min(1.0, normal)), 4)


def _spelled(text: str, rules: _Rules) -> str:
    """Replace each emoji by its description, parted from what stands before it, as the package does."""
    if rules.emoji.keys().isdisjoint(text):
        return text
    parts: list[str] = []
    before = " "
    for character in text:
        description = rules.emoji.get(character)
        if description is not None and before != " ":
            parts.append(" ")
        parts.append(character if description is None else description)
        before = character
    return "".join(parts)


def _token(raw: str) -> str:
    stripped = raw.strip(punctuation)
    return raw if len(stripped) <= _SHORT_TOKEN else stripped


def _valences(tokens: Sequence[str], rules: _Rules) -> tuple[list[str], list[float]]:
    """Return the tokens in lower case and the valence of each."""
    lower = [token.lower() for token in tokens]
    found = [0.0] * len(tokens)
    if rules.lexicon.keys().isdisjoint(lower):
        return lower, found
    upper = sum(token.isupper() for token in tokens)
    shouting = 0 < upper < len(tokens)
    for i, word in enumerate(lower):
        if word not in rules.lexicon or word in rules.boosters:
            continue
        if word == "kind" and lower[i + 1 : i + 2] == ["of"]:
            continue
        found[i] = _valence(i, tokens, lower, shouting=shouting, rules=rules)
    return lower, found


def _valence(i: int, tokens: Sequence[str], lower: Sequence[str], *, shouting: bool, rules: _Rules) -> float:
    """Return the valence of the lexicon word at `i` with what the three words before it do to it."""
    lexicon = rules.lexicon
    valence = lexicon[lower[i]]
    if lower[i] == "no" and i + 1 < len(lower) and lower[i + 1] in lexicon:
        valence = 0.0
    if _after_no(i, lower):
        valence = lexicon[lower[i]] * rules.negation
    if shouting and tokens[i].isupper():
        valence += rules.capitals if valence > 0 else -rules.capitals
    for back, weight in ((1, 1.0), (2, 0.95), (3, 0.9)):
        if i < back or lower[i - back] in lexicon:
            continue
        boost = _boost(tokens[i - back], lower[i - back], valence, shouting=shouting, rules=rules)
        valence += boost if back == 1 else boost * weight
        valence = _turned(valence, back, i, lower, rules)
        if back == 3:  # noqa: PLR2004 - the farthest of the three
            valence = _idiom(valence, i, lower, rules)
    if (
        i > 0
        and lower[i - 1] == "least"
        and "least" not in lexicon
        and lower[i - 2 : i - 1] not in (["at"], ["very"])
    ):
        valence *= rules.negation
    return valence


def _after_no(i: int, lower: Sequence[str]) -> bool:
    return (
        (i > 0 and lower[i - 1] == "no")
        or (i > 1 and lower[i - 2] == "no")
        or (i > 2 and lower[i - 3] == "no" and lower[i - 1] in ("or", "nor"))  # noqa: PLR2004 - three words back
    )


def _boost(token: str, word: str, valence: float, *, shouting: bool, rules: _Rules) -> float:
    boost = rules.boosters.get(word, 0.0)
    if not boost:
        return 0.0
    if valence < 0:
        boost = -boost
    if shouting and token.isupper():
        boost += rules.capitals if valence > 0 else -rules.capitals
    return boost


def _turned(valence: float, back: int, i: int, lower: Sequence[str], rules: _Rules) -> float:
    """Turn or strengthen the valence at `i` by the word `back` places before it (1, 2 or 3)."""
    word = lower[i - back]
    between = lower[i - back + 1 : i]
    # The package's `and` binds before its `or`, so three words back "so" and "this" strengthen without a "never".
    if back > 1 and (
        (word == "never" and between[0] in ("so", "this")) or (len(between) > 1 and between[1] in ("so", "this"))
    ):
        return valence * 1.25
    if back > 1 and word == "without" and "doubt" in between:
        return valence
    return valence * rules.negation if word in rules.negations or "n't" in word else valence


def _idiom(valence: float, i: int, lower: Sequence[str], rules: _Rules) -> float:
    """Return the valence of the idiom around `i` where there is one, else `valence` with its two-word boosters."""
    three, two, one, word = lower[i - 3 : i + 1]
    for phrase in (
        f"{one} {word}",
        f"{two} {one} {word}",
        f"{two} {one}",
        f"{three} {two} {one}",
        f"{three} {two}",
    ):
        if phrase in rules.special:
            valence = rules.special[phrase]
            break
    for end in (i + 2, i + 3):
        if end <= len(lower):
            valence = rules.special.get(" ".join(lower[i:end]), valence)
    for phrase in (f"{three} {two} {one}", f"{three} {two}", f"{two} {one}"):
        valence += rules.boosters.get(phrase, 0.0)
    return valence


def _after_but(lower: Sequence[str], valences: list[float]) -> Iterable[float]:
    """Halve what stands before the first "but" and weigh what follows it 1.5, as the package does.

    The package looks each valence up by its value and so changes the first equal one, which may be another
    one or one that it has changed already; a heap of places per value gives the same without the search.
    """
    if "but" not in lower:
        return valences
    but = lower.index("but")
    places: dict[float, list[int]] = {}
    for place, value in enumerate(valences):
        places.setdefault(value, []).append(place)
    for step in range(len(valences)):
        value = valences[step]
        if value == 0:
            continue
        heap = places[value]
        while valences[heap[0]] != value:
            heapq.heappop(heap)
        first = heap[0]
        if first == but:
            continue
        changed = value * (0.5 if first < but else 1.5)
        heapq.heappop(heap)
        valences[first] = changed
        heapq.heappush(places.setdefault(changed, []), first)
    return valences


def _emphasis(text: str) -> float:
    """Return what "!" (up to four count) and "?" (from two) add to the strength of a text."""
    questions = text.count("?")
    asked = 0.0 if questions <= 1 else questions * 0.18 if questions <= 3 else 0.96  # noqa: PLR2004 - the package's
    return min(text.count("!"), 4) * 0.292 + asked
