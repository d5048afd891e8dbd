"""How evenly the whole vocabulary is used."""

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, VOCABULARY, Metric, Value, undefined
from core.metrics.evidence import Evidence
from core.stats.entropy import frequencies, renyi_efficiency


def renyi_declared(evidence: Evidence) -> Value:
    """Rényi efficiency of order 2.5 against the size of the vocabulary."""
    assert evidence.n_vocabulary is not None, "declared as needed"
    counts = frequencies(evidence.ids)
    if not len(counts) or evidence.n_vocabulary < 2:
        return undefined("The text holds no tokens.")
    return Value(renyi_efficiency(counts, evidence.n_vocabulary))


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
