"""Sums of two numbers, drawn by chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.probes.toys.toy import Exercise


@dataclass(frozen=True)
class Addition:
    """Two numbers to be added."""

    a: int
    b: int

    @property
    def answer(self) -> int:
        """Their sum."""
        return self.a + self.b

    @property
    def n_digits(self) -> int:
        """Of the longer number."""
        return len(str(max(self.a, self.b)))

    @property
    def n_carries(self) -> int:
        """Places at which something is carried over to the next.

        >>> Addition(95, 7).n_carries, Addition(123, 456).n_carries
        (2, 0)
        """
        return (sum(map(int, f"{self.a}{self.b}")) - sum(map(int, f"{self.answer}"))) // 9

    @property
    def is_longer(self) -> bool:
        """Whether the sum has more digits than either number."""
        return len(str(self.answer)) > self.n_digits


def additions(longest: int, each: int, seed: int) -> list[Addition]:
    """Sums of two numbers of 1 digit, of 2, and so on, `each` of every length.

    >>> [sum.n_digits for sum in additions(3, 1, 0)]
    [1, 2, 3]
    """
    chance = np.random.default_rng(seed)
    return [Addition(_number(chance, n), _number(chance, n)) for n in range(1, longest + 1) for _ in range(each)]


def exercises(longest: int, chance: np.random.Generator, n: int) -> list[Exercise]:
    """Sums to learn from: half of them of two numbers of equal length, half of any lengths."""
    lengths = chance.integers(1, longest + 1, (n, 2))
    alike = chance.random(n) < 0.5
    return [_exercise(chance, [a, a if same else b]) for (a, b), same in zip(lengths.tolist(), alike, strict=True)]


def _exercise(chance: np.random.Generator, lengths: Sequence[int]) -> Exercise:
    a, b = (_number(chance, n) for n in lengths)
    return question(Addition(a, b)), str(a + b)


def question(one: Addition) -> str:
    """What a toy is asked."""
    return f"{one.a}+{one.b}="


def _number(chance: np.random.Generator, n_digits: int) -> int:
    return int(chance.integers(10 ** (n_digits - 1) if n_digits > 1 else 0, 10**n_digits))
