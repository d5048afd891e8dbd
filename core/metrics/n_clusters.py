"""How long the text is for a reader."""

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, Metric, Value
from core.metrics.evidence import Evidence


def n_clusters(evidence: Evidence) -> Value:
    """Grapheme clusters of all sentences."""
    return Value(sum(len(one.clusters) - 1 for one in evidence.units))


METRIC = Metric(
    definition=Definition(
        "n_clusters",
        "Grapheme clusters",
        "clusters",
        "",
        "What a reader calls characters: a base with its marks, a flag, a family emoji.",
        "Unicode Standard Annex 29",
    ),
    compute=n_clusters,
    on=("text",),
    needs=(SEGMENTATIONS,),
    form="aside",
    order=50,
)
