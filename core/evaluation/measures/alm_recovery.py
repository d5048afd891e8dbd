"""Training that distils the model before into the model after, beside plain training on the same bytes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.common.definitions import Definition
from core.common.params import Param, Params
from core.evaluation.base import Evaluator, Subject
from core.evaluation.needs import METHOD, NO_CONTROL, TRAINING_TEXT
from core.evaluation.passes.cells import cells, figures, minus, quotient
from core.evaluation.passes.chunk_likelihood import TEMPERATURE, likelihood_matching
from core.evaluation.passes.columns import cell_table
from core.evaluation.passes.held_out import held_out
from core.evaluation.passes.likelihood import Likelihood
from core.evaluation.passes.recovery_curve import PARAMS, Curve, Trainee, bytes_read, over_seeds, refuse_short
from core.evaluation.passes.tuning import Loss
from core.evaluation.results import Measures, Table
from core.stats.number import Number

_STEPS = ("steps", "then_steps")
_TEMPERATURE = Param(
    key="temperature",
    label="Temperature",
    default=TEMPERATURE,
    help="The higher, the more chunks of low probability count. Published: 100.",
    low=1.0,
    high=10_000.0,
)


def evaluate(subject: Subject, params: Params) -> Measures:
    """Bits per byte on held-out text after each training, seed by seed on the same bytes in the same order."""
    usable = Likelihood(subject).usable
    if not usable.any():
        why = "No text here is read exactly by every model, so no loss can be followed."
        return Measures({d.key: Number(np.nan, reason=why) for d in EVALUATOR.numbers})
    split = held_out(subject.reference, usable, params.whole("bytes"), params.seed)
    refuse_short(split, params, halved=not subject.reference.training)
    seeds = range(params.seed, params.seed + params.whole("seeds"))
    trainee = Trainee(subject.model, subject.groups, subject.reference, split)
    loss = likelihood_matching(subject.original, params.number("temperature"))
    shorter = replace(params, values={**params.values, **{key: in_equal_time(params.whole(key)) for key in _STEPS}})

    def trained(given: Params, by: Loss | None) -> list[Curve]:
        return [trainee.curve(given, seed, by) for seed in seeds]

    plain, distilled, sooner = trained(params, None), trained(params, loss), trained(shorter, loss)
    ends = np.array([[one.bits[-1] for one in several] for several in (plain, distilled, sooner)])
    table = Table(
        {
            "seed": np.repeat(np.array(seeds), len(plain[0].bits)),
            "step": np.concatenate([one.steps for one in plain]),
            "trained": tuple(word for one in plain for word in one.trained),
            "bytes_seen": np.concatenate([one.bytes_seen for one in plain]),
            "plain_bits_per_byte": np.concatenate([one.bits for one in plain]),
            "alm_bits_per_byte": np.concatenate([one.bits for one in distilled]),
        }
    )
    numbers = {
        "alm_bits_per_byte": over_seeds(ends[1].tolist()),
        "plain_bits_per_byte": over_seeds(ends[0].tolist()),
        "beyond_plain": over_seeds((ends[1] - ends[0]).tolist()),
        "beyond_plain_in_time": over_seeds((ends[2] - ends[0]).tolist()),
    }
    facts = {"bytes_read": int(plain[0].bytes_seen[-1]), "training_bytes": split.n_training_bytes}
    tables = {"curve": table, "cells": _by_language(subject, trainee, (plain, distilled, sooner), params.seed)}
    return Measures(numbers, tables, facts, split.remarks)


def _by_language(subject: Subject, trainee: Trainee, ends: Sequence[Sequence[Curve]], seed: int) -> Table:
    """Bits per byte before and after each training, the mean over seeds, and how far they are apart.

    Intervals are those over texts: what other texts to measure on would have come to, with these trainings.
    """
    rows = [cell for cell in cells(subject.reference.texts, trainee.split.measured) if len(cell.texts)]
    means = [np.mean([one.texts[-1].bits for one in several], 0) for several in ends]
    quantities = np.array([trainee.before.bits, *means, trainee.before.n_bytes])
    before, plain, alm, sooner = (quotient(at, -1) for at in range(len(quantities) - 1))
    ratios = {
        "before_bits_per_byte": before,
        "plain_bits_per_byte": plain,
        "alm_bits_per_byte": alm,
        "alm_in_time_bits_per_byte": sooner,
        "plain_beyond_before": minus(plain, before),
        "alm_beyond_before": minus(alm, before),
        "beyond_plain": minus(alm, plain),
        "beyond_plain_in_time": minus(sooner, plain),
    }
    found = [figures(cell, quantities, list(ratios.values()), seed) for cell in rows]
    return cell_table(rows, {key: [row[n] for row in found] for n, key in enumerate(ratios)})


def in_equal_time(steps: int) -> int:
    """Steps of matching that take as long as so many plain ones.

    A plain one goes forwards and, twice as long, backwards; the model before goes forwards besides.

    >>> in_equal_time(40), in_equal_time(1), in_equal_time(0)
    (30, 1, 0)
    """
    return max(min(1, steps), round(3 / 4 * steps))


def _bytes_read(params: Params, n_bytes: int) -> float:
    """Three trainings, of which two are read by the model before as well, one of them with fewer steps."""
    return 10 / 3 * bytes_read(params, n_bytes)


EVALUATOR = Evaluator(
    key="alm_recovery",
    label="Recovery by likelihood matching",
    definition=(
        "The transplant is trained to give stretches of text, cut where a token ends in both tokenizers, the "
        "probability that the model before gave them: the binary divergence at a temperature. Beside it, the same "
        "transplant is trained plainly on the next token, on the same bytes in the same order. Published corrections "
        "for what ends a stretch are left out. A step takes about a third more time than a plain one, since the model "
        "before reads too; so it is also trained with three quarters of the steps."
    ),
    source="Minixhofer, Ponti and Vulić 2025, Approximate Likelihood Matching",
    numbers=(
        Definition("alm_bits_per_byte", "Bits per byte after matching", "bits/byte", "lower", "On held-out text."),
        Definition("plain_bits_per_byte", "After plain training", "bits/byte", "lower", "On the same bytes."),
        Definition(
            "beyond_plain",
            "Beyond plain training",
            "bits/byte",
            "lower",
            "Bits per byte after matching beyond those after plain training, seed by seed; below zero matching wins.",
        ),
        Definition(
            "beyond_plain_in_time",
            "The same in equal time",
            "bits/byte",
            "lower",
            "With three quarters of the steps, which take as long as all plain ones.",
        ),
    ),
    cost="three trainings per seed; in two of them the model before reads all that is trained on as well",
    evaluate=evaluate,
    own_bytes=_bytes_read,
    needs=(METHOD, NO_CONTROL, TRAINING_TEXT),
    params=(*PARAMS, _TEMPERATURE),
    copies=4,
)
