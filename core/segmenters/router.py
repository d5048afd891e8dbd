"""H-Net's router with numpy: p of a start where a state is unlike the one before."""

import numpy as np

from core.segmenters.trunk import Floats


def start_probabilities(states: Floats, query: Floats, key: Floats) -> Floats:
    """(1 - cos(Wq h_{t-1}, Wk h_t)) / 2 of all states but the first, float32 (T - 1,); the first of those has 1.

    >>> start_probabilities(np.eye(3, dtype=np.float32), np.eye(3), np.eye(3)).tolist()
    [1.0, 0.5]
    """
    p = unlikeness(states, query, key)
    p[:1] = 1
    return p


def unlikeness(states: Floats, query: Floats, key: Floats) -> Floats:
    """The same, and what it is at the first of them too."""
    before, here = states[:-1] @ query, states[1:] @ key
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(here, axis=1)
    cosine = (before * here).sum(1) / np.maximum(lengths, np.float32(1e-8))
    p: Floats = np.clip((1 - cosine) / 2, 0, 1).astype(np.float32)
    return p
