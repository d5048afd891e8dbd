"""How fast a short continued training heals the transplant, beside the original that is trained on the same text."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.common.definitions import Definition
from core.common.params import Params
from core.evaluation.base import Evaluator, Reference, Subject, row_groups
from core.evaluation.needs import TRAINING_TEXT
from core.evaluation.passes.held_out import HeldOut, held_out
from core.evaluation.passes.likelihood import Likelihood
from core.evaluation.passes.recovery_curve import PARAMS, Curve, Trainee, bytes_read, over_seeds, refuse_short
from core.evaluation.results import Measures, Table
from core.stats.number import Number


def evaluate(subject: Subject, params: Params) -> Measures:
    """Bits per byte on held-out text against bytes of training, for several seeds, beside the original's."""
    usable = Likelihood(subject).usable
    if not usable.any():
        why = "No text here is read exactly by every model, so no loss can be followed."
        return Measures({d.key: Number(np.nan, reason=why) for d in EVALUATOR.numbers})
    split = held_out(subject.reference, usable, params.whole("bytes"), params.seed)
    refuse_short(split, params, halved=not subject.reference.training)
    seeds = range(params.seed, params.seed + params.whole("seeds"))
    trainee = Trainee(subject.model, subject.groups, subject.reference, split)
    curves = [trainee.curve(params, seed) for seed in seeds]
    beside = [_original(subject.reference, split, params, seed) for seed in seeds]
    read = int(curves[0].bytes_seen[-1])
    facts = {
        "n_training_texts": len(split.training),
        "n_texts": int(split.measured.sum()),
        "steps": int(curves[0].steps[-1]),
        "training_bytes": split.n_training_bytes,
        "bytes_read": read,
        "passes": read / split.n_training_bytes,
    }
    return Measures(_headline(curves, beside), {"curve": _table(seeds, curves, beside)}, facts, split.remarks)


def _original(reference: Reference, split: HeldOut, params: Params, seed: int) -> Curve | None:
    """The original trained on the same bytes; once for all methods."""
    original = reference.original
    if original is None:
        return None
    begun = ("recovery", split.measured.tobytes())
    trainee = reference.once(begun, lambda: Trainee(original, row_groups(original), reference, split))
    asked = (*begun, tuple(sorted(params.values.items())), seed)
    return reference.once(asked, lambda: trainee.curve(params, seed))


def _table(seeds: Sequence[int], curves: Sequence[Curve], beside: Sequence[Curve | None]) -> Table:
    """A row per seed and point."""
    without = np.full(len(curves[0].bits), np.nan)
    return Table(
        {
            "seed": np.repeat(np.array(seeds), len(without)),
            "step": np.concatenate([c.steps for c in curves]),
            "trained": tuple(word for c in curves for word in c.trained),
            "bytes_seen": np.concatenate([c.bytes_seen for c in curves]),
            "bits_per_byte": np.concatenate([c.bits for c in curves]),
            "original_bits_per_byte": np.concatenate([without if c is None else c.bits for c in beside]),
        }
    )


def _headline(curves: Sequence[Curve], beside: Sequence[Curve | None]) -> dict[str, Number]:
    after = {"bits_per_byte_after": over_seeds([float(curve.bits[-1]) for curve in curves])}
    pairs = [(curve, other) for curve, other in zip(curves, beside, strict=True) if other is not None]
    if not pairs:
        without = Number(np.nan, reason="There is no original to train beside it.")
        return dict.fromkeys(("gap", "area", "recovered", "bytes_to_parity"), without) | after
    gaps = [curve.bits - other.bits for curve, other in pairs]
    seen = [curve.bytes_seen.astype(np.float64) for curve, _ in pairs]
    areas = [float(np.trapezoid(gap, x) / x[-1]) for gap, x in zip(gaps, seen, strict=True)]
    return {
        "gap": over_seeds([float(gap[-1]) for gap in gaps]),
        "area": over_seeds(areas),
        "recovered": _recovered(gaps),
        "bytes_to_parity": _parity([_crossing(x, gap) for x, gap in zip(seen, gaps, strict=True)]),
        **after,
    }


def _recovered(gaps: Sequence[NDArray[np.float64]]) -> Number:
    if min(gap[0] for gap in gaps) <= 0:
        return Number(np.nan, reason="The transplant lost no bits, so there is nothing to recover.")
    return over_seeds([float(1 - gap[-1] / gap[0]) for gap in gaps])


def _crossing(seen: NDArray[np.float64], gap: NDArray[np.float64]) -> float:
    """Bytes at which a curve first reaches the original's, by straight lines between points; NaN if it does not."""
    reached = np.flatnonzero(gap <= 0)
    if not len(reached):
        return np.nan
    k = int(reached[0])
    if not k:
        return 0.0
    part = gap[k - 1] / (gap[k - 1] - gap[k])
    return float(seen[k - 1] + part * (seen[k] - seen[k - 1]))


def _parity(bytes_needed: list[float]) -> Number:
    missed = int(np.isnan(bytes_needed).sum())
    if missed:
        return Number(
            np.nan,
            reason=f"{missed} of {len(bytes_needed)} runs did not reach the original that was trained beside them.",
        )
    return over_seeds(bytes_needed)


EVALUATOR = Evaluator(
    key="recovery",
    label="Recovery",
    definition=(
        "Bits per byte on held-out text against bytes of continued training, beyond those of the original, which is "
        "trained on the same bytes in the same order: what text alone teaches counts for neither. First the new rows "
        "or both matrices move, then everything or low-rank adapters. No text is read twice unless asked. Loss before "
        "training ranks methods badly; some fifty steps rank them well."
    ),
    source="Beyond Initialization Loss, arXiv 2608.03494",
    numbers=(
        Definition(
            "gap",
            "Gap after training",
            "bits/byte",
            "lower",
            "Bits per byte beyond those of the original after the same training.",
        ),
        Definition("area", "Area under the gap", "bits/byte", "lower", "Mean of the gap over the training."),
        Definition("bits_per_byte_after", "Bits per byte after", "bits/byte", "lower", "At the end of the training."),
        Definition("recovered", "Recovered", "", "higher", "Share of the gap that the training closes."),
        Definition(
            "bytes_to_parity",
            "Bytes to parity",
            "bytes",
            "lower",
            "Training text until it reads as the original does after as much.",
        ),
    ),
    cost=(
        "float32 copies of the model and of the original, and about 100 kB of training of each per seed: minutes on a "
        "CPU even for small models"
    ),
    evaluate=evaluate,
    own_bytes=bytes_read,
    needs=(TRAINING_TEXT,),
    params=PARAMS,
    copies=4,  # weights that move, their gradients, and two moments of each
)
