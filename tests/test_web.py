"""Fetching: nothing inside is ever reached, and no answer takes more time or memory than allowed."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from monitor.errors import SourceGarbled, SourceRefused, SourceUnavailable
from monitor.web import MAX_BYTES, Answer, fetch, is_public
from tests.fakes.web import FakeWeb, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@contextmanager
def canary() -> Iterator[tuple[int, list[object]]]:
    """A listener on every address of this machine; yields its port and who connected."""
    came: list[object] = []
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listening:
        listening.settimeout(0.02)
        stop = threading.Event()

        def accept() -> None:
            while not stop.is_set():
                try:
                    connected, who = listening.accept()
                except TimeoutError:
                    continue
                came.append(who)
                connected.close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listening.getsockname()[1], came
            time.sleep(0.03)
        finally:
            stop.set()
            thread.join()


INSIDE = [
    "127.0.0.1", "127.1", "0x7f.1", "0177.0.0.1", "2130706433", "0", "0.0.0.0", "localhost",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[fd00::1]", "[fe80::1%25lo]", "[fec0::1]",
    "[ff02::1]", "[100::1]", "[2001:db8::1]", "[3fff::1]", "169.254.169.254", "2852039166", "10.0.0.1",
    "172.16.0.1", "192.168.0.1", "100.64.0.1", "192.0.0.8", "192.88.99.1", "198.18.0.1", "203.0.113.5",
    "224.0.0.1", "240.0.0.1",
    "255.255.255.255",
]  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
def test_a_host_inside_is_refused_before_anything_is_sent(host: str) -> None:
    with canary() as (port, came), pytest.raises((SourceRefused, SourceUnavailable)) as caught:
        fetch(f"http://{host}:{port}/", source="feed", ports=(port,))
    assert came == []
    # What the system cannot even resolve is not refused as inside, but is not reached either.
    assert "not a public host" in str(caught.value) or "no address" in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://a@127.0.0.1:{port}/",
        "http://a:b@news.example:{port}/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/_x",
        "ftp://127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "127.0.0.1:{port}",
        "http://",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "http://" + "a" * 300 + "/",
        "http://a\x00b/",
        "",
    ],
)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with canary() as (port, came), pytest.raises((SourceRefused, SourceUnavailable)):
        fetch(url.format(port=port), source="feed", ports=(port,))
    assert came == []


def test_other_ports_than_those_of_the_web_are_refused() -> None:
    with canary() as (port, came), pytest.raises(SourceRefused, match="port"):
        fetch(f"http://news.example:{port}/", source="feed", resolver=lambda *_: ["127.0.0.1"])
    assert came == []


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    def both(*_: object) -> Sequence[str]:
        return ["1.1.1.1", "127.0.0.1"]

    with canary() as (port, came), pytest.raises(SourceRefused):
        fetch(f"http://two.example:{port}/", source="f", ports=(port,), resolver=both)
    assert came == []


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def private(url: str, **more: float) -> Answer:
    return fetch(url, source="feed", allow_private_hosts=True, **more)  # type: ignore[arg-type]


def test_a_name_is_resolved_once_and_the_judged_address_connected_to() -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(f"{host}:{port}")
        return ["127.0.0.1"] if len(asked) > 1 else ["192.0.2.1"]

    def judged_public(address: str) -> bool:
        return address == "192.0.2.1"

    with canary() as (port, came), pytest.raises(SourceUnavailable):
        fetch(
            f"http://rebind.example:{port}/",
            source="feed",
            ports=(port,),
            resolver=rebinding,
            public=judged_public,
            seconds=0.5,
        )
    assert len(asked) == 1
    assert came == []


@pytest.mark.parametrize("inside", ["[::1]", "localhost", "[::ffff:127.0.0.1]", "10.0.0.1"])
def test_a_redirect_to_inside_is_refused_before_it_is_followed(inside: str) -> None:
    with canary() as (port, came):
        moved = Reply(status=302, headers={"Location": f"http://{inside}:{port}/"})
        with FakeWeb(lambda _: moved) as web:
            ports = (port, int(web.url.rpartition(":")[2]))
            with pytest.raises(SourceRefused, match="not a public host"):
                fetch(web.url, source="feed", ports=ports, public=_first_passes())
            assert len(web.asked) == 1
    assert came == []


def _first_passes() -> Callable[[str], bool]:
    """The first hop stands on 127.0.0.1 and passes for public; all others are judged."""
    passed: list[str] = []

    def judge(address: str) -> bool:
        passed.append(address)
        return len(passed) == 1 or is_public(address)

    return judge


def test_a_redirect_to_a_file_is_refused_even_where_private_hosts_are_allowed() -> None:
    with FakeWeb(lambda _: Reply(status=302, headers={"Location": "file:///etc/passwd"})) as web:
        with pytest.raises(SourceRefused):
            private(web.url)
        assert len(web.asked) == 1


def test_a_redirect_without_a_target_is_garbled() -> None:
    with FakeWeb(lambda _: Reply(status=302)) as web, pytest.raises(SourceGarbled):
        private(web.url)


def test_the_sixth_redirect_is_not_followed() -> None:
    with FakeWeb(lambda _: Reply(status=301, headers={"Location": "/again"})) as web:
        with pytest.raises(SourceRefused, match="5 redirects"):
            private(web.url)
        assert len(web.asked) == 6


def test_the_answer_names_where_it_came_from() -> None:
    def answer(asked: object) -> Reply:
        if getattr(asked, "path", "") == "/old":
            return Reply(status=308, headers={"Location": "/new?æ=1"})
        return Reply(body=b"here", headers={"ETag": '"1"'})

    with FakeWeb(answer) as web:
        got = private(web.url + "/old")
    assert (got.url, got.body, got.headers["etag"]) == (web.url + "/new?æ=1", b"here", '"1"')
    assert web.asked[1].headers["host"] == web.url.removeprefix("http://")


def test_bytes_are_counted_after_unpacking() -> None:
    bomb = gzip.compress(b" " * (MAX_BYTES + 1))
    assert len(bomb) < 10_000
    with (
        FakeWeb(lambda _: Reply(body=bomb, headers={"Content-Encoding": "gzip"})) as web,
        pytest.raises(SourceGarbled, match="longer than 5 MB"),
    ):
        private(web.url)
    with FakeWeb(lambda _: Reply(body=b" " * (MAX_BYTES + 1))) as web, pytest.raises(SourceGarbled):
        private(web.url)
    with FakeWeb(
        lambda _: Reply(body=gzip.compress(b"x" * MAX_BYTES), headers={"Content-Encoding": "gzip"})
    ) as web:
        assert len(private(web.url).body) == MAX_BYTES


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Reply(drop=True), SourceUnavailable),
        (Reply(body=b"short", length=50), SourceUnavailable),
        (Reply(raw=b"220 ESMTP\r\n"), SourceGarbled),
        (Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n"), SourceGarbled),
        (Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"a" * 100_000), SourceGarbled),
        (Reply(body=b"no gzip", headers={"Content-Encoding": "gzip"}), SourceGarbled),
        (Reply(body=gzip.compress(b"x" * 9_000)[:-20], headers={"Content-Encoding": "gzip"}), SourceUnavailable),
        (Reply(body=b"x", headers={"Content-Encoding": "gzip, gzip"}), SourceGarbled),
        (Reply(body=b"x", headers={"Content-Encoding": "br"}), SourceGarbled),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), SourceUnavailable),
    ],
)
def test_a_broken_answer_becomes_its_class(fault: Reply, expected: type[Exception]) -> None:
    with FakeWeb(lambda _: fault) as web, pytest.raises(expected):
        private(web.url)


@pytest.mark.parametrize(
    "slow",
    [Reply(body=b"x" * 1000, drip=0.05), Reply(hold=threading.Event())],
)
def test_an_answer_that_drips_ends_at_the_deadline(slow: Reply) -> None:
    with FakeWeb(lambda _: slow) as web:
        began = time.monotonic()
        with pytest.raises(SourceUnavailable, match="too long"):
            private(web.url, seconds=0.5)
        assert time.monotonic() - began < 2
        if slow.hold:
            slow.hold.set()


def test_a_name_server_that_does_not_answer_is_not_waited_for() -> None:
    forever = threading.Event()

    def silent(*_: object) -> list[str]:
        forever.wait(20)
        return []

    with pytest.raises(SourceUnavailable, match="not resolved"):
        fetch("http://slow.example/", source="feed", resolver=silent, seconds=0.3)
    forever.set()
