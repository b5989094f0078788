"""A folder as a channel: what Slack would be sent, one JSON file a message. For a look before a token exists."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from monitor.errors import DeliveryFailed
from monitor.options import Options

from .composing import Composing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class FilesOptions(Options):
    """Writes messages into a folder, as Slack's Block Kit JSON; sends nothing."""

    kind: Literal["files"] = "files"
    name: str = Field(default="files", min_length=1)
    folder: str = Field(default="out/slack", min_length=1)

    def open(self, secret: Callable[[str], str]) -> FilesChannel:  # noqa: ARG002 (the seam's shape: it has no secret)
        """Return the channel."""
        return FilesChannel(self.name, Path(self.folder))


class FilesChannel(Composing):
    """A receipt is the name of the file; posting the same key again replaces it, so nothing is ever double."""

    edits = True

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder

    def post(self, payload: str, key: str) -> str:
        """Write the file of `key`; return its name."""
        receipt = _file_of(key)
        self.update(payload, receipt)
        return receipt

    def update(self, payload: str, receipt: str) -> None:
        """Replace the file whole, or not at all."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            draft = self._folder / f".{receipt}.tmp"
            draft.write_text(payload + "\n", encoding="utf-8")
            draft.replace(self._folder / receipt)
        except OSError as error:
            raise DeliveryFailed(self.name, f"{self._folder}: cannot be written ({error.strerror})") from error

    def find(self, key: str, since: datetime) -> str | None:  # noqa: ARG002 (a file does not age)
        """Return the file's name where it is there."""
        receipt = _file_of(key)
        return receipt if (self._folder / receipt).is_file() else None


def _file_of(key: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")[:80]
    return f"{plain}-{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}.json"
