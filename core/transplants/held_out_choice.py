"""One rule by which every method chooses what it leaves open: as hidden shared tokens are made up best.

A tenth of the shared tokens, 256 at most, is hidden: their old rows are then neither anchors nor pieces of a spelling.
The method makes rows for them as for new tokens, with one value of a parameter after another, and the value is kept
under which these rows come nearest to the true ones. Parameters are chosen in the order in which a method declares
them, for each matrix by itself; those not chosen yet are at their usual values. Of values that do equally well, the
usual one is taken.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from core.common.numbers import count
from core.common.params import Param, Params, Value, in_words
from core.tokenizers.matching import vocabulary_of
from core.transplants.problem import Problem, ProblemSide
from core.transplants.rows import Rows

Make = Callable[[ProblemSide, Params], Rows]

SHARE_HIDDEN, MOST_HIDDEN, _FEWEST = 0.1, 256, 10  # shared tokens that are hidden
_SEED = 0


@dataclass(frozen=True)
class Chosen:
    """A value that was chosen for one side.

    Args:
        key: of the parameter.
        value: chosen.
        errors: by value tried, the squared distance of rows made up from the true ones as a share of that of the mean
            row: 0 is perfect, 1 no better than the mean row. Empty where too few tokens are shared to try.
        n_held_out: shared tokens that it was tried on.
    """

    key: str
    value: Value
    errors: Mapping[Any, float]
    n_held_out: int

    @property
    def facts(self) -> dict[str, float]:
        """The value, if it is a number, and its curve, by name."""
        value = {} if isinstance(self.value, str) else {self.key: float(self.value)}
        return value | {f"held-out error, {self.key} = {in_words(v)}": e for v, e in self.errors.items()}

    def remark(self, side: str) -> str:
        """The choice in a sentence, with its curve."""
        taken = f"{self.key} = {in_words(self.value)}"
        if not self.errors:
            return f"Too few tokens are shared to choose {self.key} of the {side} rows: {taken} was taken."
        if len(set(self.errors.values())) == 1:
            return (
                f"{self.key} changes none of {count(self.n_held_out)} hidden shared tokens on the {side} side: {taken} "
                "was taken."
            )
        curve = ", ".join(f"{in_words(value)}: {error:.3f}" for value, error in self.errors.items())
        return (
            f"{taken} was chosen for the {side} rows on {count(self.n_held_out)} hidden shared tokens, by their "
            f"squared error as a share of the mean row's ({curve})."
        )


@dataclass(frozen=True, eq=False)
class _HiddenTokens:
    """Shared tokens that are hidden, and the problem without them."""

    problem: Problem
    new: Tensor
    old: Tensor


def tuned(side: ProblemSide, params: Params, declared: Sequence[Param], make: Make) -> Rows:
    """The rows of a method whose open parameters are chosen by the rule above; what was chosen is said of the rows.

    Args:
        params: of the method; those left at the default of a parameter that can be chosen are open.
        declared: what can be set.
        make: the method with all parameters set.
    """
    can_be = [one for one in declared if one.tried]
    open_ones = [one for one in can_be if params.values[one.key] == one.default]
    found = list[Chosen]()
    values = dict(params.values) | {one.key: one.usual for one in open_ones if one.usual is not None}
    for one in open_ones:
        found.append(_chosen(side, replace(params, values=values), one, make))
        values[one.key] = found[-1].value
    rows = make(side, replace(params, values=values))
    by_hand = [
        f"{one.key} = {in_words(params.values[one.key])} was set by hand, and not tried on hidden shared tokens."
        for one in can_be
        if one not in open_ones
    ]
    facts = {name: number for one in found for name, number in one.facts.items()}
    remarks = (*rows.remarks, *(one.remark(side.name) for one in found), *by_hand)
    return replace(rows, facts={**rows.facts, **facts}, remarks=remarks)


def _chosen(side: ProblemSide, params: Params, one: Param, make: Make) -> Chosen:
    """The value of one parameter, the others being as they are."""
    usual = params.values[one.key]
    hidden = _held_out(side)
    if hidden is None:
        return Chosen(one.key, usual, {}, 0)
    without = hidden.problem.sides[side.name]
    true = side.base_rows[hidden.old.to(side.base_rows.device)]
    spread = float((true - without.mean_row).square().sum())

    def error(value: Value) -> float:
        made = make(without, replace(params, values={**params.values, one.key: value}))
        return float((made.values.to(true) - true).square().sum()) / spread

    errors = {value: error(value) for value in one.tried}
    best = min(errors, key=lambda value: (errors[value], value != usual))
    return Chosen(one.key, best, errors, len(hidden.new))


def _held_out(side: ProblemSide) -> _HiddenTokens | None:
    """Shared tokens of two bytes and more to try on, the same for all methods; None where too few are shared."""
    anchors = side.anchors.new
    hideable = anchors[torch.from_numpy(vocabulary_of(side.problem.new).lengths)[anchors] > 1]
    n_hidden = min(MOST_HIDDEN, round(SHARE_HIDDEN * len(hideable)))
    if n_hidden < _FEWEST:
        return None
    order = torch.randperm(len(hideable), generator=torch.Generator().manual_seed(_SEED))
    new = hideable[order[:n_hidden]].sort().values
    without = side.problem.once(("held out", side.name), lambda: side.problem.without(new.tolist(), alone=True))
    return _HiddenTokens(without, new, side.old_ids[new])
