"""A language model on loopback that speaks chat completions and answers as a script says: well, badly, not at all.

The shape of an answer is that of OpenAI's API reference, "Create chat completion" (2026-08); Ollama 0.12 sends the
same keys. `rephrases` does what it is asked; the others obey whoever wrote a post, or nobody.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from tests.fakes.web import Reply, send

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


@dataclass(frozen=True, kw_only=True)
class Given:
    """One request. told: the JSON of its last message."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body["messages"][-1]["content"])
        return found


Answering: TypeAlias = "Callable[[Given], Reply]"


class FakeModel:
    """`with FakeModel(answer) as model:` serves until the block ends; `model.given` lists the requests in order."""

    def __init__(self, answer: Answering) -> None:
        self.given: list[Given] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answer, self.given))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(answer: Answering, given: list[Given]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Given(path=self.path, headers=headers, body=body)
            given.append(request)
            reply = answer(request)
            if reply.hold:
                reply.hold.wait(30)
            self.close_connection = True
            if not reply.drop:
                send(self, reply)

        def log_message(self, *_: object) -> None:
            return

    return Handler


def completion(content: str | None, *, ended: str = "stop", usage: Any = None) -> Reply:
    """An answer with this text; usage: 900 tokens read and 200 written, if nothing else is given."""
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_770_120_000,
        "model": "acme-7",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": ended},
        ],
        "usage": {"prompt_tokens": 900, "completion_tokens": 200, "total_tokens": 1_100}
        if usage is None
        else usage,
    }
    return Reply(headers={"Content-Type": "application/json"}, body=json.dumps(body).encode())


def sentences(*texts: str) -> Reply:
    """An answer in the form that is asked for."""
    return completion(json.dumps({"sentences": texts}, ensure_ascii=False))


def each(write: Callable[[dict[str, Any]], str]) -> Answering:
    """Answer with what `write` makes of each sentence."""
    return lambda given: sentences(*map(write, given.told["sentences"]))


def reordered(item: dict[str, Any]) -> str:
    """The second clause first, then the first, then the rest; a sentence of one clause as it is."""
    first, *others = item["clauses"]
    if not others or ("{w" in others[0] and "{q" not in others[0]):
        return str(item["sentence"])
    second, *rest = others
    begun = second[:1].upper() + second[1:]
    return f"{begun}, {first[:1].lower()}{first[1:]}{''.join(f'; {clause}' for clause in rest)}."


rephrases = each(reordered)
