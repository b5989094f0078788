"""The main job from end to end on data in the package: no keys, no network, a fixed as-of, the same bytes each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

AS_OF = datetime(2026, 2, 7, tzinfo=UTC)
TIME_ZONE = "Europe/Oslo"
LANGUAGE = "en"
DATA = Path(__file__).parent / "demo_data"
