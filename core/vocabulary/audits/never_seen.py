"""Entries that do not occur in a text."""

import numpy as np

from core.common.definitions import Definition
from core.common.numbers import count
from core.vocabulary.audit import Audit, Finding, grouped, not_looked_for
from core.vocabulary.entries import Entries

NEVER, NO_TEXT = "not in the text", "Give a text to count tokens on; none is known for this vocabulary."


def never_seen(entries: Entries) -> Finding:
    """Entries of text that a corpus is never cut into."""
    if entries.counts is None:
        return not_looked_for(NO_TEXT)
    counts = entries.counts.counts
    remark = (
        f"On {entries.counts.of}, {count(int(counts.sum()))} tokens long. A proxy: more text would have more of them."
    )
    return grouped({NEVER: np.flatnonzero(entries.textual & (counts == 0))}, remark)


AUDIT = Audit(
    definition=Definition(
        "never_seen",
        "Never seen",
        "ids",
        "lower",
        "Entries, special tokens aside, that a text is not cut into once. Only a proxy for rows that a model never "
        "trained: it is about this text, not about the one that the model has read, and a small text has few entries.",
        "Land & Bartolo 2024, Fishing for Magikarp, for what it stands in for",
    ),
    order=70,
    find=never_seen,
)
