"""How unpredictable the next token is from frequencies alone."""

from core.common.definitions import Definition
from core.common.numbers import count
from core.metrics.base import SEGMENTATIONS, LeftOut, Metric, Value, undefined
from core.metrics.evidence import Evidence
from core.stats.entropy import miller_madow, miller_madow_without, plug_in


def entropy(evidence: Evidence) -> LeftOut | Value:
    """Entropy of the token frequencies with Miller and Madow's correction, and what the correction is."""
    counts = evidence.type_counts.counts
    if not len(counts):
        return undefined("The text holds no tokens.")
    corrected, observed = miller_madow(counts), plug_in(counts)
    remark = f"Of this, {corrected - observed:.3f} bits correct for the {count(int(counts.sum()))} tokens seen."
    return LeftOut(corrected, miller_madow_without(evidence.type_counts), remark)


METRIC = Metric(
    definition=Definition(
        "entropy",
        "Entropy",
        "bits/token",
        "",
        "Entropy of the token frequencies, with the Miller–Madow correction for the size of the sample: (distinct - 1) "
        "/ (2 tokens ln 2). Still too low for small texts. Tokens are not a common unit: compare tokenizers per byte.",
        "Shannon 1948; Miller 1955",
    ),
    compute=entropy,
    on=("sentences",),
    needs=(SEGMENTATIONS,),
)
