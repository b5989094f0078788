"""What the light scorer's training gives for English without the topics on which shares are measured.

Usage: PYTHONPATH=. python tests/training/unseen.py DATA_DIR E5_FILE WORK_DIR OUT_FILE [--strength C]
The topics of SemEval-2016 4C are a part of the training set of task A, so the weights that ship have seen them.
This trains once more without their texts, and writes how that reads them: one JSON object a line, {"text", "label",
"unclear"}, for `tests/benchmarks/shares.py DATA_DIR --unseen light-en/1=OUT_FILE`. --strength: that of the card of
the weights that ship; without it, it is chosen anew. What was trained stays in WORK_DIR/unseen and is not trained
again.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from monitor.scoring import light
from tests.training import light as training

TOPICS, TRAINED_ON = "en_target_semeval16_4C", "en_semeval17_train"
FOLDS = 1  # held out, of five; the strength is told or chosen there
_MENTIONS = re.compile(r"https?://\S+|@\w+")
_WORDS = re.compile(r"\W+")


def main() -> None:
    parser = argparse.ArgumentParser(description="Read the topics by weights that have not seen them.")
    parser.add_argument("data", type=Path)
    parser.add_argument("e5", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--strength", type=float)
    asked = parser.parse_args()
    topics = rows(asked.data, TOPICS)
    weights = asked.work / "unseen"
    if not (weights / "en.json").is_file():
        rest = left(asked.data, {plain(row["text"]) for row in topics}, asked.work / "unseen data")
        strengths = training.STRENGTHS if asked.strength is None else (asked.strength,)
        # The words' valences come from a list and a model of language, not from labels.
        training.train(
            "en", rest, training.carried_valences(asked.data, asked.e5, asked.work), weights, strengths, FOLDS
        )
    model = light._Model("en", (weights / "en.bin").read_bytes())
    with asked.out.open("w", encoding="utf-8") as out:
        for row in topics:
            read = light._sentiment(model, model.chances(row["text"]))
            told = {"text": row["text"], "label": read.label, "unclear": read.unclear}
            out.write(json.dumps(told, ensure_ascii=False) + "\n")


def rows(data: Path, name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (data / "sentiment" / f"{name}.jsonl").read_text("utf-8").splitlines()]


def plain(text: str) -> str:
    """Return a text so that copies of it are equal: no links, names, marks or case."""
    return _WORDS.sub(" ", _MENTIONS.sub("", text.lower())).strip()


def left(data: Path, seen: set[str], folder: Path) -> Path:
    """Write the training set without the texts in `seen`; return the folder."""
    (folder / "sentiment").mkdir(parents=True, exist_ok=True)
    every = rows(data, TRAINED_ON)
    kept = [row for row in every if plain(row["text"]) not in seen]
    print(f"{len(kept)} of {len(every)} posts are left", file=sys.stderr)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept)
    (folder / "sentiment" / f"{TRAINED_ON}.jsonl").write_text(lines, "utf-8")
    return folder


if __name__ == "__main__":
    main()
