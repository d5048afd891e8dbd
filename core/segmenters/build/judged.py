"""How good the shipped segmenters are, on text that none of them learnt from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.models.build.quality import baselines

_DRAWN = 2000


def judged(texts: Mapping[str, Sequence[str]], bits: Callable[[str], float]) -> dict[str, dict[str, float]]:
    """Bits per byte by language with a 95 % bootstrap interval over texts, and what compressors need of all of them.

    Args:
        bits: of a text, all of its bytes together.
    """
    others = baselines(texts)
    found = {}
    for name, each in texts.items():
        needed = np.array([bits(text) for text in each])
        sizes = np.array([len(text.encode()) for text in each])
        drawn = np.random.default_rng(0).integers(0, len(each), (_DRAWN, len(each)))
        low, high = np.quantile(needed[drawn].sum(1) / sizes[drawn].sum(1), (0.025, 0.975))
        own = {"bits_per_byte": needed.sum() / sizes.sum(), "low": low, "high": high}
        found[name] = {**{key: round(float(value), 3) for key, value in own.items()}, **others[name]}
    return found


def cut_facts(texts: Mapping[str, Sequence[str]], starts: Callable[[str], NDArray[np.int32]]) -> dict[str, Any]:
    """Bytes per chunk by language, and how often chunks start at white space or right behind it, beside all bytes."""
    per_language = {}
    at, n_starts, near, n_bytes = 0, 0, 0, 0
    for name, each in texts.items():
        n_chunks, size = 0, 0
        for text in each:
            data = np.frombuffer(text.encode(), np.uint8)
            first = starts(text)
            n_chunks, size = n_chunks + len(first), size + len(data)
            beside = beside_white_space(data)
            at, n_starts = at + int(beside[first[1:]].sum()), n_starts + len(first) - 1
            near, n_bytes = near + int(beside[1:].sum()), n_bytes + len(data) - 1
        per_language[name] = round(size / n_chunks, 3)
    return {
        "bytes_per_chunk": per_language,
        "at_white_space": round(at / max(n_starts, 1), 3),
        "bytes_at_white_space": round(near / n_bytes, 3),
    }


def beside_white_space(data: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether each byte is ASCII white space, or stands right behind it."""
    white = np.isin(data, np.frombuffer(b" \t\n\r", np.uint8))
    beside: NDArray[np.bool_] = white | np.concatenate([[False], white[:-1]])
    return beside
