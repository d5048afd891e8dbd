"""How many bits the shipped segmenters need for text that none of them learnt from."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

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
