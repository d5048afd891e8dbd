"""What is asked for and what came of it, as it is kept beside a trained tokenizer and passed to the job that trains."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.common.codec import APART
from core.common.params import Value
from core.jobs.store.files import Input
from core.training.options import Options


@dataclass(frozen=True)
class TrainingRecipe:
    """All that a trained tokenizer follows from.

    Args:
        trainer: its key.
        options: that all trainers share.
        params: of the trainer, all of them.
        seed: of what is drawn.
        files: paths and content hashes of the text, in order.
        parallel: the same of parallel text, in the order of the files; may be empty.
        n_bytes: of all files together.
    """

    trainer: str
    options: Options
    params: Mapping[str, Value]
    seed: int
    files: tuple[Input, ...]
    parallel: tuple[Input, ...]
    n_bytes: int


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained tokenizer, not kept yet.

    Args:
        recipe: what it follows from.
        data: its tokenizer.json, uint8 (bytes,).
        unknown: the token for what cannot be written; empty where there is none.
        n_vocabulary: entries, special tokens included.
        n_training_bytes: that were trained on.
        n_measured_bytes: that it was measured on.
        held_out: whether these were kept apart; where nothing was, they are those that were trained on.
        bytes_per_token: on these.
        bytes_by_part: the same by name of file.
        seconds: that training took.
        exact_export: whether tokenizer.json cuts every text as the algorithm does.
        n_compared: lines on which the file was compared with the tokenizer as trained.
        versions: of the libraries, by name.
    """

    recipe: TrainingRecipe
    data: Annotated[NDArray[np.uint8], APART]
    unknown: str
    n_vocabulary: int
    n_training_bytes: int
    n_measured_bytes: int
    held_out: bool
    bytes_per_token: float
    bytes_by_part: Mapping[str, float]
    seconds: float
    exact_export: bool
    n_compared: int
    versions: Mapping[str, str]

    @property
    def content(self) -> str:
        """SHA-256 of its tokenizer.json, by which two are told apart."""
        return hashlib.sha256(self.data.tobytes()).hexdigest()
