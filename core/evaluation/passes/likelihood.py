"""The bits that are compared: sums per text of a model and those beside it, on texts that all of them read exactly."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.common.numbers import count
from core.evaluation.base import Subject
from core.evaluation.passes.cells import Ratio, quotient
from core.evaluation.passes.reading import Reading

Floats = NDArray[np.float64]
LN2 = float(np.log(2))


@dataclass(frozen=True, eq=False)
class Likelihood:
    """A subject and the models beside it, text by text.

    Args:
        subject: what is measured.
    """

    subject: Subject

    @cached_property
    def readings(self) -> dict[str, Reading]:
        """Of the "model" and, where there are any, of the "original" and the "donor"."""
        reference = self.subject.reference
        found = {"model": self.subject.reading}
        if reference.original is not None:
            found["original"] = reference.original_reading
        if reference.donor is not None:
            found["donor"] = reference.donor_reading
        return found

    @cached_property
    def usable(self) -> NDArray[np.bool_]:
        """Texts with bytes that every one of the models gives bits to, (N,)."""
        sound = [reading.sound & (reading.text_bytes > 0) for reading in self.readings.values()]
        return np.asarray(np.logical_and.reduce(sound))

    @cached_property
    def remarks(self) -> tuple[str, ...]:
        """What is left out, and what the readings noted."""
        left_out = int((~self.usable).sum())
        found = [note for reading in self.readings.values() for note in reading.scores.notes]
        if left_out:
            are = "is" if left_out == 1 else "are"
            found.append(
                f"{count(left_out)} of {count(len(self.usable))} texts {are} left out: empty, or not read exactly by "
                "one of the models, or with a token that one of them gives no probability."
            )
        if any(not r.predicted[r.offsets[:-1][r.text_tokens > 0]].all() for r in self.readings.values()):
            found.append(
                "A model without a token for the start of a text cannot predict its first token, which is left out."
            )
        return tuple(dict.fromkeys(found))

    def quantities(self) -> Floats:
        """Nats, bytes and tokens per text of each model in order of `readings`, (3 models, N)."""
        rows = [row for r in self.readings.values() for row in (r.text_nats, r.text_bytes, r.text_tokens)]
        return np.array(rows, np.float64)

    def bits(self, name: str) -> Ratio:
        """Bits per byte of one of the models, from sums of `quantities`."""
        at = 3 * list(self.readings).index(name)
        return quotient(at, at + 1, LN2)

    def compression(self, name: str) -> Ratio:
        """Bytes per token of one of the models, from sums of `quantities`."""
        at = 3 * list(self.readings).index(name)
        return quotient(at + 1, at + 2)
