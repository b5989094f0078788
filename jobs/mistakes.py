"""Says what is wrong with a config in words for the person who wrote it; never repeats what may be a secret."""

from __future__ import annotations

import json
from datetime import date, time
from difflib import get_close_matches
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from monitor.options import Options, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import ValidationError

# Longer values are not repeated: the keys of the services we know have 19 characters or more, and a value in
# the wrong place may be one.
_SHOWN = 18
_SECRET_MARKS = get_args(Secret)[1:]


def nearest(word: str, known: Iterable[str]) -> str:
    """Return '; did you mean "…"?' for the known word that is most like `word`, "" where none is."""
    by_folded = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), by_folded, n=1)
    return f'; did you mean "{by_folded[close[0]]}"?' if close else ""


def mistakes(model: type[Options], error: ValidationError) -> list[str]:
    """Return one line a mistake, "key.path: what is wrong and what is allowed", in the order of the keys."""
    return [_line(model, dict(found)) for found in error.errors(include_url=False)]


def secrets_in(options: Options) -> Iterator[tuple[str, str]]:
    """Yield (key, name of the environment variable) for each secret that `options` names, in their order."""
    for key, info in type(options).model_fields.items():
        value = getattr(options, key)
        if isinstance(value, str) and _is_secret(_with_marks(info.annotation, info.metadata)):
            yield key, value.removeprefix("env:")


def _line(model: type[Options], found: dict[str, Any]) -> str:
    path, within, annotation = _walk(model, found["loc"])
    kind = found["type"]
    if kind == "extra_forbidden":
        known = tuple(within.model_fields) if within else ()
        return f"{path}: no such key{nearest(path.rpartition('.')[2], known) or _one_of(known, 'the keys are')}"
    if kind == "missing":
        return f"{path}: missing; it must be given"
    if kind.startswith("union_tag"):
        return (
            f"{path}.kind: {_not_one_of(found.get('ctx', {}).get('tag'), tuple(map(_kind, _tables(annotation))))}"
        )
    if kind == "literal_error":
        return f"{path}: {_not_one_of(found['input'], tuple(_literals(annotation)))}"
    value = "" if _is_secret(annotation) else _shown(found["input"])
    if kind == "string_type" and isinstance(found["input"], (date, time, int, float)):
        said = "no text; write it in quotes"
    elif kind == "value_error":
        said = str(found["ctx"]["error"])
    else:
        said = found["msg"].replace("Input should", "it should")
    return f"{path}: {value and f'{value}: '}{said}"


def _not_one_of(value: object, allowed: tuple[str, ...]) -> str:
    if value is None:
        return f"missing{_one_of(allowed, 'one of')}"
    return f"{_shown(value)} is none of them{nearest(str(value), allowed)}{_one_of(allowed, 'one of')}".lstrip()


def _shown(value: object) -> str:
    """Return a short plain value as TOML has it, "" for any other."""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, str) and len(value) <= _SHOWN:
        return json.dumps(value, ensure_ascii=False)
    return ""


def _one_of(words: Iterable[str], what: str) -> str:
    return f"; {what}: {', '.join(words)}"


def _walk(model: type[Options], loc: tuple[int | str, ...]) -> tuple[str, type[Options] | None, Any]:
    """Follow `loc` into the model: the path as a reader counts it, the innermost table, the key's annotation."""
    path: list[str] = []
    within: type[Options] | None = model
    annotation: Any = model
    for part in loc:
        if isinstance(part, int):
            path.append(str(part + 1))
            bare = get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation
            annotation = next(iter(get_args(bare)), None)
            continue
        tables = list(_tables(annotation))
        chosen = [table for table in tables if len(tables) > 1 and _kind(table) == part]
        if chosen:  # pydantic names the chosen kind as if it were a key
            annotation = chosen[0]
            continue
        within = tables[0] if tables else None
        info = within.model_fields.get(part) if within else None
        if info is not None or _is_key(part):
            path.append(part)
            annotation = Any if info is None else _with_marks(info.annotation, info.metadata)
    return ".".join(path), next(_tables(annotation), within), annotation


def _is_key(part: str) -> bool:
    # Names of pydantic's own branches, such as "function-before[...]", are no keys.
    return "[" not in part


def _with_marks(annotation: Any, metadata: list[Any]) -> Any:
    return Annotated[annotation, *metadata] if metadata else annotation


def _tables(annotation: Any) -> Iterator[type[Options]]:
    if isinstance(annotation, type) and issubclass(annotation, Options):
        yield annotation
    elif get_origin(annotation) in {Union, UnionType} or hasattr(annotation, "__metadata__"):
        for part in get_args(annotation):
            yield from _tables(part)


def _kind(table: type[Options]) -> str:
    kind = table.model_fields.get("kind")
    return str(next(iter(get_args(kind.annotation)), "")) if kind else ""


def _literals(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from map(str, get_args(annotation))
    else:
        for part in get_args(annotation):
            yield from _literals(part)


def _is_secret(annotation: Any) -> bool:
    marks = getattr(annotation, "__metadata__", ())
    return any(mark in marks for mark in _SECRET_MARKS) or any(_is_secret(part) for part in get_args(annotation))
