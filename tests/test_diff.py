"""What changed between two reports, by claims and groups; the words of withdrawn posts are not repeated."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobs.brief import brief_each
from jobs.cli import main
from jobs.comparing import read
from jobs.publish import assemble, publish
from jobs.understand import understand
from jobs.verify import verify
from monitor.claims import write_brief
from monitor.comparison import compare, paired
from monitor.model import Input, Page, PostId, Span, StoryId
from monitor.store import Store
from reports.changes import as_text, kind_of, lines
from reports.json import hash_of, render
from reports.phrases import phrases
from reports.sentences import compose
from tests.builders import NOON, post, story
from tests.ferry_talk import against, evidence, in_favour, rich
from tests.sample_report import CLAIMS, FIGURES, GAP, GROUPS, ROWS, STORY, brief, earlier, group, report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from monitor.model import Brief, Changes, Group, Post

EN = phrases("en")
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def told(before: Brief, now: Brief) -> list[str]:
    return [as_text(line) for line in lines(compare(before, now), EN, "UTC")]


def members(name: str, *posts: str, **changes: Any) -> Group:
    return group(name, None, posts=tuple(map(PostId, posts)), **changes)


# --- Groups ----------------------------------------------------------------------------------------


def test_a_group_keeps_its_identity_by_its_id() -> None:
    assert paired([members("a", "a", "b")], [members("a", "a", "x", "y", "z")]) == {"a": "a"}


def test_a_group_whose_oldest_post_left_is_known_by_the_members_in_common() -> None:
    assert paired([members("a", "a", "b", "c")], [members("b", "b", "c", "d")]) == {"a": "b"}


def test_a_group_is_another_where_too_few_members_stayed() -> None:
    assert paired([members("a", "a", "b", "c", "d")], [members("d", "d", "e", "f")]) == {}


def test_of_two_groups_that_became_one_the_nearer_is_the_one() -> None:
    old = [members("a", "a", "b"), members("c", "c", "d", "e")]
    new = [members("b", "b", "d", "e", "f")]
    assert paired(old, new) == paired(old[::-1], new) == {"c": "b"}


def test_a_group_that_kept_its_id_is_never_taken_for_another() -> None:
    old = [members("a", "a", "b", "c"), members("b1", "b1")]
    new = [members("b1", "b1", "b", "c")]
    assert paired(old, new) == {"b1": "b1"}


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"voices": 9}, "grew"),
        ({"voices": 2}, "shrank"),
        ({"tone": "positive"}, "side"),
        ({"stance": "oppose"}, "other"),  # critical in tone and against are one side
        ({"label": ("other", "words")}, "other"),
        ({"posts": (PostId("p1"), PostId("p3"))}, "other"),
    ],
)
def test_what_became_of_a_group(change: dict[str, Any], kind: str) -> None:
    changed = brief(groups=(replace(GROUPS[0], **change), *GROUPS[1:]))
    (found,) = compare(brief(), changed).groups
    assert kind_of(found) == kind


def test_groups_that_came_and_went_are_told_with_their_words() -> None:
    gone, come = brief(groups=GROUPS[:2]), brief(groups=GROUPS[1:])
    assert told(gone, come) == [
        "No clear side: a new group of 3 people, with words such as 배가 and 섬은.",
        "Critical: no longer found is the group of 7 people, with words such as sheep, milk and deck.",
    ]


def test_new_posts_are_counted_and_none_is_gone() -> None:
    before, now = write_brief(evidence(against(12))), write_brief(evidence([*against(22), *in_favour(6)]))
    changes = compare(before, now)
    assert (len(changes.new_posts), changes.gone_posts) == (16, ())
    assert any(change.before is None and change.now.stance == "support" for change in changes.groups if change.now)


# --- Claims ----------------------------------------------------------------------------------------


def kinds(before: Brief, now: Brief) -> list[tuple[str, str]]:
    return [
        ("new" if one.before is None else "gone" if one.now is None else "changed", (one.now or one.before).kind)  # type: ignore[union-attr]  # never both None
        for one in compare(before, now).claims
    ]


def test_a_claim_is_found_again_by_its_kind_and_group() -> None:
    more = replace(CLAIMS[3], numbers=(("voices", 6), ("posts", 6), ("of", 14)))
    now = brief(claims=(CLAIMS[0], more, CLAIMS[2], *CLAIMS[5:]))
    assert kinds(brief(), now) == [("changed", "group"), ("gone", "reporting"), ("gone", "group")]


def test_a_group_that_lost_its_oldest_post_keeps_its_claim() -> None:
    group_claim = replace(CLAIMS[2], words=tuple((k, "p2" if k == "group" else v) for k, v in CLAIMS[2].words))
    renamed = replace(GROUPS[0], id=PostId("p2"), posts=(PostId("p2"),))
    now = brief(groups=(renamed, *GROUPS[1:]), claims=(*CLAIMS[:2], group_claim, *CLAIMS[3:]))
    assert kinds(brief(), now) == []


def test_the_same_claim_proved_by_other_posts_has_not_changed() -> None:
    other = replace(CLAIMS[0], citations=CLAIMS[0].citations[:1])
    assert kinds(brief(), brief(claims=(other, *CLAIMS[1:]))) == []


def test_a_rich_talk_does_not_differ_from_itself() -> None:
    made = write_brief(rich())
    changes = compare(made, made)
    assert (changes.claims, changes.groups, changes.gaps_opened, changes.languages) == ((), (), (), ())
    assert not changes.minority


# --- Figures, posts, gaps --------------------------------------------------------------------------


def test_headline_figures_are_told_then_and_now() -> None:
    figures = replace(FIGURES, people=30, posts=31, opinion_voices=21, languages=(("en", 20), ("nb", 2)))
    assert told(brief(), brief(figures=figures)) == [
        "People: 30; before: 23.",
        "Opinions: 21 people; before: 14 people.",
        "Norwegian: 2 people; before: 0 people.",
        "Korean: 0 people; before: 3 people.",
    ]


def test_net_sentiment_is_told_as_counts_while_people_are_few() -> None:
    figures = replace(FIGURES, opinions=replace(FIGURES.opinions, positive=7))
    (line,) = told(brief(), brief(figures=figures))
    assert line.startswith("Net sentiment: 0 (7 positive minus 7 negative;")
    assert "%" not in line


@pytest.mark.parametrize(
    ("before", "now", "line"),
    [
        ({"split": False}, {"split": True}, "Opinion is now split."),
        ({"split": True}, {"split": False}, "Opinion is no longer split."),
        ({"minority": None}, {}, "A group of 3 or more people now takes the other side."),
        ({}, {"minority": None}, "No group of 3 or more people takes the other side any more."),
        ({"minority": PostId("p8")}, {}, "The largest group on the other side is another one than before."),
        ({"qualifier": "active"}, {}, "Limited discussion; before: Active discussion."),
    ],
)
def test_split_minority_and_qualifier_are_told(before: dict[str, Any], now: dict[str, Any], line: str) -> None:
    assert told(brief(**before), brief(**now)) == [line]


def test_a_minority_that_only_lost_its_oldest_post_is_the_same() -> None:
    then = brief(groups=(members("p4", "p4", "p5", "p6"),))
    now = brief(groups=(members("p5", "p5", "p6"),), minority=PostId("p5"))
    assert not compare(then, now).minority


def row(name: str, text: str = "a", finding: str = "f") -> Input:
    return Input(post=PostId(name), text_hash=text, finding=finding)


def test_posts_are_new_gone_withdrawn_past_edited_or_read_anew() -> None:
    before = brief(inputs=tuple(map(row, ("z", "kept", "edited", "anew", "gone", "withdrawn", "past", "untimed"))))
    now = brief(
        inputs=(row("new"), row("a new one"), row("kept"), row("edited", "b", "g"), row("anew", finding="g"))
    )
    cited = {
        PostId("withdrawn"): NOON,
        PostId("untimed"): None,
        PostId("past"): NOON - timedelta(days=9),
        PostId("kept"): NOON,
    }
    changes = compare(before, now, cited)
    assert changes.new_posts == ("a new one", "new")
    assert changes.gone_posts == ("gone", "past", "untimed", "withdrawn", "z")
    assert (changes.withdrawn, changes.past) == (("untimed", "withdrawn"), ("past",))
    assert (changes.edited, changes.reread) == (("edited",), ("anew",))


@pytest.mark.parametrize(
    ("since", "tombstones", "out"),
    [
        (1, 2, False),  # the first post was deleted, so the window begins later
        (1, 0, True),  # nothing was deleted: the window moved
        (0, 0, False),
    ],
)
def test_a_window_that_begins_with_the_first_post_puts_no_deleted_one_out(
    since: int, tombstones: int, *, out: bool
) -> None:
    begin = NOON + timedelta(hours=1)
    window = Span(since=begin + timedelta(hours=since), until=NOON + timedelta(hours=9))
    now = brief(inputs=(), window=window, tombstones=tombstones)
    changes = compare(brief(inputs=(row("first"),)), now, {PostId("first"): begin})
    assert changes.past == (("first",) if out else ())
    assert changes.withdrawn == (() if out else ("first",))


def test_a_gap_that_goes_on_is_neither_opened_nor_closed() -> None:
    longer = replace(GAP, until=NOON + timedelta(hours=9), reason="HTTP 503")
    later = replace(GAP, since=NOON + timedelta(hours=6), until=NOON + timedelta(hours=7))
    same = compare(brief(), brief(gaps=(longer,)))
    assert (same.gaps_opened, same.gaps_closed) == ((), ())
    other = compare(brief(), brief(gaps=(later,)))
    assert (other.gaps_opened, other.gaps_closed) == ((later,), (GAP,))


def test_two_stories_are_never_compared() -> None:
    with pytest.raises(ValueError, match="two stories"):
        compare(brief(), brief(story=StoryId("toll")))


# --- The command -----------------------------------------------------------------------------------


@pytest.fixture
def two(tmp_path: Path) -> tuple[str, str]:
    """The reports of the sample: as it stood before, and now."""
    for name, said in (("old", earlier()), ("new", brief())):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.json").write_text(render(report(brief=said)), encoding="utf-8")
    return str(tmp_path / "old" / "report.json"), str(tmp_path / "new" / "report.json")


def changed(path: str, change: Callable[[dict[str, Any]], object], *, sign: bool = True) -> str:
    """Change a document in place."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 -- the paths are a command line's
        document = json.load(file)
    change(document)
    if sign:
        document["hash"] = hash_of(document)
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 -- likewise
        json.dump(document, file)
    return path


def diff(capsys: pytest.CaptureFixture[str], *arguments: str, ends: int = 0) -> Any:
    """What `monitor diff --json` prints, or where it does not end well what it says."""
    capsys.readouterr()
    assert main(["diff", *arguments, *([] if ends else ["--json"])]) == ends
    caught = capsys.readouterr()
    return caught.err if ends else json.loads(caught.out)


def test_a_document_comes_back_as_the_brief_it_was_made_of(two: tuple[str, str], tmp_path: Path) -> None:
    made, back = brief(), read(tmp_path / "new")
    fits = [one.claim for one in compose(made, STORY, language="en", time_zone="Europe/Oslo").said]
    assert [(one.kind, one.numbers, one.words) for one in back.brief.claims] == [
        (one.kind, one.numbers, one.words) for one in fits
    ]
    assert (back.brief.figures, back.brief.gaps, back.brief.inputs) == (made.figures, made.gaps, made.inputs)
    assert [one.posts for one in back.brief.groups] == [one.posts for one in made.groups]
    assert back.brief.window == made.window
    assert read(tmp_path / "new" / "report.json") == back
    assert two[1].startswith(str(tmp_path))


def test_json_holds_all_that_changed(two: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    found = diff(capsys, *two)
    assert list(found) == [
        "schema", "story", "reports", "figures", "qualifier", "split", "minority", "groups", "languages", "gaps",
        "claims", "quotes", "posts",
    ]  # fmt: skip
    assert (found["schema"], found["story"]) == ("what-people-say/diff/1", "ferry")
    assert found["reports"]["old"]["as_of"] == "2026-02-03T15:00:00Z"
    assert found["figures"] == {
        "people": {"old": 20, "new": 23},
        "posts": {"old": 26, "new": 31},
        "opinions": {"old": 9, "new": 14},
    }
    assert found["qualifier"] == {"old": "very limited", "new": "limited"}
    assert found["split"] == {"old": True, "new": False}
    assert found["minority"] == {"new": "p4"}
    assert [(one["group"], one["old_group"], one["change"]) for one in found["groups"]] == [
        ("p1", "p1", "grew"), ("p4", "p4", "side"), ("p8", None, "new"), (None, "p9", "gone"),
    ]  # fmt: skip
    assert found["groups"][2]["came"] == ["p8"]
    assert found["groups"][3]["left"] == ["p9"]
    assert found["languages"] == {"ko": {"old": 0, "new": 3}}
    assert [gap["source"] for gap in (*found["gaps"]["opened"], *found["gaps"]["closed"])] == [
        "bluesky",
        "mastodon",
    ]


def test_people_read_what_changed(two: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *two]) == 0
    caught = capsys.readouterr()
    said = caught.out.splitlines()
    assert said[0] == STORY.title
    assert said[1] == "  Old: as of 3 February 2026, 16:00. New: as of 3 February 2026, 18:00 (Europe/Oslo)."
    assert "  People: 23; before: 20." in said
    assert "  Critical: a group grew from 5 people to 7 people, with words such as sheep, milk and deck." in said
    assert caught.err == ""


def test_a_report_does_not_differ_from_itself(two: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    found = diff(capsys, two[0], two[0])
    for name in ("figures", "qualifier", "split", "minority", "groups", "languages", "claims", "quotes"):
        assert not found[name], name
    assert not any((*found["gaps"].values(), *found["posts"].values()))
    assert main(["diff", two[0], two[0]]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[2:] == ["  Nothing has changed."]


def test_a_group_of_other_posts_is_not_told_as_no_change(
    two: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = changed(two[0], lambda made: made.update(json.loads(render(report()))))
    changed(path, lambda made: made["brief"]["groups"][0].update(posts=["p1", "p3"]))
    assert main(["diff", path, two[1]]) == 0
    assert "  Only which posts belong to a group has changed" in capsys.readouterr().out


def test_a_folder_stands_for_its_report(two: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    folders = [path.removesuffix("/report.json") for path in two]
    assert diff(capsys, *folders) == diff(capsys, *two)


def test_numbers_of_a_claim_are_told_then_and_now(two: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    changed(two[1], lambda made: made["brief"]["claims"][0]["numbers"].update(posts=99))
    (volume,) = [one for one in diff(capsys, *two)["claims"] if one["kind"] == "volume"]
    assert (volume["change"], volume["numbers"], volume["words"]) == (
        "changed",
        {"posts": {"old": 31, "new": 99}},
        {},
    )


def test_another_quote_of_a_group_is_told(two: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    changed(two[1], lambda made: made["brief"]["groups"][0]["quote"].update(text="The ferry must stay"))
    (quote,) = diff(capsys, *two)["quotes"]
    assert quote["group"] == "p1"
    assert quote["old"].startswith("The ferry must stay, how else")
    assert quote["new"] == "The ferry must stay"


def test_what_was_withdrawn_is_named_and_its_words_are_not_repeated(
    two: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = "The ferry must stay, how else do we get the sheep across?"

    def withdraw(made: dict[str, Any]) -> None:
        made["inputs"] = [one for one in made["inputs"] if one[0] != "p1"]
        made["brief"]["groups"][0].update(id="p2", posts=["p2"], quote={"post": "p2", "text": "Cutting the ferry"})
        made["brief"]["claims"] = [one for one in made["brief"]["claims"] if one["words"].get("group") != "p1"]

    changed(two[1], withdraw)
    found = diff(capsys, *two)
    assert found["posts"]["withdrawn"] == found["posts"]["gone"] == ["p1"]
    (gone,) = [one for one in found["claims"] if one["kind"] == "group" and one["change"] == "gone"]
    assert gone["old"] is None
    assert found["quotes"][0]["old"] is None
    assert words not in json.dumps(found)
    assert main(["diff", *two]) == 0
    said = capsys.readouterr().out
    assert "1 withdrawn: cited before, and deleted or no longer about the story: p1" in said
    assert words not in said


def test_the_words_of_a_gone_post_that_no_claim_cites_are_not_repeated_either(
    two: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    def uncited(made: dict[str, Any]) -> None:
        made["brief"]["groups"][2]["quote"] = {"post": "p77", "text": "secret words"}
        made["inputs"].append(["p77", "0", "0"])

    changed(two[0], lambda made: made.update(json.loads(render(report()))))
    changed(two[0], uncited)
    found = diff(capsys, *two)
    assert (found["posts"]["gone"], found["posts"]["withdrawn"]) == (["p77"], [])
    assert [one["old"] for one in found["quotes"]] == [None]
    assert "secret words" not in whole_output(two, capsys)


def test_the_later_report_as_old_and_a_changed_document_are_noted(
    two: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", *two[::-1]]) == 0
    assert capsys.readouterr().err == "note: OLD is the later one of the two\n"
    changed(two[1], lambda made: made["figures"].update(people=99), sign=False)
    assert main(["diff", *two]) == 0
    assert "was changed after it was written; `monitor verify` says more" in capsys.readouterr().err


# --- What it refuses -------------------------------------------------------------------------------


def test_reports_of_two_stories_are_refused(two: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    changed(two[1], lambda made: made["brief"].update(story="toll"))
    assert diff(capsys, *two, ends=2) == (
        'one report is about "ferry", the other about "toll"; name two reports of one story\n'
    )


def test_a_file_that_is_not_there_is_told_in_one_sentence(
    two: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for missing in (tmp_path / "nowhere", tmp_path, tmp_path / ("x" * 400)):
        said = diff(capsys, two[0], str(missing), ends=2)
        assert said.count("\n") == 1
        assert "cannot be read (" in said
        assert "name a report.json or its folder" in said


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", "5", '{"schema": "what-people-say/report/1"}', "\udcff", "[" * 100_000, "NaN"],
    ids=range(9),
)
def test_what_is_no_report_is_told_in_one_sentence(
    two: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    said = diff(capsys, str(path), two[0], ends=2)
    assert said.count("\n") == 1
    assert said.startswith(f"{path}: no report as this program writes it (")


def places_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in inner:
        yield (*path, key)
        yield from places_in(held, (*path, key))


@pytest.mark.parametrize("value", [None, 7, "x\x1b", [["a"]], {"x": 1}, float("inf")], ids=range(6))
def test_a_document_with_a_broken_part_is_compared_or_refused_and_never_a_bug(
    two: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], value: object
) -> None:
    whole = render(report())
    places = list(places_in(json.loads(whole)))
    refused = 0
    for place in places[::11]:
        document = holder = json.loads(whole)
        for key in place[:-1]:
            holder = holder[key]
        holder[place[-1]] = value
        path = tmp_path / "broken.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        code = main(["diff", str(path), two[1]])
        caught = capsys.readouterr()
        refused += code == 2
        assert code == 0 or (code == 2 and caught.err.count("\n") == 1), place
        assert "\x1b" not in caught.out + caught.err
    assert 0 < refused < len(places)


@pytest.mark.parametrize(
    "text",
    ["a\x1b[2J\x1b]0;t\x07\x85\x0bb", "\u202egnp\u2066\u2069\u2067x", "line\r\nbreak\u2028s", "\ud800 half", "<b>"],
)
def test_no_text_moves_the_terminal_or_breaks_a_line(
    two: tuple[str, str], capsys: pytest.CaptureFixture[str], text: str
) -> None:
    def fill(made: dict[str, Any]) -> None:
        made["story"]["title"] = text
        made["brief"]["groups"][0].update(label=[text, text], quote={"post": "p1", "text": text})
        made["brief"]["gaps"][0]["reason"] = text
        made["brief"]["claims"][0].update(kind="unclear", text=text)
        made["brief"]["claims"][1]["words"]["outlets"] = [text]
        made["inputs"].append([text, "0", "0"])
        made["written_by"] = text

    number = len(whole_output(two, capsys).splitlines())
    changed(two[1], fill)
    if "\ud800" in text:
        assert diff(capsys, *two, ends=2).count("\n") == 1
        return
    said = whole_output(two, capsys)
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in said.replace("\n", ""))
    assert _TURNS.isdisjoint(said)
    assert len(said.split("\n")) == len(said.splitlines()) + 1
    assert number < len(said.splitlines()) < number + 9
    assert diff(capsys, *two)["reports"]["new"]["title"] == text


def whole_output(two: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(["diff", *two]) == 0
    return capsys.readouterr().out


# --- The whole way ---------------------------------------------------------------------------------


TEXTS = (
    "I hate that the ferry closes, our sheep never reach the summer pasture.",
    "Terrible plan for the ferry, the lambs stay behind and the meadow is lost.",
    "This is awful: no ferry means no hay for the sheep, I am angry.",
    "So sad and stupid, without the ferry the farms on the island are gone.",
    "A horrible decision, the ferry brought our milk to town every year.",
    "Shame on the county, the ferry was our only road to the hospital.",
    "The worst idea of the year: who carries the sheep when the ferry stops?",
    "I am furious, my children take that ferry to school each morning.",
    "Bad news, the ferry closes and nobody asked the farmers with sheep.",
    "Disgraceful how they kill the ferry and leave the old people alone.",
    "An ugly blow, the ferry goes and the pasture goes with it, hate it.",
    "Angry and tired: first the shop, then the post office, now the ferry.",
)
AS_OF = NOON + timedelta(hours=6)


def said(first: int, last: int) -> list[Post]:
    return [
        post(f"p{n:02d}", by=f"person{n}", minutes=7 * n, text=TEXTS[n], found_for=(StoryId("ferry"),))
        for n in range(first, last)
    ]


def published(store: Store, out: Path, posts: Sequence[Post], hours: int) -> Path:
    at = NOON + timedelta(hours=hours)
    page = Page(posts=tuple(posts), stories=(story(),), covered=Span(since=NOON, until=at))
    store.save_page(page, source="x", query="ferry", at=at)
    understand(store, own_accounts=frozenset(), outlets=frozenset())
    brief_each(store, as_of=at)
    publish(store, out=out, language="en", time_zone="UTC", as_of=at)
    (found,) = out.glob("*/report.json")
    return found


def test_a_report_says_what_changed_since_the_last_one_and_verify_computes_it_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store.open(tmp_path / "monitor.db") as store:
        first = published(store, tmp_path / "a", said(0, 5), 6)
        second = published(store, tmp_path / "b", said(5, 12), 7)
    assert json.loads(first.read_text())["changes"] is None
    document = json.loads(second.read_text())
    changes = document["changes"]
    assert changes["since"] == {"as_of": "2026-02-03T18:00:00Z", "fingerprint": document["previous"]}
    found = diff(capsys, str(first), str(second))
    assert changes["figures"] == found["figures"] != {}
    assert [one["change"] for one in changes["groups"]] == [one["change"] for one in found["groups"]] == ["grew"]
    assert found["posts"]["new"] == [f"p{n:02d}" for n in range(5, 12)]
    assert verify(first).ok
    assert verify(second).ok
    page = second.with_name("report.html")
    assert "What changed since the last report" in page.read_text()
    assert "What changed since the last report" not in first.with_name("report.html").read_text()
    page.write_text(page.read_text().replace("a group grew from", "a group shrank from"))
    assert not verify(second).ok


def test_a_report_is_compared_only_with_the_brief_that_it_names_as_the_last() -> None:
    def changes(named: str | None) -> Changes | None:
        return assemble(
            brief(previous=named), STORY, ROWS, (), language="en", time_zone="UTC", previous=earlier()
        ).changes

    assert changes(earlier().fingerprint) is not None
    assert changes("0123456789abcdef") is None
    assert changes(None) is None


def test_changes_told_otherwise_than_the_store_has_them_are_found(tmp_path: Path) -> None:
    with Store.open(tmp_path / "monitor.db") as store:
        published(store, tmp_path / "a", said(0, 5), 6)
        second = published(store, tmp_path / "b", said(5, 12), 7)

    def change(made: dict[str, Any]) -> None:
        made["changes"]["figures"]["people"]["old"] += 1

    changed(str(second), change)
    assert any(problem.startswith("changes.figures.people.old: is 6") for problem in verify(second).problems)


def test_a_deleted_post_that_was_cited_is_withdrawn_in_any_order_of_posts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = []
    for name, order in (("a", 1), ("b", -1)):
        with Store.open(tmp_path / f"{name}.db") as store:
            first = published(store, tmp_path / name / "old", said(0, 8)[::order], 6)
            cited = PostId(json.loads(first.read_text())["cited"][0]["post"])
            store.forget([cited], at=AS_OF)
            second = published(store, tmp_path / name / "new", said(8, 10)[::order], 7)
        found = diff(capsys, str(first), str(second))
        assert found["posts"]["withdrawn"] == [cited]
        for one in found["reports"].values():
            del one["hash"]  # it names the store
        printed.append(json.dumps(found))
    assert printed[0] == printed[1]
