"""What reading needs to know of one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from monitor.text import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Words of one language, in lower case, as `monitor.text.words` cuts them; a cue may be several words.

    stopwords: too common to tell stories apart.
    speaker: the author about themself. judging: words that judge, feel, hope or demand. reports: words of
    announcements and tickers. asks: openings of a question that wants an answer; muses: of one that does not.
    answers: what corrects or answers another post. offers: what advertises, sells or collects.
    negations: turn a cue that follows within three words. supports, opposes: toward what the story proposes.
    ironic: phrases that mean the opposite. praise: words that irony puts in quotation marks or beside a loss;
    losses: such as no one praises. roles: role -> words of a profile that state it. machines: words of
    a profile that say that nobody writes there. mastheads: last words of newspapers' names. streets: how a
    street's name ends or begins in an address. coarse: what a report does not print as a group's voice.
    dangling: openings of a sentence that point at what stands before it.
    """

    code: str
    stopwords: frozenset[str] = frozenset()
    speaker: frozenset[str] = frozenset()
    judging: frozenset[str] = frozenset()
    reports: frozenset[str] = frozenset()
    asks: frozenset[str] = frozenset()
    muses: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()
    offers: frozenset[str] = frozenset()
    negations: frozenset[str] = frozenset()
    supports: frozenset[str] = frozenset()
    opposes: frozenset[str] = frozenset()
    ironic: frozenset[str] = frozenset()
    praise: frozenset[str] = frozenset()
    losses: frozenset[str] = frozenset()
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    machines: frozenset[str] = frozenset()
    mastheads: frozenset[str] = frozenset()
    streets: frozenset[str] = frozenset()
    coarse: frozenset[str] = frozenset()
    dangling: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase found in a text: tokens[start:end] are its words."""

    start: int
    end: int


def cues_in(tokens: Sequence[str], cues: frozenset[str]) -> list[Cue]:
    """Return where a phrase of `cues` stands in `tokens`, in order; the longest one where several begin."""
    found: list[Cue] = []
    longest = _longest_by_first_word(cues)
    if longest.keys().isdisjoint(tokens):  # so it is of most texts, and of most lists that they are held against
        return found
    for start, token in enumerate(tokens):
        if token not in longest:
            continue
        for end in range(min(len(tokens), start + longest[token]), start, -1):
            if " ".join(tokens[start:end]) in cues:
                found.append(Cue(start, end))
                break
    return found


@cache
def _longest_by_first_word(cues: frozenset[str]) -> dict[str, int]:
    """Return how many words the longest phrase has that begins with a word: most tokens begin none."""
    longest: dict[str, int] = {}
    for cue in cues:
        parts = cue.split(" ")
        longest[parts[0]] = max(longest.get(parts[0], 0), len(parts))
    return longest


def phrases(text: str) -> frozenset[str]:
    """Return the phrases of `text`, parted by commas or line ends, as they are found in a text."""
    return frozenset(" ".join(words(phrase)) for line in text.splitlines() for phrase in line.split(",")) - {""}


def terms(text: str) -> frozenset[str]:
    """Return the words of `text`, as they are found in a text."""
    return frozenset(words(text))


@cache
def slurs(code: str) -> frozenset[str]:
    """Return the slurs listed for a language, in lower case; empty where there is no list."""
    listed = files(__package__).joinpath("slurs", f"{code}.txt")
    return terms(listed.read_text(encoding="utf-8")) if listed.is_file() else frozenset()
