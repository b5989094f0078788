"""Slack through slack_sdk 3.47: a bot token (messages can be found again and edited) or a webhook (neither).

What its answers mean was measured on loopback and read in docs.slack.dev ("chat.postMessage", "Incoming
webhooks"): there is no idempotency key, `ok: false` comes with HTTP 200, webhooks answer plain text. The SDK
logs webhook URLs and keeps the token in its exceptions, so neither its loggers nor its exceptions get out.
"""

from __future__ import annotations

import errno
import json
import logging
import re
import socket
import ssl
from typing import TYPE_CHECKING, Any, Literal
from urllib.error import URLError
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from monitor.blanking import Secrets
from monitor.errors import ConfigError, DeliveryFailed, DeliveryUncertain
from monitor.options import Options, Secret

from .composing import Composing
from .refused import ChannelRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from slack_sdk import WebClient, WebhookClient
    from slack_sdk.web import SlackResponse


_EVENT = "what_people_say_report"
_CODE = re.compile(r"[a-z0-9_]{1,80}")
_PAGE = 200  # conversations.history, "limit": "no more than 200 results at a time" is recommended
_DEFAULT_WAIT_S = 60.0  # where a 429 names no Retry-After: Slack counts most methods per minute

# chat.postMessage, "Errors": both say "it's possible some aspect of the operation succeeded".
_MAYBE_DONE = frozenset({"fatal_error", "internal_error"})
_PASSING = frozenset({"ratelimited", "rate_limited", "service_unavailable", "request_timeout", "team_added_to_org"})
_FOR_A_PERSON = {
    "not_authed": "the token is empty",
    "invalid_auth": "the token is not accepted; put a valid one into its variable",
    "invalid_token": "the webhook is not accepted; make a new one",
    "token_revoked": "the token was revoked; install the app again",
    "token_expired": "the token has expired; install the app again",
    "account_inactive": "the app or its workspace was deactivated",
    "missing_scope": "the app lacks chat:write, or channels:history (private: groups:history) to read back",
    "restricted_action": "the workspace does not let this app post there",
    "action_prohibited": "the workspace does not let this webhook post",
    "ekm_access_denied": "the workspace's administrators have suspended posting",
    "not_in_channel": "invite the app to the channel",
    "channel_not_found": "the channel is not there, or the app may not see it",
    "is_archived": "the channel is archived",
    "channel_is_archived": "the channel is archived",
    "no_service": "the webhook was removed or switched off; make a new one",
    "no_team": "the webhook's workspace is gone",
}  # fmt: skip


def _quiet() -> logging.Logger:
    """Return a logger that belongs to no tree and says nothing, whatever the program's logging is set to."""
    return logging.Logger("slack_sdk", level=logging.CRITICAL + 1)  # noqa: LOG001 (in no tree, on purpose)


class SlackOptions(Options):
    """A bot: one message a story and day, edited by later runs. Needs chat:write and channels:history.

    channel: the channel's ID (C..., G... or D...), since a message cannot be found again by a channel's name.
    """

    kind: Literal["slack"] = "slack"
    name: str = Field(default="slack", min_length=1)
    token: Secret
    channel: str
    base_url: str = "https://slack.com/api/"
    timeout_seconds: int = Field(default=30, ge=1, le=120)

    @field_validator("channel")
    @classmethod
    def _is_an_id(cls, value: str) -> str:
        if not re.fullmatch(r"[CGD][A-Z0-9]{2,}", value):
            raise ValueError("write the channel's id, such as C0123456789")
        return value

    @field_validator("base_url")
    @classmethod
    def _is_safe_for_a_token(cls, value: str) -> str:
        if not _may_carry_a_secret(value):
            raise ValueError("write an https address (http only on this machine): the token travels to it")
        return value.rstrip("/") + "/"

    def open(self, secret: Callable[[str], str]) -> SlackBot:
        """Return the channel; `secret` reads a variable by "env:NAME". ConfigError where the token is no token."""
        from slack_sdk import WebClient  # noqa: PLC0415 (0.1 s, only where Slack is used)

        token = secret(self.token).strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ConfigError([f"channels.{self.name}.token: {self.token} does not hold a token"])
        client = WebClient(
            token=token,
            base_url=self.base_url,
            timeout=self.timeout_seconds,
            retry_handlers=[],
            logger=_quiet(),
        )
        return SlackBot(self.name, self.channel, client)


class SlackWebhookOptions(Options):
    """An incoming webhook: at most one message a story and day, never edited. Its URL is a secret."""

    kind: Literal["slack-webhook"] = "slack-webhook"
    name: str = Field(default="slack-webhook", min_length=1)
    url: Secret
    timeout_seconds: int = Field(default=30, ge=1, le=120)

    def open(self, secret: Callable[[str], str]) -> SlackWebhook:
        """Return the channel; `secret` reads a variable by "env:NAME". ConfigError where it holds no address."""
        from slack_sdk import WebhookClient  # noqa: PLC0415 (0.1 s, only where Slack is used)

        url = secret(self.url).strip()
        if not _may_carry_a_secret(url) or not url.isascii() or not url.isprintable() or " " in url:
            raise ConfigError([f"channels.{self.name}.url: {self.url} does not hold an https address"])
        client = WebhookClient(url, timeout=self.timeout_seconds, retry_handlers=[], logger=_quiet())
        return SlackWebhook(self.name, client)


class SlackBot(Composing):
    """A channel whose messages can be found again by our metadata, and edited.

    A receipt is "CHANNEL/TS", as Slack gave them. A payload is JSON: {"text": str, "blocks": [...]}.
    """

    edits = True

    def __init__(self, name: str, channel: str, client: WebClient) -> None:
        self.name = name
        self._channel = channel
        self._client = client
        self._secrets = Secrets(client.token or "")

    def post(self, payload: str, key: str) -> str:
        """Post, marked with `key`, and return the receipt. DeliveryFailed, DeliveryUncertain."""
        answer = self._ask(
            self._client.chat_postMessage,
            **_shown(payload),
            channel=self._channel,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": _EVENT, "event_payload": {"dedupe_key": key}},
        )
        channel, ts = answer.get("channel"), answer.get("ts")
        if not (isinstance(channel, str) and isinstance(ts, str)):
            raise DeliveryUncertain(self.name, "Slack said ok but not where the message is")
        return f"{channel}/{ts}"

    def update(self, payload: str, receipt: str) -> None:
        """Replace what was posted; Slack keeps its metadata. DeliveryFailed, DeliveryUncertain."""
        channel, _, ts = receipt.partition("/")
        self._ask(self._client.chat_update, **_shown(payload), channel=channel, ts=ts)

    def find(self, key: str, since: datetime) -> str | None:
        """Return the receipt of the message marked with `key` since then, None without one. DeliveryFailed."""
        cursor, seen = "", {""}
        while True:
            try:
                answer = self._ask(
                    self._client.conversations_history,
                    channel=self._channel,
                    oldest=f"{since.timestamp():.6f}",
                    include_all_metadata=True,
                    limit=_PAGE,
                    **({"cursor": cursor} if cursor else {}),
                )
            except DeliveryUncertain as error:  # reading posts nothing, so nothing is uncertain about it
                raise DeliveryFailed(self.name, f"the channel cannot be read back: {error}") from None
            for message in answer.get("messages") or []:
                if _key_of(message) == key:
                    return f"{self._channel}/{message['ts']}"
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if cursor in seen:
                return None
            seen.add(cursor)

    def _ask(self, method: Callable[..., SlackResponse], **arguments: Any) -> dict[str, Any]:
        """Call once and return the answer's JSON. DeliveryFailed, DeliveryUncertain; nothing else gets out."""
        from slack_sdk.errors import SlackApiError  # noqa: PLC0415 (as in open)

        try:
            answer = self._secrets.blank_value(method(**arguments).data)
        except SlackApiError as error:
            response = error.response
            problem = _refusal(
                self.name,
                response.status_code,
                self._secrets.blank_text(str(response.get("error"))) if isinstance(response.data, dict) else "",
                response.headers,
            )
        except Exception as error:  # noqa: BLE001 (what a broken answer makes the SDK raise has no common class)
            problem = _no_answer(self.name, error)
        else:
            if isinstance(answer, dict):
                return answer
            problem = DeliveryUncertain(self.name, "Slack's answer is not in its format")
        # Raised outside the handler, so that the SDK's exception, which holds the token, is not its context.
        raise problem


class SlackWebhook(Composing):
    """A channel that gives no receipt: a message in it can be neither found again nor edited."""

    edits = False

    def __init__(self, name: str, client: WebhookClient) -> None:
        self.name = name
        self._client = client
        self._secrets = Secrets()
        self._secrets.add_url(client.url)

    def post(self, payload: str, key: str) -> None:  # noqa: ARG002 (a webhook keeps no metadata)
        """Post. DeliveryFailed, DeliveryUncertain."""
        try:
            answer = self._client.send(**_shown(payload), unfurl_links=False, unfurl_media=False)
        except Exception as error:  # noqa: BLE001 (what a broken answer makes the SDK raise has no common class)
            problem = _no_answer(self.name, error)
        else:
            said = self._secrets.blank_text(str(answer.body)).strip()
            if answer.status_code == 200 and said == "ok":  # noqa: PLR2004 (HTTP)
                return
            problem = _refusal(self.name, answer.status_code, said, answer.headers)
        raise problem

    def update(self, payload: str, receipt: str) -> None:  # noqa: ARG002 (the seam's shape)
        """Refuse: DeliveryFailed, final."""
        raise DeliveryFailed(self.name, "a webhook's message cannot be edited", final=True)

    def find(self, key: str, since: datetime) -> None:  # noqa: ARG002 (the seam's shape)
        """Refuse: DeliveryFailed, final."""
        raise DeliveryFailed(self.name, "a webhook's messages cannot be read back", final=True)


def _may_carry_a_secret(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme == "http":
        return host in {"127.0.0.1", "::1", "localhost"}
    return parts.scheme == "https" and bool(host)


def _shown(payload: str) -> dict[str, Any]:
    body = json.loads(payload)
    return {"text": body["text"], "blocks": body["blocks"]}


def _key_of(message: Any) -> str | None:
    metadata = message.get("metadata") if isinstance(message, dict) and isinstance(message.get("ts"), str) else None
    if not isinstance(metadata, dict) or metadata.get("event_type") != _EVENT:
        return None
    marked = metadata.get("event_payload")
    key = marked.get("dedupe_key") if isinstance(marked, dict) else None
    return key if isinstance(key, str) else None


def _refusal(name: str, status: int, code: str, headers: Mapping[str, str]) -> DeliveryFailed | DeliveryUncertain:
    """Return what an answer that is no success means, from its HTTP status and Slack's error code."""
    if status == 429 or code in {"ratelimited", "rate_limited"}:  # noqa: PLR2004 (HTTP)
        wait = _seconds(headers)
        return DeliveryFailed(name, f"Slack asks to wait {wait:.0f} s", retry_after=wait)
    if status >= 500 or code in _MAYBE_DONE or not _CODE.fullmatch(code):  # noqa: PLR2004 (HTTP)
        said = code if _CODE.fullmatch(code) else "not in Slack's format"
        return DeliveryUncertain(name, f"HTTP {status}, {said}: whether it was posted is unknown")
    if code in _PASSING:
        return DeliveryFailed(name, f"Slack says {code}; the next run tries again")
    if code in _FOR_A_PERSON:
        return ChannelRefused(name, f"Slack says {code}: {_FOR_A_PERSON[code]}")
    return DeliveryFailed(name, f"Slack refuses this message: {code}", final=True)


def _seconds(headers: Mapping[str, str]) -> float:
    lowered = {str(name).lower(): str(value) for name, value in headers.items()}
    said = lowered.get("retry-after", "").strip()
    return float(said) if said.isascii() and said.isdigit() and len(said) <= 6 else _DEFAULT_WAIT_S  # noqa: PLR2004 (days)


def _no_answer(name: str, error: Exception) -> DeliveryFailed | DeliveryUncertain:
    """Return what a request that got no answer means; only what failed while connecting has surely not left.

    urllib wraps what fails up to the sending in URLError; what comes later is raised as it is.
    """
    cause = error.reason if isinstance(error, URLError) else error
    what = type(cause).__name__  # never its text, which may hold the address
    if isinstance(error, URLError) and (
        isinstance(cause, ConnectionRefusedError | socket.gaierror | ssl.SSLCertVerificationError)
        or getattr(cause, "errno", None) in {errno.ENETUNREACH, errno.EHOSTUNREACH}
    ):
        return DeliveryFailed(name, f"Slack cannot be reached ({what}); the next run tries again")
    return DeliveryUncertain(name, f"no valid answer came ({what}): whether it was posted is unknown")
