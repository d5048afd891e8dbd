"""Whether the tokens say the text back."""

from core.common.definitions import Definition
from core.common.numbers import count
from core.metrics.base import SEGMENTATIONS, Metric, Value
from core.metrics.evidence import Evidence


def lossless(evidence: Evidence) -> Value:
    """1 if all sentences are said back, 0 if not; what is lost of a text stands in the reason."""
    lossy = sum(not one.lossless for one in evidence.cut)
    if len(evidence.cut) == 1:
        return Value(int(not lossy), "; ".join(loss.text for loss in evidence.losses[0]))
    return Value(
        int(not lossy), f"{count(lossy)} of {count(len(evidence.cut))} sentences are not said back." if lossy else ""
    )


METRIC = Metric(
    definition=Definition(
        "lossless",
        "Lossless",
        "",
        "higher",
        "Whether the bytes of the tokens, side by side, are the bytes of the text. Where they are not, what was lost "
        "is listed.",
    ),
    compute=lossless,
    on=("text",),
    needs=(SEGMENTATIONS,),
    form="aside",
    order=150,
)
