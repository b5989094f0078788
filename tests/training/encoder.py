"""Train the reader's first round: one pass for tone, kind, and stance beside a target.

Usage: PYTHONPATH=. python tests/training/encoder.py DATA_DIR E5_FILE WORK_DIR [--teacher READER.onnx] [--threads 2]
Starts from multilingual-e5-small (see bases.py): every second of its twelve layers, and the part of its vocabulary
that the languages we read need. Keeps a checkpoint in WORK_DIR and goes on from it; writes trained.pt and val.json.
Balanced softmax (Ren et al. 2020): the class shares of a set are added to its logits in training, so that the
encoder learns no set's prior. Korean has no labels of tone (corpora.py says why) and gets what other languages
teach: the words' vectors stay as they are, and a head learns, in all languages, the vectors of the whole e5 model
as it ships (cosine, less their mean), so that the layers go on meaning the same in each.
--teacher: a reader that shipped before, with the tokenizer beside it; what it says of each text is learnt beside
the label (Furlanello et al. 2018). WORK_DIR/taught.pkl keeps it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import pickle
import random
import sys
import time
import unicodedata
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from torch import Tensor, nn
from torch.nn import functional

from monitor.scoring import encoder as shipped
from tests.training import bases, corpora, network

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VOCABULARY = 34_000
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
VECTOR = "vector"
EPOCHS = {"tone": {"en": 0.8, "no": 1.5, "": 2.0}, "kind": {"": 1.0}, "stance": {"": 1.0}, VECTOR: {"": 1.0}}
"""How often each row of a task is seen, by its language; "": of all others."""
TAUGHT = 0.7
SAVE_EVERY = 200
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
HALVES = DEVICE == "cuda" or torch.cpu._is_amx_tile_supported()
"""Whether bfloat16 is quicker: on a CPU without tiles for it, it takes twice as long as float32."""


class Reader(nn.Module):  # type: ignore[misc]
    """The encoder with its heads; every head reads the mean-pooled vector."""

    def __init__(self, encoder: network.Encoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = nn.ModuleDict({name: nn.Linear(384, classes) for name, classes in CLASSES.items()})
        self.heads[VECTOR] = nn.Linear(384, 384)  # learns with the others and does not ship

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
    """Return the pieces to keep: those that `texts` use, all Hangul, then the likeliest in scripts that we read."""
    counts: Counter[int] = Counter()
    for encoded in tokenizer_of(pieces).encode_batch(texts, add_special_tokens=False):
        counts.update(encoded.ids)
    kept = {START, PAD, END, UNKNOWN} | {piece for piece, often in counts.items() if often >= SEEN_OFTEN}
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


def logits_of(model: nn.Module, rows: Sequence[Sequence[int]], classes: int, *head: str) -> np.ndarray:
    """Return what the model says of each row, (n, classes), by the named head where it has several."""
    model.eval()
    found = np.zeros((len(rows), classes), dtype=np.float32)
    with torch.no_grad(), torch.autocast(DEVICE, torch.bfloat16, enabled=HALVES):
        for batch in batches([len(row) for row in rows], 6000, None):
            found[batch] = model(*padded([rows[n] for n in batch]), *head).float().cpu().numpy()
    return found


def warmed(optimizer: torch.optim.Optimizer, steps: int) -> torch.optim.lr_scheduler.LambdaLR:
    """Return the rate's course: up over the first 6 of 100 steps, then down to nothing, both in a straight line."""
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda at: min(1.0, (at + 1) / (0.06 * steps)) * max(0.0, 1 - at / steps)
    )


def step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LambdaLR,
    loss: Tensor,
) -> None:
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()


def measured(
    reader: Reader, tasks: dict[str, list[corpora.Row]], ids: dict[str, list[list[int]]]
) -> dict[str, dict[str, float]]:
    """Return the macro-recall of each held-out set, per task (of its one-class rows)."""
    found: dict[str, dict[str, float]] = {}
    for task, rows in tasks.items():
        chosen = [n for n, row in enumerate(rows) if row.held_out and len(row.allowed) == 1]
        logits = np.zeros((len(rows), CLASSES[task]), dtype=np.float32)
        logits[chosen] = logits_of(reader, [ids[task][n] for n in chosen], CLASSES[task], task)
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
    parser.add_argument("--teacher", type=Path)
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
    vocabulary = options.work / "kept.pkl"
    if not vocabulary.is_file():
        rows = [*tasks["tone"], *corpora.untold(options.data)]
        texts = [row.text for row in rows if not row.held_out]
        vocabulary.write_bytes(pickle.dumps(kept_pieces(base.pieces, texts)))
    kept = pickle.loads(vocabulary.read_bytes())  # noqa: S301 - our own file
    tokenizer = tokenizer_of([base.pieces[n] for n in kept])
    tokenizer.save(str(options.work / "tokenizer.json"))
    reader = Reader(encoder_from(base, LAYERS, kept, 0.05)).to(DEVICE)
    answers = dict(tasks)
    tasks[VECTOR] = corpora.plain(options.data)
    vectors = vectors_of(tasks[VECTOR], options.work / "vectors.pkl")
    ids = {task: pieces_of(tokenizer, rows) for task, rows in tasks.items()}
    taught = taught_by(options.teacher, tasks["tone"], options.work / "taught.pkl") if options.teacher else {}
    train(reader, tasks, ids, EPOCHS, options.work / "checkpoint.pt", taught, vectors)
    torch.save(reader.state_dict(), options.work / "trained.pt")
    answer = measured(reader, answers, ids)
    (options.work / "val.json").write_text(json.dumps(answer, indent=1), encoding="utf-8")
    print(json.dumps(answer, indent=1))


def train(
    reader: Reader,
    tasks: dict[str, list[corpora.Row]],
    ids: dict[str, list[list[int]]],
    epochs: Mapping[str, Mapping[str, float]],
    checkpoint: Path,
    taught: Mapping[str, Tensor] | None = None,
    vectors: Mapping[str, Tensor] | None = None,
) -> None:
    """Train on the rows that are not held out, mixed; go on from `checkpoint` where it is there."""
    shares = log_shares({task: rows for task, rows in tasks.items() if task != VECTOR})
    plan = planned(tasks, ids, epochs)
    reader.encoder.words.weight.requires_grad_(requires_grad=False)
    learning = [p for p in reader.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in learning if p.ndim > 1], "weight_decay": 0.01},
            {"params": [p for p in learning if p.ndim == 1], "weight_decay": 0.0},
        ],
        lr=RATE,
        fused=True,
    )
    scheduler = warmed(optimizer, len(plan))
    parts = {"reader": reader, "optimizer": optimizer, "scheduler": scheduler}
    done = 0
    if checkpoint.is_file():
        saved = torch.load(checkpoint, map_location=DEVICE)
        for name, part in parts.items():
            part.load_state_dict(saved[name])
        done = saved["done"]
    started, began = time.monotonic(), done
    running: dict[str, float] = {}
    reader.train()
    for task, batch in plan[done:]:
        chosen = [ids[task][n] for n in batch]
        with torch.autocast(DEVICE, torch.bfloat16, enabled=HALVES):
            out = reader(*padded(chosen), task)
        rows = [tasks[task][n] for n in batch]
        if task == VECTOR:
            loss = apart(out.float(), rows, vectors or {})
        else:
            loss = loss_of(out.float(), task, rows, shares, taught if task == "tone" else None)
        step(reader, optimizer, scheduler, WEIGHT[task] * loss)
        done += 1
        running[task] = 0.98 * running.get(task, loss.item()) + 0.02 * loss.item()
        if done % 20 == 0:
            left = (time.monotonic() - started) / (done - began) * (len(plan) - done)
            told = " ".join(f"{name} {value:.3f}" for name, value in sorted(running.items()))
            print(f"{done}/{len(plan)} {told} {left / 60:.1f} min left", file=sys.stderr, flush=True)
        if done % SAVE_EVERY == 0:
            torch.save({"done": done} | {name: part.state_dict() for name, part in parts.items()}, checkpoint)


def planned(
    tasks: dict[str, list[corpora.Row]],
    ids: dict[str, list[list[int]]],
    epochs: Mapping[str, Mapping[str, float]],
) -> list[tuple[str, list[int]]]:
    """Return the steps in order: each task's batches over the epochs of their rows, mixed."""
    plan: list[tuple[str, list[int]]] = []
    for task, rows in tasks.items():
        often = [epochs[task].get(row.language, epochs[task][""]) for row in rows]
        for each in sorted(set(often)):
            numbers = [n for n, row in enumerate(rows) if often[n] == each and not row.held_out]
            steps: list[list[int]] = []
            for epoch in range(math.ceil(each)):
                chance = random.Random(SEED + epoch)  # noqa: S311 - an order, not a secret
                found = batches([len(ids[task][n]) for n in numbers], TOKENS_A_STEP, chance)
                steps += found[: round(len(found) * min(1.0, each - epoch))]
            plan += [(task, [numbers[n] for n in batch]) for batch in steps]
    random.Random(SEED).shuffle(plan)  # noqa: S311
    return plan


def vectors_of(rows: Sequence[corpora.Row], kept: Path) -> dict[str, Tensor]:
    """Return the vector of each text by the model of meaning that ships, less their mean; kept between runs."""
    if not kept.is_file():
        texts = [row.text for row in rows]
        made = np.stack([np.frombuffer(one, dtype=np.int8) for one in shipped.vectors(texts)]).astype(np.float32)
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        kept.write_bytes(pickle.dumps(dict(zip(texts, made - made.mean(0), strict=True))))
    known: dict[str, np.ndarray] = pickle.loads(kept.read_bytes())  # noqa: S301 - our own file
    return {text: torch.from_numpy(vector) for text, vector in known.items()}


def apart(out: Tensor, rows: Sequence[corpora.Row], vectors: Mapping[str, Tensor]) -> Tensor:
    """Return how far the head's vectors are from the wanted ones: 1 less their cosine, on average."""
    wanted = torch.stack([vectors[row.text] for row in rows]).to(out.device)
    return (1 - functional.cosine_similarity(out, wanted, dim=1)).mean()


def taught_by(file: Path | None, rows: Sequence[corpora.Row], kept: Path) -> dict[str, Tensor]:
    """Return the likelihoods of tone that a reader gave each text in training; kept in `kept` between runs."""
    if file is not None and not kept.is_file():
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = 1  # one text at a time is too little for two
        session = onnxruntime.InferenceSession(str(file), settings, providers=["CPUExecutionProvider"])
        packed = file.with_name("tokenizer.json.gz").read_bytes()
        tokenizer = Tokenizer.from_str(gzip.decompress(packed).decode())
        own = [row for row in rows if not row.held_out]
        read = [np.array(ids, dtype=np.int64) for ids in pieces_of(tokenizer, own)]
        with ThreadPoolExecutor(torch.get_num_threads()) as readers:
            told = list(readers.map(lambda ids: session.run(["tone"], {"ids": ids})[0], read))
        found = {row.text: logits for row, logits in zip(own, told, strict=True)}
        kept.write_bytes(pickle.dumps(found))
    known: dict[str, np.ndarray] = pickle.loads(kept.read_bytes())  # noqa: S301 - our own file
    return {text: torch.softmax(torch.from_numpy(logits), dim=0) for text, logits in known.items()}


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
        if task == "kind":  # what a set holds of each kind says nothing of a class that it has none of
            found[task] = {group: torch.zeros(CLASSES[task]) for group in counts}
    return found


def loss_of(
    out: Tensor,
    task: str,
    rows: Sequence[corpora.Row],
    shares: dict[str, dict[str, Tensor]],
    taught: Mapping[str, Tensor] | None = None,
) -> Tensor:
    """Return the loss of logits (n, classes): by labels, and, where `taught` has likelihoods of a text, by them.

    A text that is taught learns TAUGHT parts of the teacher's likelihoods and the rest of its label.
    """
    prior = torch.stack([shares[task].get(row.group, torch.zeros(CLASSES[task])) for row in rows]).to(out.device)
    likely = functional.log_softmax(out + prior, dim=1)
    wanted = torch.full_like(likely, -math.inf)
    for at, row in enumerate(rows):
        wanted[at, list(row.allowed)] = 0.0
    loss = -torch.logsumexp(likely + wanted, dim=1)
    known = [at for at, row in enumerate(rows) if taught and row.text in taught]
    if taught and known:
        teacher = torch.stack([taught[rows[at].text] for at in known]).to(out.device)
        apart = functional.kl_div(functional.log_softmax(out[known], dim=1), teacher, reduction="none").sum(1)
        weight = torch.ones_like(loss)
        weight[known] = 1 - TAUGHT
        return (loss * weight).mean() + TAUGHT * apart.sum() / len(rows)
    return loss.mean()


if __name__ == "__main__":
    main()
