"""Weights of monitor.linking.fusion, before ("first") and after the stories have learned.

Made by `python tests/training/linking.py DATA_DIR VECTORS.npz monitor/linking/weights.py`; see weights.md.
"""

from __future__ import annotations

WEIGHTS: dict[str, dict[str, float]] = {
    "first": {
        "bias": -1.786,
        "own": -0.815,
        "cosine": 5.349,
        "own_lead": 1.261,
        "cosine_lead": 6.005,
        "lone": -0.205,
        "shared": 2.51,
        "alone": -2.792,
    },
    "learned": {
        "bias": -4.203,
        "own": -1.977,
        "cosine": 0.215,
        "own_lead": -0.077,
        "cosine_lead": 0.786,
        "lone": -0.115,
        "shared": 2.236,
        "alone": -3.063,
        "words": 1.172,
        "words_lead": 1.899,
        "centre": 3.345,
        "centre_lead": 5.497,
        "nearest": 4.787,
    },
}
