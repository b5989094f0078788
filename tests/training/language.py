"""Train the model that tells the languages we read in Latin letters, monitor/languages/weights/letters.npz.

Usage: python tests/training/language.py DATA_DIR OUT_DIR --interface WHEEL [WHEEL ...]
Needs torch. DATA_DIR holds the labelled posts; the wheels are the released packages homeassistant and django, whose
translations (Apache-2.0 and BSD-3-Clause) are short sentences of one kind in all our languages and in fifty more:
they keep the model from taking what posts are about for their language, and teach it what is none of ours.
A softmax over hashed runs of letters (monitor.languages.identify), divided by the root of their number, is trained
on whole texts and on cuts of 2 to 12 words, each class as often as another, OTHER three times as often. After each
epoch the state is kept in OUT_DIR; a run that was stopped goes on from there and ends with the same weights.
"""

from __future__ import annotations

import argparse
import gettext
import hashlib
import io
import json
import random
import re
import sys
import time
import zipfile
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from monitor.languages import LANGUAGES, terms
from monitor.languages.identify import BITS, OTHER, bare_of, latin_of, runs_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from torch import Tensor

CODES = ("en", "nb", "nn", "da", "sv", "de", "nl", "fr", "es", "pt", "it", OTHER)
EPOCHS = 12
DRAWN = 6000  # texts of a class in an epoch
BATCH = 256
RATE = 0.02
SEED = 1
LARGEST = 127  # of a signed byte

POSTS = (
    "en_semeval17_train", "en_stance", "multi_umsab", "no_norec_sentence",
    "da_angry_tweets", "da_twitter_sent", "da_lcc", "da_europarl", "sv_absabank_imm",
)  # fmt: skip
"""Not en_airline, whose licence keeps it out of weights that are shipped."""
# Sets without a val split of their own: a fifth, by a hash of the text, is kept from training.
UNSPLIT = ("da_", "sv_")

# Which spelling of Norwegian, where a set says only "no": words that one has and the other has not.
NYNORSK = terms("""
    eg ikkje eit kva korleis kvifor frå vere berre noko nokon dykk meir mykje sjølv saman gjere gjer seier veit
    eigen fleire hjå dåleg fekk nokre vore òg
""")
BOKMAL = terms("""
    jeg ikke en hva hvordan hvorfor fra være bare noe noen mye selv sammen gjør sier vet egen flere hvem hun fikk
""")
# What the set calls Hindi is a third English: a row is taken that has more of the first words than of the second.
HINDI = terms("""
    hai ka ki ke ko se me mein mai main nahi nhi kya ho tha thi aur bhi par pe hum kar raha rahe rahi koi ek ye yeh
    wo woh jo ab hi to toh na kuch kab kyu kyun apna apne unka uska mera meri mere tera hain hua gaya kiya liye
""")
ENGLISH = terms("""
    the a an of in is are was i you and for on my it this that with be have will not we they at just what your but
    if can get
""")
# A translation's placeholders and markup.
NO_WORDS = re.compile(r"\{[^}]*\}|\[%.*?%\]|%\([^)]*\)[sd]|%[sd]|https?://\S+|<[^>]*>|`[^`]*`")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--interface", type=Path, nargs="+", required=True)
    parser.add_argument("--without", nargs="*", default=[], help="sets to leave out, to test on them")
    told = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    every = gathered(told.data, told.interface)
    texts = {name: part for name, part in every.items() if name[1] not in told.without}
    weights, bias = trained(texts, told.out / "letters.partial.pt")
    # The few weights beyond this are cut: a scale that fits them all would spend bits that the others need.
    scale = float(np.quantile(np.abs(weights), 0.9999)) / LARGEST
    whole = np.clip(np.round(weights / scale), -LARGEST, LARGEST).astype(np.int8)
    np.savez_compressed(
        told.out / "letters.npz",
        codes=np.array(CODES),
        weights=whole,
        scale=np.float32(scale),
        bias=bias.astype(np.float32),
    )
    card = {
        "what": "which language a short text in Latin letters is in; see monitor/languages/identify.py",
        "made_by": "tests/training/language.py",
        "date": datetime.now(UTC).date().isoformat(),
        "seed": SEED,
        "epochs": EPOCHS,
        "classes": CODES,
        "data": {f"{code} {source}": len(part) for (code, source), part in sorted(texts.items())},
        "packages": [wheel.name for wheel in told.interface],
        "licence": "MIT. Trained on SemEval, TweetEval and UMSAB posts (research data; no text is kept), on NoReC"
        " (models may be used freely), on the Danish and Swedish sets and polis (CC BY 4.0), and on the"
        " translations of homeassistant (Apache-2.0) and django (BSD-3-Clause).",
        "figures": "docs/decisions/0006-language-of-short-posts.md, by tests/benchmarks/language.py",
    }
    (told.out / "letters.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (told.out / "letters.partial.pt").unlink()


def gathered(data: Path, wheels: Sequence[Path]) -> dict[tuple[str, str], list[str]]:
    """Return the words of each text by class and source, in the order of the files."""
    texts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for code, source, text in (*posts(data), *translations(wheels), *lists()):
        words = latin_of(words_of(bare_of(text)))
        if len(words) < 3 or (source == "hi" and count(words, HINDI) <= count(words, ENGLISH)):
            continue
        if code == "no":
            spelling = "nn" if count(words, NYNORSK) > count(words, BOKMAL) else "nb"
            texts[spelling, source].append(words)
        else:
            texts[code if code in CODES else OTHER, source].append(words)
    return dict(texts)


def count(words: str, listed: frozenset[str]) -> int:
    return sum(word in listed for word in words.split(" "))


def posts(data: Path) -> Iterator[tuple[str, str, str]]:
    """Yield language, set and text of the training posts; romanised Hindi is a set of its own."""
    for name in POSTS:
        for row in lines(data / "sentiment" / f"{name}.jsonl"):
            kept = held_out(row["text"]) if name.startswith(UNSPLIT) else row["split"] != "train"
            if not kept and row["lang"] != "ar":
                yield row["lang"], "hi" if row["lang"] == "hi" else name, row["text"]
    for row in lines(data / "stories" / "polis" / "posts.jsonl"):
        if row["lang"] in CODES and not held_out(row["text"]):
            yield row["lang"], "polis", row["text"]


def translations(wheels: Sequence[Path]) -> Iterator[tuple[str, str, str]]:
    """Yield language, set and text of the translations in some wheels, each once and only where it was translated.

    A language in other letters is left out, and so is a single word: it may be a name.
    """
    said: dict[str, set[str]] = defaultdict(set)
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as packed:
            for name in packed.namelist():
                if found := re.fullmatch(r"homeassistant/components/\w+/translations/([a-z]+)[\w-]*\.json", name):
                    said[found[1]].update(strings(json.loads(packed.read(name))))
                elif found := re.fullmatch(r"django/.*locale/([a-z]+)\w*/LC_MESSAGES/\w+\.mo", name):
                    kept = gettext.GNUTranslations(io.BytesIO(packed.read(name)))
                    said[found[1]].update(text for text in vars(kept)["_catalog"].values() if isinstance(text, str))
    for code in sorted(said):
        mostly_latin = [text for text in sorted(said[code]) if code == "en" or text not in said["en"]]
        own = "interface" if code in CODES or code == "no" else f"interface-{code}"
        for text in mostly_latin:
            plain = NO_WORDS.sub(" ", text)
            written = words_of(bare_of(plain))
            if " " in (latin := latin_of(written)) and 2 * len(latin) > len(written):
                yield code, own, plain


def lists() -> Iterator[tuple[str, str, str]]:
    """Yield draws of five common words of each language we read: what is said in every kind of text."""
    for code, language in LANGUAGES.items():
        if code in CODES:
            chance = random.Random(SEED)  # noqa: S311 - draws, not secrets
            for _ in range(400):
                yield code, "lists", " ".join(chance.sample(sorted(language.stopwords), 5))


def strings(tree: object) -> Iterator[str]:
    if isinstance(tree, dict):
        for branch in tree.values():
            yield from strings(branch)
    elif isinstance(tree, str):
        yield tree


def lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as rows:
        yield from map(json.loads, rows)


def held_out(text: str) -> bool:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % 5 == 0


def epoch_of(texts: Mapping[tuple[str, str], Sequence[str]], number: int) -> list[tuple[str, int]]:
    """Return the texts of an epoch, some cut, with the place of their class; the same for the same number.

    A set's part of its class grows with the root of its size, up to 4,000 texts; of the class OTHER,
    romanised Hindi makes up a tenth, since it is what passes for English.
    """
    chance = random.Random(f"{SEED} {number}")  # noqa: S311 - draws, not secrets
    drawn: list[tuple[str, int]] = []
    for place, code in enumerate(CODES):
        sets = {source: part for (whose, source), part in sorted(texts.items()) if whose == code}
        shares = {
            source: min(len(part), 4000) ** 0.5 * (5 if source == "hi" else 1) for source, part in sets.items()
        }
        size = DRAWN * (3 if code == OTHER else 1) / sum(shares.values())
        for source, part in sets.items():
            drawn += [(cut(chance.choice(part), chance), place) for _ in range(int(size * shares[source]))]
    chance.shuffle(drawn)
    return drawn


def cut(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    if len(words) < 3 or chance.random() < 0.35:
        return text
    length = min(len(words), chance.choice((2, 3, 4, 5, 6, 8, 10, 12)))
    start = chance.randrange(len(words) - length + 1)
    return " ".join(words[start : start + length])


class Softmax(nn.Module):  # type: ignore[misc]
    """Sums of the rows of each text's runs, over the root of their number, to scores (texts, classes)."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = nn.EmbeddingBag(2**BITS, len(CODES), mode="sum")
        nn.init.zeros_(self.rows.weight)
        self.bias = nn.Parameter(torch.zeros(len(CODES)))

    def forward(self, texts: Sequence[str]) -> Tensor:
        runs = [runs_of(text) for text in texts]
        lengths = torch.tensor([len(part) for part in runs])
        starts = torch.cumsum(lengths, 0) - lengths
        sums: Tensor = self.rows(torch.from_numpy(np.concatenate(runs)).long(), starts)
        return sums / lengths.sqrt()[:, None] + self.bias


def trained(texts: Mapping[tuple[str, str], Sequence[str]], partial: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return weights (2 ** BITS, classes) and biases, after EPOCHS that begin where `partial` stands."""
    model = Softmax()
    adam = torch.optim.Adam(model.parameters(), lr=RATE)
    first = 0
    if partial.is_file():
        state = torch.load(partial)
        model.load_state_dict(state["model"])
        adam.load_state_dict(state["adam"])
        first = state["epochs"]
    began = time.monotonic()
    for number in range(first, EPOCHS):
        drawn = epoch_of(texts, number)
        starts = range(0, len(drawn), BATCH)
        seen: Counter[str] = Counter()
        for step, start in enumerate(starts):
            adam.param_groups[0]["lr"] = RATE * (1 - (number + step / len(starts)) / EPOCHS)
            batch = drawn[start : start + BATCH]
            gold = torch.tensor([place for _, place in batch])
            scores = model([text for text, _ in batch])
            loss = functional.cross_entropy(scores, gold)
            adam.zero_grad()
            loss.backward()
            adam.step()
            seen["right"] += int((scores.argmax(1) == gold).sum())
        torch.save({"model": model.state_dict(), "adam": adam.state_dict(), "epochs": number + 1}, partial)
        spent = time.monotonic() - began
        share = seen["right"] / len(drawn)
        print(f"epoch {number + 1} of {EPOCHS}: {share:.4f} of its texts right, {spent:.0f} s", file=sys.stderr)
    return model.rows.weight.detach().numpy(), model.bias.detach().numpy()


if __name__ == "__main__":
    main()
