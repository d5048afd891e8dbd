"""Entries that merging passes through and hardly ever leaves."""

import numpy as np

from core.common.definitions import Definition
from core.vocabulary.audit import Audit, Finding, grouped, not_looked_for
from core.vocabulary.audits.dead_merges import no_merges
from core.vocabulary.audits.never_seen import NO_TEXT
from core.vocabulary.derivations import derivations_of
from core.vocabulary.entries import Entries
from core.vocabulary.residue import survival

MOST_LEFT = 0.01  # share of occurrences
LEAST_MADE = 100  # times; of fewer, one in a hundred cannot be told
NONE, FEW = "always merged on", "left once in a hundred times or less"


def residue(entries: Entries) -> Finding:
    """Entries that are nearly always merged further in a text."""
    built = derivations_of(entries)
    if built is None:
        return not_looked_for(no_merges(entries))
    found = survival(entries)
    if found is None or entries.counts is None:
        return not_looked_for(NO_TEXT)
    often = (built.merge_of >= 0) & (found.made >= LEAST_MADE)
    rare = often & (found.left <= MOST_LEFT * found.made)
    remark = f"On {entries.counts.of}: {int(often.sum()):,} entries are made {LEAST_MADE} times or more."
    none = found.left == 0
    return grouped({NONE: np.flatnonzero(rare & none), FEW: np.flatnonzero(rare & ~none)}, remark)


AUDIT = Audit(
    definition=Definition(
        "residue",
        "Residue",
        "ids",
        "lower",
        f"Entries that merging makes {LEAST_MADE} times or more on a text and leaves in at most {MOST_LEFT:.0%}: "
        "steps on the way to longer entries. The share is of occurrences while merging. A proxy: it is about this "
        "text, the bounds are ours, and how many neighbours an entry has, which LiteToken also asks, is not looked at.",
        "Sun et al. 2026, LiteToken (2602.04706)",
    ),
    order=60,
    find=residue,
)
