"""Train the reader: tone and kind of a post alone, and tone, kind and stance beside what its story proposes.

Usage: PYTHONPATH=. python tests/training/encoder.py DATA_DIR WEIGHTS_DIR WORK_DIR [--whole] [--seed 1]
    [--taught FILE…] [--leave-out all|0|1|2|3|none] [--unwritten]
Starts from multilingual-e5-small as it ships (WEIGHTS_DIR/meaning.onnx): every second of its twelve layers, with
--whole all of them, for a teacher. On a CPU it keeps a checkpoint in WORK_DIR and goes on from it. Writes
trained.pt, told.pkl (a teacher's: what it says of every training text, for --taught), val.json and held_out.pkl
(what it says of what is held out).
Balanced softmax (Ren et al. 2020): the class shares of a set are added to its logits in training, so that the
encoder learns no set's prior. The words' vectors stay as they are, and a head learns, in all languages, the vectors
of the whole e5 model as it ships (cosine, less their mean), so that the layers go on meaning the same in each.
--taught: what other readers said; the mean of their likelihoods is learnt beside labels (Furlanello et al. 2018).
--leave-out: stories of the newsroom set that are held out, all or every fourth from the one given, to see what it
reads of stories that it has not seen. --unwritten: without tests/training/written, to see what that gives.
"""

from __future__ import annotations

import argparse
import json
import math
import pickle
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from torch import Tensor, nn
from torch.nn import functional

from monitor.scoring import encoder as shipped
from tests.training import bases, corpora, network

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LAYERS = (0, 2, 4, 6, 8, 10)
START, PAD, END, UNKNOWN = 0, 1, 2, 3
LONGEST = 72
LONGEST_PAIR = 96
TOKENS_A_STEP = 2000
TOKENS_OF_THE_WHOLE = 4000
RATE = 1.5e-4
RATE_OF_THE_WHOLE = 1e-4
SEED = 1
FOLDS = 4
CLASSES = {"tone": 3, "kind": 4, "stance": 3, "tone_beside": 3, "kind_beside": 4}
WEIGHT = {
    "tone": 1.0, "kind": 0.5, "stance": 0.7, "vector": 1.0, "tone_beside": 0.7, "kind_beside": 0.4,
}  # fmt: skip
VECTOR = "vector"
STORIES = ("alone", "beside")
"""Tasks whose rows tell several heads at once."""
EPOCHS: dict[str, dict[str, float]] = {
    "tone": {"en": 1.0, "no": 1.5, "": 2.0}, "kind": {"": 1.0}, "stance": {"": 1.0}, VECTOR: {"": 1.0},
    "untold": {"": 1.0}, "alone": {"": 4.0}, "beside": {"": 6.0},
}  # fmt: skip
"""How often each row of a task is seen, by its language; "": of all others."""
EPOCHS_TAUGHT = EPOCHS | {"tone": {"en": 2.0, "no": 2.5, "": 4.0}}
"""With teachers a text can be seen more often before its label is learnt by heart."""
TAUGHT = 0.7
SAVE_EVERY = 500
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
HALVES = DEVICE == "cpu" and torch.cpu._is_amx_tile_supported()
"""Whether bfloat16 is quicker: not on a CPU without tiles for it, nor on a GPU that so small steps do not fill."""
WRITTEN = Path(__file__).parent / "written"

Ids: TypeAlias = "Mapping[str, Sequence[Sequence[int]]]"
"""The pieces of each row of a task."""
Taught: TypeAlias = "dict[tuple[str, str, str], np.ndarray]"
"""Likelihoods by head, text and what it stands beside."""


class Reader(nn.Module):  # type: ignore[misc]
    """The encoder with its heads; every head reads the mean-pooled vector."""

    def __init__(self, encoder: network.Encoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = nn.ModuleDict({name: nn.Linear(384, classes) for name, classes in CLASSES.items()})
        self.heads[VECTOR] = nn.Linear(384, 384)  # learns with the others and does not ship

    def forward(self, ids: Tensor, mask: Tensor, heads: Sequence[str]) -> dict[str, Tensor]:
        pooled = functional.dropout(self.encoder(ids, mask), 0.1, self.training)
        return {head: self.heads[head](pooled) for head in heads}


def tokenizer_of(pieces: Sequence[tuple[str, float]]) -> Tokenizer:
    """Return SentencePiece's unigram segmentation over `pieces`, after NFKC."""
    tokenizer = Tokenizer(models.Unigram(list(pieces), unk_id=UNKNOWN, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    return tokenizer


def encoder_from(base: bases.Base, layers: Sequence[int], dropout: float) -> network.Encoder:
    places = len(base.weights["places.weight"])
    encoder = network.Encoder(len(base.pieces), len(layers), heads=base.heads, dropout=dropout, places=places)
    state = {}
    for name, values in base.weights.items():
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
    ids = np.full((len(rows), longest), PAD)
    mask = np.zeros((len(rows), longest), dtype=np.float32)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = row
        mask[at, : len(row)] = 1
    return torch.from_numpy(ids).to(DEVICE), torch.from_numpy(mask).to(DEVICE)


def pieces_of(tokenizer: Tokenizer, rows: Sequence[corpora.Row | corpora.Told]) -> list[list[int]]:
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


def logits_of(model: nn.Module, rows: Sequence[Sequence[int]], classes: int, head: str) -> np.ndarray:
    """Return what the model says of each row, (n, classes), by the named head."""
    model.eval()
    found = np.zeros((len(rows), classes), dtype=np.float32)
    with torch.no_grad(), torch.autocast(DEVICE, torch.bfloat16, enabled=HALVES):
        for batch in batches([len(row) for row in rows], 6000, None):
            if batch:
                found[batch] = model(*padded([rows[n] for n in batch]), (head,))[head].float().cpu().numpy()
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


def measured(reader: Reader, tasks: Mapping[str, Sequence[corpora.Row]], ids: Ids) -> dict[str, dict[str, float]]:
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


def macro_f1(gold: np.ndarray, told: np.ndarray, classes: int) -> float:
    scores = []
    for one in range(classes):
        named = (gold == one).sum() + (told == one).sum()
        scores.append(2 * ((gold == one) & (told == one)).sum() / named if named else 0.0)
    return round(100 * float(np.mean(scores)), 1)


def left_out(
    reader: Reader, stories: Mapping[str, Sequence[corpora.Told]], ids: Ids
) -> tuple[dict[str, dict[str, float]], list[dict[str, Any]]]:
    """Return the macro-F1 of each head on the posts of left-out stories, and what it says of each."""
    scores: dict[str, dict[str, float]] = {}
    said = []
    for task, rows in stories.items():
        chosen = [n for n, row in enumerate(rows) if row.held_out]
        heads = sorted({head for n in chosen for head in rows[n].answers})
        logits = {head: logits_of(reader, [ids[task][n] for n in chosen], CLASSES[head], head) for head in heads}
        for head in heads:
            at = [k for k, n in enumerate(chosen) if head in rows[n].answers]
            gold = np.array([rows[chosen[k]].answers[head] for k in at])
            scores[f"{task} {head}"] = {
                "n": len(at), "macro_f1": macro_f1(gold, logits[head][at].argmax(1), CLASSES[head])
            }  # fmt: skip
        for k, n in enumerate(chosen):
            row = rows[n]
            told = {head: logits[head][k].tolist() for head in heads}
            said.append({"task": task, "story": row.story, "text": row.text, "beside": row.beside,
                         "answers": dict(row.answers), "logits": told})  # fmt: skip
    return scores, said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--taught", type=Path, nargs="*", default=[])
    parser.add_argument("--leave-out", default="none")
    parser.add_argument("--unwritten", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    torch.set_float32_matmul_precision("high")
    torch.manual_seed(options.seed)
    base = bases.shipped(options.weights)
    tokenizer = tokenizer_of(base.pieces)
    newsroom = options.data / "stories" / "newsroom"
    posts = corpora.news(newsroom, WRITTEN, chosen_stories(newsroom, options.leave_out))
    if options.unwritten:
        posts = [post for post in posts if post.set != "written"]
    tasks: dict[str, list[corpora.Row]] = {
        "tone": corpora.tones(options.data),
        "kind": corpora.kinds(options.data),
        "stance": corpora.stances(options.data),
    }
    answers = dict(tasks)
    tasks[VECTOR] = corpora.plain(options.data)
    if options.taught:
        tasks["untold"] = corpora.untold(options.data)
    stories = {"alone": corpora.alone(posts), "beside": corpora.beside(posts)}
    rows: dict[str, Sequence[corpora.Row | corpora.Told]] = {**tasks, **stories}
    ids = {task: pieces_of(tokenizer, listed) for task, listed in rows.items()}
    vectors = vectors_of(tasks[VECTOR], options.work / "vectors.pkl")
    layers = tuple(range(base.layers)) if options.whole else LAYERS
    reader = Reader(encoder_from(base, layers, 0.1 if options.whole else 0.05)).to(DEVICE)
    rate = RATE_OF_THE_WHOLE if options.whole else RATE
    train(
        reader, rows, ids, EPOCHS_TAUGHT if options.taught else EPOCHS, options.work / "checkpoint.pt",
        taught=taught_by(options.taught), vectors=vectors, rate=rate, seed=options.seed,
        tokens=TOKENS_OF_THE_WHOLE if options.whole else TOKENS_A_STEP,
    )  # fmt: skip
    torch.save(reader.state_dict(), options.work / "trained.pt")
    if options.whole:
        tasks["untold"] = corpora.untold(options.data)
        ids["untold"] = pieces_of(tokenizer, tasks["untold"])
        said = told(reader, {"tone": tasks["tone"], "untold": tasks["untold"], **stories}, ids)
        (options.work / "told.pkl").write_bytes(pickle.dumps(said))
    scores, said_of = left_out(reader, stories, ids)
    answer = {"held_out": measured(reader, answers, ids), "left_out": scores}
    (options.work / "held_out.pkl").write_bytes(pickle.dumps(said_of))
    (options.work / "val.json").write_text(json.dumps(answer, indent=1), encoding="utf-8")
    print(json.dumps(answer, indent=1))


def chosen_stories(newsroom: Path, leave_out: str) -> set[str]:
    """Return the newsroom stories that are held out: all, every fourth from a number on, or none."""
    names = sorted(row["id"] for row in corpora.read(newsroom / "stories.jsonl"))
    if leave_out in ("all", "none"):
        return set(names) if leave_out == "all" else set()
    return set(names[int(leave_out) :: FOLDS])


def train(
    reader: Reader,
    tasks: Mapping[str, Sequence[corpora.Row | corpora.Told]],
    ids: Ids,
    epochs: Mapping[str, Mapping[str, float]],
    checkpoint: Path,
    *,
    taught: Taught | None = None,
    vectors: Mapping[str, Tensor] | None = None,
    rate: float = RATE,
    seed: int = SEED,
    tokens: int = TOKENS_A_STEP,
) -> None:
    """Train on the rows that are not held out, mixed; go on from `checkpoint` where it is there."""
    shares = log_shares(tasks)
    plan = planned(tasks, ids, epochs, seed, tokens)
    reader.encoder.words.weight.requires_grad_(requires_grad=False)
    learning = [p for p in reader.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in learning if p.ndim > 1], "weight_decay": 0.01},
            {"params": [p for p in learning if p.ndim == 1], "weight_decay": 0.0},
        ],
        lr=rate,
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
    running: dict[str, Tensor] = {}
    reader.train()
    for task, batch in plan[done:]:
        rows = [tasks[task][n] for n in batch]
        heads = {VECTOR: (VECTOR,), "untold": ("tone",)}.get(task) or (
            sorted({head for row in rows for head in row.answers}) if task in STORIES else (task,)  # type: ignore[union-attr]
        )
        with torch.autocast(DEVICE, torch.bfloat16, enabled=HALVES):
            out = {head: one.float() for head, one in reader(*padded([ids[task][n] for n in batch]), heads).items()}
        if task == VECTOR:
            loss = WEIGHT[VECTOR] * apart(out[VECTOR], rows, vectors or {})
        else:
            loss = loss_of(out, task, rows, shares, taught or {})
        step(reader, optimizer, scheduler, loss)
        done += 1
        running[task] = 0.98 * running.get(task, loss.detach()) + 0.02 * loss.detach()
        if done % 100 == 0:
            left = (time.monotonic() - started) / (done - began) * (len(plan) - done)
            told = " ".join(f"{name} {value.item():.3f}" for name, value in sorted(running.items()))
            print(f"{done}/{len(plan)} {told} {left / 60:.1f} min left", file=sys.stderr, flush=True)
        if done % SAVE_EVERY == 0 and DEVICE == "cpu":  # on a GPU it takes minutes
            torch.save({"done": done} | {name: part.state_dict() for name, part in parts.items()}, checkpoint)


def planned(
    tasks: Mapping[str, Sequence[corpora.Row | corpora.Told]],
    ids: Ids,
    epochs: Mapping[str, Mapping[str, float]],
    seed: int,
    tokens: int,
) -> list[tuple[str, list[int]]]:
    """Return the steps in order: each task's batches over the epochs of their rows, mixed."""
    plan: list[tuple[str, list[int]]] = []
    for task, rows in tasks.items():
        often = [epochs[task].get(row.language, epochs[task][""]) for row in rows]
        for each in sorted(set(often)):
            numbers = [n for n, row in enumerate(rows) if often[n] == each and not row.held_out]
            steps: list[list[int]] = []
            for epoch in range(math.ceil(each)):
                chance = random.Random(seed + epoch)  # noqa: S311 - an order, not a secret
                found = batches([len(ids[task][n]) for n in numbers], tokens, chance)
                steps += found[: round(len(found) * min(1.0, each - epoch))]
            plan += [(task, [numbers[n] for n in batch]) for batch in steps if batch]
    random.Random(seed).shuffle(plan)  # noqa: S311
    return plan


def vectors_of(rows: Sequence[corpora.Row], kept: Path) -> dict[str, Tensor]:
    """Return the vector of each text by the model of meaning that ships, less their mean; kept between runs."""
    if not kept.is_file():
        texts = [row.text for row in rows]
        made = np.stack([np.frombuffer(one, dtype=np.int8) for one in shipped.vectors(texts)]).astype(np.float32)
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        kept.write_bytes(pickle.dumps(dict(zip(texts, (made - made.mean(0)).astype(np.float16), strict=True))))
    known: dict[str, np.ndarray] = pickle.loads(kept.read_bytes())  # noqa: S301 - our own file
    return {text: torch.from_numpy(vector.astype(np.float32)) for text, vector in known.items()}


def apart(out: Tensor, rows: Sequence[corpora.Row | corpora.Told], vectors: Mapping[str, Tensor]) -> Tensor:
    """Return how far the head's vectors are from the wanted ones: 1 less their cosine, on average."""
    wanted = torch.stack([vectors[row.text] for row in rows]).to(out.device)
    return (1 - functional.cosine_similarity(out, wanted, dim=1)).mean()


def told(reader: Reader, tasks: Mapping[str, Sequence[corpora.Row | corpora.Told]], ids: Ids) -> Taught:
    """Return the likelihoods that a reader gives each text in training, by head, text and what it stands beside."""
    found: Taught = {}
    for task, rows in tasks.items():
        heads = sorted({head for row in rows for head in row.answers}) if task in STORIES else ["tone"]  # type: ignore[union-attr]
        chosen = [n for n, row in enumerate(rows) if not row.held_out]
        for head in heads:
            logits = logits_of(reader, [ids[task][n] for n in chosen], CLASSES[head], head)
            likely = torch.softmax(torch.from_numpy(logits), dim=1).numpy().astype(np.float16)
            found |= {(head, rows[n].text, rows[n].beside): one for n, one in zip(chosen, likely, strict=True)}
    return found


def taught_by(files: Sequence[Path]) -> Taught:
    """Return the mean of what several readers told."""
    heard: list[Taught] = [pickle.loads(file.read_bytes()) for file in files]  # noqa: S301 - our own files
    keys = heard[0] if heard else {}
    return {key: np.asarray(np.mean([one[key] for one in heard], axis=0, dtype=np.float32)) for key in keys}


def log_shares(tasks: Mapping[str, Sequence[corpora.Row | corpora.Told]]) -> dict[tuple[str, str], Tensor]:
    """Return per head and set the logarithm of each class's share in training; one without rows is left free.

    What a set holds of each kind says nothing of the world, so it stays out.
    """
    counts: dict[tuple[str, str], np.ndarray] = {}
    for task, rows in tasks.items():
        if task in (VECTOR, "untold", "kind"):
            continue
        for row in rows:
            if row.held_out:
                continue
            given = row.answers.items() if isinstance(row, corpora.Told) else ((task, one) for one in row.allowed)
            for head, one in given:
                if head in ("tone", "tone_beside", "stance"):
                    mine = counts.setdefault((head, row.group), np.zeros(CLASSES[head]))
                    mine[one] += 1
    return {
        key: torch.tensor(np.where(mine > 0, np.log(np.maximum(mine, 1) / mine.sum()), -8.0), dtype=torch.float32)
        for key, mine in counts.items()
    }


def loss_of(
    out: Mapping[str, Tensor],
    task: str,
    rows: Sequence[corpora.Row | corpora.Told],
    shares: Mapping[tuple[str, str], Tensor],
    taught: Taught,
) -> Tensor:
    """Return the weighted loss of the heads' logits (n, classes): by labels, and by what is taught of a text.

    A text that is taught learns TAUGHT parts of the teachers' likelihoods and the rest of its label.
    """
    total = torch.zeros((), device=DEVICE)
    for head, logits in out.items():
        classes, free = CLASSES[head], torch.zeros(CLASSES[head])
        at, barred, prior, teacher, weight = [], [], [], [], []
        for number, row in enumerate(rows):
            if isinstance(row, corpora.Told) and head not in row.answers:
                continue
            allowed = {row.answers[head]} if isinstance(row, corpora.Told) else row.allowed
            heard = taught.get((head, row.text, row.beside))
            at.append(number)
            barred.append([0.0 if one in allowed else -math.inf for one in range(classes)])
            prior.append(shares.get((head, row.group), free))
            teacher.append(np.zeros(classes, dtype=np.float32) if heard is None else heard)
            weight.append(0.0 if heard is None else 1.0 if task == "untold" else TAUGHT)
        mine = logits[at]
        likely = functional.log_softmax(mine + torch.stack(prior).to(DEVICE), dim=1)
        by_label = -torch.logsumexp(likely + torch.tensor(barred).to(DEVICE), dim=1)
        wanted = torch.from_numpy(np.stack(teacher)).to(DEVICE)
        by_teacher = functional.kl_div(functional.log_softmax(mine, dim=1), wanted, reduction="none").sum(1)
        part = torch.tensor(weight).to(DEVICE)
        total = total + WEIGHT[head] * ((1 - part) * by_label + part * by_teacher).mean() * len(at) / len(rows)
    return total


if __name__ == "__main__":
    main()
