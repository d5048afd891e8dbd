"""The three counters: tiny models alike in all but how the letters that they count are written, and so cut."""

from dataclasses import dataclass
from itertools import product
from pathlib import Path

import regex
from tokenizers import Tokenizer

from core.common.data_folders import DATA
from core.probes.counting.strings import LETTERS, MOST, LetterQuestion, question
from core.probes.toys.toy import tokenizer_of

COUNTERS_FOLDER = DATA / "probes" / "counters"
LONGEST = 16  # letters of the strings that they learn from
STEPS = 800
_UP_TO_THREE = ["".join(letters) for length in (1, 2, 3) for letters in product(LETTERS, repeat=length)]


@dataclass(frozen=True, kw_only=True)
class Counter:
    """One of them.

    Args:
        key: in files.
        label: for people, the form of `core.probes.letters` in which it reads strings.
        between: what stands between two letters.
        cut: a regular expression for the tokens of a string.
        pieces: tokens of strings.
    """

    key: str
    label: str
    between: str
    cut: str
    pieces: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where the trained one lies that ships."""
        return COUNTERS_FOLDER / self.key

    def tokens(self, word: str) -> list[str]:
        """A string as the counter sees it.

        >>> [counter.tokens("abca") for counter in COUNTERS]
        [['abc', 'a'], ['a', ' b', ' c', ' a'], ['a', '-', 'b', '-', 'c', '-', 'a']]
        """
        return regex.findall(f"{self.cut}|.", self.between.join(word))

    def asks(self, one: LetterQuestion) -> str:
        """What it is asked."""
        return question(one, self.between)

    def tokenizer(self) -> Tokenizer:
        """Its tokenizer."""
        numbers = [str(n) for n in range(MOST + 1)]
        return tokenizer_of([*self.pieces, *numbers, ":", "="], rf"{self.cut}|[-:=]|\d")


COUNTERS = (
    Counter(key="plain", label="as it is", between="", cut="[a-p]{1,3}", pieces=tuple(_UP_TO_THREE)),
    Counter(
        key="spaced", label="spaced", between=" ", cut=" ?[a-p]", pieces=(*LETTERS, *(f" {one}" for one in LETTERS))
    ),
    Counter(key="hyphenated", label="hyphenated", between="-", cut="[a-p]", pieces=(*LETTERS, "-")),
)
