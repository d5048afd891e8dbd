"""One model that was measured in a comparison, as pages and the command line read it; without torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from core.common.codec import APART
from core.common.params import Value
from core.evaluation.results import Measures, Table
from core.lab.plan import Choice
from core.stats.number import Number

Role = Literal["original", "donor", "method", "control"]

PROVENANCE = ("copied", "composed", "solved", "fallback")  # `core.transplants.base.Provenance` by number


@dataclass(frozen=True, eq=False)
class SideRows:
    """What a transplant says of the rows of one matrix.

    Args:
        provenance: index into `PROVENANCE` per row, uint8 (V_rows,).
        wanted: new ids whose rows the method made, int64 (n,).
        residual: what its weights leave of a token's donor row, as a share, float32 (n,), NaN for fallback rows; None
            where there is nothing to be left.
        extras: more numbers per made row by name, float32 (n,): sums of weights, number of them, and the like.
        left_after: what was left of a token's donor row after so many atoms, float32 (n,), ascending; empty where none
            are counted.
        facts: numbers about all rows by name.
        fallbacks: rows that the method could not make, by reason.
        norms: length of each row, float32 (V_rows,).
        map_ids: new ids on the map, int64 (M,); the same for all methods.
        map_points: their places on the two main axes of the original's own rows, float32 (M, 2).
        axes: share of the variance of those rows along each axis.
    """

    provenance: Annotated[NDArray[np.uint8], APART]
    wanted: Annotated[NDArray[np.int64], APART]
    residual: Annotated[NDArray[np.float32], APART] | None
    extras: Mapping[str, Annotated[NDArray[np.float32], APART]]
    left_after: Mapping[int, Annotated[NDArray[np.float32], APART]]
    facts: Mapping[str, float]
    fallbacks: Mapping[str, int]
    norms: Annotated[NDArray[np.float32], APART]
    map_ids: Annotated[NDArray[np.int64], APART]
    map_points: Annotated[NDArray[np.float32], APART]
    axes: tuple[float, float]

    @property
    def n_by_provenance(self) -> dict[str, int]:
        """Rows of each origin."""
        counts = np.bincount(self.provenance, minlength=len(PROVENANCE)).tolist()
        return dict(zip(PROVENANCE, counts, strict=True))

    def worst(self, most: int = 50) -> NDArray[np.intp]:
        """Places in `wanted` of the rows with the largest residuals, worst first; empty without residuals."""
        if self.residual is None:
            return np.empty(0, np.intp)
        order = np.argsort(-np.nan_to_num(self.residual, nan=-1.0), kind="stable")
        return np.asarray(order[: min(most, int((~np.isnan(self.residual)).sum()))])


@dataclass(frozen=True, eq=False)
class Outcome:
    """One model that was measured: the original, the donor, or a transplant.

    Args:
        name: unique in the result, such as "omp_robust k=32, seed 1".
        role: the original and the donor are anchors; a control is a method that should be beaten.
        method: key of the method; empty for anchors.
        label: for people, without seed.
        params: all parameters of the method.
        chosen: those of them that were chosen; the others are as by default.
        seed: of what the method draws.
        measures: by key of the evaluator.
        unavailable: why an evaluator gave nothing, by its key.
        rows: by side of the matrices; empty for anchors.
        seconds: of the method alone.
        peak_bytes: memory of the method at most; NaN if unknown.
        remarks: what a user should know, in sentences.
    """

    name: str
    role: Role
    method: str
    label: str
    params: Mapping[str, Value] = field(default_factory=dict)
    chosen: Mapping[str, Value] = field(default_factory=dict)
    seed: int = 0
    measures: Mapping[str, Measures] = field(default_factory=dict)
    unavailable: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, SideRows] = field(default_factory=dict)
    seconds: float = 0.0
    peak_bytes: float = nan
    remarks: tuple[str, ...] = ()

    @property
    def anchor(self) -> bool:
        """Whether it is no transplant."""
        return self.role in ("original", "donor")

    @property
    def entrant(self) -> str:
        """The name that its outcomes with other seeds share.

        >>> Outcome("ridge, seed 1", "method", "ridge", "Ridge", seed=1).entrant
        'ridge'
        """
        return Choice(self.method, self.chosen).name if self.method else self.name

    def number(self, evaluator: str, key: str) -> Number:
        """A number that an evaluator declares, or why there is none."""
        if evaluator not in self.measures:
            return Number(nan, reason=self.unavailable.get(evaluator, "It was not measured."))
        return self.measures[evaluator].numbers.get(key, Number(nan, reason="It has no meaning here."))

    def table(self, evaluator: str, name: str) -> Table | None:
        """A table that an evaluator made, or None."""
        return self.measures[evaluator].tables.get(name) if evaluator in self.measures else None
