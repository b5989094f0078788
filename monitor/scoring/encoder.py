"""Tone, kind, stance and the meaning of a text by two small multilingual encoders, on the CPU by onnxruntime.

`reader` is fine-tuned for tone, kind and stance; of tone the light scorer's word counts too, in the part that the
card gives it: the two err in different places. `meaning` is multilingual-e5-small as published, whose vectors
link and group. tests/training/ makes their files; weights/encoder/card.json says from what and how well they read.
One text at a time: its activations are quantised by it alone, so that nothing beside it can change its score.
"""

from __future__ import annotations

import gzip
import json
import math
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, NamedTuple

from monitor.model import Beside, Encoding, Sentiment, Tone
from monitor.text import for_scoring

from . import light

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from monitor.protocols import Scorer

VERSION = 4
NAME = f"encoder/{VERSION}"
_SHARED = {"nn": "nb"}
"""Languages that are read as another one: no labelled nynorsk is at hand."""
_START, _END = 0, 2
_LONGEST = 72
_LONGEST_PAIR = 96
"""Pieces of a text read alone, and of one read beside a target: as in training."""
_LONGEST_MEANT = 128
_ASKED = "query: "
"""What multilingual-e5-small was trained to find before a text that is compared with its like (its model card)."""
_LEAST = 0.01
"""The least likelihood of a tone, so that neither of two scorers alone rules one out."""
_STEPS = 400
"""Steps of a vector's numbers to 1, so that they fill a signed byte."""
_TONES: tuple[Tone, ...] = ("negative", "neutral", "positive")


class _Encoder(NamedTuple):
    """read: piece ids to the logits by name. mean: piece ids to a vector of length 1. pieces: a text to its ids."""

    read: Callable[[Sequence[int]], Mapping[str, Any]]
    mean: Callable[[Sequence[int]], Any]
    pieces: Callable[[str], list[int]]


@cache
def _encoder() -> _Encoder:
    import numpy as np  # noqa: PLC0415 - heavy ones only for a run that reads posts
    from tokenizers import Tokenizer  # noqa: PLC0415

    packed = files(__package__).joinpath("weights", "encoder", "tokenizer.json.gz").read_bytes()
    tokenizer = Tokenizer.from_str(gzip.decompress(packed).decode())
    heads = ["tone", "kind", "stance", "tone_beside", "kind_beside"]
    # Each is loaded when it is first asked: scoring alone needs no vectors, which take twice as long.
    reader, meaning = cache(lambda: _session("reader.onnx")), cache(lambda: _session("meaning.onnx"))

    def read(ids: Sequence[int]) -> Mapping[str, Any]:
        return dict(zip(heads, reader().run(heads, {"ids": np.asarray(ids, dtype=np.int64)}), strict=True))

    def mean(ids: Sequence[int]) -> Any:
        return meaning().run(["vector"], {"ids": np.asarray(ids, dtype=np.int64)})[0]

    return _Encoder(
        read=read, mean=mean, pieces=lambda text: list(tokenizer.encode(text, add_special_tokens=False).ids)
    )


def _session(name: str) -> Any:
    import onnxruntime  # noqa: PLC0415 - as above

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    with as_file(files(__package__).joinpath("weights", "encoder", name)) as file:
        return onnxruntime.InferenceSession(str(file), settings, providers=["CPUExecutionProvider"])


@cache
def _card() -> Mapping[str, Any]:
    text = files(__package__).joinpath("weights", "encoder", "card.json").read_text(encoding="utf-8")
    card: Mapping[str, Any] = json.loads(text)
    return card


def installed() -> list[str]:
    """Return the codes of the languages whose tone it reads, in order."""
    measured = list(_card()["tone"]["languages"])
    return measured + [code for code, other in _SHARED.items() if other in measured]


def name(language: str) -> str:
    """Return the scorer's name and version for a language of `installed`."""
    return f"encoder-{_SHARED.get(language, language)}/{VERSION}"


def scorer(language: str) -> Scorer:
    """Return what scores the tone of texts in a language of `installed`."""
    encoder = _encoder()

    def score(texts: Sequence[str]) -> list[Sentiment]:
        pieces = (encoder.pieces(for_scoring(text))[: _LONGEST - 2] for text in texts)
        return [
            _tone(encoder.read([_START, *ids, _END])["tone"], language, text)
            for ids, text in zip(pieces, texts, strict=True)
        ]

    return score


def read(texts: Sequence[str]) -> list[Encoding]:
    """Return what the encoders see in each text, in order: logits of tone and kind, and a vector."""
    encoder = _encoder()
    found = []
    for text, vector in zip(texts, vectors(texts), strict=True):
        seen = encoder.read([_START, *encoder.pieces(for_scoring(text))[: _LONGEST - 2], _END])
        tone, kind = tuple(map(float, seen["tone"])), tuple(map(float, seen["kind"]))
        found.append(Encoding(tone=tone, kind=kind, vector=vector))
    return found


def vectors(texts: Sequence[str]) -> list[bytes]:
    """Return the vector of each text, in order, as `Encoding` has it."""
    import numpy as np  # noqa: PLC0415 - as above

    encoder = _encoder()
    found = []
    for text in texts:
        ids = [_START, *encoder.pieces(_ASKED + for_scoring(text))[: _LONGEST_MEANT - 2], _END]
        found.append(np.clip(np.round(encoder.mean(ids) * _STEPS), -127, 127).astype(np.int8).tobytes())
    return found


def beside(target: str, texts: Sequence[str]) -> list[Beside]:
    """Return what the reader sees in each text beside what a story proposes, in order."""

    def numbers(logits: Sequence[float]) -> tuple[float, ...]:
        return tuple(map(float, logits))

    encoder = _encoder()
    opening = [_START, *encoder.pieces(for_scoring(target))[: _LONGEST_PAIR // 2 - 2], _END]
    found = []
    for text in texts:
        ids = [*opening, *encoder.pieces(for_scoring(text))][: _LONGEST_PAIR - 1]
        seen = encoder.read([*ids, _END])
        found.append(
            Beside(
                stance=numbers(seen["stance"]),
                tone=numbers(seen["tone_beside"]),
                kind=numbers(seen["kind_beside"]),
            )
        )
    return found


def tone_of(encoding: Encoding, language: str, text: str, beside: Beside | None = None) -> Sentiment:
    """Return the tone that an encoding of a text shows in a language; of an opinion also as read beside its story.

    value: the likelihood of positive less that of negative. confidence: the likelihood of the label, calibrated on
    held-out posts of the language (the card says how well), beside a story on opinions of stories left out; under
    the card's threshold the tone is unclear.
    """
    return _tone(encoding.tone, language, text, beside.tone if beside else None)


def mixed(own: Sequence[float], others: Sequence[float], part: float) -> list[float]:
    """Return the mean of two likelihoods of the tones in logarithms, where the others have `part` of the say."""
    return [
        (1 - part) * math.log(max(_LEAST, a)) + part * math.log(max(_LEAST, b))
        for a, b in zip(own, others, strict=True)
    ]


def likelihoods(
    logits: Sequence[float], temperature: float, shift: Sequence[float] = (0.0, 0.0, 0.0)
) -> list[float]:
    """Return the softmax of `logits` at a temperature, each then moved by `shift`."""
    moved = [float(value) / temperature + by for value, by in zip(logits, shift, strict=True)]
    powers = [math.exp(value - max(moved)) for value in moved]
    return [power / sum(powers) for power in powers]


def _tone(seen: Sequence[float], language: str, text: str, beside: Sequence[float] | None = None) -> Sentiment:
    how = _card()["tone"]["languages"][_SHARED.get(language, language)]
    likely = likelihoods(seen, how["temperature"])
    others = light.chances(language, text) if how["light"] else likely
    both = mixed(likely, others, how["light"])
    # The reader learns no set's shares of the tones; half of them are put back (calibrate.py says why).
    likely = likelihoods(both, how["temperature_of_both"], how["shift"])
    if beside is not None:
        told = _card()["tone"]["beside"]
        both = mixed(likely, likelihoods(beside, told["temperature"]), told["part"])
        likely = likelihoods(both, told["temperature_of_both"])
    at = max(range(3), key=likely.__getitem__)
    return Sentiment(
        label=_TONES[at],
        value=round(likely[2] - likely[0], 4),
        confidence=round(likely[at], 4),
        scorer=name(language),
        unclear=likely[at] < how["unclear_below"],
    )
