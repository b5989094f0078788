"""A loopback Jetstream: replays events from a cursor, and breaks off where it is told to."""

from __future__ import annotations

import json
import threading
from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

COLLECTION = "app.bsky.feed.post"


def event(number: int, at: int, text: str = "The Sundvik ferry again", **commit: Any) -> dict[str, Any]:
    """A post of the stream. at: microseconds since 1970."""
    whole = {
        "rev": "r",
        "operation": "create",
        "collection": COLLECTION,
        "rkey": f"3k{number}",
        "record": {"$type": COLLECTION, "text": text, "langs": ["en"]},
        "cid": "c",
        **commit,
    }
    return {"did": f"did:plc:u{number}", "time_us": at, "kind": "commit", "commit": whole}


def account(number: int, at: int, status: object = "deleted", **changes: Any) -> dict[str, Any]:
    """An event of the account whose post `event` makes of the same number."""
    did = f"did:plc:u{number}"
    told = {
        "active": False,
        "status": status,
        "did": did,
        "seq": number,
        "time": "2026-02-03T12:00:00.000Z",
        **changes,
    }
    return {"did": did, "time_us": at, "kind": "account", "account": told}


class FakeJetstream:
    """breaks: after how many frames each connection breaks off; holds_from: what is earlier is no longer held."""

    def __init__(
        self, events: Sequence[dict[str, Any]], *, breaks: Sequence[int] = (), holds_from: int = 0
    ) -> None:
        self.times = [one["time_us"] for one in events]
        self.frames = [json.dumps(one) for one in events]
        self.breaks = list(breaks)
        self.holds_from = holds_from
        self.raw: list[str | bytes] = []
        self.asked: list[dict[str, list[str]]] = []
        self._server = serve(self._talk, "127.0.0.1", 0, compression=None)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/subscribe"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()

    def _talk(self, socket: ServerConnection) -> None:
        if socket.request is None:
            return
        asked = parse_qs(urlsplit(socket.request.path).query)
        self.asked.append(asked)
        begin = bisect_left(self.times, max(int(asked["cursor"][0]), self.holds_from))
        most = self.breaks.pop(0) if self.breaks else len(self.frames)
        try:
            for raw in self.raw:
                socket.send(raw)
            for frame in self.frames[begin : begin + most]:
                socket.send(frame)
            if begin + most >= len(self.frames):
                socket.recv()  # open until the other side leaves
        except ConnectionClosed:
            return
