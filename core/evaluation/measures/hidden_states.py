"""How alike the hidden states are, layer by layer, where both models have read the same bytes."""

import numpy as np
import torch
from torch import Tensor

from core.common.definitions import Definition
from core.common.params import Params
from core.evaluation.base import Evaluator, Subject
from core.evaluation.needs import ORIGINAL
from core.evaluation.passes.aligned_states import Aligned, aligned, sums_by_text
from core.evaluation.passes.cells import cells, figures, quotient
from core.evaluation.passes.columns import number_columns
from core.evaluation.results import Measures, Table
from core.stats.number import Number


def evaluate(subject: Subject, params: Params) -> Measures:
    """Cosine and linear CKA of every layer, beside those of the original reading the same text cut otherwise."""
    found = aligned(subject)
    if len(found.places.text) < 2:
        why = "There are fewer than two places where both tokenizers begin a token."
        return Measures({d.key: Number(np.nan, reason=why) for d in EVALUATOR.numbers})
    cosines = [_cosine(a, b) for a, b in zip(found.ours, found.theirs, strict=True)]
    numbers = [_mean(subject, found, cosine, params.seed) for cosine in cosines]
    ckas = np.array([linear_cka(a, b) for a, b in zip(found.ours, found.theirs, strict=True)])
    floor_cosine = floor_cka = np.full(len(ckas), np.nan)
    if found.recut is not None:
        floor_cosine = np.array([float(_cosine(a, b).mean()) for a, b in zip(found.recut, found.theirs, strict=True)])
        floor_cka = np.array([linear_cka(a, b) for a, b in zip(found.recut, found.theirs, strict=True)])
    table = Table(
        {
            "layer": np.arange(len(ckas)),
            **number_columns("cosine", numbers),
            "cka": ckas,
            "recut_cosine": floor_cosine,
            "recut_cka": floor_cka,
        }
    )
    headline = {
        "last_cosine": numbers[-1],
        "last_cka": Number(float(ckas[-1]), reason="No interval: it is not a mean over texts."),
        "recut_cosine": Number(float(floor_cosine[-1]), reason=found.why),
    }
    return Measures(
        headline, {"layers": table}, {"n_places": len(found.places.text)}, (found.why,) if found.why else ()
    )


def _mean(subject: Subject, found: Aligned, values: Tensor, seed: int) -> Number:
    sums = sums_by_text(found.places, len(subject.reference.texts), values.numpy())
    whole = cells(subject.reference.texts, sums[1] > 0)[0]
    return figures(whole, sums, [quotient(0, 1)], seed)[0]


def _cosine(a: Tensor, b: Tensor) -> Tensor:
    """Of each pair of rows, exactly 1 where they are equal, (M,)."""
    found = torch.nn.functional.cosine_similarity(a.double(), b.double(), dim=1)
    return torch.where((a == b).all(1), 1.0, found)


def linear_cka(a: Tensor, b: Tensor) -> float:
    """Linear centred kernel alignment of two sets of states, (M, D) each: 1 if one is a rotation of the other.

    Source: Kornblith et al. 2019, Similarity of Neural Network Representations Revisited.

    >>> states = torch.eye(4)[:, :3]
    >>> round(linear_cka(states, 2 * states.flip(1)), 6)
    1.0
    """
    a, b = (x.double() - x.double().mean(0) for x in (a, b))
    scale = (a.T @ a).norm() * (b.T @ b).norm()
    return float((a.T @ b).norm() ** 2 / scale) if scale > 0 else float("nan")


EVALUATOR = Evaluator(
    key="hidden_states",
    label="Hidden states by layer",
    definition=(
        "At bytes where both tokenizers begin a token both models have read the same bytes, and their hidden states "
        "can be compared: mean cosine, and linear centred kernel alignment, for every layer. Damage done by input "
        "rows shows here and may heal upwards; damage done by output rows does not. Beside it the original against "
        "itself on the same text, cut where the new tokenizer cuts: what cutting alone changes."
    ),
    source="Kornblith et al. 2019, Similarity of Neural Network Representations Revisited",
    numbers=(
        Definition("last_cosine", "Cosine, last layer", "", "higher", "Mean cosine of the states that the head sees."),
        Definition("last_cka", "CKA, last layer", "", "higher", "Linear centred kernel alignment of the same states."),
        Definition(
            "recut_cosine",
            "Cosine, cut otherwise",
            "",
            "",
            "The original against itself cut as the new tokenizer cuts.",
        ),
    ),
    cost="each model reads up to 20 kB again; the original twice for all methods",
    passes=0.3,
    evaluate=evaluate,
    needs=(ORIGINAL,),
)
