"""Tone by n-grams: a linear model over words, their letters and pairs, one small file of weights a language.

A file of `weights/light/` is made by `tests/training/light.py`: a line of JSON, then the CRC-32 of each n-gram as
little-endian uint32, ascending, then three int8 weights for each (negative, neutral, positive); then the same for
the valences of words, one int8 each, in 32nds. No word of any text stands in it.
"""

from __future__ import annotations

import json
import re
import sys
from array import array
from functools import cache, lru_cache
from importlib.resources import files
from math import exp, log1p, sqrt
from operator import mul
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from monitor.languages import known, terms
from monitor.model import Sentiment, Tone
from monitor.text import for_scoring

from . import vader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from monitor.protocols import Scorer

VERSION = 1
LANGUAGES: Mapping[str, str] = {
    **{code: code for code in ("en", "nb", "da", "sv", "de", "fr", "es", "pt", "it", "ar")},
    "nn": "nb",  # No labelled nynorsk is at hand; the two share most words and all n-grams of two letters.
}
"""Language code -> whose weights read it."""

TONES: tuple[Tone, Tone, Tone] = ("negative", "neutral", "positive")
LONGEST = 5  # letters of an n-gram; chosen by cross-validation, see tests/training/light.py
_TURNED = 3  # words after a negation that it turns
_AFTER_NEGATION = -0.7  # of a word's valence; VADER has -0.74

_LETTER = "(?:[^\\W\\d_]|[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670])"
_TOKEN = re.compile(
    r"@user|http\S*"
    r"|<3+|[:;=8xX]['`]?-?[)(\]\[dDpPoO/\\|*3]+(?!\w)"  # emoticons
    r"|\d+(?:[.,]\d+)*"
    rf"|{_LETTER}+(?:['-]{_LETTER}+)*"
    r"|[!?]+|\.\.+|[^\w\s]|\w",
    re.IGNORECASE,
)
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_STOPS = frozenset(".,:;!?()")
# In place of the list of a language: with the informal spellings that people use in posts.
_NEGATIONS: Mapping[str, frozenset[str]] = {
    "en": terms("""
        not no never cannot dont don't doesn't doesnt didn't didnt isn't isnt wasn't won't wont can't cant couldn't
        wouldn't shouldn't aren't ain't aint haven't hasn't without nobody nothing neither nor hardly
    """)
}


class Unit(NamedTuple):
    """One token or pair as the model counts it. word: None where it is no word. turned: after a negation."""

    key: str
    word: str | None = None
    turned: bool = False


def units(text: str, language: str) -> list[Unit]:
    """Return what the model counts in `text` (as `for_scoring` returns it): tokens, then pairs, then counts."""
    found, keys = _counted(text, language)
    return [*found, *map(Unit, keys)]


def _counted(text: str, language: str) -> tuple[list[Unit], list[str]]:
    """Return the tokens of `text`, and the keys of its pairs and counts, of which nothing else is asked."""
    negations = _NEGATIONS.get(language) or known(language).negations
    found: list[Unit] = []
    pairs: list[str] = []
    before = "<"
    left = users = links = 0
    tokens: list[str] = _TOKEN.findall(text)
    for token in tokens:
        key = _key(token)
        if key[0] != ".":
            if key in negations:
                left = _TURNED + 1
            if 0 < left <= _TURNED:
                found += (Unit(key, key, turned=True), Unit("!" + key))
            else:
                found.append(Unit(key, key))
            left -= 1
        else:
            links += key == ".http"
            users += key == ".@user"
            if token[0] in _STOPS:
                left = 0
            found.append(Unit(key))
        pairs.append(f":{before} {key}")
        before = key
    pairs.append(f":{before} >")
    counts = {
        "length": min(6, len(tokens) // 6),
        "!": min(3, text.count("!")),
        "?": min(3, text.count("?")),
        "users": min(3, users),
        "links": min(2, links),
    }
    return found, [*pairs, *(f"#{name}{number}" for name, number in counts.items())]


# A regular expression and four questions a token; posts are mostly made of a few thousand.
@lru_cache(maxsize=1 << 14)
def _key(token: str) -> str:
    """Return a token as it is counted: a word as it is, all else after a full stop."""
    lower = token.lower()
    if lower.startswith("http"):
        return ".http"
    if token[0].isdigit():
        return ".0"
    key = _DRAWN_OUT.sub(r"\1\1", lower)
    return key if token[0].isalpha() else "." + key


def grams(key: str) -> list[str]:
    """Return the n-grams of a unit's key: of a word its letters by two to LONGEST and itself; else the key."""
    if not key[0].isalpha():
        return [key]
    padded = f" {key} "
    length = len(padded)
    found = [padded[i : i + n] for n in range(2, min(LONGEST, length) + 1) for i in range(length - n + 1)]
    if length > LONGEST:
        found.append(padded)
    return found


def hashed(gram: str) -> int:
    """Return the number under which a file has an n-gram."""
    return crc32(gram.encode("utf-8", "replace"))


def judged(text: str, language: str, found: Sequence[Unit], valence: Callable[[str], float]) -> list[float]:
    """Return the dense features of a post: sums and extremes of its words' valences, turned by negations.

    For English, VADER's valences and its compound score come first (`text` as `for_scoring` returns it).
    """
    felt = [(value, unit.turned) for unit in found if unit.word is not None and (value := valence(unit.word))]
    dense = _summed([_AFTER_NEGATION * value if turned else value for value, turned in felt])
    if language == "en":
        compound, valences = vader.judged(text)
        dense = [compound, abs(compound), float(compound == 0), *_summed(valences), *dense]
    return dense


def _summed(values: Sequence[float]) -> list[float]:
    felt = [value for value in values if value]
    positive = sum([value for value in felt if value > 0])
    negative = -sum([value for value in felt if value < 0])
    total = positive - negative
    return [
        total / sqrt(total * total + 15),  # as VADER does, whose constant this is
        log1p(positive),
        log1p(negative),
        max(felt, default=0.0) / 4,
        min(felt, default=0.0) / 4,
        felt[-1] / 4 if felt else 0.0,
        total / (len(felt) + 1) / 2,
    ]


class _Model:
    """The weights of one language. What units sum up to is kept as they are met: whole numbers, in any order."""

    def __init__(self, language: str, data: bytes) -> None:
        line, _, rest = data.partition(b"\n")
        self.header: dict[str, Any] = json.loads(line)
        n, words = self.header["grams"], self.header["words"]
        keys, at = _array("I", rest, 0, n)
        weights, at = _array("b", rest, at, 3 * n)
        heard, at = _array("I", rest, at, words)
        valences, _ = _array("b", rest, at, words)
        self.weights = dict(zip(keys, zip(weights[::3], weights[1::3], weights[2::3], strict=True), strict=True))
        self.valences = dict(zip(heard, valences, strict=True))
        self.language = language
        self.unit = lru_cache(maxsize=1 << 15)(self._unit)
        self.valence = lru_cache(maxsize=1 << 13)(self._valence)

    def _unit(self, key: str) -> tuple[int, int, int, int]:
        """Return the sums of the three weights over the known n-grams of a unit, and how many are known."""
        known_ones = [found for gram in grams(key) if (found := self.weights.get(hashed(gram))) is not None]
        if not known_ones:
            return 0, 0, 0, 0
        negative, neutral, positive = (sum(column) for column in zip(*known_ones, strict=True))
        return negative, neutral, positive, len(known_ones)

    def _valence(self, word: str) -> float:
        return self.valences.get(hashed(word), 0) / 32

    def chances(self, text: str) -> list[float]:
        """Return how likely each of TONES is, summing to 1, calibrated."""
        seen = for_scoring(text)
        found, keys = _counted(seen, self.language)
        met = map(self.unit, (*(unit.key for unit in found), *keys))
        *sums, count = map(sum, zip(*met, strict=True))
        dense = judged(seen, self.language, found, self.valence)
        scale = self.header["scale"] / sqrt(max(1, count))
        logits = [
            bias + scale * total + sum(map(mul, row, dense))
            for bias, total, row in zip(self.header["bias"], sums, self.header["dense"], strict=True)
        ]
        top = max(logits)
        powers = [exp((logit - top) / self.header["temperature"]) for logit in logits]
        whole = sum(powers)
        return [power / whole for power in powers]


def _array(kind: str, data: bytes, at: int, count: int) -> tuple[array[int], int]:
    found = array(kind)
    end = at + count * found.itemsize
    found.frombytes(data[at:end])
    if sys.byteorder == "big":
        found.byteswap()
    return found, end


def name(language: str) -> str:
    """Return the scorer's name and version for a language that LANGUAGES has."""
    return f"light-{LANGUAGES[language]}/{VERSION}"


def installed() -> Iterable[str]:
    """Return the languages whose weights are there, in the order of LANGUAGES."""
    return [code for code, whose in LANGUAGES.items() if files(__package__).joinpath(*_file(whose)).is_file()]


def scorer(language: str) -> Scorer:
    """Return what scores texts of a language; its weights are read when the first text is."""

    def score(texts: Sequence[str]) -> list[Sentiment]:
        model = _model(LANGUAGES[language])
        return [_sentiment(model, model.chances(text)) for text in texts]

    return score


def chances(language: str, text: str) -> list[float]:
    """Return how likely negative, neutral and positive are in a text of a language, summing to 1."""
    return _model(LANGUAGES[language]).chances(text)


@cache
def _model(whose: str) -> _Model:
    return _Model(whose, files(__package__).joinpath(*_file(whose)).read_bytes())


def _file(whose: str) -> tuple[str, str, str]:
    return "weights", "light", f"{whose}.bin"


def _sentiment(model: _Model, chances: Sequence[float]) -> Sentiment:
    confidence = max(chances)
    return Sentiment(
        label=TONES[chances.index(confidence)],
        value=round(chances[2] - chances[0], 4),
        confidence=round(confidence, 4),
        scorer=name(model.language),
        unclear=confidence < model.header["unclear_below"],
    )
