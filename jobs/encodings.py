"""An encoder that remembers in the store what it said of a text, so that no run reads the same words twice."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from monitor.model import Beside, Encoding, digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from monitor.protocols import Encoder
    from monitor.store import Store

_LOGITS = struct.Struct("<7f")  # three of tone, four of kind; the vector follows
_BESIDE = struct.Struct("<10f")  # stance, tone, kind


class Remembered:
    """`encoder` over `store`. Answers go with the last post that has the text (monitor/store/forgotten.py)."""

    def __init__(self, encoder: Encoder, store: Store) -> None:
        self.NAME = encoder.NAME
        self._encoder, self._store = encoder, store

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        def read(new: Sequence[str]) -> list[bytes]:
            return [_packed(one) for one in self._encoder.read(new)]

        return [_unpacked(answer) for answer in self._answers(self.NAME, texts, read)]

    def beside(self, target: str, texts: Sequence[str]) -> list[Beside]:
        def read(new: Sequence[str]) -> list[bytes]:
            return [_BESIDE.pack(*one.stance, *one.tone, *one.kind) for one in self._encoder.beside(target, new)]

        return [_beside(answer) for answer in self._answers(f"{self.NAME} beside {digest(target)}", texts, read)]

    def _answers(
        self, reader: str, texts: Sequence[str], read: Callable[[Sequence[str]], Sequence[bytes]]
    ) -> list[bytes]:
        """Return the packed answer of each text, in order; what the store does not have is read and saved."""
        hashes = {text: digest(text) for text in texts}
        known = self._store.cached_encodings(reader, hashes.values())
        new = [text for text in hashes if hashes[text] not in known]
        if new:
            found = {hashes[text]: answer for text, answer in zip(new, read(new), strict=True)}
            self._store.save_encodings(reader, found)
            known |= found
        return [known[hashes[text]] for text in texts]


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


def _beside(answer: bytes) -> Beside:
    logits = _BESIDE.unpack(answer)
    return Beside(stance=logits[:3], tone=logits[3:6], kind=logits[6:])
