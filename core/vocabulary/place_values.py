"""How a vocabulary groups the digits of long numbers, and whether two numbers to be added are grouped alike.

Groups counted from the right end where thousands end, so that the same places of two numbers stand in tokens alike;
groups counted from the left shift with every digit more (Singh & Strouse 2024, Tokenization counts, 2402.14903).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.vocabulary.entries import Entries

MOST_PLACES = 9
N_NUMBERS = 300  # of each length, drawn at random; all where there are fewer
_EXAMPLE = "1234567"
STYLES: Mapping[str, Callable[[str], str]] = {
    "12345": lambda digits: digits,
    "12,345": lambda digits: _in_thousands(digits, ","),
    "12 345": lambda digits: _in_thousands(digits, " "),
    "12_345": lambda digits: _in_thousands(digits, "_"),
    "1 2 3 4 5": " ".join,
}

Groups = tuple[int, ...]  # digits in each token that has some, from left to right


@dataclass(frozen=True, eq=False)
class PlaceValues:
    """How numbers of one to nine digits are grouped when they are written in one style.

    Args:
        example: the tokens of 1234567 in this style, as text.
        groups: for each number of digits, how many of its numbers are grouped so.
        n_tokens: tokens a number, on average, for each number of digits, (9,).
    """

    example: tuple[str, ...]
    groups: Mapping[int, Mapping[Groups, int]]
    n_tokens: NDArray[np.float64]

    def from_right(self, n: int) -> float:
        """Share of numbers of n digits whose groups are those of thousands, 0 to 1."""
        return self._share(n, lambda size: (*([n % size] if n % size else []), *[size] * (n // size)))

    def from_left(self, n: int) -> float:
        """Share of numbers of n digits that are cut in groups of one length from the left, 0 to 1."""
        return self._share(n, lambda size: (*[size] * (n // size), *([n % size] if n % size else [])))

    def _share(self, n: int, groups: Callable[[int], Groups]) -> float:
        wanted = {groups(size) for size in (1, 3)}
        found = self.groups[n]
        return sum(k for each, k in found.items() if each in wanted) / sum(found.values())

    def lined_up(self) -> NDArray[np.float64]:
        """Chance that two numbers are grouped alike at all places that both have, by their lengths, (9, 9)."""
        found = np.zeros((MOST_PLACES, MOST_PLACES))
        for a in self.groups:
            for b in self.groups:
                found[a - 1, b - 1] = self._alike(a, b)
        return found

    def _alike(self, a: int, b: int) -> float:
        first, second = (self._cuts(n, min(a, b)) for n in (a, b))
        return sum(share * second.get(cuts, 0.0) for cuts, share in first.items())

    def _cuts(self, n: int, below: int) -> dict[frozenset[int], float]:
        """Shares of numbers of n digits by the places below which they are cut, counted from the right."""
        found, total = Counter[frozenset[int]](), sum(self.groups[n].values())
        for groups, k in self.groups[n].items():
            found[frozenset(end for end in np.cumsum(groups[::-1]).tolist() if end < below)] += k
        return {cuts: k / total for cuts, k in found.items()}


def place_values(entries: Entries, style: str) -> PlaceValues:
    """How the vocabulary groups the digits of numbers that are written in a style of `STYLES`.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> from core.vocabulary.entries import entries_of
    >>> found = place_values(entries_of(open_tokenizer("builtin:utf8-bytes")), "12,345")
    >>> found.example, found.from_right(4), float(found.lined_up().min())
    (('1', ',', '2', '3', '4', ',', '5', '6', '7'), 1.0, 1.0)
    """
    written = STYLES[style]
    numbers = _numbers()
    cut = {n: _cut(entries, [written(number) for number in some]) for n, some in numbers.items()}
    [example] = _cut(entries, [written(_EXAMPLE)])
    return PlaceValues(
        tuple(piece.decode(errors="backslashreplace") for piece in example),
        {n: Counter(map(_digits, pieces)) for n, pieces in cut.items()},
        np.array([np.mean([len(each) for each in pieces]) for pieces in cut.values()]),
    )


@cache
def _numbers() -> Mapping[int, Sequence[str]]:
    """For each number of digits the same numbers each time, the first digit not 0."""
    draw = np.random.default_rng(0)
    found = dict[int, Sequence[str]]()
    for n in range(1, MOST_PLACES + 1):
        least = 10 ** (n - 1) if n > 1 else 0
        all_of_them = range(least, 10**n)
        few = len(all_of_them) <= N_NUMBERS
        found[n] = [f"{k}" for k in (all_of_them if few else draw.integers(least, 10**n, N_NUMBERS).tolist())]
    return found


def _cut(entries: Entries, texts: Sequence[str]) -> list[list[bytes]]:
    """Bytes of the tokens of each text, special tokens left out."""
    cut = entries.tokenizer.encode_many(texts)
    return [[entries.pieces[i] for i in ids.tolist() if not entries.special[i]] for ids in cut]


def groups_of(entries: Entries, numbers: Sequence[str], style: str) -> list[Groups]:
    """How the digits of each number are grouped when it is written in a style of `STYLES`."""
    return [_digits(pieces) for pieces in _cut(entries, [STYLES[style](number) for number in numbers])]


def _digits(pieces: Sequence[bytes]) -> Groups:
    digits = (sum(48 <= byte <= 57 for byte in piece) for piece in pieces)
    return tuple(n for n in digits if n)


def _in_thousands(digits: str, sign: str) -> str:
    return f"{int(digits):,}".replace(",", sign)
