"""Rows under which the model comes to the same hidden states after a new token as after its old spelling."""

from dataclasses import replace

import torch

from core.common.numbers import count
from core.common.params import Param, Params
from core.transplants.base import Method, transplant
from core.transplants.learning.distillation import DistillationPlan, Learnt, learn
from core.transplants.methods import subword_mean
from core.transplants.needs import LEARNING_TEXT, WHOLE_MODEL
from core.transplants.problem import Problem, ProblemSide
from core.transplants.rows import RowOrigin, Rows, made
from core.transplants.work import TransplantSize, Work, of_reading


def rows(side: ProblemSide, params: Params) -> Rows:
    """Subword means, moved where the text has the token."""
    begun = subword_mean.rows(side, params)
    if not len(side.wanted):
        return begun
    learnt = side.problem.once(
        ("distilled", params.seed, *params.values.values()), lambda: _learnt(side.problem, params)
    )
    if side.name not in learnt.rows:
        return replace(
            begun, remarks=(*begun.remarks, "The output rows are subword means: only input rows are learnt.")
        )
    moved = torch.tensor([i in learnt.seen for i in side.wanted.tolist()])
    values = torch.where(moved[:, None].to(begun.values.device), learnt.rows[side.name].to(begun.values), begun.values)
    origin = torch.where(moved, int(RowOrigin.SOLVED), begun.provenance)
    n, n_all = int(moved.sum()), len(moved)
    return made(
        side,
        values,
        origin,
        {why: (begun.reason == k) & ~moved for k, why in enumerate(begun.reasons)},
        facts={
            "hidden-state error in the first pass": learnt.before,
            "hidden-state error in the last pass": learnt.after,
            "steps": float(learnt.n_steps),
        },
        remarks=(
            f"{count(n)} of {count(n_all)} {side.name} rows are learnt; the text has none of the others, which are "
            f"subword means. {_how_near(learnt, params.whole('passes'))}",
        ),
    )


def _how_near(learnt: Learnt, passes: int) -> str:
    error = "The squared error of the hidden states"
    if passes == 1:
        return f"{error} was {learnt.before:.3f} of their spread, the mean over the only pass over the text."
    went = "fell" if learnt.after < learnt.before else "rose"
    return (
        f"{error} {went} from {learnt.before:.3f} of their spread in the first pass over the text to "
        f"{learnt.after:.3f} in the last."
    )


def _learnt(problem: Problem, params: Params) -> Learnt:
    model = problem.resources.model
    assert model is not None, "declared as needed"
    start = transplant(problem, subword_mean.METHOD).matrices
    head = params.word("learns") == "both"
    plan = DistillationPlan(
        params.whole("passes"), params.whole("batch_bytes"), params.number("rate"), head, params.seed
    )
    return learn(problem, model, start, plan)


_READS = {"input": 2.5, "both": 3.5}  # the model as it is, and forwards and backwards with new rows, as was measured


def of_text(size: TransplantSize, params: Params) -> Work:
    """Text is read by the whole model, forwards and backwards."""
    n_tokens = params.whole("passes") * size.text_tokens
    return Work(_READS[params.word("learns")] * n_tokens * of_reading(size.n_body, size.n_new, size.width))


_LOSSES_SEEN = "It is not tried on hidden tokens: each try would be a training."

METHOD = Method(
    key="token_distillation",
    label="Token distillation",
    definition=(
        "Rows are learnt from text: the model reads it in its old tokens and in the new ones, and the rows of new "
        "tokens move until its last hidden states agree where a token ends in both. All else of the model stays. Rows "
        "of the head move by the loss of the next new token. It begins with subword means, and a token that the text "
        "lacks keeps its own. Published, each token is learnt from 25 to 100 snippets that hold it, as the one new "
        "token in them; here all are learnt at once from the text that is not measured."
    ),
    source="Dobler et al. 2025, Token Distillation (AweDist)",
    make=rows,
    of_text=of_text,
    params=(
        Param(
            key="learns",
            label="Learns",
            default="both",
            help="Which rows move: those by which tokens are read, or also those by which they are predicted.",
            choices=("input", "both"),
            untried=_LOSSES_SEEN,
        ),
        Param(
            key="passes",
            label="Passes",
            default=3,
            help="How often the text is read.",
            low=1,
            high=1_000,
            untried=_LOSSES_SEEN,
        ),
        Param(
            key="batch_bytes",
            label="Bytes per step",
            default=2_048,
            help="Text in a step.",
            low=64,
            high=1_000_000,
            untried=_LOSSES_SEEN,
        ),
        Param(
            key="rate",
            label="Learning rate",
            default=0.003,
            help="Of Adam, falling to nothing. Published: 0.0001, for larger models.",
            low=1e-6,
            high=1.0,
            untried=_LOSSES_SEEN,
        ),
    ),
    needs=(WHOLE_MODEL, LEARNING_TEXT),
)
