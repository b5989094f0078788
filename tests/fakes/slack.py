"""A Slack on loopback: chat.postMessage, chat.update, conversations.history and an incoming webhook.

Its answers are those of slackapi/slack-api-specs (MIT) and docs.slack.dev; its limits those of the Block Kit
reference, which slack_sdk does not check. Faults are switched on for the next requests of a method.
"""

from __future__ import annotations

import json
import re
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

Fault: TypeAlias = Literal[
    "rate_limited",  # 429 with Retry-After, nothing accepted
    "html_503",  # accepted nothing, answers a page
    "html_200",  # accepted, but the answer is a page
    "drop_before",  # the connection closes, nothing accepted
    "drop_after",  # accepted, then the connection closes without an answer
    "hold_before",  # waits for `release`, then closes, nothing accepted
    "hold_after",  # accepted, then waits for `release` before it answers
]
_FAULTS = frozenset(Fault.__args__)  # type: ignore[attr-defined]
_PAGE = '<!DOCTYPE html><html lang="en"><head><title>Server Error | Slack</title></head><body>...</body></html>'
_TS = re.compile(r"\d+\.\d{6}")


@dataclass
class Received:
    """One request as it came: the method's name ("webhook" for one), its arguments, its Authorization."""

    method: str
    arguments: dict[str, Any]
    authorization: str | None


@dataclass
class FakeSlack:
    """Use as a context manager. messages: what the channel holds, oldest first, edits applied."""

    token: str = "xoxb-right"
    channel: str = "C1H9RESGL"
    webhook_path: str = "/services/T0/B0/right"
    retry_after: str = "30"
    page_size: int = 200
    first_ts: int = 1_503_435_956
    messages: list[dict[str, Any]] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)
    faults: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"slack": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def base_url(self) -> str:
        return f"{self.address}/api/"

    @property
    def webhook_url(self) -> str:
        return f"{self.address}{self.webhook_path}"

    def fail(self, method: str, *faults: str) -> None:
        """Meet the next requests of `method` with `faults`: a Fault, or an error code that Slack names."""
        self.faults[method].extend(faults)

    def calls(self, method: str) -> list[Received]:
        return [call for call in self.received if call.method == method]

    def answer(self, call: Received) -> tuple[int, dict[str, str], str] | None:
        """Return status, headers and body; None closes the connection without an answer."""
        with self.lock:
            self.received.append(call)
            fault = self.faults[call.method].popleft() if self.faults[call.method] else ""
        self.arrived.set()
        if fault and fault not in _FAULTS:
            return self._error(call.method, fault)
        if fault == "rate_limited":
            body = '{"ok":false,"error":"ratelimited"}' if call.method != "webhook" else "rate_limited"
            return 429, {"Retry-After": self.retry_after}, body
        if fault == "html_503":
            return 503, {"Content-Type": "text/html"}, _PAGE
        if fault == "hold_before":
            self.release.wait(30)
        if fault in {"hold_before", "drop_before"}:
            return None
        with self.lock:
            done = self._do(call)
        if fault == "hold_after":
            self.release.wait(30)
        if fault == "html_200":
            return 200, {"Content-Type": "text/html"}, _PAGE
        return None if fault == "drop_after" else done

    def _error(self, method: str, code: str, messages: list[str] | None = None) -> tuple[int, dict[str, str], str]:
        if method == "webhook":
            status = {"invalid_token": 403, "action_prohibited": 403, "no_service": 404, "channel_is_archived": 410}
            return 500 if code == "rollup_error" else status.get(code, 400), {"Content-Type": "text/html"}, code
        answer: dict[str, Any] = {"ok": False, "error": code}
        if messages:
            answer |= {"errors": messages, "response_metadata": {"messages": [f"[ERROR] {m}" for m in messages]}}
        return 200, {"Content-Type": "application/json"}, json.dumps(answer)

    def _do(self, call: Received) -> tuple[int, dict[str, str], str]:  # noqa: PLR0911 (one answer a line)
        if call.method != "webhook":
            if call.authorization != f"Bearer {self.token}":
                return self._error(call.method, "invalid_auth")
            if call.arguments.get("channel") != self.channel:
                return self._error(call.method, "channel_not_found")
            if call.method == "conversations.history":
                return self._ok(self._history(call.arguments))
        wrong = invalid(call.arguments)
        if wrong:
            return self._error(call.method, *wrong)
        if call.method == "chat.update":
            return self._edit(call.arguments)
        kept = self._keep(call.arguments)
        if call.method == "webhook":
            return 200, {"Content-Type": "text/html"}, "ok"
        return self._ok({"channel": self.channel, "ts": kept["ts"], "message": kept})

    def _edit(self, arguments: dict[str, Any]) -> tuple[int, dict[str, str], str]:
        for message in self.messages:
            if message["ts"] == arguments.get("ts"):
                message |= {key: arguments[key] for key in ("text", "blocks")}
                return self._ok({"channel": self.channel, "ts": message["ts"], "text": message["text"]})
        return self._error("chat.update", "message_not_found")

    def _ok(self, body: dict[str, Any]) -> tuple[int, dict[str, str], str]:
        return 200, {"Content-Type": "application/json"}, json.dumps({"ok": True} | body)

    def _keep(self, arguments: dict[str, Any]) -> dict[str, Any]:
        kept = {
            "type": "message",
            "subtype": "bot_message",
            "bot_id": "B19LU7CSY",
            "ts": f"{self.first_ts + len(self.messages)}.000247",
            "text": arguments["text"],
            "blocks": arguments["blocks"],
        }
        if "metadata" in arguments:
            kept["metadata"] = arguments["metadata"]
        self.messages.append(kept)
        return kept

    def _history(self, arguments: dict[str, Any]) -> dict[str, Any]:
        oldest, limit = float(arguments.get("oldest", 0)), min(int(arguments.get("limit", 100)), self.page_size)
        newest_first = [m for m in reversed(self.messages) if float(m["ts"]) > oldest]
        begin = int(arguments.get("cursor") or 0)
        page = newest_first[begin : begin + limit]
        if arguments.get("include_all_metadata") not in {"1", "true"}:
            page = [{key: value for key, value in message.items() if key != "metadata"} for message in page]
        more = begin + limit < len(newest_first)
        cursor = str(begin + limit) if more else ""
        return {"messages": page, "has_more": more, "response_metadata": {"next_cursor": cursor}}


class _Handler(BaseHTTPRequestHandler):
    slack: FakeSlack

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.headers.get("Content-Type", "").startswith("application/json"):
            arguments = json.loads(body)
        else:
            arguments = dict(parse_qsl(body, keep_blank_values=True))
        method = "webhook" if self.path == self.slack.webhook_path else self.path.removeprefix("/api/")
        answer = self.slack.answer(Received(method, arguments, self.headers.get("Authorization")))
        if answer is None:
            self.close_connection = True
            return
        status, headers, text = answer
        self.send_response(status)
        for name, value in {"Content-Length": str(len(text.encode())), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionResetError, BrokenPipeError):  # the client was killed
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


def invalid(arguments: dict[str, Any]) -> tuple[str, list[str]] | None:
    """Return Slack's error code for a message that breaks a limit, and what is wrong where; None for a good one."""
    text, blocks = arguments.get("text"), arguments.get("blocks")
    metadata = arguments.get("metadata", {"event_type": "x", "event_payload": {}})
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return "invalid_blocks_format", []
    wrong = list(_wrong_in(blocks))
    found = {
        "no_text": not isinstance(text, str) or not text.strip(),
        "msg_too_long": len(str(text)) > 40_000,
        "invalid_arguments": any(arguments.get(name) for name in ("link_names", "parse")),
        "msg_blocks_too_long": len(json.dumps(blocks, ensure_ascii=False)) > 13_200,
        "invalid_metadata_format": not isinstance(metadata.get("event_type"), str)
        or not isinstance(metadata.get("event_payload"), dict),
        "invalid_blocks": bool(wrong),
    }
    code = next((code for code, is_so in found.items() if is_so), None)
    return (code, wrong) if code else None


def _wrong_in(blocks: list[dict[str, Any]]) -> Iterator[str]:
    if not 1 <= len(blocks) <= 50:
        yield "must have between 1 and 50 blocks [json-pointer:/blocks]"
    for place, block in enumerate(blocks):
        at = f"[json-pointer:/blocks/{place}"
        kind = block.get("type")
        if kind not in _TEXTS:
            yield f"unsupported type: {kind} {at}/type]"
            continue
        texts = [(key, limit, most) for key, limit, most in _TEXTS[kind] if key in block]
        if not texts and kind != "divider":
            yield f"has no text {at}]"
        for key, limit, most in texts:
            values = block[key] if isinstance(block[key], list) else [block[key]]
            if not 1 <= len(values) <= most:
                yield f"must have between 1 and {most} items {at}/{key}]"
            for number, value in enumerate(values):
                yield from _wrong_text(value, limit, f"{at}/{key}/{number}", only_plain=kind == "header")


# Which texts a block has: its key, how long each may be, how many there may be.
_TEXTS: dict[Any, tuple[tuple[str, int, int], ...]] = {
    "header": (("text", 150, 1),),
    "section": (("text", 3000, 1), ("fields", 2000, 10)),
    "context": (("elements", 3000, 10),),
    "divider": (),
}


def _wrong_text(value: Any, limit: int, at: str, *, only_plain: bool = False) -> Iterator[str]:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        yield f"must be a text object {at}]"
        return
    if value.get("type") not in ({"plain_text"} if only_plain else {"plain_text", "mrkdwn"}):
        yield f"must be a valid text type {at}/type]"
    if set(value) - {"type", "text", "emoji" if value.get("type") == "plain_text" else "verbatim"}:
        yield f"no more keys allowed {at}]"
    if not value["text"]:
        yield f"must be more than 0 characters {at}/text]"
    if len(value["text"]) > limit:
        yield f"must be less than {limit + 1} characters {at}/text]"
