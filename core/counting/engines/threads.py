"""The reference itself on several threads, for libraries that let go of Python's lock but use one thread (tiktoken)."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from core.counting.engine import CannotCount, Counter, CountingEngine
from core.tokenizers.tokenizer import Counts, LocalTokenizer

_N_THREADS = min(os.cpu_count() or 1, 4)  # a server has other sessions
_FEW = 64  # texts for which threads cost more than they save


def build(tokenizer: LocalTokenizer) -> Counter:
    """Counts by the reference on up to four threads.

    Raises:
        CannotCount: there is one processor, or its library uses all of them as it is.
    """
    if _N_THREADS < 2:
        raise CannotCount("one processor")
    if tokenizer.on_threads:
        raise CannotCount("its library uses several by itself")

    def count(texts: Sequence[str]) -> Counts:
        if len(texts) < _FEW:
            return tokenizer.count(texts)
        edges = np.linspace(0, len(texts), 4 * _N_THREADS + 1).astype(int).tolist()
        with ThreadPoolExecutor(_N_THREADS) as pool:
            parts = list(pool.map(tokenizer.count, [texts[a:b] for a, b in pairwise(edges)]))
        return Counts(np.concatenate([p.tokens for p in parts]), np.concatenate([p.unknown for p in parts]))

    return count


ENGINE = CountingEngine(
    key="threads", label="the reference on several threads", build=build, exact=True, n_threads=_N_THREADS
)
