"""Asking services that answer in JSON: one place where their statuses and their faults become our errors.

Facts from outside: RFC 9110 (statuses, Retry-After), RFC 8288 (Link), Mastodon API "Rate limits" (X-RateLimit-Reset
is ISO), Bluesky "Rate limits" (ratelimit-reset is unix seconds).
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from monitor.blanking import Secrets
from monitor.errors import SourceGarbled, SourceRefused, SourceUnavailable
from monitor.interchange import read_time
from monitor.text import clean
from monitor.web import Answer, fetch, send

if TYPE_CHECKING:
    from collections.abc import Mapping

_OK = frozenset((200, 201))
_PASSING = frozenset((408, 425, 429))
_SERVER_ERRORS = 500
_LOCKED_OUT = frozenset((401, 403))
_GONE = frozenset((404, 410, 451))
_BAD_QUESTION = frozenset((400, 422))
_LONGEST_WAIT = timedelta(days=1)
_LINK = re.compile(r"<([^<>]{1,2000})>\s*;\s*rel=\"?(\w+)\"?")
_LIMITS = ("x-ratelimit", "ratelimit", "x-rate-limit")
_SAID = ("message", "error_description", "error", "detail")


class Service:
    """One service at `base`, which the operator or its documentation names; secrets go to no other host.

    source: stands in errors. own_network: it may stand in the own network, on any port. secrets: what is blanked
    in its answers; what travels in an Authorization header is among them.
    """

    def __init__(self, base: str, *, source: str, own_network: bool = False) -> None:
        self.base = base.rstrip("/")
        self.source = source
        self.secrets = Secrets()
        self._own_network = own_network
        self._host = _origin(self.base)

    def get(
        self,
        path: str,
        parameters: Mapping[str, str | int | None] | None = None,
        *,
        now: datetime,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[Any, Answer]:
        """Return what it answers in JSON, and the answer itself. path: below the base, or one of its own URLs.

        Raises SourceUnavailable, SourceRefused or SourceGarbled.
        """
        answer = self.ask(path, parameters, headers=headers)
        return self.read(answer, now), answer

    def ask(
        self,
        path: str,
        parameters: Mapping[str, str | int | None] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the answer, whatever its status; what did not come to an answer is raised as by `get`."""
        url = path if path.startswith(("http://", "https://")) else f"{self.base}{path}"
        if _origin(url) != self._host:
            raise SourceGarbled(self.source, f"the next page is said to be on another host than {self._host}")
        self._hide(headers)
        given = {name: value for name, value in (parameters or {}).items() if value is not None}
        return fetch(
            f"{url}{'&' if '?' in url else '?'}{urlencode(given)}" if given else url,
            source=self.source,
            allow_private_hosts=self._own_network,
            headers_for=lambda hop: headers or {} if _origin(hop) == self._host else {},
            secrets=self.secrets,
        )

    def post(self, path: str, document: object, *, now: datetime, headers: Mapping[str, str] | None = None) -> Any:
        """Send a JSON document (None: nothing) and return what is answered in JSON. Raises as `get` does.

        Of an answer that cannot be read no sample is kept: it may hold new tokens.
        """
        self._hide(headers)
        body = b"" if document is None else json.dumps(document).encode()
        named = {"Content-Type": "application/json"} if body else {}
        answer = send(
            f"{self.base}{path}",
            body,
            source=self.source,
            headers={**named, **(headers or {})},
            secrets=self.secrets,
        )
        try:
            return self.read(answer, now)
        except SourceGarbled as garbled:
            garbled.sample = ""
            raise

    def read(self, answer: Answer, now: datetime) -> Any:
        """Return what an answer says in JSON. Raises as `get` does."""
        if answer.status not in _OK:
            raise failure(answer, self.source, now)
        try:
            return json.loads(answer.body.decode("utf-8"))
        except (ValueError, RecursionError):
            raise SourceGarbled(self.source, "the answer is no JSON", sample=sample(answer.body)) from None

    def _hide(self, headers: Mapping[str, str] | None) -> None:
        for name, value in (headers or {}).items():
            if name.lower() == "authorization":
                self.secrets.add(value.partition(" ")[2])


def failure(answer: Answer, source: str, now: datetime) -> Exception:
    """Return the error that an answer which is not the wanted one stands for."""
    status, said = answer.status, _message(answer.body)
    what = f"it answers {status}{f' ({said})' if said else ''}"
    if status in _PASSING or status >= _SERVER_ERRORS:
        return SourceUnavailable(source, what, retry_after=come_again(answer.headers, now))
    if status in _LOCKED_OUT:
        return SourceRefused(source, f"{what}: check the key, and what it may read")
    if status in _GONE:
        return SourceRefused(source, f"{what}: check its address")
    if status in _BAD_QUESTION:
        return SourceRefused(source, f"{what}: check the query")
    return SourceGarbled(source, what, sample=sample(answer.body))


def come_again(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Return when a service says to come again, at most in a day; None where it says nothing that can be meant.

    Read are Retry-After (seconds or an HTTP date) and the reset of a rate limit (unix seconds or ISO).
    """
    reset = next((named for name in _LIMITS if (named := headers.get(f"{name}-reset"))), None)
    for later in (_retry_after(headers.get("retry-after"), now), _reset(reset)):
        if later is not None and now < later <= now + _LONGEST_WAIT:
            return later
    return None


def rate_left(headers: Mapping[str, str]) -> int | None:
    """Return how many requests a service still takes in its period, None where it does not say."""
    named = (headers.get(f"{name}-remaining", "").strip() for name in _LIMITS)
    return next((int(left) for left in named if left.isascii() and left.isdecimal() and len(left) <= 9), None)  # noqa: PLR2004 - no limit is a billion


def next_link(headers: Mapping[str, str]) -> str | None:
    """Return the URL that a Link header names as the next page, None where it names none."""
    return next((url for url, name in _LINK.findall(headers.get("link", "")) if name == "next"), None)


def sample(body: bytes) -> str:
    """Return the beginning of a body as text, for a person who looks what came instead."""
    return clean(body[:2_000].decode("utf-8", "replace"))


def _retry_after(value: str | None, now: datetime) -> datetime | None:
    try:
        if value is None:
            return None
        if value.strip().isdecimal():
            return now + timedelta(seconds=int(value))
        return parsedate_to_datetime(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _reset(value: str | None) -> datetime | None:
    if value is None or not value.strip().isdecimal():
        return read_time(value)
    try:
        return datetime.fromtimestamp(int(value), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _message(body: bytes) -> str:
    """Return what a service says of a failure, on one line of at most 200 characters; "" where it says nothing."""
    try:
        document = json.loads(body[:20_000])
    except (ValueError, RecursionError):
        return ""
    named = document if isinstance(document, dict) else {}
    said = next((value for key in _SAID if isinstance(value := named.get(key), str)), "")
    return " ".join(clean(said).split())[:200]


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}".lower()
    except ValueError:
        return ""
