"""The same in a unit that tokenizers share."""

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, Metric, Value, undefined
from core.metrics.evidence import Evidence
from core.stats.entropy import frequencies, miller_madow


def entropy_per_byte(evidence: Evidence) -> Value:
    """Entropy times tokens / bytes."""
    counts, n_bytes = frequencies(evidence.ids), int(evidence.n_bytes.sum())
    if not len(counts) or not n_bytes:
        return undefined("The text holds no tokens.")
    return Value(miller_madow(counts) * int(counts.sum()) / n_bytes)


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
