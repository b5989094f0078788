"""The gate for what a language model makes of a rule's sentence: a wording may reorder and join, and add nothing.

A sentence falls into clauses at its commas, semicolons and colons. A wording stands where it is these clauses, each
exactly once and word for word, in any order, parted by such a sign or by a joining word of the language. So every
figure keeps the words around it, every negation and side its clause, and no word can come from elsewhere: not from
a model, and not from a post that tells it what to write. Quotes and other words of strangers are placeholders,
{q1} and {w1}, in a wording: filled from the rule's sentence, they cannot be altered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .phrases import Part, Parts, Phrases

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PLACEHOLDER = re.compile(r"\{([qw]\d+)\}")
_SIGNS = ",;:"
_BRACES = frozenset("{}")
_SIGNS_OF_A_CLAUSE = frozenset(_SIGNS + "()")
_FIGURE = re.compile(r"(?<!\{[qw])(?<!\d)\d+")
_LONGER = (4, 3)  # at most four characters where the rule's sentence has three


@dataclass(frozen=True)
class RuleSentence:
    """What a wording is measured by. items: what the sentence may list, such as platforms and roles.

    A comma between two of them parts nothing. words: the phrase table that it was said with.
    """

    parts: Parts
    words: Phrases
    items: tuple[str, ...] = ()

    @cached_property
    def text(self) -> str:
        """The sentence with {q1} for its first quote and {w1} for the first other words of a stranger."""
        made, seen = "", {"q": 0, "w": 0}
        for part in self.parts:
            if part.language is None and not part.quote:
                made += part.text
                continue
            kind = "q" if part.quote else "w"
            seen[kind] += 1
            made += f"{{{kind}{seen[kind]}}}"
        # A quote that ends as a sentence has taken the stop's place.
        return made if made.endswith(self._stop) else made + self._stop

    @cached_property
    def clauses(self) -> tuple[str, ...]:
        """What a wording must hold, each once; () where nothing may be worded."""
        own = (part.text for part in self.parts if part.language is None)
        if any(_BRACES & set(text) for text in own) or any(_SIGNS_OF_A_CLAUSE & set(item) for item in self.items):
            return ()
        return tuple(self._cut())

    @property
    def strangers(self) -> dict[str, Part]:
        """What each placeholder stands for, by its name."""
        names = _PLACEHOLDER.findall(self.text)
        foreign = [part for part in self.parts if part.quote or part.language is not None]
        return dict(zip(names, foreign, strict=True))

    def refusal(self, wording: str) -> str | None:
        """Say why `wording` may not stand for the sentence, None where it may. No word of either is repeated."""
        rule = self.text
        if not self.clauses:
            return "a name in it holds a sign that would part clauses, or a brace"
        if wording == rule:
            return "it is the rule's own sentence"
        if len(wording) * _LONGER[1] > len(rule) * _LONGER[0]:
            return "it is longer by more than a third"
        if self._named(wording) != self._named(rule):
            return "it does not hold quotes, names and roles, each once, in their order"
        return self._what_differs(wording)

    def filled(self, wording: str) -> Parts:
        """Return a wording that may stand, with the words of strangers in their places."""
        parts: list[Part] = []
        strangers = self.strangers
        for place, piece in enumerate(_PLACEHOLDER.split(wording)):
            if place % 2:
                parts.append(strangers[piece])
            elif piece:
                parts.append(Part(text=piece))
        return tuple(parts)

    def _what_differs(self, wording: str) -> str | None:
        # Figures keep their order: what was "then" must not come to stand where a reader expects what is now.
        if _FIGURE.findall(wording) != _FIGURE.findall(self.text):
            return "it has other figures, or has them in another order"
        if not self._is_made_of_clauses(wording):
            return "it is not the clauses of the rule's sentence, each once and word for word"
        return None

    def _named(self, text: str) -> list[str]:
        """Return quotes, names and what is listed, in order: a name or a role after a quote reads as its author."""
        listed = (rf"(?<!\w){re.escape(item)}(?!\w)" for item in sorted(self.items, key=len, reverse=True) if item)
        found = re.findall("|".join((r"\{[qw]\d+\}", *listed)), text, re.IGNORECASE)
        return [one.casefold() for one in found]

    @property
    def _stop(self) -> str:
        return self.words.pattern("language.stop")

    def _cut(self) -> Iterator[str]:
        text = self.text.removesuffix(self._stop)
        depth, begin = 0, 0
        for at, char in enumerate(text):
            depth = max(0, depth + (char == "(") - (char == ")"))
            if char in _SIGNS and depth == 0 and self._parts_clauses(text, at):
                yield text[begin:at].strip()
                begin = at + 1
        yield text[begin:].strip()

    def _parts_clauses(self, text: str, at: int) -> bool:
        """Say whether the sign at `at` stands between clauses: not in a figure, a list or before a quote."""
        before, after = text[:at], text[at + 1 :]
        if not after.startswith(" "):
            return False
        after = after[1:]
        if text[at] == ":" and after.startswith("{q"):
            return False  # what leads into a quote stays with it: it says whose words they are
        ends = before.endswith("}") or any(_ends_with(before, item) for item in self.items)
        begins = after.startswith("{w") or any(_begins_with(after, item) for item in self.items)
        return not (text[at] == "," and ends and begins)

    def _is_made_of_clauses(self, wording: str) -> bool:
        twins, joins = _twins(self.words), tuple(self.words.table["rewording"]["joins"])
        begins = [_clause(clause, twins, upper=True) for clause in self.clauses]
        named = any(_begins_with(self.clauses[0], item) for item in self.items)
        within = [
            _clause(clause, twins, lower=place == 0 and not named) for place, clause in enumerate(self.clauses)
        ]
        last_stays = self.words.pattern("rewording.order") == "last stays"

        def reads_on(at: int, left: frozenset[int], forms: Sequence[re.Pattern[str]]) -> bool:
            for one in left:
                found = forms[one].match(wording, at)
                if not found:
                    continue
                rest = left - {one}
                if not rest:
                    is_last = one == len(self.clauses) - 1 or not last_stays
                    if is_last and wording[found.end() :] == self._stop:
                        return True
                elif any(reads_on(end, rest, within) for end in _seams(wording, found.end(), joins)):
                    return True
            return False

        every = frozenset(range(len(self.clauses)))
        opened = [len(join) + 1 for join in map(_upper, joins) if wording.startswith(f"{join} ")]
        return reads_on(0, every, begins) or any(reads_on(at, every, within) for at in opened)


def _seams(wording: str, at: int, joins: Sequence[str]) -> Iterator[int]:
    """Yield where the next clause may begin: after a sign, a joining word, or both."""
    has_sign = wording[at : at + 1] in tuple(_SIGNS)
    at += has_sign
    if wording[at : at + 1] != " ":
        return
    if has_sign:
        yield at + 1
    yield from (at + len(join) + 2 for join in joins if wording.startswith(f" {join} ", at))


def _clause(
    clause: str, twins: dict[str, tuple[str, ...]], *, upper: bool = False, lower: bool = False
) -> re.Pattern[str]:
    """Return what matches a clause and nothing else. upper: it begins a sentence; lower: it did in the rule's."""
    first, *rest = [_forms(word, twins) for word in clause.split(" ")]
    if clause[:1].isupper():
        # The table has its words as they stand within a sentence.
        same = twins.get(_lower(clause.split(" ", maxsplit=1)[0]), ())
        first = tuple(dict.fromkeys((*first, *map(_upper, same))))
    if upper:
        first = tuple(map(_upper, first))
    elif lower:
        first = (*first, *map(_lower, first))
    either = ("|".join(map(re.escape, forms)) for forms in (first, *rest))
    return re.compile(" ".join(f"(?:{one})" for one in either))


def _forms(word: str, twins: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return what may stand for a word of a clause; the colon that leads into a quote stays with it."""
    bare = word.rstrip(":")
    return tuple(form + word[len(bare) :] for form in twins.get(bare, (bare,)))


def _twins(words: Phrases) -> dict[str, tuple[str, ...]]:
    """Return the words that may stand for a word, itself among them."""
    alike = [tuple(row.split("/")) for row in words.table["rewording"]["twins"]]
    return {word: row for row in alike for word in row}


def _ends_with(text: str, item: str) -> bool:
    return bool(item) and text.endswith(item) and not text.removesuffix(item)[-1:].isalnum()


def _begins_with(text: str, item: str) -> bool:
    return bool(item) and text.startswith(item) and not text.removeprefix(item)[:1].isalnum()


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
