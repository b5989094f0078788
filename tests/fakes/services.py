"""What every kind of source is tested with: its options beside a loopback address, and a good answer.

A good answer holds three things, one of which is broken.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from jobs.purse import StoredPurse
from monitor.sources import AnySource
from monitor.sources.given import Given
from monitor.store import Store
from tests.fakes import bluesky, hackernews, mastodon, reddit
from tests.fakes.web import Asked, Reply
from tests.fakes.x import TOKEN, counts, ok, recorded

if TYPE_CHECKING:
    from monitor.options import Options
    from monitor.protocols import Source

DATA = Path(__file__).parent.parent / "data"
KINDS: dict[str, type[Options]] = {
    options.model_fields["kind"].default: options for options in get_args(get_args(AnySource)[0])
}


_NOON = 1_770_119_900.0  # of 3 February 2026, in unix seconds


@dataclass(frozen=True, kw_only=True)
class Service:
    """options: what a config says beside kind and name. good: what the service answers when all is well."""

    options: Callable[[str], dict[str, Any]]
    good: Callable[[Asked], Reply]


SERVICES: dict[str, Service] = {
    "x": Service(
        options=lambda url: {"token": "env:X_TOKEN", "api": url},
        good=lambda asked: ok(
            counts([], asked) if asked.path.endswith("counts/recent") else recorded("search_2.json")
        ),
    ),
    "rss": Service(
        options=lambda url: {"url": url, "allow_private_hosts": True},
        good=lambda _: Reply(body=(DATA / "rss" / "ferry.rss").read_bytes()),
    ),
    "bluesky": Service(
        options=lambda url: {
            "api": url,
            "handle": bluesky.HANDLE,
            "password": "env:BLUESKY_PASSWORD",
            "allow_private_hosts": True,
        },
        good=bluesky.good,
    ),
    "mastodon": Service(
        options=lambda url: {"server": url, "allow_private_hosts": True},
        good=lambda asked: _page(json.loads(mastodon.RECORDED.read_text()), asked),
    ),
    "reddit": Service(
        options=lambda url: {
            "api": url,
            "login": url,
            "client_id": "env:REDDIT_ID",
            "client_secret": "env:REDDIT_SECRET",
            "user_agent": reddit.AGENT,
        },
        good=lambda asked: reddit.answer(
            [reddit.submission(1, _NOON), reddit.submission(2, _NOON), reddit.submission(3, _NOON, title=7)], asked
        ),
    ),
    "article": Service(
        options=lambda url: {"urls": [f"{url}/{n}" for n in (1, 2, 3)], "allow_private_hosts": True},
        good=lambda asked: Reply(headers={"content-type": "text/html"}, body=_article(asked.path)),
    ),
    "hackernews": Service(
        options=lambda url: {"api": url, "items": url, "allow_private_hosts": True},
        good=lambda _: ok(json.loads(hackernews.RECORDED.read_text())),
    ),
}


def _article(path: str) -> bytes:
    """A page of its own at each path; the third has no title."""
    return b"<p>no title</p>" if path == "/3" else f"<title>The Sundvik ferry, part {path[1:]}</title>".encode()


def _page(statuses: list[Any], asked: Asked) -> Reply:
    """The one page of the first tag that is asked for; of another there is none."""
    return ok(statuses if asked.path.endswith("/sundvik") else [])


def build(
    kind: str,
    url: str,
    name: str = "source",
    folder: Path = Path(),
    store: Store | None = None,
    **options: Any,
) -> Source:
    """Return a source of `kind` that speaks to `url`; its money stands in `store`."""
    made: Any = KINDS[kind].model_validate({"name": name, **SERVICES[kind].options(url), **options})
    source: Source = made.source(given(folder, store))
    return source


def given(folder: Path = Path(), store: Store | None = None, secret: str = TOKEN) -> Given:
    """Return what a source is built from; its money stands in `store`, or in one that nobody looks at."""
    purse = partial(StoredPurse, store or Store.in_memory())
    return Given(secret=lambda _: secret, folder=folder, purse=purse)
