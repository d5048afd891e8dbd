"""By which factor errors of premiums grow because sentences come in groups, such as articles, and are not independent.

To first order each sentence moves the logarithm of a premium by its share of the tokens less its share of those of the
base; the standard error follows from the spread of these influences, taken one by one or added up over groups.

Source: Kish 1965, Survey Sampling (design effect, of which this is the root).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.counting.table import CountTable
from core.premium.premium import Per
from core.stats.grouped_items import group_sums

Floats = NDArray[np.float64]


def error_growth(table: CountTable, base: str, per: Per, rows: Sequence[int]) -> Floats:
    """Standard error with groups drawn / with sentences drawn, of the premiums of some tokenizers, float64 (rows, L).

    NaN where there is nothing to divide, as for the base itself; 1 where no groups are known.

    >>> from core.premium.atlas import shipped_atlas
    >>> found = error_growth(shipped_atlas(["gpt-2"]), "eng_Latn", "line", [0])
    >>> 1.1 < float(np.nanmedian(found)) < 1.3
    True
    """
    b = table.language(base)
    both = table.present & table.present[b]  # (L, N)
    found = np.full((len(rows), len(table.languages)), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = _shares(table.n_bytes if per == "byte" else table.n_characters, both, b) if per != "line" else 0.0
        for k, row in enumerate(rows):
            influence = _shares(table.tokens[row], both, b) - rest
            alone, together = _error(influence), _error(group_sums(influence, table.drawn_together))
            found[k] = np.where(alone > 0, together / alone, np.nan)
    return found


def _shares(counts: NDArray[np.unsignedinteger], both: NDArray[np.bool_], b: int) -> NDArray[np.float32]:
    """The share of each sentence in its language's sum, less its share in the base's, (L, N)."""
    own = np.where(both, counts, np.float32(0))
    of_base = own[[b]] if both.all() else np.where(both, counts[b], np.float32(0))
    shares: NDArray[np.float32] = own / own.sum(1, keepdims=True) - of_base / of_base.sum(1, keepdims=True)
    return shares


def _error(influence: NDArray[np.float32]) -> NDArray[np.float32]:
    """The standard error of each row's sum, (L,); the influences of a row add up to 0."""
    n = influence.shape[1]
    error: NDArray[np.float32] = np.sqrt(np.einsum("ln,ln->l", influence, influence) * (n / max(1, n - 1)))
    return error
