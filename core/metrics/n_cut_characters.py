"""Characters that are cut through."""

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, Metric, Value
from core.metrics.evidence import Evidence
from core.segmentation.overlaps import n_shared


def n_cut_characters(evidence: Evidence) -> Value:
    """Code points of all sentences that two or more tokens share."""
    pairs = zip(evidence.spans, evidence.units, strict=True)
    return Value(sum(n_shared(*spans, units.characters) for spans, units in pairs))


METRIC = Metric(
    definition=Definition(
        "n_cut_characters",
        "Cut characters",
        "code points",
        "lower",
        "Code points that two or more tokens share: no single one of these tokens is text on its own.",
    ),
    compute=n_cut_characters,
    on=("text",),
    needs=(SEGMENTATIONS,),
    form="whole",
    order=120,
)
