"""What is asked for and what came of it, as it is kept beside a trained tokenizer and passed to the job that trains."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import nan
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
        shares: how much of the text each file is, in bytes, relative to one another; empty for all there is of each.
        about_mb: memory that training takes, in megabytes, as it was estimated; 0 where it was not.
    """

    trainer: str
    options: Options
    params: Mapping[str, Value]
    seed: int
    files: tuple[Input, ...]
    parallel: tuple[Input, ...]
    n_bytes: int
    shares: tuple[float, ...] = ()
    about_mb: int = field(default=0, compare=False)


@dataclass(frozen=True)
class MeasuredPart:
    """One text of several, and how a tokenizer that was trained on all cuts it.

    Args:
        name: what the text is called.
        n_bytes: that were trained on.
        n_measured_bytes: that it was measured on.
        bytes_per_token: on these; NaN where there are none.
        low, high: its 95 % interval over lines; NaN where nothing was kept apart, or too few lines.
    """

    name: str
    n_bytes: int
    n_measured_bytes: int
    bytes_per_token: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class ParallelTokens:
    """Tokens of the same sentences in several languages, none of them trained on.

    Args:
        languages: names of the texts; empty where no text is parallel with another.
        tokens: of each sentence, int32 (L, N).
    """

    languages: tuple[str, ...]
    tokens: Annotated[NDArray[np.int32], APART]


@dataclass(frozen=True)
class PhrasesFirst:
    """What a tokenizer cuts a text into where phrases are cut first, as in training; its file cannot.

    Args:
        n_bytes: of what was measured so.
        bytes_per_token: NaN where there are no tokens.
        otherwise: share of these tokens that are none of the file's, which are other bytes; NaN where there are none.
    """

    n_bytes: int
    bytes_per_token: float
    otherwise: float


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained tokenizer, not kept yet.

    Args:
        recipe: what it follows from.
        data: its tokenizer.json, uint8 (bytes,).
        unknown: the token for what cannot be written; empty where there is none.
        n_vocabulary: entries, special tokens included.
        whole: all texts together.
        parts: each text.
        parallel: what the sentences kept apart take in each language.
        counts: how often each id stands in what was measured, uint32 (V,).
        held_out: whether lines were kept apart to measure on; where none were, they are those that were trained on.
        seconds: that training took.
        exact_export: whether tokenizer.json cuts every text as the algorithm does.
        n_compared: lines on which the file was compared with the tokenizer as trained.
        versions: of the libraries, by name.
        phrases: how far its file is from cutting at phrases as training did; None where training did not.
        peak_bytes: of memory that training took at most beyond what was there before; NaN where nothing tells.
    """

    recipe: TrainingRecipe
    data: Annotated[NDArray[np.uint8], APART]
    unknown: str
    n_vocabulary: int
    whole: MeasuredPart
    parts: tuple[MeasuredPart, ...]
    parallel: ParallelTokens
    counts: Annotated[NDArray[np.uint32], APART]
    held_out: bool
    seconds: float
    exact_export: bool
    n_compared: int
    versions: Mapping[str, str]
    phrases: PhrasesFirst | None = None
    peak_bytes: float = nan

    @cached_property
    def content(self) -> str:
        """SHA-256 of its tokenizer.json, by which two are told apart."""
        return hashlib.sha256(self.data.tobytes()).hexdigest()


@dataclass(frozen=True)
class NotTrained:
    """A recipe that gave no tokenizer, and why."""

    recipe: TrainingRecipe
    why: str


@dataclass(frozen=True, eq=False)
class TrainedPlan:
    """What came of several recipes, in their order."""

    made: tuple[Trained, ...]
    not_made: tuple[NotTrained, ...]
