"""Which story a post is about, and why."""

from __future__ import annotations

import random
import time
import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from monitor.folding import fold
from monitor.linking import Ideas, link, scripts
from monitor.linking.profiles import named_by_profile
from monitor.linking.words import stems
from monitor.model import Link, Post, PostId, Story, StoryId
from tests.builders import NOON, author, post, story

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FERRY = story()
BANK = story(
    id=StoryId("bank"),
    title="Harbor Bank app and card payments down for nine hours on payday",
    lead="A failed database upgrade locked customers of Harbor Bank out of the app.",
    url="https://news.example/bank",
)
TALKS = story(
    id=StoryId("talks"),
    title="South Korea's foreign minister meets US secretary of state amid tariff threat",
    lead="Foreign Minister Cho Hyun met Secretary of State Marco Rubio in Washington over tariffs.",
    url=None,
)
STORIES = [FERRY, BANK, TALKS]


def _links(*posts: Post, stories: list[Story] | None = None) -> dict[PostId, Link]:
    return link(posts, stories or STORIES, fold(posts))[0]


def test_words_decide_between_stories_and_nothing_is_forced() -> None:
    links = _links(
        post("a", text="The Sundvik ferry makes its last trip, what a shame"),
        post("b", text="Card payments at Harbor Bank are still down, on payday!"),
        post("c", text="Look at my new bicycle"),
    )
    assert {one: (found.story, found.reason) for one, found in links.items()} == {
        "a": ("ferry", "words"),
        "b": ("bank", "words"),
    }


def test_a_shared_address_wins_over_words_in_any_spelling() -> None:
    text = "Harbor Bank card payments https://NEWS.example/ferry/?utm_source=x#top"
    assert _links(post("a", text=text))[PostId("a")] == Link(story=StoryId("ferry"), reason="url", strength=1.0)


def test_a_copy_and_its_root_share_the_address_that_either_has() -> None:
    words = "What on earth are they thinking over there in the county hall"
    links = _links(
        post("a", text=words), post("b", by="ben", minutes=3, text=f"{words} https://news.example/ferry")
    )
    assert {found.story for found in links.values()} == {"ferry"}
    assert len(links) == 2


def test_replies_of_replies_inherit_the_story_of_their_thread() -> None:
    links = _links(
        post("top", text="The Sundvik ferry must stay in April"),
        post("re", by="ben", minutes=1, text="this ^", reply_to=PostId("top")),
        post("rere", by="cy", minutes=2, text="card payments are down here", reply_to=PostId("re")),
        post("quote", by="dee", minutes=3, text="so true", quote_of=PostId("rere")),
    )
    assert {one: (found.story, found.reason) for one, found in links.items() if one != "top"} == {
        "re": ("ferry", "thread"),
        "rere": ("ferry", "thread"),
        "quote": ("ferry", "thread"),
    }


def test_replies_in_a_circle_end() -> None:
    assert _links(post("a", text="hm", reply_to=PostId("b")), post("b", text="hm hm", reply_to=PostId("a"))) == {}


def test_a_conversation_holds_its_comments_whatever_their_words() -> None:
    texts = [
        "I like trains more",
        "Card payments at Harbor Bank are down",
        "Who pays?",
        "The Sundvik ferry must stay",
    ]
    posts = [post(f"p{n}", by=f"u{n}", text=text, found_for=(FERRY.id,)) for n, text in enumerate(texts)]
    links, elsewhere = link(posts, STORIES, fold(posts))
    assert [links[one.id].story for one in posts] == ["ferry"] * 4
    assert links[PostId("p0")].reason == "query"
    assert elsewhere == {}


def test_a_keyword_hit_about_a_namesake_is_told_and_not_linked() -> None:
    posts = [
        post("a", text="Cho Hyun and Marco Rubio talked about tariffs in Washington", found_for=(TALKS.id,)),
        post("b", by="ben", text="Margaret Cho was hilarious last night", found_for=(TALKS.id,)),
        post("c", by="cy", text="Rubio's cabernet: cherry and oak", found_for=(TALKS.id,)),
        post("d", by="dee", text="Minister Cho should refuse the tariff threat", found_for=(TALKS.id,)),
    ]
    links, elsewhere = link(posts, STORIES, fold(posts))
    assert sorted(links) == ["a", "d"]
    assert elsewhere == {"b": "talks", "c": "talks"}


def test_posts_about_one_story_alone_are_linked_however_many_they_are() -> None:
    posts = [post(f"p{n}", by=f"u{n}", text=f"Keep the Sundvik ferry, says w{n} of v{n % 31}") for n in range(500)]
    assert len(_links(*posts, stories=[FERRY])) == 500


def test_links_do_not_depend_on_the_order_of_posts_or_stories() -> None:
    words = [
        "sundvik",
        "ferry",
        "boat",
        "harbor",
        "bank",
        "app",
        "card",
        "payday",
        "tariff",
        "threat",
        "minister",
        "cho",
        "rubio",
        "korea",
        "washington",
    ]
    draw = random.Random(7)  # noqa: S311 — made-up posts
    posts = [
        post(
            f"p{n}",
            by=f"u{n}",
            text=" ".join(draw.choices(words, k=5)),
            reply_to=PostId(f"p{n - 7}") if n % 5 == 0 else None,
        )
        for n in range(120)
    ]
    expected = link(posts, STORIES, fold(posts))
    for _ in range(4):
        shuffled, stories = draw.sample(posts, len(posts)), draw.sample(STORIES, len(STORIES))
        assert link(shuffled, stories, fold(shuffled)) == expected


def test_stories_that_fit_equally_go_to_the_lowest_id() -> None:
    twins = [story(id=StoryId("b"), url=None), story(id=StoryId("a"), url=None)]
    found = _links(post("p", text="The Sundvik ferry makes its last trip"), stories=twins)
    assert found[PostId("p")].story == "a"


def test_a_reply_chain_of_thousands_is_walked_in_linear_time() -> None:
    top = post("p0", text="The Sundvik ferry must stay in April")
    posts = [
        top,
        *(post(f"p{n}", text="x", author=None, minutes=n, reply_to=PostId(f"p{n - 1}")) for n in range(1, 4000)),
    ]
    began = time.process_time()
    links = _links(*posts[::-1])
    assert len(links) == 4000
    assert time.process_time() - began < 5


def test_no_posts_and_no_stories_give_no_links() -> None:
    assert link([], STORIES, {}) == ({}, {})
    assert link([post()], [], {}) == ({}, {})


_MEANT = {"boat": 0, "bank": 1, "talks": 2}
_SAYS = {
    "boat": ("ferry", "boot", "배", "ferje", "sailing to the island"),
    "bank": ("bank", "konto", "은행"),
    "talks": ("minister", "zoll", "관세"),
}


def _embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """A made-up encoder: one direction a subject, a fourth that all texts share, a fifth for anything else."""
    rows = np.zeros((len(texts), 5), dtype=np.float32)
    rows[:, 3] = 2.0
    for row, text in zip(rows, texts, strict=True):
        for subject, cues in _SAYS.items():
            row[_MEANT[subject]] = any(cue in text.casefold() for cue in cues)
        row[4] = not row[:3].any()
    unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def test_meaning_links_a_post_in_another_language_that_shares_no_word() -> None:
    posts = [
        post("ko", text="배가 없으면 섬에서 어떻게 살아요", lang="ko"),
        post("de", by="ben", text="Ohne das Boot kommt keiner mehr zur Arbeit", lang="de"),
        post("no", by="cy", text="Været er fint i dag", lang="nb"),
    ]
    links, elsewhere = link(posts, STORIES, fold(posts), embed=_embed)
    assert {one: (found.story, found.reason) for one, found in links.items()} == {
        "ko": ("ferry", "meaning"),
        "de": ("ferry", "meaning"),
    }
    assert elsewhere == {}
    assert _links(*posts) == {}


def test_words_that_meaning_refuses_are_told_as_about_something_else() -> None:
    posts = [
        post("a", text="The Sundvik ferry makes its last trip in March"),
        post("b", by="ben", text="Last trip of the band: they close in Sundvik, a county replaced them in April"),
    ]
    links, elsewhere = link(posts, STORIES, fold(posts), embed=_embed)
    assert sorted(links) == ["a"]
    assert elsewhere == {"b": "ferry"}
    assert sorted(_links(*posts)) == ["a", "b"]


def test_high_precision_links_only_the_surest_of_what_balanced_links() -> None:
    texts = [
        "The car ferry at Sundvik makes its last trip on 31 March",
        "The county talks about roads, schools, parks and other things, a ferry among them, and decides later",
        "Sundvik ferry closes in April",
    ]
    posts = [post(f"p{n}", by=f"u{n}", text=text) for n, text in enumerate(texts)]
    balanced = _links(*posts)
    high = link(posts, STORIES, fold(posts), precision="high")[0]
    assert sorted(balanced) == ["p0", "p1", "p2"]
    assert sorted(high) == ["p0", "p2"]
    assert high.items() <= balanced.items()


def test_a_window_leaves_out_what_was_written_long_before_the_story() -> None:
    text = "The Sundvik ferry makes its last trip"
    posts = [
        post("old", text=text, created_at=NOON - timedelta(days=40)),
        post("new", by="ben", text=f"{text} on 31 March"),
        post("shared", by="cy", text=f"look {FERRY.url}", created_at=NOON - timedelta(days=40)),
        post("undated", by="dee", text=f"{text}, they say", created_at=None),
    ]
    within = link(posts, STORIES, fold(posts), window=timedelta(days=7))[0]
    assert sorted(within) == ["new", "shared", "undated"]
    assert sorted(_links(*posts)) == ["new", "old", "shared", "undated"]


def test_ideas_can_be_switched_off_one_by_one() -> None:
    posts = [
        post("top", text="The Sundvik ferry must stay in April"),
        post("re", by="ben", minutes=1, text="this ^", reply_to=PostId("top")),
        post("ko", by="cy", text="배가 없으면 섬에서 어떻게 살아요", lang="ko"),
    ]

    def linked(ideas: Ideas) -> list[PostId]:
        return sorted(link(posts, STORIES, fold(posts), embed=_embed, ideas=ideas)[0])

    assert linked(Ideas()) == ["ko", "re", "top"]
    assert linked(Ideas(threads=False)) == ["ko", "top"]
    assert linked(Ideas(meaning=False)) == ["re", "top"]


def test_links_by_meaning_do_not_depend_on_the_order_of_posts_or_stories() -> None:
    draw = random.Random(11)  # noqa: S311 — made-up posts
    cues = ["ferry", "boot", "bank", "konto", "zoll", "minister", "sundvik", "april", "payday", "today", "we"]
    posts = [post(f"p{n}", by=f"u{n}", text=" ".join(draw.choices(cues, k=4)) + f" w{n}") for n in range(90)]
    expected = link(posts, STORIES, fold(posts), embed=_embed)
    assert expected[0]
    for _ in range(4):
        shuffled, stories = draw.sample(posts, len(posts)), draw.sample(STORIES, len(STORIES))
        assert link(shuffled, stories, fold(shuffled), embed=_embed) == expected


def test_a_profile_names_a_story_by_two_of_its_words_and_more_than_any_other() -> None:
    profiles = {
        "cause": "Hands off the Sundvik ferry",
        "resident": "Born in Sundvik, lives by the sea",
        "torn": "Ferry fan in Sundvik, payday blues at Harbor",
        "silent": None,
    }
    posts = [post(name, author=author(name, description=told)) for name, told in profiles.items()]
    posts.append(post("nobody", author=None))
    assert named_by_profile(posts, STORIES) == {"cause": "ferry"}
    assert named_by_profile(posts[:1], []) == {}


def _heard(text: str, *names: str) -> list[str]:
    """Return what a Korean text shares with a story that names `names`."""
    told = story(title="What they said", lead="; ".join(names))
    return scripts.OtherScript([told], stems).stems(text)


@pytest.mark.parametrize(
    ("name", "korean"),
    [
        ("Trump", "트럼프의"),
        ("Trump", "트럼프발"),
        ("Rubio", "루비오가"),
        ("Washington", "워싱턴서"),
        ("Biden", "바이든"),
        ("Merkel", "메르켈은"),
        ("Starmer", "스타머도"),
        ("Vance", "밴스와"),
        ("Smith", "스미스를"),
        ("Thomas", "토머스를"),
        ("Singapore", "싱가포르에서"),
        ("Netflix", "넷플릭스로"),
        ("Cho Hyun", "조현"),
        ("Cho Hyun", "#조현"),
        ("Park Geun-hye", "박근혜가"),
        ("Lee Jae-myung", "이재명은"),
        ("Kang Kyung-wha", "강경화에게"),
    ],
)
def test_names_are_heard_in_hangul_before_particles(name: str, korean: str) -> None:
    assert _heard(f"오늘 {korean} 말", name) == stems(name, "en")
    assert _heard(unicodedata.normalize("NFD", f"오늘 {korean} 말"), name) == stems(name, "en")


@pytest.mark.parametrize(
    ("name", "korean"),
    [
        ("Cho Hyun", "조현우"),  # another man, whose name goes on
        ("Cho Hyun", "조용"),
        ("Cho Hyun", "조화"),
        ("Cho", "조"),  # too short to say who
        ("Rubio", "로비"),  # lobby
        ("Rubio", "나비가"),  # butterfly
        ("Trump", "드럼을"),  # drum
        ("Trump", "트럭"),  # truck
        ("Milei", "머리가"),  # head
        ("Biden", "파이팅"),
        ("trump", "트럼프"),  # no name, but a card
        ("The", "더더더"),
    ],
)
def test_what_only_sounds_alike_is_not_heard(name: str, korean: str) -> None:
    assert _heard(f"오늘 {korean} 말", name) == []


def test_a_korean_post_that_names_the_people_of_an_english_story_is_linked_by_words() -> None:
    links = _links(
        post("full", text="조현 장관은 할 말은 해야 한다", lang="ko"),
        post("two", by="ben", text="조현-루비오 회담, 대화가 우선이다", lang="ko"),
        post("keeper", by="cy", text="조현우 오늘 선방 최고", lang="ko"),
        post("surname", by="dee", text="루비오가 또 나왔네", lang="ko"),
        post("boat", by="eve", text="배가 없으면 섬에서 어떻게 살아요", lang="ko"),
    )
    assert {one: (found.story, found.reason) for one, found in links.items()} == {
        "full": ("talks", "words"),
        "two": ("talks", "words"),
    }


_VISIT = story(
    id=StoryId("visit"),
    title="조현 장관, 루비오와 회담",
    lead="조현 외교장관이 루비오 국무장관을 만났다.",
    url=None,
    language="ko",
)


def test_an_english_post_that_names_the_people_of_a_korean_story_is_linked_by_words() -> None:
    links = _links(
        post("two", text="Good that Cho Hyun sat down with Marco Rubio"),
        post("surname", by="ben", text="Rubio's cabernet: cherry and oak"),
        post("other", by="cy", text="Margaret Cho was hilarious tonight"),
        post("small", by="dee", text="the rubio grape is not for me"),
        stories=[FERRY, BANK, _VISIT],
    )
    assert {one: (found.story, found.reason) for one, found in links.items()} == {"two": ("visit", "words")}


def test_a_surname_in_the_other_script_is_evidence_beside_meaning() -> None:
    stories = [story(title="A new ferry for Marco Rubio", url=None), BANK, TALKS]
    texts = {"name": "루비오가 배", "none": "오늘 배"}
    posts = [post(name, by=name, text=text, lang="ko") for name, text in texts.items()]
    links = link(posts, stories, fold(posts), embed=_embed)[0]
    assert links[PostId("name")].strength > links[PostId("none")].strength
    assert _links(*posts, stories=stories) == {}


def test_one_word_of_a_name_stands_for_it_where_the_meaning_is_near_too() -> None:
    told = story(title="A new ferry for Marco Rubio", url=None)
    texts = {"near": "루비오가 배", "far": "루비오가 또 나왔네"}
    posts = [post(name, by=name, text=text, lang="ko") for name, text in texts.items()]
    assert link(posts, [told], fold(posts), embed=_embed)[0].keys() == {"near"}
    assert link(posts, [told], fold(posts))[0] == {}


def test_names_across_scripts_cost_nothing_where_there_is_one_script_and_once_for_each_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[str] = []
    spelled: list[tuple[str, ...]] = []
    sounds, spell = scripts._sounds, scripts._spelled

    def counted_sounds(part: str, *, full: bool) -> scripts.Key:
        heard.append(part)
        return sounds(part, full=full)

    def counted_spelled(name: tuple[str, ...]) -> list[scripts.Key]:
        spelled.append(name)
        return spell(name)

    monkeypatch.setattr(scripts, "_sounds", counted_sounds)
    monkeypatch.setattr(scripts, "_spelled", counted_spelled)
    latin = [post(f"p{n}", by=f"u{n}", text=f"Cho Hyun på Sundvik, ferje {n} 日本") for n in range(50)]
    _links(*latin)
    assert (heard, spelled) == ([], [])
    _links(*latin, *(post(f"k{n}", by=f"k{n}", text=f"루비오가 {n}", lang="ko") for n in range(50)))
    assert len(spelled) == len(set(spelled))
    assert sorted(heard) == sorted(["루비오", "루비오가"] * 2)  # as a word alone and as a full name
    scripts.OtherScript(STORIES, stems).stems("가나다라마바사아자차카타파하" * 5000)
    assert max(map(len, heard)) <= 12
