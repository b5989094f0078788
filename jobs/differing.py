"""What differs between a report as it stands and as it is computed again, in lines that name the claims. Pure."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from html.parser import HTMLParser
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeAlias

from monitor.model import digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Json: TypeAlias = "Mapping[str, Any]"

_SHOWN = 160  # characters of a value in one line
_MANY = 20  # lines about what is not a claim
_ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))


def named(number: int, claim: Json) -> str:
    """Return how a person finds a claim: its number in the paragraph from 1, its kind, its text."""
    return f'claim {number} ({claim.get("kind")}: "{_short(str(claim.get("text")))}")'


def differences(told: Json, made: Json, refused: Sequence[tuple[Json, str]] = ()) -> list[str]:
    """Return one line for each thing in which the report `told` is not what was `made` again; no line: the same.

    refused: the claims that the gate dropped when it was made again, each with why; told where something differs.
    """
    left = list(refused)
    lines = list(_claims_apart(told["brief"]["claims"], made["brief"]["claims"], left))
    rest = list(_apart("", _without_claims(told), _without_claims(made)))
    lines += [f"{path}: {values}{_claims_of(path, told)}" for path, values in rest[:_MANY]]
    if len(rest) > _MANY:
        lines.append(f"and {len(rest) - _MANY} more differences")
    if not lines and told["brief"].get("hash") != made["brief"]["hash"]:
        lines.append("brief.hash is not that of the brief")
    if lines:
        lines += [f"the gate refuses a claim of kind {claim['kind']!r}: {reason}" for claim, reason in left]
    return lines


def file_differs(name: str, told: bytes, made: str, claims: Sequence[Json]) -> str:
    """Return one line that says where the file `name` is not what was `made`: the claims, else the first line."""
    text = told.decode("utf-8", "replace")
    expected, actual = _letters(made), _letters(text)
    apart = [
        named(number, claim)
        for number, claim in enumerate(claims, start=1)
        if any(part in expected and part not in actual for part in map(_squeezed, _parts(claim)))
    ]
    if apart:
        return f"{name}: what it says differs at {'; '.join(apart)}"
    pairs = zip_longest(text.splitlines(), made.splitlines())
    line = next((number for number, (a, b) in enumerate(pairs, start=1) if a != b), None)
    return f"{name}: differs from what is rendered from the store" + (f", first in line {line}" if line else "")


# --- Claims ----------------------------------------------------------------------------------------


def _claims_apart(told: Sequence[Json], made: Sequence[Json], refused: list[tuple[Json, str]]) -> Iterator[str]:
    """Yield a line for each claim that differs; what of `refused` is told there is taken out."""
    ours, theirs = [digest(claim) for claim in told], [digest(claim) for claim in made]
    for what, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        # Within a stretch that differs, a claim belongs to the next of its kind.
        left = list(range(c, d))
        for number in range(a, b):
            twin = next((n for n in left if made[n]["kind"] == told[number]["kind"]), None)
            if twin is None:
                why = _refusal(told[number], refused)
                yield f"{named(number + 1, told[number])} does not follow from the store{why}"
                continue
            left.remove(twin)
            reasons = "; ".join(_reasons(told[number], made[twin]))
            yield f"{named(number + 1, told[number])} differs: {reasons}"
        for number in left:
            yield f"{named(number + 1, made[number])} follows from the store and is missing in the report"


def _refusal(claim: Json, refused: list[tuple[Json, str]]) -> str:
    """Return why the gate refused this claim, taken out of `refused`; "" where it did not."""
    for same in (_all_of, _subject):
        for place, (other, reason) in enumerate(refused):
            if same(claim) == same(other):
                del refused[place]
                return f": the gate refuses it, for {reason}"
    return ""


def _all_of(claim: Json) -> object:
    return claim.get("kind"), claim.get("numbers"), claim.get("words")


def _subject(claim: Json) -> object:
    words = claim.get("words")
    return claim.get("kind"), words.get("group") if isinstance(words, dict) else None


def _reasons(told: Json, made: Json) -> Iterator[str]:
    for part in ("numbers", "words"):
        for path, values in _apart(part, told.get(part), made.get(part)):
            yield f"{path} {values}"
    for place, (ours, theirs) in enumerate(zip_longest(told["citations"], made["citations"]), start=1):
        if ours == theirs:
            continue
        same_post = isinstance(ours, dict) and isinstance(theirs, dict) and ours.get("post") == theirs.get("post")
        if same_post and ours.get("post") is not None and ours.get("quote") != theirs.get("quote"):
            yield f"its quote of post {ours['post']} is not in the store: there it is {_shown(theirs.get('quote'))}"
        else:
            yield f"citation {place} is {_shown(ours)}, from the store it is {_shown(theirs)}"
    if told.get("text") != made.get("text"):
        yield f"from the store its text is {_shown(made.get('text'))}"
    unknown = sorted(set(told) ^ set(made))
    if unknown:
        yield f"its keys differ: {_shown(unknown)}"


# --- All the rest ----------------------------------------------------------------------------------


def _without_claims(document: Json) -> dict[str, Any]:
    """Return what is compared key by key; a hash only says again that something else differs."""
    brief = {key: value for key, value in document["brief"].items() if key not in {"claims", "hash"}}
    return {key: value for key, value in document.items() if key != "hash"} | {"brief": brief}


def _apart(path: str, told: Any, made: Any) -> Iterator[tuple[str, str]]:
    """Yield (path, what differs there), innermost."""
    if isinstance(told, dict) and isinstance(made, dict):
        for key in dict.fromkeys((*made, *told)):
            yield from _apart(f"{path}.{key}" if path else str(key), told.get(key), made.get(key))
    elif isinstance(told, list) and isinstance(made, list) and len(told) == len(made):
        for place, (ours, theirs) in enumerate(zip(told, made, strict=True), start=1):
            yield from _apart(f"{path}.{place}", ours, theirs)
    elif told != made or isinstance(told, bool) != isinstance(made, bool):
        yield path, f"is {_shown(told)}, from the store it is {_shown(made)}"


def _claims_of(path: str, told: Json) -> str:
    """Return which claims rest on what stands at `path`: on a cited post, or on a group."""
    steps = path.split(".")
    try:
        if steps[0] == "cited":
            post = told["cited"][int(steps[1]) - 1]["post"]
        elif steps[:2] == ["brief", "groups"]:
            post = told["brief"]["groups"][int(steps[2]) - 1]["id"]
        else:
            return ""
    except (LookupError, TypeError, ValueError):
        return ""
    rest = [
        named(number, claim)
        for number, claim in enumerate(told["brief"]["claims"], start=1)
        if any(cited.get("post") == post for cited in claim["citations"])
        or (claim.get("words") or {}).get("group") == post
    ]
    return f"; it is the proof of {', '.join(rest)}" if rest else ""


def _shown(value: object) -> str:
    return _short(json.dumps(value, ensure_ascii=False, default=str))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


# --- Files -----------------------------------------------------------------------------------------


class _Words(HTMLParser):
    """Collects the text of a page and the values of its attributes, apart from each other."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.values: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.values.extend(value for _, value in attrs if value)


def _letters(text: str) -> str:
    """Return the words of a page or a text, without markup, spaces and isolates."""
    page = _Words()
    page.feed(text)
    page.close()
    return _squeezed("".join(page.text)) + "\n" + "\n".join(map(_squeezed, page.values))


def _squeezed(text: str) -> str:
    return "".join(text.translate(_ISOLATES).split())


def _parts(claim: Json) -> list[str]:
    quotes = [cited.get("quote") for cited in claim["citations"]]
    return [str(claim["text"]), *(str(quote) for quote in quotes if quote)]
