"""Train the English teacher: all-MiniLM-L6-v2 on English tone, whose doubts the reader learns in its second round.

Usage: PYTHONPATH=. python tests/training/teacher.py DATA_DIR MINILM_DIR WORK_DIR [--epochs 0.8] [--threads 2]
MINILM_DIR holds `model.safetensors` and `tokenizer.json` (see bases.py). Does not ship. Writes WORK_DIR/english.pkl
(each English text of the sets -> its logits of tone) and prints the macro-recall of held-out posts. Longer training
does not read unseen years better: 3 epochs 70.1, 0.8 epoch 70.5.
"""

from __future__ import annotations

import argparse
import pickle
import random
import sys
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from tests.training import bases, corpora, encoder, network

RATE = 1e-4
LONGEST = 72


class Teacher(nn.Module):  # type: ignore[misc]
    """The encoder with one head for tone."""

    def __init__(self, base: bases.Base) -> None:
        super().__init__()
        words = base.weights["words.weight"]
        self.encoder = network.Encoder(len(words), base.layers, heads=base.heads)
        self.encoder.load_state_dict({name: torch.from_numpy(values) for name, values in base.weights.items()})
        self.tone = nn.Linear(384, 3)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        logits: Tensor = self.tone(functional.dropout(self.encoder(ids, mask), 0.1, self.training))
        return logits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("base", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--epochs", type=float, default=0.8)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    torch.manual_seed(encoder.SEED)
    rows = [row for row in corpora.tones(options.data) if row.language == "en"]
    told = [row for row in rows if not row.held_out]
    tokenizer = Tokenizer.from_file(str(options.base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    teacher = Teacher(bases.minilm(options.base / "model.safetensors")).to(encoder.DEVICE)
    ids = [one.ids for one in tokenizer.encode_batch([row.text for row in told])]
    plan = encoder.batches([len(one) for one in ids], encoder.TOKENS_A_STEP, random.Random(encoder.SEED))  # noqa: S311
    plan = plan[: round(len(plan) * options.epochs)]
    shares = encoder.log_shares({"tone": told})
    optimizer = torch.optim.AdamW(teacher.parameters(), lr=RATE, weight_decay=0.01, fused=True)
    scheduler = encoder.warmed(optimizer, len(plan))
    teacher.train()
    for step, batch in enumerate(plan):
        with torch.autocast(encoder.DEVICE, torch.bfloat16, enabled=encoder.HALVES):
            out = teacher(*encoder.padded([ids[n] for n in batch]))
        loss = encoder.loss_of(out.float(), "tone", [told[n] for n in batch], shares)
        encoder.step(teacher, optimizer, scheduler, loss)
        if step % 20 == 0:
            print(f"{step + 1}/{len(plan)} {loss.item():.3f}", file=sys.stderr, flush=True)
    texts = sorted({row.text for row in rows} | {row.text for row in corpora.untold(options.data)})
    read = [one.ids for one in tokenizer.encode_batch(texts)]
    logits = encoder.logits_of(teacher, read, 3)
    answers = dict(zip(texts, logits.astype(np.float32), strict=True))
    (options.work / "english.pkl").write_bytes(pickle.dumps(answers))
    held = [row for row in rows if row.held_out]
    gold = np.array([min(row.allowed) for row in held])
    told_of = np.array([answers[row.text].argmax() for row in held])
    print(round(100 * float(np.mean([(told_of[gold == one] == one).mean() for one in range(3)])), 1))


if __name__ == "__main__":
    main()
