"""How often each entry is made while a text is merged, and how often it is left at the end.

Merging a text passes through entries on the way to others: exactly through the ones that its tokens are built from, one
after another. So what is made can be added up from the tokens that are left, without merging anything again.

Source: Sun et al. 2026, LiteToken (2602.04706): the share is their ratio of final to final and intermediate frequency.
They also ask how many different neighbours an entry has, which is not done here.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.vocabulary.derivations import Derivations, derivations_of
from core.vocabulary.entries import Entries, Ids


@dataclass(frozen=True, eq=False)
class Survival:
    """Occurrences of each entry in the merging of a text.

    Args:
        made: how often merging makes it, int64 (V,).
        left: how often it is left, int64 (V,).
    """

    made: Ids
    left: Ids

    @property
    def share(self) -> NDArray[np.float64]:
        """Of what is made, what is left, 0 to 1, (V,); NaN where it is never made."""
        with np.errstate(invalid="ignore"):
            return self.left / self.made


def survival(entries: Entries) -> Survival | None:
    """What becomes of each entry in the merging of the text that was counted; None without a text or merges."""
    built = derivations_of(entries)
    if entries.counts is None or built is None:
        return None
    return Survival(made_on_the_way(built, entries.counts.counts, entries.lengths), entries.counts.counts)


def made_on_the_way(built: Derivations, left: Ids, lengths: NDArray[np.int32]) -> Ids:
    """How often each entry is made when these are left, int64 (V,).

    Args:
        left: how often each is left, (V,).
        lengths: bytes per id, (V,).
    """
    made = left.copy()
    whole = np.flatnonzero(built.merge_of >= 0)
    order = whole[np.argsort(-lengths[whole], kind="stable")]
    for ids in np.split(order, np.flatnonzero(np.diff(lengths[order])) + 1) if len(order) else ():
        merges = built.merge_of[ids]
        np.add.at(made, built.table.left[merges], made[ids])
        np.add.at(made, built.table.right[merges], made[ids])
    return made
