"""Write what `encoder.py` trained as the file that ships: an ONNX graph with int8 weights.

Usage: PYTHONPATH=. python tests/training/export.py DATA_DIR WORK_DIR WEIGHTS_DIR [OUT_DIR]
The tokenizer is that of WEIGHTS_DIR; reader.onnx is written there, or to OUT_DIR.
The graph reads ONE text: `ids` (n) int64 -> the logits of each head of `encoder.CLASSES`, in float32.
Activations are quantised by the text itself (DynamicQuantizeMatMul takes its scale over the whole input), so a
batch of texts would let one text change another's score: there is no batch axis, on purpose. Before the two
products of a feed-forward part the numbers of a text are brought nearer to each other (SmoothQuant, Xiao et al.
2023), by how large each gets on training posts: else a few large ones leave the others too few of the 255 steps. Of
1,997 labels 2.6 of 100 changed without it, 1.3 with it; exponents .65 and .9 are no better.
"""

from __future__ import annotations

import argparse
import gzip
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from torch import Tensor, nn

from tests.training import corpora, encoder, network

if TYPE_CHECKING:
    from collections.abc import Callable

HEADS, PLACES = 12, 128
SMOOTH = 0.8
SEEN = 600  # training posts
_OURS = "com.microsoft"


class Graph:
    """An ONNX graph as it is built: every node's name is that of its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, values: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, kind: str, inputs: list[str], output: str, domain: str = "", **settings: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, domain=domain, **settings))
        return output

    def linear(
        self, name: str, x: str, weight: np.ndarray, bias: np.ndarray, stretch: np.ndarray | None = None
    ) -> str:
        """Return x times int8 `weight` (out, in), one scale an output, plus `bias`.

        stretch (in): by what the weights are multiplied and x is divided first.
        """
        if stretch is not None:
            weight = weight * stretch
            x = self.add("Mul", [x, self.constant(f"{name}.t", (1 / stretch).astype(np.float32))], f"{name}.x")
        scale = np.maximum(np.abs(weight).max(1), 1e-8) / 127
        quantised = np.round(weight / scale[:, None]).clip(-127, 127).astype(np.int8)
        return self.add(
            "DynamicQuantizeMatMul",
            [
                x,
                self.constant(f"{name}.w", quantised.T),
                self.constant(f"{name}.s", scale.astype(np.float32)),
                self.constant(f"{name}.z", np.zeros(len(scale), dtype=np.int8)),
                self.constant(f"{name}.b", bias.astype(np.float32)),
            ],
            f"{name}.y",
            _OURS,
        )

    def normal(self, name: str, inputs: list[str], weight: np.ndarray, bias: np.ndarray) -> str:
        """Return the normalised input, or the normalised sum of two."""
        # SkipLayerNormalization would do both at once in four times the time; onnxruntime makes one of an Add.
        x = self.add("Sum", inputs, f"{name}.sum") if len(inputs) > 1 else inputs[0]
        constants = [self.constant(f"{name}.g", weight), self.constant(f"{name}.o", bias)]
        return self.add("LayerNormalization", [x, *constants], name, axis=-1, epsilon=1e-12)

    def model(self, outputs: dict[str, int]) -> onnx.ModelProto:
        """Return the model from `ids` to `outputs`, each with its size."""
        made = helper.make_graph(
            self.nodes,
            "encoder",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, ["n"])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, [size]) for name, size in outputs.items()],
            self.constants,
        )
        sets = [helper.make_opsetid("", 18), helper.make_opsetid(_OURS, 1)]
        return helper.make_model(made, opset_imports=sets, ir_version=9)


def stretches(state: dict[str, np.ndarray], rows: list[list[int]]) -> dict[str, np.ndarray]:
    """Return by what the inputs of each product of a feed-forward part are divided, from the texts `rows` (ids)."""
    blocks = 1 + max(int(name.split(".")[2]) for name in state if name.startswith("encoder.blocks."))
    reader = encoder.Reader(network.Encoder(len(state["encoder.words.weight"]), blocks, heads=HEADS, dropout=0.0))
    reader.load_state_dict({name: torch.from_numpy(values) for name, values in state.items()})
    largest: dict[str, Tensor] = {}

    def watch(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def see(_: nn.Module, given: tuple[Tensor, ...]) -> None:
            seen = given[0].abs().amax((0, 1))
            largest[name] = torch.maximum(largest.get(name, torch.zeros_like(seen)), seen)

        return see

    parts = [f"encoder.blocks.{i}.{part}" for i in range(blocks) for part in ("inner", "outer")]
    for name in parts:
        reader.get_submodule(name).register_forward_pre_hook(watch(name))
    reader.eval()
    with torch.no_grad():
        for row in rows:  # one by one: padding is no text
            reader(torch.tensor([row]), torch.ones(1, len(row)), ("tone",))
    found = {}
    for name in parts:
        weight = np.abs(state[f"{name}.weight"]).max(0).clip(1e-4)
        stretch = largest[name].numpy().clip(1e-3) ** SMOOTH / weight ** (1 - SMOOTH)
        found[name] = stretch / stretch.mean()
    return found


def graph_of(state: dict[str, np.ndarray], stretched: dict[str, np.ndarray]) -> onnx.ModelProto:
    """Return the ONNX model of a trained reader's weights; stretched: see `stretches`."""
    graph = Graph()
    words = state["encoder.words.weight"]
    scale = np.maximum(np.abs(words).max(1, keepdims=True), 1e-8) / 127
    graph.constant("words", np.round(words / scale).clip(-127, 127).astype(np.int8))
    graph.constant("words.s", scale.astype(np.float16))
    graph.constant("places", state["encoder.places.weight"][:PLACES])
    graph.add("Gather", ["words", "ids"], "rows8")
    graph.add("Cast", ["rows8"], "rows32", to=TensorProto.FLOAT)
    graph.add("Gather", ["words.s", "ids"], "scale16")
    graph.add("Cast", ["scale16"], "scale32", to=TensorProto.FLOAT)
    graph.add("Mul", ["rows32", "scale32"], "rows")
    graph.add("Shape", ["ids"], "length")
    graph.constant("zero", np.array([0], dtype=np.int64))
    graph.add("Slice", ["places", "zero", "length", "zero"], "here")
    graph.add("Add", ["rows", "here"], "summed")
    graph.add("Unsqueeze", ["summed", "zero"], "batched")

    x = graph.normal("embedded", ["batched"], state["encoder.norm.weight"], state["encoder.norm.bias"])
    layers = 1 + max(int(name.split(".")[2]) for name in state if name.startswith("encoder.blocks."))
    for i in range(layers):
        block = f"encoder.blocks.{i}"
        weight = np.concatenate([state[f"{block}.{part}.weight"] for part in ("query", "key", "value")])
        bias = np.concatenate([state[f"{block}.{part}.bias"] for part in ("query", "key", "value")])
        joined = graph.linear(f"l{i}.qkv", x, weight, bias)
        parts = [f"l{i}.{part}" for part in "qkv"]
        graph.nodes.append(helper.make_node("Split", [joined], parts, name=f"l{i}.split", axis=-1, num_outputs=3))
        seen = graph.add("MultiHeadAttention", parts, f"l{i}.seen", _OURS, num_heads=HEADS)
        out = graph.linear(f"l{i}.out", seen, state[f"{block}.out.weight"], state[f"{block}.out.bias"])
        x = graph.normal(f"l{i}.n1", [out, x], state[f"{block}.norm1.weight"], state[f"{block}.norm1.bias"])
        inner = graph.linear(
            f"l{i}.inner",
            x,
            state[f"{block}.inner.weight"],
            np.zeros_like(state[f"{block}.inner.bias"]),
            stretched[f"{block}.inner"],
        )
        active = graph.add(
            "BiasGelu", [inner, graph.constant(f"l{i}.inner.bias", state[f"{block}.inner.bias"])], f"l{i}.a", _OURS
        )
        outer = graph.linear(
            f"l{i}.outer",
            active,
            state[f"{block}.outer.weight"],
            state[f"{block}.outer.bias"],
            stretched[f"{block}.outer"],
        )
        x = graph.normal(f"l{i}.n2", [outer, x], state[f"{block}.norm2.weight"], state[f"{block}.norm2.bias"])
    graph.constant("axes", np.array([0, 1], dtype=np.int64))
    graph.add("ReduceMean", [x, "axes"], "pooled", keepdims=0)
    graph.add("Unsqueeze", ["pooled", "zero"], "row")
    for head in encoder.CLASSES:
        rows = graph.constant(f"{head}.w", state[f"heads.{head}.weight"].T.astype(np.float32))
        shift = graph.constant(f"{head}.b", state[f"heads.{head}.bias"])
        graph.add("Gemm", ["row", rows, shift], f"{head}.row")
        graph.add("Squeeze", [f"{head}.row", "zero"], head)
    return graph.model(encoder.CLASSES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path, nargs="?")
    options = parser.parse_args()
    out = options.out or options.weights
    out.mkdir(parents=True, exist_ok=True)
    state = {
        name: values.numpy() for name, values in torch.load(options.work / "trained.pt", map_location="cpu").items()
    }
    tokenizer = Tokenizer.from_str(gzip.decompress((options.weights / "tokenizer.json.gz").read_bytes()).decode())
    posts = [row for row in corpora.tones(options.data) if not row.held_out]
    seen = random.Random(encoder.SEED).sample(posts, SEEN)  # noqa: S311 - a draw, not a secret
    made = graph_of(state, stretches(state, encoder.pieces_of(tokenizer, seen)))
    onnx.save(made, str(out / "reader.onnx"))
    print((out / "reader.onnx").stat().st_size)


if __name__ == "__main__":
    main()
