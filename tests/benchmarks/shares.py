"""How far a topic's share of each tone is off when a scorer counts it, and what 20 to 50 read posts do about it.

Usage: python tests/benchmarks/shares.py DATA_DIR [--unseen SCORER=FILE]...
The 80 topics of SemEval-2016 4C (its labels are the tone toward the topic) are the stories. An error is
|share by the scorer - share by labels| over all posts of a topic, where an unclear post is of no tone, as in a
report (`mean_error_by_label` takes the label of unclear ones too). The half-width at 90 % is the
ceil(0.9 (n + 1))-th smallest error (Lei et al. 2018); `held` says how often it holds on topics left out.

A scorer that was trained on these texts would be measured on what it has seen: for it, FILE holds what the same
training gives without them, one JSON object a line, {"text", "label", "unclear"}; without it, it is listed as
`seen`. `cut_offs` asks what cut-offs of VADER would be chosen for the share alone, on the topics left out in five
folds, and what the ones chosen most often are worth on single posts (macro-recall, val split of en_tweeteval).
`spot_check` draws posts of a topic as `monitor label` does and takes the labels as the answers.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.model import Finding, Label, Link, Post, PostId, Sentiment, StoryId, Understood, VoiceId
from monitor.scoring import SCORERS, vader
from monitor.spotcheck import check, draw, units

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from monitor.model import Tone
    from monitor.spotcheck import Drawn

LEVEL = 0.9
FEWEST_POSTS = 30  # under 30 voices the product prints counts, no shares
LABELS: dict[str, Tone] = {"neg": "negative", "neu": "neutral", "pos": "positive"}
TONES: tuple[Tone, ...] = ("negative", "neutral", "positive")
UNTRAINED = ("vader",)
ROUNDS = 1000
FOLDS = 5
READ = (20, 30, 50)
DRAWS = 20  # of each topic
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def main(folder: Path, unseen: dict[str, Path]) -> None:
    topics = _topics(folder)
    gold = [[label for _, label in rows] for rows in topics]
    readings: dict[str, list[list[Sentiment]]] = {}
    seen = []
    for name in sorted({*SCORERS, *unseen}):
        if name in unseen:
            lines = map(json.loads, unseen[name].read_text(encoding="utf-8").splitlines())
            told = {line["text"]: _told(line["label"], unclear=line["unclear"]) for line in lines}
            readings[name] = [[told[text] for text, _ in rows] for rows in topics]
        elif name.startswith(UNTRAINED):
            score = SCORERS[name]()
            readings[name] = [list(score([text for text, _ in rows])) for rows in topics]
        else:
            seen.append(name)
    answer = {
        "what": f"share error per topic, half-width at {LEVEL:.0%}",
        "topics": len(topics),
        "scorers": {name: _tones(read, gold) for name, read in readings.items()},
        "seen": seen,
        "cut_offs": _cut_offs(topics, gold, _tweeteval(folder)),
        "spot_check": {name: _spot_checks(read, topics) for name, read in readings.items()},
    }
    json.dump(answer, sys.stdout, indent=1)
    print()


def _told(label: Tone, *, unclear: bool = False) -> Sentiment:
    return Sentiment(label=label, value=0.0, confidence=1.0, scorer="told", unclear=unclear)


def _tweeteval(folder: Path) -> list[tuple[str, Tone]]:
    lines = (folder / "sentiment" / "en_tweeteval.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row["text"], LABELS[row["label"]]) for row in map(json.loads, lines)]


def _topics(folder: Path) -> list[list[tuple[str, Tone]]]:
    rows = defaultdict(list)
    for line in (folder / "sentiment" / "en_target_semeval16_4C.jsonl").open(encoding="utf-8"):
        row = json.loads(line)
        rows[row["topic"]].append((row["text"], LABELS[row["label"]]))
    return [topic for _, topic in sorted(rows.items()) if len(topic) >= FEWEST_POSTS]


# --- How far off -----------------------------------------------------------------------------------


def _tones(readings: list[list[Sentiment]], gold: list[list[Tone]]) -> dict[str, object]:
    chance = random.Random(1)  # noqa: S311 - a bootstrap, not a secret
    counted = [[None if one.unclear else one.label for one in read] for read in readings]
    errors = {tone: _errors(counted, gold, tone) for tone in TONES}
    by_label = [_errors([[one.label for one in read] for read in readings], gold, tone) for tone in TONES]
    every = [sum(errors[tone][n] for tone in TONES) / len(TONES) for n in range(len(gold))]
    return {
        "mean_error": round(sum(every) / len(every), 4),
        "interval_95": _bootstrapped(every, lambda drawn: sum(drawn) / len(drawn), chance),
        "mean_error_by_label": round(sum(map(sum, by_label)) / len(TONES) / len(gold), 4),
        "tones": {tone: _figures(each, chance) for tone, each in errors.items()},
    }


def _errors(readings: Sequence[Sequence[Tone | None]], gold: list[list[Tone]], tone: Tone) -> list[float]:
    pairs = zip(readings, gold, strict=True)
    return [abs(read.count(tone) - told.count(tone)) / len(told) for read, told in pairs]


def _figures(errors: list[float], chance: random.Random) -> dict[str, object]:
    held = 0.0
    for _ in range(ROUNDS):
        mixed = chance.sample(errors, len(errors))
        known, left_out = mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]
        held += sum(error <= half_width(known) for error in left_out) / len(left_out) / ROUNDS
    return {
        "mean_error": round(sum(errors) / len(errors), 4),
        "half_width": round(half_width(errors), 4),
        "interval_95": _bootstrapped(errors, half_width, chance),
        "held": round(held, 4),
    }


def half_width(errors: Sequence[float]) -> float:
    """Return the half-width that holds for a new topic; 1.0 where there are too few to say."""
    rank = math.ceil(LEVEL * (len(errors) + 1))
    return sorted(errors)[rank - 1] if rank <= len(errors) else 1.0


def _bootstrapped(
    values: Sequence[float], figure: Callable[[list[float]], float], chance: random.Random
) -> list[float]:
    drawn = sorted(figure(chance.choices(values, k=len(values))) for _ in range(ROUNDS))
    return [round(drawn[round(at * (ROUNDS - 1))], 4) for at in (0.025, 0.975)]


# --- Cut-offs for the share ------------------------------------------------------------------------


def _cut_offs(
    topics: list[list[tuple[str, Tone]]], gold: list[list[Tone]], single: list[tuple[str, Tone]]
) -> dict[str, object]:
    """Choose VADER's cut-offs for the least mean share error on four folds of topics; count on the fifth."""
    values = [[one.value for one in vader.score([text for text, _ in rows])] for rows in topics]
    grid = [(-low / 20, high / 20) for low in range(1, 13) for high in range(13)]
    found = {cut: _counted(values, gold, cut) for cut in grid}
    mixed = random.Random(2).sample(range(len(topics)), len(topics))  # noqa: S311 - folds, no secret
    chosen, errors = [], []
    for fold in range(FOLDS):
        left_out = set(mixed[fold::FOLDS])
        best = min(grid, key=lambda cut: sum(e for n, e in enumerate(found[cut]) if n not in left_out))
        chosen.append(best)
        errors += [found[best][n] for n in left_out]
    often = max(chosen, key=chosen.count)
    now = (vader.NEGATIVE_BELOW, vader.POSITIVE_ABOVE)
    shipped = _counted(values, gold, now)
    one_by_one = [one.value for one in vader.score([text for text, _ in single])]
    labels = [label for _, label in single]
    return {
        "chosen": chosen,
        "mean_error": round(sum(errors) / len(errors), 4),
        "mean_error_shipped": round(sum(shipped) / len(shipped), 4),
        "macro_recall": round(_macro_recall(one_by_one, labels, often), 4),
        "macro_recall_shipped": round(_macro_recall(one_by_one, labels, now), 4),
    }


def _tone(value: float, cut: tuple[float, float]) -> Tone:
    return "negative" if value < cut[0] else "positive" if value > cut[1] else "neutral"


def _macro_recall(values: list[float], labels: list[Tone], cut: tuple[float, float]) -> float:
    right = [_tone(value, cut) == label for value, label in zip(values, labels, strict=True)]
    of = {tone: [hit for hit, label in zip(right, labels, strict=True) if label == tone] for tone in TONES}
    return sum(sum(hits) / len(hits) for hits in of.values()) / len(TONES)


def _counted(values: list[list[float]], gold: list[list[Tone]], cut: tuple[float, float]) -> list[float]:
    """Return the mean share error over the tones, for each topic."""
    found = []
    for scores, told in zip(values, gold, strict=True):
        counted = [_tone(value, cut) for value in scores]
        found.append(sum(abs(counted.count(tone) - told.count(tone)) for tone in TONES) / len(TONES) / len(told))
    return found


# --- The spot check --------------------------------------------------------------------------------


def _spot_checks(readings: list[list[Sentiment]], topics: list[list[tuple[str, Tone]]]) -> dict[str, object]:
    return {f"{read} read": _spot_check(readings, topics, read) for read in READ}


def _spot_check(
    readings: list[list[Sentiment]], topics: list[list[tuple[str, Tone]]], read: int
) -> dict[str, object]:
    errors: list[float] = []
    plain: list[float] = []
    held: dict[Tone, list[bool]] = {tone: [] for tone in TONES}
    widths: dict[Tone, list[float]] = {tone: [] for tone in TONES}
    for number, (tones, rows) in enumerate(zip(readings, topics, strict=True)):
        told = {f"{number}-{n}": label for n, (_, label) in enumerate(rows)}
        population = units(_posts(number, tones))
        for seed in range(DRAWS):
            drawn = draw(population, read, seed=seed)
            answers = [_label(one, told[one.post.post.id]) for one in drawn]
            found = dict(check(population, answers).shares)
            for tone in TONES:
                truth = list(told.values()).count(tone) / len(told)
                errors.append(abs(found[tone].value - truth))
                plain.append(abs(sum(one.answer == tone for one in answers) / len(answers) - truth))
                held[tone].append(found[tone].low - 1e-9 <= truth <= found[tone].high + 1e-9)
                widths[tone].append((found[tone].high - found[tone].low) / 2)
    each_topic = len(TONES) * DRAWS
    by_topic = [sum(errors[at : at + each_topic]) / each_topic for at in range(0, len(errors), each_topic)]
    return {
        "mean_error": round(sum(errors) / len(errors), 4),
        "interval_95": _bootstrapped(by_topic, lambda drawn: sum(drawn) / len(drawn), random.Random(3)),  # noqa: S311
        "mean_error_of_labels_alone": round(sum(plain) / len(plain), 4),
        "held": {tone: round(sum(each) / len(each), 4) for tone, each in held.items()},
        "half_width": {tone: round(sum(each) / len(each), 4) for tone, each in widths.items()},
    }


def _label(drawn: Drawn, answer: Tone) -> Label:
    return Label(
        post=drawn.post.post.id,
        story=StoryId("topic"),
        who="gold",
        answer=answer,
        at=NOON,
        text_hash=drawn.post.post.text_hash,
        finding="",
        stratum=drawn.stratum,
        of=drawn.of,
    )


def _posts(topic: int, tones: list[Sentiment]) -> list[Understood]:
    """Return posts as the product holds them, each by a voice of its own."""
    return [_understood(PostId(f"{topic}-{n}"), tone) for n, tone in enumerate(tones)]


def _understood(post: PostId, tone: Sentiment) -> Understood:
    made = Post(id=post, platform="x", text=post)
    finding = Finding(
        post=post,
        text_hash=made.text_hash,
        kind="opinion",
        language="en",
        sentiment=tone,
        not_scored=None,
        stance="neither",
        ironic=False,
        voice=VoiceId(post),
        link=Link(story=StoryId("topic"), reason="words", strength=1.0),
    )
    return Understood(post=made, finding=finding)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Print how far shares are off, as JSON.")
    parser.add_argument("folder", type=Path, metavar="DATA_DIR")
    parser.add_argument("--unseen", action="append", default=[], metavar="SCORER=FILE")
    return parser.parse_args()


if __name__ == "__main__":
    options = _options()
    main(options.folder, {name: Path(file) for name, _, file in (one.partition("=") for one in options.unseen)})
