"""The three adders: tiny models alike in all but how they cut the digits of numbers."""

from dataclasses import dataclass
from pathlib import Path

import regex
from tokenizers import Tokenizer

from core.common.data_folders import DATA
from core.probes.toys.toy import tokenizer_of

ADDERS_FOLDER = DATA / "probes" / "adders"
LONGEST = 6  # digits of the numbers that they learn to add
STEPS = 1_600
_DIGITS = [str(n) for n in range(10)]
_UP_TO_THREE = [f"{n:0{length}d}" for length in (1, 2, 3) for n in range(10**length)]


@dataclass(frozen=True, kw_only=True)
class Adder:
    """One of them.

    Args:
        key: in links and files.
        label: for people.
        cut: a regular expression for the tokens of a number.
        numbers: that are tokens.
    """

    key: str
    label: str
    cut: str
    numbers: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where the trained one lies that ships."""
        return ADDERS_FOLDER / self.key

    def tokens(self, text: str) -> list[str]:
        """A text as the adder cuts it.

        >>> [adder.tokens("1234+5") for adder in ADDERS]
        [['1', '2', '3', '4', '+', '5'], ['123', '4', '+', '5'], ['1', '234', '+', '5']]
        """
        return regex.findall(f"{self.cut}|.", text)

    def tokenizer(self) -> Tokenizer:
        """Its tokenizer."""
        return tokenizer_of([*self.numbers, "+", "="], f"{self.cut}|[+=]")


ADDERS = (
    Adder(key="digits", label="digit by digit", cut=r"\d", numbers=tuple(_DIGITS)),
    Adder(key="left", label="in threes from the left", cut=r"\d{1,3}", numbers=tuple(_UP_TO_THREE)),
    Adder(
        key="right", label="in threes from the right", cut=r"\d{1,3}(?=(?:\d{3})*(?!\d))", numbers=tuple(_UP_TO_THREE)
    ),
)
