"""A negative control: each new token gets the row of another new token."""

from dataclasses import replace

import torch

from core.common.params import Param, Params
from core.transplants.base import METHODS, Method
from core.transplants.needs import ANCHORS, DONOR
from core.transplants.problem import ProblemSide
from core.transplants.rows import Rows
from core.transplants.work import TransplantSize, Work

_BLIND = "A control is not fitted to anything."
THROUGH = ("ridge", "procrustes", "nearest", "omp_robust")


def rows(side: ProblemSide, params: Params) -> Rows:
    """The rows that a method makes, dealt out anew among the wanted tokens.

    That is the same as dealing out the donor's rows, since these methods treat each token by itself.
    """
    through = METHODS.get(params.word("through"))
    found = through.rows(side, through.read({}, params.seed))
    dealt = torch.randperm(len(found.values), generator=params.generator())
    return replace(
        found,
        values=found.values[dealt.to(found.values.device)],
        provenance=found.provenance[dealt],
        reason=found.reason[dealt],
        residual=None,
        coefficients=None,
        extras={},
    )


def of_rows(size: TransplantSize, params: Params) -> Work:
    """That of the method, chosen parameters and all."""
    return METHODS.get(params.word("through")).work(replace(size, n_sides=1), {})


METHOD = Method(
    key="shuffled_donor",
    label="Shuffled donor (control)",
    definition=(
        "A negative control: a method that uses the donor, but each new token gets the row made for another one. "
        "A method that does no better has learnt nothing about single tokens."
    ),
    source="Control",
    make=rows,
    of_rows=of_rows,
    params=(
        Param(
            key="through",
            label="Method",
            default="ridge",
            help="Whose rows are dealt out.",
            choices=THROUGH,
            untried=_BLIND,
        ),
    ),
    needs=(DONOR, ANCHORS),
    control=True,
)
