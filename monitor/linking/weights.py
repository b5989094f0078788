"""Weights of monitor.linking.fusion, before ("first") and after the stories have learned.

Made by `python tests/training/linking.py DATA_DIR VECTORS.npz monitor/linking/weights.py`; see weights.md.
"""

from __future__ import annotations

WEIGHTS: dict[str, dict[str, float]] = {
    "first": {
        "bias": -1.791,
        "own": -0.879,
        "cosine": 5.333,
        "own_lead": 1.293,
        "cosine_lead": 5.621,
        "lone": -0.204,
        "shared": 2.627,
        "alone": -2.776,
    },
    "learned": {
        "bias": -4.14,
        "own": -1.896,
        "cosine": 0.377,
        "own_lead": -0.058,
        "cosine_lead": 0.425,
        "lone": -0.141,
        "shared": 2.199,
        "alone": -3.135,
        "words": 1.225,
        "words_lead": 2.06,
        "centre": 3.133,
        "centre_lead": 5.412,
        "nearest": 4.67,
    },
}
