"""Share of the text that no model sees."""

import numpy as np

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, Metric, Ratio
from core.metrics.evidence import Evidence
from core.tokenizers.kinds import Kind


def unknown_byte_share(evidence: Evidence) -> Ratio:
    """Bytes under unknown tokens / bytes."""
    unknown = [int((one.ends - one.starts)[one.kinds == Kind.UNKNOWN].sum()) for one in evidence.cut]
    return Ratio(np.array(unknown, np.int64), evidence.n_bytes, "The text is empty.")


METRIC = Metric(
    definition=Definition(
        "unknown_byte_share",
        "Unknown bytes",
        "share of bytes",
        "lower",
        "Share of the text's bytes that unknown tokens stand for.",
    ),
    compute=unknown_byte_share,
    on=(),
    needs=(SEGMENTATIONS,),
    order=110,
)
