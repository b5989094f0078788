"""What the reader's training gives for English without the topics on which shares are measured.

Usage: PYTHONPATH=. python tests/training/unseen_encoder.py DATA_DIR WEIGHTS_DIR WORK_DIR OUT_FILE
The topics of SemEval-2016 4C are a part of the training set of task A, so the weights that ship have seen them.
This trains the same network once more, for one epoch of English tone alone, without their texts or a teacher, so
it reads a little worse than what ships; its temperature is that of the held-out English posts. It writes
how that reads them: one JSON object a line, {"text", "label", "unclear"}, for
`tests/benchmarks/shares.py DATA_DIR --unseen encoder-en/4=OUT_FILE`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from monitor.text import for_scoring
from tests.training import bases, calibrate, corpora, encoder

LABELS = ("negative", "neutral", "positive")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(encoder.SEED)
    base = bases.shipped(options.weights)
    tokenizer = encoder.tokenizer_of(base.pieces)
    topics = corpora.topics(options.data)
    rows = [row for row in corpora.tones(options.data) if row.language == "en" and row.text not in topics]
    reader = encoder.Reader(encoder.encoder_from(base, encoder.LAYERS, 0.05)).to(encoder.DEVICE)
    ids = encoder.pieces_of(tokenizer, rows)
    encoder.train(reader, {"tone": rows}, {"tone": ids}, {"tone": {"": 1.0}}, options.work / "unseen.pt")

    def logits_of(pieces: list[list[int]]) -> np.ndarray:
        return encoder.logits_of(reader, pieces, encoder.CLASSES["tone"], "tone")

    held = [n for n, row in enumerate(rows) if row.held_out]
    gold = np.array([min(rows[n].allowed) for n in held])
    card = calibrate.tone_card(gold, logits_of([ids[n] for n in held]), shift=calibrate.shift_of(rows))
    print(json.dumps(card))
    posts = [row["text"] for row in corpora.read(options.data / "sentiment" / "en_target_semeval16_4C.jsonl")]
    asked = [
        corpora.Row(group="topics", language="en", text=for_scoring(text), allowed=frozenset(), held_out=True)
        for text in posts
    ]
    likely = calibrate.softmax(logits_of(encoder.pieces_of(tokenizer, asked)) / card["temperature"])
    likely = calibrate.softmax(np.log(likely.clip(0.01)) / card["temperature_of_both"] + np.array(card["shift"]))
    with options.out.open("w", encoding="utf-8") as out:
        for text, one in zip(posts, likely, strict=True):
            told = {
                "text": text,
                "label": LABELS[int(one.argmax())],
                "unclear": bool(one.max() < calibrate.UNCLEAR),
            }
            out.write(json.dumps(told, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
