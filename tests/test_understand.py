"""The step from posts to findings."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jobs.understand import read_posts, understand
from monitor.model import Beside, Encoding, Finding, Page, Post, PostId, Sentiment
from monitor.scoring import encoder
from monitor.store import Store
from tests.builders import NOON, post, sentiment, story

if TYPE_CHECKING:
    from collections.abc import Sequence

FERRY = story()
LONG = "The Sundvik ferry must stay, it is terrible that the county closes it in April"


class Counting:
    """The encoder, and what it was asked to read."""

    NAME = encoder.NAME

    def __init__(self) -> None:
        self.asked: list[str] = []

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        self.asked.extend(texts)
        return encoder.read(texts)

    def beside(self, target: str, texts: Sequence[str]) -> list[Beside]:
        return encoder.beside(target, texts)


def _read(posts: Sequence[Post], **changes: Any) -> dict[PostId, Finding]:
    return {found.post: found for found in read_posts(posts, [FERRY], **changes)}


def test_an_empty_repost_has_its_roots_findings_and_its_own_voice() -> None:
    found = _read([post("root", text=LONG), post("re", by="ben", minutes=1, text="", repost_of=PostId("root"))])
    root, copy = found[PostId("root")], found[PostId("re")]
    assert root.link is not None
    assert root.sentiment is not None
    assert (copy.copy_of, copy.copy_reason) == ("root", "repost")
    assert copy.voice == "x:u-ben"
    assert copy == replace(
        root,
        post=copy.post,
        text_hash=copy.text_hash,
        voice=copy.voice,
        copy_of=copy.copy_of,
        copy_reason=copy.copy_reason,
    )


def test_what_no_scorer_reads_is_not_scored_and_says_why() -> None:
    found = _read([post("fi", text="Lauttaa ei saa lopettaa", lang="fi"), post("empty", text="", lang=None)])
    assert found[PostId("fi")].not_scored == "no scorer for fi"
    assert found[PostId("empty")].not_scored == "no text"


def test_ironic_praise_is_unclear_and_never_support() -> None:
    found = _read([post(text="Great, wonderful, the ferry is gone. What a fantastic day for us all /s")])[
        PostId("p1")
    ]
    assert found.ironic
    assert found.sentiment is not None
    assert found.sentiment.unclear
    assert found.stance != "support"


def test_the_teams_own_accounts_are_left_out_with_the_reason() -> None:
    found = _read(
        [post("ours", by="County", text=LONG), post("theirs", text="I miss the Sundvik ferry")],
        own_accounts=frozenset({"@county"}),
    )
    assert found[PostId("ours")].flood == "own account"
    assert found[PostId("theirs")].flood is None


def test_findings_are_the_same_in_any_order_and_sorted_by_post() -> None:
    posts = [
        post(
            f"p{n}",
            by=f"u{n % 9}",
            minutes=n,
            text=f"{LONG} {'really' * (n % 3)}",
            repost_of=PostId("p2") if n % 4 == 3 else None,
        )
        for n in range(30)
    ]
    expected = read_posts(posts, [FERRY])
    assert [found.post for found in expected] == sorted(one.id for one in posts)
    assert read_posts(random.Random(1).sample(posts, 30), [FERRY]) == expected  # noqa: S311 — an order


def test_each_distinct_text_of_a_scored_language_is_scored_once() -> None:
    asked: list[str] = []

    def score(scorer: str, texts: Sequence[str]) -> Sequence[Sentiment]:
        asked.extend(texts)
        return [sentiment(scorer=scorer) for _ in texts]

    posts = [
        post("a", text=LONG),
        post("b", by="ben", text=LONG),
        post("c", text="ha", author=None),
        post("d", text="ha", author=None),
    ]
    read_posts(posts, [FERRY], score=score, scorer="light")
    assert sorted(asked) == sorted({LONG, "ha"})


def test_each_distinct_text_is_encoded_once_and_its_tone_is_from_the_same_pass() -> None:
    posts = [
        post("a", text=LONG),
        post("b", by="ben", text=LONG, minutes=600),
        post("c", by="eva", text="I love it"),
    ]
    reader = Counting()
    found = {one.post: one for one in read_posts(posts, [FERRY], reader=reader)}
    assert sorted(text for text in reader.asked if text in {LONG, "I love it"}) == sorted({LONG, "I love it"})
    tone = found[PostId("a")].sentiment
    assert tone is not None
    assert tone.scorer == encoder.name("en")


def test_an_english_post_has_a_second_opinion_with_the_words_that_drove_it() -> None:
    second = _read([post(text=LONG)])[PostId("p1")].second
    assert second is not None
    assert (second.label, second.scorer) == ("negative", "vader/1")
    assert "terrible" in dict(second.words)
    assert _read([post(text="Es una vergüenza que cierren el ferry", lang="es")])[PostId("p1")].second is None


def test_the_step_saves_once_and_does_nothing_until_something_is_new() -> None:
    told: list[tuple[int, int]] = []
    with Store.in_memory() as store:
        store.save_page(Page(posts=(post(text=LONG),), stories=(FERRY,)), source="import", query="", at=NOON)
        assert understand(store, progress=lambda done, whole: told.append((done, whole))) == 1
        assert understand(store) == 0
        assert [row.finding.link.story for row in store.understood() if row.finding.link] == ["ferry"]
        store.save_page(
            Page(posts=(post("p2", by="ben", text="Keep the ferry"),)), source="import", query="", at=NOON
        )
        assert understand(store) == 2
        assert [row.finding for row in store.understood()] == read_posts(list(store.posts()), store.stories())
    assert told[0] == (1, 1)


def test_other_own_accounts_are_another_understanding() -> None:
    with Store.in_memory() as store:
        store.save_page(Page(posts=(post(text=LONG),), stories=(FERRY,)), source="import", query="", at=NOON)
        understand(store)
        assert understand(store, own_accounts=["@ANNA"]) == 1
        assert store.understood()[0].finding.flood == "own account"
