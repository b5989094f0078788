"""Weights of monitor.linking.fusion, before ("first") and after the stories have learned.

Made by `python tests/training/linking.py DATA_DIR VECTORS.npz monitor/linking/weights.py`; see weights.md.
"""

from __future__ import annotations

WEIGHTS: dict[str, dict[str, float]] = {
    "first": {
        "bias": -1.577,
        "own": -1.489,
        "cosine": 5.044,
        "own_lead": 1.265,
        "cosine_lead": 5.809,
        "lone": -0.172,
        "shared": 2.392,
    },
    "learned": {
        "bias": -4.006,
        "own": -1.959,
        "cosine": -0.387,
        "own_lead": 0.217,
        "cosine_lead": -0.017,
        "lone": -0.149,
        "shared": 2.063,
        "words": 0.845,
        "words_lead": 1.84,
        "centre": 3.168,
        "centre_lead": 4.73,
        "nearest": 5.353,
    },
}
