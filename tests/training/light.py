"""Train the weights of the light scorer: one file and one card a language.

Usage: PYTHONPATH=. python tests/training/light.py DATA_DIR E5_FILE WORK_DIR OUT_DIR [LANGUAGE...]
Needs scikit-learn, scipy, torch and tokenizers beside the project. OUT_DIR is monitor/scoring/weights/light to
ship. WORK_DIR keeps the vectors of words between runs (they cost minutes); a language whose card is in OUT_DIR
is done.  Valences: VADER's word list (MIT) is carried to other languages by multilingual-e5-small (MIT, see
bases.py): a ridge regression from the vector of an English word to its valence is applied to the vectors of the
words of each language. Posts: counts of n-grams over the root of their number, beside the dense features of
`light.judged`; logistic regression with balanced classes. What was chosen (C, the temperature) was chosen on
posts held out of training: five folds, for English the posts of 2016's test set, later than all others.
"""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from scipy import sparse
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from torch.nn import functional

from monitor.scoring import light, vader
from monitor.text import fingerprint, for_scoring
from tests.training import corpora, encoder
from tests.training.bases import Base, e5

if TYPE_CHECKING:
    from collections.abc import Sequence

LABELS = ("neg", "neu", "pos")
UMSAB = ("multi_umsab",)
SETS: dict[str, tuple[str, ...]] = {
    "en": ("en_semeval17_train",),
    "nb": ("no_norec_sentence",),
    "da": ("da_angry_tweets", "da_twitter_sent", "da_lcc", "da_europarl"),
    "sv": ("sv_absabank_imm",),
    "de": UMSAB, "fr": UMSAB, "es": UMSAB, "pt": UMSAB, "it": UMSAB, "ar": UMSAB,
}  # fmt: skip
TERMS = {
    "en_semeval17_train": "SemEval 2013-2016 task 4 A, research data",
    "no_norec_sentence": "NoReC sentences, CC BY-NC 4.0; models trained on it may be used freely",
    "da_angry_tweets": "CC BY 4.0",
    "da_twitter_sent": "CC BY 4.0",
    "da_lcc": "CC BY 4.0",
    "da_europarl": "CC BY 4.0",
    "sv_absabank_imm": "CC BY 4.0",
    "multi_umsab": "cardiffnlp/xlm-t, research data",
}
STRENGTHS = (0.3, 1.0, 3.0)  # C of the regression; the best one on held-out posts is taken
MOST_GRAMS = 58_000  # times 7 bytes, and 5 for each valence, stay under half a megabyte
MOST_WORDS = 16_000
FELT = 0.35  # A smaller valence is noise: the regression gives common neutral words up to about that.
UNCLEAR_BELOW = 0.45  # right less often than that; the card tells how many posts it takes out, and what it buys
ALPHAS = (1.0, 10.0, 30.0)  # of the ridge; the one that foretells left-out words of VADER's list best is taken
SEED = 1


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the weights of the light scorer.")
    parser.add_argument("data", type=Path)
    parser.add_argument("e5", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("languages", nargs="*", default=list(SETS))
    parser.add_argument("--strengths", type=float, nargs="+", default=STRENGTHS)
    parser.add_argument("--folds", type=int, default=5, help="how many of the five folds are held out in turn")
    asked = parser.parse_args()
    valences = carried_valences(asked.data, asked.e5, asked.work)
    for language in asked.languages:
        if not (asked.out / f"{language}.json").is_file():
            train(language, asked.data, valences, asked.out, asked.strengths, asked.folds)


def read(data: Path, name: str, language: str) -> list[dict[str, str]]:
    code = {"nb": "no"}.get(language, language)
    # Not splitlines(): posts hold other line ends.
    lines = (data / "sentiment" / f"{name}.jsonl").read_text("utf-8").strip().split("\n")
    return [row for row in map(json.loads, lines) if row["lang"] == code]


# --- Valences of words -------------------------------------------------------------------------


def carried_valences(data: Path, base: Path, work: Path) -> dict[str, float]:
    """Return the valence of each word, of every language; about [-4, 4], as VADER's."""
    work.mkdir(parents=True, exist_ok=True)
    listed = work / "words.json"
    if not listed.is_file():
        listed.write_text(json.dumps(all_words(data, base)))
    words: list[str] = json.loads(listed.read_text())
    vectors = vectors_of(e5(base), words, work / "words.npy")
    place = {word: at for at, word in enumerate(words)}
    lexicon = vader.lexicon()
    often = Counter(
        word for row in read(data, "en_semeval17_train", "en") for word in set(words_in(row["text"], "en"))
    )
    felt = [word for word in lexicon if word in place]
    plain = [w for w, _ in often.most_common(6000) if w in place and w not in lexicon and len(w) > 2]
    known = vectors[[place[word] for word in felt + plain]]
    told = np.array([lexicon[word] for word in felt] + [0.0] * len(plain))
    guessed = {alpha: cross_val_predict(Ridge(alpha=alpha), known, told, cv=5) for alpha in ALPHAS}
    fits = {alpha: float(np.corrcoef(values, told)[0, 1]) for alpha, values in guessed.items()}
    print(f"valences, correlation on words left out: {fits}", file=sys.stderr, flush=True)
    everywhere = Ridge(alpha=max(fits, key=lambda alpha: fits[alpha])).fit(known, told).predict(vectors)
    return dict(zip(words, map(float, everywhere), strict=True))


def vectors_of(base: Base, words: Sequence[str], file: Path) -> np.ndarray:
    """Return e5's vectors of `words`, less their mean, of length 1; kept in `file` between runs."""
    if file.is_file():
        stored: np.ndarray = np.load(file)
        return stored
    split = encoder.tokenizer_of(base.pieces)
    asked = [f"query: {word}" for word in words]
    rows = [
        [encoder.START, *one.ids[:126], encoder.END] for one in split.encode_batch(asked, add_special_tokens=False)
    ]
    whole = encoder.encoder_from(base, range(base.layers), 0.0).eval().to(encoder.DEVICE)
    found = np.zeros((len(words), 384), dtype=np.float32)
    with torch.no_grad():
        for batch in encoder.batches([len(row) for row in rows], 8000, None):
            found[batch] = functional.normalize(whole(*encoder.padded([rows[n] for n in batch])), dim=1).cpu()
    found -= found.mean(0)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    np.save(file, found)
    return found


def all_words(data: Path, base: Path) -> list[str]:
    """Return VADER's words, e5's whole words in the scripts we read, and what the sets have twice."""
    found = {word for word in vader.lexicon() if word.isalpha()}
    for piece, _ in e5(base).pieces:
        word = piece.removeprefix("▁").lower()
        if word.isalpha() and len(word) > 2 and piece[0] == "▁" and script(word) in ("LATIN", "ARABIC"):
            found.add(word)
    often: Counter[str] = Counter()
    for language, sets in SETS.items():
        for name in sets:
            for row in read(data, name, language):
                often.update(set(words_in(row["text"], language)))
    return sorted(found | {word for word, times in often.items() if times > 1 and len(word) > 1})


def script(word: str) -> str:
    return unicodedata.name(word[0], "?").split()[0]


def words_in(text: str, language: str) -> list[str]:
    return [unit.word for unit in light.units(for_scoring(text), language) if unit.word is not None]


# --- Posts -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counted:
    """Posts as the regression sees them. counts: a row a post, a column a hash of `keys`."""

    keys: np.ndarray
    counts: sparse.csr_matrix
    dense: np.ndarray
    labels: np.ndarray


def counted(rows: list[dict[str, str]], language: str, valences: dict[int, int]) -> Counted:
    of_unit: dict[str, np.ndarray] = {}
    numbers: list[np.ndarray] = []
    dense: list[list[float]] = []
    for row in rows:
        text = for_scoring(row["text"])
        found = light.units(text, language)
        for unit in found:
            if unit.key not in of_unit:
                of_unit[unit.key] = np.array(
                    [light.hashed(gram) for gram in light.grams(unit.key)], dtype=np.uint32
                )
        numbers.append(np.concatenate([of_unit[unit.key] for unit in found]))
        dense.append(light.judged(text, language, found, lambda word: valences.get(light.hashed(word), 0) / 32))
    keys, columns = np.unique(np.concatenate(numbers), return_inverse=True)
    at = np.concatenate([[0], np.cumsum([len(one) for one in numbers])])
    counts = sparse.csr_matrix((np.ones(len(columns), dtype=np.float32), columns, at), shape=(len(rows), len(keys)))
    counts.sum_duplicates()
    labels = np.array([LABELS.index(row["label"]) for row in rows])
    return Counted(keys, counts, np.array(dense, dtype=np.float32), labels)


@dataclass(frozen=True, slots=True)
class Fitted:
    """columns: those of the counts that are known. weights: (3, columns); dense: (3, features); bias: (3,)."""

    columns: np.ndarray
    weights: np.ndarray
    dense: np.ndarray
    bias: np.ndarray

    def logits(self, posts: Counted, rows: np.ndarray) -> np.ndarray:
        counted: np.ndarray = _scaled(posts.counts[rows][:, self.columns]) @ self.weights.T
        dense: np.ndarray = posts.dense[rows] @ self.dense.T
        found: np.ndarray = counted + dense + self.bias
        return found


def _scaled(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    known = np.maximum(1, np.asarray(counts.sum(1)).ravel())
    return sparse.csr_matrix(sparse.diags(1 / np.sqrt(known)) @ counts)


def fitted(posts: Counted, rows: np.ndarray, strength: float) -> Fitted:
    """Fit on `rows`: once on every n-gram of three posts (two, in a small set), once more on the weightiest."""
    fewest = 2 if len(rows) < 5000 else 3
    seen = np.asarray((posts.counts[rows] > 0).sum(0)).ravel()
    columns = np.flatnonzero(seen >= fewest)
    found = _regression(posts, rows, columns, strength)
    if len(columns) > MOST_GRAMS:
        weight = (found.weights.max(0) - found.weights.min(0)) * np.sqrt(seen[columns])
        columns = np.sort(columns[np.argsort(-weight, kind="stable")[:MOST_GRAMS]])
        found = _regression(posts, rows, columns, strength)
    return found


def _regression(posts: Counted, rows: np.ndarray, columns: np.ndarray, strength: float) -> Fitted:
    seen = sparse.hstack([_scaled(posts.counts[rows][:, columns]), sparse.csr_matrix(posts.dense[rows])]).tocsr()
    model = LogisticRegression(C=strength, class_weight="balanced", max_iter=100, tol=1e-3)
    model.fit(seen, posts.labels[rows])
    n = len(columns)
    return Fitted(columns, model.coef_[:, :n], model.coef_[:, n:], model.intercept_)


def folds(rows: list[dict[str, str]], labels: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    late = np.array([row["source"].endswith("2016test") for row in rows])
    if late.any():
        return [(np.flatnonzero(~late), np.flatnonzero(late))]
    return list(StratifiedKFold(5, shuffle=True, random_state=SEED).split(labels, labels))


def macro_recall(gold: np.ndarray, told: np.ndarray) -> float:
    return float(np.mean([(told[gold == label] == label).mean() for label in np.unique(gold)]))


def interval(gold: np.ndarray, told: np.ndarray) -> list[float]:
    """Return the 95 % bootstrap interval of the macro-recall, over posts."""
    chance = np.random.default_rng(SEED)
    drawn = [macro_recall(gold[some], told[some]) for some in chance.integers(0, len(gold), (1000, len(gold)))]
    return [round(100 * float(at), 1) for at in np.quantile(drawn, (0.025, 0.975))]


def chances(logits: np.ndarray, temperature: float) -> np.ndarray:
    powers = np.exp((logits - logits.max(1, keepdims=True)) / temperature)
    return np.asarray(powers / powers.sum(1, keepdims=True))


def calibration_error(gold: np.ndarray, likely: np.ndarray) -> float:
    """Return the expected calibration error over ten bins of the confidence."""
    confidence, right = likely.max(1), likely.argmax(1) == gold
    bins = np.minimum(9, (confidence * 10).astype(int))
    return float(
        sum(abs(right[bins == b].mean() - confidence[bins == b].mean()) * (bins == b).mean() for b in set(bins))
    )


def best_temperature(gold: np.ndarray, logits: np.ndarray) -> float:
    """Return the temperature at which the mean confidence is the share that is right, on held-out posts."""
    right = float((logits.argmax(1) == gold).mean())
    steps = np.geomspace(0.3, 4, 200)
    return float(min(steps, key=lambda step: abs(chances(logits, step).max(1).mean() - right)))


def described(gold: np.ndarray, logits: np.ndarray, temperature: float) -> dict[str, Any]:
    likely = chances(logits, temperature)
    told = likely.argmax(1)
    clear = likely.max(1) >= UNCLEAR_BELOW
    return {
        "n": len(gold),
        "macro_recall": round(100 * macro_recall(gold, told), 1),
        "interval_95": interval(gold, told),
        "accuracy": round(100 * float((told == gold).mean()), 1),
        "calibration_error": round(100 * calibration_error(gold, likely), 1),
        "unclear": round(100 * float(1 - clear.mean()), 1),
        "macro_recall_clear": round(100 * macro_recall(gold[clear], told[clear]), 1),
    }


# --- One language ------------------------------------------------------------------------------


def train(
    language: str, data: Path, valences: dict[str, float], out: Path, strengths: Sequence[float], held: int
) -> None:
    # The Danish sets share posts: each text once, or a fold would be asked what it has learnt.
    every = {
        fingerprint(row["text"]) or row["text"]: row
        for name in SETS[language]
        for row in read(data, name, language)
    }
    rows = list(every.values())
    heard = heard_valences(language, rows, valences)
    posts = counted(rows, language, heard)
    # Where a set has no held-out part, what the encoder holds out is held out here too: both are read together.
    parted = any(row["split"] == "val" for row in rows) or language == "en"
    out_of_it = np.array(
        [row["split"] == "val" if parted else corpora.held_out(for_scoring(row["text"])) for row in rows]
    )
    at_hand, val = np.flatnonzero(~out_of_it), np.flatnonzero(out_of_it)
    print(f"{language}: {len(at_hand)} posts, {len(posts.keys)} n-grams", file=sys.stderr)
    tried: dict[float, tuple[float, np.ndarray, np.ndarray]] = {}
    for strength in strengths:
        gold, logits = [], []
        for learnt, asked in folds([rows[n] for n in at_hand], posts.labels[at_hand])[:held]:
            model = fitted(posts, at_hand[learnt], strength)
            gold.append(posts.labels[at_hand[asked]])
            logits.append(model.logits(posts, at_hand[asked]))
        one, other = np.concatenate(gold), np.concatenate(logits)
        tried[strength] = macro_recall(one, other.argmax(1)), one, other
        print(f"{language}: C {strength}: {100 * tried[strength][0]:.2f}", file=sys.stderr, flush=True)
    strength = max(tried, key=lambda strength: tried[strength][0])
    _, gold_held, logits_held = tried[strength]
    temperature = best_temperature(gold_held, logits_held)
    model = fitted(posts, at_hand, strength)
    card = {
        "language": language,
        "data": {name: TERMS[name] for name in SETS[language]},
        "words": "valences of VADER's list (MIT) carried over by multilingual-e5-small (MIT)",
        "trained_on": len(at_hand),
        "C": strength,
        "folds_held_out": held,
        "held_out": {str(tried_one): round(100 * found[0], 2) for tried_one, found in tried.items()},
        "held_out_figures": described(gold_held, logits_held, temperature),
        "seed": SEED,
        "date": datetime.now(UTC).date().isoformat(),
        "made_by": "tests/training/light.py",
    }
    if len(val):
        card["val_figures"] = described(posts.labels[val], model.logits(posts, val), temperature)
    write(out, language, model, posts.keys, heard, temperature, card)
    print(json.dumps(card, indent=1), flush=True)


def heard_valences(language: str, rows: list[dict[str, str]], valences: dict[str, float]) -> dict[int, int]:
    """Return hash -> valence in 32nds of the words that are felt: the set's own first, then the strongest."""
    own = {word for row in rows for word in words_in(row["text"], language)}
    scripts = {"ar": ("ARABIC",)}.get(language, ("LATIN",))
    felt = [word for word, valence in valences.items() if abs(valence) >= FELT and script(word) in scripts]
    felt.sort(key=lambda word: (word not in own, -abs(valences[word]), word))
    return {light.hashed(word): max(-127, min(127, round(32 * valences[word]))) for word in felt[:MOST_WORDS]}


def write(
    out: Path,
    language: str,
    model: Fitted,
    keys: np.ndarray,
    heard: dict[int, int],
    temperature: float,
    card: dict[str, Any],
) -> None:
    weights = model.weights
    largest = float(np.quantile(np.abs(weights), 0.9999))
    scale = largest / 127
    small = np.clip(np.rint(weights / scale), -127, 127).astype(np.int8)
    header = {
        "language": language,
        "grams": len(model.columns),
        "words": len(heard),
        "scale": scale,
        "bias": [round(float(bias), 5) for bias in model.bias],
        "dense": [[round(float(weight), 5) for weight in row] for row in model.dense],
        "temperature": round(temperature, 4),
        "unclear_below": UNCLEAR_BELOW,
    }
    words = sorted(heard)
    blob = b"\n".join([json.dumps(header).encode(), b""])
    blob += keys[model.columns].astype("<u4").tobytes() + small.T.tobytes()
    blob += (
        np.array(words, dtype="<u4").tobytes() + np.array([heard[word] for word in words], dtype=np.int8).tobytes()
    )
    card["bytes"] = len(blob)
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{language}.bin").write_bytes(blob)
    (out / f"{language}.json").write_text(json.dumps(card, indent=1) + "\n")


if __name__ == "__main__":
    main()
