"""What the entries of a trained tokenizer are spent on: how many go over a space, and how many text not seen uses."""

import re
from dataclasses import dataclass

import numpy as np

from core.training.recipe import Trained
from core.vocabulary.entries import Entries

_OVER_A_SPACE = re.compile(rb"\S +\S")


@dataclass(frozen=True)
class Spent:
    """Entries that stand for text, and what becomes of them.

    Args:
        n_entries: of these, special tokens left out.
        n_unused: of these that never stand in the text that was measured.
        n_superwords: of these that hold a space between two other characters.
        n_tokens: of the text that was measured.
        n_superword_tokens: of these that are superwords.
    """

    n_entries: int
    n_unused: int
    n_superwords: int
    n_tokens: int
    n_superword_tokens: int

    @property
    def unused(self) -> float:
        """Share of the entries, 0 to 1; NaN where there are none."""
        return _share(self.n_unused, self.n_entries)

    @property
    def superwords(self) -> float:
        """Share of the entries, 0 to 1; NaN where there are none."""
        return _share(self.n_superwords, self.n_entries)

    @property
    def superword_tokens(self) -> float:
        """Share of the tokens, 0 to 1; NaN where there are none."""
        return _share(self.n_superword_tokens, self.n_tokens)


def spent(one: Trained, entries: Entries) -> Spent:
    """What the entries of a trained tokenizer are spent on.

    Args:
        entries: its own.

    Source: superwords as in Liu et al. 2025, SuperBPE.
    """
    textual, counts = entries.textual, one.counts
    superwords = textual & np.fromiter(map(is_superword, entries.pieces), np.bool_, len(entries))
    return Spent(
        int(textual.sum()),
        int((textual & (counts == 0)).sum()),
        int(superwords.sum()),
        int(counts.sum()),
        int(counts[superwords].sum()),
    )


def is_superword(piece: bytes) -> bool:
    """Does it go over a space?

    >>> [is_superword(one) for one in (b" of", b" of the", b", ", b"a  b")]
    [False, True, False, True]
    """
    return _OVER_A_SPACE.search(piece) is not None


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
