"""Byte-pair encoding of many short texts side by side: a step merges one pair of each."""

from collections.abc import Sequence

import numpy as np

from core.vocabulary.entries import Ids
from core.vocabulary.merge_table import NEVER, MergeTable

NO_MERGE = -1


def last_merges(texts: Sequence[Sequence[int]], table: MergeTable) -> Ids:
    """The merge that makes each text one entry, `NO_MERGE` where merging leaves several or none applies, int64 (N,).

    Args:
        texts: first symbols of each.

    The merges a+b, b+c, a+bc: of "abc" the first applies, and leaves two; of "bc" the second.

    >>> ids, first = np.array([[0, 1, 3], [1, 2, 4], [0, 4, 5]]), np.array([True] * 3 + [False] * 3)
    >>> last_merges([[0, 1, 2], [1, 2]], MergeTable(*ids.T, np.arange(3), True, first)).tolist()
    [-1, 1]
    """
    last = np.full(len(texts), NO_MERGE)
    of = np.repeat(np.arange(len(texts)), [len(text) for text in texts])  # text of each symbol
    symbols = np.array([symbol for text in texts for symbol in text], np.int64)
    while len(left := np.flatnonzero(of[1:] == of[:-1])):
        merges = table.merges_of(symbols[left], symbols[left + 1])
        ranks, starts = table.ranks_or_never[merges], _starts(of[left])
        lowest = np.repeat(np.minimum.reduceat(ranks, starts), np.diff([*starts, len(left)]))
        at = np.flatnonzero(ranks == lowest)
        at = at[_starts(of[left[at]])]  # the leftmost of each text
        last[of[left[at]]] = merges[at]  # -1 ends those in which nothing merges
        at = at[ranks[at] != NEVER]
        symbols[left[at]] = table.made[merges[at]]
        on = last[of] != NO_MERGE
        on[left[at] + 1] = False
        symbols, of = symbols[on], of[on]
    return last


def _starts(groups: Ids) -> Ids:
    """Where groups that stand together begin.

    >>> _starts(np.array([0, 0, 3, 5, 5])).tolist()
    [0, 2, 3]
    """
    return np.flatnonzero(np.diff(groups, prepend=-1))
