"""Which side does the damage: new input rows with the old head, and old input rows with the new head."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.common.definitions import Definition
from core.common.params import Params
from core.evaluation.base import Evaluator, Subject
from core.evaluation.needs import ORIGINAL
from core.evaluation.passes.aligned_states import aligned, sums_by_text
from core.evaluation.passes.byte_marginals import byte_table
from core.evaluation.passes.cells import cells, figures, quotient
from core.evaluation.passes.columns import number_columns
from core.evaluation.passes.likelihood import LN2
from core.evaluation.passes.next_byte import agreement
from core.evaluation.passes.reading import BINS
from core.evaluation.results import Measures, Table
from core.models.language_model import LanguageModel
from core.stats.number import Number

Rows = NDArray[np.float32]
SLICE_BYTES = 2**24
NAMES = ("kl", "top_1_agreement", "probability_of_true_byte")


def evaluate(subject: Subject, params: Params) -> Measures:
    """The next byte at shared boundaries from each pair of body and head."""
    found, models = aligned(subject), (subject.model, subject.original)
    why = ""
    if any(model.halves is None for model in models):
        why = "The head of this architecture cannot be taken off, so it cannot be put on other states."
    elif not len(found.places.text):
        why = "There is no place where both tokenizers begin a token."
    if why:
        return Measures({d.key: Number(np.nan, reason=why) for d in EVALUATOR.numbers})
    pairs = {
        "none": (found.theirs, subject.original),
        "input": (found.ours, subject.original),
        "output": (found.theirs, subject.model),
        "both": (found.ours, subject.model),
    }
    distributions = {name: _next_bytes(head, states[-1]) for name, (states, head) in pairs.items()}
    data = subject.reference.texts
    true = np.array(
        [
            data[n].text.encode()[o]
            for n, o in zip(found.places.text.tolist(), found.places.offset.tolist(), strict=True)
        ]
    )
    rows = {name: _row(subject, rows, distributions["none"], true, params.seed) for name, rows in distributions.items()}
    columns = {key: number_columns(key, [row[n] for row in rows.values()]) for n, key in enumerate(NAMES)}
    table = Table({"replaced": tuple(rows), **{k: v for group in columns.values() for k, v in group.items()}})
    headline = {"kl_input_only": rows["input"][0], "kl_output_only": rows["output"][0], "kl_both": rows["both"][0]}
    return Measures(headline, {"sides": table}, {"n_places": len(true)})


def _row(subject: Subject, ours: Rows, theirs: Rows, true: NDArray[np.int64], seed: int) -> list[Number]:
    one = agreement(ours, theirs, true)
    places = aligned(subject).places
    sums = sums_by_text(places, len(subject.reference.texts), one.kl, one.same_top, one.ours_true)
    whole = cells(subject.reference.texts, sums[-1] > 0)[0]
    return figures(whole, sums, [quotient(0, 3, LN2), quotient(1, 3), quotient(2, 3)], seed)


@torch.no_grad()
def _next_bytes(model: LanguageModel, states: Tensor) -> Rows:
    """What a model's head makes of states, by first byte, float32 (M, 257)."""
    assert model.halves is not None
    first = torch.from_numpy(byte_table(model.tokenizer, model.n_rows).first.astype(np.int64)).to(model.device)
    found, size = [], max(1, SLICE_BYTES // (4 * model.n_rows))
    for begin in range(0, len(states), size):
        part = states[begin : begin + size]
        logits = model.halves.logits(part.to(model.device, model.dtype)).float()
        sums = logits.new_zeros(len(part), BINS).index_add_(1, first, logits.softmax(1))
        found.append(sums.cpu().numpy())
    return np.concatenate(found)


EVALUATOR = Evaluator(
    key="swap",
    label="Input side and output side",
    definition=(
        "The next byte at boundaries that both tokenizers have, from four pairs of a body and a head: the original's "
        "own; the body reading new tokens with new input rows, its states handed to the old head (input only); the "
        "original's states handed to the new head (output only); both new. Divergence of the original to each says "
        "which rows do the damage."
    ),
    numbers=(
        Definition("kl_input_only", "KL, input rows new", "bits", "lower", "New tokens read, old head."),
        Definition("kl_output_only", "KL, output rows new", "bits", "lower", "Old tokens read, new head."),
        Definition("kl_both", "KL, both new", "bits", "lower", "New tokens read, new head, on the same places."),
    ),
    cost="with hidden states, whose pass over up to 20 kB it shares, nothing more than four heads on 2\u202f000 places",
    passes=0.3,
    evaluate=evaluate,
    needs=(ORIGINAL,),
)
