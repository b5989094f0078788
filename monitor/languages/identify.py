"""Which language a short text is in: its script, else its runs of letters, else what py3langid makes of it.

A linear model over hashed runs of one to six letters (tests/training/language.py makes weights/letters.npz) knows
the languages we read in Latin letters, and one class for all others. Where it is not sure, py3langid is asked,
which knows a hundred more. Its word for a language we read counts only where our model gives that language a fair
share.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from monitor.text import without_links

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OTHER = "other"
BITS = 16  # with 2 ** 15 rows and runs of up to 5, Norwegian val loses a point, with 2 ** 14 two
LONGEST = 6  # characters of a run; the space between two words is one

_READ = 1000  # characters, plenty for a guess
_FEWEST_LETTERS = 3  # "ok" is written in every language
_SURE = 0.9  # the surest language is taken at this probability; below it, py3langid is asked
_FAIR = 0.3  # the probability that a language we read needs where py3langid names it; both chosen on val

_HASHTAG = re.compile(r"#\w+")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[a-zª-ɏḀ-ỿ]+")
# Letters of a script, and what one of them counts: a syllable or a word sign stands for two or three letters.
_SCRIPTS = {
    "latin": (_LATIN, 1),
    "hangul": (re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]+"), 2),
    "arabic": (re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]+"), 1),
    "signs": (re.compile("[\u2e80-\u312f\u3190-\ua4cf\uf900-\ufaff]+"), 2),
}
# Letters that Persian, Urdu, Pashto, Kurdish or Uyghur write and Arabic does not (Unicode chart, "Arabic").
_NOT_ARABIC = re.compile("[\u0679-\u06d5]")
_BY_SCRIPT = frozenset({"ar", "ko"})  # which letters tell, and py3langid may not
# Spoken Arabic has codes of its own (ISO 639-3); who reads Arabic reads it.
_SPOKEN_ARABIC = frozenset({"acm", "acq", "aeb", "afb", "ajp", "apc", "apd", "ars", "ary", "arz"})


class Letters(NamedTuple):
    """The model: the codes of its classes, OTHER among them; weights (2 ** BITS, classes) in units of `scale`."""

    codes: tuple[str, ...]
    weights: NDArray[np.int8]
    scale: float
    bias: NDArray[np.float64]


def language_of(text: str) -> str:
    """Return the code of the language that most of `text` is in, "und" where no letters or no language is sure.

    Links, handles and hashtags are not read. A code may be any that py3langid knows; one of the model's languages,
    Korean or Arabic only where letters bear it out.
    """
    bare = bare_of(text)
    written = words_of(bare)
    script, count = _script_of(written)
    if count < _FEWEST_LETTERS:
        return "und"
    if script == "hangul":
        return "ko"
    if script == "arabic":
        return _in_arabic_letters(bare)
    if script == "latin":
        latin = latin_of(written)
        return _in_latin_letters(latin, bare if latin == written else latin)
    asked = _asked(bare)
    return "und" if asked in _BY_SCRIPT or asked in _letters().codes else asked


def bare_of(text: str) -> str:
    """Return the beginning of `text` in lower case, a space for each link, handle and hashtag, accents composed."""
    return unicodedata.normalize("NFC", _HASHTAG.sub(" ", without_links(text))[:_READ]).lower()


def words_of(bare: str) -> str:
    """Return the runs of letters of a text, parted by a space."""
    return " ".join(_WORD.findall(bare))


def latin_of(written: str) -> str:
    """Return the words, or parts of words, that are in Latin letters, parted by a space."""
    return written if written.isascii() else " ".join(_LATIN.findall(written))


def _script_of(written: str) -> tuple[str, int]:
    """Return the script that most of some letters are in, "other" for none of `_SCRIPTS`, and what they count."""
    if written.isascii():
        return "latin", len(written) - written.count(" ")
    lengths = {name: sum(map(len, letters.findall(written))) for name, (letters, _) in _SCRIPTS.items()}
    counts = {name: lengths[name] * worth for name, (_, worth) in _SCRIPTS.items()}
    counts["other"] = len(written) - written.count(" ") - sum(lengths.values())
    largest = max(counts, key=counts.__getitem__)
    return largest, counts[largest]


def _in_arabic_letters(text: str) -> str:
    if not _NOT_ARABIC.search(text):
        return "ar"
    asked = _asked(text)
    if asked in _SPOKEN_ARABIC or asked in _BY_SCRIPT:
        return "ar"
    return "und" if asked in _letters().codes else asked


def _in_latin_letters(latin: str, bare: str) -> str:
    shares = probabilities(latin)
    norwegian = "nb" if shares["nb"] >= shares["nn"] else "nn"
    written_in = {code: share for code, share in shares.items() if code not in {"nb", "nn", OTHER}}
    written_in[norwegian] = shares["nb"] + shares["nn"]  # one language in two spellings
    surest = max(written_in, key=written_in.__getitem__)
    if written_in[surest] >= _SURE:
        return surest
    asked = _asked(bare)
    if asked in {"nb", "nn", "no"}:
        asked = norwegian
    return asked if asked not in _BY_SCRIPT and written_in.get(asked, 1.0) >= _FAIR else "und"


def _asked(text: str) -> str:
    """Return what py3langid says: one of its own codes."""
    import py3langid  # noqa: PLC0415 - 100 ms and numpy, which only a run that reads posts pays

    code: str = py3langid.classify(text)[0]
    return code


def probabilities(latin: str) -> dict[str, float]:
    """Return the probability of each language of the model, and of OTHER, for lower-case words, a space between."""
    import numpy as np  # noqa: PLC0415

    model = _letters()
    rows = runs_of(latin)
    # Whole numbers are added, so that no order of adding and no batch changes a sum.
    total = model.weights.take(rows, axis=0).sum(axis=0, dtype=np.int32)
    scores = total * (model.scale / len(rows) ** 0.5) + model.bias
    shares = np.exp(scores - scores.max())
    return dict(zip(model.codes, (shares / shares.sum()).tolist(), strict=True))


def runs_of(latin: str) -> NDArray[np.int32]:
    """Return the row of each run of 1 to LONGEST characters in words parted by a space; shorter runs come first.

    A row is a hash of the run's code points, in the manner of FNV-1a and then mixed, the same on every machine.
    """
    import numpy as np  # noqa: PLC0415

    characters = np.frombuffer(f" {latin} ".encode("utf-32-le"), dtype=np.uint32)
    hashed = np.zeros(len(characters), dtype=np.uint32)
    lengths = []
    for length in range(1, min(LONGEST, len(characters)) + 1):
        hashed = (hashed[: len(characters) - length + 1] ^ characters[length - 1 :]) * np.uint32(0x01000193)
        hashed += np.uint32(length)
        lengths.append(hashed)
    runs = np.concatenate(lengths)
    runs ^= runs >> np.uint32(15)
    runs *= np.uint32(0x2C1B3C6D)
    runs ^= runs >> np.uint32(12)
    return (runs >> np.uint32(32 - BITS)).astype(np.int32)


@cache
def _letters() -> Letters:
    import numpy as np  # noqa: PLC0415

    with files(__package__).joinpath("weights", "letters.npz").open("rb") as stream, np.load(stream) as kept:
        return Letters(
            codes=tuple(kept["codes"].tolist()),
            weights=kept["weights"],
            scale=float(kept["scale"]),
            bias=kept["bias"].astype(np.float64),
        )
