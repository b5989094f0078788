"""Related stories: which are found and why, how a report shows them, and what becomes of it when they change."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from jobs.brief import brief_each
from jobs.cli import main
from jobs.neighbours import Neighbours
from jobs.publish import publish
from jobs.understand import understand
from jobs.verify import verify
from monitor.interchange import post_dict, story_dict
from monitor.model import Link, Page, PostId, Related, Story, StoryId, VoiceId
from monitor.related import MOST, Stories, Traces, shared, traces_of
from monitor.store import Store
from reports import RENDERERS
from reports.json import hash_of, related_of
from tests.builders import NOON, post, story, understood
from tests.dom import page_of
from tests.sample_report import RELATED, report

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.model import Finding, Post

AS_OF = NOON + timedelta(hours=6)


def about(name: str, title: str, lead: str = "", **changes: Any) -> Story:
    return Story(id=StoryId(name), title=title, lead=lead, language=changes.pop("language", "en"), **changes)


CHARGE = about(
    "charge", "Brackwater council approves a charge", "Drivers entering central Brackwater on weekdays will pay."
)
ROVERS = about("rovers", "Brackwater Rovers striker is out", "The fans in Brackwater are sad about the knee.")
BREAD = about("bread", "Velmark caps the price of a loaf", "The government of Velmark acts after bread rose.")


def near(*stories: Story, of: str = "charge") -> dict[str, Any]:
    """The stories near one, with the words they share."""
    return {kin.story: kin.words for kin in Stories(stories).near(StoryId(of), {})}


# --- Words -----------------------------------------------------------------------------------------


def test_a_name_in_common_relates_two_stories_and_is_the_reason() -> None:
    assert near(CHARGE, ROVERS, BREAD) == {"rovers": ("Brackwater",)}
    assert near(CHARGE, ROVERS, BREAD, of="rovers") == {"charge": ("Brackwater",)}
    assert near(CHARGE, ROVERS, BREAD, of="bread") == {}


def test_one_word_of_two_longer_names_is_a_namesake() -> None:
    harbor = about("charge", "The app of Harbor Bank is down", "The bank says that Harbor Bank is sorry.")
    land = about("land", "What the Land Bank could do", "A talk about the Land Bank of the islands.")
    assert near(harbor, land) == {}
    cho = about("charge", "The minister Cho Hyun meets Rubio", "On Tuesday Cho Hyun was there.")
    other = about("other", "The pianist Cho Seong plays", "Tickets for Cho Seong are gone.")
    same = about("same", "Talks of Cho Hyun go on", "Again Cho Hyun was there.")
    assert near(cho, other, same) == {"same": ("Hyun", "Cho")}  # the rarer word first


@pytest.mark.parametrize("word", ["Monday", "January", "the 25", "people", "will not"])
def test_days_numbers_and_small_words_relate_nothing(word: str) -> None:
    one = about("charge", f"A bridge opens on {word} at noon")
    other = about("other", f"Bread got dearer on {word} again")
    assert near(one, other) == {}


def test_three_plain_words_in_common_are_enough_and_two_are_not() -> None:
    one = about("charge", "they protest against the wolf hunt and the fence")
    assert near(one, about("two", "new fence for the wolf is cheap")) == {}
    assert set(near(one, about("three", "new fence for the wolf after the hunt"))) == {"three"}


def test_a_name_relates_stories_in_two_languages() -> None:
    nb = about("nb", "Ferga fra Sundvik legges ned", "Folk i Sundvik er sinte.", language="nb")
    assert near(story(id=StoryId("charge")), nb, BREAD) == {"nb": ("Sundvik",)}


def test_korean_stories_are_related_by_their_words() -> None:
    one = about("charge", "조현 장관 워싱턴 관세 협상 시작", language="ko")
    assert set(near(one, about("ko", "조현 장관 관세 문제로 출국", language="ko"))) == {"ko"}


def test_the_rarer_word_makes_the_nearer_story() -> None:
    more = [about(f"town{n}", f"Trouble in Brackwater number {n}", "Again in Brackwater.") for n in range(3)]
    toll = about("toll", "Toll at Quarryside", "The road to Quarryside costs more.")
    both = replace(CHARGE, lead=f"{CHARGE.lead} It ends at Quarryside.")
    assert next(iter(near(both, *more, toll, BREAD))) == "toll"


def test_what_most_stories_say_relates_none() -> None:
    many = [
        about(f"s{n}", f"Trouble {'abcdefghij'[n] * 4} in Brackwater", "Again in Brackwater.") for n in range(9)
    ]
    assert near(CHARGE, *many) == {}


def test_at_most_five_and_ties_by_id_whatever_the_order() -> None:
    many = [about(f"r{n:02}", ROVERS.title, ROVERS.lead) for n in range(60)]
    others = [about(f"o{n:02}", f"Nothing but {chr(97 + n % 9) * 3}{chr(97 + n // 9) * 3}") for n in range(81)]
    expected = [f"r{n:02}" for n in range(MOST)]
    stories = [CHARGE, *many, *others]
    assert list(near(*stories)) == expected
    random.Random(4).shuffle(stories)  # noqa: S311 -- an order, no secret
    assert list(near(*stories)) == expected


def test_a_story_that_is_unknown_is_loud() -> None:
    with pytest.raises(KeyError):
        Stories([CHARGE]).near(StoryId("nobody"), {})


# --- Traces ----------------------------------------------------------------------------------------


def linked(here: Traces, there: Traces) -> Any:
    return Stories([CHARGE, BREAD]).near(CHARGE.id, {BREAD.id: shared(here, there)})


def test_posts_and_addresses_in_common_relate_two_stories() -> None:
    posts = frozenset({PostId("p1"), PostId("p2")})
    (kin,) = linked(Traces(posts=posts), Traces(posts=posts | {PostId("p3")}))
    assert (kin.posts, kin.addresses, kin.voices, kin.words) == (2, 0, 0, ())
    (kin,) = linked(
        Traces(addresses=frozenset({"https://a.example"})), Traces(addresses=frozenset({"https://a.example"}))
    )
    assert (kin.posts, kin.addresses) == (0, 1)
    assert linked(Traces(posts=posts), Traces(posts=frozenset({PostId("p9")}))) == ()


@pytest.mark.parametrize(
    ("both", "smaller", "related"), [(5, 10, True), (5, 11, False), (4, 4, False), (30, 40, True)]
)
def test_voices_count_where_they_are_many_and_much_of_the_talk(both: int, smaller: int, *, related: bool) -> None:
    voices = [VoiceId(f"x:{n}") for n in range(200)]
    found = linked(Traces(voices=frozenset(voices[:smaller])), Traces(voices=frozenset(voices[smaller - both :])))
    assert [kin.voices for kin in found] == ([both] if related else [])


def test_what_a_talk_leaves_are_its_posts_addresses_and_voices() -> None:
    ferry = story(url="https://news.example/ferry?utm_source=x")
    rows = [
        understood(post("p1", reply_to=PostId("root"), links=("https://a.example/1/",))),
        understood(post("p2", by="bo", quote_of=PostId("quoted"), text="See https://B.example/2 now")),
        understood(post("p3", by="cy"), flood="near-identical"),
        understood(post("p4", by="di"), link=None, elsewhere=ferry.id),
    ]
    found = traces_of(ferry, rows)
    assert found.posts == {"p1", "p2", "p3", "p4", "root", "quoted"}
    assert found.addresses == {"https://news.example/ferry", "https://a.example/1", "https://b.example/2"}
    assert found.voices == {"x:u-anna", "x:u-bo"}


# --- Looked up in the store ------------------------------------------------------------------------


def talk(chance: random.Random, names: list[str]) -> tuple[list[Post], list[Finding]]:
    """Posts about these stories, or about no story, that answer, quote and copy each other and name addresses."""
    ids = [PostId(f"p{n:03}") for n in range(120)]
    posts, findings = [], []
    for n, post_id in enumerate(ids):
        name = StoryId(chance.choice(names))
        site = chance.choice(
            ["https://A.example/", "https://a.example/?utm_source=x", "https://b.example/1", "none"]
        )
        made = post(
            post_id,
            by=f"by{chance.randrange(12)}",
            minutes=n,
            text=f"So it is, see {site}." if chance.random() < 0.3 else "So it is.",
            links=(f"https://c.example/{chance.randrange(40)}/",) if chance.random() < 0.3 else (),
            reply_to=chance.choice([*ids, PostId("away")]) if chance.random() < 0.3 else None,
            quote_of=chance.choice([*ids, PostId("off")]) if chance.random() < 0.2 else None,
        )
        linked, flood = chance.random() < 0.8, chance.random() < 0.1
        changes: dict[str, Any] = {"link": Link(story=name, reason="words", strength=0.5) if linked else None}
        changes |= {"elsewhere": None if linked else chance.choice([name, None])}
        changes |= {"flood": "one account" if flood else None, "copy_of": ids[0] if chance.random() < 0.1 else None}
        posts.append(made)
        findings.append(understood(made, **changes).finding)
    return posts, findings


@pytest.mark.parametrize("seed", range(8))
def test_what_two_talks_share_is_looked_up_as_if_all_posts_were_read(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- made-up posts, no secret
    names = [f"s{n}" for n in range(5)]
    stories = [about(name, name, url=f"https://c.example/{n}?fbclid=1") for n, name in enumerate(names)]
    with Store.in_memory() as store:
        for again in range(2):  # the second time as after a day: some posts understood anew, and one deleted
            posts, findings = talk(chance, names)
            store.save_page(Page(posts=tuple(posts), stories=tuple(stories)), source="x", query="", at=NOON)
            store.save_findings(findings[60 * again :], maker="m")
            if again:
                store.forget([PostId("p007")], at=NOON)
            every = {one.id: traces_of(one, store.understood(one.id)) for one in store.stories()}
            found = Neighbours(store, tmp_path, [], language="en", time_zone="UTC")
            for one in stories:
                expected = {other: shared(every[one.id], every[other]) for other in every if other != one.id}
                assert found.shared(one) == {
                    name: both for name, both in expected.items() if both.posts or both.addresses or both.voices
                }


def test_of_the_posts_about_other_stories_none_is_read_again(tmp_path: Path) -> None:
    with Store.in_memory() as store:
        for one in (CHARGE, ROVERS):
            said = [post(f"{one.id}{n}", by=f"by{n}", text=f"See https://a.example/{n}") for n in range(6)]
            store.save_page(Page(posts=tuple(said), stories=(one,)), source="x", query="", at=NOON)
            link = Link(story=one.id, reason="words", strength=0.5)
            store.save_findings([understood(made, link=link).finding for made in said], maker="m")
        (brief,) = brief_each(store, as_of=AS_OF, stories=[CHARGE])
        brief_each(store, as_of=AS_OF, stories=[ROVERS])
        for _ in range(2):
            read: list[str] = []
            store._db.conn.set_trace_callback(read.append)
            (kin,) = Neighbours(store, tmp_path, [], language="en", time_zone="UTC").of(brief)
            store._db.conn.set_trace_callback(None)
            assert (kin.story, kin.addresses, kin.voices) == ("rovers", 6, 6)
        texts = [line for line in read if "v.text," in line and "unaddressed" not in line]
        assert len(texts) == 1
        assert "'charge'" in texts[0]
        assert store.posts_to_address(1) == []


def test_a_link_that_becomes_known_of_a_post_is_noted() -> None:
    with Store.in_memory() as store:
        made = post("p1", text="So it is.")
        store.save_page(Page(posts=(made,), stories=(CHARGE,)), source="x", query="", at=NOON)
        store.save_findings([understood(made).finding], maker="m")
        store.save_addresses({made.id: ()})
        assert store.posts_to_address(9) == []
        same = replace(made, links=("https://a.example/1",))
        for _ in range(2):
            store.save_page(Page(posts=(same,)), source="x", query="", at=NOON)
            assert store.posts_to_address(9) == [same]
        store.save_addresses({made.id: ["https://a.example/1"]})
        store.save_page(Page(posts=(same,)), source="x", query="", at=NOON + timedelta(hours=1))
        assert store.posts_to_address(9) == []
        assert store.sharing_addresses(BREAD.id, ["https://a.example/1"]) == {"ferry": {"https://a.example/1"}}


# --- In a report -----------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "[x](javascript:alert(1))",
    "# h\n\n- i\n\n| a |", "\u202egnp\u2066\u2069", "a\x1b[2J\x07b", "{{7*7}}{posts}",
]  # fmt: skip


def hostile(text: str) -> Related:
    return replace(RELATED[0], story=StoryId(text), title=text, line=text, words=(text, text), written_by=text)


def shape(text: str) -> list[str]:
    return [tag for tag, _ in page_of(RENDERERS["html"](report(related=(hostile(text),)))).elements]


def tokens(text: str) -> list[str]:
    parsed = MarkdownIt("commonmark").parse(RENDERERS["markdown"](report(related=(hostile(text),))))
    found = [token.type for block in parsed for token in (block, *(block.children or ()))]
    return [kind for kind in found if kind not in {"text", "text_special"}]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_another_story_means_anything_in_a_report(text: str) -> None:
    assert shape(text) == shape("words")
    assert tokens(text) == tokens("words")
    assert not any(char in RENDERERS["markdown"](report(related=(hostile(text),))) for char in "\x1b\x07")
    assert related_of(json.loads(RENDERERS["json"](report(related=(hostile(text),))))) == (hostile(text),)


def test_the_related_stories_of_a_document_come_back_as_they_were() -> None:
    assert related_of(json.loads(RENDERERS["json"](report()))) == RELATED


def test_a_story_without_a_title_is_called_by_its_id() -> None:
    page = page_of(RENDERERS["html"](report(related=(replace(RELATED[0], title=" "),))))
    assert "toll" in page.text.split("Related stories")[1]


@pytest.mark.parametrize("folder", ["../../etc", "a/b", "", "A", "x" * 101, "javascript:alert(1)"])
def test_only_the_name_of_a_folder_can_become_a_link(folder: str) -> None:
    with pytest.raises(ValueError, match="no folder of a report"):
        replace(RELATED[0], folder=folder)


def test_a_report_without_related_stories_says_nothing_of_them() -> None:
    for name in ("html", "markdown"):
        assert "Related stories" in RENDERERS[name](report())
        assert "Related stories" not in RENDERERS[name](report(related=()))


# --- The whole way ---------------------------------------------------------------------------------

SAID = {
    "charge": (
        "I hate the Brackwater charge, it is a terrible plan",
        "The council charge is a great idea for Brackwater",
    ),
    "rovers": ("So sad about the Rovers striker and his knee", "The Rovers season is over, an awful day"),
    "bread": ("Good that Velmark caps the price of bread", "A price cap on the loaf is stupid"),
}


def desk(folder: Path, *, order: int = 1, names: tuple[str, ...] = ("charge", "rovers", "bread")) -> Path:
    """Import the three stories and what was said of them; return the folder of reports."""
    stories = {one.id: one for one in (CHARGE, ROVERS, BREAD)}
    posts = [
        post(f"{name}{n}", by=f"{name}{n}", text=text, minutes=n, found_for=(StoryId(name),))
        for name in stories
        for n, text in enumerate(SAID[name])
    ]
    rows = [*map(story_dict, list(stories.values())[::order]), *map(post_dict, posts[::order])]
    folder.mkdir(exist_ok=True)
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    common = ("--store", str(folder / "monitor.db"), "--config", str(folder / "config.toml"))
    (folder / "config.toml").write_text('time_zone = "UTC"\n')
    assert main(["import", str(folder / "rows.jsonl"), "--as-of", "2026-02-04", *common]) == 0
    assert main(["report", *names, "--as-of", "2026-02-04", *common]) == 0
    return folder / "out"


def document(out: Path, name: str) -> tuple[Path, dict[str, Any]]:
    for path in out.glob("*/report.json"):
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if found["story"]["id"] == name:
            return path, found
    raise AssertionError(name)


def test_a_report_names_the_related_story_with_its_line_and_links_its_report(tmp_path: Path) -> None:
    out = desk(tmp_path)
    path, made = document(out, "charge")
    (other,) = made["related"]
    beside, theirs = document(out, "rovers")
    assert (other["story"], other["title"], other["words"]) == ("rovers", ROVERS.title, ["Brackwater"])
    assert other["line"] == theirs["brief"]["claims"][0]["text"]
    assert (other["brief"], other["written_by"]) == (theirs["brief"]["hash"], "rules")
    page = page_of(path.with_suffix(".html").read_text(encoding="utf-8"))
    (link,) = [link["href"] for link in page.all("a") if link["href"].startswith("../")]
    assert (path.parent / link).resolve() == beside.with_suffix(".html").resolve()
    assert "Written by rules from cited posts. As of" in page.text
    markdown = path.with_suffix(".md").read_text(encoding="utf-8")
    assert f"(<../{beside.parent.name}/report.md>)" in markdown
    assert document(out, "bread")[1]["related"] == []


def test_a_story_that_was_not_reported_is_not_linked_and_without_a_brief_not_named(tmp_path: Path) -> None:
    out = desk(tmp_path, names=("charge",))
    assert document(out, "charge")[1]["related"] == []
    with Store.open(tmp_path / "monitor.db") as store:
        brief_each(store, as_of=AS_OF, stories=[ROVERS])
        (waiting,) = brief_each(store, as_of=AS_OF + timedelta(days=1), stories=[CHARGE])
        (other,) = Neighbours(store, out, [waiting], language="en", time_zone="UTC").of(waiting)
        earlier = replace(waiting, as_of=AS_OF - timedelta(hours=1))
        assert Neighbours(store, out, [earlier], language="en", time_zone="UTC").of(earlier) == ()
    assert (other.story, other.folder) == ("rovers", None)


def test_the_same_posts_in_another_order_give_the_same_reports(tmp_path: Path) -> None:
    outs = [desk(tmp_path / "a"), desk(tmp_path / "b", order=-1)]
    for name in ("charge", "rovers", "bread"):
        first, second = (document(out, name)[0] for out in outs)
        for suffix in (".json", ".html", ".md"):
            assert first.with_suffix(suffix).read_bytes() == second.with_suffix(suffix).read_bytes()


def test_a_report_still_holds_when_the_other_story_changed(tmp_path: Path) -> None:
    out = desk(tmp_path)
    path, made = document(out, "charge")
    with Store.open(tmp_path / "monitor.db") as store:
        later = [
            post(f"z{n}", by=f"z{n}", text=f"{text} indeed", minutes=90) for n, text in enumerate(SAID["rovers"])
        ]
        page = Page(
            posts=tuple(replace(one, found_for=(ROVERS.id,)) for one in later),
            stories=(replace(ROVERS, title="Another title altogether"),),
        )
        store.save_page(page, source="x", query="", at=AS_OF)
        understand(store, own_accounts=frozenset(), outlets=frozenset())
        brief_each(store, as_of=AS_OF + timedelta(days=1), stories=[ROVERS])
        publish(store, out=out, language="en", time_zone="UTC", as_of=AS_OF + timedelta(days=1))
    assert document(out, "rovers")[1]["brief"]["hash"] != made["related"][0]["brief"]
    assert verify(path).ok
    assert verify(document(out, "rovers")[0]).ok


@pytest.mark.parametrize("suffix", [".html", ".md"])
def test_a_line_that_two_formats_tell_otherwise_is_found(tmp_path: Path, suffix: str) -> None:
    path, made = document(desk(tmp_path), "charge")
    beside = path.with_suffix(suffix)
    line = made["related"][0]["line"]
    text = beside.read_text(encoding="utf-8")
    assert line in text
    beside.write_text(text.replace(line, line.upper()), encoding="utf-8")
    assert not verify(path).ok


def test_a_line_that_was_changed_after_publishing_is_found(tmp_path: Path) -> None:
    path, made = document(desk(tmp_path), "charge")
    made["related"][0]["line"] = "Everybody is happy."
    made["hash"] = hash_of(made)
    path.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert any("has published this report with the hash" in problem for problem in verify(path).problems)


@pytest.mark.parametrize("value", [None, 5, [5], [{}], [{"story": "x"}], "x"])
def test_what_is_no_related_story_is_no_report(tmp_path: Path, value: object) -> None:
    path, made = document(desk(tmp_path), "charge")
    made["related"] = value
    path.write_text(json.dumps(made), encoding="utf-8")
    assert "no report as this program writes it" in verify(path).problems[0]
