"""How many tokens of the transplanted model the donor would take over, if the one drafted for the other."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from core.common.definitions import Definition
from core.common.params import Param, Params
from core.common.progress import report
from core.evaluation.base import Evaluator, Subject
from core.evaluation.needs import DONOR_OF_THESE_TOKENS
from core.evaluation.passes.cells import Ratio, cells, figures, quotient
from core.evaluation.passes.columns import cell_table
from core.evaluation.passes.likelihood import Likelihood
from core.evaluation.results import Measures
from core.models.language_model import LanguageModel
from core.models.read_together import read_together
from core.models.score import usual_window
from core.stats.number import Number
from core.text.blocks import equal_blocks

_TOGETHER = 8  # blocks read at a time
RATIOS: list[Ratio] = [quotient(0, 1)]


def evaluate(subject: Subject, params: Params) -> Measures:
    """Of all texts and each language and domain."""
    reference, found = subject.reference, Likelihood(subject)
    assert reference.donor is not None, "declared as needed"
    texts = reference.only(found.usable)
    window = reference.window_bytes or usual_window(subject.model, reference.donor)
    quantities = np.zeros((2, len(texts)))
    for n, text in enumerate(texts):
        for accepted in _accepted(subject.model, reference.donor, equal_blocks(text, max(4, window))):
            quantities[:, n] += accepted.sum(), len(accepted)
        report(n + 1, len(texts), "Drafting")
    rows = cells(reference.texts, found.usable)
    by_row = [figures(cell, quantities, RATIOS, params.seed)[0] for cell in rows]
    numbers = {"acceptance": by_row[0], "tokens_per_pass": _per_pass(by_row[0], params.whole("drafted"))}
    facts = {"n_places": int(quantities[1].sum())}
    return Measures(numbers, {"cells": cell_table(rows, {"acceptance": by_row})}, facts, found.remarks)


@torch.no_grad()
def _accepted(draft: LanguageModel, target: LanguageModel, blocks: Sequence[str]) -> Iterator[NDArray[np.float64]]:
    """What both have in common of the next token, at each place of some blocks: sums of the lesser probability."""
    for at in range(0, len(blocks), _TOGETHER):
        ours, theirs = (read_together(model, blocks[at : at + _TOGETHER]) for model in (draft, target))
        ours_p, theirs_p = (
            model.logits(read.ids).float().softmax(-1) for model, read in ((draft, ours), (target, theirs))
        )
        n = min(ours_p.shape[-1], theirs_p.shape[-1])  # rows beyond are padding
        for row, cut in enumerate(ours.cuts):
            length = min(len(cut.ids), ours.lengths[row] - ours.lead, theirs.lengths[row] - theirs.lead)
            first = 0 if ours.lead and theirs.lead else 1  # without a begin token nothing predicts the first
            p, q = (
                found[row, read.lead + first - 1 : read.lead + length - 1, :n].double()
                for found, read in ((ours_p, ours), (theirs_p, theirs))
            )
            yield torch.minimum(p, q.to(p)).sum(-1).cpu().numpy()


def _per_pass(acceptance: Number, drafted: int) -> Number:
    """Tokens that one pass of the donor yields, as if each place were accepted by the same chance.

    >>> _per_pass(Number(0.5), 2).value
    1.75
    """

    def tokens(rate: float) -> float:
        return float(sum(rate**k for k in range(drafted + 1)))

    value, low, high = (tokens(each) for each in (acceptance.value, acceptance.low, acceptance.high))
    return Number(value, low, high, acceptance.reason)


EVALUATOR = Evaluator(
    key="draft_acceptance",
    label="Draft acceptance",
    definition=(
        "How often the donor would accept a token that the transplanted model drafts for it in speculative decoding: "
        "the sum over tokens of the lesser of both probabilities, at every place of the texts. It is one for the donor "
        "itself, and the rate with which drafts drawn from the one are accepted by the other."
    ),
    source="Leviathan, Kalman and Matias 2023, Fast Inference from Transformers via Speculative Decoding",
    numbers=(
        Definition("acceptance", "Draft acceptance", "share", "higher", "Expected share of drafted tokens accepted."),
        Definition(
            "tokens_per_pass",
            "Tokens per pass",
            "tokens",
            "higher",
            "That one pass of the donor yields, the one that it adds included, if all places were alike.",
        ),
    ),
    cost="one more pass of the model and of the donor, with all logits",
    evaluate=evaluate,
    passes=2.0,
    needs=(DONOR_OF_THESE_TOKENS,),
    params=(
        Param(
            key="drafted",
            label="Tokens drafted",
            default=4,
            help="Ahead of each pass of the donor.",
            low=1,
            high=64,
        ),
    ),
)
