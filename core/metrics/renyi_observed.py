"""How evenly the tokens that occur are used."""

import numpy as np

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, LeftOut, Metric, Value, undefined
from core.metrics.evidence import Evidence
from core.stats.entropy import renyi_efficiency, renyi_without


def renyi_observed(evidence: Evidence) -> LeftOut | Value:
    """Rényi efficiency of order 2.5 against the number of distinct tokens seen."""
    types = evidence.type_counts
    counts = types.counts
    if len(counts) < 2:
        return undefined("The text holds fewer than two distinct tokens.")
    without = renyi_without(types) / np.log2(np.maximum(types.n_types, 2))
    return LeftOut(renyi_efficiency(counts, len(counts)), without)


METRIC = Metric(
    definition=Definition(
        "renyi_observed",
        "Rényi efficiency (observed vocabulary)",
        "0 to 1",
        "",
        "Rényi entropy of order 2.5 of token frequencies / the logarithm of the number of distinct tokens that occur. "
        "1 if all occur equally often. It rises and falls with the size of the text, and can rank tokenizers otherwise "
        "than with the declared vocabulary.",
        "Zouhar et al. 2023, Tokenization and the Noiseless Channel",
    ),
    compute=renyi_observed,
    on=("sentences",),
    needs=(SEGMENTATIONS,),
)
