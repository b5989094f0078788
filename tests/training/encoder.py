"""Train the encoder: one pass for tone, kind, stance beside a target, and a vector that links and groups.

Usage: PYTHONPATH=. python tests/training/encoder.py DATA_DIR E5_FILE WORK_DIR [--epochs 1] [--threads 2]
Starts from multilingual-e5-small (see bases.py): every second of its twelve layers, and the part of its vocabulary
that the languages we read need. Keeps a checkpoint in WORK_DIR and goes on from it; writes trained.pt and val.json.
Balanced softmax (Ren et al. 2020): the class shares of a set are added to its logits in training, so that the
encoder learns no set's prior. The vectors are distilled from the whole e5 model (cosine to its centred vectors).
"""

from __future__ import annotations

import argparse
import json
import math
import pickle
import random
import sys
import time
import unicodedata
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from torch import Tensor, nn
from torch.nn import functional

from tests.training import bases, corpora, network

if TYPE_CHECKING:
    from collections.abc import Sequence

VOCABULARY = 33_000
SCRIPTS = frozenset({"LATIN", "HANGUL", "ARABIC"})
MOST_ARABIC = 2500
SEEN_OFTEN = 8
LAYERS = (0, 2, 4, 6, 8, 10)
START, PAD, END, UNKNOWN = 0, 1, 2, 3
LONGEST = 72
LONGEST_PAIR = 96
TOKENS_A_STEP = 2000
RATE = 1.5e-4
SEED = 1
CLASSES = {"tone": 3, "kind": 4, "stance": 3}
WEIGHT = {"tone": 1.0, "kind": 0.5, "stance": 0.7, "vector": 1.0}
SAVE_EVERY = 200
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


class Reader(nn.Module):  # type: ignore[misc]
    """The encoder with its heads; every head reads the mean-pooled vector."""

    def __init__(self, encoder: network.Encoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = nn.ModuleDict({name: nn.Linear(384, classes) for name, classes in CLASSES.items()})
        self.heads["vector"] = nn.Linear(384, 384)

    def forward(self, ids: Tensor, mask: Tensor, head: str) -> Tensor:
        pooled = self.encoder(ids, mask)
        return self.heads[head](functional.dropout(pooled, 0.1, self.training))


def tokenizer_of(pieces: Sequence[tuple[str, float]]) -> Tokenizer:
    """Return SentencePiece's unigram segmentation over `pieces`, after NFKC."""
    tokenizer = Tokenizer(models.Unigram(list(pieces), unk_id=UNKNOWN, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    return tokenizer


def kept_pieces(pieces: Sequence[tuple[str, float]], texts: Sequence[str]) -> list[int]:
    """Return which pieces to keep: those that `texts` use, then the likeliest of the scripts that we read."""
    counts: Counter[int] = Counter()
    for encoded in tokenizer_of(pieces).encode_batch(texts, add_special_tokens=False):
        counts.update(encoded.ids)
    kept = {START, PAD, END, UNKNOWN} | {piece for piece, often in counts.items() if often >= SEEN_OFTEN}
    arabic = 0
    for number, (piece, _) in enumerate(pieces):  # the likeliest stand first
        if len(kept) >= VOCABULARY:
            break
        scripts = {unicodedata.name(letter, "?").split()[0] for letter in piece if letter.isalpha()}
        if number not in kept and scripts <= SCRIPTS:
            arabic += "ARABIC" in scripts
            if "ARABIC" not in scripts or arabic <= MOST_ARABIC:
                kept.add(number)
    return sorted(kept)


def encoder_from(
    base: bases.Base, layers: Sequence[int], kept: Sequence[int] | None, dropout: float
) -> network.Encoder:
    weights = dict(base.weights)
    if kept is not None:
        weights["words.weight"] = weights["words.weight"][list(kept)]
    encoder = network.Encoder(len(weights["words.weight"]), len(layers), heads=base.heads, dropout=dropout)
    state = {}
    for name, values in weights.items():
        if name.startswith("blocks."):
            _, layer, rest = name.split(".", 2)
            if int(layer) in layers:
                state[f"blocks.{layers.index(int(layer))}.{rest}"] = torch.from_numpy(values)
        else:
            state[name] = torch.from_numpy(values)
    encoder.load_state_dict(state)
    return encoder


def batches(lengths: Sequence[int], tokens: int, chance: random.Random | None) -> list[list[int]]:
    """Return the numbers of `lengths` in batches of about `tokens`, like lengths together, shuffled by `chance`."""
    numbers = list(range(len(lengths)))
    if chance:
        chance.shuffle(numbers)
    found: list[list[int]] = []
    for start in range(0, len(numbers), 4096):
        batch: list[int] = []
        for number in sorted(numbers[start : start + 4096], key=lambda n: lengths[n]):
            if batch and lengths[number] * (len(batch) + 1) > tokens:
                found.append(batch)
                batch = []
            batch.append(number)
        found.append(batch)
    if chance:
        chance.shuffle(found)
    return found


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    longest = max(map(len, rows))
    ids = torch.full((len(rows), longest), PAD)
    mask = torch.zeros(len(rows), longest)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = torch.tensor(row)
        mask[at, : len(row)] = 1
    return ids.to(DEVICE), mask.to(DEVICE)


def pieces_of(tokenizer: Tokenizer, rows: Sequence[corpora.Row]) -> list[list[int]]:
    """Return the ids of each row: its text alone, or target, end, text."""
    texts = tokenizer.encode_batch([row.text for row in rows], add_special_tokens=False)
    beside = tokenizer.encode_batch([row.beside for row in rows], add_special_tokens=False)
    found = []
    for row, text, other in zip(rows, texts, beside, strict=True):
        if row.beside:
            pair = [START, *other.ids[: LONGEST_PAIR // 2 - 2], END, *text.ids]
            found.append([*pair[: LONGEST_PAIR - 1], END])
        else:
            found.append([START, *text.ids[: LONGEST - 2], END])
    return found


def teacher_vectors(base: bases.Base, texts: Sequence[str], file: Path) -> np.ndarray:
    """Return e5's vectors of `texts`, less their mean, of length 1; kept in `file` between runs."""
    if file.is_file():
        stored: np.ndarray = np.load(file)
        return stored
    tokenizer = tokenizer_of(base.pieces)
    rows = [
        [START, *encoded.ids[:126], END]
        for encoded in tokenizer.encode_batch([f"query: {text}" for text in texts], add_special_tokens=False)
    ]
    teacher = encoder_from(base, range(base.layers), None, 0.0).eval().to(DEVICE)
    found = np.zeros((len(texts), 384), dtype=np.float32)
    done = 0
    with torch.no_grad(), torch.autocast(DEVICE, torch.bfloat16):
        for batch in batches([len(row) for row in rows], 8000, None):
            found[batch] = (
                functional.normalize(teacher(*padded([rows[n] for n in batch])).float(), dim=1).cpu().numpy()
            )
            done += len(batch)
            print(f"\rteacher {done}/{len(texts)}", end="", file=sys.stderr)
    np.save(file.with_name("centre.npy"), found.mean(0))
    found -= found.mean(0)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    np.save(file, found)
    return found


def measured(
    reader: Reader, tasks: dict[str, list[corpora.Row]], ids: dict[str, list[list[int]]]
) -> dict[str, dict[str, float]]:
    """Return the macro-recall of each held-out set, per task (of its one-class rows)."""
    reader.eval()
    found: dict[str, dict[str, float]] = {}
    for task, rows in tasks.items():
        chosen = [n for n, row in enumerate(rows) if row.held_out and len(row.allowed) == 1]
        logits = np.zeros((len(rows), CLASSES[task]), dtype=np.float32)
        with torch.no_grad(), torch.autocast(DEVICE, torch.bfloat16):
            for batch in batches([len(ids[task][n]) for n in chosen], 6000, None):
                numbers = [chosen[n] for n in batch]
                logits[numbers] = reader(*padded([ids[task][n] for n in numbers]), task).float().cpu().numpy()
        found[task] = {}
        for group in sorted({rows[n].group for n in chosen}):
            mine = [n for n in chosen if rows[n].group == group]
            gold = np.array([min(rows[n].allowed) for n in mine])
            classes = sorted(set(gold.tolist()))
            told = np.array(classes)[logits[mine][:, classes].argmax(1)]
            found[task][group] = round(float(np.mean([(told[gold == c] == c).mean() for c in classes])) * 100, 1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("base", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    torch.manual_seed(SEED)
    base = bases.e5(options.base)
    tasks = {
        "tone": corpora.tones(options.data),
        "kind": corpora.kinds(options.data),
        "stance": corpora.stances(options.data),
    }
    plain = corpora.plain(options.data)
    vocabulary = options.work / "kept.pkl"
    if not vocabulary.is_file():
        texts = plain + [row.text for row in tasks["tone"] if not row.held_out]
        vocabulary.write_bytes(pickle.dumps(kept_pieces(base.pieces, texts)))
    kept = pickle.loads(vocabulary.read_bytes())  # noqa: S301 - our own file
    tokenizer = tokenizer_of([base.pieces[n] for n in kept])
    tokenizer.save(str(options.work / "tokenizer.json"))
    vectors = torch.from_numpy(teacher_vectors(base, plain, options.work / "teacher.npy"))
    reader = Reader(encoder_from(base, LAYERS, kept, 0.05)).to(DEVICE)
    ids = {task: pieces_of(tokenizer, rows) for task, rows in tasks.items()}
    plain_rows = [
        corpora.Row(group="plain", language="", text=text, allowed=frozenset(), held_out=False) for text in plain
    ]
    ids["vector"] = pieces_of(tokenizer, plain_rows)
    shares = log_shares(tasks)
    plan = planned(tasks, ids, dict.fromkeys((*tasks, "vector"), options.epochs))
    words = [reader.encoder.words.weight]
    rest = [p for p in reader.parameters() if p is not reader.encoder.words.weight]
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in rest if p.ndim > 1], "weight_decay": 0.01},
            {"params": [p for p in rest if p.ndim == 1] + words, "weight_decay": 0.0},
        ],
        lr=RATE,
    )
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / (0.06 * len(plan))) * max(0.0, 1 - step / len(plan))
    )
    done = 0
    checkpoint = options.work / "checkpoint.pt"
    if checkpoint.is_file():
        saved = torch.load(checkpoint, map_location=DEVICE)
        reader.load_state_dict(saved["reader"])
        optimizer.load_state_dict(saved["optimizer"])
        scheduler.load_state_dict(saved["scheduler"])
        done = saved["done"]
    started, began = time.monotonic(), done
    running: dict[str, float] = {}
    reader.train()
    for task, batch in plan[done:]:
        chosen = [ids[task][n] for n in batch]
        with torch.autocast(DEVICE, torch.bfloat16):
            out = reader(*padded(chosen), task)
        loss = loss_of(out.float(), task, batch, tasks, shares, vectors)
        optimizer.zero_grad()
        (WEIGHT[task] * loss).backward()
        nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        done += 1
        running[task] = 0.98 * running.get(task, loss.item()) + 0.02 * loss.item()
        if done % 20 == 0:
            left = (time.monotonic() - started) / (done - began) * (len(plan) - done)
            told = " ".join(f"{name} {value:.3f}" for name, value in sorted(running.items()))
            print(f"{done}/{len(plan)} {told} {left / 60:.1f} min left", file=sys.stderr, flush=True)
        if done % SAVE_EVERY == 0:
            torch.save(
                {
                    "reader": reader.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "scheduler": scheduler.state_dict(),
                    "done": done,
                },
                checkpoint,
            )
    torch.save(reader.state_dict(), options.work / "trained.pt")
    answer = measured(reader, tasks, ids)
    (options.work / "val.json").write_text(json.dumps(answer, indent=1), encoding="utf-8")
    print(json.dumps(answer, indent=1))


def planned(
    tasks: dict[str, list[corpora.Row]], ids: dict[str, list[list[int]]], epochs: dict[str, float]
) -> list[tuple[str, list[int]]]:
    """Return the steps in order: each task's batches over `epochs`, mixed."""
    plan: list[tuple[str, list[int]]] = []
    for task in (*tasks, "vector"):
        numbers = [n for n in range(len(ids[task])) if task == "vector" or not tasks[task][n].held_out]
        steps: list[list[int]] = []
        for epoch in range(math.ceil(epochs[task])):
            found = batches([len(ids[task][n]) for n in numbers], TOKENS_A_STEP, random.Random(SEED + epoch))  # noqa: S311
            steps += found[: round(len(found) * min(1.0, epochs[task] - epoch))]
        plan += [(task, [numbers[n] for n in batch]) for batch in steps]
    random.Random(SEED).shuffle(plan)  # noqa: S311
    return plan


def log_shares(tasks: dict[str, list[corpora.Row]]) -> dict[str, dict[str, Tensor]]:
    """Return per task and set the logarithm of each class's share in training; one without rows is left free."""
    found: dict[str, dict[str, Tensor]] = {}
    for task, rows in tasks.items():
        counts: dict[str, np.ndarray] = {}
        for row in rows:
            if not row.held_out:
                mine = counts.setdefault(row.group, np.zeros(CLASSES[task]))
                for one in row.allowed:
                    mine[one] += 1 / len(row.allowed)
        found[task] = {
            group: torch.tensor(
                np.where(mine > 0, np.log(np.maximum(mine, 1) / mine.sum()), -8.0), dtype=torch.float32
            )
            for group, mine in counts.items()
        }
        if task == "kind":  # what a set of disasters holds of each kind says nothing of a class that it has none of
            found[task] = {group: torch.zeros(CLASSES[task]) for group in counts}
    return found


def loss_of(
    out: Tensor,
    task: str,
    batch: Sequence[int],
    tasks: dict[str, list[corpora.Row]],
    shares: dict[str, dict[str, Tensor]],
    vectors: Tensor,
) -> Tensor:
    if task == "vector":
        return (1 - functional.cosine_similarity(out, vectors[list(batch)].to(out.device), dim=1)).mean()
    rows = [tasks[task][n] for n in batch]
    likely = functional.log_softmax(
        out + torch.stack([shares[task][row.group] for row in rows]).to(out.device), dim=1
    )
    wanted = torch.full_like(likely, -math.inf)
    for at, row in enumerate(rows):
        wanted[at, list(row.allowed)] = 0.0
    return -torch.logsumexp(likely + wanted, dim=1).mean()


if __name__ == "__main__":
    main()
