"""What a module of `core.segmenters.families` declares: a way to cut the bytes of a text without a fixed vocabulary."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.common.params import Param, Params
from core.common.registry import Registry
from core.segmenters.trunk import Trunk

MOST_BYTES = 100_000  # of a text; what a segmenter computes at each byte takes its time


@dataclass(frozen=True, eq=False)
class Chunks:
    """A text cut.

    Args:
        starts: first byte of each chunk, ascending, the first of them 0: int32 (T,); none of an empty text.
        values: what the segmenter believes at each byte, float32 (N,), NaN where it believes nothing; None where it
            has no such number.
        threshold: what a value has to exceed for a chunk to start, where one number says so.
        history: chunks before the first step and after each, where they are made step by step: int32 (M + 1,).
        read_as: what each chunk is read as, where that is not its bytes: T of them.
    """

    starts: NDArray[np.int32]
    values: NDArray[np.float32] | None = None
    threshold: float | None = None
    history: NDArray[np.int32] | None = None
    read_as: tuple[bytes, ...] | None = None


@dataclass(frozen=True, eq=False)
class CutByWeights:
    """Trained weights that a cutter cuts by, for what reads many texts with them on a device.

    Args:
        family: whose they are.
        trunk: the body, with all weights by name among its arrays; called when it is needed.
        threshold: over which a value starts a chunk; NaN where the weights hold it.
        stage: whose chunks are wanted, where there are several.
    """

    family: str
    trunk: Callable[[], Trunk]
    threshold: float = math.nan
    stage: int = 1


@dataclass(frozen=True, eq=False)
class Cutter:
    """A segmenter with its parameters, ready to cut.

    Args:
        cut: the chunks of a text that is not empty and has a UTF-8 form.
        fingerprint: of what it follows from beyond its parameters, such as the file of its weights.
        cut_many: the same of several such texts, where that is faster than one after another.
        trained: what it cuts by, where a device can read texts with it (`core.segmenters.device`).
    """

    cut: Callable[[str], Chunks]
    fingerprint: str = ""
    cut_many: Callable[[Sequence[str]], list[Chunks]] | None = None
    trained: CutByWeights | None = None


@dataclass(frozen=True, kw_only=True)
class ByteSegmenter:
    """A segmenter.

    Args:
        key: its name in a spec, `learned:KEY`.
        label: for people.
        order: smaller ones stand first.
        kind: learnt from text; made on the fly of each text; or a rule, a baseline that explains.
        about: how it cuts, in a sentence or two.
        source: papers.
        cutter: what cuts, with these parameters.
        params: what can be set in a spec, after a question mark.
        value: what its value per byte is, in a few words; empty where it has none.
        unit: of that value.
        most_bytes: of a text.
    """

    key: str
    label: str
    order: int
    kind: Literal["learned", "dynamic", "rule"]
    about: str
    source: str
    cutter: Callable[[Params], Cutter]
    params: tuple[Param, ...] = ()
    value: str = ""
    unit: str = ""
    most_bytes: int = MOST_BYTES


SEGMENTERS = Registry(
    package="core.segmenters.families",
    constant="SEGMENTER",
    kind=ByteSegmenter,
    noun="segmenter",
    order=lambda segmenter: segmenter.order,
)
