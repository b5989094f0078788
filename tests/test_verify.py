"""A report can be proved again from the store, and whatever was changed is told with the claim it changes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobs.brief import brief_each
from jobs.commands.verify import verify as verify_command
from jobs.differing import differences, file_differs
from jobs.publish import publish
from jobs.shell import Shell
from jobs.understand import understand
from jobs.verify import Verdict, verify, verify_each
from monitor.errors import StoreMissing
from monitor.model import Gap, Page, PostId, ReadWindow, Span, StoryId, Tombstone
from monitor.store import Store
from monitor.store.rows import at_text
from reports.json import hash_of
from reports.sentences import compose
from tests.builders import NOON, post, story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from monitor.model import Post

AS_OF = NOON + timedelta(hours=6)
AGAINST = (
    "I hate that the ferry closes, our sheep never reach the summer pasture.",
    "Terrible plan for the ferry, the sheep stay behind and the pasture is lost.",
    "This is an awful mistake, the sheep lose their pasture with the ferry, I am angry.",
    "So sad and stupid, without the ferry the sheep and the pasture are gone.",
    "A horrible decision, the ferry brought our sheep to pasture every year.",
)
IN_FAVOUR = (
    "I love the fast boat that replaces the ferry, it saves money, great news.",
    "Good and wise decision, the boat is cheaper than the ferry and saves money.",
    "Wonderful, the new boat instead of the ferry saves the county money, I am happy.",
    "Great, the boat is fast and the ferry money goes to the clinic, I like it.",
)


def posts() -> list[Post]:
    return [
        replace(post(f"p{n:02d}", by=f"person{n}", minutes=7 * n, text=text), found_for=(StoryId("ferry"),))
        for n, text in enumerate(AGAINST + IN_FAVOUR)
    ]


class Made:
    """A store and the report that was published from it."""

    def __init__(self, folder: Path, said: Sequence[Post]) -> None:
        self.database = folder / "monitor.db"
        self.out = folder / "out"
        with Store.open(self.database) as store:
            self.save(store, said)
            store.save_gap(
                Gap(source="rss", query=None, since=NOON, until=AS_OF, reason="timeout"),
                at=NOON + timedelta(hours=5),
            )
            self.report(store, AS_OF)
        (self.json,) = self.out.glob("*/report.json")
        self.broken = self.json.with_name("broken.json")

    @staticmethod
    def save(store: Store, said: Sequence[Post], *, hours: int = 5) -> None:
        page = Page(
            posts=tuple(said),
            stories=(story(),),
            cursor="c",
            covered=Span(since=NOON, until=NOON + timedelta(hours=hours)),
        )
        store.save_page(page, source="x", query="ferry", at=NOON + timedelta(hours=hours))

    def report(self, store: Store, as_of: Any, *, window: timedelta | None = None) -> None:
        understand(store, own_accounts=frozenset(), outlets=frozenset())
        brief_each(store, as_of=as_of, window=window)
        publish(store, out=self.out, language="en", time_zone="Europe/Oslo", as_of=as_of)

    def document(self) -> dict[str, Any]:
        return dict(json.loads(self.json.read_text(encoding="utf-8")))

    def change(self, change: Callable[[dict[str, Any]], object], *, sign: bool = False) -> Verdict:
        """Change the document, with a right hash where `sign`, and verify it."""
        document = self.document()
        change(document)
        if sign:
            document["hash"] = hash_of(document)
        self.json.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return verify(self.json)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path, posts())


def claim_of(document: dict[str, Any], kind: str) -> tuple[int, dict[str, Any]]:
    found = [(n, claim) for n, claim in enumerate(document["brief"]["claims"], start=1) if claim["kind"] == kind]
    assert found, f"the report has no claim of kind {kind}"
    return found[0]


def names(verdict: Verdict, number: int, claim: dict[str, Any]) -> bool:
    """Whether a problem names the claim by its number, its kind and (the beginning of) its text."""
    begin = f'claim {number} ({claim["kind"]}: "{claim["text"][:40]}'
    return any(begin in problem for problem in verdict.problems)


# --- What holds ------------------------------------------------------------------------------------


def test_a_report_holds_as_it_was_written(made: Made) -> None:
    assert verify(made.json) == Verdict(ok=True)


def test_the_report_under_test_has_groups_quotes_and_a_gap(made: Made) -> None:
    document = made.document()
    assert any("quote" in cited for cited in claim_of(document, "group")[1]["citations"])
    assert "gap" in claim_of(document, "gap")[1]["citations"][0]
    assert (made.json.parent / "report.html").exists()
    assert (made.json.parent / "report.md").exists()


def test_a_day_beside_the_usual_holds_when_older_posts_come_and_go(tmp_path: Path) -> None:
    older = [
        replace(
            post(f"d{day:02d}", by=f"older{day}", minutes=-1440 * day, text=f"I hate it: {AGAINST[0]} Day {day}."),
            found_for=(StoryId("ferry"),),
        )
        for day in range(1, 17)
    ]
    made = Made(tmp_path, [*posts(), *older])
    with Store.open(made.database) as store:
        made.report(store, AS_OF, window=timedelta(days=1))
    assert "usual_low" in claim_of(made.document(), "volume")[1]["numbers"]
    with Store.open(made.database) as store:
        store.forget([post.id for post in older[:3]])
        made.save(store, [replace(older[5], id=PostId("late"), text=IN_FAVOUR[1] + " Late.")])
        understand(store, own_accounts=frozenset(), outlets=frozenset())
    assert verify(made.json).ok


def test_later_posts_readings_edits_and_reports_are_only_noted(made: Made) -> None:
    with Store.open(made.database) as store:
        later = [post(f"z{n}", by=f"later{n}", minutes=500 + n, text=AGAINST[n]) for n in range(3)]
        edited = replace(posts()[0], text=AGAINST[0] + " And the school bus.", revision=1)
        made.save(store, [*later, edited], hours=9)
        store.save_read(
            ReadWindow(source="rss", query=None, since=NOON, until=AS_OF, at=AS_OF + timedelta(hours=1))
        )
        understand(store, own_accounts=frozenset(), outlets=frozenset())
        brief_each(store, as_of=AS_OF + timedelta(hours=6))
        publish(
            store, out=made.out.parent / "later", language="en", time_zone="UTC", as_of=AS_OF + timedelta(hours=6)
        )
    verdict = verify(made.json)
    assert verdict.ok, verdict.problems
    assert any("3 posts about this story came since" in note for note in verdict.notes)
    assert any("1 of its posts were edited" in note for note in verdict.notes)
    (later_json,) = made.out.parent.glob("later/*/report.json")
    assert verify(later_json).ok


def test_a_report_that_nothing_was_found_for_holds_until_its_read_is_gone(tmp_path: Path) -> None:
    made = Made(tmp_path, [])
    assert verify(made.json) == Verdict(ok=True)
    with Store.open(made.database) as store:
        store._db.execute("DELETE FROM reads")
    verdict = verify(made.json)
    assert not verdict.ok
    number, claim = claim_of(made.document(), "volume")
    assert names(verdict, number, claim)


def test_the_named_store_wins_over_the_documents_and_that_over_the_configs(made: Made, tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    Store.open(empty).close()
    assert verify(made.json, config_store=empty).ok
    assert not verify(made.json, store=empty).ok
    assert verify(made.json, store=made.database).ok

    def forget_store(document: dict[str, Any]) -> None:
        document["store"] = None

    with pytest.raises(StoreMissing, match="names no database"):
        made.change(forget_store)
    assert any("no longer in the store" in problem for problem in verify(made.json, config_store=empty).problems)


def test_a_report_that_was_taken_elsewhere_is_proved_from_the_configs_store(made: Made, tmp_path: Path) -> None:
    elsewhere = tmp_path / "a" / "b" / "c" / "report.json"
    elsewhere.parent.mkdir(parents=True)
    elsewhere.write_bytes(made.json.read_bytes())
    assert verify(elsewhere, config_store=made.database).ok
    with pytest.raises(StoreMissing):
        verify(elsewhere)


def test_without_its_store_a_report_is_not_judged(made: Made) -> None:
    made.database.unlink()
    with pytest.raises(StoreMissing, match=re.escape(made.database.name)):
        verify(made.json)
    assert not made.database.exists()


# --- What was changed in the file ------------------------------------------------------------------


@pytest.mark.parametrize("sign", [False, True])
@pytest.mark.parametrize("kind", ["volume", "group", "gap"])
def test_a_changed_digit_in_a_claim_names_it(made: Made, kind: str, *, sign: bool) -> None:
    number, before = claim_of(made.document(), kind)

    def change(document: dict[str, Any]) -> None:
        claim = claim_of(document, kind)[1]
        text = re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), claim["text"], count=1)
        assert text != claim["text"]
        claim["text"] = text

    verdict = made.change(change, sign=sign)
    assert not verdict.ok
    assert any(f"claim {number} ({kind}" in problem for problem in verdict.problems)
    assert any(before["text"][:40] in problem for problem in verdict.problems)


def test_a_changed_number_names_the_claim_and_both_figures(made: Made) -> None:
    number, claim = claim_of(made.document(), "group")
    was = claim["numbers"]["voices"]

    def change(document: dict[str, Any]) -> None:
        claim_of(document, "group")[1]["numbers"]["voices"] = was + 1

    verdict = made.change(change, sign=True)
    assert names(verdict, number, claim)
    assert any(f"voices is {was + 1}, from the store it is {was}" in problem for problem in verdict.problems)


def test_a_changed_letter_of_a_quote_names_the_claim(made: Made) -> None:
    number, claim = claim_of(made.document(), "group")

    def change(document: dict[str, Any]) -> None:
        (quoted, *_) = [c for c in claim_of(document, "group")[1]["citations"] if "quote" in c]
        quoted["quote"] = ("x" if quoted["quote"][0] != "x" else "y") + quoted["quote"][1:]

    verdict = made.change(change, sign=True)
    assert names(verdict, number, claim)
    assert any("quote" in problem for problem in verdict.problems)


def test_a_changed_letter_where_a_post_is_shown_names_the_claims_it_proves(made: Made) -> None:
    number, claim = claim_of(made.document(), "group")
    cited = claim["citations"][0]["post"]

    def change(document: dict[str, Any]) -> None:
        (shown,) = [row for row in document["cited"] if row["post"] == cited]
        shown["text"] = "X" + shown["text"][1:]

    assert names(made.change(change, sign=True), number, claim)


def test_a_changed_letter_in_a_groups_quote_names_its_claim(made: Made) -> None:
    number, claim = claim_of(made.document(), "group")

    def change(document: dict[str, Any]) -> None:
        (group,) = [g for g in document["brief"]["groups"] if g["id"] == claim["words"]["group"]]
        group["quote"]["text"] = "X" + group["quote"]["text"][1:]

    assert names(made.change(change, sign=True), number, claim)


@pytest.mark.parametrize("part", ["post", "url"])
def test_a_changed_citation_names_the_claim(made: Made, part: str) -> None:
    number, claim = claim_of(made.document(), "group")

    def change(document: dict[str, Any]) -> None:
        last = claim_of(document, "group")[1]["citations"][-1]
        last[part] = "p08" if part == "post" else "https://elsewhere.example/"

    assert names(made.change(change, sign=True), number, claim)


def test_a_claim_that_was_taken_out_is_named(made: Made) -> None:
    number, claim = claim_of(made.document(), "group")
    verdict = made.change(lambda document: document["brief"]["claims"].pop(number - 1), sign=True)
    assert names(verdict, number, claim)
    assert any("missing in the report" in problem for problem in verdict.problems)


def test_a_claim_that_was_put_in_is_named(made: Made) -> None:
    def change(document: dict[str, Any]) -> None:
        invented = claim_of(document, "volume")[1] | {"text": "Everybody is happy."}
        document["brief"]["claims"].append(invented)

    verdict = made.change(change, sign=True)
    assert any('"Everybody is happy."' in problem and "does not follow" in problem for problem in verdict.problems)


@pytest.mark.parametrize("place", ["figures", "timeline", "brief"])
def test_a_changed_figure_outside_the_claims_is_named_by_its_key(made: Made, place: str) -> None:
    def change(document: dict[str, Any]) -> None:
        row = document[place][0] if place == "timeline" else document[place]
        row["posts"] += 1

    verdict = made.change(change, sign=True)
    assert any(place in problem and "posts" in problem for problem in verdict.problems)


def test_a_document_that_was_signed_again_is_not_the_published_one(made: Made) -> None:
    def change(document: dict[str, Any]) -> None:
        document["story"]["lead"] = "Nothing is true."

    verdict = made.change(change, sign=True)
    assert any("has published this report with the hash" in problem for problem in verdict.problems)
    assert any("story stands otherwise" in note for note in verdict.notes)


def test_every_changed_character_is_found(made: Made) -> None:
    whole = made.json.read_text(encoding="utf-8")
    places = [found.start() for found in re.finditer(r"[0-9a-z](?=[^{}]*\n)", whole)]
    assert len(places) > 1000
    for place in places[:: len(places) // 60]:
        other = "7" if whole[place] != "7" else "3"
        made.json.write_text(whole[:place] + other + whole[place + 1 :], encoding="utf-8")
        assert_not_verified(made.json)


def assert_not_verified(path: Path) -> None:
    try:
        verdict = verify(path)
    except StoreMissing:
        return  # the changed character stood in the store's name
    assert not verdict.ok


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", "not json", '{"schema": "what-people-say/report/1"}', "\udcff", "[" * 100_000],
    ids=range(8),
)
def test_what_is_no_report_is_told_and_raises_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    verdict = verify(path)
    assert not verdict.ok
    assert "no report" in verdict.problems[0]


def places_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a document, outermost first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in inner:
        yield (*path, key)
        yield from places_in(held, (*path, key))


GONE = "gone"


@pytest.mark.parametrize("value", [GONE, None, 7, "x", [["a"]], {"x": 1}], ids=range(6))
def test_a_document_with_a_broken_part_is_told_and_raises_nothing(made: Made, value: object) -> None:
    places = sorted(places_in(made.document()), key=len)
    outer = [place for place in places if len(place) <= 2]
    assert len(places) > 3 * len(outer) > 60
    for place in outer + places[len(outer) :: 23]:
        document = made.document()
        holder = document
        for key in place[:-1]:
            holder = holder[key]
        if holder[place[-1]] == value or place == ("store",):
            continue
        if value == GONE:
            del holder[place[-1]]
        else:
            holder[place[-1]] = value
        if place != ("hash",):
            document["hash"] = hash_of(document)
        made.broken.write_text(json.dumps(document), encoding="utf-8")
        assert not verify(made.broken).ok, place


# --- What was changed around it --------------------------------------------------------------------


def test_a_cited_post_that_was_deleted_names_each_claim_it_proves(made: Made) -> None:
    number, claim = claim_of(made.document(), "group")
    cited = PostId(claim["citations"][0]["post"])
    with Store.open(made.database) as store:
        store.forget([cited], at=AS_OF)
    verdict = verify(made.json)
    assert not verdict.ok
    assert names(verdict, number, claim)
    assert any(cited in problem for problem in verdict.problems)


def test_a_cited_post_that_vanished_from_the_table_names_the_claim(made: Made) -> None:
    number, claim = claim_of(made.document(), "group")
    with Store.open(made.database) as store:
        store._db.execute("DELETE FROM posts WHERE id = ?", [claim["citations"][0]["post"]])
    assert names(verify(made.json), number, claim)


def test_a_gap_that_vanished_names_its_claim(made: Made) -> None:
    number, claim = claim_of(made.document(), "gap")
    with Store.open(made.database) as store:
        store._db.execute("DELETE FROM gaps")
    assert names(verify(made.json), number, claim)


def test_a_tombstone_that_vanished_names_its_claim(tmp_path: Path) -> None:
    said = posts()
    with Store.open(tmp_path / "monitor.db") as store:
        store.save_tombstones([Tombstone(id_hash="0" * 64, story=StoryId("ferry"), created_at=NOON)])
    made = Made(tmp_path, said)
    assert verify(made.json).ok
    number, claim = claim_of(made.document(), "deleted")
    with Store.open(made.database) as store:
        store._db.execute("DELETE FROM tombstones")
    assert names(verify(made.json), number, claim)


def changed(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


@pytest.mark.parametrize("suffix", ["html", "md"])
def test_a_changed_quote_in_a_file_beside_it_names_the_claim(made: Made, suffix: str) -> None:
    number, claim = claim_of(made.document(), "group")
    quote = next(cited["quote"] for cited in claim["citations"] if "quote" in cited)
    path = made.json.with_suffix(f".{suffix}")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(quote, quote.replace("e", "3", 1)), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text
    verdict = verify(made.json)
    assert not verdict.ok
    assert any(path.name in problem for problem in verdict.problems)
    assert names(verdict, number, claim)


@pytest.mark.parametrize("suffix", ["html", "md"])
def test_a_changed_space_in_a_file_beside_it_is_found(made: Made, suffix: str) -> None:
    path = made.json.with_suffix(f".{suffix}")
    path.write_bytes(path.read_bytes() + b" ")
    verdict = verify(made.json)
    assert not verdict.ok
    assert f"report.{suffix}: differs" in verdict.problems[0]


def test_a_file_that_is_not_there_is_not_missed(made: Made) -> None:
    made.json.with_suffix(".html").unlink()
    assert verify(made.json).ok


# --- What the gate says ----------------------------------------------------------------------------


def test_a_claim_that_the_gate_drops_is_named_with_the_gates_reason(made: Made) -> None:
    number, claim = claim_of(made.document(), "group")
    cited = claim["citations"][0]["post"]
    with Store.open(made.database) as store:
        late = at_text(AS_OF + timedelta(minutes=1))
        store._db.execute("UPDATE posts SET created_at = ? WHERE id = ?", [late, cited])
    verdict = verify(made.json)
    assert names(verdict, number, claim)
    assert any(f"post {cited} is younger than the brief" in problem for problem in verdict.problems)


def test_a_fault_that_lets_no_claim_stand_is_named(made: Made) -> None:
    with Store.open(made.database) as store:
        store._db.execute("UPDATE versions SET text = text || ' Not.' WHERE post = 'p00'")
    problems = verify(made.json).problems
    assert "the gate lets no claim stand: the finding of post p00 is of another text" in problems


def test_a_refused_claim_is_told_once_and_only_where_something_differs() -> None:
    claim = {"kind": "group", "numbers": {"voices": 2}, "words": {"group": "p1"}, "text": "Two.", "citations": []}
    other = claim | {"words": {"group": "p2"}, "text": "Others."}
    told, made = {"brief": {"claims": [claim, other]}}, {"brief": {"claims": [claim], "hash": None}}
    refused = [(claim | {"words": {"group": "p9"}}, "reason 9"), (other | {"numbers": {}}, "reason 2")]
    lines = differences(told, made, refused)
    assert [line.rpartition(": ")[2] for line in lines] == ["the gate refuses it, for reason 2", "reason 9"]
    assert differences(made, made, refused) == []


# --- Many at once ----------------------------------------------------------------------------------


def verdicts(*paths: Path, **stores: Path) -> dict[str, bool]:
    return {path.name: verdict.ok for path, verdict in verify_each(paths, **stores)}


def test_of_a_folder_every_report_is_verified_in_each_format(made: Made) -> None:
    assert verdicts(made.out) == {"report.json": True, "report.html": True, "report.md": True}
    page = made.json.with_suffix(".html")
    page.write_bytes(page.read_bytes() + b" ")
    assert verdicts(made.out) == {"report.json": True, "report.html": False, "report.md": True}
    assert verdicts(page) == {"report.html": False}
    assert verdicts(made.json) == {"report.json": False}
    assert verdicts(made.json.with_suffix(".md"), made.json) == {"report.md": True, "report.json": False}


def test_files_beside_a_report_that_cannot_be_made_again_do_not_hold(made: Made) -> None:
    with Store.open(made.database) as store:
        store.forget([PostId("p00")], at=AS_OF)
    assert verdicts(made.out) == {"report.json": False, "report.html": False, "report.md": False}


def test_a_page_without_its_document_a_folder_without_reports_and_a_lost_store_do_not_hold(made: Made) -> None:
    empty = made.out / "empty"
    empty.mkdir()
    assert verdicts(empty) == {"empty": False}
    (empty / "report.html").write_bytes(made.json.with_suffix(".html").read_bytes())
    (empty / "index.html").write_text("no report")
    assert verdicts(empty) == {"report.html": False}
    assert verdicts(made.out, store=made.out / "none.db") == dict.fromkeys(
        ["report.html", "report.json", "report.md"], False
    )


def called(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    shell = Shell(environ={}, now=lambda: AS_OF, machine_zone=lambda: "UTC")
    code = verify_command.main(args=list(arguments), obj=shell, standalone_mode=False)
    return int(code), capsys.readouterr().out


def test_the_command_tells_one_line_a_file_and_exits_1_where_one_differs(
    made: Made, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made.out.parent)
    code, told = called(capsys, "out")
    assert (code, [line.partition(": ")[2] for line in told.splitlines()]) == (
        0,
        ["as it is rendered again", "every claim holds", "as it is rendered again"],
    )
    changed(made.json.with_suffix(".md"), "ferry", "fairy")
    code, told = called(capsys, "out")
    assert (code, told.count("\n"), told.count("NOT verified: report.md")) == (1, 3, 1)
    code, told = called(capsys, "out", "--json")
    assert (code, [row["ok"] for row in json.loads(told)["files"]]) == (1, [True, True, False])
    code, told = called(capsys, str(made.json))
    assert (code, told.splitlines()[-1]) == (1, f"{made.json}: NOT verified")


def test_a_report_in_another_language_holds_and_so_does_the_one_it_replaced(made: Made) -> None:
    kept = made.json.parent.with_name("kept") / "report.json"
    kept.parent.mkdir()
    kept.write_bytes(made.json.read_bytes())
    with Store.open(made.database) as store:
        publish(store, out=made.out, language="ko", time_zone="Europe/Oslo", as_of=AS_OF)
    assert (made.document()["language"], verify(made.json).problems) == ("ko", ())
    assert verify(kept) == Verdict(ok=True)


# --- What is deleted of the report before ----------------------------------------------------------


def two_in_a_row(folder: Path) -> tuple[Path, Path, Path]:
    """Two reports of the last three hours: the first of p00 to p04, the second of p03 to p08."""
    with Store.open(folder / "monitor.db") as store:
        found = []
        for hours, said in ((1, posts()[:5]), (3, posts()[5:])):
            at = NOON + timedelta(minutes=60 * hours)
            moved = [replace(one, created_at=at - timedelta(minutes=9 * n + 3)) for n, one in enumerate(said)]
            Made.save(store, moved, hours=hours)
            understand(store, own_accounts=frozenset(), outlets=frozenset())
            brief_each(store, as_of=at, window=timedelta(minutes=100))
            publish(store, out=folder / f"out{hours}", language="en", time_zone="UTC", as_of=at)
            (path,) = folder.glob(f"out{hours}/*/report.json")
            found.append(path)
    return folder / "monitor.db", found[0], found[1]


def cited_by(path: Path) -> list[str]:
    return [row["post"] for row in json.loads(path.read_text(encoding="utf-8"))["cited"]]


def test_a_post_of_the_report_before_may_be_deleted_and_the_later_one_still_holds(tmp_path: Path) -> None:
    database, first, second = two_in_a_row(tmp_path)
    document = json.loads(second.read_text(encoding="utf-8"))
    assert document["previous"] is not None
    assert {one["change"] for one in document["changes"]["groups"]} >= {"gone"}
    used = {row[0] for row in document["inputs"]}
    only_before = [PostId(one) for one in cited_by(first) if one not in used]
    assert len(only_before) > 1
    assert verify(second).problems == ()
    for gone in only_before[:-1]:
        with Store.open(database) as store:
            store.forget([gone], at=AS_OF)
        assert verify(second).problems == ()
        assert not verify(first).ok
    raw = b"".join(file.read_bytes() for file in database.parent.glob("monitor.db*"))
    assert not any(gone.encode() in raw for gone in only_before[:-1])
    texts = {one.id: one.text.encode() for one in posts()}
    assert [texts[post] in raw for post in only_before] == [*([False] * (len(only_before) - 1)), True]
    with Store.open(database) as store:
        store.forget([PostId(cited_by(second)[0])], at=AS_OF)
    assert not verify(second).ok


def test_the_words_of_a_group_go_with_the_last_of_its_posts(tmp_path: Path) -> None:
    database, first, second = two_in_a_row(tmp_path)
    group = next(one for one in json.loads(first.read_text())["brief"]["groups"] if one["label"])
    with Store.open(database) as store:
        store.forget(map(PostId, group["posts"]), at=AS_OF)
        rows = store._all("SELECT document, outline FROM briefs ORDER BY number LIMIT 1")
        assert not any(word in "".join(rows[0]) for word in group["label"] if word != "ferry")
        latest = store.latest_brief(StoryId("ferry"))
        assert latest is not None
        before, published = store.compared_with(latest), store.published_before(StoryId("ferry"), latest.as_of)
        assert before is not None
        assert published is not None
        assert (before.groups[0].label, before.groups[0].voices) == ((), group["voices"])
        assert compose(published, story(), language="en", time_zone="UTC").sentences
    assert any(problem.startswith("changes.") for problem in verify(second).problems)


def test_a_brief_after_a_deletion_names_the_one_before_as_it_was_published(tmp_path: Path) -> None:
    database, first, _ = two_in_a_row(tmp_path)
    with Store.open(database) as store:
        (before,) = [one for one in [store.published_before(StoryId("ferry"), NOON + timedelta(hours=2))] if one]
        store.forget([PostId(cited_by(first)[0])], at=AS_OF)
        after = store.published_before(StoryId("ferry"), NOON + timedelta(hours=2))
        assert after is not None
        assert (after.hash, after.fingerprint) == (before.hash, before.fingerprint)
        assert after.claims != before.claims


# --- Differences, by themselves --------------------------------------------------------------------


def test_equal_documents_do_not_differ(made: Made) -> None:
    assert differences(made.document(), made.document()) == []


def test_true_is_not_one(made: Made) -> None:
    told = made.document()
    told["brief"]["split"] = int(told["brief"]["split"])
    assert len(differences(told, made.document())) == 1


def test_bytes_that_are_no_text_are_told() -> None:
    claims = [{"kind": "volume", "text": "Three posts.", "citations": []}]
    assert 'claim 1 (volume: "Three posts.")' in file_differs("report.md", b"\xff\x00", "Three posts.\n", claims)
