"""What can go wrong between a service and us: 20 answers of HTTP, 15 faults of transport, 10 of data.

Each is what every source gets instead of its first answer, and the error that it must become. `echoing` lets each
of them repeat what was sent. Facts from outside: RFC 9110 (statuses), RFC 9112 (framing), RFC 8259 (JSON).
"""

from __future__ import annotations

import base64
import gzip
import html
import json
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from monitor.errors import BudgetSpent, SourceGarbled, SourceRefused, SourceUnavailable
from tests.fakes.web import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.errors import MonitorError
    from tests.fakes.web import Asked

    Faults = Mapping[str, tuple[Reply, tuple[type[MonitorError], ...]]]

_JSON = {"content-type": "application/json"}
_PAGE = b"<html><body><form>Log in</form></body></html>"


def _status(status: int, body: bytes = b"{}", **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers={**_JSON, **named}, body=body)


HTTP: Faults = {
    "400": (_status(400, b'{"message": "bad query"}'), (SourceRefused, SourceGarbled)),
    "401": (_status(401), (SourceRefused,)),
    "402": (_status(402), (SourceRefused, SourceGarbled, BudgetSpent)),
    "403": (_status(403), (SourceRefused,)),
    "404": (_status(404), (SourceRefused,)),
    "405": (_status(405), (SourceGarbled, SourceRefused)),
    "408": (_status(408), (SourceUnavailable, SourceGarbled)),
    "410": (_status(410), (SourceRefused, SourceGarbled)),
    "418 with a page": (_status(418, _PAGE), (SourceGarbled, SourceRefused)),
    "422": (_status(422), (SourceRefused, SourceGarbled)),
    "429": (_status(429), (SourceUnavailable,)),
    "429 come again in an hour": (_status(429, retry_after="3600"), (SourceUnavailable,)),
    "429 come again never": (_status(429, retry_after="99999999999999999999"), (SourceUnavailable,)),
    "451": (_status(451), (SourceRefused, SourceGarbled)),
    "500": (_status(500, b"oh no"), (SourceUnavailable,)),
    "502 as a page": (_status(502, _PAGE), (SourceUnavailable,)),
    "503 come again at noon": (
        _status(503, retry_after="Tue, 03 Feb 2026 13:00:00 GMT"),
        (SourceUnavailable,),
    ),
    "504 without a body": (_status(504, b""), (SourceUnavailable,)),
    "302 to nowhere": (Reply(status=302), (SourceGarbled, SourceRefused, SourceUnavailable)),
    "302 to another host": (
        Reply(status=302, headers={"location": "http://169.254.169.254/latest/"}),
        (SourceRefused, SourceGarbled, SourceUnavailable),
    ),
}

TRANSPORT: Faults = {
    "closed without an answer": (Reply(drop=True), (SourceUnavailable,)),
    "no HTTP": (Reply(raw=b"SSH-2.0-OpenSSH_9.6\r\n"), (SourceUnavailable, SourceGarbled)),
    "a status line alone": (Reply(raw=b"HTTP/1.1 200 OK\r\n"), (SourceUnavailable, SourceGarbled)),
    "a status that is none": (Reply(raw=b"HTTP/1.1 9x9 Hm\r\n\r\n"), (SourceUnavailable, SourceGarbled)),
    "headers without end": (
        Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 300 + b"\r\n{}"),
        (SourceUnavailable, SourceGarbled),
    ),
    "one header of 100 kB": (
        Reply(raw=b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000 + b"\r\n\r\n{}"),
        (SourceUnavailable, SourceGarbled),
    ),
    "cut in the body": (Reply(headers=_JSON, body=b'{"data": [', length=500), (SourceUnavailable,)),
    "cut in the headers": (
        Reply(raw=b"HTTP/1.1 200 OK\r\ncontent-type: appl"),
        (SourceUnavailable, SourceGarbled),
    ),
    "a negative length": (
        Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n<html>"),
        (SourceUnavailable, SourceGarbled),
    ),
    "broken chunks": (
        Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
        (SourceUnavailable, SourceGarbled),
    ),
    "chunks without end": (
        Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<html\r\n"),
        (SourceUnavailable, SourceGarbled),
    ),
    "gzip that is none": (
        Reply(headers={**_JSON, "content-encoding": "gzip"}, body=b"no gzip at all"),
        (SourceGarbled, SourceUnavailable),
    ),
    "gzip that is cut": (
        Reply(headers={**_JSON, "content-encoding": "gzip"}, body=gzip.compress(b"[" * 9_000)[:-20]),
        (SourceUnavailable, SourceGarbled),
    ),
    "a gzip bomb": (
        Reply(headers={**_JSON, "content-encoding": "gzip"}, body=gzip.compress(b" " * 50_000_000)),
        (SourceGarbled, SourceUnavailable),
    ),
    "an encoding nobody asked for": (
        Reply(headers={**_JSON, "content-encoding": "br"}, body=b"\x8b\x02\x80"),
        (SourceGarbled,),
    ),
}

DATA: Faults = {
    "empty": (Reply(headers=_JSON, body=b""), (SourceGarbled,)),
    "a login page": (Reply(body=_PAGE), (SourceGarbled,)),
    "JSON that is cut": (Reply(headers=_JSON, body=b'{"data": [{"id": "1"'), (SourceGarbled,)),
    "no UTF-8": (Reply(headers=_JSON, body=b'{"data": "\xff\xfe"}'), (SourceGarbled,)),
    "too long": (Reply(headers=_JSON, body=b" " * 10_000_001), (SourceGarbled,)),
    "nested a million times": (Reply(headers=_JSON, body=b"[" * 1_000_000), (SourceGarbled,)),
    "null": (Reply(headers=_JSON, body=b"null"), (SourceGarbled,)),
    "a number": (Reply(headers=_JSON, body=b"42"), (SourceGarbled,)),
    "another document": (Reply(headers=_JSON, body=json.dumps({"hello": "world"}).encode()), (SourceGarbled,)),
    "a list of numbers": (Reply(headers=_JSON, body=b'{"data": 7, "hits": 7, "posts": 7}'), (SourceGarbled,)),
}

FAULTS: Faults = {**HTTP, **TRANSPORT, **DATA}

BROKEN_HEADER = Reply(raw=b"HTTP/1.1 400 Bad Request\r\nno header\r\nContent-Length: 2\r\n\r\n{}")
"""Beside FAULTS for `echoing`: urllib3 logs such a header."""


def sent_of(asked: Asked) -> str:
    """Return all that was sent, on one line."""
    headers = " ".join(f"{name}: {value}" for name, value in asked.headers.items())
    return f"{asked.method} {asked.path} {asked.query} {headers} {asked.body.decode()}"


def canary_in(sent: str) -> str:
    """Return the word of what was sent that holds a canary."""
    return next((one for one in sent.split() if "CANARY" in one), "nobody")


def spelt(text: str) -> list[str]:
    """Return a text as services repeat it."""
    return [
        text,
        quote(text, safe=""),
        json.dumps(text),
        html.escape(text),
        "".join(f"\\u{ord(one):04X}" for one in text),
        "\0".join(text),
        base64.b64encode(text.encode()).decode(),
    ]


def echoing(fault: Reply, asked: Asked) -> Reply:
    """Return the fault with all that was sent in its status line, headers and body."""
    sent = sent_of(asked)
    line, everything = sent.encode(), "\n".join(spelt(sent)).encode()
    if fault.raw is not None:
        first, end, rest = fault.raw.partition(b"\r\n")
        rest = rest.replace(b"no header", b"no header " + line).replace(b"zz", b"zz" + line)
        return replace(fault, raw=first + b" " + line + end + rest + everything)
    headers = {**fault.headers, "x-echo": sent, "link": f'<http://{sent}>; rel="next"'}
    if "location" in headers:
        headers["location"] = f"http://{canary_in(sent)}.example/{quote(sent)}?{sent}"
    encoding = headers.get("content-encoding")
    if encoding == "br":
        headers["content-encoding"] = f"br {sent}"[:60] + sent
    if encoding == "gzip":
        return replace(fault, headers=headers)
    named = ("error", "message", "detail", "title", "error_description")
    said = json.dumps(dict.fromkeys(named, sent) | {"all": spelt(sent)}).encode() if fault.status >= 400 else b""
    return replace(fault, headers=headers, body=said or fault.body + everything)
