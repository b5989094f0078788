"""Blanks what a service repeats of the secrets that it was sent, before anybody reads its answer.

Looked for is each secret as it is, and as it stands in JSON, URLs, HTML, UTF-16 and base64, in any mixture.
"""

from __future__ import annotations

import base64
import json
import re
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

MARK = "[secret]"
_LEAST = 8
"""Characters. The shortest key of the services we know has 14; a word of a text must not pass for a secret."""

_UTF8 = ("utf-8", "surrogatepass")  # so that no text of a stranger, and no variable, is an exception


class Secrets:
    """What must not come back. One below 8 characters is not looked for."""

    def __init__(self, *secrets: str) -> None:
        self._known: dict[str, None] = {}
        self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """Look for these too."""
        self._known |= dict.fromkeys(one.strip() for one in secrets if len(one.strip()) >= _LEAST)

    def add_url(self, url: str) -> None:
        """Look for an address that is a secret, and for those parts of it that make it one."""
        try:
            parts = urlsplit(url)
        except ValueError:
            self.add(url)
            return
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        self.add(url, target, parts.path.rpartition("/")[2], *(value for _, value in parse_qsl(parts.query)))

    def blank(self, said: bytes) -> bytes:
        """Return `said` with "[secret]" in place of each secret."""
        for secret in self._known:
            for form in _forms(secret):
                said = form.sub(MARK.encode(), said)
        return said

    def blank_text(self, said: str) -> str:
        """Return likewise a text."""
        return self.blank(said.encode(*_UTF8)).decode(*_UTF8)

    def blank_value(self, value: Any) -> Any:
        """Return likewise what came as JSON. TypeError, RecursionError: it did not."""
        return json.loads(self.blank(json.dumps(value).encode()))


@lru_cache(maxsize=64)
def _forms(secret: str) -> tuple[re.Pattern[bytes], ...]:
    """Return what finds a secret: letter by letter, and inside base64 at each of the three places it may begin."""
    # A NUL may stand between two letters: that is UTF-16, and where texts are stored they go.
    letters = rb"\0{0,3}".join(_letter(one) for one in secret)
    return tuple(re.compile(one) for one in (letters, *_in_base64(secret.encode(*_UTF8))))


def _letter(letter: str) -> bytes:
    """Return all spellings of a letter. Repetitions have an end, for a body may be a million backslashes."""
    utf8, utf16 = letter.encode(*_UTF8), letter.encode("utf-16-be", "surrogatepass")
    spellings = (
        re.escape(utf8),
        b"".join(b"%%(?:25){0,4}(?i:%02x)" % byte for byte in utf8),  # %4b, and %254b
        b"".join(rb"\\{1,8}(?i:u%s)" % utf16[at : at + 2].hex().encode() for at in range(0, len(utf16), 2)),
        b"&#(?:%d|(?i:x%x));" % (ord(letter), ord(letter)),
        *_ALSO.get(letter, ()),
    )
    return b"(?:%s)" % b"|".join(spellings)


_ALSO = {
    '"': (rb"\\{1,8}\"", b"&quot;"),
    "&": (b"&amp;",),
    "/": (rb"\\{1,8}/",),
    "\\": (rb"\\{2,8}",),
    "<": (b"&lt;",),
    ">": (b"&gt;",),
    " ": (rb"\+",),
}


def _in_base64(secret: bytes) -> list[bytes]:
    found = []
    for before in range(3):
        # Of its first and last letter in base64 a part may belong to what stands beside it.
        first, last = -(-before * 8 // 6), (before + len(secret)) * 8 // 6
        letters = base64.b64encode(b"\0" * before + secret)[first:last]
        found.append(re.sub(rb"[+/]", lambda one: _PLUS if one[0] == b"+" else _SLASH, letters))
    return found


_PLUS = rb"(?:[-+]|%2[bB])"
_SLASH = rb"(?:\\?[/_]|%2[fF])"
