"""What a service repeats of its secrets comes nowhere: every service, every fault, at the level DEBUG."""

from __future__ import annotations

import base64
import json
import logging
import sqlite3
import traceback
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from jobs.collect import collect
from jobs.delivery.slack import SlackOptions, SlackWebhookOptions
from jobs.follow import follow, reconciled
from jobs.purse import StoredPurse
from jobs.rewording import Model, ModelOptions
from monitor.blanking import MARK
from monitor.errors import DeliveryFailed, DeliveryUncertain, MonitorError
from monitor.interchange import post_dict
from monitor.model import Page, Query, StoryId
from monitor.protocols import Follower, Metered, Probed
from monitor.sources.given import Given
from monitor.store import Store
from tests.builders import NOON, post
from tests.fakes.faults import BROKEN_HEADER, FAULTS, canary_in, echoing, sent_of
from tests.fakes.services import KINDS, SERVICES
from tests.fakes.web import Asked, FakeWeb, Reply
from tests.fakes.x_stream import x_id
from tests.test_reworded_reports import spoken
from tests.test_rewording import rules
from tests.whole_way import FERRY, TALKATIVE, WEBHOOK, Desk, as_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

QUERY = Query(text="#Sundvik ferry", stories=(StoryId("ferry"),))
CANARIES = {
    "env:X_TOKEN": "CANARY-x+AAAA/AAAA=AAAA",
    "env:BLUESKY_PASSWORD": "CANARY-bsky-BBBB",
    "env:MASTODON_TOKEN": "CANARY_mastodon_CCCC",
    "env:REDDIT_ID": "CANARY-reddit-DDDD",
    "env:REDDIT_SECRET": "CANARY-reddit-EEEE~",
    "env:BOT_TOKEN": "xoxb-CANARY-FFFF",
    "env:WRITER_KEY": "sk-CANARY-GGGG",
    "access": "CANARY-access-HHHH.IIII.JJJJ",
    "refresh": "CANARY-refresh-KKKK.LLLL.MMMM",
    "webhook": "CANARYhookNNNN",
}
# A code that Slack could name has no capital letters.
CODES = {"env:BOT_TOKEN": "canary_bot_oooo", "webhook": "canary_hook_pppp"}
LINES = {**FAULTS, "a broken header": (BROKEN_HEADER, ())}


def hits(*written: str | bytes) -> list[str]:
    """The canaries that stand in what was written, as they are or as they are often spelt."""
    whole = b"\n".join(one if isinstance(one, bytes) else one.encode("utf-8", "surrogatepass") for one in written)
    forms = {
        form
        for canary in (*CANARIES.values(), *CODES.values())
        for form in (canary, quote(canary, safe=""), base64.b64encode(canary.encode()).decode()[:-4])
    }
    return [form for form in forms if form.encode() in whole]


def told(problem: BaseException) -> str:
    """All that a log of a failure could hold."""
    return "".join(traceback.format_exception(problem)) + repr(problem) + repr(vars(problem))


def stored(path: Path) -> bytes:
    with sqlite3.connect(path) as db:
        dump = "\n".join(db.iterdump()).encode("utf-8", "surrogatepass")
    return dump + b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))


def begun(kind: str, asked: Asked) -> Reply | None:
    """What begins a session, so that its tokens travel too; None for any other request."""
    if kind == "bluesky" and "Session" in asked.path:
        return _ok({"accessJwt": CANARIES["access"], "refreshJwt": CANARIES["refresh"]})
    if kind == "reddit" and asked.path == "/api/v1/access_token":
        return _ok({"access_token": CANARIES["access"], "token_type": "bearer", "expires_in": 9, "scope": "*"})
    return None


def _ok(document: object) -> Reply:
    return Reply(headers={"content-type": "application/json"}, body=json.dumps(document).encode())


def source(kind: str, url: str, folder: Path, store: Store) -> Any:
    options = {**SERVICES[kind].options(url), **({"token": "env:MASTODON_TOKEN"} if kind == "mastodon" else {})}
    made: Any = KINDS[kind].model_validate({"name": kind, **options})
    return made.source(Given(secret=CANARIES.__getitem__, folder=folder, purse=partial(StoredPurse, store)))


def all_it_says(made: Any, store: Store, now: datetime) -> list[str]:
    """Ask a source for all that it can do; return what it gives and what goes wrong."""
    asks: list[Callable[[], object]] = [
        lambda: list(made.fetch(QUERY, None, now)),
        lambda: collect(store, [made], [QUERY], now=now),
    ]
    asks += [lambda: made.probe(now)] if isinstance(made, Probed) else []
    asks += [lambda: follow(store, [made], now=now)] if isinstance(made, Follower) else []
    asks += [lambda: reconciled(store, [made], now=now)] if isinstance(made, Metered) else []
    said = []
    for ask in asks:
        try:
            said.append(repr(ask()))
        except MonitorError as problem:
            said.append(told(problem))
    return said


@pytest.fixture(autouse=True)
def at_debug(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


@pytest.fixture
def printed(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Callable[[], str]:
    return lambda: "".join((caplog.text, *capfd.readouterr()))


# --- Sources -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["x", "bluesky", "mastodon", "reddit"])
@pytest.mark.parametrize("when", ["at first", "later"])
def test_no_fault_of_a_source_brings_a_secret_back(
    kind: str, when: str, tmp_path: Path, printed: Callable[[], str]
) -> None:
    held = (
        post(x_id(NOON, 1)),
        post("at://did:plc:u1/app.bsky.feed.post/3k1", platform="bluesky"),
    )
    travelled = ""
    with Store.open(tmp_path / "m.db") as store:
        store.save_page(Page(posts=held), source="x", query="", at=NOON)
        for number, (name, (fault, _)) in enumerate(LINES.items()):

            def answer(asked: Asked, fault: Reply = fault) -> Reply:
                return (begun(kind, asked) if when == "later" else None) or echoing(fault, asked)

            folder = tmp_path / str(number)
            folder.mkdir()
            with FakeWeb(answer) as web:
                said = all_it_says(source(kind, web.url, folder, store), store, NOON + timedelta(days=number))
                travelled += "".join(map(sent_of, web.asked))
            assert hits(*said, printed(), stored(tmp_path / "m.db")) == [], name
    own = {"x": "X_", "bluesky": "BLUE", "mastodon": "MAST", "reddit": "REDDIT_ID"}[kind]
    (wanted,) = (canary for name, canary in CANARIES.items() if name.startswith(f"env:{own}"))
    basic = base64.b64encode(wanted.encode()).decode()[:-4]
    assert wanted in travelled or basic in travelled
    assert (CANARIES["access"] in travelled) == (when == "later" and kind in {"bluesky", "reddit"})


TEXTS = frozenset(
    ("text", "content", "title", "body", "selftext", "description", "displayName", "name", "username")
)


def salted(value: Any, sent: str) -> Any:
    """The JSON of a good answer, with what was sent in its texts, as a value and as a key."""
    if isinstance(value, list):
        return [salted(one, sent) for one in value]
    if not isinstance(value, dict):
        return value
    known = {key: f"{one} {sent}" if key in TEXTS and isinstance(one, str) else salted(one, sent)
             for key, one in value.items()}  # fmt: skip
    return {**known, "echo": sent, canary_in(sent): 1}


@pytest.mark.parametrize("kind", ["x", "bluesky", "mastodon", "reddit"])
def test_no_good_answer_brings_a_secret_into_posts_or_quarantine(
    kind: str, tmp_path: Path, printed: Callable[[], str]
) -> None:
    def answer(asked: Asked) -> Reply:
        known = begun(kind, asked)
        if known is None:
            # Reddit's fake looks at who asks.
            asked_well = replace(asked, headers={**asked.headers, "authorization": "bearer access"})
            good = SERVICES[kind].good(asked_well if kind == "reddit" else asked)
            known = replace(good, body=json.dumps(salted(json.loads(good.body), sent_of(asked))).encode())
        return known

    with Store.open(tmp_path / "m.db") as store, FakeWeb(answer) as web:
        made = source(kind, web.url, tmp_path, store)
        said = all_it_says(made, store, NOON)
        assert "CANARY" in "".join(map(sent_of, web.asked))
        assert [one.text for one in store.posts() if MARK in one.text] != []
        # What X withholds is quarantined without its text; but a key that nobody knows is kept by its name.
        assert MARK in f"{list(store.quarantine())}{store.unread_keys()}"
    assert hits(*said, printed(), stored(tmp_path / "m.db")) == []


def test_a_session_outlives_a_service_that_gives_the_same_tokens_again(tmp_path: Path) -> None:
    ended = iter([True])

    def answer(asked: Asked) -> Reply:
        known = begun("bluesky", asked) if "getSession" not in asked.path else None
        if known is None and "search" in asked.path and next(ended, False):
            known = replace(_ok({"error": "ExpiredToken"}), status=400)
        return known or _ok({"posts": []})

    with Store.in_memory() as store, FakeWeb(answer) as web:
        list(source("bluesky", web.url, tmp_path, store).fetch(QUERY, None, NOON))
        assert [one.path.rpartition(".")[2] for one in web.asked][:3] == [
            "createSession",
            "searchPosts",
            "refreshSession",
        ]
        assert web.asked[-1].headers["authorization"] == f"Bearer {CANARIES['access']}"
    kept = json.loads((tmp_path / ".bluesky-session.json").read_text())
    assert (kept["accessJwt"], kept["refreshJwt"]) == (CANARIES["access"], CANARIES["refresh"])


def test_tokens_in_an_answer_that_is_cut_are_not_kept_as_a_sample(
    tmp_path: Path, printed: Callable[[], str]
) -> None:
    tokens = json.dumps({"accessJwt": CANARIES["access"], "refreshJwt": CANARIES["refresh"]}).encode()
    with Store.open(tmp_path / "m.db") as store, FakeWeb(lambda _: Reply(body=tokens[:-5])) as web:
        said = all_it_says(source("bluesky", web.url, tmp_path, store), store, NOON)
    assert hits(*said, printed(), stored(tmp_path / "m.db")) == []


@pytest.mark.parametrize("where", ["up", "down"])
def test_an_address_that_is_signed_is_blanked_where_its_host_repeats_it(where: str, tmp_path: Path) -> None:
    signed = "sig=" + quote(CANARIES["env:X_TOKEN"], safe="")

    def answer(asked: Asked) -> Reply:
        if asked.path.startswith("/storage"):
            fails = asked.path.endswith(where)
            return echoing(Reply(status=400), asked) if fails else Reply()
        addresses = {f"{to}load_url": f"{web.url}/storage/{to}?{signed}" for to in ("up", "down")}
        return _ok({"data": {"id": "7", "type": "tweets", "status": "complete", **addresses}})

    with Store.open(tmp_path / "m.db") as store, FakeWeb(answer) as web:
        store.save_page(Page(posts=(post(x_id(NOON, 1)),)), source="x", query="", at=NOON)
        made: Any = KINDS["x"].model_validate({"token": "env:T", **SERVICES["x"].options(web.url)})
        found = made.source(Given(secret=lambda _: "another", folder=tmp_path, purse=partial(StoredPurse, store)))
        (problem,) = follow(store, [found], now=NOON)
    assert "it answers 400" in problem
    assert hits(problem, stored(tmp_path / "m.db")) == []


# --- Channels and the writer -------------------------------------------------------------------------


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("canaries", [CANARIES, CODES])
def test_no_fault_of_slack_brings_a_secret_back(
    name: str, canaries: dict[str, str], printed: Callable[[], str]
) -> None:
    payload = json.dumps({"text": "Hi", "blocks": []})

    def answer(asked: Asked) -> Reply:
        if name == "a number":  # well said, but for what stands in it
            secret = canaries["env:BOT_TOKEN"] if "api" in asked.path else canaries["webhook"]
            return _ok({"ok": "api" in asked.path, "error": secret, "channel": secret, "ts": secret})
        if name == "null":
            return replace(_ok({}), body=canaries["webhook"].encode(), status=400)
        return echoing(LINES[name][0], asked)

    said = []
    with FakeWeb(answer) as web:
        bot = SlackOptions(token="env:BOT_TOKEN", channel="C123", base_url=f"{web.url}/api/").open(
            canaries.__getitem__
        )
        hook = SlackWebhookOptions(url="env:HOOK").open(lambda _: f"{web.url}/services/T0/B0/{canaries['webhook']}")
        asks: list[Callable[[], object]] = [
            lambda: bot.post(payload, "k"),
            lambda: bot.update(payload, "C123/1.1"),
            lambda: bot.find("k", NOON),
            lambda: hook.post(payload, "k"),
        ]
        for ask in asks:
            try:
                said.append(repr(ask()))
            except (DeliveryFailed, DeliveryUncertain) as problem:
                said.append(told(problem))
        travelled = "".join(map(sent_of, web.asked))
    assert len(said) == 4
    assert all(canary in travelled for name, canary in canaries.items() if name in {"env:BOT_TOKEN", "webhook"})
    assert hits(*said, printed()) == []


@pytest.mark.parametrize("name", LINES)
def test_no_fault_of_a_language_model_brings_its_key_back(name: str, printed: Callable[[], str]) -> None:
    with FakeWeb(lambda asked: echoing(LINES[name][0], asked)) as web:
        model = Model(ModelOptions(url=f"{web.url}/v1", model="m", key="env:K"), key=CANARIES["env:WRITER_KEY"])
        said = repr(model.ask(rules(), language="en"))
        assert CANARIES["env:WRITER_KEY"] in sent_of(web.asked[0])
    assert len(model.problems) == 1
    assert hits(said, *model.problems, printed()) == []


# --- The whole way -----------------------------------------------------------------------------------


def test_the_whole_way_brings_no_secret_into_store_output_logs_or_reports(tmp_path: Path) -> None:
    asked: list[Asked] = []
    faults = cycle(fault for fault, _ in LINES.values() if not fault.drop)

    def answer(one: Asked) -> Reply:
        asked.append(one)
        return begun("bluesky", one) or begun("reddit", one) or echoing(next(faults), one)

    with FakeWeb(answer) as web:
        hook = f"{web.url}/services/T0/B0/{CANARIES['webhook']}"
        named = {name.removeprefix("env:"): value for name, value in CANARIES.items() if name.startswith("env:")}
        desk = Desk(folder=tmp_path, secrets={**named, "WEBHOOK_URL": hook})
        kinds = {kind: SERVICES[kind].options(web.url) for kind in ("x", "bluesky", "mastodon", "reddit")}
        kinds["mastodon"]["token"] = "env:MASTODON_TOKEN"
        sources = "".join(
            f'[[sources]]\nkind = "{kind}"\n'
            + "".join(f"{key} = {json.dumps(one)}\n" for key, one in options.items())
            for kind, options in kinds.items()
        )
        desk.write(
            FERRY,
            sources,
            '[[channels]]\nkind = "slack"\ntoken = "env:BOT_TOKEN"\nchannel = "C123"\n',
            f'base_url = "{web.url}/api/"\n',
            WEBHOOK,
            f'[writer]\nkind = "model"\nurl = "{web.url}/v1"\nmodel = "m"\nkey = "env:WRITER_KEY"\n',
            '[understanding]\nencoder = false\nscorer = "vader"\n',
        )
        (tmp_path / "posts.jsonl").write_text("\n".join(json.dumps(post_dict(one)) for one in spoken()))
        desk.run("import", "posts.jsonl", *as_of(11))
        out = [desk.run("check", "--online", ends=3, program=TALKATIVE)]
        out += [desk.run("run", *as_of(hour), ends=3, program=TALKATIVE) for hour in (12, 15, 18)]
        out += [desk.run(*command, "--json", program=TALKATIVE) for command in (["runs"], ["outbox"], ["status"])]
    travelled = "".join(map(sent_of, asked))
    basic = base64.b64encode(f"{CANARIES['env:REDDIT_ID']}:{CANARIES['env:REDDIT_SECRET']}".encode()).decode()
    once = {name: one for name, one in CANARIES.items() if "REDDIT" not in name and name != "refresh"}
    assert [name for name, canary in {**once, "reddit": basic}.items() if canary not in travelled] == []
    assert list(tmp_path.glob("out/*/report.html")) != []
    assert "DEBUG:" in desk.said()
    written = {
        one.name: one.read_bytes()
        for one in tmp_path.rglob("*")
        if one.is_file() and one.name != ".bluesky-session.json"  # which is there to keep them
    }
    written["stdout"] = "".join(out).encode()
    assert {name: found for name, one in written.items() if (found := hits(one))} == {}
    assert hits(stored(tmp_path / "monitor.db")) == []
