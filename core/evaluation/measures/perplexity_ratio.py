"""How many times as uncertain the model is per byte as the original."""

import numpy as np

from core.common.definitions import Definition
from core.common.params import Params
from core.evaluation.base import Evaluator, Subject
from core.evaluation.needs import ORIGINAL
from core.evaluation.passes.cells import cells, figures, minus
from core.evaluation.passes.columns import cell_table
from core.evaluation.passes.likelihood import Likelihood
from core.evaluation.results import Measures


def evaluate(subject: Subject, params: Params) -> Measures:
    """Of all texts, each language and each domain."""
    found = Likelihood(subject)
    quantities, lost = found.quantities(), minus(found.bits("model"), found.bits("original"))
    rows = cells(subject.reference.texts, found.usable)
    numbers = [figures(cell, quantities, [lambda s: np.exp2(lost(s))], params.seed)[0] for cell in rows]
    table = cell_table(rows, {"perplexity_ratio": numbers})
    return Measures({"perplexity_ratio": numbers[0]}, {"cells": table}, remarks=found.remarks)


EVALUATOR = Evaluator(
    key="perplexity_ratio",
    label="Perplexity ratio per byte",
    definition=(
        "Two to the power of the bits per byte lost: the perplexity per byte divided by the original's. Perplexities "
        "per token of different tokenizers cannot be divided, since their tokens say different amounts."
    ),
    numbers=(
        Definition(
            "perplexity_ratio",
            "Perplexity ratio",
            "×",
            "lower",
            "Per byte, of all texts; 1 is as good as the original.",
        ),
    ),
    cost="nothing beyond bits per byte",
    evaluate=evaluate,
    needs=(ORIGINAL,),
    quick=True,
)
