"""The same in a unit that tokenizers share."""

import numpy as np

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, LeftOut, Metric, Value, undefined
from core.metrics.evidence import Evidence
from core.stats.entropy import miller_madow, miller_madow_without


def entropy_per_byte(evidence: Evidence) -> LeftOut | Value:
    """Entropy times tokens / bytes."""
    types, n_bytes = evidence.type_counts, int(evidence.n_bytes.sum())
    counts = types.counts
    if not len(counts) or not n_bytes:
        return undefined("The text holds no tokens.")
    bytes_without = n_bytes - np.bincount(evidence.drawn, evidence.n_bytes, types.n_groups)
    without = miller_madow_without(types) * types.n_tokens / np.maximum(bytes_without, 1)
    return LeftOut(miller_madow(counts) * int(counts.sum()) / n_bytes, without)


METRIC = Metric(
    definition=Definition(
        "entropy_per_byte",
        "Entropy per byte",
        "bits/byte",
        "lower",
        "Entropy of the token frequencies, Miller–Madow, times tokens per byte: what a coder that knows the "
        "frequencies and nothing else would need.",
        "Shannon 1948; Miller 1955",
    ),
    compute=entropy_per_byte,
    on=("sentences",),
    needs=(SEGMENTATIONS,),
)
