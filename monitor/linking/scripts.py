"""Names across scripts: a Korean post writes 트럼프 for the Trump of an English story, and shares no word with it.

Hangul is romanised by the arithmetic of its Unicode block (The Unicode Standard, 3.12) and the letters of the
Revised Romanization (Ministry of Culture and Tourism of Korea, Notice 2000-8). Latin letters are brought to the
same consonants by what the rules for foreign words (외래어 표기법, Notice 85-11) do to them. Consonants must
then be equal; vowels need only be near, since English spells them in too many ways. No name is listed.

The rules were chosen on 119 well-known names (five stand in the development sets too) and 11,480 Korean film
reviews: 92 names are heard, the others are mostly too short (이란, 케인), and a name is heard wrongly in about 3 of
10,000 reviews. On names that had no part in the choice expect less.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from monitor.text import visible, without_links, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from monitor.model import Story, StoryId

Stems: TypeAlias = "Callable[[str, str | None], list[str]]"

_HANGUL = re.compile(r"[가-힣]{2,}")
_KOREAN = re.compile("[\u1100-\u11ff가-힣]")
"""Hangul as syllables or, before NFKC, as letters."""
_MOST = 12
"""Longer than so many syllables no name is; it bounds what a run of thousands costs."""


def _listed(values: str) -> list[str]:
    return values.split()


_INITIALS = _listed("g kk n d tt r m b pp s ss - j jj ch k t p h")
_VOWELS = _listed("a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i")
_FINALS = _listed("- k k k n n n t l k m l l l p l m p p t t ng t t k t p t")
_FIRST, _SYLLABLES, _TAILS = 0xAC00, 21 * 28, 28

_NEAR = dict(
    zip(
        _VOWELS,
        # ㅓ is any (Seoul, Putter, Thomas), ㅔ and ㅐ are a or e (Baker, Canada), ㅡ is no vowel.
        _listed("a ae a ae aeo ea eo e o ao aeo oe o o oa eo eo o - e e"),
        strict=True,
    )
)
"""The vowels of Korean as the kinds of Latin vowels (`_KIND`) that they may stand for."""
_KIND = {**dict.fromkeys("a", "a"), **dict.fromkeys("eiy", "e"), **dict.fromkeys("ouw", "o")}

_ALIKE = str.maketrans("fvzrqc", "pbjlkk")
"""Korean has no f, v, z, and one letter for l and r; C stands for ch."""
_PLAIN = str.maketrans("ptkC", "bdgj")
"""Foreign words keep p, t, k, ch (ㅍㅌㅋㅊ) apart from b, d, g, j (ㅂㄷㄱㅈ). Names of Koreans are spelled both
ways, 김 is Kim and 조 is Cho, so in full names they are the same."""

_LATIN = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")
_VOWEL = "aeiouyw"
_ALWAYS = tuple(
    (re.compile(pattern), into)
    for pattern, into in (
        ("sch|sh", "s"),
        ("ch", "C"),
        ("ck", "k"),
        ("c(?=[eiy])", "s"),
        ("ph", "f"),
        ("gh", "g"),
        ("qu", "kw"),
        ("x", "ks"),
        ("wh", "hw"),  # White is 화이트
        ("ng(?![aeiouy])", "n"),  # one sound, ㅇ; "ng" before a vowel is two, as in 싱가포르
        (f"(?<=[aeiouy])h(?![{_VOWEL}])", ""),  # Ahn, Salah
        (f"([^{_VOWEL}-])\\1", r"\1"),
        ("-", ""),
    )
)
_PERHAPS = tuple(
    (re.compile(pattern), into)
    for pattern, into in (
        (f"r(?=[^{_VOWEL}r]|$)", ""),  # English does not speak it: 카니 for Carney, but 마르코 for Marco
        (f"(?<=[^{_VOWEL}])e$", ""),
    )
)
_LEE = re.compile("^[lr](?=e?[eiy])")
"""Korean leaves out ㄹ before i and y at the start of a name, and its Latin spelling does not: 이 is Lee."""

_LEAST, _LEAST_FULL = 4, 5
"""Consonants and voiced syllables that a name has at least, alone and as a full name."""
_WEIGHTY = 3
"""And three consonants or three syllables: of two and two there are too many words, as 머리 for Milei."""
_WHOLE = 3
"""A name of so many syllables is complete, and a noun may follow it. A shorter one may be the beginning of another,
as 김구 is of 김구라, so only particles may follow it."""
_PARTICLE = re.compile(
    "(?:은|는|이|가|을|를|의|에|과|와|랑|도|만|로|으로|나|야|께|한테|부터|까지|보다|보고|처럼|같|라|였|인|입니|임|씨|님|측|발)"
)

Key: TypeAlias = tuple[str, tuple[str, ...]]
"""The consonants of a name, and before, between and after them the vowels: of Latin names letters, of Korean ones
kinds of vowels by syllable."""


class OtherScript:
    """The names of stories as posts in the other script write them: Hangul for Latin letters, and the reverse.

    single: the stems of stories in Hangul that posts name by one Latin word: as a surname it may name another.
    """

    def __init__(self, ranked: Sequence[Story], stems: Stems) -> None:
        self.single: set[str] = set()
        self._ranked, self._stems = ranked, stems
        self._heard: dict[str, list[str]] = {}
        self._read: dict[tuple[str, ...], list[str]] = {}
        self._korean: dict[tuple[bool, str], list[tuple[StoryId, tuple[str, ...], str]]] = defaultdict(list)
        for story in ranked:
            for run in dict.fromkeys((*_runs(story.title), *_runs(story.lead))):
                for part in _beginnings(run):
                    for full in (False, True):
                        consonants, vowels = _sounds(part, full=full)
                        if _enough(part, consonants, full=full):
                            self._korean[full, consonants] += [
                                (story.id, vowels, stem) for stem in stems(run, story.language)
                            ]

    def stems(self, text: str) -> list[str]:
        """Return the stems of stories whose names `text` has in the other script, each as often as it is named."""
        found: list[str] = []
        for run in _runs(text):
            if run not in self._heard:
                self._heard[run] = self._of_run(run)
            found += self._heard[run]
        if self._korean:
            for name in _names(text):
                if name not in self._read:
                    self._read[name] = self._of_name(name)
                found += self._read[name]
        return found

    @cached_property
    def _latin(self) -> dict[tuple[bool, str], list[tuple[tuple[str, ...], list[str]]]]:
        """Return the names of stories in Latin letters by their consonants; only posts in Hangul need them."""
        spelled: dict[tuple[str, ...], list[Key]] = {}
        listed: dict[tuple[bool, str], list[tuple[tuple[str, ...], list[str]]]] = defaultdict(list)
        for story in self._ranked:
            for name in dict.fromkeys((*_names(story.title), *_names(story.lead))):
                parts = [self._stems(word, story.language) for word in name]
                # A word that says nothing alone (The, And) is no name, and no part of one.
                if all(parts):
                    if name not in spelled:
                        spelled[name] = _spelled(name)
                    for consonants, vowels in spelled[name]:
                        listed[len(name) > 1, consonants].append(
                            (vowels, [stem for part in parts for stem in part])
                        )
        return listed

    def _of_run(self, run: str) -> list[str]:
        found: dict[str, None] = {}
        for part in _beginnings(run):
            for full in (False, True):
                consonants, vowels = _sounds(part, full=full)
                if _enough(part, consonants, full=full):
                    for letters, stems in self._latin.get((full, consonants), ()):
                        if _agree(vowels, letters):
                            found |= dict.fromkeys(stems)
        return list(found)

    def _of_name(self, name: tuple[str, ...]) -> list[str]:
        found: dict[StoryId, str] = {}
        full = len(name) > 1
        for consonants, letters in _spelled(name):
            for story, vowels, stem in self._korean.get((full, consonants), ()):
                # A story that has the name with several particles still has one name: the barest stands for it.
                if _agree(vowels, letters):
                    found[story] = min(found.get(story, stem), stem, key=lambda one: (len(one), one))
        heard = list(dict.fromkeys(found.values()))
        if not full:
            self.single.update(heard)
        return heard


def _runs(text: str) -> Iterator[str]:
    if not text.isascii() and _KOREAN.search(text):
        for word in words(text):
            yield from _HANGUL.findall(word)


def _beginnings(run: str) -> Iterator[str]:
    """Yield what of `run` may be a name before particles: no particle is written apart from its noun."""
    for end in range(2, min(len(run), _MOST) + 1):
        if end == len(run) or end >= _WHOLE or _PARTICLE.match(run, end):
            yield run[:end]


def _names(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the capitalised words of `text`, and each two and three that stand together.

    A word with a hyphen is a given name (Jong-un), and too common to stand alone.
    """
    shown = visible(without_links(text))
    found = [
        (match.start(), match.end(), match.group().removesuffix("'s"))
        for match in _LATIN.finditer(shown)
        if match.group()[0].isupper()
    ]
    yield from ((word,) for _, _, word in found if "-" not in word)
    follows = [shown[one[1] : other[0]] == " " for one, other in pairwise(found)]
    for place, near in enumerate(follows):
        if near:
            yield (found[place][2], found[place + 1][2])
            if place + 1 < len(follows) and follows[place + 1]:
                yield (found[place][2], found[place + 1][2], found[place + 2][2])


def _sounds(part: str, *, full: bool) -> Key:
    """Return the key of Korean syllables."""
    consonants = ""
    vowels = [""]
    final = ""
    for syllable in part:
        number = ord(syllable) - _FIRST
        initial = _INITIALS[number // _SYLLABLES].replace("jj", "j").replace("ch", "C")
        # ㄹㄹ is one l; a doubled letter is no longer sound to a foreign ear.
        if initial != "-" and not (final == "l" and initial == "r"):
            consonants += initial[0]
            vowels.append("")
        vowel = _VOWELS[number % _SYLLABLES // _TAILS]
        if vowel == "i" and vowels[-1]:
            vowels[-1] += "e"  # a diphthong: ㅏ이 stands for i, ㅔ이 for a
        else:
            vowels[-1] += f" {_NEAR[vowel]}"
        final = _FINALS[number % _TAILS]
        if final != "-":
            consonants += final[0]
            vowels.append("")
    same = consonants.translate(_ALIKE)
    return same.translate(_PLAIN) if full else same, tuple(vowels)


def _spelled(name: Sequence[str]) -> list[Key]:
    """Return the keys of a name in Latin letters, one for each way to speak it."""
    joined = unicodedata.normalize("NFKD", "-".join(name).casefold().translate(_LETTERS))
    spelling = re.sub("[^a-z-]", "", joined)
    forms = {spelling.replace("th", sound): None for sound in ("s", "t")}  # 스미스, but 토머스
    for pattern, into in _ALWAYS:
        forms = {pattern.sub(into, form): None for form in forms}
    for pattern, into in (*_PERHAPS, (_LEE, "")) if len(name) > 1 else _PERHAPS:
        forms |= {pattern.sub(into, form): None for form in forms}
    keys: dict[Key, None] = {}
    for form in forms:
        consonants = re.sub(f"[{_VOWEL}]", "", form).translate(_ALIKE)
        same = consonants.translate(_PLAIN) if len(name) > 1 else consonants
        keys[same, tuple(re.split(f"[^{_VOWEL}]", form))] = None
    return list(keys)


_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "ð": "d", "þ": "th", "ł": "l", "đ": "d"})
"""Letters that Unicode does not take apart."""


def _enough(part: str, consonants: str, *, full: bool) -> bool:
    """Return whether a name is long enough to be known by its sound."""
    voiced = sum(_VOWELS[(ord(syllable) - _FIRST) % _SYLLABLES // _TAILS] != "eu" for syllable in part)
    weighty = len(consonants) >= _WEIGHTY or len(part) >= _WEIGHTY
    return weighty and len(consonants) + voiced >= (_LEAST_FULL if full else _LEAST)


def _agree(korean: Sequence[str], latin: Sequence[str]) -> bool:
    """Return whether the vowels between equal consonants may be the same; of few consonants each vowel counts."""
    few = len(latin) <= _WEIGHTY
    return all(
        _near(syllables.split(), letters, every=few) for syllables, letters in zip(korean, latin, strict=True)
    )


def _near(syllables: Sequence[str], letters: str, *, every: bool) -> bool:
    spoken = [kinds for kinds in syllables if kinds != "-"]
    if not spoken:
        # ㅡ parts consonants that stand together, and is a vowel that is hardly heard: 바이든 for Biden.
        return not letters or (bool(syllables) and (len(letters) == 1 or letters == "eu"))
    written = {_KIND[letter] for letter in letters}
    return all(written & set(kinds) for kinds in spoken) and (not every or written <= set("".join(spoken)))
