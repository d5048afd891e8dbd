"""A Mamba-2 layer with numpy.

    [z, x, B, C, dt] = u W_in;   [x, B, C] = silu(conv([x, B, C]) + bias)
    Δ = softplus(dt + dt_bias),  a = -exp(A_log) Δ
    S_t = exp(a_t) S_{t-1} + Δ_t B_t x_tᵀ,   y_t = C_tᵀ S_t + D x_t     per head; B and C are of all heads
    out = (rms_norm(y silu(z)) w) W_out

Source: Dao and Gu 2024, Transformers are SSMs. The sum over t is taken piece by piece, as theirs: within a piece as a
product of matrices, and from piece to piece by the state S.
"""

from collections.abc import Mapping

import numpy as np

from core.segmenters.trunk import Floats

PIECE = 64  # positions; a step of the state takes as long as a product of so many
NORM_EPSILON = 1e-5


def mamba2(u: Floats, weights: Mapping[str, Floats]) -> Floats:
    """What a layer makes of (T, D), each place of it and those before.

    Args:
        weights: `in_proj.weight`, `conv1d.weight`, `conv1d.bias`, `dt_bias`, `A_log`, `D`, `norm.weight` and
            `out_proj.weight`, as the published files have them.
    """
    inner, heads = len(weights["norm.weight"]), len(weights["dt_bias"])
    channels = weights["conv1d.weight"].shape[0]
    z, together, dt = np.split(u @ weights["in_proj.weight"].T, [inner, inner + channels], axis=1)
    mixed = silu(_convolved(together, weights["conv1d.weight"][:, 0], weights["conv1d.bias"]))
    x, b, c = np.split(mixed, [inner, inner + (channels - inner) // 2], axis=1)
    step: Floats = np.logaddexp(np.float32(0), dt + weights["dt_bias"])  # (T, H)
    inputs = x.reshape(len(u), heads, -1)
    decay: Floats = -np.exp(weights["A_log"]) * step
    y = scanned(inputs * step[:, :, None], decay, b, c) + weights["D"][:, None] * inputs
    gated: Floats = rms_norm(y.reshape(len(u), inner) * silu(z)) * weights["norm.weight"]
    out: Floats = gated @ weights["out_proj.weight"].T
    return out


def scanned(x: Floats, decay: Floats, b: Floats, c: Floats) -> Floats:
    """y_t = C_tᵀ S_t of S_t = exp(decay_t) S_{t-1} + B_t x_tᵀ, from S = 0: (T, H, P).

    Args:
        x: (T, H, P).
        decay: (T, H), none positive.
        b, c: (T, N).
    """
    found, state = np.empty_like(x), np.zeros((x.shape[1], b.shape[1], x.shape[2]), np.float32)
    for start in range(0, len(x), PIECE):
        piece = slice(start, start + PIECE)
        here, so_far = x[piece].transpose(1, 0, 2), np.cumsum(decay[piece], 0).T  # (H, Q, P), (H, Q)
        lost = so_far[:, :, None] - so_far[:, None, :]  # from place to place, (H, Q, Q)
        lost[:, ~np.tri(lost.shape[1], dtype=bool)] = -np.inf
        within = (np.exp(lost) * (c[piece] @ b[piece].T)) @ here
        before = np.exp(so_far)[:, :, None] * (c[piece] @ state)
        found[piece] = (within + before).transpose(1, 0, 2)
        kept = np.exp(so_far[:, -1:] - so_far)[:, :, None] * here
        state = np.exp(so_far[:, -1])[:, None, None] * state + b[piece].T @ kept
    return found


def _convolved(x: Floats, kernel: Floats, bias: Floats) -> Floats:
    """Each channel of (T, K) with those before it; the last weight of a kernel (K, W) is of the place itself."""
    width = kernel.shape[1]
    padded = np.pad(x, ((width - 1, 0), (0, 0)))
    found: Floats = sum((padded[n : n + len(x)] * kernel[:, n] for n in range(width)), start=bias)
    return found


def silu(x: Floats) -> Floats:
    """x times its logistic function."""
    with np.errstate(over="ignore"):  # far below 0 it is 0
        found: Floats = x / (1 + np.exp(-x))
    return found


def rms_norm(x: Floats) -> Floats:
    """Rows of root mean square 1."""
    found: Floats = x / np.sqrt(np.mean(x * x, -1, keepdims=True) + np.float32(NORM_EPSILON))
    return found
