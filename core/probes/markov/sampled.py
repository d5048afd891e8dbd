"""The same merges learnt on a sample of such a source, as every tokenizer in use learnt its own."""

import numpy as np
from numpy.typing import NDArray

from core.probes.markov.source import SwitchingSource
from core.stats.entropy import frequencies, plug_in

Ids = NDArray[np.int64]


def drawn_characters(source: SwitchingSource, n: int, seed: int) -> Ids:
    """So many characters of a source, zeros and ones, int64 (n,); those before the first are taken for zeros.

    >>> drawn_characters(SwitchingSource(0.99, 0.99), 6, 0).tolist()
    [1, 0, 1, 0, 1, 0]
    """
    ones = [source.next(context)[1] for context in range(source.n_contexts)]
    found, context = list[int](), 0
    for number in np.random.default_rng(seed).random(n).tolist():
        found.append(int(number < ones[context]))
        context = (context << 1 | found[-1]) & (source.n_contexts - 1)
    return np.array(found, np.int64)


def sampled_losses(source: SwitchingSource, most: int, n: int, seed: int) -> list[float]:
    """What the best unigram model of a sample's own tokens needs for it, in bits for each character.

    Args:
        most: tokens; the numbers are for 2 of them, 3, and so on, and end where one token is left.
        n: characters of the sample.

    >>> [round(loss, 2) for loss in sampled_losses(SwitchingSource(0.8, 0.8), 3, 100_000, 0)]
    [1.0, 0.75]
    """
    ids = drawn_characters(source, n, seed)
    losses = [_loss(ids, n)]
    for size in range(2, most):
        if len(ids) < 2:
            break
        ids = _merged(ids, size)
        losses.append(_loss(ids, n))
    return losses


def _loss(ids: Ids, n: int) -> float:
    return plug_in(frequencies(ids)) * len(ids) / n


def _merged(ids: Ids, size: int) -> Ids:
    """The most frequent pair of neighbours made a token, the `size`-th, from the left."""
    pairs = ids[:-1] * size + ids[1:]
    pair = int(np.bincount(pairs).argmax())
    first, second = divmod(pair, size)
    at = np.flatnonzero(pairs == pair).astype(np.int64)
    if first == second:
        at = _every_other(at)
    merged = ids.copy()
    merged[at] = size
    return np.delete(merged, at + 1)


def _every_other(at: Ids) -> Ids:
    """Of each run of places side by side the first, the third, and so on.

    >>> _every_other(np.array([1, 2, 3, 7])).tolist()
    [1, 3, 7]
    """
    begins = np.diff(at, prepend=-2) != 1
    since = at - at[begins][np.cumsum(begins) - 1]
    return np.asarray(at[since % 2 == 0])
