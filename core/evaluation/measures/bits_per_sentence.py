"""What the same sentence costs in bits, language by language."""

import numpy as np

from core.common.definitions import Definition
from core.common.params import Params
from core.evaluation.base import Evaluator, Subject
from core.evaluation.needs import PARALLEL_TEXT
from core.evaluation.passes.cells import Cell, cells, figures, minus, quotient
from core.evaluation.passes.columns import cell_table
from core.evaluation.passes.likelihood import LN2, Likelihood
from core.evaluation.results import Measures
from core.stats.number import Number


def evaluate(subject: Subject, params: Params) -> Measures:
    """Of each language, over the sentences that all languages have."""
    texts, found = subject.reference.texts, Likelihood(subject)
    languages = list(dict.fromkeys(t.language for t in texts if t.sentence))
    usable = found.usable & np.array([bool(t.sentence) for t in texts])
    have = [{t.sentence for n, t in enumerate(texts) if usable[n] and t.language == code} for code in languages]
    common = set.intersection(*have) if have else set()
    chosen = usable & np.array([t.sentence in common for t in texts])
    names = [name for name in found.readings if name != "donor"]
    quantities = np.array([*(found.readings[name].text_nats for name in names), np.ones(len(texts))])

    rows = [cell for cell in cells(texts, chosen) if not cell.domain]
    ratios = [quotient(at, -1, LN2) for at in range(len(names))]
    if len(names) > 1:
        ratios.append(minus(*ratios))
    columns = [*(f"{name}_bits_per_sentence" for name in names), "difference_to_original"][: len(ratios)]
    by_row = [figures(cell, quantities, ratios, params.seed) for cell in rows]
    numbers = {name: [row[n] for row in by_row] for n, name in enumerate(columns)}
    facts = {"n_sentences": len(common), "languages": languages}
    return Measures(
        {"bits_per_sentence": numbers[columns[0]][0], "spread": _spread(rows, numbers[columns[0]])},
        {"cells": cell_table(rows, numbers)},
        facts,
        found.remarks,
    )


def _spread(rows: list[Cell], numbers: list[Number]) -> Number:
    costs = [n.value for cell, n in zip(rows, numbers, strict=True) if cell.language and n.value > 0]
    if len(costs) < 2:
        return Number(np.nan, reason="It takes two languages with sentences in common.")
    return Number(max(costs) / min(costs), reason="No interval: it is a maximum over languages.")


EVALUATOR = Evaluator(
    key="bits_per_sentence",
    label="Bits per parallel sentence",
    definition=(
        "Bits that the model needs for a sentence, on average over sentences that all languages have. A byte of Hindi "
        "says less than a byte of English, so bits per byte do not compare languages; what a sentence costs in each "
        "does."
    ),
    source="Mielke et al. 2019, What Kind of Language Is Hard to Language-Model?",
    numbers=(
        Definition("bits_per_sentence", "Bits per sentence", "bits", "lower", "Mean over languages and sentences."),
        Definition(
            "spread",
            "Dearest to cheapest",
            "×",
            "lower",
            "Bits per sentence of the dearest language over the cheapest.",
        ),
    ),
    cost="nothing beyond bits per byte",
    evaluate=evaluate,
    needs=(PARALLEL_TEXT,),
    quick=True,
)
