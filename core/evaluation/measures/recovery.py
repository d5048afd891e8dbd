"""How fast a short continued training heals the transplant."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.common.definitions import Definition
from core.common.params import Param, Params
from core.evaluation.base import EvalText, Evaluator, Subject
from core.evaluation.needs import TRAINING_TEXT
from core.evaluation.passes.likelihood import LN2, Likelihood
from core.evaluation.passes.tuning import Phase, Trained, tunable, tune
from core.evaluation.results import Measures, Table
from core.models.language_model import LanguageModel
from core.models.score import score
from core.stats.number import Number
from core.stats.ratio_t_test import quantile

PARAMS = (
    Param(
        key="trains",
        label="First train",
        default="embeddings",
        help="Which weights move first.",
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


def evaluate(subject: Subject, params: Params) -> Measures:
    """Bits per byte on held-out text against bytes of training, for several seeds."""
    if not Likelihood(subject).usable.any():
        why = "No text here is read exactly by every model, so no loss can be followed."
        return Measures({d.key: Number(np.nan, reason=why) for d in EVALUATOR.numbers})
    training, chosen, remark = _split(subject, params)
    texts = subject.reference.only(chosen)
    phases = [_phase(params, "trains", "steps")]
    if params.whole("then_steps"):
        phases.append(_phase(params, "then_trains", "then_steps"))
    rows: list[tuple[int, int, str, int, float]] = []
    for n in range(params.whole("seeds")):
        rows += _run(subject, training, texts, phases, params, params.seed + n)
    table = Table(
        {
            "seed": np.array([row[0] for row in rows]),
            "step": np.array([row[1] for row in rows]),
            "trained": tuple(row[2] for row in rows),
            "bytes_seen": np.array([row[3] for row in rows]),
            "bits_per_byte": np.array([row[4] for row in rows]),
        }
    )
    target = np.nan
    if subject.reference.original is not None:
        before = subject.reference.original_reading
        target = float(before.text_nats[chosen].sum() / before.text_bytes[chosen].sum() / LN2)
    headline = _headline(table, target)
    facts = {
        "n_training_texts": len(training),
        "n_texts": int(chosen.sum()),
        "steps": table.numbers("step").max().item(),
    }
    if np.isfinite(target):
        facts["original_bits_per_byte"] = target
    return Measures(headline, {"curve": table}, facts, remark)


def _phase(params: Params, trains: str, steps: str) -> Phase:
    trained: Trained = params.word(trains)  # type: ignore[assignment]  # one of the choices declared above
    rate = params.number("rate")
    return Phase(trained, params.whole(steps), rate / 10 if trained == "everything" else rate)


def _split(subject: Subject, params: Params) -> tuple[list[str], NDArray[np.bool_], tuple[str, ...]]:
    """Texts to train on, and which to measure on; half and half where no training text was given."""
    reference = subject.reference
    usable = Likelihood(subject).usable
    if reference.training:
        return [t.text for t in reference.training], reference.sample(params.whole("bytes"), usable), ()
    half = np.zeros(len(usable), np.bool_)
    for group in _by_language(reference.texts):
        half[np.random.default_rng(params.seed).permutation(group)[::2]] = True
    training = [t.text for t, trains in zip(reference.texts, half.tolist(), strict=True) if trains]
    remark = "No training text was given: half of the texts of each language were trained on, and the others measured."
    rest = usable & ~half
    return training, reference.sample(params.whole("bytes"), rest if rest.any() else usable), (remark,)


def _by_language(texts: tuple[EvalText, ...]) -> list[NDArray[np.intp]]:
    languages = np.array([t.language for t in texts])
    return [np.flatnonzero(languages == code) for code in dict.fromkeys(languages.tolist())]


def _run(
    subject: Subject, training: list[str], texts: list[str], phases: list[Phase], params: Params, seed: int
) -> list[tuple[int, int, str, int, float]]:
    model, rows = tunable(subject.model), list[tuple[int, int, str, int, float]]()
    done, batch = 0, params.whole("batch_bytes")
    total = sum(phase.steps for phase in phases)
    measured = set(np.linspace(0, total, params.whole("points") + 1).round().astype(int).tolist())
    measured |= {phases[0].steps, total}
    rows.append((seed, 0, "nothing", 0, _bits(model, subject, texts)))
    for phase in phases:

        def after(step: int, phase: Phase = phase, done: int = done) -> None:
            if done + step in measured:
                rows.append((seed, done + step, phase.trains, (done + step) * batch, _bits(model, subject, texts)))

        tune(model, subject.groups, training, phase, batch, seed + done, after)
        done += phase.steps
    return rows


def _bits(model: LanguageModel, subject: Subject, texts: list[str]) -> float:
    cut = subject.reading.scores
    fresh = replace(model)  # nothing derived from the weights before is kept
    found = score(fresh, texts, window_bytes=cut.window_bytes, stride_bytes=cut.stride_bytes)
    nats = sum(float(np.nansum(t.nats)) for t in found.texts)
    unscored = sum(int(t.ends[0]) for t in found.texts if len(t.nats) and np.isnan(t.nats[0]))
    return nats / LN2 / (found.n_bytes - unscored)


def _headline(table: Table, target: float) -> dict[str, Number]:
    seeds = table.numbers("seed")
    curves = [np.flatnonzero(seeds == seed) for seed in dict.fromkeys(seeds.tolist())]
    seen, bits = table.numbers("bytes_seen"), table.numbers("bits_per_byte")
    last = [float(bits[rows[-1]]) for rows in curves]
    without = Number(np.nan, reason="There is no original to compare with.")
    found = {
        "bits_per_byte_after": _over_seeds(last),
        "area": without,
        "bytes_to_parity": without,
        "recovered": without,
    }
    if np.isfinite(target):
        areas = [float(np.trapezoid(bits[rows] - target, seen[rows]) / seen[rows][-1]) for rows in curves]
        found["area"] = _over_seeds(areas)
        found["bytes_to_parity"] = _parity([_crossing(seen[rows], bits[rows], target) for rows in curves])
        lost = [float(bits[rows[0]] - target) for rows in curves]
        found["recovered"] = Number(np.nan, reason="The transplant lost no bits, so there is nothing to recover.")
        if min(lost) > 0:
            found["recovered"] = _over_seeds([1 - (end - target) / gap for end, gap in zip(last, lost, strict=True)])
    return found


def _crossing(seen: NDArray[np.int64], bits: NDArray[np.float64], target: float) -> float:
    """Bytes at which a curve first reaches the target, by straight lines between points; NaN if it does not."""
    reached = np.flatnonzero(bits <= target)
    if not len(reached):
        return np.nan
    k = int(reached[0])
    if not k:
        return 0.0
    part = (bits[k - 1] - target) / (bits[k - 1] - bits[k])
    return float(seen[k - 1] + part * (seen[k] - seen[k - 1]))


def _parity(bytes_needed: list[float]) -> Number:
    missed = int(np.isnan(bytes_needed).sum())
    if missed:
        return Number(np.nan, reason=f"{missed} of {len(bytes_needed)} runs did not reach the original.")
    return _over_seeds(bytes_needed)


def _over_seeds(values: list[float]) -> Number:
    """The mean over seeds, with Student's 95 % interval."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return Number(mean, reason="An interval needs two seeds at least.")
    reach = quantile(0.95, len(values) - 1) * float(np.std(values, ddof=1)) / float(np.sqrt(len(values)))
    return Number(mean, mean - reach, mean + reach)


EVALUATOR = Evaluator(
    key="recovery",
    label="Recovery",
    definition=(
        "Bits per byte on held-out text against bytes of continued training: first the new rows or both matrices, "
        "then everything or low-rank adapters, all methods on the same text in steps of equal bytes. The area is the "
        "mean of what is lost beyond the original over the whole training. Loss before training ranks methods badly; "
        "some fifty steps rank them well."
    ),
    source="Beyond Initialization Loss, arXiv 2608.03494",
    numbers=(
        Definition(
            "area", "Area under the curve", "bits/byte", "lower", "Mean loss beyond the original's, over the training."
        ),
        Definition("bits_per_byte_after", "Bits per byte after", "bits/byte", "lower", "At the end of the training."),
        Definition("recovered", "Recovered", "", "higher", "Share of the bits lost that the training wins back."),
        Definition(
            "bytes_to_parity",
            "Bytes to parity",
            "bytes",
            "lower",
            "Training text until the original's loss is reached.",
        ),
    ),
    cost="a float32 copy of the model and about 100 kB of training per seed: minutes on a CPU even for small models",
    passes=20.0,
    evaluate=evaluate,
    needs=(TRAINING_TEXT,),
    params=PARAMS,
)
