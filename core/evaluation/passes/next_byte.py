"""Distributions of the next byte of two models, side by side at the places where both begin a token."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.passes.reading import Reading

Floats = NDArray[np.float64]
BLOCK = 256  # places whose distributions a CPU's cache holds: whole arrays took twice as long


@dataclass(frozen=True, eq=False)
class Shared:
    """Places in the texts where both models predicted the next token, M of them.

    Args:
        text: which text, (M,).
        offset: byte at which the next token begins, (M,).
        ours, theirs: which token of each reading is predicted there, (M,).
        text_theirs: text of every place where the other model predicted one, shared or not.
    """

    text: NDArray[np.int64]
    offset: NDArray[np.int64]
    ours: NDArray[np.int64]
    theirs: NDArray[np.int64]
    text_theirs: NDArray[np.int64]


def shared_places(ours: Reading, theirs: Reading, usable: NDArray[np.bool_]) -> Shared:
    """Where two readings can be compared. A text's beginning is left out: some tokenizers put a space in front of it.

    Args:
        usable: texts to look at, (N,).
    """
    both = usable & ours.has_next_bytes & theirs.has_next_bytes
    mine, its = _places(ours, both), _places(theirs, both)
    keys, at, at_theirs = np.intersect1d(mine[0], its[0], assume_unique=True, return_indices=True)
    text, offset = np.divmod(keys, _STRIDE)
    return Shared(text, offset, mine[1][at], its[1][at_theirs], its[0] // _STRIDE)


_STRIDE = 2**40  # more bytes than a text has


def _places(reading: Reading, usable: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Text and offset, as one number, of every predicted token that has a width, and the token."""
    starts = np.concatenate([np.empty(0, np.int64), *(t.starts for t in reading.scores.texts)]).astype(np.int64)
    wanted = usable[reading.text] & reading.predicted & (starts > 0) & (reading.n_bytes > 0)
    tokens = np.flatnonzero(wanted)
    return reading.text[tokens] * _STRIDE + starts[tokens], tokens


@dataclass(frozen=True, eq=False)
class NextByteAgreement:
    """How two distributions of the next byte agree at M places; logarithms in nats.

    Args:
        kl: of `theirs` to `ours`, (M,).
        js: Jensen-Shannon divergence, (M,).
        same_top: whether the same byte is the most probable, (M,).
        ours_true, theirs_true: probability of the byte that does come, (M,).
    """

    kl: Floats
    js: Floats
    same_top: NDArray[np.bool_]
    ours_true: Floats
    theirs_true: Floats


def agreement(ours: NDArray[np.float32], theirs: NDArray[np.float32], true: NDArray[np.int64]) -> NextByteAgreement:
    """Compare distributions row by row, (M, 257) each; `true` is the byte that comes, (M,).

    >>> p = np.full((1, 257), 1 / 257, np.float32)
    >>> found = agreement(p, p, np.array([65]))
    >>> float(found.kl[0]), float(found.js[0]), bool(found.same_top[0])
    (0.0, 0.0, True)
    """
    blocks = [slice(k, k + BLOCK) for k in range(0, max(len(true), 1), BLOCK)]
    parts = [_agreement(ours[block], theirs[block], true[block]) for block in blocks]
    return NextByteAgreement(
        np.concatenate([part.kl for part in parts]),
        np.concatenate([part.js for part in parts]),
        np.concatenate([part.same_top for part in parts]),
        np.concatenate([part.ours_true for part in parts]),
        np.concatenate([part.theirs_true for part in parts]),
    )


def _agreement(ours: NDArray[np.float32], theirs: NDArray[np.float32], true: NDArray[np.int64]) -> NextByteAgreement:
    q, p = (_normal(each) for each in (ours, theirs))
    middle = (p + q) / 2
    places = np.arange(len(p))
    js = (divergence(p, middle) + divergence(q, middle)) / 2
    return NextByteAgreement(divergence(p, q), js, p.argmax(1) == q.argmax(1), q[places, true], p[places, true])


def _normal(rows: NDArray[np.float32]) -> Floats:
    """Rows in double precision that sum to 1, so that rounding alone makes no divergence negative."""
    wide = rows.astype(np.float64)
    return np.asarray(wide / wide.sum(1, keepdims=True))


def divergence(p: Floats, q: Floats) -> Floats:
    """Kullback-Leibler divergence of each row of p to that of q, in nats, (M,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * np.log(p / q), 0.0)
    return np.asarray(np.maximum(terms.sum(1), 0.0))
