"""A small real HTTP server on loopback that answers as a script says, and keeps what it was asked."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


@dataclass(frozen=True, kw_only=True)
class Asked:
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    method: str = "GET"
    body: bytes = b""
    all: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What to answer. length: what Content-Length says, if not the truth. drip: seconds between two bytes.

    drop: close the connection instead of answering. hold: wait for this event first. raw: bytes in place of HTTP.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    length: int | None = None
    drip: float = 0
    drop: bool = False
    hold: threading.Event | None = None
    raw: bytes | None = None


class _Server(ThreadingHTTPServer):
    request_queue_size = 64  # with 5 a connection beside others is dropped, and tried again after a second
    daemon_threads = True


class FakeWeb:
    """`with FakeWeb(answer) as web:` serves until the block ends; `web.asked` lists the requests in order."""

    def __init__(self, answer: Callable[[Asked], Reply], *, port: int = 0) -> None:
        self.asked: list[Asked] = []
        self._server = _Server(("127.0.0.1", port), _handler(answer, self.asked))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(answer: Callable[[Asked], Reply], asked: list[Asked]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def do_PUT(self) -> None:
            self._answer("PUT")

        def _answer(self, method: str) -> None:
            parts = urlsplit(self.path)
            request = Asked(
                path=parts.path,
                query=dict(parse_qsl(parts.query)),
                headers={name.lower(): value for name, value in self.headers.items()},
                method=method,
                all=parse_qs(parts.query),
                body=self.rfile.read(int(self.headers.get("content-length") or 0)),
            )
            asked.append(request)
            reply = answer(request)
            if reply.hold:
                reply.hold.wait(30)
            self.close_connection = True
            if not reply.drop:
                send(self, reply)

        def log_message(self, *_: object) -> None:
            return

    return Handler


def send(to: BaseHTTPRequestHandler, reply: Reply) -> None:
    """Write what to answer; who has left by then is not missed."""
    try:
        if reply.raw is not None:
            to.wfile.write(reply.raw)
            return
        to.send_response(reply.status)
        for name, value in reply.headers.items():
            to.send_header(name, value)
        to.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
        to.end_headers()
        for byte in reply.body if reply.drip else ():
            to.wfile.write(bytes([byte]))
            time.sleep(reply.drip)
        if not reply.drip:
            to.wfile.write(reply.body)
    except (BrokenPipeError, ConnectionResetError):
        return
