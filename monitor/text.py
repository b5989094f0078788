"""Text as strangers write it: cleaned, cut into words, made comparable. Pure; linear in the length of the text.

Facts from outside: Unicode NFKC (UAX #15), look-alike letters (UTS #39, confusables.txt).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

MAX_SCORED_CHARACTERS = 10_000  # a scorer reads no further (QUALITY.md, "VADER's traps")
MAX_SCORED_EMOJI = 50  # likewise: 5,000 emoji took the VADER package 100 s

_SURROGATE = re.compile("[\ud800-\udfff]")
# CJK, kana and hangul end a URL: in those scripts particles follow it without a space.
URL = re.compile(r"https?://[^\s<>\"\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]{1,2048}", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@/.])@\w+(?:-\w+)*(?:@[\w-]+)?(?:\.[a-z0-9-]+)*")
_REPOST = re.compile(r"\s*(?:RT\s+@[\w.@-]+:?\s*)+")
_TRACKING = re.compile(
    r"utm_\w*|fbclid|gclid|dclid|gbraid|wbraid|msclkid|twclid|igshid|mc_[ce]id|ref_src|ref_url|yclid"
)
# Format characters that show nothing: soft hyphen, zero-width, bidi controls, variation selectors, tags.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_APOSTROPHE = str.maketrans(dict.fromkeys("’‘ʼʹ′´｀‛", "'"))
_BACKTICK_INSIDE = re.compile(r"(?<=[^\W_])`(?=[^\W_])")
_EMOJI = re.compile("[\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_EMOJI_THEN_WORD = re.compile(f"({_EMOJI.pattern})(?=\\w)")
# Marks that belong to the letter before them; Python's \w has letters and digits only.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e"
_LETTERS = rf"(?:[^\W_]|[{_MARKS}])+"
_WORD = re.compile(rf"\d+(?:[.,]\d+)+(?![^\W_])|{_LETTERS}(?:['-]{_LETTERS})*")
# What _WORD comes to in ASCII: a third of the time, for there are no marks to look for.
_ASCII_WORD = re.compile(r"\d+(?:[.,]\d+)+(?![a-z0-9])|[a-z0-9]+(?:['-][a-z0-9]+)*")
# Cyrillic and Greek letters that look like Latin ones (UTS #39), used only inside a word that has Latin letters.
_LOOK_ALIKE = str.maketrans(
    "аеорсухіјѕԁһԛԝАВЕКМНОРСТУХІЈЅαονρυιΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhqwABEKMHOPCTYXIJSaovpuiABEZHIKMNOPTYX",
)
_OTHER_SCRIPT = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_MIXED_WORD = re.compile(r"\w*[A-Za-z]\w*")


def clean(text: str) -> str:
    """Return `text` without NUL and with U+FFFD for each lone surrogate; nothing else is changed."""
    return _SURROGATE.sub("\ufffd", text.replace("\0", ""))


def canonical_url(url: str) -> str | None:
    """Return the one spelling of an http(s) URL for comparing, None if it is no such URL with a host.

    Scheme and host in lower case; default port, user, fragment, tracking keys and trailing slash dropped.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s\\\x00-\x1f\x7f]", url.strip()):
        return None
    if ":" in host:
        host = f"[{host}]"
    if port is not None and port != {"http": 80, "https": 443}[parts.scheme]:
        host = f"{host}:{port}"
    kept = "&".join(key for key in parts.query.split("&") if key and not _TRACKING.fullmatch(key.partition("=")[0]))
    return f"{parts.scheme}://{host}{parts.path.rstrip('/')}{'?' + kept if kept else ''}"


def links_in(text: str) -> tuple[str, ...]:
    """Return the canonical URLs of `text` in their order, each once."""
    found = (canonical_url(_without_closing(match.group())) for match in URL.finditer(text))
    return tuple(dict.fromkeys(url for url in found if url is not None))


def _without_closing(url: str) -> str:
    """Drop the punctuation that closes the sentence or the bracket around a URL."""
    while url and url[-1] in ".,;:!?…'’”»*_)]}":
        if url[-1] == ")" and url.count("(") >= url.count(")"):
            break
        url = url[:-1]
    return url


def without_links(text: str) -> str:
    """Return `text` with a space for each URL and each @handle."""
    # Most posts have neither; to look for a sign that both need costs a tenth of looking for them.
    bare = URL.sub(" ", text) if "://" in text else text
    return _HANDLE.sub(" ", bare) if "@" in bare else bare


def visible(text: str) -> str:
    """Return `text` in NFKC with plain apostrophes and without characters that show nothing."""
    plain = text if text.isascii() else text.translate(_APOSTROPHE)  # none of these apostrophes is ASCII
    if "`" in plain:
        plain = _BACKTICK_INSIDE.sub("'", plain)
    if plain.isascii():
        return plain
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", _INVISIBLE.sub("", plain)))


def for_scoring(text: str) -> str:
    """Return `text` as a scorer reads it: `visible`, look-alikes undone, URLs as http, handles as @user.

    At most 10,000 characters and 50 emoji are kept. For scoring only; never show or store it.
    """
    seen = visible(text[:MAX_SCORED_CHARACTERS])[:MAX_SCORED_CHARACTERS]
    named = URL.sub("http", seen) if "://" in seen else seen
    named = _HANDLE.sub("@user", named) if "@" in named else named
    if named.isascii():
        return named
    if _OTHER_SCRIPT.search(named):
        named = _MIXED_WORD.sub(lambda word: word.group().translate(_LOOK_ALIKE), named)
    return _EMOJI_THEN_WORD.sub(r"\1 ", _with_few_emoji(named))


def _with_few_emoji(text: str) -> str:
    left = MAX_SCORED_EMOJI

    def keep(match: re.Match[str]) -> str:
        nonlocal left
        left -= 1
        return match.group() if left >= 0 else ""

    return _EMOJI.sub(keep, text)


# One post is cut into words by a dozen rules in a row; more than the posts at hand need not be kept.
@lru_cache(maxsize=256)
def words(text: str) -> tuple[str, ...]:
    """Return the words of `text` in order, casefolded: letters and digits with inner apostrophe or hyphen.

    A number keeps its inner separators ("1.80", "4,200"). URLs and @handles are left out, a hashtag loses
    its #, underscores part words; scripts without spaces stay in runs.
    """
    seen = visible(without_links(text)).casefold()
    return tuple((_ASCII_WORD if seen.isascii() else _WORD).findall(seen))


def fingerprint(text: str) -> str:
    """Return what stays of `text` when only its words count; two copies have the same, "" where it has none.

    Left out: "RT @name:" in front, URLs, handles, case, punctuation, emoji, invisible characters, spacing.
    """
    repost = _REPOST.match(text)
    return " ".join(words(text[repost.end() :] if repost else text))
