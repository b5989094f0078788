"""Whatever is changed in a published report, in a file beside it or in the rows it stands on, `verify` exits 1.

One table: a kind of tampering, the change, and what the verdict must name. A changed document is signed again with
a right hash, for whoever changes a report can compute one.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jobs.brief import brief_each
from jobs.cli import main
from jobs.publish import publish
from jobs.understand import understand
from monitor.model import PostId, StoryId, Tombstone
from monitor.store import Store
from monitor.store.rows import at_text
from reports.json import hash_of
from tests.builders import NOON, author, post
from tests.test_verify import AGAINST, AS_OF, IN_FAVOUR, Made

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.model import Post

LATER = AS_OF + timedelta(hours=6)
LOOK_ALIKE = "\u0435"  # a Cyrillic letter that looks like "e"
INVISIBLE = "\u200b"  # a space of no width
REVERSED = "\u202e"  # what follows is shown from right to left

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Published:
    """A folder with a store and the report that was published from it, to be tampered with."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "monitor.db"

    @property
    def json(self) -> Path:
        (path,) = self.folder.glob("out/*/report.json")
        return path

    def document(self) -> Json:
        return dict(json.loads(self.json.read_text(encoding="utf-8")))

    def write(self, document: Json, *, sign: bool = True) -> None:
        if sign:
            document["hash"] = hash_of(document)
        self.json.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def sql(self, statement: str, *values: object) -> None:
        with closing(sqlite3.connect(self.database)) as database:
            changed = database.execute(statement, values).rowcount
            database.commit()
        assert changed > 0, "nothing was tampered with"


def said() -> list[Post]:
    """Two sides, a report in the news that is shared twice, and one who asks."""
    opinions = [
        post(f"p{n:02d}", by=f"person{n}", minutes=7 * n, text=text) for n, text in enumerate(AGAINST + IN_FAVOUR)
    ]
    news = post(
        "n0",
        author=replace(author("fjordcourier"), description="News outlet"),
        minutes=2,
        text="County closes the Sundvik ferry in April, boat takes over",
    )
    shared = [
        post(f"n{n}", by=f"sharer{n}", minutes=80 + n, text=f"RT @fjordcourier: {news.text}", repost_of=news.id)
        for n in (1, 2)
    ]
    asking = post("q0", by="asking", minutes=90, text="Does anybody know when the last ferry leaves Sundvik?")
    return [replace(one, found_for=(StoryId("ferry"),)) for one in [*opinions, news, *shared, asking]]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a second report, six hours after the first; one post was deleted before."""
    folder = tmp_path_factory.mktemp("published")
    with Store.open(folder / "monitor.db") as store:
        store.save_tombstones([Tombstone(id_hash="0" * 64, story=StoryId("ferry"), created_at=NOON)])
    made = Made(folder, said()[:-4])
    with Store.open(made.database) as store:
        made.save(store, said(), hours=11)
        made.report(store, LATER)
    return folder


@pytest.fixture(scope="module")
def original_loud(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report of the same opinions, one of those in favour reposted thirty times."""
    folder = tmp_path_factory.mktemp("loud")
    every = said()
    loud = next(one for one in every if one.text == IN_FAVOUR[0])
    again = [
        replace(
            loud, id=PostId(f"z{n}"), author=author(f"echo{n}"), text=f"RT @person5: {loud.text}", repost_of=loud.id
        )
        for n in range(30)
    ]
    Made(folder, [*every, *again])
    return folder


@pytest.fixture
def loud(original_loud: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Published:
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(original_loud, tmp_path / "team")
    return Published(folder=tmp_path / "team")


@pytest.fixture
def published(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Published:
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(original, tmp_path / "team")
    return Published(folder=tmp_path / "team")


def verified(published: Published, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, Json]:
    capsys.readouterr()
    code = main(["verify", str(published.json), "--json", *options])
    return code, json.loads(capsys.readouterr().out)


# --- How to tamper ---------------------------------------------------------------------------------


def changed(value: Any) -> Any:
    """Return another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return ("x" if value[:1] != "x" else "y") + value[1:]


def at(*keys: Any, to: Any = changed, sign: bool = True) -> Callable[[Published], None]:
    """Put another value at one place of the document. to: the value, or what makes it from the old one."""

    def tamper(published: Published) -> None:
        document = published.document()
        holder: Any = document
        for key in keys[:-1]:
            holder = holder[key]
        before = holder[keys[-1]]
        holder[keys[-1]] = to(before) if callable(to) else to
        assert json.dumps(holder[keys[-1]]) != json.dumps(before), "nothing was tampered with"
        published.write(document, sign=sign)

    return tamper


def in_brief(change: Callable[[Json], object]) -> Callable[[Published], None]:
    """Change the brief of the document in a way of its own."""

    def tamper(published: Published) -> None:
        document = published.document()
        before = json.dumps(document)
        change(document["brief"])
        assert json.dumps(document) != before, "nothing was tampered with"
        published.write(document)

    return tamper


def claim(brief: Json, kind: str) -> Json:
    return next(one for one in brief["claims"] if one["kind"] == kind)


def in_claim(kind: str, change: Callable[[Json], object]) -> Callable[[Published], None]:
    """Change the first claim of a kind."""
    return in_brief(lambda brief: change(claim(brief, kind)))


def in_file(suffix: str, before: str, after: str) -> Callable[[Published], None]:
    """Put another text where a pattern first stands in a file beside the document; the document stays."""

    def tamper(published: Published) -> None:
        path = published.json.with_suffix(f".{suffix}")
        text = path.read_bytes().decode()
        other = re.sub(before, after, text, count=1)
        assert other != text, "nothing was tampered with"
        path.write_bytes(other.encode())

    return tamper


def in_bytes(before: str, after: str) -> Callable[[Published], None]:
    """Put other bytes into the document itself, which then says the same to whoever parses it."""
    return in_file("json", before, after)


def in_store(statement: str, *values: object) -> Callable[[Published], None]:
    """Change a row of the database."""
    return lambda published: published.sql(statement, *values)


def deleted(name: str) -> Callable[[Published], None]:
    """Take a post out of the store, as its platform asks."""

    def tamper(published: Published) -> None:
        with Store.open(published.database) as store:
            store.forget([PostId(name)], at=LATER)

    return tamper


def other_letter(text: str) -> str:
    return text.replace("e", LOOK_ALIKE, 1)


def look_alike(brief: Json) -> None:
    """Change one letter of a quote wherever the brief has it."""
    group = claim(brief, "group")
    quote = group["citations"][0]["quote"]
    for holder, key in (
        (group["citations"][0], "quote"),
        (group, "text"),
        (brief["groups"][0]["quote"], "text"),
        (brief, "text"),
    ):
        holder[key] = holder[key].replace(quote, other_letter(quote))


def swapped_citation(group: Json) -> None:
    """Cite the places of two posts for each other."""
    one, other = group["citations"][1:3]
    one["url"], other["url"] = other["url"], one["url"]


def swapped_claims(brief: Json) -> None:
    one, other = (n for n, made in enumerate(brief["claims"]) if made["kind"] == "group")
    brief["claims"][one], brief["claims"][other] = brief["claims"][other], brief["claims"][one]


def moved_member(brief: Json) -> None:
    brief["groups"][1]["posts"].append(brief["groups"][0]["posts"].pop())


def other_side(brief: Json) -> None:
    """Turn a group round wherever it stands."""
    group = claim(brief, "group")
    for holder in (group["words"], brief["groups"][0]):
        holder["stance"] = "support" if holder["stance"] == "oppose" else "oppose"
    text = group["text"]
    group["text"] = text.replace("are against", "are in favour")
    brief["text"] = brief["text"].replace(text, group["text"])


def without_gap(brief: Json) -> None:
    """Take a gap out wherever it stands."""
    told = claim(brief, "gap")
    brief["claims"].remove(told)
    brief["gaps"] = []


def other_store(published: Published) -> None:
    """Let the report name a copy of its database."""
    shutil.copy(published.database, published.folder / "other.db")
    at("store", to="../../other.db")(published)


def forged(*, language: str = "en", later: timedelta = timedelta(0)) -> Callable[[Published], None]:
    """Put beside the true store a report that was published from a copy of it, with a headline of one's own."""

    def tamper(published: Published) -> None:
        copy = published.folder / "copy"
        copy.mkdir()
        shutil.copy(published.database, copy / "monitor.db")
        with Store.open(copy / "monitor.db") as store:
            store._db.execute("UPDATE stories SET title = 'Mayor of Sundvik lied about the ferry'")
            # What is published already would not be published again.
            store._db.execute("DELETE FROM reports WHERE as_of = ?", [at_text(LATER + later)])
            brief_each(store, as_of=LATER + later)
            publish(store, out=copy / "out", language=language, time_zone="Europe/Oslo", as_of=LATER + later)
        shutil.rmtree(published.folder / "out")
        shutil.move(copy / "out", published.folder / "out")

    return tamper


FINDING = "UPDATE findings SET {} WHERE post = 'p00'"

TAMPERINGS: dict[str, tuple[Callable[[Published], None], str]] = {
    # --- The document: numbers, words, order
    "a number of a claim": (in_claim("group", lambda one: one["numbers"].update(voices=6)), "voices is 6"),
    "of how many a claim speaks": (in_claim("group", lambda one: one["numbers"].update(of=90)), "of is 90"),
    "a number that a claim does not have": (
        in_claim("group", lambda one: one["numbers"].update(share=55)),
        "share is 55",
    ),
    "a whole number as a fraction": (
        in_claim("group", lambda one: one["numbers"].update(voices=float(one["numbers"]["voices"]))),
        "claim 3 (group",
    ),
    "a digit of a sentence alone": (
        in_claim("group", lambda one: one.update(text=re.sub(r"^\d", "7", one["text"]))),
        'claim 3 (group: "7 of',
    ),
    "a digit of the paragraph alone": (
        at("brief", "text", to=lambda text: text.replace("9", "8", 1)),
        "brief.text",
    ),
    "the qualifier of the brief": (at("brief", "qualifier", to="extensive"), "brief.qualifier"),
    "the qualifier of a claim": (
        in_claim("volume", lambda one: one["words"].update(qualifier="active")),
        'qualifier is "active"',
    ),
    "a platform of a claim": (
        in_claim("volume", lambda one: one["words"].update(platforms=["x", "bluesky"])),
        "platforms is",
    ),
    "an outlet of a claim": (
        in_claim("reporting", lambda one: one["words"].update(outlets=["The Other Post"])),
        "outlets",
    ),
    "the kind of a claim": (in_claim("minority", lambda one: one.update(kind="group")), "claim 5"),
    "a claim taken out": (in_brief(lambda brief: brief["claims"].remove(claim(brief, "minority"))), "is missing"),
    "a claim put in": (
        in_brief(lambda brief: brief["claims"].append(claim(brief, "group") | {"text": "All are happy."})),
        "All are happy.",
    ),
    "a claim said twice": (
        in_brief(lambda brief: brief["claims"].append(claim(brief, "group"))),
        "does not follow",
    ),
    "claims in another order": (in_brief(swapped_claims), "(group"),
    # --- The document: proof
    "a letter of a quote": (
        in_claim("group", lambda one: one["citations"][0].update(quote=changed(one["citations"][0]["quote"]))),
        "its quote of post p",
    ),
    "a letter that looks alike, wherever the quote stands": (in_brief(look_alike), "its quote of post p"),
    "an invisible letter in a quote": (
        in_claim("group", lambda one: one["citations"][0].update(quote=one["citations"][0]["quote"] + INVISIBLE)),
        "its quote of post p",
    ),
    "a quote cut short": (
        in_claim("group", lambda one: one["citations"][0].update(quote=one["citations"][0]["quote"][:30])),
        "its quote of post p",
    ),
    "a quote where only the place was cited": (
        in_claim("group", lambda one: one["citations"][1].update(quote=AGAINST[1])),
        "its quote of post p",
    ),
    "addresses of two citations swapped": (in_claim("group", swapped_citation), "citation 2 is"),
    "a citation taken out": (in_claim("group", lambda one: one["citations"].pop()), "citation 3 is null"),
    "a citation put in": (
        in_claim("group", lambda one: one["citations"].append({"post": "p08", "url": None})),
        "citation 4 is",
    ),
    "the window of a cited gap": (
        in_claim("gap", lambda one: one["citations"][0]["gap"].update(until="2026-02-03T13:00:00Z")),
        "(gap",
    ),
    "how many deletions are cited": (
        in_claim("deleted", lambda one: one["citations"][0]["tombstone"].update(count=9)),
        "(deleted",
    ),
    "the author of a cited post": (at("cited", 0, "author"), "cited.1.author"),
    "the address of a cited post": (at("cited", 0, "url", to="https://elsewhere.example/"), "cited.1.url"),
    "the time of a cited post": (at("cited", 0, "created_at", to="2026-02-03T11:00:00Z"), "cited.1.created_at"),
    "a cited post said to be withheld": (at("cited", 0, "withheld"), "cited.1.withheld"),
    "an invisible letter in a cited post": (
        at("cited", 0, "text", to=lambda text: INVISIBLE + text),
        "cited.1.text",
    ),
    # --- The document: groups, sides, figures
    "a member of a group taken out": (
        at("brief", "groups", 0, "posts", to=lambda posts: posts[:-1]),
        "groups.1.posts",
    ),
    "a member moved to another group": (in_brief(moved_member), "groups.1.posts"),
    "a group's label": (at("brief", "groups", 0, "label", to=["happy", "farmers"]), "groups.1.label"),
    "a group's voices": (at("brief", "groups", 0, "voices"), "groups.1.voices"),
    "a group's stance": (at("brief", "groups", 0, "stance", to="support"), "groups.1.stance"),
    "a group's tone": (at("brief", "groups", 0, "sentiment", to="positive"), "groups.1.sentiment"),
    "a group turned round wherever it stands": (in_brief(other_side), 'stance is "support"'),
    "a group taken out": (at("brief", "groups", to=lambda groups: groups[1:]), "brief.groups"),
    "that opinion is split": (at("brief", "split"), "brief.split"),
    "that there is a minority": (at("brief", "minority", to=None), "brief.minority"),
    "the begin of the window": (at("brief", "window", "since", to="2026-02-03T11:00:00Z"), "2026-02-03T11:00:00Z"),
    "the end of the window": (at("brief", "window", "until", to="2026-02-04T03:00:00Z"), "claim 1 (volume"),
    "as of when": (at("as_of", to="2026-02-04T03:00:00Z"), "differs from what is rendered from the store"),
    "a gap taken out wherever it stands": (in_brief(without_gap), "(gap"),
    "how many copies were left out": (at("brief", "left_out", "copies"), "left_out.copies"),
    "how many deletions were left out": (at("brief", "left_out", "deleted", to=0), "left_out.deleted"),
    "that no claim was dropped": (at("brief", "left_out", "dropped_claims"), "left_out.dropped_claims"),
    "a tone in the figures": (at("figures", "by_voice", "negative"), "figures.by_voice.negative"),
    "how few would turn it": (at("figures", "flip"), "figures.flip"),
    "how few would turn it, in the brief": (at("brief", "flip"), "brief.flip"),
    "that nobody knows how few would turn it": (at("figures", "flip", to=None), "figures.flip"),
    "the net sentiment": (at("figures", "net", "value", to=0.5), "figures.net.value"),
    "a gap in the timeline": (at("timeline", 0, "unread"), "timeline.1.unread"),
    "who wrote it": (at("brief", "written_by", to="edited by a person"), "brief.written_by"),
    "the report before": (at("previous"), "previous"),
    "an input taken out": (at("inputs", to=lambda inputs: inputs[:-1]), "from the store"),
    "another finding as an input": (at("inputs", 0, 2), "no longer in the store"),
    "another text as an input": (at("inputs", 0, 1), "no longer in the store"),
    "how much a scorer read": (at("accuracy", "readers", 0, "opinions"), "accuracy.readers"),
    # --- The document: what is not from the store is held by the hash that was recorded
    "a note": (at("notes", to=["All is well."]), "has published this report with the hash"),
    "a version": (at("versions", "monitor", to="9.9"), "has published this report with the hash"),
    "what a source gave": (
        at("sources", 1, to=lambda source: source | {"received": 99, "stored": 99}),
        "has published this report with the hash",
    ),
    "the story's title": (at("story", "title", to="County keeps the Sundvik ferry"), "has published this report"),
    "the language": (at("language", to="nb"), "from the store its text is"),
    "the time zone": (at("time_zone", to="Asia/Seoul"), "from the store its text is"),
    "another database": (other_store, "has published this report with the hash"),
    "the schema": (at("schema", to="what-people-say/report/2"), "no report as this program writes it"),
    "the hash": (at("hash", sign=False), "its hash is not that of its content"),
    "the brief's hash": (at("brief", "hash"), "brief.hash"),
    "a document that was not signed again": (
        at("brief", "voices", sign=False),
        "its hash is not that of its content",
    ),
    "a key that stands twice": (
        in_bytes('"qualifier": ', '"qualifier": "extensive",\n  "qualifier": '),
        "other bytes",
    ),
    "other spaces": (in_bytes("\n ", "\n  "), "other bytes"),
    # --- The page
    "a digit in a sentence of the page": (
        in_file("html", r"\d( of \d+ people with an opinion)", r"7\1"),
        "report.html",
    ),
    "a number in a data- attribute": (
        in_file("html", r"(data-claim=\"[^\"]*voices\D+)\d+", r"\g<1>99"),
        "report.html",
    ),
    "the group of a card": (in_file("html", r'data-group="p00"', 'data-group="p05"'), "report.html"),
    "the post of a proof": (in_file("html", r'data-post="p00"', 'data-post="p05"'), "report.html"),
    "the brief of a page": (in_file("html", r'data-brief="\w', 'data-brief="_'), "report.html"),
    "who wrote the page": (in_file("html", 'data-written-by="rules"', 'data-written-by="people"'), "report.html"),
    "as of when the page is": (in_file("html", r'data-as-of="2026', 'data-as-of="2027'), "report.html"),
    "the story of a page": (in_file("html", 'data-story="ferry"', 'data-story="other"'), "report.html"),
    "where a proof of the page leads": (
        in_file("html", "https://x.example/person0", "https://y.example/"),
        "report.html",
    ),
    "a proof of another sentence": (in_file("html", 'href="#c1"', 'href="#c2"'), "report.html"),
    "an invisible letter on the page": (in_file("html", "I hate that", f"I hate{INVISIBLE} that"), "report.html"),
    "letters shown in reverse": (in_file("html", "I hate that", f"{REVERSED}I hate that"), "report.html"),
    "a look-alike letter on the page": (in_file("html", "I hate", f"I hat{LOOK_ALIKE}"), "report.html"),
    "a claim taken from the page": (in_file("html", r'<span class="claim".*?</span> ', ""), "report.html"),
    "what was left out hidden by a style": (
        in_file("html", "</style>", ".left-out{display:none}</style>"),
        "report.html",
    ),
    "a script on the page": (in_file("html", "</body>", "<script>1</script></body>"), "report.html"),
    "the policy of the page": (in_file("html", "default-src 'none'", "default-src *"), "report.html"),
    # --- The Markdown
    "a digit in the Markdown": (in_file("md", r"\d( of \d+ people with an opinion)", r"7\1"), "report.md"),
    "a look-alike letter in the Markdown": (in_file("md", "I hate", f"I hat{LOOK_ALIKE}"), "report.md"),
    "where a proof of the Markdown leads": (
        in_file("md", "https://x.example/person0", "https://y.example/"),
        "report.md",
    ),
    "a cell of a table": (in_file("md", r"\| English \| \d+", "| English | 99"), "report.md"),
    "what was left out of the Markdown": (in_file("md", r"\nLeft out: .*\n", "\n"), "report.md"),
    "a sentence at the end": (in_file("md", r"\Z", "Everybody is happy.\n"), "report.md"),
    "other ends of lines": (in_file("md", "\n", "\r\n"), "report.md"),
    # --- The store
    "a text edited under its hash": (
        in_store("UPDATE versions SET text = replace(text, 'hate', 'love') WHERE post = 'p00'"),
        "p00",
    ),
    "an uncited text edited under its hash": (
        in_store("UPDATE versions SET text = text || '!' WHERE post = 'p03'"),
        "does not follow from the store",
    ),
    "the stance of a finding": (in_store(FINDING.format("stance = 'support'")), "claim 3 (group"),
    "the tone of a finding": (in_store(FINDING.format("label = 'positive', value = 0.9")), "figures.by_voice"),
    "the value of a tone": (in_store(FINDING.format("value = value / 2")), "inputs"),
    "the kind of a finding": (in_store(FINDING.format("kind = 'reporting'")), "claim 1 (volume"),
    "the voice of a finding": (in_store(FINDING.format("voice = 'x:u-person1'")), "claim 1 (volume"),
    "a finding made a flood": (in_store(FINDING.format("flood = 'near-identical'")), "claim 1 (volume"),
    "a finding made ironic": (in_store(FINDING.format("ironic = 1")), "claim 3 (group"),
    "a finding about another story": (in_store(FINDING.format("story = 'other'")), "claim 1 (volume"),
    "a copy made words of its own": (
        in_store("UPDATE findings SET copy_of = NULL, copy_reason = NULL WHERE post = 'n1'"),
        "claim 1 (volume",
    ),
    "a finding taken out": (
        in_store("DELETE FROM findings WHERE post = 'p03'"),
        "post p03 is no longer in the store",
    ),
    "an uncited post that was deleted": (deleted("p03"), "post p03 is no longer in the store"),
    "a copy that was deleted": (deleted("n2"), "post n2 is no longer in the store"),
    "the address of a stored post": (
        in_store("UPDATE posts SET url = 'https://y.example/' WHERE id = 'p00'"),
        "p00",
    ),
    "the platform of a stored post": (
        in_store("UPDATE posts SET platform = 'reddit' WHERE id = 'p00'"),
        "platforms",
    ),
    "the time of a stored post": (
        in_store("UPDATE posts SET created_at = '2026-02-03T13:30:00.000000+00:00' WHERE id = 'p00'"),
        "p00",
    ),
    "the author of a stored post": (
        in_store("UPDATE posts SET author = replace(author, 'person0', 'somebody') WHERE id = 'p00'"),
        "cited",
    ),
    "the reason of a stored gap": (in_store("UPDATE gaps SET reason = 'all well'"), "gap of rss"),
    "the window of a stored gap": (
        in_store("UPDATE gaps SET until = '2026-02-03T13:00:00.000000+00:00'"),
        "gap of rss",
    ),
    "a read taken out": (in_store("DELETE FROM reads"), "the read of x"),
    "a tombstone of another story": (in_store("UPDATE tombstones SET story = 'other'"), "a tombstone is no longer"),
    "the hash that was recorded": (
        in_store("UPDATE reports SET report_hash = '0123456789abcdef'"),
        "has published this report with the hash 0123456789abcdef",
    ),
    # --- A whole report of one's own
    "a headline of one's own, a second later": (forged(later=timedelta(seconds=1)), "no report of this story"),
    "a headline of one's own, in another language": (forged(language="nb"), "no report of this story"),
}


LOUD: dict[str, tuple[Callable[[Published], None], str]] = {
    "posts of the loud side": (in_claim("loud_minority", lambda one: one["numbers"].update(posts=9)), "posts is 9"),
    "posts of the other side": (
        in_claim("loud_minority", lambda one: one["numbers"].update(other_posts=40)),
        "other_posts is 40",
    ),
    "people of the loud side": (
        in_claim("loud_minority", lambda one: one["numbers"].update(voices=9)),
        "voices is 9",
    ),
    "people of the other side": (
        in_claim("loud_minority", lambda one: one["numbers"].update(other_voices=1)),
        "other_voices is 1",
    ),
    "which side is loud": (
        in_claim("loud_minority", lambda one: one["words"].update(stance="oppose")),
        'stance is "oppose"',
    ),
    "which side is larger": (
        in_claim("loud_minority", lambda one: one["words"].update(people="oppose")),
        'people is "oppose"',
    ),
    "by what the sides are told": (in_claim("loud_minority", lambda one: one["words"].update(by="x")), 'by is "x"'),
    "who proves it": (in_claim("loud_minority", lambda one: one["citations"].pop()), "citation 3 is null"),
    "that it is loud": (
        in_brief(lambda brief: brief["claims"].remove(claim(brief, "loud_minority"))),
        "is missing",
    ),
    "the digits of its sentence": (
        in_claim("loud_minority", lambda one: one.update(text=re.sub(r"\d+ to", "77 to", one["text"]))),
        "(loud_minority",
    ),
    "a repost that counts no more": (in_store("DELETE FROM findings WHERE post = 'z3'"), "post z3 is no longer"),
    "the stance of a repost": (
        in_store("UPDATE findings SET stance = 'oppose', label = 'negative', value = -0.9 WHERE post = 'z3'"),
        "(loud_minority",
    ),
    "a repost made a report": (
        in_store("UPDATE findings SET kind = 'reporting' WHERE post = 'z3'"),
        "(loud_minority",
    ),
}
"""Likewise, of the report with a loud minority."""


# --- The tests -------------------------------------------------------------------------------------


def test_the_report_as_it_was_published_holds(published: Published, capsys: pytest.CaptureFixture[str]) -> None:
    code, verdict = verified(published, capsys)
    assert (code, verdict) == (0, {"ok": True, "problems": [], "notes": []})
    kinds = {one["kind"] for one in published.document()["brief"]["claims"]}
    assert {"volume", "reporting", "group", "minority", "copies", "deleted", "gap"} <= kinds
    assert published.document()["previous"] is not None


def test_later_posts_are_only_a_note(published: Published, capsys: pytest.CaptureFixture[str]) -> None:
    with Store.open(published.database) as store:
        late = post("late", by="late", minutes=700, text=f"{AGAINST[0]} So sad.", found_for=(StoryId("ferry"),))
        Made.save(store, [late], hours=13)
        understand(store)
    code, verdict = verified(published, capsys)
    assert (code, verdict["problems"]) == (0, [])
    assert any("1 posts about this story came since" in note for note in verdict["notes"])


@pytest.mark.parametrize(
    "name",
    list(TAMPERINGS),
)
def test_tampering_is_caught_and_named(published: Published, capsys: pytest.CaptureFixture[str], name: str) -> None:
    tamper, names = TAMPERINGS[name]
    tamper(published)
    code, verdict = verified(published, capsys)
    assert code == 1
    assert not verdict["ok"]
    assert any(names in problem for problem in verdict["problems"]), verdict["problems"]


@pytest.mark.parametrize("name", LOUD)
def test_tampering_with_a_loud_minority_is_caught_and_named(
    loud: Published, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert verified(loud, capsys)[0] == 0
    tamper, names = LOUD[name]
    tamper(loud)
    code, verdict = verified(loud, capsys)
    assert code == 1
    assert any(names in problem for problem in verdict["problems"]), verdict["problems"]


def test_a_report_from_a_doctored_copy_of_the_store_falls_before_the_teams_own(
    published: Published, capsys: pytest.CaptureFixture[str]
) -> None:
    doctored = published.folder / "doctored.db"
    shutil.copy(published.database, doctored)
    with Store.open(doctored) as store:
        edited = post("p00", by="person0", text="I love that the ferry closes, and so do our sheep.", revision=1)
        Made.save(store, [replace(edited, found_for=(StoryId("ferry"),))], hours=11)
        understand(store)
        brief_each(store, as_of=LATER)
        publish(store, out=published.folder / "out", language="en", time_zone="Europe/Oslo", as_of=LATER)
    code, verdict = verified(published, capsys, "--store", str(published.database))
    assert code == 1
    assert any("post p00 is no longer in the store as the report has it" in one for one in verdict["problems"])


def test_there_are_forty_kinds_and_more() -> None:
    assert len(TAMPERINGS) >= 40
