"""What of a post is never shown: contact data, account numbers, slurs, and orders to a machine. Pure.

A post that would need masking is never quoted, only counted; `masked` is for where a text must be shown at all.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from .languages import LANGUAGES, slurs
from .text import URL, visible, words

_EMAIL = re.compile(r"[\w.+-]{1,64}+(?:@|\s?[\[(]at[\])]\s?)[\w-]{1,63}(?:\.[\w-]{1,63})+", re.IGNORECASE)
# With + or a leading 0 and at least seven digits; the North American 3-3-4; two-digit pairs as in Norway.
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:\+\d(?:[ .()/-]{0,2}\d){6,14}|\(?0\d(?:[ ()/-]{0,2}\d){6,12}"
    r"|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}|\d{2} \d{2} \d{2} \d{2})(?!\d|[.,-]\d)"
)
_PHONE_NAMED = re.compile(
    r"\b(?:call|phone|tel|tlf|text|sms|whatsapp|mobil|mobile|telefon|ring|nummer|number|전화)\b[\s.:at]{0,12}"
    r"(\+?\d(?:[ ()/-]{0,2}\d){4,14})(?!\d)",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{2,4}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_LONG_NUMBER = re.compile(r"(?<![\w.,])\d(?:[ -]?\d){12,18}(?![\w]|[.,]\d)")  # cards have 13 to 19 digits
# British sort code and account; Norwegian account.
_BANK = re.compile(r"\b\d{2}-\d{2}-\d{2} \d{6,8}\b|\b\d{4}[ .]\d{2}[ .]\d{5}\b")
_STREETS = sorted(
    {word for language in LANGUAGES.values() for word in language.streets}, key=lambda w: (-len(w), w)
)
_STREET = "|".join(map(re.escape, _STREETS))
_NAME = r"[A-ZÆØÅÄÖÜÉ][\w'’.-]{0,40}"
_ADDRESS = re.compile(
    # 12 Elm St · 12 rue de la Paix · Elm Street 12 · Måkeveien 14 · Hauptstraße 5
    rf"\b\d{{1,5}}[a-z]?,? (?:{_NAME} ){{1,3}}(?i:{_STREET})\b"
    rf"|\b\d{{1,5}},? (?:rue|avenue|boulevard|chemin|quai|impasse|allée)\s+\w+"
    rf"|\b{_NAME}[ -]?(?i:{_STREET})\.? \d{{1,3}}[a-zA-Z]?\b(?![ .,:%]?\d|%)"
    rf"|\b[A-ZÆØÅÄÖÜ]\w{{1,40}}(?:veien|vegen|gata|gaten|straße|strasse|allee|gatan|vägen|vej|straat)\s\d{{1,4}}[a-zA-Z]?\b"
)
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\s+(?:all\s+|any\s+|the\s+|your\s+|my\s+){0,3}"
    r"(?:previous|prior|above|earlier|preceding|system)\s+(?:instruction|prompt|rule|message|direction)"
    r"|</?\s*(?:system|assistant|post|instructions?|prompt)\s*>|\[/?(?:system|inst|assistant)\]|<\|[a-z_]+\|>"
    r"|\bsystem\s+prompt\b|\byou\s+are\s+now\s+(?:in|a|an|the)\b|\bnew\s+instructions?\s*:",
    re.IGNORECASE,
)
# What each way of giving an order has in it: to look for these takes a tenth of the time, and few posts have one.
_ORDER_SIGNS = ("instruction", "prompt", "rule", "message", "direction", "<", "[", "now")
_SLUR_MARK = re.compile(r"\[(?:slur|racial slur|n-word)\]", re.IGNORECASE)

_DIGIT = re.compile(r"\d")
_AT = re.compile(r"@|[\[(]at[\])]", re.IGNORECASE)
_FINDERS: tuple[tuple[str, int, tuple[re.Pattern[str], ...]], ...] = (
    ("e-mail", 0, (_EMAIL,)),
    ("account", 2, (_IBAN, _BANK, _LONG_NUMBER)),
    ("phone", 5, (_PHONE_NAMED, _PHONE)),
    ("street address", 1, (_ADDRESS,)),
)
"""What is looked for, and how many digits it has at least: most posts have none, and need not be searched."""


def gives_orders(text: str) -> bool:
    """Tell whether `text` speaks to a machine that summarises it ("ignore all previous instructions")."""
    return _orders(visible(text))


def _orders(seen: str) -> bool:
    if seen.isascii():  # else letters may be alike in more ways than lower() knows
        lower = seen.lower()
        if not any(sign in lower for sign in _ORDER_SIGNS):
            return False
    return _ORDERS.search(seen) is not None


# Claims, gate and report ask the same of each post; 65,536 answers are a large story's.
@lru_cache(maxsize=1 << 16)
def must_withhold(text: str) -> str | None:
    """Return why a post is never quoted, None where it may be.

    One of "injection", "slur", "e-mail", "account", "phone", "street address"; the first of them that holds.
    """
    seen = visible(text)
    if _orders(seen):
        return "injection"
    if _SLUR_MARK.search(seen) or not _all_slurs().isdisjoint(words(seen)):
        return "slur"
    searched = _DATE.sub(" ", URL.sub(" ", seen) if "://" in seen else seen)
    digits = len(_DIGIT.findall(searched))
    named = _AT.search(searched) is not None
    for reason, fewest, patterns in _FINDERS:
        if digits >= fewest and (fewest or named) and any(pattern.search(searched) for pattern in patterns):
            return reason
    return None


def masked(text: str) -> str:
    """Return `text` with "[e-mail]", "[phone]" and the like for what may not be shown, slurs as "[slur]"."""
    shown = URL.sub("[link]", visible(text))
    for reason, _, patterns in _FINDERS:
        for pattern in patterns:
            shown = pattern.sub(f"[{reason}]", shown)
    listed = _all_slurs()
    return re.sub(r"[^\W\d_]+", lambda word: "[slur]" if word.group().casefold() in listed else word.group(), shown)


@cache
def _all_slurs() -> frozenset[str]:
    """Return the slurs of every language: a post may use one of another language than its own."""
    return frozenset().union(*(slurs(code) for code in LANGUAGES))
