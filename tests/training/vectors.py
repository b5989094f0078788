"""Write the vectors that the shipped encoder gives the texts of the story sets.

Usage: python tests/training/vectors.py DATA_DIR OUT.npz [SET]…
For tests/training/linking.py and tests/benchmarks/linking.py (tests/stored_vectors.py reads the file), which would
otherwise read the same texts anew each time.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from monitor.interchange import parse_story
from monitor.linking.background import BACKGROUND
from monitor.linking.meaning import story_text
from monitor.model import digest
from monitor.scoring import encoder
from monitor.text import for_scoring

SETS = ("newsroom", "mixed", "threads", "crisislex26", "checkthat2020")
_AT_ONCE = 500


def main(folder: Path, out: Path, sets: list[str]) -> None:
    texts = {for_scoring(text) for text in BACKGROUND}
    for name in sets:
        for line in (folder / "stories" / name / "posts.jsonl").open(encoding="utf-8"):
            texts.add(for_scoring(json.loads(line)["text"]))
        for line in (folder / "stories" / name / "stories.jsonl").open(encoding="utf-8"):
            if (row := json.loads(line))["title"]:  # some claims of checkthat2020 have none and are no story
                texts.add(story_text(parse_story(row)))
    listed = sorted(text for text in texts if text.strip())
    rows = []
    for start in range(0, len(listed), _AT_ONCE):
        rows += [np.frombuffer(one, dtype=np.int8) for one in encoder.vectors(listed[start : start + _AT_ONCE])]
        print(f"\r{len(rows)}/{len(listed)}", end="", file=sys.stderr)
    vectors = np.stack(rows).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    np.savez(out, digests=np.array([digest(text) for text in listed]), vectors=vectors)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:] or list(SETS))
