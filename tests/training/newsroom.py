"""The second round: the newsroom set's posts about news, beside a part of everything that the first round saw.

Usage: PYTHONPATH=. python tests/training/newsroom.py DATA_DIR E5_FILE WORK_DIR [--fold K] [--epochs 4] [--last]
Starts from WORK_DIR/trained.pt; what the teacher says stands in WORK_DIR/taught.pkl, vectors in vectors.pkl.
--last is the third round, from final.pt: all English once more, a part of the rest, newsroom for --epochs (1).
The newsroom set is ours, small (16 stories) and a development set, so what it brings is measured on stories left
out: with --fold K (0 to 3) every fourth story is left out, the other sets are only replayed beside it, and the
figures on the left-out ones are printed, before and after; nothing is written.
Without it all stories are used and WORK_DIR/final.pt is written.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import sys
from pathlib import Path

import numpy as np
import torch

from monitor.text import for_scoring
from tests.training import bases, corpora, encoder

FOLDS = 4
RATE = 1e-4
RATE_OF_A_FOLD = 4e-5
AGAIN = {
    "tone": {"en": 0.2, "no": 0.2, "": 0.4},
    "kind": {"": 0.5},
    "stance": {"": 0.3},
    encoder.VECTOR: {"": 0.2},
}
"""As EPOCHS of the first round."""
LAST = {
    "tone": {"en": 1.0, "no": 0.6, "": 0.5},
    "kind": {"": 0.5},
    "stance": {"": 0.4},
    encoder.VECTOR: {"": 0.2},
}


def newsroom(folder: Path) -> list[tuple[str, str, corpora.Row]]:
    """Return (task, story, row) for each original of the set; a distractor goes with the story that it lures to."""
    stories = {row["id"]: row for row in corpora.read(folder / "stories.jsonl")}
    posts = {row["id"]: row for row in corpora.read(folder / "posts.jsonl")}
    found = []
    for row in corpora.read(folder / "gold.jsonl"):
        text = for_scoring(posts[row["post"]]["text"])
        if row["copy_of"] is not None or not text.strip() or posts[row["post"]].get("deleted"):
            continue
        story = row["story"] or row.get("lure") or "none"
        language = posts[row["post"]].get("lang") or "und"

        def add(
            task: str,
            answer: int,
            beside: str = "",
            *,
            story: str = story,
            language: str = language,
            text: str = text,
        ) -> None:
            row_of = corpora.Row(
                group="newsroom",
                language=language,
                text=text,
                allowed=frozenset({answer}),
                held_out=False,
                beside=beside,
            )
            found.append((task, story, row_of))

        add("kind", corpora.KINDS[row["kind"]])
        if row["kind"] == "opinion":
            add("tone", ("negative", "neutral", "positive").index(row["sentiment"]))
            if row["story"]:
                target = for_scoring(stories[row["story"]]["target"])
                add("stance", corpora.STANCES[row["stance"]], target)
    return found


def macro_f1(gold: np.ndarray, told: np.ndarray, classes: int) -> float:
    scores = []
    for one in range(classes):
        named = (gold == one).sum() + (told == one).sum()
        scores.append(2 * ((gold == one) & (told == one)).sum() / named if named else 0.0)
    return round(100 * float(np.mean(scores)), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("base", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--fold", type=int)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--last", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(encoder.SEED)
    chance = random.Random(encoder.SEED)  # noqa: S311 - an order, not a secret
    base = bases.e5(options.base)
    kept = pickle.loads((options.work / "kept.pkl").read_bytes())  # noqa: S301 - our own file
    tokenizer = encoder.tokenizer_of([base.pieces[n] for n in kept])
    reader = encoder.Reader(encoder.encoder_from(base, encoder.LAYERS, kept, 0.1)).to(encoder.DEVICE)
    reader.load_state_dict(
        torch.load(options.work / ("final.pt" if options.last else "trained.pt"), map_location=encoder.DEVICE)
    )
    listed = newsroom(options.data / "stories" / "newsroom")
    names = sorted({story for _, story, _ in listed})
    left_out = set(names[options.fold :: FOLDS]) if options.fold is not None else set()
    tasks = {
        "tone": corpora.tones(options.data),
        "kind": corpora.kinds(options.data),
        "stance": corpora.stances(options.data),
    }
    train: dict[str, list[corpora.Row]] = {task: [] for task in tasks}
    test: dict[str, list[corpora.Row]] = {task: [] for task in tasks}
    for task, story, row in listed:
        (test if story in left_out else train)[task].append(row)
    shares = encoder.log_shares({task: [*tasks[task], *train[task]] for task in tasks})

    def measured() -> dict[str, object]:
        found: dict[str, object] = {}
        for task, rows in test.items():
            logits = encoder.logits_of(reader, encoder.pieces_of(tokenizer, rows), encoder.CLASSES[task], task)
            gold = np.array([min(row.allowed) for row in rows])
            found[task] = {"n": len(rows), "macro_f1": macro_f1(gold, logits.argmax(1), encoder.CLASSES[task]),
                           "gold": gold.tolist(), "logits": np.round(logits, 3).tolist()}  # fmt: skip
        return found

    before = measured() if left_out else {}
    plan: list[tuple[str, list[corpora.Row]]] = []
    for _ in range(options.epochs):
        for task, others in tasks.items():
            own = encoder.pieces_of(tokenizer, train[task])
            for batch in encoder.batches([len(row) for row in own], 1200, chance):
                plan.append((task, [train[task][n] for n in batch]))
                if left_out:
                    held = [row for row in chance.sample(others, 200) if not row.held_out]
                    plan.append((task, held[: len(batch)]))
    teaching: dict[str, torch.Tensor] = {}
    vectors: dict[str, torch.Tensor] = {}
    if not left_out:
        tasks[encoder.VECTOR] = corpora.plain(options.data)
        vectors = encoder.vectors_of(tasks[encoder.VECTOR], options.work / "vectors.pkl")
        if (options.work / "taught.pkl").is_file():
            teaching = encoder.taught_by(None, tasks["tone"], options.work / "taught.pkl")
        ids = {task: encoder.pieces_of(tokenizer, rows) for task, rows in tasks.items()}
        plan += [
            (task, [tasks[task][n] for n in batch])
            for task, batch in encoder.planned(tasks, ids, LAST if options.last else AGAIN)
        ]
    chance.shuffle(plan)
    rate = RATE_OF_A_FOLD if left_out else RATE
    reader.encoder.words.weight.requires_grad_(requires_grad=False)
    learning = [p for p in reader.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=rate, weight_decay=0.01, fused=True)
    scheduler = encoder.warmed(optimizer, len(plan))
    reader.train()
    for number, (task, rows) in enumerate(plan):
        with torch.autocast(encoder.DEVICE, torch.bfloat16, enabled=encoder.HALVES):
            out = reader(*encoder.padded(encoder.pieces_of(tokenizer, rows)), task)
        if task == encoder.VECTOR:
            loss = encoder.apart(out.float(), rows, vectors)
        else:
            loss = encoder.loss_of(out.float(), task, rows, shares, teaching if task == "tone" else None)
        encoder.step(reader, optimizer, scheduler, encoder.WEIGHT[task] * loss)
        if number % 20 == 0:
            print(f"{number + 1}/{len(plan)} {task} {loss.item():.3f}", file=sys.stderr, flush=True)
        if number % encoder.SAVE_EVERY == 0 and not left_out:
            torch.save(reader.state_dict(), options.work / "under_way.pt")  # to look at; a round starts anew
    if left_out:
        json.dump({"left_out": sorted(left_out), "before": before, "after": measured()}, sys.stdout)
        print()
    else:
        torch.save(reader.state_dict(), options.work / "final.pt")


if __name__ == "__main__":
    main()
