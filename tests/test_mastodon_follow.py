"""What becomes of posts on Mastodon: their own servers are asked, guarded, and none can erase another one's."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobs.follow import DELETIONS, follow
from monitor.model import Page, PostId, id_hash
from monitor.protocols import Follower
from monitor.sources.mastodon_follow import Asking
from monitor.sources.mastodon_follow import follow as asked_for
from tests.builders import NOON as NOW
from tests.builders import post
from tests.fakes.mastodon import MISSING, shown
from tests.fakes.services import build
from tests.fakes.web import FakeWeb, Reply
from tests.fakes.x import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from monitor.store import Store
    from tests.fakes.web import Asked

HOUR = timedelta(hours=1)


def uri(web: FakeWeb | str, number: int) -> PostId:
    return PostId(f"{web if isinstance(web, str) else web.url}/users/u/statuses/{number}")


def keep(store: Store, ids: Iterable[str], **changes: Any) -> None:
    posts = tuple(post(one, platform="mastodon", text=f"Sundvik {one}", **changes) for one in ids)
    store.save_page(Page(posts=posts), source="m", query="", at=NOW)


def followed(store: Store, now: datetime = NOW, home: str = "https://tide.example", **options: Any) -> list[str]:
    source = build("mastodon", home, name="m", **options)
    assert isinstance(source, Follower)
    return follow(store, [source], now=now)


def held(store: Store) -> set[str]:
    return {one.id for one in store.posts()}


def told(*hosts: FakeWeb | str, posts: int) -> list[str]:
    named = ", ".join(sorted((one if isinstance(one, str) else one.url).partition("://")[2] for one in hosts))
    servers = "1 server does" if len(hosts) == 1 else f"{len(hosts)} servers do"
    what = f"{servers} not say what became of {posts} of the posts, which stay: {named}"
    return [f"m: deletions are not followed: {what}"]


def test_each_posts_own_server_says_what_is_gone_and_its_reposts_go_with_it(store: Store) -> None:
    with FakeWeb(lambda asked: shown(asked, {1, 2, 4})) as one, FakeWeb(lambda asked: shown(asked, {7})) as other:
        keep(store, [uri(one, 1), uri(one, 2), uri(one, 3), uri(other, 7), uri(other, 8)])
        keep(store, [uri(other, 9)], repost_of=uri(one, 3))
        assert followed(store) == []
        assert held(store) == {uri(one, 1), uri(one, 2), uri(other, 7)}
        gone = {id_hash(uri(one, 3)), id_hash(uri(other, 8)), id_hash(uri(other, 9))}
        assert {stone.id_hash for stone in store.all_tombstones()} == gone
        assert [asked.path for asked in one.asked] == ["/api/v1/statuses", "/api/v1/statuses/3"]
        # Asked again within the day they are not; afterwards they are.
        assert followed(store, NOW + HOUR) == []
        assert len(one.asked) == 2
        assert followed(store, NOW + 20 * HOUR) == []
        assert len(one.asked) == 3


def test_what_is_left_out_beside_others_and_shown_by_itself_stays(store: Store) -> None:
    with FakeWeb(lambda asked: shown(asked, {1, 2, 3}, silenced={2})) as web:
        keep(store, [uri(web, n) for n in (1, 2, 3)])
        assert followed(store) == []
        assert len(held(store)) == 3


def test_a_server_before_version_4_3_is_asked_one_by_one(store: Store) -> None:
    with FakeWeb(lambda asked: shown(asked, range(1, 30), version="4.2.0")) as web:
        keep(store, [uri(web, n) for n in range(1, 31)])
        assert followed(store) == []
        assert len(held(store)) == 29
        assert [asked.path for asked in web.asked].count("/api/v1/statuses") == 1


def test_the_only_post_of_a_server_goes_only_if_the_server_says_what_it_is(store: Store) -> None:
    with FakeWeb(lambda asked: shown(asked, {})) as open_, FakeWeb(lambda _: MISSING) as moved:
        keep(store, [uri(open_, 1), uri(moved, 1)])
        assert followed(store) == told(moved, posts=1)
        assert held(store) == {uri(moved, 1)}


NONSENSE = {
    "401": Reply(status=401, body=b'{"error": "This API requires an authenticated user"}'),
    "403": Reply(status=403),
    "404 to all": MISSING,
    "404 of a proxy": Reply(status=404, body=b"<html>not found</html>"),
    "410 to all": Reply(status=410, body=b'{"error": "gone"}'),
    "500": Reply(status=500),
    "503": Reply(status=503, headers={"retry-after": "60"}),
    "a limit at once": Reply(status=429, headers={"retry-after": "86400"}),
    "no JSON": Reply(body=b"<html>For sale!</html>"),
    "nothing": Reply(),
    "null": Reply(body=b"null"),
    "an empty list": Reply(body=b"[]"),
    "a list of nonsense": Reply(body=b'[null, 7, "x", [], {}, {"uri": []}, {"uri": null, "url": {}}]'),
    "an object": Reply(body=b'{"version": "4.4.1", "links": [1], "id": 7, "uri": {}}'),
    "deep": Reply(body=b"[" * 100_000),
    "too long": Reply(body=b"[" + b" " * 5_000_001 + b"]"),
    "a dropped connection": Reply(drop=True),
    "no HTTP": Reply(raw=b"\0\1\2"),
    "in circles": Reply(status=302, headers={"location": "/"}),
}


@pytest.mark.parametrize("kind", NONSENSE)
def test_a_server_that_says_nothing_of_use_erases_nothing_and_keeps_no_other_waiting(
    kind: str, store: Store
) -> None:
    with FakeWeb(lambda _: NONSENSE[kind]) as bad, FakeWeb(lambda asked: shown(asked, {1})) as good:
        ids = [uri(bad, n) for n in range(1, 60)]
        keep(store, [*ids, f"{bad.url}/notes/a", uri(good, 1), uri(good, 2)])
        assert followed(store) == told(bad, posts=60)
        assert held(store) == {*ids, f"{bad.url}/notes/a", uri(good, 1)}
        assert len(bad.asked) <= (70 if "404" in kind or "410" in kind else 5 if kind != "in circles" else 6)


def test_a_page_of_a_proxy_in_front_of_an_open_server_erases_nothing(store: Store) -> None:
    def barred(asked: Asked) -> Reply:
        return Reply(status=404, body=b"<html>") if "/statuses" in asked.path else shown(asked, {})

    with FakeWeb(barred) as web:
        keep(store, [uri(web, 1), uri(web, 2)])
        assert followed(store) == told(web, posts=2)
        assert len(held(store)) == 2


def test_a_server_says_nothing_of_the_posts_of_another(store: Store) -> None:
    with FakeWeb(lambda asked: shown(asked, {1})) as other:
        keep(store, [uri(other, 1), uri(other, 2)])

        def lies(asked: Asked) -> Reply:
            if asked.path == "/api/v1/statuses":
                return Reply(
                    body=json.dumps([{"uri": uri(other, 1), "edited_at": "2026-02-03T11:00:00Z"}]).encode()
                )
            if asked.path.endswith("/7"):
                return Reply(status=302, headers={"location": f"{other.url}/api/v1/statuses/999"})
            return shown(asked, {3})

        with FakeWeb(lies) as bad:
            keep(store, [uri(bad, 3), uri(bad, 7)])
            assert followed(store) == told(bad, posts=1)
            # That it leads to where a post is missing does not say that its own is gone.
            assert held(store) == {uri(other, 1), uri(bad, 3), uri(bad, 7)}


def test_what_is_not_of_mastodons_form_is_asked_for_at_its_own_address(store: Store) -> None:
    def other_software(asked: Asked) -> Reply:
        named = f"http://{asked.headers['host']}{asked.path}"
        assert "application/activity+json" in asked.headers["accept"]
        if asked.path == "/objects/a":
            return Reply(body=json.dumps({"id": named, "type": "Note"}).encode())
        if asked.path == "/objects/buried":
            return Reply(body=json.dumps({"id": named, "type": "Tombstone"}).encode())
        if asked.path == "/.well-known/nodeinfo":
            return Reply(body=b'{"links": [{"rel": "x"}]}')
        return Reply(status=410)

    with FakeWeb(other_software) as web, FakeWeb(other_software) as alone:
        keep(store, [f"{web.url}/objects/{n}" for n in ("a", "buried", "c")])
        keep(store, [f"{alone.url}/notes/b"])
        assert followed(store) == []
        assert held(store) == {f"{web.url}/objects/a"}


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/users/u/statuses/1",
        "http://127.0.0.1:{port}/admin/delete",
        "http://[::1]:{port}/users/u/statuses/1",
        "http://localhost:{port}/users/u/statuses/1",
        "http://2130706433:{port}/users/u/statuses/1",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/users/u/statuses/1",
    ],
)
def test_an_address_inside_the_own_network_is_not_connected_to(address: str, store: Store) -> None:
    with FakeWeb(lambda _: MISSING) as inside:
        named = address.format(port=inside.url.rpartition(":")[2])
        keep(store, [named])
        (problem,) = followed(store, allow_private_hosts=False)
        assert "1 server does not say what became of 1 of the posts" in problem
        assert inside.asked == []
        assert held(store) == {named}


def test_a_public_looking_server_that_leads_inside_is_not_followed(store: Store) -> None:
    with FakeWeb(lambda _: MISSING) as inside:
        leads = Reply(status=302, headers={"location": "http://169.254.169.254/"})
        with FakeWeb(lambda _: leads) as web:
            keep(store, [uri(web, 1)])
            assert followed(store, allow_private_hosts=False) == told(web, posts=1)
        assert inside.asked == []


def test_ids_of_another_form_are_passed_over(store: Store) -> None:
    ids = {"117", "mastodon:1", "at://did/x", "https://", "https://a@tide.example/1", "javascript:x", "https://[/1"}
    keep(store, ids)
    followed(store, allow_private_hosts=False)
    assert held(store) == ids


def test_the_token_goes_to_the_configured_server_alone_and_only_if_that_wants_one(store: Store) -> None:
    def closed(asked: Asked) -> Reply:
        ours = asked.headers.get("authorization") == f"Bearer {TOKEN}"
        return shown(asked, {1}) if ours else Reply(status=401, body=b'{"error": "no"}')

    with FakeWeb(closed) as home, FakeWeb(closed) as strange, FakeWeb(lambda asked: shown(asked, {1})) as open_:
        keep(store, [uri(web, n) for web in (home, strange, open_) for n in (1, 2)])
        assert followed(store, home=home.url, token="env:M") == told(strange, posts=2)
        assert held(store) == {uri(home, 1), uri(strange, 1), uri(strange, 2), uri(open_, 1)}
        assert not any("authorization" in asked.headers for asked in [*strange.asked, *open_.asked])
        later = NOW + 20 * HOUR
        assert followed(store, later, home=open_.url, token="env:M") == told(home, strange, posts=3)
        assert not any("authorization" in asked.headers for asked in open_.asked)


def test_a_limit_on_the_way_leaves_the_rest_of_a_server_to_the_next_run(store: Store) -> None:
    closed = True

    def limited(asked: Asked) -> Reply:
        if closed and "130" in asked.all.get("id[]", []):
            return Reply(status=429, headers={"retry-after": "300"})
        return shown(asked, range(101, 180))

    with FakeWeb(limited) as web, FakeWeb(lambda asked: shown(asked, {1})) as other:
        keep(store, [uri(web, n) for n in range(101, 181)])
        keep(store, [uri(other, 1), uri(other, 2)])
        assert followed(store) == []
        assert uri(other, 2) not in held(store)
        closed, before, there = False, len(web.asked), len(other.asked)
        assert followed(store, NOW + HOUR) == []
        # From the post that it had come to; of the others nothing.
        assert web.asked[before].all["id[]"] == [str(n) for n in range(121, 141)]
        assert len(other.asked) == there
        assert uri(web, 180) not in held(store)
        assert len(held(store)) == 80
        assert followed(store, NOW + 19 * HOUR) == []
        assert len(web.asked) == before + 4


def test_a_server_is_asked_so_often_a_run_and_the_rest_in_the_next(store: Store) -> None:
    numbers = range(10_000, 14_100)
    with FakeWeb(lambda asked: shown(asked, numbers)) as web:
        keep(store, [uri(web, n) for n in numbers])
        assert followed(store) == []
        assert len(web.asked) == 200
        assert f"m{DELETIONS}" not in store.healths()
        assert followed(store, NOW + HOUR) == []
        assert len(web.asked) == 205
        assert store.healths()[f"m{DELETIONS}"].worked_at == NOW + HOUR


def test_when_its_time_is_over_a_run_stops_and_the_next_one_goes_on() -> None:
    asking = Asking(source="m", home="", headers={}, private_hosts=True)
    with ExitStack() as stack:
        webs = [stack.enter_context(FakeWeb(lambda asked: shown(asked, {1}))) for _ in range(3)]
        ids = [uri(web, 1) for web in webs]
        (told_,) = asked_for(asking, ids, [], None, seconds=0)
        assert [len(web.asked) for web in webs] == [0, 0, 0]
        assert told_.state is not None
        *_, last = asked_for(asking, ids, [], told_.state)
        assert last.state is None
        assert [len(web.asked) for web in webs] == [1, 1, 1]


def test_a_round_ends_though_a_server_whose_turn_was_left_has_no_posts_any_more() -> None:
    asking = Asking(source="m", home="", headers={}, private_hosts=True)
    state = json.dumps({"after": "https://z.example", "later": {"https://y.example": "https://y.example/1"}})
    (last,) = asked_for(asking, [], [], state)
    assert last.state is None


def test_a_cited_post_that_was_edited_is_a_new_version_of_the_same_author(store: Store) -> None:
    changes = {"content": "<p>The ferry may go</p>", "edited_at": "2026-02-03T11:30:00Z"}
    asking = Asking(source="m", home="", headers={}, private_hosts=True)
    with FakeWeb(lambda asked: shown(asked, {1, 2}, changes=changes)) as web:
        ids = [uri(web, 1), uri(web, 2)]
        keep(store, ids, by="anna")
        edited = [one for found in asked_for(asking, ids, ids[:1], None) for one in found.edited]
        store.save_page(Page(posts=tuple(edited)), source="m", query="", at=NOW + HOUR)
    assert [one.author for one in edited] == [None]
    first, second = store.posts()
    assert (first.id, first.text, first.revision) == (ids[0], "The ferry may go", 1)
    assert first.author is not None
    assert first.author.handle == "anna"
    assert second.text == f"Sundvik {ids[1]}"
