"""Entries that merging passes through and hardly ever leaves."""

import numpy as np

from core.common.definitions import Definition
from core.common.numbers import count
from core.vocabulary.audit import Audit, Finding, grouped, not_looked_for
from core.vocabulary.audits.dead_merges import no_merges
from core.vocabulary.audits.never_seen import NO_TEXT
from core.vocabulary.derivations import derivations_of
from core.vocabulary.entries import Entries
from core.vocabulary.residue import LEAST_MADE, survival

MOST_LEFT = 0.01  # share of occurrences
ONE_NEIGHBOUR = 1.0  # bits, less than two neighbours that are alike
NONE, FEW = "always merged on", "left once in a hundred times or less"


def residue(entries: Entries) -> Finding:
    """Entries that are nearly always merged further in a text."""
    built = derivations_of(entries)
    if built is None:
        return not_looked_for(no_merges(entries))
    found = survival(entries)
    if found is None or entries.counts is None:
        return not_looked_for(NO_TEXT)
    whole = built.merge_of >= 0
    rare, none = whole & found.rarely_left(MOST_LEFT), found.left == 0
    few = int((found.neighbour_bits[rare] < ONE_NEIGHBOUR).sum())
    remark = (
        f"On {entries.counts.of}: {count(int((whole & (found.made >= LEAST_MADE)).sum()))} entries are made "
        f"{LEAST_MADE} times or more. Of those found {count(few)} are nearly always merged with the same neighbour "
        f"(entropy below {ONE_NEIGHBOUR:.0f} bit)."
    )
    return grouped({NONE: np.flatnonzero(rare & none), FEW: np.flatnonzero(rare & ~none)}, remark)


AUDIT = Audit(
    definition=Definition(
        "residue",
        "Residue",
        "ids",
        "lower",
        f"Entries that merging makes {LEAST_MADE} times or more on a text and leaves in at most {MOST_LEFT:.0%}: "
        "steps on the way to longer entries. The share is of occurrences while merging. A proxy: it is about this "
        "text, and the bounds are ours. LiteToken also asks that an entry's neighbours vary little: their entropy, "
        "here of those that it is merged with, is counted beside it.",
        "Sun et al. 2026, LiteToken (2602.04706)",
    ),
    order=60,
    find=residue,
)
