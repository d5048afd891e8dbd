"""Strings of drawn letters, of which one is counted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.probes.toys.toy import Exercise

LETTERS = "abcdefghijklmnop"
MOST = 9  # times that the letter occurs


@dataclass(frozen=True)
class LetterQuestion:
    """A word and a letter of which is asked how often it occurs in it, big or small."""

    word: str
    letter: str

    @property
    def answer(self) -> int:
        """How often.

        >>> LetterQuestion("Banana", "a").answer, LetterQuestion("Anna", "a").answer
        (3, 2)
        """
        return self.word.lower().count(self.letter)


def countings(longest: int, each: int, seed: int) -> list[LetterQuestion]:
    """Strings of 1 letter, of 2, and so on, `each` of every length; each number up to `MOST` as often as others.

    >>> [len(one.word) for one in countings(3, 1, 0)]
    [1, 2, 3]
    """
    chance = np.random.default_rng(seed)
    return [_drawn(chance, length) for length in range(1, longest + 1) for _ in range(each)]


def exercises(between: str, longest: int, chance: np.random.Generator, n: int) -> list[Exercise]:
    """Strings of any lengths to learn from, with something between their letters."""
    some = [_drawn(chance, length) for length in chance.integers(1, longest + 1, n).tolist()]
    return [(question(one, between), str(one.answer)) for one in some]


def question(one: LetterQuestion, between: str) -> str:
    """What a toy is asked.

    >>> question(LetterQuestion("abca", "a"), "-")
    'a-b-c-a:a='
    """
    return f"{between.join(one.word)}:{one.letter}="


def _drawn(chance: np.random.Generator, length: int) -> LetterQuestion:
    letter, *others = chance.permutation([*LETTERS]).tolist()
    n = int(chance.integers(0, min(length, MOST) + 1))
    return LetterQuestion("".join(chance.permutation([letter] * n + _some(chance, others, length - n))), letter)


def _some(chance: np.random.Generator, letters: Sequence[str], n: int) -> list[str]:
    return [letters[place] for place in chance.integers(0, len(letters), n)]
