"""How fast a short continued training heals the transplant, beside the original that is trained on the same text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from core.common.definitions import Definition
from core.common.errors import UserError
from core.common.numbers import count
from core.common.params import Param, Params
from core.evaluation.base import Evaluator, Reference, Subject
from core.evaluation.needs import TRAINING_TEXT
from core.evaluation.passes.held_out import HeldOut, held_out
from core.evaluation.passes.likelihood import LN2, Likelihood
from core.evaluation.passes.reading import Group
from core.evaluation.passes.tuning import Phase, Trained, schedule, tunable, tune
from core.evaluation.results import Measures, Table
from core.models.language_model import LanguageModel
from core.models.score import score, usual_window
from core.stats.number import Number
from core.stats.ratio_t_test import quantile

PARAMS = (
    Param(
        key="trains",
        label="First train",
        default="embeddings",
        help="Which weights move first. The original has no new rows: both of its matrices move instead.",
        choices=("new rows", "embeddings"),
    ),
    Param(key="steps", label="Steps", default=40, help="Steps of the first training.", low=1, high=10_000),
    Param(
        key="then_steps",
        label="Then steps",
        default=10,
        help="Steps of the second training, which moves more weights; 0 for none.",
        low=0,
        high=10_000,
    ),
    Param(
        key="then_trains",
        label="Then train",
        default="everything",
        help="Which weights move then: all, or both matrices and adapters of rank 8 on all other layers (LoRA).",
        choices=("everything", "adapters"),
    ),
    Param(
        key="batch_bytes",
        label="Bytes per step",
        default=2_048,
        help="Text in a step, the same for every tokenizer.",
        low=64,
        high=1_000_000,
    ),
    Param(
        key="rate",
        label="Learning rate",
        default=0.003,
        help="Everything moves at a tenth of it, all else at this rate.",
        low=1e-6,
        high=1.0,
    ),
    Param(
        key="passes",
        label="Passes at most",
        default=1,
        help="How often a text may be read; beyond once, a model learns it by heart.",
        low=1,
        high=10_000,
    ),
    Param(key="seeds", label="Seeds", default=3, help="How often, with other text in other order.", low=1, high=20),
    Param(key="points", label="Points", default=5, help="How often the loss is measured on the way.", low=1, high=100),
    Param(
        key="bytes",
        label="Bytes to measure on",
        default=8_000,
        help="Text on which each point is measured.",
        low=100,
        high=10_000_000,
    ),
)


@dataclass(frozen=True, eq=False)
class Curve:
    """Bits per byte of one model under training.

    Args:
        trained: what moved before each point.
        steps: done at each point, int (P,).
        bytes_seen: read by then, int (P,).
        bits: per byte of the texts held out, float64 (P,).
    """

    trained: tuple[str, ...]
    steps: NDArray[np.int64]
    bytes_seen: NDArray[np.int64]
    bits: NDArray[np.float64]


def evaluate(subject: Subject, params: Params) -> Measures:
    """Bits per byte on held-out text against bytes of training, for several seeds, beside the original's."""
    usable = Likelihood(subject).usable
    if not usable.any():
        why = "No text here is read exactly by every model, so no loss can be followed."
        return Measures({d.key: Number(np.nan, reason=why) for d in EVALUATOR.numbers})
    split = held_out(subject.reference, usable, params.whole("bytes"), params.seed)
    _refuse_short(split, params, halved=not subject.reference.training)
    seeds = range(params.seed, params.seed + params.whole("seeds"))
    curves = [_trained(subject, split, params, seed) for seed in seeds]
    beside = [_original(subject, split, params, seed) for seed in seeds]
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


def _refuse_short(split: HeldOut, params: Params, *, halved: bool) -> None:
    """Do nothing if no text has to be read more often than it may.

    Raises:
        UserError: it would; says how much text it takes, or how little training.
    """
    steps, batch = params.whole("steps") + params.whole("then_steps"), params.whole("batch_bytes")
    there, passes = split.n_training_bytes, params.whole("passes")
    wanted, allowed = steps * batch, there * passes
    if wanted <= allowed:
        return
    missing = -(-wanted // passes) - there
    more = (
        f"{count(2 * missing)} bytes more, since half of the texts train" if halved else f"{count(missing)} bytes more"
    )
    settings = f"{count(steps)} steps of {count(batch)} bytes" if steps > 1 else f"a step of {count(batch)} bytes"
    often = f": they would be read {wanted / there:,.1f} times, and they may be read {_times(passes)}" if there else ""
    shorter = f", train on {count(allowed)} bytes at most (fewer steps, or fewer bytes per step)" if there else ""
    oftener = f", or allow {count(-(-wanted // there))} passes, by which models learn texts by heart" if there else ""
    raise UserError(
        f"Training takes {count(wanted)} bytes ({settings}), and {count(there)} bytes are there beside those that are "
        f"measured{often}. Give text of {more}{shorter}{oftener}."
    )


def _times(n: int) -> str:
    return "once" if n == 1 else f"{count(n)} times"


def _trained(subject: Subject, split: HeldOut, params: Params, seed: int) -> Curve:
    return _curve(subject.model, subject.groups, subject.reference, split, params, seed)


def _original(subject: Subject, split: HeldOut, params: Params, seed: int) -> Curve | None:
    """The original trained on the same bytes; once for all methods."""
    reference, original = subject.reference, subject.reference.original
    if original is None:
        return None
    asked = ("recovery", tuple(sorted(params.values.items())), seed, split.measured.tobytes())
    return reference.once(asked, lambda: _trained(Subject(original, reference), split, params, seed))


def _curve(
    model: LanguageModel, groups: NDArray[np.uint8], reference: Reference, split: HeldOut, params: Params, seed: int
) -> Curve:
    phases, texts = _phases(params, groups), reference.only(split.measured)
    total = sum(phase.steps for phase in phases)
    window = _window(model, reference)
    batches = schedule(split.training, total, params.whole("batch_bytes"), window, seed)
    seen = [0, *accumulate(sum(len(text.encode()) for text in batch) for batch in batches)]
    measured = {0, phases[0].steps, total}
    measured |= set(np.linspace(0, total, params.whole("points") + 1).round().astype(int).tolist())
    copy, done = tunable(model), 0
    points = [("nothing", 0, _bits(copy, texts, window))]
    for phase in phases:

        def after(step: int, phase: Phase = phase, done: int = done) -> None:
            if done + step in measured:
                points.append((phase.trains, done + step, _bits(copy, texts, window)))

        tune(copy, groups, phase, batches[done : done + phase.steps], seed + done, after)
        done += phase.steps
    trained, steps, bits = zip(*points, strict=True)
    return Curve(trained, np.array(steps), np.array([seen[step] for step in steps]), np.array(bits))


def _phases(params: Params, groups: NDArray[np.uint8]) -> list[Phase]:
    first = params.word("trains")
    if not (groups == Group.NEW).any() and first == "new rows":
        first = "embeddings"
    found = [_phase(params, first, "steps")]
    return [*found, _phase(params, params.word("then_trains"), "then_steps")] if params.whole("then_steps") else found


def _phase(params: Params, trains: str, steps: str) -> Phase:
    moved: Trained = trains  # type: ignore[assignment]  # one of the choices declared above
    rate = params.number("rate")
    return Phase(moved, params.whole(steps), rate / 10 if moved == "everything" else rate)


def _window(model: LanguageModel, reference: Reference) -> int:
    """Bytes that every model here can look back on, so that all are trained and measured on the same stretches."""
    known = [m for m in (model, reference.original, reference.donor) if m is not None]
    return reference.window_bytes or usual_window(*known)


def _bits(model: LanguageModel, texts: list[str], window_bytes: int) -> float:
    fresh = replace(model)  # nothing derived from the weights before is kept
    found = score(fresh, texts, window_bytes=window_bytes)
    nats = sum(float(np.nansum(t.nats)) for t in found.texts)
    unscored = sum(int(t.ends[0]) for t in found.texts if len(t.nats) and np.isnan(t.nats[0]))
    return nats / LN2 / (found.n_bytes - unscored)


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
    after = {"bits_per_byte_after": _over_seeds([float(curve.bits[-1]) for curve in curves])}
    pairs = [(curve, other) for curve, other in zip(curves, beside, strict=True) if other is not None]
    if not pairs:
        without = Number(np.nan, reason="There is no original to train beside it.")
        return dict.fromkeys(("gap", "area", "recovered", "bytes_to_parity"), without) | after
    gaps = [curve.bits - other.bits for curve, other in pairs]
    seen = [curve.bytes_seen.astype(np.float64) for curve, _ in pairs]
    areas = [float(np.trapezoid(gap, x) / x[-1]) for gap, x in zip(gaps, seen, strict=True)]
    return {
        "gap": _over_seeds([float(gap[-1]) for gap in gaps]),
        "area": _over_seeds(areas),
        "recovered": _recovered(gaps),
        "bytes_to_parity": _parity([_crossing(x, gap) for x, gap in zip(seen, gaps, strict=True)]),
        **after,
    }


def _recovered(gaps: Sequence[NDArray[np.float64]]) -> Number:
    if min(gap[0] for gap in gaps) <= 0:
        return Number(np.nan, reason="The transplant lost no bits, so there is nothing to recover.")
    return _over_seeds([float(1 - gap[-1] / gap[0]) for gap in gaps])


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
    return _over_seeds(bytes_needed)


def _over_seeds(values: list[float]) -> Number:
    """The mean over seeds, with Student's 95 % interval."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return Number(mean, reason="An interval needs two seeds at least.")
    reach = float(quantile(0.95, len(values) - 1)) * float(np.std(values, ddof=1)) / float(np.sqrt(len(values)))
    return Number(mean, mean - reach, mean + reach)


_AS_READING = 3  # times: a step goes through the model forwards and backwards


def _own_bytes(params: Params, n_bytes: int) -> float:
    trained = (params.whole("steps") + params.whole("then_steps")) * params.whole("batch_bytes")
    measured = (params.whole("points") + 2) * min(params.whole("bytes"), n_bytes)
    return params.whole("seeds") * float(_AS_READING * trained + measured)


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
    own_bytes=_own_bytes,
    needs=(TRAINING_TEXT,),
    params=PARAMS,
    copies=4,  # weights that move, their gradients, and two moments of each
)
