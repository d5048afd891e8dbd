"""Vectors of texts by spelling alone: what stands in for a text encoder where there is none.

A text is the sum of directions drawn for its character n-grams, so texts that share letters have similar vectors
whatever they mean. It finds `running` near `runner` and knows nothing of `sprint`.

Source: the subword part of fastText (Bojanowski et al. 2017), with random in place of trained directions.
"""

import zlib
from collections.abc import Sequence

import torch
from torch import Tensor

_WIDTH, _BUCKETS = 128, 2**14
_SHORTEST, _LONGEST = 2, 4
_BLOCK = 8192  # texts at a time


def by_spelling(texts: Sequence[str]) -> Tensor:
    """A vector of norm one per text, float32 (n, 128); zero for an empty text.

    >>> a, b, c = by_spelling(["running", "runner", "sprint"])
    >>> bool(a @ b > a @ c)
    True
    """
    directions = torch.randn(_BUCKETS, _WIDTH, generator=torch.Generator().manual_seed(0))
    vectors = torch.zeros(len(texts), _WIDTH)
    for at in range(0, len(texts), _BLOCK):
        grams = [_grams(text) for text in texts[at : at + _BLOCK]]
        starts = torch.tensor([0, *map(len, grams[:-1])]).cumsum(0)
        ids = torch.tensor([gram for some in grams for gram in some], dtype=torch.int64)
        vectors[at : at + _BLOCK] = torch.nn.functional.embedding_bag(ids, directions, starts, mode="sum")
    return torch.nn.functional.normalize(vectors, dim=1)


def _grams(text: str) -> list[int]:
    if not text:
        return []
    marked = f"<{text.casefold().strip() or text}>"
    lengths = range(_SHORTEST, _LONGEST + 1)
    parts = [marked[i : i + n] for n in lengths for i in range(max(1, len(marked) - n + 1))]
    return [zlib.crc32(part.encode()) % _BUCKETS for part in parts]
