"""Bits per byte, beside the original and the donor."""

import numpy as np

from core.common.definitions import Definition
from core.common.params import Params
from core.evaluation.base import Evaluator, Subject
from core.evaluation.passes.cells import Ratio, cells, figures, minus, over
from core.evaluation.passes.columns import cell_table
from core.evaluation.passes.likelihood import Likelihood
from core.evaluation.results import Column, Measures, Table
from core.stats.number import Number


def evaluate(subject: Subject, params: Params) -> Measures:
    """Of all texts, each language and each domain; what other figures can be computed from, per text."""
    found = Likelihood(subject)
    quantities, models = found.quantities(), list(found.readings)
    ratios: dict[str, Ratio] = {}
    for name in models:
        ratios[f"{name}_bits_per_byte"] = found.bits(name)
        ratios[f"{name}_bytes_per_token"] = found.compression(name)
        if name != "model":
            ratios[f"difference_to_{name}"] = minus(found.bits("model"), found.bits(name))
    if "original" in models:
        ratios["compression_gain"] = over(found.compression("model"), found.compression("original"))
    rows = cells(subject.reference.texts, found.usable)
    by_row = [figures(cell, quantities, list(ratios.values()), params.seed) for cell in rows]
    numbers = {name: [row[n] for row in by_row] for n, name in enumerate(ratios)}
    sums = np.array([quantities[:, cell.texts].sum(1) for cell in rows])
    totals: dict[str, Column] = {}
    for n, name in enumerate(models):
        totals |= {f"{name}_nats": sums[:, 3 * n], f"{name}_bytes": sums[:, 3 * n + 1].astype(np.int64)}
        totals |= {f"{name}_tokens": sums[:, 3 * n + 2].astype(np.int64)}
    headline = {"bits_per_byte": numbers["model_bits_per_byte"][0]}
    headline["bytes_per_token"] = numbers["model_bytes_per_token"][0]
    without = Number(np.nan, reason="There is no original to compare with.")
    headline["bits_lost"] = numbers.get("difference_to_original", [without])[0]
    headline["compression_gain"] = numbers.get("compression_gain", [without])[0]
    facts = {
        "n_texts": len(found.usable),
        "n_compared": int(found.usable.sum()),
        "window_bytes": subject.reading.scores.window_bytes,
        "stride_bytes": subject.reading.scores.stride_bytes,
    }
    tables = {"cells": cell_table(rows, numbers, **totals), "texts": _texts(subject, found)}
    return Measures(headline, tables, facts, found.remarks)


def _texts(subject: Subject, found: Likelihood) -> Table:
    texts = subject.reference.texts
    columns: dict[str, Column] = {
        "language": tuple(t.language for t in texts),
        "domain": tuple(t.domain for t in texts),
        "compared": found.usable,
    }
    for name, reading in found.readings.items():
        columns |= {f"{name}_nats": reading.text_nats, f"{name}_bytes": reading.text_bytes}
        columns |= {f"{name}_tokens": reading.text_tokens}
    return Table(columns)


EVALUATOR = Evaluator(
    key="bits_per_byte",
    label="Bits per byte",
    definition=(
        "Bits that the model needs for a byte of text: minus the base-2 logarithm of the probability of a text's "
        "tokens, divided by its bytes. Each text stands alone, begins with the start token, which is not scored, and "
        "long ones are cut by bytes, so that all models see equally much. Differences are of the same texts, and "
        "their intervals resample texts within each language."
    ),
    source="Gao et al. 2020, The Pile (bits per byte); Efron and Tibshirani 1993 (paired bootstrap)",
    numbers=(
        Definition("bits_per_byte", "Bits per byte", "bits/byte", "lower", "Of all texts together."),
        Definition(
            "bits_lost",
            "Bits lost",
            "bits/byte",
            "lower",
            "Bits per byte beyond those of the original on the same texts; negative where the transplant reads better.",
        ),
        Definition("bytes_per_token", "Bytes per token", "bytes/token", "higher", "Of all texts together."),
        Definition(
            "compression_gain",
            "Compression gained",
            "×",
            "higher",
            "Bytes per token divided by those of the original: above 1 the new tokenizer needs fewer tokens.",
        ),
    ),
    cost="the pass over the texts that all quick measures share; the original's is made once for all methods",
    evaluate=evaluate,
    quick=True,
)
