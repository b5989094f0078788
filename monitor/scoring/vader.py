"""English tone by VADER (Hutto & Gilbert 2014): lexicon and numbers from vaderSentiment 3.3.2, our own loop.

The package lowers the whole text once per sentiment word, so its time is quadratic in the length of a post.
This loop looks each thing up once, does the same arithmetic in the same order, and is linear.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from string import punctuation

from monitor.model import SecondOpinion, Sentiment, Tone
from monitor.text import for_scoring

NAME = "vader/1"
RAW = "vader-raw/1"
RAW_CUT_OFF = 0.05  # that VADER's authors recommend for `compound`, on both sides
MOST_WORDS = 5  # of a second opinion: enough to see why, few enough to read
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
_FARTHEST = 3  # words back that the package looks at
_EMPHATIC = ("so", "this")
_SHORT_TOKEN = 2  # The package takes what is left of a token for an emoticon when it has two characters or fewer.


@dataclass(frozen=True, slots=True)
class _Rules:
    """What the package knows. emoji: the words that it reads for each single character.

    phrases: of each phrase of several words the longest one; where none is near, none need be looked for.
    """

    lexicon: Mapping[str, float]
    boosters: Mapping[str, float]
    special: Mapping[str, float]
    negations: frozenset[str]
    phrases: frozenset[str]
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
        phrases=frozenset(
            max(phrase.split(), key=len)
            for phrase in (*package.SPECIAL_CASES, *package.BOOSTER_DICT)
            if " " in phrase
        ),
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


def raw(texts: Sequence[str]) -> list[tuple[Tone, float]]:
    """Return label and compound of each text as the installed package has them: as typed, at its own cut-offs."""
    values = [compound(text) for text in texts]
    return [
        ("positive" if value >= RAW_CUT_OFF else "negative" if value <= -RAW_CUT_OFF else "neutral", value)
        for value in values
    ]


def second_opinion(text: str) -> SecondOpinion:
    """Return what VADER says of an English text, with the words that drove it, weightiest first.

    A word stands as in the lexicon, with the valence that it had in its place: turned by a "not", raised by a
    "very" or capitals, halved before a "but". Each word once, MOST_WORDS at most.
    """
    value, felt = _heard(for_scoring(text))
    driving: dict[str, float] = {}
    for word, valence in felt:
        if abs(valence) > abs(driving.get(word, 0.0)):
            driving[word] = valence
    weightiest = sorted(driving.items(), key=lambda pair: (-abs(pair[1]), pair[0]))[:MOST_WORDS]
    return SecondOpinion(
        label=_sentiment(value).label,
        value=value,
        scorer=NAME,
        words=tuple((word, round(max(-4.0, min(4.0, valence)), 2)) for word, valence in weightiest),
    )


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
    _, valences, emphasis = _weighed(text, rules)
    return _compound(valences, emphasis, rules)


def _weighed(text: str, rules: _Rules) -> tuple[list[str], list[float], float]:
    """Return the tokens of `text` in lower case, the valence of each, and the emphasis of the whole."""
    spelled = text if text.isascii() else _spelled(text, rules)
    if spelled.isascii():  # then the whole text may be lowered at once, and no case is asked for without a word
        lowered = spelled.lower()
        lower = _tokens(lowered)
        if rules.lexicon.keys().isdisjoint(lower):
            return lower, [0.0] * len(lower), _emphasis(spelled)
        tokens = lower if lowered == spelled else _tokens(spelled)
    else:
        tokens = _tokens(spelled)
        lower = [token.lower() for token in tokens]
    return lower, list(_after_but(lower, _valences(tokens, lower, rules))), _emphasis(spelled)


def _compound(valences: Sequence[float], emphasis: float, rules: _Rules) -> float:
    total = float(sum(valences))
    if total > 0:
        total += emphasis
    elif total < 0:
        total -= emphasis
    normal: float = total / (total * total + rules.alpha) ** 0.5
    return round(max(-1.0, min(1.0, normal)), 4)


def lexicon() -> Mapping[str, float]:
    """Return the package's words and emoticons with their valence, in [-4, 4]."""
    return _rules().lexicon


def judged(text: str) -> tuple[float, list[float]]:
    """Return what `compound` does, and the valence of each token that counted for it, in order."""
    value, felt = _heard(text)
    return value, [valence for _, valence in felt]


# The light scorer and a second opinion ask the same of a text; more than are read at once need not be kept.
@lru_cache(maxsize=1 << 12)
def _heard(text: str) -> tuple[float, tuple[tuple[str, float], ...]]:
    """Return what `compound` does, and each token that counted for it with its valence, in order."""
    rules = _rules()
    lower, valences, emphasis = _weighed(text, rules)
    felt = tuple((word, valence) for word, valence in zip(lower, valences, strict=True) if valence)
    return _compound(valences, emphasis, rules), felt


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


def _tokens(text: str) -> list[str]:
    return [
        # Nothing is stripped from letters and digits, and so are nine tokens of ten.
        raw if raw.isalnum() or len(stripped := raw.strip(punctuation)) <= _SHORT_TOKEN else stripped
        for raw in text.split()
    ]


def _valences(tokens: Sequence[str], lower: Sequence[str], rules: _Rules) -> list[float]:
    """Return the valence of each token; `lower` are the tokens in lower case."""
    found = [0.0] * len(tokens)
    hits = [i for i, word in enumerate(lower) if word in rules.lexicon and word not in rules.boosters]
    if not hits:
        return found
    shouting = 0 < sum(map(str.isupper, tokens)) < len(tokens)
    for i in hits:
        if lower[i] != "kind" or lower[i + 1 : i + 2] != ["of"]:
            found[i] = _valence(i, tokens, lower, shouting=shouting, rules=rules)
    return found


def _valence(  # noqa: C901 - the package's own order of steps, which the arithmetic depends on
    i: int, tokens: Sequence[str], lower: Sequence[str], *, shouting: bool, rules: _Rules
) -> float:
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
        if i < back:
            break
        word = lower[i - back]
        if word in lexicon:
            continue
        if word in rules.boosters:
            boost = _boost(tokens[i - back], word, valence, shouting=shouting, rules=rules)
            valence += boost if back == 1 else boost * weight
        if word in rules.negations or "n't" in word or (back == _FARTHEST and lower[i - 1] in _EMPHATIC):
            valence = _turned(valence, back, i, lower, rules)
        if back == _FARTHEST and not rules.phrases.isdisjoint(lower[i - 3 : i + 3]):
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
        (word == "never" and between[0] in _EMPHATIC) or (back == _FARTHEST and between[1] in _EMPHATIC)
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
