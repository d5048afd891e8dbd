"""Where tokenizers agree to cut a text: boundary precision, recall and F1, and the consensus of many.

A boundary is a byte position strictly inside the text where a token begins or ends (`Segmentation.cuts`). Both ends of
the text are left out: every tokenizer has them, and counting them would make any two agree a little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from core.common.definitions import Definition
from core.common.errors import UserError
from core.common.numbers import count
from core.tokenizers.segmentation import Ints, Segmentation

BOUNDARY_F1 = Definition(
    "f1",
    "Boundary F1",
    "0 to 1",
    "",
    "Twice the boundaries that two tokenizers share, divided by the boundaries of both. A boundary is a byte "
    "position inside the text where a token begins or ends; the text's own ends are left out.",
)
UNANIMOUS_SHARE = Definition(
    "unanimous_share",
    "Unanimous boundaries",
    "share of boundaries",
    "",
    "Of the places where any tokenizer cuts, the share where all do.",
)


@dataclass(frozen=True)
class Agreement:
    """How well the boundaries of one segmentation are those of another.

    Args:
        precision: share of the other's boundaries that the reference has, 0 to 1; NaN if the other has none.
        recall: share of the reference's boundaries that the other has, 0 to 1; NaN if the reference has none.
        f1: harmonic mean of the two, 0 to 1; 1 if neither has a boundary.
        n_shared: boundaries of both.
        reason: why a number is NaN, empty if none is.
    """

    precision: float
    recall: float
    f1: float
    n_shared: int
    reason: str = ""


def agreement(reference: Segmentation, other: Segmentation) -> Agreement:
    """Precision, recall and F1 of `other`'s byte boundaries against those of `reference`.

    A share of nothing is undefined, and says so: a segmentation without an inner boundary leaves precision or recall
    NaN. F1 is 2·shared / (boundaries of both together), which is 0 when only one side has boundaries, for then they
    disagree on every one. When neither has any, the two segmentations are the same, and the same segmentation agrees
    with itself: F1 is 1, as on the diagonal of every matrix.

    Raises:
        UserError: the two cut different texts.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> text = "to be"
    >>> words, letters = (open_tokenizer(f"builtin:{name}").segment(text) for name in ("words", "characters"))
    >>> agreement(words, letters)
    Agreement(precision=0.5, recall=1.0, f1=0.6666666666666666, n_shared=2, reason='')
    """
    _same_text([reference, other])
    n_reference, n_other = len(reference.cuts), len(other.cuts)
    n_shared = len(np.intersect1d(reference.cuts, other.cuts, assume_unique=True))
    empty = [name for name, n in (("the reference", n_reference), ("the other", n_other)) if not n]
    return Agreement(
        precision=n_shared / n_other if n_other else nan,
        recall=n_shared / n_reference if n_reference else nan,
        f1=2 * n_shared / (n_reference + n_other) if n_reference + n_other else 1.0,
        n_shared=n_shared,
        reason=f"{' and '.join(empty)} cut the text nowhere inside".capitalize() if empty else "",
    )


def f1_matrix(segmentations: Sequence[Segmentation]) -> NDArray[np.float64]:
    """Boundary F1 of every pair, float64 (N, N), symmetric, 1 on the diagonal.

    Raises:
        UserError: they cut different texts.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> f1_matrix([open_tokenizer(f"builtin:{name}").segment("to be") for name in ("words", "characters")]).round(3)
    array([[1.   , 0.667],
           [0.667, 1.   ]])
    """
    _same_text(segmentations)
    n_bytes = len(segmentations[0].text) if segmentations else 0
    cut_at = np.zeros((len(segmentations), n_bytes + 1), np.float32)  # (N, B); sums of ones are exact below 2**24
    for row, segmentation in zip(cut_at, segmentations, strict=True):
        row[segmentation.cuts] = 1
    shared = (cut_at @ cut_at.T).astype(np.float64)  # (N, N)
    total = np.add.outer(np.diag(shared), np.diag(shared))
    f1: NDArray[np.float64] = np.divide(2 * shared, total, out=np.ones_like(shared), where=total > 0)
    return f1


@dataclass(frozen=True, eq=False)
class Consensus:
    """How many of N segmentations cut at each place where any does.

    Args:
        positions: byte positions inside the text, ascending, int32 (B,).
        counts: segmentations that cut there, 1 to N, int32 (B,).
    """

    positions: Ints
    counts: Ints


def consensus(segmentations: Sequence[Segmentation]) -> Consensus:
    """How many of the segmentations cut at each place.

    Raises:
        UserError: they cut different texts.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> both = consensus([open_tokenizer(f"builtin:{name}").segment("to be") for name in ("words", "characters")])
    >>> both.positions.tolist(), both.counts.tolist()
    ([1, 2, 3, 4], [1, 2, 2, 1])
    """
    _same_text(segmentations)
    cuts = [segmentation.cuts for segmentation in segmentations] or [np.empty(0, np.int32)]
    positions, counts = np.unique(np.concatenate(cuts), return_counts=True)
    return Consensus(positions.astype(np.int32), counts.astype(np.int32))


def unanimous_share(segmentations: Sequence[Segmentation]) -> float:
    """Of the places where any of the segmentations cuts, the share where all do, 0 to 1; NaN if none cuts anywhere.

    Raises:
        UserError: they cut different texts.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> unanimous_share([open_tokenizer(f"builtin:{name}").segment("to be") for name in ("words", "characters")])
    0.5
    """
    counts = consensus(segmentations).counts
    return float(np.mean(counts == len(segmentations))) if len(counts) else nan


def _same_text(segmentations: Sequence[Segmentation]) -> None:
    for segmentation in segmentations[1:]:
        if segmentation.text != segmentations[0].text:
            raise UserError(
                "Boundaries can be compared on one text only; these are two, of "
                f"{count(len(segmentations[0].text))} and {count(len(segmentation.text))} bytes. "
                "Cut the same text with every tokenizer."
            )
