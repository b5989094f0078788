"""Text of strangers beside ours: direction, control characters, addresses. What each format escapes stands there.

Directional characters: Unicode Standard Annex 9, revision 50 (section 2, explicit directional formatting).
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

_ISOLATES = "\u2066\u2067\u2068"
_EMBEDDINGS = "\u202a\u202b\u202d\u202e"
_END_ISOLATE = "\u2069"
_END_EMBEDDING = "\u202c"
_FIRST_STRONG = "\u2068"
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI", "FSI", "LRE", "LRO", "LRI", "PDF", "PDI"})
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # category Cc without line feed and tab
_HALF = re.compile("[\ud800-\udfff]")  # category Cs


def balanced(text: str) -> str:
    """Return `text` with every embedding and isolate closed, and none closed that it did not open."""
    if not any(char in text for char in _ISOLATES + _EMBEDDINGS + _END_ISOLATE + _END_EMBEDDING):
        return text
    made: list[str] = []
    opened: list[str] = []
    for char in text:
        if char in _ISOLATES:
            opened.append(_END_ISOLATE)
        elif char in _EMBEDDINGS:
            opened.append(_END_EMBEDDING)
        elif char in {_END_ISOLATE, _END_EMBEDDING}:
            if not opened or opened[-1] != char:
                continue
            opened.pop()
        made.append(char)
    return "".join([*made, *reversed(opened)])


def isolated(text: str) -> str:
    """Return `text` so that it cannot turn what stands around it; unchanged where it has nothing that could."""
    if text.isascii() or not any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text):
        return text
    return f"{_FIRST_STRONG}{balanced(text)}{_END_ISOLATE}"


def visible(text: str) -> str:
    """Return `text` without control characters (line breaks and tabs stay), half surrogates replaced."""
    return _HALF.sub("\ufffd", _CONTROL.sub("", text))


def web_address(url: str | None) -> str | None:
    """Return `url` if it may become a link: http or https with a host, without credentials or odd characters.

    A host in other letters than ASCII is given in punycode, so that a look-alike shows; None for all else.
    """
    if not url or any(char.isspace() or unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in url):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc or "\\" in url:
        return None
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    shown = f"[{host}]" if ":" in host else host
    return parts._replace(netloc=shown if port is None else f"{shown}:{port}").geturl()


def host_of(address: str) -> str:
    """Return the host of a web address, for a reader who must know where a link leads."""
    return urlsplit(address).hostname or address
