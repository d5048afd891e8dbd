"""What is asked for when a segmenter is to be learnt, and what comes of it; no torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.common.codec import APART
from core.common.errors import UnknownName, UserError
from core.common.numbers import count
from core.training.asked import asked_recipe
from core.training.recipe import TrainingRecipe

FAMILIES = {"hnet": "H-Net", "magnet": "MAGNET", "entropy": "Entropy patches"}
SLICES = 12  # of the time, a snapshot after each
LEAST_SECONDS, USUAL_SECONDS, MOST_SECONDS = 2, 60, 180
MOST_LINE = 200  # characters of the example
_HELD_OUT, _ANY_SIZE = 0.05, 1000
_MOST_BYTES = 2_000_000  # of each text


@dataclass(frozen=True)
class LearningRecipe:
    """All that a segmenter learnt here follows from, beside the speed of the machine.

    Args:
        family: one of `FAMILIES`.
        text: a recipe of BPE on the same text, of any size: which files, and how much is kept apart.
        seconds: of a processor, for the segmenter and again for the model beside it.
        line: the example whose chunks are kept after each slice; empty for the first line kept apart.
    """

    family: str
    text: TrainingRecipe
    seconds: int
    line: str


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A segmenter after a slice of its time.

    Args:
        seconds: of a processor that it has learnt.
        steps: of learning.
        n_read: bytes that it read.
        line: the example.
        starts: first byte of each chunk of it, int32 (T,).
        values: what it believes at each of its bytes, float32 (N,).
        line_bits: bits that it needs for each line kept apart, float64 (K,).
        line_bytes: of these lines, int64 (K,).
        line_chunks: that it makes of them, int64 (K,).
        n_parameters: of the whole model.
        weights: what cutting needs, as a safetensors file, uint8 (B,); only of the last slice.
        threshold: over which it cuts where one number says so, else NaN.
    """

    seconds: float
    steps: int
    n_read: int
    line: str
    starts: Annotated[NDArray[np.int32], APART]
    values: Annotated[NDArray[np.float32], APART]
    line_bits: Annotated[NDArray[np.float64], APART]
    line_bytes: Annotated[NDArray[np.int64], APART]
    line_chunks: Annotated[NDArray[np.int64], APART]
    n_parameters: int
    weights: Annotated[NDArray[np.uint8], APART]
    threshold: float

    @property
    def bits_per_byte(self) -> float:
        """On the lines kept apart."""
        return float(self.line_bits.sum() / self.line_bytes.sum())

    @property
    def bytes_per_chunk(self) -> float:
        """On the same lines."""
        return float(self.line_bytes.sum() / self.line_chunks.sum())


@dataclass(frozen=True, eq=False)
class BpeBeside:
    """A model on BPE that learnt from the same text for the same time.

    Args:
        n_vocabulary: entries that make it as large as the segmenter.
        n_parameters: of the model.
        seconds: of a processor that it learnt, the tokenizer included, after each slice, float64 (S,).
        bits_per_byte: on the lines kept apart after each, float64 (S,).
        line_bits: at the end for each of these lines, float64 (K,).
        n_read: bytes that it read.
        why: there is none; empty where there is.
    """

    n_vocabulary: int
    n_parameters: int
    seconds: Annotated[NDArray[np.float64], APART]
    bits_per_byte: Annotated[NDArray[np.float64], APART]
    line_bits: Annotated[NDArray[np.float64], APART]
    n_read: int
    why: str = ""


@dataclass(frozen=True, eq=False)
class LearntPart:
    """What a piece of the job gives: a snapshot, or the model beside."""

    snapshots: tuple[Snapshot, ...] = ()
    beside: tuple[BpeBeside, ...] = ()


@dataclass(frozen=True, eq=False)
class LearntSegmenter:
    """All of it, or as much as there is by now.

    Args:
        snapshots: in the order of time.
        beside: None while it is not there.
    """

    recipe: LearningRecipe
    snapshots: tuple[Snapshot, ...]
    beside: BpeBeside | None


def asked_learning(
    family: str, files: Sequence[str], *, seconds: int = USUAL_SECONDS, line: str = "", seed: int = 0
) -> LearningRecipe:
    """The recipe of a segmenter.

    Args:
        files: texts as `core.training.asked.asked_recipe` takes them.

    Raises:
        UserError: a name is unknown, a number out of range, or a text cannot be read.
    """
    if family not in FAMILIES:
        raise UnknownName("family of segmenters that is learnt", family, FAMILIES)
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        raise UserError(f"{count(seconds)} seconds cannot be: give {LEAST_SECONDS} to {MOST_SECONDS}.")
    line = line.strip().partition("\n")[0]
    if len(line) > MOST_LINE:
        raise UserError(
            f"The example line has {count(len(line))} characters, and at most {MOST_LINE} are shown. Shorten it."
        )
    text = asked_recipe("bpe", _ANY_SIZE, files, seed=seed, heldout=_HELD_OUT, most_bytes=_MOST_BYTES)
    return LearningRecipe(family, text, seconds, line)
