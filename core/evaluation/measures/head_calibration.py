"""How much of the loss a single number would mend: one bias for all new tokens."""

import numpy as np

from core.common.definitions import Definition
from core.common.params import Params
from core.evaluation.base import Evaluator, Subject
from core.evaluation.passes.cells import cells, figures, quotient
from core.evaluation.passes.likelihood import LN2, Floats, Likelihood
from core.evaluation.passes.reading import Group
from core.evaluation.results import Measures, Table
from core.stats.number import Number

STEPS = 50


def evaluate(subject: Subject, params: Params) -> Measures:
    """The bias that fits one half of the texts best, and what it saves on the other half; both ways."""
    found, reading = Likelihood(subject), subject.reading
    counted = reading.predicted & found.usable[reading.text]
    new = np.clip(reading.mass[counted, Group.NEW].astype(np.float64), 0.0, 1.0)
    hit = (reading.groups[reading.ids[counted]] == Group.NEW).astype(np.float64)
    text = reading.text[counted]
    half = np.random.default_rng(params.seed).permutation(len(found.usable))[text] % 2
    if not 0 < hit.sum() < len(hit) or not (hit[half == 0].any() and hit[half == 1].any()):
        why = "Both halves of the texts need tokens that are new, and tokens that are not."
        return Measures(
            {"bits_saved": Number(np.nan, reason=why), "bias": Number(np.nan, reason=why)}, remarks=found.remarks
        )
    biases = [fitted_bias(new[half == side], hit[half == side]) for side in (0, 1)]
    bias = np.where(half == 0, biases[1], biases[0])  # fitted on the half that a token is not in
    saved = hit * bias - np.log1p(new * np.expm1(bias))
    n_texts = len(found.usable)
    quantities = np.array([np.bincount(text, saved, n_texts), reading.text_bytes], np.float64)
    whole = next(iter(cells(subject.reference.texts, found.usable)))
    number = figures(whole, quantities, [quotient(0, 1, LN2)], params.seed)[0]
    mean = float(np.mean(biases))
    table = Table({"half": ("first", "second"), "bias_nats": np.array(biases)})
    headline = {"bits_saved": number, "bias": Number(mean, reason="No interval: the mean of two fits.")}
    return Measures(headline, {"halves": table}, remarks=found.remarks)


def fitted_bias(new: Floats, hit: Floats) -> float:
    """The bias b of new tokens' logits that makes what came most probable, in nats.

    With p the probability of all new tokens, a bias b changes a token's log-probability by
    b·[new] − log(1 − p + p·e^b), which is concave in b: Newton's method, each step at most 2.

    Args:
        new: probability predicted for all new tokens, (P,).
        hit: 1 where the token that came is new, (P,).

    >>> round(fitted_bias(np.full(4, 0.5), np.array([1.0, 0.0, 0.0, 0.0])), 6) == round(float(np.log(1 / 3)), 6)
    True
    """
    bias = 0.0
    for _ in range(STEPS):
        odds = new * np.exp(bias)
        now = odds / (1 - new + odds)
        slope, bend = float((hit - now).sum()), float((now * (1 - now)).sum())
        step = float(np.clip(slope / max(bend, 1e-12), -2.0, 2.0))
        bias += step
        if abs(step) < 1e-10:
            break
    return bias


EVALUATOR = Evaluator(
    key="head_calibration",
    label="Calibration of new tokens",
    definition=(
        "What one number would mend: the same bias added to the logits of all new tokens, chosen on one half of the "
        "texts and measured on the other, both ways. A large saving says that the new output rows are too loud or too "
        "quiet as a whole, and that the rest of the loss lies elsewhere."
    ),
    numbers=(
        Definition(
            "bits_saved",
            "Saved by one bias",
            "bits/byte",
            "",
            "Bits per byte that the bias saves on texts it was not fitted on.",
        ),
        Definition(
            "bias", "Best bias", "nats", "", "Mean of the two fits; negative where new tokens are predicted too much."
        ),
    ),
    cost="nothing beyond bits per byte",
    evaluate=evaluate,
    quick=True,
)
