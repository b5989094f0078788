"""Vectors of texts that an encoder made once, read from a file: for measuring linking without the encoder.

The file is an .npz with `digests` (monitor.model.digest of each text as it is embedded) and `vectors` beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from monitor.model import digest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from monitor.protocols import Embedder


def stored_vectors(file: Path) -> Embedder:
    """Return an embedder that knows the texts of `file`; another text is a KeyError."""
    with np.load(file) as loaded:
        place = {str(one): number for number, one in enumerate(loaded["digests"])}
        vectors: NDArray[np.float32] = loaded["vectors"].astype(np.float32)

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        return vectors[[place[digest(text)] for text in texts]]

    return embed
