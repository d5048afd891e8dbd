"""Share of distinct words that stay whole."""

import numpy as np

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, LeftOut, Metric, Value, undefined
from core.metrics.evidence import Evidence


def single_token_retention(evidence: Evidence) -> LeftOut | Value:
    """Share of distinct words that no occurrence cuts."""
    words = evidence.words
    if not words.spelled:
        return undefined(words.none)
    number: dict[bytes, int] = {}
    types = np.array([number.setdefault(word, len(number)) for word in words.spelled])
    groups = np.repeat(evidence.drawn, words.n_words)
    pairs, at = np.unique(groups * len(number) + types, return_inverse=True)
    of_type, of_pair = (_occurrences(where, np.concatenate(words.tokens)) for where in (types, at))
    group, place = np.divmod(pairs, len(number))
    without = of_type[:, place] - of_pair
    n_left = len(number) - np.bincount(group, without[0] == 0, evidence.n_drawn)
    kept = _kept(of_type)
    n_kept = kept.sum() + np.bincount(group, _kept(without).astype(float) - kept[place], evidence.n_drawn)
    return LeftOut(float(kept.mean()), n_kept / np.maximum(n_left, 1), words.remark)


def _occurrences(where: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    """How often each word occurs, in one token, and in several, (3, W)."""
    return np.stack([np.bincount(where), np.bincount(where, tokens == 1), np.bincount(where, tokens > 1)])


def _kept(occurrences: np.ndarray) -> np.ndarray:
    """Which words are one token wherever they stand, (W,)."""
    return np.asarray((occurrences[1] > 0) & (occurrences[2] == 0))


METRIC = Metric(
    definition=Definition(
        "single_token_retention",
        "Single-token retention",
        "share of distinct words",
        "higher",
        "Share of distinct words that are never cut: one token, wherever they stand, with the space before them if the "
        "tokenizer takes it along. The paper encodes words bare, which makes byte-level tokenizers cut words that they "
        "keep whole in a text; here they are looked up in their sentences. Grows smaller with the size of the text.",
        "Nayeem et al. 2025, STRR (2510.09947), changed as stated",
    ),
    compute=single_token_retention,
    on=("sentences",),
    needs=(SEGMENTATIONS,),
)
