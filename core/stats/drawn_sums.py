"""Sums over resampled items, exact; where they take long, by a process of its own (`drawn_sums_process`).

Single precision is twice as fast and exact while the sums stay below 2^24: all terms are whole and none is negative, so
no partial sum is larger than the sum.
"""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.common.errors import TookTooLong, TooLarge
from core.common.numbers import count
from core.common.sandbox.answer import answer
from core.common.sandbox.pipes import DeadlinePassed
from core.common.sandbox.start import ONE_THREAD, bare_environment
from core.stats.bootstrap import Draws

APART = 2**25  # numbers drawn, about a second's; a server lets another process draw more
SECONDS = 300.0  # two million sentences, drawn a thousand times, take one minute on a quiet machine
LIBRARIES_MB = 512
_EXACT = 2**24  # integers below have an exact form in single precision

Sums = NDArray[np.floating[Any]]


def drawn_sums(rows: NDArray[np.float32], draws: Draws) -> Sums:
    """Sums of each row over the items drawn, (R, draws).

    Args:
        rows: whole numbers, none negative, (R, N), contiguous.

    Raises:
        UserError: they take more time or memory than they may.

    >>> drawn_sums(np.ones((1, 3), np.float32), Draws(3, draws=2)).tolist()
    [[3.0, 3.0]]
    """
    return _sums_apart(rows, draws) if draws.n * draws.draws > APART else sums_here(rows, draws)


def sums_here(rows: NDArray[np.float32], draws: Draws) -> Sums:
    """The same in this process, however long it takes."""
    sums: Sums = np.empty((len(rows), 0), np.float32)
    surely_large = rows.size and rows.sum(1, dtype=np.float64).max() >= 2 * _EXACT
    if not surely_large:
        sums = np.concatenate([rows @ weights.T for weights in draws.blocks()], 1)
    if surely_large or (sums.size and sums.max() >= _EXACT):
        wide = rows.astype(np.float64)
        sums = np.concatenate([wide @ weights.T.astype(np.float64) for weights in draws.blocks()], 1)
    return sums


def _sums_apart(rows: NDArray[np.float32], draws: Draws) -> Sums:
    memory_mb = LIBRARIES_MB + 4 * rows.nbytes // 2**20 + 16 * len(rows) * draws.draws // 2**20
    try:
        done = answer(
            "core.stats.drawn_sums_process",
            json.dumps(asdict(draws)),
            str(len(rows)),
            str(memory_mb),
            environment={**bare_environment(), **ONE_THREAD},
            seconds=SECONDS,
            most_bytes=8 * len(rows) * draws.draws,
            question=rows.tobytes(),
            memory_mb=memory_mb,
        )
    except DeadlinePassed:
        raise TookTooLong(
            f"The interval of {count(draws.n)} sentences took over {SECONDS:g} seconds to draw. Take fewer sentences, "
            "languages or tokenizers."
        ) from None
    if done.status or not done.output:
        raise TooLarge(
            f"The interval of {count(draws.n)} sentences needs more than {count(memory_mb)} MB of memory. Take fewer "
            "sentences, languages or tokenizers."
        )
    return np.frombuffer(done.output, np.float64).reshape(len(rows), draws.draws)
