"""All talk with X through tweepy, and the transport below it: the one place where X's failures become ours.

tweepy 4.17 has no timeout, follows redirects, logs the token at DEBUG, and carries it in its exceptions. So the
token is added below it, to a copy of the request; and an answer has limits of time and size.
"""

from __future__ import annotations

import io
import json
import logging
import time
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

import requests
import tweepy
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from monitor.blanking import Secrets
from monitor.errors import BudgetSpent, MonitorError, SourceGarbled, SourceRefused, SourceUnavailable
from monitor.text import clean
from monitor.web import CONNECT_SECONDS, TimedSocket

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_HOST = "https://api.twitter.com"  # tweepy's, fixed
MAX_BYTES = 10_000_000  # decoded; a page of 100 posts with all fields is below 1 MB
_READ_SECONDS = 20.0  # between two bytes
_ANSWER_SECONDS = 25.0  # for the whole answer, so that with connecting a request ends within 30 s
_CHUNK = 65_536
_WIRE_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError)


_DECODING_ERRORS = (
    requests.exceptions.JSONDecodeError,
    requests.exceptions.ContentDecodingError,
    urllib3.exceptions.DecodeError,
)
# What tweepy was measured to raise that is not a TweepyException, beside what the wire raises.
_TWEEPY_ERRORS = (tweepy.TweepyException, ValueError, TypeError, KeyError, AttributeError, RecursionError)
_RATE_WINDOW = timedelta(minutes=15)  # X counts requests per 15 minutes.
_PASSING = frozenset((408, 425))
_REDIRECT, _BAD_REQUEST, _NO_CREDITS, _TOO_MANY, _SERVER_ERROR = 300, 400, 402, 429, 500


class Conversation:
    """Asks X and returns its answers as it sent them.

    Raises SourceUnavailable, SourceRefused, SourceGarbled or BudgetSpent, none with a token or a request in it.
    """

    def __init__(self, source: str, *, token: str, base_url: str) -> None:
        self._source = source
        token = token.strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise SourceRefused(source, "the token is empty or no single word: set its variable again")
        self._wire = _Wire(token, base_url)
        logging.getLogger("tweepy").setLevel(logging.WARNING)  # At DEBUG it logs the text of each post.
        logging.getLogger("urllib3.connection").setLevel(logging.ERROR)  # At WARNING broken headers as they came.
        self._client = tweepy.Client("added below", return_type=dict, wait_on_rate_limit=False)
        self._client.session.adapters.clear()
        self._client.session.mount(_HOST, self._wire)
        self._client.session.max_redirects = 0

    def search(self, query: str, *, now: datetime, **parameters: Any) -> Mapping[str, Any] | None:
        """Return one page of recent search; None where X finds the since_id too old."""
        try:
            return self._call(self._client.search_recent_tweets, now, query=query, **parameters)
        except SourceRefused:
            if self._wire.status == _BAD_REQUEST and "since_id" in parameters and b"since_id" in self._wire.body:
                return None
            raise

    def count(self, query: str, *, now: datetime, **parameters: Any) -> Mapping[str, Any]:
        """Return how many posts match, by hours."""
        return self._call(self._client.get_recent_tweets_count, now, query=query, granularity="hour", **parameters)

    def posts(self, ids: Sequence[str], *, now: datetime, **parameters: Any) -> Mapping[str, Any]:
        """Return an answer with the posts of these ids, at most 100, in their present version."""
        return self._call(self._client.get_tweets, now, ids=list(ids), **parameters)

    def usage(self, *, now: datetime) -> Mapping[str, Any]:
        """Return what X says that this project has read in its period; free."""
        answer = self._call(self._usage, now)
        data = answer.get("data")
        if not isinstance(data, dict):
            raise self._garbled("tells no usage")
        return data

    def _usage(self) -> Any:
        # tweepy 4.17 has no method for it; its request does the rest.
        return self._client.request("GET", "/2/usage/tweets").json()

    def begin_compliance(self, *, now: datetime) -> Mapping[str, Any]:
        """Begin a compliance job for posts; return what X says of it."""
        return self._job(self._call(self._client.create_compliance_job, now, type="tweets"))

    def compliance(self, job: str, *, now: datetime) -> Mapping[str, Any]:
        """Return what X says of a compliance job."""
        return self._job(self._call(self._client.get_compliance_job, now, id=job))

    def _job(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        data = answer.get("data")
        if not isinstance(data, dict):
            raise self._garbled("names no compliance job")
        return data

    @property
    def source(self) -> str:
        """The name that stands in errors."""
        return self._source

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the last answer, by name in lower case."""
        return self._wire.headers

    @property
    def answered(self) -> bool:
        """Whether X answered the last request, with whatever status."""
        return self._wire.status is not None

    def _call(self, method: Callable[..., Any], now: datetime, **parameters: Any) -> Mapping[str, Any]:
        try:
            answer = method(**parameters)
        except (*_WIRE_ERRORS, *_TWEEPY_ERRORS) as error:
            if self._wire.status is None and not isinstance(error, _WIRE_ERRORS):
                raise  # Nothing was sent and nothing answered: that is our own mistake.
            failure = self._failure(error, now)
        else:
            if isinstance(answer, dict):
                return answer
            failure = self._garbled("is no object")
        # Raised out here, without its cause: the request hangs on tweepy's exceptions.
        raise failure

    def _failure(self, error: Exception, now: datetime) -> MonitorError:
        """Judge by the status that came, whatever class tweepy or requests made of it."""
        status = self._wire.status
        if status is None or (
            isinstance(error, _WIRE_ERRORS) and status < _REDIRECT and not isinstance(error, _DECODING_ERRORS)
        ):
            return SourceUnavailable(self._source, f"no answer from X ({type(error).__name__})")
        if status == _NO_CREDITS:
            return BudgetSpent(self._source, f"X has no credits left for this key: buy some{self._detail()}")
        if status == _TOO_MANY:
            return self._too_many(now)
        if status in _PASSING or status >= _SERVER_ERROR:
            return SourceUnavailable(self._source, f"X answered {status}")
        if status >= _BAD_REQUEST:
            return SourceRefused(self._source, f"X answered {status}{self._detail()}")
        return self._garbled(f"cannot be read (status {status}, {type(error).__name__})")

    def _too_many(self, now: datetime) -> MonitorError:
        if b"usage-capped" in self._wire.body:
            # X does not say when the period ends; one refused request a day costs nothing and finds out.
            tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
            return BudgetSpent(self._source, f"X's cap for the period is used up{self._detail()}", until=tomorrow)
        later = now + _RATE_WINDOW
        reset = self._wire.headers.get("x-rate-limit-reset", "").strip()
        if reset.isascii() and reset.isdecimal() and len(reset) <= len("9999999999"):
            named = datetime.fromtimestamp(int(reset), tz=UTC)
            later = named if now < named <= now + timedelta(days=1) else later
        return SourceUnavailable(self._source, "X's limit of requests is reached (429)", retry_after=later)

    def _garbled(self, what: str) -> SourceGarbled:
        sample = clean(self._wire.body[:2_000].decode("utf-8", "replace"))
        return SourceGarbled(self._source, f"X's answer {what}", sample=sample)

    def _detail(self) -> str:
        """Return what X says about it, for the person who must act."""
        try:
            problem = json.loads(self._wire.body)
            said = problem.get("detail") or problem.get("title")
        except (ValueError, AttributeError, RecursionError):
            return ""
        if not isinstance(said, str):
            return ""
        return ": " + " ".join("".join(filter(str.isprintable, said)).split())[:300]


class _Timed(HTTPConnection):
    def getresponse(self) -> Any:
        _set_deadline(self)
        return super().getresponse()


class _TimedTLS(HTTPSConnection):
    def getresponse(self) -> Any:
        _set_deadline(self)
        return super().getresponse()


def _set_deadline(connection: HTTPConnection) -> None:
    connected = connection.sock
    inner = connected.inner if isinstance(connected, TimedSocket) else connected
    connection.sock = TimedSocket(inner, time.monotonic() + _ANSWER_SECONDS)


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Timed


class _TLSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TimedTLS


class _Wire(HTTPAdapter):
    """Sends tweepy's requests to `base_url` with the token; keeps what the last answer was, for its failures.

    headers: their names in lower case. The token is blanked in all that came.
    """

    def __init__(self, token: str, base_url: str) -> None:
        self._authorization = f"Bearer {token}"
        self._secrets = Secrets(token)
        self._base_url = base_url.rstrip("/")
        self.status: int | None = None
        self.headers: Mapping[str, str] = {}
        self.body = b""
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        self.status, self.headers, self.body = None, {}, b""
        sent = request.copy()
        sent.url = (request.url or "").replace(_HOST, self._base_url, 1)
        sent.headers["Authorization"] = self._authorization
        options.update(stream=True, timeout=(CONNECT_SECONDS, _READ_SECONDS))
        response = super().send(sent, **options)
        response.request = request
        self.headers = {name.lower(): self._secrets.blank_text(one) for name, one in response.headers.items()}
        self.status = response.status_code
        self.body = self._secrets.blank(_whole(response))
        response.raw = io.BytesIO(self.body)
        return response


def _whole(response: requests.Response) -> bytes:
    """Read the body, decoded, counting while it comes."""
    body = bytearray()
    with response:
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > MAX_BYTES:
                raise requests.exceptions.ContentDecodingError(f"longer than {MAX_BYTES // 1_000_000} MB")
    return bytes(body)
