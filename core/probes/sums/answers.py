"""Who added which sums rightly, by what the sums are like."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.common.numbers import count
from core.probes.sums.addition import Addition
from core.stats.number import Number
from core.stats.shares import share as share_of

_ONE_GROUP = 3  # digits that stand in one token
Part = Callable[[Addition], str]  # to which part of the sums one belongs


def _length_of_answer(one: Addition) -> str:
    if one.n_digits <= _ONE_GROUP:
        return f"{_ONE_GROUP} digits or fewer"
    return f"more digits, sum {'longer' if one.is_longer else 'as long'}"


PARTS: Mapping[str, Part] = {
    "digits": lambda one: str(one.n_digits),
    "carries": lambda one: str(one.n_carries),
    "answer": _length_of_answer,
}


@dataclass(frozen=True)
class Answers:
    """What somebody said to sums.

    Args:
        key: who: of an adder its key, of a model its spec and how numbers were written.
        label: for people.
        prompt: the first question, word for word.
        said: the number said to each sum; None where none was said.
    """

    key: str
    label: str
    prompt: str
    said: tuple[int | None, ...]


@dataclass(frozen=True)
class SumsAsked:
    """The same sums, put to several.

    Args:
        numbers: both numbers of each sum.
        by: what each said, the first asked first.
    """

    numbers: tuple[tuple[int, int], ...]
    by: tuple[Answers, ...]

    @property
    def sums(self) -> list[Addition]:
        """The sums."""
        return [Addition(a, b) for a, b in self.numbers]

    def right(self, answers: Answers) -> NDArray[np.bool_]:
        """Whether each was said rightly, (N,)."""
        return np.array([said == one.answer for said, one in zip(answers.said, self.sums, strict=True)])

    def shares(self, answers: Answers, part: str) -> dict[str, tuple[Number, int]]:
        """Share of right answers for each part of the sums, by a key of `PARTS`, and how many sums that were.

        >>> asked = SumsAsked(((1, 2), (9, 9)), (Answers("a", "a", "1+2=", (3, 17)),))
        >>> {part: (found.value, n) for part, (found, n) in asked.shares(asked.by[0], "carries").items()}
        {'0': (1.0, 1), '1': (0.0, 1)}
        """
        right, parts = self.right(answers), [PARTS[part](one) for one in self.sums]
        return {one: _share(right, [n for n, p in enumerate(parts) if p == one]) for one in sorted(set(parts))}

    def share(self, answers: Answers) -> Number:
        """Share of right answers of all."""
        return share_of(int(self.right(answers).sum()), len(self.numbers))

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {
            "sums": [list(pair) for pair in self.numbers],
            "answers": [
                {
                    "by": one.key,
                    "label": one.label,
                    "prompt": one.prompt,
                    "said": list(one.said),
                    "right": {part: _written(self.shares(one, part)) for part in PARTS},
                }
                for one in self.by
            ],
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        said = []
        for one in self.by:
            total = self.share(one)
            reach = f"[{total.low:.1%}, {total.high:.1%}]"
            said.append(f"{one.label}: {total.value:.1%} of {count(len(self.numbers))} sums right {reach}")
            said += [f"  by {part}: {_in_words(self.shares(one, part))}" for part in PARTS]
        return said


def joined(several: Sequence[SumsAsked]) -> SumsAsked:
    """Answers to the same sums together."""
    assert len({one.numbers for one in several}) == 1, "they were asked the same"
    return SumsAsked(several[0].numbers, tuple(answers for one in several for answers in one.by))


def _share(right: NDArray[np.bool_], places: Sequence[int]) -> tuple[Number, int]:
    return share_of(int(right[list(places)].sum()), len(places)), len(places)


def _written(shares: Mapping[str, tuple[Number, int]]) -> dict[str, object]:
    return {part: {"share": one.value, "low": one.low, "high": one.high, "n": n} for part, (one, n) in shares.items()}


def _in_words(shares: Mapping[str, tuple[Number, int]]) -> str:
    return ", ".join(
        f"{part} {one.value:.2f} [{one.low:.2f}, {one.high:.2f}] of {n}" for part, (one, n) in shares.items()
    )
