"""The texts that a measure trains on, and those it measures on: none of them is both, nor says what the other says."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.common.numbers import so_many
from core.evaluation.base import EvalText, Reference


@dataclass(frozen=True, eq=False)
class HeldOut:
    """A split.

    Args:
        training: texts to train on.
        measured: which of the reference's texts to measure on, bool (N,).
        remarks: what a user should know, in sentences.
    """

    training: tuple[str, ...]
    measured: NDArray[np.bool_]
    remarks: tuple[str, ...] = ()

    @property
    def n_training_bytes(self) -> int:
        """Of all texts to train on."""
        return sum(len(text.encode()) for text in self.training)


def held_out(reference: Reference, usable: NDArray[np.bool_], n_bytes: int, seed: int) -> HeldOut:
    """A split of the texts of a comparison.

    Args:
        usable: which texts bits are counted on, (N,).
        n_bytes: to measure on, at most.
        seed: of what is drawn where no text to train on was given: half of what is said, in whatever language.
    """
    if reference.training:
        return _without_measured(reference, reference.training, reference.sample(n_bytes, usable))
    trains = _half(reference.texts, seed)
    rest = usable & ~trains
    training = tuple(t for t, one in zip(reference.texts, trains.tolist(), strict=True) if one)
    remark = "No text to train on was given: half of the texts were trained on, and bits are counted on the others."
    return _without_measured(reference, training, reference.sample(n_bytes, rest), remark)


def _without_measured(
    reference: Reference, training: tuple[EvalText, ...], measured: NDArray[np.bool_], *remarks: str
) -> HeldOut:
    """The split without texts to train on that are measured as well, word for word."""
    seen = {text.strip() for text in reference.only(measured)}
    kept = tuple(t.text for t in training if t.text.strip() not in seen)
    n = sum(bool(t.text.strip()) for t in training) - len(kept)
    texts = so_many(n, "text occurs", "texts occur")
    were = "it was" if n == 1 else "they were"
    twice = f"{texts} among those to train on and among those measured: {were} not trained on."
    return HeldOut(kept, measured, (*remarks, twice) if n else remarks)


def _half(texts: tuple[EvalText, ...], seed: int) -> NDArray[np.bool_]:
    """Every other one in random order of what is said: copies and translations of a text are on one side, (N,)."""
    said = [("sentence", t.sentence) if t.sentence else ("text", t.text.strip()) for t in texts]
    number = {one: n for n, one in enumerate(dict.fromkeys(said))}
    chosen = np.random.default_rng(seed).permutation(len(number))[::2]
    return np.isin([number[one] for one in said], chosen)
