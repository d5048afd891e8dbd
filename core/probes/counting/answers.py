"""Who counted which letters rightly, by what they were counted in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.probes.counting.strings import LetterQuestion
from core.probes.toys.answers import Answers, QuestionsAsked

_TOGETHER = 4  # lengths that make up one part


@dataclass(frozen=True)
class LettersCounted(QuestionsAsked):
    """Strings in which several counted a letter.

    Args:
        strings: each with its letter.
        by: what each said, the first asked first.

    >>> asked = LettersCounted((("abca", "a"), ("dabcd", "d")), (Answers("a", "a", "abca:a=", (2, 3)),))
    >>> {part: (found.value, n) for part, (found, n) in asked.shares(asked.by[0], "letters").items()}
    {'1–4': (1.0, 1), '5–8': (0.0, 1)}
    """

    strings: tuple[tuple[str, str], ...]
    by: tuple[Answers, ...]
    does = "counts"
    what = "strings"

    @property
    def truths(self) -> list[int]:
        """How often the letter occurs in each."""
        return [LetterQuestion(*one).answer for one in self.strings]

    @property
    def parts(self) -> Mapping[str, Sequence[str]]:
        """By the letters of the string, and by how often the one that is counted occurs."""
        lengths = [(len(word) - 1) // _TOGETHER * _TOGETHER for word, _ in self.strings]
        return {
            "letters": [f"{length + 1}–{length + _TOGETHER}" for length in lengths],
            "times": [*map(str, self.truths)],
        }

    @property
    def in_words(self) -> Mapping[str, str]:
        """What these are called."""
        return {"letters": "letters of the string", "times": "times that the letter occurs"}

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {"strings": [list(pair) for pair in self.strings], "answers": self.documents_of_answers()}
