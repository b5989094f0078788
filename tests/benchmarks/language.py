"""How well the language of short posts is told, beside py3langid alone, and how fast.

Usage: python tests/benchmarks/language.py DATA_DIR
Over the val splits of the labelled sets (of the Danish, Swedish and Korean ones, which have none, the fifth that
training left out) and over story sets that it has not seen. Bokmål and nynorsk are one language here, and so are
the spoken kinds of Arabic. Intervals are Wilson's, 95 %. "wrongly_read" is the share of a language's posts that
came out as another language that is read and would be scored as that: an upper bound, since the sets' labels err,
too (crisislex26's were guessed). Of what UMSAB calls Hindi, rows with more Hindi than English words count.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import py3langid

from monitor.languages import detect, terms
from monitor.text import without_links, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    Row = tuple[str, str, str]  # set, language, text
    Answer = tuple[str, str, str, int]  # set, language, what was answered, number of words

TEN = ("en", "nb", "da", "sv", "de", "fr", "es", "pt", "it", "ar")
READ = frozenset({*TEN, "ko", "nl"})
ARABIC = frozenset({"acm", "acq", "aeb", "afb", "ajp", "apc", "apd", "ars", "ary", "arz"})
SETS = (
    "en_tweeteval", "en_stance", "multi_umsab", "no_norec_sentence", "da_angry_tweets", "da_twitter_sent", "da_lcc",
    "da_europarl", "sv_absabank_imm", "ko_nsmc_subset",
)  # fmt: skip
UNSPLIT = ("da_", "sv_", "ko_")
STORIES = ("newsroom", "crisislex26", "threads")
LENGTHS = ((1, 4), (5, 9), (10, 999))  # words
Z = 1.96  # of a 95 % interval

HINDI = terms("""
    hai ka ki ke ko se me mein mai main nahi nhi kya ho tha thi aur bhi par pe hum kar raha rahe rahi koi ek ye yeh
    wo woh jo ab hi to toh na kuch kab kyu kyun apna apne unka uska mera meri mere tera hain hua gaya kiya liye
""")
ENGLISH = terms("""
    the a an of in is are was i you and for on my it this that with be have will not we they at just what your but
    if can get
""")


def main(folder: Path) -> None:
    rows = [*posts(folder)]
    ours, our_speed = told(rows, lambda text: detect(text, None))
    theirs, their_speed = told(rows, py3langid_alone)
    both = {"ours": ours, "py3langid": theirs}
    keys = sorted({(name, gold) for name, gold, _, _ in ours})
    answer = {
        "what": "language of a post, none given",
        "n": len(rows),
        "mean_of_ten_languages": {who: round(mean_of_ten(found), 4) for who, found in both.items()},
        "right": {
            f"{name} {code}": {who: share(found, {code}, name=name, code=code) for who, found in both.items()}
            for name, code in keys
            if code in READ
        },
        "right_by_words": {
            f"{code}, {least} to {most}": {
                who: share([row for row in found if least <= row[3] <= most], {code}, code=code)
                for who, found in both.items()
            }
            for code in ("nb", "da", "sv", "en")
            for least, most in LENGTHS
        },
        "confusion": {
            f"{name} {code}": dict(Counter(answer for at, gold, answer, _ in ours if (at, gold) == (name, code)))
            for name, code in keys
            if code in {"nb", "da", "sv"}
        },
        "wrongly_read": {
            f"{name} {code}": {
                who: share(found, READ - {code}, name=name, code=code) for who, found in both.items()
            }
            for name, code in keys
            if code != "und"
        },
        "posts_per_second_of_one_core": {"ours": round(our_speed), "py3langid": round(their_speed)},
    }
    json.dump(answer, sys.stdout, indent=1, ensure_ascii=False)
    print()


def posts(folder: Path) -> Iterator[Row]:
    """Yield set, language and text of each post that no training has seen."""
    for name in SETS:
        for row in lines(folder / "sentiment" / f"{name}.jsonl"):
            text, code = row["text"], row["lang"]
            unseen = held_out(text) if name.startswith(UNSPLIT) else row["split"] == "val"
            if unseen and (code != "hi" or rather_hindi(text)):
                yield name, family(code), text
    for name in STORIES:
        for row in lines(folder / "stories" / name / "posts.jsonl"):
            if row["lang"]:
                yield name, family(row["lang"]), row["text"]


def told(rows: Sequence[Row], tell: Callable[[str], str]) -> tuple[list[Answer], float]:
    """Return set, language, answer and number of words of each row, and how many were told in a second."""
    tell("The first one loads what it needs.")
    began = time.process_time()
    answers = [tell(text) for _, _, text in rows]
    spent = time.process_time() - began
    found = [
        (name, code, family(answer), len(words(text)))
        for (name, code, text), answer in zip(rows, answers, strict=True)
    ]
    return found, len(rows) / spent


def py3langid_alone(text: str) -> str:
    code: str = py3langid.classify(without_links(text).lower())[0]
    return code


def family(code: str) -> str:
    return "nb" if code in {"no", "nn"} else "ar" if code in ARABIC else code


def mean_of_ten(found: Sequence[Answer]) -> float:
    """Return the mean of ten languages' accuracies, each over its labelled sets; English over UMSAB alone."""
    asked = [row for row in found if row[0] not in STORIES and (row[1] != "en" or row[0] == "multi_umsab")]
    shares: list[float] = [share(asked, {code}, code=code)["share"] for code in TEN]
    return sum(shares) / len(TEN)


def share(
    found: Sequence[Answer], answers: AbstractSet[str], *, code: str, name: str | None = None
) -> dict[str, Any]:
    """Return how many of a language's posts, of one set or of all, had one of some answers, with the interval."""
    asked = [answer for at, gold, answer, _ in found if gold == code and name in {None, at}]
    n = len(asked)
    if not n:
        return {"n": 0, "share": 0.0}
    p = sum(answer in answers for answer in asked) / n
    middle, half = p + Z * Z / (2 * n), Z * (p * (1 - p) / n + Z * Z / (4 * n * n)) ** 0.5
    ends = [round((middle + sign * half) / (1 + Z * Z / n), 4) for sign in (-1, 1)]
    return {"n": n, "share": round(p, 4), "interval_95": ends}


def rather_hindi(text: str) -> bool:
    said = words(text)
    return sum(word in HINDI for word in said) > sum(word in ENGLISH for word in said)


def lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as rows:
        yield from map(json.loads, rows)


def held_out(text: str) -> bool:
    """Tell whether tests/training/language.py has kept a text for this."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % 5 == 0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
