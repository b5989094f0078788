"""Where posts and stories come from. To add a source: one file here, and its Options in `AnySource`."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from .article import ArticleOptions
from .bluesky import BlueskyOptions
from .hackernews import HackerNewsOptions
from .jetstream import JetstreamOptions
from .mastodon import MastodonOptions
from .reddit import RedditOptions
from .rss import RssOptions
from .x import XOptions

AnySource: TypeAlias = Annotated[
    XOptions
    | BlueskyOptions
    | MastodonOptions
    | HackerNewsOptions
    | JetstreamOptions
    | RedditOptions
    | RssOptions
    | ArticleOptions,
    Field(discriminator="kind"),
]
"""The options of every kind of source, told apart by `kind`."""
