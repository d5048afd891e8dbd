"""How evenly the whole vocabulary is used."""

from math import log2

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, VOCABULARY, LeftOut, Metric, Value, undefined
from core.metrics.evidence import Evidence
from core.stats.entropy import renyi_efficiency, renyi_without


def renyi_declared(evidence: Evidence) -> LeftOut | Value:
    """Rényi efficiency of order 2.5 against the size of the vocabulary."""
    assert evidence.n_vocabulary is not None, "declared as needed"
    counts = evidence.type_counts.counts
    if not len(counts) or evidence.n_vocabulary < 2:
        return undefined("The text holds no tokens.")
    without = renyi_without(evidence.type_counts) / log2(evidence.n_vocabulary)
    return LeftOut(renyi_efficiency(counts, evidence.n_vocabulary), without)


METRIC = Metric(
    definition=Definition(
        "renyi_declared",
        "Rényi efficiency (declared vocabulary)",
        "0 to 1",
        "",
        "Rényi entropy of order 2.5 of token frequencies / the logarithm of the size of the vocabulary, used or not.",
        "Zouhar et al. 2023; TokEval 1.0.0 (Meister) divides by the observed vocabulary instead",
    ),
    compute=renyi_declared,
    on=("sentences",),
    needs=(SEGMENTATIONS, VOCABULARY),
)
