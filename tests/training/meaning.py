"""Write the model behind the vectors that ships: multilingual-e5-small as published in 4 bits, with fewer pieces.

Usage: PYTHONPATH=. python tests/training/meaning.py DATA_DIR E5_FILE OUT_DIR
Nothing is trained. The file keeps the blocks of 32 four-bit weights as they are, all twelve layers; when it is
loaded they become int8 with one scale an output (MatMulNBits would read them as they are and is twice as slow). Of
the 250,002 pieces those stay that the languages we read need (`kept_pieces`). `encoder.py` starts from this file,
so that both models share the tokenizer that is written beside it.
The graph reads ONE text: `ids` (n) int64, beginning with the pieces of "query: ", -> `vector` (384), float32 of
length 1.
"""

from __future__ import annotations

import argparse
import gzip
import json
import unicodedata
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper

from tests.training import bases, corpora, encoder
from tests.training.export import HEADS, PLACES, Graph

if TYPE_CHECKING:
    from collections.abc import Sequence

_OURS = "com.microsoft"
_BLOCK = 32
INNER = 1536
VOCABULARY = 34_000
SCRIPTS = frozenset({"LATIN", "HANGUL", "ARABIC"})
MOST_ARABIC = 2500
SEEN_OFTEN = 8


def requantised(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (nibbles, scales) of `weight` (n, k): exactly those that it was dequantised from, or the nearest.

    nibbles: (n, k / 32, 32) in 0..15, where 8 is zero.
    """
    blocks = weight.reshape(len(weight), -1, _BLOCK)
    # Q4_0 scales by the value farthest from zero, which stands at -8.
    farthest = np.take_along_axis(blocks, np.abs(blocks).argmax(2)[..., None], 2)
    scales = np.where(farthest == 0, 1.0, farthest / -8).astype(np.float32)
    return (np.round(blocks / scales) + 8).clip(0, 15).astype(np.uint8), scales[..., 0]


def kept_pieces(pieces: Sequence[tuple[str, float]], texts: Sequence[str]) -> list[int]:
    """Return the pieces to keep: those that `texts` use, all Hangul, then the likeliest in scripts that we read."""
    counts: Counter[int] = Counter()
    for encoded in encoder.tokenizer_of(pieces).encode_batch(texts, add_special_tokens=False):
        counts.update(encoded.ids)
    kept = {encoder.START, encoder.PAD, encoder.END, encoder.UNKNOWN}
    kept |= {piece for piece, often in counts.items() if often >= SEEN_OFTEN}
    written = [
        {unicodedata.name(letter, "?").split()[0] for letter in piece if letter.isalpha()} for piece, _ in pieces
    ]
    # A syllable without a piece is lost whole, where a Latin word falls into smaller pieces.
    kept |= {number for number, scripts in enumerate(written) if scripts == {"HANGUL"}}
    arabic = 0
    for number, scripts in enumerate(written):  # the likeliest stand first
        if len(kept) >= VOCABULARY:
            break
        if number not in kept and scripts <= SCRIPTS:
            arabic += "ARABIC" in scripts
            if "ARABIC" not in scripts or arabic <= MOST_ARABIC:
                kept.add(number)
    return sorted(kept)


def packed(nibbles: np.ndarray) -> np.ndarray:
    """Return two nibbles a byte, the earlier one low."""
    pairs: np.ndarray = nibbles[..., 0::2] | (nibbles[..., 1::2] << 4)
    return pairs


def graph_of(base: bases.Base, kept: list[int]) -> onnx.ModelProto:
    graph = Graph()
    weights = base.weights
    nibbles, scales = requantised(weights["words.weight"][kept])
    graph.constant("words", packed(nibbles))
    graph.constant("words.s", scales[..., None].astype(np.float16))
    graph.constant("places", weights["places.weight"][:PLACES])
    graph.constant("zero", np.array([0], dtype=np.int64))
    graph.constant("low", np.array(15, dtype=np.uint8))
    graph.constant("four", np.array(4, dtype=np.uint8))
    graph.constant("eight", np.array(8, dtype=np.float32))
    graph.constant("blocks", np.array([0, 0, _BLOCK], dtype=np.int64))
    graph.constant("rows", np.array([0, -1], dtype=np.int64))
    graph.constant("last", np.array([-1], dtype=np.int64))

    def unpacked(name: str, pairs: str, scales: str) -> str:
        """Return the values of packed nibbles (…, 16) with their scales (…, 1), as float (…, 32)."""
        graph.add("BitwiseAnd", [pairs, "low"], f"{name}.even")
        graph.add("BitShift", [pairs, "four"], f"{name}.odd", direction="RIGHT")
        graph.add("Unsqueeze", [f"{name}.even", "last"], f"{name}.even1")
        graph.add("Unsqueeze", [f"{name}.odd", "last"], f"{name}.odd1")
        graph.add("Concat", [f"{name}.even1", f"{name}.odd1"], f"{name}.both", axis=-1)
        graph.add("Reshape", [f"{name}.both", "blocks"], f"{name}.nibbles")
        graph.add("Cast", [f"{name}.nibbles"], f"{name}.plain", to=TensorProto.FLOAT)
        graph.add("Sub", [f"{name}.plain", "eight"], f"{name}.centred")
        graph.add("Cast", [scales], f"{name}.scale32", to=TensorProto.FLOAT)
        return graph.add("Mul", [f"{name}.centred", f"{name}.scale32"], f"{name}.scaled")

    graph.add("Gather", ["words", "ids"], "bytes")
    graph.add("Gather", ["words.s", "ids"], "scale16")
    graph.add("Reshape", [unpacked("word", "bytes", "scale16"), "rows"], "embedding")
    graph.add("Shape", ["ids"], "length")
    graph.add("Slice", ["places", "zero", "length", "zero"], "here")
    graph.add("Add", ["embedding", "here"], "summed")
    graph.add("Unsqueeze", ["summed", "zero"], "batched")

    def linear(name: str, x: str, weight: np.ndarray, bias: np.ndarray) -> str:
        """Return x times `weight` plus `bias`; onnxruntime folds all before the product when it loads the graph."""
        nibbles, scales = requantised(weight)
        column = np.maximum(np.abs(weight).max(1), 1e-8) / 127
        graph.constant(f"{name}.w", packed(nibbles).reshape(len(weight), -1, _BLOCK // 2))
        graph.constant(f"{name}.s", scales[..., None].astype(np.float16))
        graph.constant(f"{name}.c", column[:, None].astype(np.float32))
        wide = unpacked(name, f"{name}.w", f"{name}.s")
        graph.constant(f"{name}.shape", np.array(weight.shape, dtype=np.int64))
        graph.add("Reshape", [wide, f"{name}.shape"], f"{name}.flat")
        graph.add("Div", [f"{name}.flat", f"{name}.c"], f"{name}.steps")
        graph.add("Round", [f"{name}.steps"], f"{name}.round")
        graph.add("Cast", [f"{name}.round"], f"{name}.int8", to=TensorProto.INT8)
        graph.add("Transpose", [f"{name}.int8"], f"{name}.t", perm=[1, 0])
        graph.constant(f"{name}.scale", column.astype(np.float32))
        graph.constant(f"{name}.zero", np.zeros(len(weight), dtype=np.int8))
        graph.constant(f"{name}.b", bias)
        inputs = [x, f"{name}.t", f"{name}.scale", f"{name}.zero", f"{name}.b"]
        return graph.add("DynamicQuantizeMatMul", inputs, f"{name}.y", _OURS)

    x = graph.normal("embedded", ["batched"], weights["norm.weight"], weights["norm.bias"])
    for i in range(base.layers):
        block = f"blocks.{i}"
        joined = linear(
            f"l{i}.qkv", x,
            np.concatenate([weights[f"{block}.{part}.weight"] for part in ("query", "key", "value")]),
            np.concatenate([weights[f"{block}.{part}.bias"] for part in ("query", "key", "value")]),
        )  # fmt: skip
        parts = [f"l{i}.{part}" for part in "qkv"]
        graph.nodes.append(helper.make_node("Split", [joined], parts, name=f"l{i}.split", axis=-1, num_outputs=3))
        seen = graph.add("MultiHeadAttention", parts, f"l{i}.seen", _OURS, num_heads=HEADS)
        out = linear(f"l{i}.out", seen, weights[f"{block}.out.weight"], weights[f"{block}.out.bias"])
        x = graph.normal(f"l{i}.n1", [out, x], weights[f"{block}.norm1.weight"], weights[f"{block}.norm1.bias"])
        inner = linear(f"l{i}.inner", x, weights[f"{block}.inner.weight"], np.zeros(INNER, dtype=np.float32))
        bias = graph.constant(f"l{i}.inner.bias", weights[f"{block}.inner.bias"])
        active = graph.add("BiasGelu", [inner, bias], f"l{i}.a", _OURS)
        outer = linear(f"l{i}.outer", active, weights[f"{block}.outer.weight"], weights[f"{block}.outer.bias"])
        x = graph.normal(f"l{i}.n2", [outer, x], weights[f"{block}.norm2.weight"], weights[f"{block}.norm2.bias"])
    graph.constant("axes", np.array([0, 1], dtype=np.int64))
    graph.add("ReduceMean", [x, "axes"], "pooled", keepdims=0)
    graph.add("LpNormalization", ["pooled"], "vector", axis=-1, p=2)
    return graph.model({"vector": 384})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("base", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    base = bases.e5(options.base)
    rows = [*corpora.tones(options.data), *corpora.untold(options.data)]
    kept = kept_pieces(base.pieces, [row.text for row in rows if not row.held_out])
    options.out.mkdir(parents=True, exist_ok=True)
    onnx.save(graph_of(base, kept), str(options.out / "meaning.onnx"))
    told = json.loads(encoder.tokenizer_of([base.pieces[n] for n in kept]).to_str())
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    (options.out / "tokenizer.json.gz").write_bytes(gzip.compress(text, 9, mtime=0))
    for name in ("meaning.onnx", "tokenizer.json.gz"):
        print(name, (options.out / name).stat().st_size)


if __name__ == "__main__":
    main()
