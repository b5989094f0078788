"""Where messages go: one file a service, one name a kind in `AnyChannel`."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from .files import FilesOptions
from .slack import SlackOptions, SlackWebhookOptions

AnyChannel: TypeAlias = Annotated[FilesOptions | SlackOptions | SlackWebhookOptions, Field(discriminator="kind")]
"""Every channel a config may name, told apart by `kind`."""
