"""What a reader calls characters, cut through."""

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, Metric, Value
from core.metrics.evidence import Evidence
from core.segmentation.overlaps import n_shared


def n_cut_clusters(evidence: Evidence) -> Value:
    """Grapheme clusters of all sentences that two or more tokens share."""
    pairs = zip(evidence.spans, evidence.units, strict=True)
    return Value(sum(n_shared(*spans, units.clusters) for spans, units in pairs))


METRIC = Metric(
    definition=Definition(
        "n_cut_clusters",
        "Cut clusters",
        "clusters",
        "lower",
        "Grapheme clusters that two or more tokens share, such as a letter apart from its accent.",
        "Unicode Standard Annex 29",
    ),
    compute=n_cut_clusters,
    on=("text",),
    needs=(SEGMENTATIONS,),
    form="whole",
    order=130,
)
