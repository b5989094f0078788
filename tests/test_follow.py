"""What becomes of posts at their platform is followed within a day: deletions of all, edits of cited ones."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobs.brief import brief_each
from jobs.cli import main
from jobs.follow import FOLLOW, follow
from jobs.understand import understand
from monitor.errors import SourceRefused, SourceUnavailable
from monitor.model import Followed, Page, PostCitation, PostId, StoryId, id_hash
from monitor.protocols import Follower
from monitor.sources.x_follow import gone_in
from monitor.store import Store
from tests.builders import post, story
from tests.fakes.services import build
from tests.fakes.web import FakeWeb, Reply
from tests.fakes.x import FakeX
from tests.fakes.x_compliance import SIGNATURE, Compliance
from tests.fakes.x_stream import x_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

NOW = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
IDS = [PostId(x_id(NOW - n * HOUR, n)) for n in range(1, 6)]


def filled(path: Path) -> Store:
    store = Store.open(path)
    store.save_stories([story()], source="config", at=NOW)
    posts = [
        post(
            one,
            by=f"reader{n}",
            text=f"The Sundvik ferry must stay, says number {n}",
            created_at=NOW - n * HOUR,
            found_for=(StoryId("ferry"),),
        )
        for n, one in enumerate(IDS, start=1)
    ]
    elsewhere = post("hn:1", text="The Sundvik ferry must stay", platform="hackernews", created_at=NOW)
    store.save_page(Page(posts=(*posts, elsewhere)), source="x", query="", at=NOW)
    return store


def follower(fake: FakeX | str, store: Store, **options: Any) -> Follower:
    url = fake if isinstance(fake, str) else fake.url
    made = build("x", url, name="x", store=store, **options)
    assert isinstance(made, Follower)
    return made


def held(store: Store) -> set[str]:
    return {one.id for one in store.posts()}


def test_what_is_gone_at_x_is_gone_here_and_leaves_its_tombstone(tmp_path: Path) -> None:
    with filled(tmp_path / "m.db") as store, FakeX(compliance=Compliance(gone=[IDS[1], "99", IDS[3]])) as fake:
        assert follow(store, [follower(fake, store)], now=NOW) == []
        assert fake.compliance.uploaded == [sorted(IDS)]
        assert held(store) == {IDS[0], IDS[2], IDS[4], "hn:1"}
        assert {stone.id_hash for stone in store.all_tombstones()} == {id_hash(IDS[1]), id_hash(IDS[3])}
        # Asked again within the day it is not; afterwards it is.
        assert follow(store, [follower(fake, store)], now=NOW + HOUR) == []
        assert fake.compliance.jobs == 1
        assert follow(store, [follower(fake, store)], now=NOW + 20 * HOUR) == []
        assert fake.compliance.jobs == 2
        # The job is free.
        assert store.costs() == {}


def test_a_job_that_takes_its_time_is_looked_after_and_not_begun_again(tmp_path: Path) -> None:
    with filled(tmp_path / "m.db") as store, FakeX(compliance=Compliance(gone=[IDS[0]], polls=2)) as fake:
        for hour in range(3):
            assert len(held(store)) == 6
            follow(store, [follower(fake, store, seconds_for_deletions=0)], now=NOW + hour * HOUR)
        assert (fake.compliance.jobs, len(fake.compliance.uploaded)) == (1, 1)
        assert len(held(store)) == 5


def test_a_run_waits_a_little_for_its_job(tmp_path: Path) -> None:
    with filled(tmp_path / "m.db") as store, FakeX(compliance=Compliance(gone=[IDS[0]], polls=1)) as fake:
        assert follow(store, [follower(fake, store, seconds_for_deletions=1)], now=NOW) == []
        assert len(held(store)) == 5


def test_a_run_a_day_reads_the_job_of_the_day_before_and_begins_the_next(tmp_path: Path) -> None:
    with filled(tmp_path / "m.db") as store, FakeX(compliance=Compliance(gone=[IDS[0]], polls=1)) as fake:
        x_source = follower(fake, store, seconds_for_deletions=0)
        assert follow(store, [x_source], now=NOW) == []
        assert len(held(store)) == 6
        fake.compliance.gone.append(IDS[1])
        (problem,) = follow(store, [x_source], now=NOW + 24 * HOUR)
        assert "run the step forget more often" in problem
        assert len(held(store)) == 4
        assert fake.compliance.jobs == 2


def test_a_job_that_never_ends_gives_way_to_another_within_the_day(tmp_path: Path) -> None:
    with filled(tmp_path / "m.db") as store, FakeX(compliance=Compliance(gone=[IDS[0]], polls=10**9)) as fake:
        follow(store, [follower(fake, store, seconds_for_deletions=0)], now=NOW)
        fake.compliance.polls = 1
        follow(store, [follower(fake, store)], now=NOW + 21 * HOUR)
        assert fake.compliance.jobs == 3  # another one, and that of the next round, which is due
        assert len(held(store)) == 5


def test_a_job_whose_result_is_held_no_longer_is_not_asked_about(tmp_path: Path) -> None:
    with filled(tmp_path / "m.db") as store:
        with FakeX(compliance=Compliance(polls=9)) as fake:
            follow(store, [follower(fake, store, seconds_for_deletions=0)], now=NOW)
        with FakeX(compliance=Compliance(gone=[IDS[0]], forgotten=["701"])) as fake:
            fake.compliance.jobs = 1
            follow(store, [follower(fake, store)], now=NOW + 10 * 24 * HOUR)
        assert len(held(store)) == 5


@pytest.mark.parametrize("status", ["failed", "expired"])
def test_a_job_that_failed_is_told_and_another_one_begins(status: str, tmp_path: Path) -> None:
    with filled(tmp_path / "m.db") as store, FakeX(compliance=Compliance(gone=[IDS[0]])) as fake:
        fake.compliance.status = status
        (problem,) = follow(store, [follower(fake, store)], now=NOW)
        assert problem == f"x: deletions are not followed: X's compliance job ended as {status}; ask again"
        fake.compliance.status = "complete"
        assert follow(store, [follower(fake, store)], now=NOW + HOUR) == []
        assert fake.compliance.jobs == 2
        assert len(held(store)) == 5


def test_an_address_with_its_signature_is_kept_nowhere(tmp_path: Path) -> None:
    with filled(tmp_path / "m.db") as store, FakeX(compliance=Compliance(polls=9)) as fake:
        follow(store, [follower(fake, store, seconds_for_deletions=0)], now=NOW)
    with sqlite3.connect(tmp_path / "m.db") as db:
        assert SIGNATURE not in "\n".join(db.iterdump())


def test_cited_posts_are_looked_up_and_an_edit_is_a_new_version_that_is_paid_for(tmp_path: Path) -> None:
    with filled(tmp_path / "m.db") as store:
        understand(store, reader=None)
        brief_each(store, as_of=NOW, window=None)
        brief = store.latest_brief(StoryId("ferry"))
        assert brief is not None
        places = [one for claim in brief.claims for one in claim.citations if isinstance(one, PostCitation)]
        cited = {one.post for one in places if one.post in IDS}
        edited = min(cited)
        later = x_id(NOW, 7)
        new = {"id": later, "text": "The ferry may go after all", "edit_history_tweet_ids": [edited, later]}
        with FakeX(compliance=Compliance(posts={edited: new})) as fake:
            assert follow(store, [follower(fake, store)], now=NOW) == []
            assert set(fake.compliance.looked_up) == cited
        (found,) = [one for one in store.posts() if one.id == edited]
        assert (found.text, found.revision) == ("The ferry may go after all", 1)
        assert store.costs()["x"].posts == 1


def test_where_the_money_is_spent_deletions_are_followed_all_the_same(tmp_path: Path) -> None:
    with filled(tmp_path / "m.db") as store, FakeX(compliance=Compliance(gone=[IDS[0]])) as fake:
        understand(store, reader=None)
        brief_each(store, as_of=NOW, window=None)
        assert follow(store, [follower(fake, store, dollars_a_day=0.001)], now=NOW) == []
        assert fake.compliance.looked_up == []
        assert len(held(store)) == 5


def test_a_platform_that_cannot_be_asked_is_told_and_asked_at_the_next_run(tmp_path: Path) -> None:
    with filled(tmp_path / "m.db") as store:
        with FakeWeb(lambda _: Reply(status=503)) as web:
            (problem,) = follow(store, [follower(web.url, store)], now=NOW)
            assert problem == "x: deletions are not followed: X answered 503"
        with FakeX(compliance=Compliance(gone=[IDS[0]])) as fake:
            assert follow(store, [follower(fake, store)], now=NOW + HOUR) == []
        assert len(held(store)) == 5


# --- Rounds --------------------------------------------------------------------------------------------


class Slow:
    """Follows a post a call, in their order; fails: raised before anything else."""

    platform = "x"

    def __init__(self, name: str = "x", fails: Exception | None = None) -> None:
        self.name = name
        self.fails = fails
        self.asked: list[str] = []

    def follow(
        self, posts: Sequence[PostId], cited: Sequence[PostId], state: str | None, now: datetime
    ) -> Iterator[Followed]:
        del cited, now
        if self.fails:
            raise self.fails
        one, *others = [post for post in sorted(posts) if state is None or post > state]
        self.asked.append(one)
        yield Followed(state=one if others else None)


def test_a_round_goes_on_in_each_run_until_it_is_over_and_the_next_begins_20_hours_after_its_begin(
    tmp_path: Path,
) -> None:
    slow = Slow()
    with filled(tmp_path / "m.db") as store:
        for hour in range(25):
            assert follow(store, [slow], now=NOW + hour * HOUR) == []
        assert slow.asked == [*sorted(IDS), *sorted(IDS)]
        assert store.healths()["x deletions"].worked_at == NOW + 24 * HOUR


def test_a_round_that_takes_more_than_a_day_is_told(tmp_path: Path) -> None:
    slow = Slow()
    with filled(tmp_path / "m.db") as store:
        assert follow(store, [slow], now=NOW) == []
        (problem,) = follow(store, [slow], now=NOW + 24 * HOUR)
        assert problem == (
            "x: deletions are not followed: the round of 2026-02-03 12:00 UTC takes more than a day: "
            "run the step forget more often"
        )
        health = store.healths()["x deletions"]
        assert (health.problem, health.failing_since) == (problem.partition("followed: ")[2], NOW + 24 * HOUR)


def test_since_when_deletions_are_not_followed_is_kept_and_is_over_when_a_round_is(tmp_path: Path) -> None:
    refused = Slow(fails=SourceRefused("x", "the key is not accepted"))
    limited = Slow(fails=SourceUnavailable("x", "it answers 429", retry_after=NOW + 3 * HOUR))
    with filled(tmp_path / "m.db") as store:
        store.note_success("x", at=NOW)
        follow(store, [refused], now=NOW)
        follow(store, [limited], now=NOW + HOUR)
        health = store.healths()["x deletions"]
        assert (health.failing_since, health.failed_at, health.refused) == (NOW, NOW + HOUR, False)
        # Before the time that the service named it is not asked.
        slow = Slow()
        (problem,) = follow(store, [slow], now=NOW + 2 * HOUR)
        assert problem == "x: deletions are not followed: not asked before 15:00 UTC: it answers 429"
        assert slow.asked == []
        for hour in range(3, 8):
            assert store.healths()["x deletions"].failing_since == NOW
            assert follow(store, [slow], now=NOW + hour * HOUR) == []
        assert store.healths()["x deletions"].problem is None
        assert store.healths()["x"].problem is None


def test_of_two_sources_of_a_platform_one_is_asked(tmp_path: Path) -> None:
    first, second = Slow("a"), Slow("b")
    with filled(tmp_path / "m.db") as store:
        follow(store, [first, second], now=NOW)
    assert (len(first.asked), second.asked) == (1, [])


@pytest.mark.parametrize("state", ["", "{}", "done", "begun", "done yesterday", "begun soon {}", '{"after": "1"}'])
def test_a_state_that_nobody_knows_begins_a_round(state: str, tmp_path: Path) -> None:
    slow = Slow()
    with filled(tmp_path / "m.db") as store:
        store.save_page(Page(cursor=state), source="x", query=FOLLOW, at=NOW)
        assert follow(store, [slow], now=NOW) == []
    assert slow.asked == [min(IDS)]


def test_status_says_that_deletions_are_not_followed_and_since_when(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text('time_zone = "UTC"\n')
    with filled(tmp_path / "monitor.db") as store:
        follow(store, [Slow(fails=SourceUnavailable("x", "X answered 503"))], now=NOW)
    assert main(["status"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "deletions" in line]
    assert line.strip() == (
        "x deletions  failing since 2026-02-03 12:00:00 (it will pass): X answered 503; never followed"
    )


@pytest.mark.parametrize(
    "line",
    [
        b"null",
        b"[]",
        b"7",
        b'{"id": 1, "action": "delete"}',
        b'{"action": "delete"}',
        b'{"id": "5"}',
        b"\xff",
        b"[" * 9_000,
    ],
)
def test_a_broken_line_of_a_result_costs_no_other(line: bytes) -> None:
    good = b'{"id": "5", "action": "delete"}'
    assert gone_in(line + b"\n" + good, {PostId("5"), PostId("1")}) == ["5"]
