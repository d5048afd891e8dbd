"""Which merges of a vocabulary can ever apply, and how each entry is built by them.

Byte-pair encoding builds an entry from its first symbols in one way only, since nothing outside an entry takes part
before it is whole. So a merge applies in some text exactly if it applies in the text of its two parts: if both are
built, and no pair across the border between them is merged before. Those pairs are met by undoing, again and again,
whichever of the two symbols at the border was made last: some ten steps, taken for many merges at once.

Source: github/rust-gems, crate bpe, `is_valid_token_pair`; here for ranks of pairs, and tested against a replay.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.vocabulary.entries import Entries, Ids
from core.vocabulary.merge_table import NEVER, MergeTable, merge_table
from core.vocabulary.replay import last_merges

_KEY = "derivations"
MOST_REPLAYED = 20_000  # merges of files whose ranks are out of order; what more there are is taken not to apply
_LONGEST_REPLAYED = 64  # first symbols
MOST_STEPS = 100_000  # undone at all borders together, some seconds; o200k_base takes 906
_UNMADE = -1

Bools = NDArray[np.bool_]


@dataclass(eq=False)
class Derivations:
    """How the entries of a vocabulary are built.

    Args:
        table: the merges.
        applies: whether a merge can ever apply, by its rank alone, bool (M,).
        merge_of: index of the merge that builds an entry; -1 for first symbols and for what no merge builds, (V,).
        out_of_order: whether an entry is built by a merge before one of its parts, which only a replay follows, (V,).
        steps_left: of those that may still be undone while all entries are found, and of each question thereafter; a
            border that needs more is taken not to hold.
    """

    table: MergeTable
    applies: Bools
    merge_of: Ids
    out_of_order: Bools
    steps_left: int = field(default_factory=lambda: MOST_STEPS)
    _ranks: Ids = field(init=False, repr=False)  # of the merge that builds each entry, (V,)

    def __post_init__(self) -> None:
        self._ranks = np.full(len(self.merge_of), _UNMADE)

    @property
    def is_built(self) -> Bools:
        """Whether merging ever leaves this entry, bool (V,)."""
        return self.table.first | (self.merge_of >= 0)

    def _note(self, merges: Ids) -> None:
        self.applies[merges] = True
        made = self.table.made[merges]
        self.merge_of[made], self._ranks[made] = merges, self.table.ranks[merges]

    def ranks(self, ids: Ids) -> NDArray[np.int64]:
        """Rank of the merge that builds each entry, -1 for first symbols, int64 (n,)."""
        return self._ranks[ids]

    def stay_apart(self, left: Ids, right: Ids) -> Bools:
        """Whether two built entries are left as they are if their texts stand side by side, bool (n,).

        Pairs that merge into one are not apart. Exact for entries that are not out of order.
        """
        self.steps_left = MOST_STEPS
        apart: Bools = self._border_holds(left, right) & (self.table.ranks_of(left, right) == NEVER)
        return apart

    def _border_holds(self, left: Ids, right: Ids) -> Bools:
        """Whether no pair across the border merges while either side is still being built, bool (n,)."""
        holds = np.ones(len(left), np.bool_)
        left, right, at = left.copy(), right.copy(), np.arange(len(left))
        while len(at):
            if not self.steps_left:
                holds[at] = False
                break
            self.steps_left -= 1
            made_left, made_right = self.ranks(left), self.ranks(right)
            last_left = made_left > made_right  # of equal ones the left was made first
            limit = np.where(last_left, made_left, made_right + 1)
            undone = np.maximum(made_left, made_right) > _UNMADE
            left[last_left] = self.table.right[self.merge_of[left[last_left]]]
            back = undone & ~last_left
            right[back] = self.table.left[self.merge_of[right[back]]]
            broken = undone & (self.table.ranks_of(left, right) < limit)
            holds[at[broken]] = False
            on = undone & ~broken
            left, right, at = left[on], right[on], at[on]
        return holds


def derivations_of(entries: Entries) -> Derivations | None:
    """How the entries of a vocabulary are built; None if nothing is known of its merges."""

    def find() -> Derivations | None:
        table = merge_table(entries)
        return None if table is None else derivations(table, entries.lengths)

    return entries.once(_KEY, find)


def derivations(table: MergeTable, lengths: NDArray[np.int32]) -> Derivations:
    """How the entries are built, shorter ones first.

    Args:
        lengths: bytes per id, (V,).

    A text "abc" with the merges a+b, b+c, a+bc: the last never applies, since a+b comes first.

    >>> ids = np.array([[0, 1, 3], [1, 2, 4], [0, 4, 5]])
    >>> first = np.array([True, True, True, False, False, False])
    >>> made = derivations(MergeTable(*ids.T, np.arange(3), True, first), np.array([1, 1, 1, 2, 2, 3], np.int32))
    >>> made.applies.tolist(), made.merge_of.tolist()
    ([True, True, False], [-1, -1, -1, 0, 1, -1])
    """
    size = len(table.first)
    found = Derivations(table, np.zeros(len(table), np.bool_), np.full(size, -1), np.zeros(size, np.bool_))
    replay = _Replay(found)
    for merges in _by_length(lengths[table.made]):
        _try(found, merges, replay)
    return found


def _try(found: Derivations, merges: Ids, replay: "_Replay") -> None:
    """Note which merges to entries of one length apply, where all shorter ones are known."""
    table, built = found.table, found.is_built
    possible = merges[built[table.left[merges]] & built[table.right[merges]] & ~table.first[table.made[merges]]]
    orderly = _in_order(found, possible)
    plain, others = possible[orderly], possible[~orderly]
    found._note(plain[found._border_holds(table.left[plain], table.right[plain])])
    replayed = replay.applying(others[~found.is_built[table.made[others]]])  # an entry is built in one way only
    found._note(replayed)
    found.out_of_order[table.made[replayed]] = True


def _by_length(lengths: NDArray[np.int32]) -> Iterator[Ids]:
    """Indices of equal lengths, the shortest first."""
    order = np.argsort(lengths, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(lengths[order])) + 1) if len(order) else ()


def _in_order(found: Derivations, merges: Ids) -> Bools:
    """Whether each merge comes after those that build its parts, all the way down."""
    table = found.table
    sides = (table.left[merges], table.right[merges])
    later = np.max([found.ranks(side) for side in sides], axis=0) < table.ranks[merges]
    orderly: Bools = later & ~np.any([found.out_of_order[side] for side in sides], axis=0)
    return orderly


class _Replay:
    """Merges the first symbols of two parts one by one, where ranks are out of order."""

    def __init__(self, found: Derivations) -> None:
        self._found = found
        self._left = MOST_REPLAYED

    def applying(self, merges: Ids) -> Ids:
        """Those of the merges that are the last to apply to the text of their parts."""
        merges, self._left = merges[: self._left], self._left - min(self._left, len(merges))
        if not len(merges):
            return merges
        texts = [self._symbols(merge) for merge in merges.tolist()]
        short = np.fromiter((len(text) <= _LONGEST_REPLAYED for text in texts), np.bool_, len(texts))
        texts = [text for text, few in zip(texts, short, strict=True) if few]
        applying: Ids = merges[short][last_merges(texts, self._found.table) == merges[short]]
        return applying

    def _symbols(self, merge: int) -> list[int]:
        """The first symbols of a merge's parts, and somewhat more than can be replayed at most."""
        table, merge_of = self._found.table, self._found.merge_of
        symbols, left = list[int](), [int(table.right[merge]), int(table.left[merge])]
        while left and len(symbols) <= _LONGEST_REPLAYED:
            i = left.pop()
            made_by = int(merge_of[i])
            if made_by < 0:
                symbols.append(i)
            else:
                left += [int(table.right[made_by]), int(table.left[made_by])]
        return symbols
