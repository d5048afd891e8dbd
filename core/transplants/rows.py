"""The rows that a method made for a new vocabulary, with the origin of each; what it could not make is the mean row."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from math import nan

import torch
from torch import Tensor

from core.transplants.linear.affine import AffineMap
from core.transplants.linear.coefficients import Coefficients
from core.transplants.problem import ProblemSide

NO_DONOR_ROW = "the donor has no usable row for it"


class RowOrigin(IntEnum):
    """Where a row of a new matrix comes from."""

    COPIED = 0  # an old row as it was
    COMPOSED = 1  # by a rule from old rows: a mean, a draw, given weights
    SOLVED = 2  # by weights or a map fitted for it
    FALLBACK = 3  # the method could not make it; the mean row, or the row of an unused id

    @property
    def word(self) -> str:
        """
        >>> RowOrigin.SOLVED.word
        'solved'
        """
        return self.name.lower()


@dataclass(frozen=True, eq=False)
class Rows:
    """What a method made: a row for each wanted token of one side.

    Args:
        values: float32 (n, W), in the order of `ProblemSide.wanted`; empty once written into matrices.
        provenance: `RowOrigin` per row, uint8 (n,).
        reasons: why rows are fallback rows.
        reason: index into `reasons` per row, -1 for rows that were made, int16 (n,).
        residual: what is left of a token's donor row when its weights have had their say, as a share of its norm after
            centring, (n,), NaN for fallback rows; None where there is nothing to be left.
        coefficients: weights of old rows, where rows are weighted sums of few.
        extras: more numbers per row by name, (n,) each.
        left_after: what was left of a token's donor row after so many atoms, (n,) each; empty where none are counted.
        facts: numbers about all rows by name.
        remarks: what a user of the rows should know, in sentences.
    """

    values: Tensor
    provenance: Tensor
    reasons: tuple[str, ...] = ()
    reason: Tensor = field(default_factory=lambda: torch.empty(0, dtype=torch.int16))
    residual: Tensor | None = None
    coefficients: Coefficients | None = None
    extras: Mapping[str, Tensor] = field(default_factory=dict)
    left_after: Mapping[int, Tensor] = field(default_factory=dict)
    facts: Mapping[str, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def n_by_reason(self) -> dict[str, int]:
        """Fallback rows under each reason."""
        return {reason: int((self.reason == n).sum()) for n, reason in enumerate(self.reasons)}


def noted(rows: Rows, remark: str, facts: Mapping[str, float] | None = None) -> Rows:
    """The same rows with more said of them."""
    return replace(rows, facts={**rows.facts, **(facts or {})}, remarks=(*rows.remarks, remark))


def made(
    side: ProblemSide,
    values: Tensor,
    provenance: RowOrigin | Tensor,
    unmade: Mapping[str, Tensor] | None = None,
    *,
    may_be_zero: bool = False,
    residual: Tensor | None = None,
    coefficients: Coefficients | None = None,
    extras: Mapping[str, Tensor] | None = None,
    facts: Mapping[str, float] | None = None,
    remarks: tuple[str, ...] = (),
) -> Rows:
    """The rows of a method, with the mean row wherever it made none or one that cannot be used.

    Args:
        values: (n, W); whatever stands in rows that were not made is replaced.
        provenance: of the rows that were made, one for all or one for each, uint8 (n,).
        unmade: reason to which rows it holds for, bool (n,); the first reason counts.
        may_be_zero: whether zero rows are what the method means to make.
    """
    broken, zero = _unusable(values, side.matrix.dtype)
    reasons = {**(unmade or {}), "its numbers overflow or are undefined": broken}
    if not may_be_zero:
        reasons["it comes out as zero"] = zero
    reason = torch.full((len(values),), -1, dtype=torch.int16)
    kept = list[str]()
    for words, mask in reasons.items():
        newly = mask.cpu() & (reason < 0)
        if newly.any():
            reason[newly] = len(kept)
            kept.append(words)
    failed = reason >= 0
    if failed.any():
        values = torch.where(failed.to(values.device)[:, None], side.mean_row.to(values), values)
    kinds = torch.as_tensor(provenance, dtype=torch.uint8).expand(len(values))
    kinds = torch.where(failed, torch.tensor(int(RowOrigin.FALLBACK), dtype=torch.uint8), kinds)
    if residual is not None:
        residual = torch.where(failed, nan, residual.cpu())
    cpu_extras = {name: numbers.cpu() for name, numbers in (extras or {}).items()}
    about = dict(facts or {})
    return Rows(values, kinds, tuple(kept), reason, residual, coefficients, cpu_extras, facts=about, remarks=remarks)


def _unusable(values: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Which rows are not finite, and which are zero, as numbers of this format: bool (n,) each, on the CPU."""
    checks = [torch.empty(0, 2, dtype=torch.bool)]
    for at in range(0, len(values), 4096):
        stored = values[at : at + 4096].to(dtype)
        checks.append(torch.stack([~torch.isfinite(stored).all(1), (stored == 0).all(1)], 1).cpu())
    broken, zero = torch.cat(checks).unbind(1)
    return broken, zero


def composed(
    side: ProblemSide,
    coefficients: Coefficients,
    provenance: RowOrigin | Tensor,
    unmade: Mapping[str, Tensor] | None = None,
    *,
    rest: Tensor | None = None,
    residual: Tensor | None = None,
    extras: Mapping[str, Tensor] | None = None,
    facts: Mapping[str, float] | None = None,
    remarks: tuple[str, ...] = (),
) -> Rows:
    """Rows that are weighted sums of old rows, with the sums of the weights and of their absolute values.

    Args:
        rest: a row that gets what the weights lack of one, (W,): the mean, if weights are of centred rows.
    """
    values = coefficients.apply(side.base_rows, side.problem.memory_bytes)
    if rest is not None:
        lacking = (1 - coefficients.sums).to(values.device)
        values.addcmul_(lacking[:, None], rest.to(values)[None])
    about = {"coefficient sum": coefficients.sums, "coefficient l1": coefficients.l1}
    about["atoms"] = coefficients.lengths.float()
    return made(
        side,
        values,
        provenance,
        unmade,
        residual=residual,
        coefficients=coefficients,
        extras=about | dict(extras or {}),
        facts=facts,
        remarks=remarks,
    )


def mapped(side: ProblemSide, affine: AffineMap) -> Rows:
    """Rows that are the images of donor rows under a map."""
    there = side.usable_donor[side.wanted]
    return made(
        side,
        affine.apply(side.donor_rows, side.wanted, side.problem.memory_bytes),
        RowOrigin.SOLVED,
        {NO_DONOR_ROW: ~there},
        facts=affine.facts,
    )
