"""Ids without an entry."""

import numpy as np

from core.common.definitions import Definition
from core.vocabulary.audit import Audit, Finding, grouped
from core.vocabulary.entries import Entries


def holes(entries: Entries) -> Finding:
    """Ids below the size of the vocabulary that no entry has."""
    return grouped({"no entry": np.flatnonzero(entries.holes)})


AUDIT = Audit(
    definition=Definition(
        "holes",
        "Ids without an entry",
        "ids",
        "lower",
        "Ids below the largest one that stand for nothing: a model has a row for each, which is never read.",
    ),
    order=50,
    find=holes,
)
