"""The words of sentences and the tokens on each, for metrics over words."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.metrics.base import Evidence
from core.segmentation.statistics import overlapping
from core.tokenizers.kinds import Kind


@dataclass(frozen=True, eq=False)
class Words:
    """Words of all sentences.

    Args:
        words: their bytes, W of them.
        tokens: how many tokens overlap each, int32 (W,).
        remark: what is left out and why, empty if nothing is.
    """

    words: list[bytes]
    tokens: NDArray[np.int32]
    remark: str


def tokens_per_word(evidence: Evidence) -> Words:
    """Every word of the sentences, in its context, with the tokens that overlap it."""
    words: list[bytes] = []
    tokens: list[NDArray[np.int32]] = [np.empty(0, np.int32)]
    left_out = ""
    n_left_out = 0
    for segmentation, units in zip(evidence.segmentations or (), evidence.units, strict=True):
        if units.no_words:
            left_out, n_left_out = units.no_words, n_left_out + 1
            continue
        body = segmentation.kinds != Kind.INSERTED
        starts, ends = segmentation.starts[body], segmentation.ends[body]
        tokens.append(overlapping(starts, ends, units.word_starts, units.word_ends))
        edges = zip(units.word_starts.tolist(), units.word_ends.tolist(), strict=True)
        words += [segmentation.text[a:b] for a, b in edges]
    n = len(evidence.segmentations or ())
    remark = left_out if n_left_out == n else f"{n_left_out:,} of {n:,} sentences are left out. {left_out}"
    return Words(words, np.concatenate(tokens), remark if n_left_out else "")
