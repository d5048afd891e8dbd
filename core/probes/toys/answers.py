"""Who answered which questions rightly, by what the questions are like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from core.common.numbers import count
from core.stats.number import Number
from core.stats.shares import share as share_of

_LEAD = regex.compile(r"\d+")


@dataclass(frozen=True)
class Answers:
    """What somebody said to questions.

    Args:
        key: who: of a toy its key, of a model its spec and how the questions were written.
        label: for people.
        prompt: the first question, word for word.
        said: the number said to each; None where none was said.
    """

    key: str
    label: str
    prompt: str
    said: tuple[int | None, ...]


class QuestionsAsked:
    """The same questions, of which the answer is a number, put to several.

    A class of them has a field `by`, what each said, the first asked first.
    """

    by: tuple[Answers, ...]
    does = "answers"  # whoever is right
    what = "questions"

    @property
    def truths(self) -> list[int]:
        """The right answer to each."""
        raise NotImplementedError

    @property
    def parts(self) -> Mapping[str, Sequence[str]]:
        """In each way to part the questions, to which part each belongs."""
        raise NotImplementedError

    @property
    def in_words(self) -> Mapping[str, str]:
        """What the parts are called, by the keys of `parts`."""
        raise NotImplementedError

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        raise NotImplementedError

    def right(self, answers: Answers) -> NDArray[np.bool_]:
        """Whether each was said rightly, (N,)."""
        return np.array([said == truth for said, truth in zip(answers.said, self.truths, strict=True)])

    def shares(self, answers: Answers, part: str) -> dict[str, tuple[Number, int]]:
        """Share of right answers for each part of the questions, by a key of `parts`, and how many those were."""
        right, parts = self.right(answers), self.parts[part]
        in_order = sorted({*parts}, key=_order)
        return {one: _share(right, [n for n, part in enumerate(parts) if part == one]) for one in in_order}

    def share(self, answers: Answers) -> Number:
        """Share of right answers of all."""
        return share_of(int(self.right(answers).sum()), len(self.truths))

    def documents_of_answers(self) -> list[dict[str, object]]:
        """What each said, as JSON."""
        return [
            {
                "by": one.key,
                "label": one.label,
                "prompt": one.prompt,
                "said": list(one.said),
                "right": {part: _written(self.shares(one, part)) for part in self.parts},
            }
            for one in self.by
        ]

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        said = []
        for one in self.by:
            total = self.share(one)
            reach = f"[{total.low:.1%}, {total.high:.1%}]"
            said.append(f"{one.label}: {total.value:.1%} of {count(len(self.truths))} {self.what} right {reach}")
            said += [f"  by {part}: {_in_words(self.shares(one, part))}" for part in self.parts]
        return said


def _order(part: str) -> tuple[float, str]:
    """By the number that it begins with; parts without one behind."""
    lead = _LEAD.match(part)
    return (float(lead[0]) if lead else float("inf")), part


def _share(right: NDArray[np.bool_], places: Sequence[int]) -> tuple[Number, int]:
    return share_of(int(right[list(places)].sum()), len(places)), len(places)


def _written(shares: Mapping[str, tuple[Number, int]]) -> dict[str, object]:
    return {part: {"share": one.value, "low": one.low, "high": one.high, "n": n} for part, (one, n) in shares.items()}


def _in_words(shares: Mapping[str, tuple[Number, int]]) -> str:
    return ", ".join(
        f"{part} {one.value:.2f} [{one.low:.2f}, {one.high:.2f}] of {n}" for part, (one, n) in shares.items()
    )
