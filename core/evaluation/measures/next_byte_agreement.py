"""How well the next byte is predicted as the original predicts it, where both begin a token."""

import numpy as np
from numpy.typing import NDArray

from core.common.definitions import Definition
from core.common.errors import UserError
from core.common.numbers import so_many
from core.common.params import Params
from core.evaluation.base import Evaluator, Reference, Subject, row_groups
from core.evaluation.needs import ORIGINAL
from core.evaluation.passes.cells import Ratio, cells, figures, quotient
from core.evaluation.passes.columns import cell_table, number_columns
from core.evaluation.passes.likelihood import LN2, Floats, Likelihood
from core.evaluation.passes.next_byte import agreement, shared_places
from core.evaluation.passes.reading import Reading, read
from core.evaluation.passes.resegmented import cut_otherwise
from core.evaluation.results import Measures, Table
from core.stats.number import Number

FLOOR_BYTES = 20_000  # of text for the floor
NAMES = ("kl", "js", "top_1_agreement", "probability_of_true_byte", "original_probability_of_true_byte", "coverage")
RATIOS: list[Ratio] = [
    quotient(0, 5, LN2),
    quotient(1, 5, LN2),
    quotient(2, 5),
    quotient(3, 5),
    quotient(4, 5),
    quotient(5, 6),
]


def evaluate(subject: Subject, params: Params) -> Measures:
    """Of all texts and each language and domain, with two floors: the original cut otherwise, and the donor."""
    reference, found = subject.reference, Likelihood(subject)
    original = reference.original_reading
    quantities = compared(subject.reading, original, reference, found.usable)
    rows = cells(reference.texts, found.usable & original.has_next_bytes)
    by_row = [figures(cell, quantities, RATIOS, params.seed) for cell in rows]
    numbers = {name: [row[n] for row in by_row] for n, name in enumerate(NAMES)}
    floors, floor, remarks = _floors(subject, found.usable, params.seed)
    facts = {"n_places": int(quantities[5].sum()), "n_texts": int((found.usable & original.has_next_bytes).sum())}
    tables = {"cells": cell_table(rows, numbers), "floors": floors}
    headline = {name: numbers[name][0] for name in NAMES if not name.startswith("original")}
    headline["kl_floor"] = floor
    sampled = int((~reference.with_next_bytes).sum())
    if sampled:
        but = so_many(sampled, "text", "texts")
        remarks += (f"Distributions of the next byte were kept of all but {but}, drawn by chance.",)
    return Measures(headline, tables, facts, (*found.remarks, *remarks))


def compared(ours: Reading, theirs: Reading, reference: Reference, usable: NDArray[np.bool_]) -> Floats:
    """Sums per text: KL, JS, same top byte, both probabilities of the true byte, places, theirs in all; (7, N)."""
    places = shared_places(ours, theirs, usable)
    data = [text.text.encode() for text in reference.texts]
    true = np.array([data[t][o] for t, o in zip(places.text.tolist(), places.offset.tolist(), strict=True)], np.int64)
    found = agreement(ours.next_bytes_of(places.ours), theirs.next_bytes_of(places.theirs), true)
    per_place = (found.kl, found.js, found.same_top, found.ours_true, found.theirs_true, np.ones(len(true)))
    sums = [np.bincount(places.text, each, len(data)) for each in per_place]
    return np.array([*sums, np.bincount(places.text_theirs, minlength=len(data))])


def _floors(subject: Subject, usable: NDArray[np.bool_], seed: int) -> tuple[Table, Number, tuple[str, ...]]:
    """What two models that are equally good, or one model that reads the same bytes otherwise cut, come to.

    With the KL divergence of the latter by itself.
    """
    reference, remarks = subject.reference, list[str]()
    original, names, numbers = reference.original_reading, list[str](), list[list[Number]]()
    few = reference.sample(FLOOR_BYTES, usable & original.has_next_bytes)
    whole = next(iter(cells(reference.texts, few)))
    try:
        key = ("cut otherwise", subject.model.tokenizer.info.fingerprint)
        quantities = reference.once(key, lambda: _cut_otherwise(subject, few))
        names.append("original, cut as the new tokenizer cuts")
        numbers.append(figures(whole, quantities, RATIOS, seed))
        floor = numbers[0][0]
    except UserError as error:
        remarks.append(f"There is no floor. {error}")
        floor = Number(np.nan, reason=remarks[0])
    if reference.donor is not None:
        both = usable & original.has_next_bytes
        quantities = reference.once(
            ("donor agreement", both.tobytes()),
            lambda: compared(reference.donor_reading, original, reference, both),
        )
        names.append("donor")
        numbers.append(figures(next(iter(cells(reference.texts, both))), quantities, RATIOS, seed))
    columns = {name: number_columns(name, [row[n] for row in numbers]) for n, name in enumerate(NAMES)}
    table = Table({"model": tuple(names), **{k: v for group in columns.values() for k, v in group.items()}})
    return table, floor, tuple(remarks)


def _cut_otherwise(subject: Subject, few: NDArray[np.bool_]) -> Floats:
    """`compared` for the original reading `few` of the texts as the new tokenizer cuts them."""
    reference, original = subject.reference, subject.original
    texts, scores = reference.only(few), subject.reading.scores
    cut = cut_otherwise(subject, texts)
    other = read(cut, texts, row_groups(original), few, scores.window_bytes, scores.stride_bytes)
    return compared(other, reference.original_reading, reference, few)


EVALUATOR = Evaluator(
    key="next_byte_agreement",
    label="Agreement on the next byte",
    definition=(
        "At every byte where both tokenizers begin a token, the predicted tokens are summed by their first byte into a "
        "distribution of the next byte (a 257th bin is the end of the text and all that is no text), and that of the "
        "original is compared with the transplant's: Kullback-Leibler divergence of the original to the transplant, "
        "Jensen-Shannon divergence, how often both put the same byte first, and what they give to the byte that comes. "
        "That a token ended here says something by itself, and differently for each tokenizer, so even perfect models "
        "diverge: the floor is the original against itself on the same bytes cut where the new tokenizer cuts."
    ),
    numbers=(
        Definition(
            "kl", "KL to the original", "bits", "lower", "Mean over shared boundaries; 0 where nothing changed."
        ),
        Definition("kl_floor", "KL floor", "bits", "", "The original against itself, cut as the new tokenizer cuts."),
        Definition("js", "JS to the original", "bits", "lower", "Mean over shared boundaries; at most 1."),
        Definition(
            "top_1_agreement", "Same first byte", "", "higher", "Share of places where both put one byte first."
        ),
        Definition(
            "probability_of_true_byte", "True byte", "", "higher", "Mean probability given to the byte that comes."
        ),
        Definition(
            "coverage", "Coverage", "", "", "Share of the original's boundaries that the new tokenizer has too."
        ),
    ),
    cost="nothing beyond bits per byte; for the floor the original reads 20 kB at most again, once per new tokenizer",
    passes=0.1,
    evaluate=evaluate,
    needs=(ORIGINAL,),
    quick=True,
)
