"""What a module of `core.vocabulary.divisions` declares: one way to divide all entries into parts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.common.definitions import Definition
from core.common.registry import Registry
from core.vocabulary.entries import Entries

Places = NDArray[np.int16]


@dataclass(frozen=True, kw_only=True)
class Division:
    """One way to divide a vocabulary.

    Args:
        definition: what the parts are, and who defined them.
        order: smaller ones stand first on the page.
        parts: their names for readers, in the order in which they are drawn.
        keys: their names in links, in the same order.
        divide: the place of each id's part in `parts`, int16 (V,); -1 for an id that has no entry.
    """

    definition: Definition
    order: int
    parts: Sequence[str]
    keys: Sequence[str]
    divide: Callable[[Entries], Places]

    @property
    def key(self) -> str:
        """Its name in links."""
        return self.definition.key


DIVISIONS = Registry(
    package="core.vocabulary.divisions",
    constant="DIVISION",
    kind=Division,
    noun="division of a vocabulary",
    order=lambda division: division.order,
)


def sizes(places: Places, n_parts: int, weights: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """How many ids each part has, or how much they weigh together, int64 (P,).

    >>> sizes(np.array([0, -1, 2, 2], np.int16), 3).tolist()
    [1, 0, 2]
    """
    counted = np.bincount(places + 1, weights, minlength=n_parts + 1)[1:]
    return counted.astype(np.int64)
