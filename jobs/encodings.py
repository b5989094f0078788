"""An encoder that remembers in the store what it said of a text, so that no run reads the same words twice."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from monitor.model import Encoding, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.protocols import Encoder
    from monitor.store import Store

_LOGITS = struct.Struct("<7f")  # three of tone, four of kind; the vector follows
_SIDES = struct.Struct("<3f")


class Remembered:
    """`encoder` over `store`. Answers go with the last post that has the text (monitor/store/forgotten.py)."""

    def __init__(self, encoder: Encoder, store: Store) -> None:
        self.NAME = encoder.NAME
        self._encoder, self._store = encoder, store

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        hashes = {text: digest(text) for text in texts}
        known = self._store.cached_encodings(self.NAME, hashes.values())
        new = [text for text in hashes if hashes[text] not in known]
        if new:
            found = {hashes[text]: _packed(one) for text, one in zip(new, self._encoder.read(new), strict=True)}
            self._store.save_encodings(self.NAME, found)
            known |= found
        return [_unpacked(known[hashes[text]]) for text in texts]

    def beside(self, target: str, texts: Sequence[str]) -> list[tuple[float, float, float]]:
        reader = f"{self.NAME} beside {digest(target)}"
        hashes = {text: digest(text) for text in texts}
        known = self._store.cached_encodings(reader, hashes.values())
        new = [text for text in hashes if hashes[text] not in known]
        if new:
            sides = self._encoder.beside(target, new)
            found = {hashes[text]: _SIDES.pack(*side) for text, side in zip(new, sides, strict=True)}
            self._store.save_encodings(reader, found)
            known |= found
        return [_side(known[hashes[text]]) for text in texts]


def known_vectors(store: Store, reader: str, texts: Iterable[str]) -> dict[str, bytes]:
    """Return the vectors (`Encoding.vector`) that an encoder of that name has made, by text; none is made anew."""
    hashes = {text: digest(text) for text in texts}
    known = store.cached_encodings(reader, hashes.values())
    return {text: _unpacked(known[of_text]).vector for text, of_text in hashes.items() if of_text in known}


def _packed(encoding: Encoding) -> bytes:
    return _LOGITS.pack(*encoding.tone, *encoding.kind) + encoding.vector


def _unpacked(answer: bytes) -> Encoding:
    logits = _LOGITS.unpack_from(answer)
    return Encoding(tone=logits[:3], kind=logits[3:], vector=answer[_LOGITS.size :])


def _side(answer: bytes) -> tuple[float, float, float]:
    oppose, neither, support = _SIDES.unpack(answer)
    return oppose, neither, support
