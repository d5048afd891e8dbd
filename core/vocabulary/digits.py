"""How a vocabulary writes numbers: which are one token, and how the others are split.

Source: definitions as in Singh & Strouse 2024, Tokenization counts (2402.14903); a match is two random numbers being
split alike.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.kinds import Kind
from core.vocabulary.entries import Entries

MOST_DIGITS = 4
UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False)
class Digits:
    """How all numbers of n digits are written, leading zeros included.

    Args:
        ways: for each n from 1 on, how each of the 10ⁿ numbers is split, as in "3+1", in order.
    """

    ways: Mapping[int, Sequence[str]]

    @cached_property
    def one_token(self) -> tuple[NDArray[np.bool_], ...]:
        """For n from 1 on, whether each of the 10ⁿ numbers is one token, bool (10ⁿ,)."""
        return tuple(np.fromiter((way == str(n) for way in ways), np.bool_, 10**n) for n, ways in self.ways.items())

    @cached_property
    def splits(self) -> Mapping[int, Mapping[str, int]]:
        """For each n, how many of its numbers are split in which way, frequent ones first."""
        return {n: dict(Counter(ways).most_common()) for n, ways in self.ways.items()}

    def match(self, n: int) -> float:
        """Chance that two numbers of n digits are split alike, 0 to 1."""
        shares = np.array([*self.splits[n].values()]) / 10**n
        return float(np.square(shares).sum())


def digits(entries: Entries) -> Digits:
    """How the vocabulary writes all numbers of one to four digits.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> from core.vocabulary.entries import entries_of
    >>> found = digits(entries_of(open_tokenizer("builtin:utf8-bytes")))
    >>> [int(one.sum()) for one in found.one_token], found.splits[3], found.match(3)
    ([10, 0, 0, 0], {'1+1+1': 1000}, 1.0)
    """
    return Digits({n: _ways(entries, n) for n in range(1, MOST_DIGITS + 1)})


def _ways(entries: Entries, n: int) -> list[str]:
    """How each number is split, in order."""
    cut = entries.tokenizer.encode_many([f"{number:0{n}d}" for number in range(10**n)])
    return [_way(entries, ids.tolist()) for ids in cut]


def _way(entries: Entries, ids: list[int]) -> str:
    """A space that the tokenizer puts before every text is no digit."""
    if (entries.kinds[ids] == Kind.UNKNOWN).any():
        return UNKNOWN
    pieces = [entries.pieces[i] for i in ids if not entries.special[i]]
    lengths = [len(piece.strip()) for piece in pieces]
    return "+".join(str(length) for length in lengths if length)
