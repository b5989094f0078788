"""A secret that comes back is blanked, however it is spelt; nothing else is."""

from __future__ import annotations

import base64
import html
import json
import time
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest

from monitor.blanking import MARK, Secrets

if TYPE_CHECKING:
    from collections.abc import Callable

TOKENS = [
    "CANARY-token-0123",
    "abcd-efgh-ijkl-mnop",
    'a+b/c d"e&f<g\\h',
    "nøkkel-관세-🔑-key",
    "eyJ0.eyJz" + "Kq9_" * 80,
]
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "JSON with slashes": lambda text: json.dumps(text, ensure_ascii=False)[1:-1].replace("/", "\\/"),
    "JSON in numbers": lambda text: "".join(f"\\u{unit}" for unit in _units(text)),
    "a URL": lambda text: quote(text, safe=""),
    "a URL in a URL": lambda text: quote(quote(text, safe=""), safe=""),
    "a form": quote_plus,
    "a URL in numbers": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "HTML": html.escape,
    "HTML in numbers": lambda text: "".join(f"&#{ord(one)};" for one in text),
    "HTML in other numbers": lambda text: "".join(f"&#x{ord(one):X};" for one in text),
    "UTF-16": "\0".join,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 of two": lambda text: base64.b64encode(f"id:{text}".encode()).decode(),
    "base64 of three": lambda text: base64.b64encode(f"user:{text}\n".encode()).decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(f"x{text}".encode()).decode(),
    "base64 in a URL": lambda text: quote(base64.b64encode(text.encode()).decode(), safe=""),
}  # fmt: skip


def _units(text: str) -> list[str]:
    found = text.encode("utf-16-be").hex()
    return [found[at : at + 4] for at in range(0, len(found), 4)]


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_is_found_however_it_is_spelt(spelling: str, token: str) -> None:
    spelt = SPELLINGS[spelling](token)
    said = f"the token ({spelt}) is odd, {spelt}"
    told = Secrets("another-one", token).blank_text(said)
    if "base64" in spelling:
        # What else is in it stays, with a letter of base64 at an end, of which a part belongs to the secret.
        assert told.count(MARK) == 2
        assert spelt[9:-9] not in told
    else:
        assert told == f"the token ({MARK}) is odd, {MARK}"
    assert Secrets(token).blank(said.encode()) == told.encode()


def test_what_is_no_secret_stays() -> None:
    said = b"a cat, https://x.example/a?b=%41, \\u0041 &amp; \xff\0 CANARY-tok"
    assert Secrets("a", "", "cat", "1234567", TOKENS[0]).blank(said) == said
    assert Secrets().blank(said) == said


def test_an_address_is_found_by_the_parts_that_make_it_a_secret() -> None:
    secrets = Secrets()
    secrets.add_url("https://hooks.example/services/T0/B0/right-here?sig=abc%2Fdefgh")
    for said in ("GET /services/T0/B0/right-here?sig=abc%2Fdefgh", "no such hook: right-here", "sig abc/defgh"):
        assert secrets.blank_text(said).count(MARK) == 1
    secrets.add_url("https://[no-address")
    assert secrets.blank_text("to https://[no-address") == f"to {MARK}"
    assert secrets.blank_text("services at hooks.example") == "services at hooks.example"


def test_values_are_blanked_inside() -> None:
    value = {"a": [f"<{TOKENS[0]}>", 7, None, {TOKENS[0]: True}]}
    assert Secrets(TOKENS[0]).blank_value(value) == {"a": [f"<{MARK}>", 7, None, {MARK: True}]}


@pytest.mark.parametrize("piece", ["The Sundvik ferry, 100 % & \\ é 관세", "\\", "%25", "C\0", "&#", "%\\C"])
def test_blanking_takes_no_time_worth_saving(piece: str) -> None:
    body = (piece * (1_000_000 // len(piece))).encode()
    secrets = Secrets(*TOKENS)
    secrets.blank(b"")
    begun = time.perf_counter()
    assert secrets.blank(body) == body
    assert time.perf_counter() - begun < 3
