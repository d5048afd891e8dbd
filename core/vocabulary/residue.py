"""How often each entry is made while a text is merged, and how often it is left at the end.

Merging a text passes through entries on the way to others: exactly through the ones that its tokens are built from, one
after another. So what is made can be added up from the tokens that are left, without merging anything again.

Source: Sun et al. 2026, LiteToken (2602.04706): the share is their ratio of final to final and intermediate frequency.
They also ask that the entropy of an entry's neighbours be low. That of the neighbours it is merged with follows from
the same counts; those beside what is left, a hundredth of a residue's occurrences or less, would have to be counted in
the text and are not. Their bounds are not known here, so that both are for the user to choose.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.vocabulary.audits.dead_merges import no_merges
from core.vocabulary.audits.never_seen import NO_TEXT
from core.vocabulary.derivations import Derivations, derivations_of
from core.vocabulary.entries import Entries, Ids

LEAST_MADE = 100  # times; of fewer, one in a hundred cannot be told


@dataclass(frozen=True, eq=False)
class Survival:
    """Occurrences of each entry in the merging of a text.

    Args:
        made: how often merging makes it, int64 (V,).
        left: how often it is left, int64 (V,).
        neighbour_bits: entropy of the neighbours that it is merged with, float64 (V,); NaN where it is not.
    """

    made: Ids
    left: Ids
    neighbour_bits: NDArray[np.float64]

    @property
    def share(self) -> NDArray[np.float64]:
        """Of what is made, what is left, 0 to 1, (V,); NaN where it is never made."""
        with np.errstate(invalid="ignore"):
            return self.left / self.made

    def rarely_left(self, share: float) -> NDArray[np.bool_]:
        """Entries made `LEAST_MADE` times or more of which at most this share is left, bool (V,)."""
        rare: NDArray[np.bool_] = (self.made >= LEAST_MADE) & (self.left <= share * self.made)
        return rare


def survival(entries: Entries) -> Survival | None:
    """What becomes of each entry in the merging of the text that was counted; None without a text or merges."""
    built = derivations_of(entries)
    if entries.counts is None or built is None:
        return None
    made = made_on_the_way(built, entries.counts.counts, entries.lengths)
    return Survival(made, entries.counts.counts, neighbour_bits(built, made))


def residue(entries: Entries, share: float, most_bits: float = float("inf")) -> Ids:
    """Entries built by a merge that a text hardly ever leaves, ascending.

    Args:
        share: of their occurrences, what is left at most, over 0 to 1.
        most_bits: entropy of the neighbours that they are merged with, at most.

    Raises:
        UserError: a share out of range, nothing is known of merges, or nothing was counted.
    """
    if not 0 < share <= 1:
        raise UserError(f"{share:g} is no share of occurrences. Name one over 0, at most 1, such as 0.01.")
    built, found = derivations_of(entries), survival(entries)
    if built is None or found is None:
        raise UserError(no_merges(entries) if built is None else NO_TEXT)
    kept = (built.merge_of >= 0) & found.rarely_left(share)
    return np.flatnonzero(kept & ~(found.neighbour_bits > most_bits))


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


def neighbour_bits(built: Derivations, made: Ids) -> NDArray[np.float64]:
    """Entropy of the neighbours that each entry is merged with, in bits, (V,); NaN where it is merged with none.

    A neighbour on the left is another than the same entry on the right.

    Args:
        made: how often each is made, (V,).
    """
    merges = built.merge_of[built.merge_of >= 0]
    parts = np.concatenate([built.table.left[merges], built.table.right[merges]])
    times = np.tile(made[built.table.made[merges]].astype(np.float64), 2)
    total = np.bincount(parts, times, len(made))
    own = np.bincount(parts, times * np.log(np.maximum(times, 1)), len(made))  # 0 log 0 is 0
    with np.errstate(divide="ignore", invalid="ignore"):
        bits: NDArray[np.float64] = (np.log(total) - own / total) / np.log(2)
    return bits
