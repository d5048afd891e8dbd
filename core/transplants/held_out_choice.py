"""One rule by which methods choose a number: the one that makes up hidden shared tokens best."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from core.tokenizers.matching import vocabulary_of
from core.transplants.problem import ProblemSide
from core.transplants.rows import Rows

_SHARE, _MOST, _FEWEST = 0.1, 256, 10  # shared tokens that are hidden
_SEED = 0


@dataclass(frozen=True)
class Chosen:
    """A number that was chosen for one side.

    Args:
        value: the number.
        errors: by number tried, the squared distance of rows made up from the true ones as a share of that of the mean
            row: 0 is perfect, 1 no better than the mean row. Empty where too few tokens are shared to try.
        n_hidden: shared tokens that it was tried on.
    """

    value: int
    errors: dict[int, float]
    n_hidden: int

    def facts(self, name: str) -> dict[str, float]:
        """The number and its curve, by name."""
        return {name: float(self.value), **{f"held-out error, {name} = {v}": e for v, e in self.errors.items()}}

    def remark(self, side: str, name: str) -> str:
        """The choice in a sentence, with its curve."""
        if not self.errors:
            return f"Too few tokens are shared to choose {name} of the {side} rows: {name} = {self.value} was taken."
        curve = ", ".join(f"{value}: {error:.3f}" for value, error in self.errors.items())
        return (
            f"{name} = {self.value} was chosen for the {side} rows on {self.n_hidden:,} hidden shared tokens, by their "
            f"squared error as a share of the mean row's ({curve})."
        )


def chosen(side: ProblemSide, tried: Sequence[int], otherwise: int, make: Callable[[ProblemSide, int], Rows]) -> Chosen:
    """The number under which a method makes up hidden shared tokens with the least squared error.

    Args:
        tried: numbers to try, the same tokens being hidden for each.
        otherwise: what is taken where too few tokens are shared.
        make: the method with a number; it is given a side that wants hidden tokens only.
    """
    anchors = side.anchors.new
    hideable = anchors[torch.from_numpy(vocabulary_of(side.problem.new).lengths)[anchors] > 1]
    n_hidden = min(_MOST, round(_SHARE * len(hideable)))
    if n_hidden < _FEWEST:
        return Chosen(otherwise, {}, 0)
    order = torch.randperm(len(hideable), generator=torch.Generator().manual_seed(_SEED))
    hidden = hideable[order[:n_hidden]].sort().values
    without = side.problem.without(hidden.tolist(), alone=True).sides[side.name]
    true = side.base_rows[side.old_ids[hidden].to(side.base_rows.device)]
    spread = float((true - without.mean_row).square().sum())
    errors = {value: float((make(without, value).values.to(true) - true).square().sum()) / spread for value in tried}
    return Chosen(min(errors, key=lambda value: errors[value]), errors, n_hidden)
