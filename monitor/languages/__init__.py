"""What is known of the languages that are read: one file each, and which one a post is in."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from .counting import COUNTING
from .da import DANISH
from .de import GERMAN
from .en import ENGLISH
from .es import SPANISH
from .fr import FRENCH
from .identify import language_of
from .it import ITALIAN
from .ko import KOREAN
from .language import Cue, Language, cues_in, slurs, terms
from .nb import BOKMAL
from .nl import DUTCH
from .nn import NYNORSK
from .pt import PORTUGUESE
from .sv import SWEDISH

__all__ = [
    "LANGUAGES", "Cue", "Language",
    "common", "counting", "cues_in", "detect", "known", "slurs", "stopwords", "terms",
]  # fmt: skip

LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (
        ENGLISH, BOKMAL, NYNORSK, DANISH, SWEDISH, GERMAN, DUTCH, FRENCH, SPANISH, PORTUGUESE, ITALIAN, KOREAN,
    )
}  # fmt: skip
"""By code (ISO 639-1)."""

# Codes that X still sends in their older form, and one that names a family (its larger written form is taken).
_RENAMED = {"iw": "he", "in": "id", "ji": "yi", "no": "nb"}
# No language, and X's codes of its own (qme media, qht hashtags …: ISO 639-2 leaves qaa–qtz to private use).
_NO_LANGUAGE = re.compile(r"und|zxx|mul|art|q[a-t][a-z]")


def detect(text: str, given: str | None) -> str:
    """Return the language code of `text`: the given one unless it names none, else a guess; "und" if unsure.

    A guess of a language that we read is borne out by its letters; see monitor.languages.identify.
    """
    told = (given or "").strip().lower().replace("_", "-").partition("-")[0]
    if told and not _NO_LANGUAGE.fullmatch(told):
        return _RENAMED.get(told, told)
    guessed = language_of(text)
    return "und" if _NO_LANGUAGE.fullmatch(guessed) else _RENAMED.get(guessed, guessed)


def known(code: str) -> Language:
    """Return what is known of a language: nothing but its code where nobody has written it down."""
    return LANGUAGES.get(code) or Language(code=code)


@cache
def common(code: str) -> frozenset[str]:
    """Return everyday words of a language, as common in one talk as in another (tests/training/common.py)."""
    if code not in LANGUAGES:  # whatever a post says its language is
        return frozenset()
    file = files(__package__).joinpath("common", f"{code}.txt")
    return frozenset(file.read_text(encoding="utf-8").split()) if file.is_file() else frozenset()


def counting(code: str) -> frozenset[str]:
    """Return the words of a language that only count or say when, empty for one we do not know."""
    return COUNTING.get(code, frozenset())


def stopwords(code: str) -> frozenset[str]:
    """Return the stopwords of a language, empty for one we do not know."""
    return known(code).stopwords
