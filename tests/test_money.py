"""What reading will cost and has cost: the plan, the ledger, and how each source does."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from jobs.cli import main
from monitor.budget import COUNTS, POST, USER, Caps, dollars, margin, slices, wanted
from monitor.model import Article, Cost, Gap, Page, Story, StoryId
from monitor.plan import finer, reading
from monitor.store import Store
from tests.fakes.hackernews import comment, search
from tests.fakes.web import FakeWeb, Reply
from tests.fakes.x import TOKEN
from tests.fakes.x_stream import StreamX, times

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
AS_OF = ("--as-of", "2026-02-03T12:00:00Z")
WORDS = "sundvik ferry"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    monkeypatch.setenv("X_TOKEN", TOKEN)
    return tmp_path


def config(here: Path, x: str = "", hn: str = "", more: str = "") -> None:
    text = f'time_zone = "UTC"\n{more}'
    if x:
        text += f'[[sources]]\nkind = "x"\ntoken = "env:X_TOKEN"\napi = "{x}"\ndollars_a_month = 40\n'
    if hn:
        text += f'[[sources]]\nkind = "hackernews"\napi = "{hn}"\nallow_private_hosts = true\n'
    (here / "config.toml").write_text(
        f'{text}[[stories]]\nid = "ferry"\ntitle = "County closes the Sundvik ferry"\nquery = "{WORDS} OR #ferga"\n'
    )


def stream(per_hour: float) -> StreamX:
    found = times("plan", NOW - timedelta(days=7), NOW, lambda _: per_hour)
    return StreamX({f"({WORDS}) OR #ferga": found})


# --- Figures -----------------------------------------------------------------------------------------


def test_a_cap_counts_from_the_begin_of_its_day_and_month() -> None:
    assert Caps(day=5, month=9).at(NOW) == [
        (datetime(2026, 2, 3, tzinfo=UTC), 5),
        (datetime(2026, 2, 1, tzinfo=UTC), 9),
    ]
    assert Caps().at(NOW) == []


@pytest.mark.parametrize(
    ("read", "of", "half"), [(100, 100, 0.0), (150, 10**9, 0.067), (138, 10**9, 0.07), (50, 100, 0.083)]
)
def test_the_margin_is_that_of_drawing_from_so_many(read: int, of: int, half: float) -> None:
    assert margin(read, of) == pytest.approx(half, abs=0.001)


def test_each_window_is_wanted_by_its_part_of_the_day() -> None:
    assert wanted(30, 120, 150) == 30
    assert wanted(300, 3_000, 150) == 15
    assert sum(wanted(count, 2_000, 150) for count in (500, 1_000, 500)) == pytest.approx(150, abs=3)


def test_slices_cover_the_time_without_holes_and_have_about_as_many_posts() -> None:
    hours = [NOW + n * timedelta(hours=1) for n in range(6)]
    counts = [(a, b, n) for (a, b), n in zip(pairwise(hours), (0, 10, 100, 0, 30), strict=True)]
    cut = slices(counts, 4)
    assert (cut[0][0], cut[-1][1], len(cut)) == (hours[0], hours[-1], 4)
    assert all(one[1] == other[0] for one, other in pairwise(cut))
    held = [
        sum(n * max(0.0, (min(b, until) - max(a, since)) / (b - a)) for a, b, n in counts) for since, until in cut
    ]
    assert held == pytest.approx([35] * 4, abs=1)
    assert slices([(NOW, NOW + timedelta(hours=1), 0)], 3) == [(NOW, NOW + timedelta(hours=1))]


def test_a_plan_reads_a_quiet_story_whole_and_a_loud_one_in_part() -> None:
    quiet, loud = reading(40, runs=24, enough=150), reading(5_000, runs=24, enough=150)
    assert (quiet.read, quiet.counted, quiet.margin) == (40, 0, 0.0)
    assert quiet.a_day == round(40 * (1.1 * POST + USER))
    assert (loud.read, loud.counted) == (240, 24)
    assert loud.a_day == round(240 * (1.1 * POST + USER)) + 24 * COUNTS
    assert finer(40, runs=24, enough=150) is None
    found = finer(5_000, runs=24, enough=150)
    assert found is not None
    assert found[1].margin == pytest.approx(loud.margin / 2, abs=0.002)


def test_money_is_told_in_dollars() -> None:
    assert [dollars(n) for n in (0, 4_000, 160_000, 1_234_560_000)] == [
        "$0.00", "less than $0.01", "$0.16", "$1,234.56",
    ]  # fmt: skip


# --- monitor plan ------------------------------------------------------------------------------------


def test_the_plan_says_what_is_asked_where_how_much_there_is_and_what_it_costs(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with stream(100) as fake, FakeWeb(lambda _: Reply()) as hn:
        config(here, fake.url, hn.url)
        assert main(["plan", *AS_OF]) == 0
        told = capsys.readouterr().out
        assert (fake.counts, fake.read, hn.asked) == (1, 0, [])
    assert f"  x  ({WORDS}) OR #ferga\n" in told
    assert "  hackernews  2 searches: sundvik ferry | #ferga\n" in told
    assert "about 2,400 a day" in told
    assert (
        "240 of them are read: $3.84 a day, $115.20 in 30 days; a day's shares within 5 points by drawing" in told
    )
    assert "with enough = " in told
    assert "x, read 24 times a day: $115.20 in 30 days" in told
    assert "the first run, from when each story began: $16.28" in told
    assert "the cap of a month, $40.00, is less than that" in told
    with Store.open(here / "monitor.db") as store:
        assert store.spent("x", NOW) == COUNTS


def test_a_plan_of_a_quiet_story_reads_it_all_and_has_no_first_run_twice(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with stream(2) as fake:
        config(here, fake.url)
        assert main(["plan", *AS_OF]) == 0
        told = capsys.readouterr().out
        assert "    all are read: $0.74 a day, $22.32 in 30 days\n" in told
        assert "the first run, from when each story began: $5.2" in told
        assert "the cap of a month, $40.00, is enough" in told
        assert main(["run", "collect", *AS_OF]) == 0
        # What it said is what it was, but for posts that others refer to.
        assert 5_000_000 < fake.bill - COUNTS < 5_300_000
        capsys.readouterr()
        assert main(["plan", *AS_OF]) == 0
        assert "the first run" not in capsys.readouterr().out


def test_a_plan_without_counts_asks_nobody(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with stream(100) as fake:
        config(here, fake.url)
        assert main(["plan", "--no-counts", "--json", *AS_OF]) == 0
        assert (fake.counts, fake.read) == (0, 0)
    ((planned,),) = [json.loads(capsys.readouterr().out)]
    assert planned["sources"][0]["searches"] == [f"({WORDS}) OR #ferga"]
    assert planned["sources"][0]["microdollars_a_month"] is None


def test_the_plan_shows_the_query_that_a_run_asks_with_what_other_outlets_tell(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = Article(
        id=StoryId("other"), story=StoryId("ferry"), title="No ferry", url="https://other.example/no-ferry"
    )
    with FakeWeb(lambda _: Reply(body=b'{"hits": []}')) as hn:
        config(here, hn=hn.url)
        text = (here / "config.toml").read_text()
        (here / "config.toml").write_text(text.replace(f'query = "{WORDS} OR #ferga"\n', ""))
        with Store.open(here / "monitor.db") as store:
            story = Story(id=StoryId("ferry"), title="County closes the Sundvik ferry")
            store.save_page(Page(stories=(story,), articles=(told,)), source="feed", query="", at=NOW)
        assert main(["plan", "--json", *AS_OF]) == 0
        assert main(["run", "collect", *AS_OF]) == 0
    ((planned,), *_) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert 'url:"other.example/no-ferry"' in planned["query"]
    with Store.open(here / "monitor.db") as store:
        assert store.last_read("hackernews", planned["query"]) is not None


def test_a_plan_that_cannot_count_says_why_and_that_something_is_missing(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with stream(100) as fake:
        fake.fail = lambda _: (Reply(status=503, body=b"{}"), False)
        config(here, fake.url)
        assert main(["plan", *AS_OF]) == 3
    assert "not counted: X answered 503" in capsys.readouterr().out


# --- monitor costs and status ------------------------------------------------------------------------


def test_costs_tell_each_day_source_and_story_and_what_the_cap_leaves(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with stream(1) as fake:
        config(here, fake.url)
        assert main(["run", "collect", *AS_OF]) == 0
        bill = fake.bill
    capsys.readouterr()
    assert main(["costs", *AS_OF]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"2026-02-03  x  ferry  {dollars(bill)}  ")
    assert f"x: {dollars(bill)} of $40.00 a month (UTC)" in told
    assert main(["costs", "--json", *AS_OF]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sum(row["microdollars"] for row in rows) == bill
    assert {row["query"] for row in rows} == {f"{WORDS} OR #ferga"}


def test_what_a_crash_left_unsettled_is_told_as_unsure(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store.open(here / "monitor.db") as store:
        store.reserve("x", 2_500_000, caps=Caps(), at=NOW)
        ticket = store.reserve("x", 2_500_000, caps=Caps(), at=NOW)
        assert ticket is not None
        store.settle(ticket, Cost(requests=1, posts=2, microdollars=10_000))
    assert main(["costs", *AS_OF]) == 0
    assert "$2.51, $2.50 of it unsure" in capsys.readouterr().out


def test_status_tells_of_each_source_what_somebody_must_know_first(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = Reply(status=429, headers={"retry-after": "600"})
    with stream(1) as fake, FakeWeb(lambda _: later) as hn:
        config(here, fake.url, hn.url)
        fake.fail = lambda _: (Reply(status=401, body=b"{}"), False)
        assert main(["run", "collect", *AS_OF]) == 3
        asked = len(hn.asked)
        assert main(["run", "collect", "--as-of", "2026-02-03T12:05:00Z"]) == 3
        assert len(hn.asked) == asked, "asked before it may be"
        capsys.readouterr()
        assert main(["status"]) == 0
        told = capsys.readouterr().out
        assert "x  refused since 2026-02-03 12:00:00 (somebody must act): X answered 401" in told
        assert "hackernews  failing since 2026-02-03 12:00:00 (it will pass): it answers 429" in told
        assert "next try 2026-02-03 12:10:00; never read" in told
        with Store.open(here / "monitor.db") as store:
            store.note_failure("hackernews", "it answers 503", at=NOW + timedelta(hours=24))
        assert main(["status"]) == 0
        assert "failing since 2026-02-03 12:00:00 (somebody must act): it answers 503" in capsys.readouterr().out
        fake.fail = lambda _: None
        hits: list[dict[str, Any]] = [comment(1, int(NOW.timestamp()) - 60)]
        with FakeWeb(lambda one: search(hits, one)) as well:
            config(here, fake.url, well.url)
            assert main(["run", "collect", "--as-of", "2026-02-03T12:11:00Z"]) == 0
    capsys.readouterr()
    assert main(["status", "--json"]) == 0
    sources = json.loads(capsys.readouterr().out)["sources"]
    states = {name: source["state"] for name, source in sources.items()}
    assert states == {"config": "given", "hackernews": "ok", "x": "ok"}
    assert sources["x"]["problem"] is None
    assert sources["x"]["failing_since"] is None


def test_status_sums_up_what_was_drawn_and_tells_the_latest_of_many_gaps(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hour = timedelta(hours=1)
    with Store.open(here / "monitor.db") as store:
        for n in range(15):
            since, until = NOW + n * hour, NOW + (n + 1) * hour
            drawn = Gap(source="x", query="q", since=since, until=until, reason="sampled", read=10, of_about=700)
            lost = [Gap(source="x", query=query, since=since, until=until, reason="HTTP 500") for query in "ab"]
            for gap in (drawn, *lost):
                store.save_gap(gap, NOW)
    (here / "config.toml").write_text('time_zone = "UTC"\n')
    assert main(["status"]) == 0
    told = capsys.readouterr().out.partition("gaps\n")[2].partition("outbox")[0].splitlines()
    assert told[0] == "  x  150 of about 10,500 posts read, by drawing, in 15 windows"
    assert told[1].endswith("to 2026-02-04 03:00:00  HTTP 500: unknown, not zero (2 queries)")
    assert (len(told), told[-1]) == (14, "  and 3 older ones (all of them: --json)")


def test_a_garbled_answer_is_kept_as_a_sample_and_never_shown(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with FakeWeb(lambda _: Reply(body=b"<html>Log in, Berit!</html>")) as hn:
        config(here, hn=hn.url)
        assert main(["run", "collect", *AS_OF]) == 3
    capsys.readouterr()
    for options in ((), ("--json",)):
        assert main(["status", *options]) == 0
        assert "Berit" not in capsys.readouterr().out
    with Store.open(here / "monitor.db") as store:
        assert store.healths()["hackernews"].sample == "<html>Log in, Berit!</html>"


# --- monitor ask -------------------------------------------------------------------------------------


def test_one_question_is_answered_with_its_report_and_its_proof(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = int(datetime.now(UTC).timestamp())
    said = [
        "The Sundvik ferry cut is a terrible idea, the islanders were never asked",
        "I am against closing the Sundvik ferry, it cuts off the whole island",
        "Closing the Sundvik ferry is a disgrace and everybody on the pier knows it",
        "I support ending the Sundvik ferry, it costs far too much for so few cars",
        "So glad that the Sundvik ferry ends at last, buses are better for us all",
    ]
    hits = [comment(number, now - 600 * number, text) for number, text in enumerate(said, start=1)]
    with FakeWeb(lambda one: search(hits, one)) as web:
        config(here, hn=web.url)
        assert main(["ask", "sundvik ferry"]) == 0
        caught = capsys.readouterr()
        assert main(["ask", "sundvik ferry", "--json"]) == 0
    assert "5 posts by 5 people" in caught.out
    assert "news.ycombinator.com/item?id=" in caught.out
    (report,) = here.glob("out/ask/sundvik-ferry*/*/*.html")
    assert f"Report: {report.relative_to(here)}" in caught.err
    assert main(["verify", str(report.with_name("report.json"))]) == 0
    assert not (here / "monitor.db").exists()


def test_a_link_is_answered_with_what_people_say_about_its_article(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = int(datetime.now(UTC).timestamp())
    hits = [
        comment(1, now - 600, "Closing the Sundvik ferry is a terrible mistake, shame on the county"),
        comment(2, now - 900, "My county has a ferry too"),
        comment(3, now - 950, "A cat sat on the pier"),
    ]
    head = '<meta property="og:description" content="The county closes the ferry to Sundvik on 1 April.">'
    article = Reply(
        headers={"content-type": "text/html"},
        body=f"<html lang=en><title>Sundvik ferry closes</title>{head}".encode(),
    )
    with FakeWeb(lambda one: search(hits, one)) as web, FakeWeb(lambda _: article) as paper:
        config(here, hn=web.url)
        assert main(["ask", f"{paper.url}/ferry"]) == 0
        caught = capsys.readouterr()
        assert len(paper.asked) == 1
    assert caught.out.startswith("Sundvik ferry closes\n")
    assert "Closing the Sundvik ferry is a terrible mistake" in caught.out
    assert "cat sat" not in caught.out
    assert list(here.glob("out/ask/*/*/report.html"))


def test_a_question_that_nobody_could_be_asked_says_so(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with FakeWeb(lambda _: Reply(status=503)) as web:
        config(here, hn=web.url)
        assert main(["ask", '"an open quote']) == 3
    caught = capsys.readouterr()
    assert "hackernews: it answers 503" in caught.err
    assert "No posts found" not in caught.out


def test_a_question_of_nothing_is_a_mistake(here: Path) -> None:
    assert main(["ask", "  "]) == 2
    assert list(here.iterdir()) == []
