"""Compares with tests/gold, or writes it again where REWRITE_GOLD is set (see tests/gold/README.md)."""

from __future__ import annotations

import os
from pathlib import Path

GOLD = Path(__file__).parent / "gold"


def assert_is_gold(name: str, text: str) -> None:
    """Compare `text` with the gold file `name`, byte for byte."""
    path = GOLD / name
    if os.environ.get("REWRITE_GOLD"):
        path.write_bytes(text.encode())
    assert path.read_bytes() == text.encode(), f"{path} differs; see tests/gold/README.md"
