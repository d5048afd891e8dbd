"""Who added which sums rightly, by what the sums are like."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.probes.sums.addition import Addition
from core.probes.toys.answers import Answers, QuestionsAsked

_ONE_GROUP = 3  # digits that stand in one token
_Part = Callable[[Addition], str]  # to which part of the sums one belongs


def _length_of_answer(one: Addition) -> str:
    if one.n_digits <= _ONE_GROUP:
        return f"{_ONE_GROUP} digits or fewer"
    return f"more digits, sum {'longer' if one.is_longer else 'as long'}"


_PARTS: Mapping[str, _Part] = {
    "digits": lambda one: str(one.n_digits),
    "carries": lambda one: str(one.n_carries),
    "answer": _length_of_answer,
}


@dataclass(frozen=True)
class SumsAsked(QuestionsAsked):
    """The same sums, put to several.

    Args:
        numbers: both numbers of each sum.
        by: what each said, the first asked first.

    >>> asked = SumsAsked(((1, 2), (9, 9)), (Answers("a", "a", "1+2=", (3, 17)),))
    >>> {part: (found.value, n) for part, (found, n) in asked.shares(asked.by[0], "carries").items()}
    {'0': (1.0, 1), '1': (0.0, 1)}
    """

    numbers: tuple[tuple[int, int], ...]
    by: tuple[Answers, ...]
    does = "adds"
    what = "sums"

    @property
    def sums(self) -> list[Addition]:
        """The sums."""
        return [Addition(a, b) for a, b in self.numbers]

    @property
    def truths(self) -> list[int]:
        """What each comes to."""
        return [one.answer for one in self.sums]

    @property
    def parts(self) -> Mapping[str, Sequence[str]]:
        """By digits, by carries, and by whether the sum is longer than its numbers."""
        return {key: [part(one) for one in self.sums] for key, part in _PARTS.items()}

    @property
    def in_words(self) -> Mapping[str, str]:
        """What these are called."""
        return {"digits": "digits of the numbers", "carries": "carries of the sum", "answer": "length of the sum"}

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {"sums": [list(pair) for pair in self.numbers], "answers": self.documents_of_answers()}


def joined(several: Sequence[SumsAsked]) -> SumsAsked:
    """Answers to the same sums together."""
    assert len({one.numbers for one in several}) == 1, "they were asked the same"
    return SumsAsked(several[0].numbers, tuple(answers for one in several for answers in one.by))
