"""What is known of the languages that are read: one file each, and which one a post is in."""

from __future__ import annotations

import re

from monitor.text import without_links, words

from .da import DANISH
from .de import GERMAN
from .en import ENGLISH
from .es import SPANISH
from .fr import FRENCH
from .it import ITALIAN
from .ko import KOREAN
from .language import Cue, Language, cues_in, slurs, terms
from .nb import BOKMAL
from .nl import DUTCH
from .nn import NYNORSK
from .pt import PORTUGUESE
from .sv import SWEDISH

__all__ = ["LANGUAGES", "Cue", "Language", "cues_in", "detect", "known", "slurs", "stopwords", "terms"]

LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (
        ENGLISH, BOKMAL, NYNORSK, DANISH, SWEDISH, GERMAN, DUTCH, FRENCH, SPANISH, PORTUGUESE, ITALIAN, KOREAN,
    )
}  # fmt: skip
"""By code (ISO 639-1)."""

_READ = 1000  # characters, plenty for a guess
# Share of common words that a guess needs; 0.7 % of English posts have fewer (SemEval val). Names, titles and
# lists of results look English to a guess by letters.
_FEWEST_COMMON = 0.15
_FEWEST_LETTERS = 3  # "ok" and "lol 😂" are written in every language
# Codes that X still sends in their older form, and one that names a family (its larger written form is taken).
_RENAMED = {"iw": "he", "in": "id", "ji": "yi", "no": "nb"}
# No language, and X's codes of its own (qme media, qht hashtags …: ISO 639-2 leaves qaa–qtz to private use).
_NO_LANGUAGE = re.compile(r"und|zxx|mul|art|q[a-t][a-z]")
_HASHTAG = re.compile(r"#\w+")


def detect(text: str, given: str | None) -> str:
    """Return the language code of `text`: the given one unless it names none, else a guess; "und" if unknown."""
    told = (given or "").strip().lower().replace("_", "-").partition("-")[0]
    if told and not _NO_LANGUAGE.fullmatch(told):
        return _RENAMED.get(told, told)
    bare = _HASHTAG.sub(" ", without_links(text))[:_READ]
    if sum(character.isalpha() for character in bare) < _FEWEST_LETTERS:
        return "und"
    import py3langid  # noqa: PLC0415 - 100 ms and numpy, which only a run that reads posts pays

    guessed: str = py3langid.classify(bare.lower())[0]
    code = _RENAMED.get(guessed, guessed)
    return code if known(code).scorer is None or _borne_out(bare, known(code)) else "und"


def _borne_out(text: str, language: Language) -> bool:
    """Tell whether enough words of `text` are ones of `language`, before a mere guess lets it be scored."""
    tokens = [token for token in words(text) if token.isalpha()]
    common = sum(token in language.stopwords or token in language.judging for token in tokens)
    return common >= _FEWEST_COMMON * len(tokens)


def known(code: str) -> Language:
    """Return what is known of a language: nothing but its code where nobody has written it down."""
    return LANGUAGES.get(code) or Language(code=code)


def stopwords(code: str) -> frozenset[str]:
    """Return the stopwords of a language, empty for one we do not know."""
    return known(code).stopwords
