"""Weights of monitor.linking.fusion, before ("first") and after the stories have learned.

Made by `python tests/training/linking.py DATA_DIR VECTORS.npz monitor/linking/weights.py`; see weights.md.
"""

from __future__ import annotations

WEIGHTS: dict[str, dict[str, float]] = {
    "first": {
        "bias": -2.436,
        "own": 0.113,
        "cosine": 4.698,
        "own_lead": 0.788,
        "cosine_lead": 4.953,
        "lone": 0.188,
        "shared": 2.502,
        "alone": -1.966,
    },
    "learned": {
        "bias": -3.977,
        "own": -0.484,
        "cosine": 0.237,
        "own_lead": 0.003,
        "cosine_lead": 0.572,
        "lone": 0.238,
        "shared": 1.685,
        "alone": -2.854,
        "words": 0.226,
        "words_lead": 1.584,
        "centre": 3.26,
        "centre_lead": 3.651,
        "nearest": 5.533,
    },
}
