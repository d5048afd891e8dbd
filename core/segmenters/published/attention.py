"""The other layers of published encoders with numpy: attention to what is before, and a gated pair of matrices.

Source: layers `t` and `T` of Hwang, Wang and Gu 2025, whose attention turns queries and keys by their place (Su et al.
2021, the first and second half of the turned part as pairs) and sees so many places back.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.segmenters.published.mamba2 import silu
from core.segmenters.trunk import Floats

_BASE = 10_000.0
_ROWS = 256  # of queries at a time


@dataclass(frozen=True)
class AttentionShape:
    """What its weights do not say.

    Args:
        heads: how many.
        turned: numbers of each head that are turned by their place.
        back: places that are seen before each; -1 for all.
    """

    heads: int
    turned: int
    back: int


def attention(x: Floats, weights: Mapping[str, Floats], shape: AttentionShape) -> Floats:
    """What a layer makes of (T, D), each place of it and those before.

    Args:
        weights: `Wqkv.weight` and `out_proj.weight`, as the published files have them.
    """
    n = len(x)
    parts = (x @ weights["Wqkv.weight"].T).reshape(n, 3, shape.heads, -1).transpose(1, 2, 0, 3)  # (3, H, T, P)
    found = attended(_turned(parts[0], shape.turned), _turned(parts[1], shape.turned), parts[2], shape.back)
    out: Floats = found @ weights["out_proj.weight"].T
    return out


def attended(queries: Floats, keys: Floats, values: Floats, back: int) -> Floats:
    """What each place sees of itself and those before, heads side by side, (T, H P).

    Args:
        queries, keys, values: (H, T, P) each.
        back: places that are seen before each; -1 for all.
    """
    heads, n, width = queries.shape
    found = np.empty((n, heads * width), np.float32)
    for start in range(0, n, _ROWS):
        stop = min(n, start + _ROWS)
        first = 0 if back < 0 else max(0, start - back)
        logits = queries[:, start:stop] @ keys[:, first:stop].swapaxes(1, 2) / np.float32(width**0.5)
        far = np.arange(start, stop)[:, None] - np.arange(first, stop)
        logits[:, (far < 0) | ((far > back) & (back >= 0))] = -np.inf
        shares = np.exp(logits - logits.max(-1, keepdims=True))
        seen = (shares / shares.sum(-1, keepdims=True)) @ values[:, first:stop]
        found[start:stop] = seen.transpose(1, 0, 2).reshape(stop - start, heads * width)
    return found


def _turned(x: Floats, n: int) -> Floats:
    """The first n numbers of each place turned by it, (H, T, P)."""
    half = n // 2
    angles = np.arange(x.shape[1])[:, None] / _BASE ** (np.arange(half) / max(1, half))  # (T, n / 2)
    cos, sin = np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)
    a, b = x[..., :half], x[..., half:n]
    return np.concatenate([a * cos - b * sin, a * sin + b * cos, x[..., n:]], -1)


def gated_pair(x: Floats, weights: Mapping[str, Floats]) -> Floats:
    """(silu(gate) * value) W₂ of [value, gate] = x W₁, (T, D); weights `fc1.weight` and `fc2.weight`."""
    value, gate = np.split(x @ weights["fc1.weight"].T, 2, axis=1)
    out: Floats = (silu(gate) * value) @ weights["fc2.weight"].T
    return out
