"""Print as JSON how the newsroom set is read by readers that had not seen its stories, alone and as a run reads it.

Usage: PYTHONPATH=. python tests/training/left_out.py DATA_DIR WORK_DIR…
WORK_DIR: of `encoder.py --leave-out`, one that left out all stories or several that left out a part each;
held_out.pkl there is what they said. Macro-F1 over originals: kind of all posts, tone and stance of opinions
about a story. reader: what it reads alone and beside the target, each with half of the say, stance beside
alone. run: with the rules, the cues and the light scorer. shares: how far the shares of the tones among a
story's opinions (FEWEST at least) are off, in ascending order, and how often that is within `SHARE_ERRORS`;
vader and light for comparison, which have never seen the set either.
"""

from __future__ import annotations

import json
import pickle
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from monitor.interchange import parse_post
from monitor.intervals import SHARE_ERRORS
from monitor.kinds import kind_of
from monitor.languages import detect
from monitor.model import Beside, Encoding
from monitor.scoring import SCORERS, encoder, scorer_for
from monitor.stance import stance_of
from monitor.text import for_scoring
from tests.training import corpora
from tests.training.encoder import macro_f1

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.model import Post

FEWEST = 8
SIDES = ("oppose", "neither", "support")
KINDS = tuple(corpora.KINDS)


class Said:
    """What the readers said of a post: its encoding alone, and beside the target where it is about a story."""

    def __init__(self, folders: Sequence[Path]) -> None:
        rows = [row for folder in folders for row in pickle.loads((folder / "held_out.pkl").read_bytes())]  # noqa: S301 - our own file
        self._rows = {(row["task"], row["text"]): row["logits"] for row in rows}

    def has(self, post: Post) -> bool:
        return ("alone", for_scoring(post.text)) in self._rows

    def alone(self, post: Post) -> Encoding:
        logits = self._rows["alone", for_scoring(post.text)]
        return Encoding(tone=tuple(logits["tone"]), kind=tuple(logits["kind"]), vector=b"")

    def beside(self, post: Post) -> Beside | None:
        logits = self._rows.get(("beside", for_scoring(post.text)))
        return logits and Beside(
            stance=tuple(logits["stance"]), tone=tuple(logits["tone_beside"]), kind=tuple(logits["kind_beside"])
        )


def likely(logits: Sequence[float]) -> np.ndarray:
    return np.array(encoder.likelihoods(logits, 1.0, (0.0,) * len(logits)))


def f1(gold: Sequence[str], told: Sequence[str], classes: Sequence[str]) -> float:
    return macro_f1(
        np.array([classes.index(one) for one in gold]), np.array([classes.index(one) for one in told]), len(classes)
    )


def shares(stories: Mapping[str, Sequence[tuple[str, str]]], allowed: Mapping[str, float]) -> dict[str, Any]:
    """Return per tone how far a story's share is off, and how often it is within what is allowed."""
    found: dict[str, Any] = {}
    for tone in corpora.TONE_NAMES:
        errors = sorted(
            abs(float(np.mean([told == tone for _, told in pairs]) - np.mean([gold == tone for gold, _ in pairs])))
            for pairs in stories.values()
            if len(pairs) >= FEWEST
        )
        found[tone] = {
            "errors": [round(one, 2) for one in errors],
            "within": f"{sum(one <= allowed[tone] for one in errors)} of {len(errors)}",
        }
    return found


def main(data: Path, folders: Sequence[Path]) -> None:
    said, newsroom = Said(folders), data / "stories" / "newsroom"
    gold = {row["post"]: row for row in corpora.read(newsroom / "gold.jsonl")}
    posts = [post for row in corpora.read(newsroom / "posts.jsonl") if not (post := parse_post(row)).deleted]
    posts = [post for post in posts if gold[post.id]["copy_of"] is None and said.has(post)]
    opinions = [post for post in posts if gold[post.id]["kind"] == "opinion" and said.beside(post) is not None]
    languages = {post.id: detect(post.text, post.lang) for post in posts}
    plain: dict[str, list[str]] = defaultdict(list)
    run: dict[str, list[str]] = defaultdict(list)
    by_scorer: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for post in posts:
        seen, beside, language = said.alone(post), said.beside(post), languages[post.id]
        both = [likely(seen.kind)] + ([likely(beside.kind)] if beside else [])
        plain["kind"].append(KINDS[int(np.sum(np.log(both), axis=0).argmax())])
        run["kind"].append(kind_of(post, language, seen=seen, beside=beside)[0])
    for post in opinions:
        seen, beside = said.alone(post), said.beside(post)
        assert beside is not None
        language = languages[post.id] if languages[post.id] in encoder.installed() else "en"
        both = [likely(seen.tone), likely(beside.tone)]
        plain["tone"].append(corpora.TONE_NAMES[int(np.sum(np.log(both), axis=0).argmax())])
        plain["stance"].append(SIDES[int(np.argmax(beside.stance))])
        tone = encoder.tone_of(seen, language, post.text, beside)
        run["tone"].append(tone.label)
        run["stance"].append(
            stance_of(post.text, languages[post.id], kind="opinion", sentiment=tone, beside=beside)
        )
        told = {"encoder": tone.label}
        for family in ("light", "vader"):
            name = scorer_for(language, family)
            told[family] = SCORERS[name]()([post.text])[0].label if name else "neutral"
        for name, label in told.items():
            by_scorer[name][gold[post.id]["story"]].append((gold[post.id]["sentiment"], label))
    truth = {
        "kind": [gold[post.id]["kind"] for post in posts],
        "tone": [gold[post.id]["sentiment"] for post in opinions],
        "stance": [gold[post.id]["stance"] for post in opinions],
    }
    names = {"kind": KINDS, "tone": corpora.TONE_NAMES, "stance": SIDES}
    allowed = {name.split("-")[0].split("/")[0]: widths for name, widths in SHARE_ERRORS.items()}
    answer = {
        "posts": len(posts),
        "opinions": len(opinions),
        "reader": {task: f1(truth[task], plain[task], names[task]) for task in names},
        "run": {task: f1(truth[task], run[task], names[task]) for task in names},
        "shares": {name: shares(stories, allowed[name]) for name, stories in by_scorer.items()},
    }
    json.dump(answer, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(folder) for folder in sys.argv[2:]])
