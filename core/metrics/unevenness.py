"""What numbers over languages have in common: which languages count, and what is said where they are too few."""

from collections.abc import Callable

import numpy as np

from core.metrics.base import Uneven, Value, undefined
from core.metrics.evidence import Evidence, Floats


def unevenness(evidence: Evidence, statistic: Callable[[Floats], Floats]) -> Uneven | Value:
    """A number of the costs of the languages that have one; masked ones are left out."""
    assert evidence.by_language is not None, "declared as needed"
    known = np.flatnonzero(evidence.by_language > 0)
    if len(known) < 2:
        return undefined("It needs at least two languages with a known cost.")
    left_out = len(evidence.by_language) - len(known)
    remark = f"{left_out} masked languages are left out." if left_out else ""
    drawn = evidence.drawn_by_language
    return Uneven(statistic, evidence.by_language[known], None if drawn is None else drawn[:, known], remark)
