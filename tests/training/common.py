"""Write which words are common in posts of a language: a label made of them would say nothing.

Usage: PYTHONPATH=. python tests/training/common.py DATA_DIR OUT_DIR      (OUT_DIR: monitor/languages/common)
One file a language, one word a line, most common first, MOST at most: the words that stand in at least SHARE of the
posts of the sentiment sets, and in FEWEST of them, that are no stopwords already. English ones must also stand in
ELSEWHERE of the posts of two of three other sets, so that what was talked of in the years of one set is not among
them. Counts alone: no text is kept. After them stand those of tests/training/grammar.py, which no count finds.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from monitor.languages import LANGUAGES, stopwords
from monitor.text import words
from tests.training.corpora import TONE_SETS, read
from tests.training.grammar import GRAMMAR

SHARE = 0.001
FEWEST = 12
MOST = 100
ELSEWHERE = 0.002
OTHERS = ("threads", "polis", "argkp2021")
CODES = {"no": "nb"}
SETS = tuple(dict.fromkeys((*TONE_SETS, "ko_nsmc_subset")))


def main(data: Path, out: Path) -> None:
    counts: dict[str, Counter[str]] = {}
    posts: Counter[str] = Counter()
    for name in SETS:
        for row in read(data / "sentiment" / f"{name}.jsonl"):
            code = CODES.get(row["lang"], row["lang"])
            if row["split"] == "val" or code not in LANGUAGES:
                continue
            posts[code] += 1
            counts.setdefault(code, Counter()).update(set(words(row["text"])))
    others = []
    for name in OTHERS:
        listed = [row for row in read(data / "stories" / name / "posts.jsonl") if row.get("lang", "en") == "en"]
        often = Counter(word for row in listed for word in set(words(row["text"])))
        others.append({word for word, count in often.items() if count >= ELSEWHERE * len(listed)})
    everyday = {word for word in set().union(*others) if sum(word in one for one in others) > 1}
    out.mkdir(parents=True, exist_ok=True)
    for code, found in sorted(counts.items()):
        least = max(FEWEST, SHARE * posts[code])
        common = [
            word
            for word, often in sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
            if often >= least
            and word.isalpha()
            and word not in stopwords(code)
            and (code != "en" or word in everyday)
        ][:MOST]
        told = stopwords(code).union(common)
        grammar = sorted({word for word in words(GRAMMAR.get(code, "")) if word not in told})
        lines = (f"{word}\n" for word in (*common, *grammar))
        (out / f"{code}.txt").write_text("".join(lines), encoding="utf-8")
        print(code, posts[code], "posts", len(common), "words,", len(grammar), "by hand")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
