"""A model under a short training, followed by its bits per byte on text held out; what is asked of such a training."""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.common.numbers import count
from core.common.params import Param, Params
from core.evaluation.base import Reference
from core.evaluation.passes.held_out import HeldOut
from core.evaluation.passes.likelihood import LN2
from core.evaluation.passes.reading import Group
from core.evaluation.passes.tuning import Loss, Phase, Trained, tunable, tune
from core.models.language_model import LanguageModel
from core.models.score import score, usual_window
from core.stats.number import Number
from core.stats.ratio_t_test import quantile
from core.text.schedule import schedule

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
class TextBits:
    """What the texts held out cost a model.

    Args:
        bits: of each text, 0 where it is not held out, float64 (N,).
        n_bytes: of each text, without those of a first token that has no probability, float64 (N,).
    """

    bits: NDArray[np.float64]
    n_bytes: NDArray[np.float64]

    @property
    def per_byte(self) -> float:
        """Of all texts together."""
        return float(self.bits.sum() / self.n_bytes.sum())


@dataclass(frozen=True, eq=False)
class Curve:
    """Bits per byte of one model under training.

    Args:
        trained: what moved before each point.
        steps: done at each point, int (P,).
        bytes_seen: read by then, int (P,).
        texts: held out, at each point (P).
    """

    trained: tuple[str, ...]
    steps: NDArray[np.int64]
    bytes_seen: NDArray[np.int64]
    texts: tuple[TextBits, ...]

    @property
    def bits(self) -> NDArray[np.float64]:
        """Per byte of the texts held out, float64 (P,)."""
        return np.array([one.per_byte for one in self.texts])


def refuse_short(split: HeldOut, params: Params, *, halved: bool) -> None:
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


@dataclass(frozen=True, eq=False)
class Trainee:
    """A model to be trained again and again from the same beginning.

    Args:
        model: stays as it is; copies of it are trained.
        groups: `Group` of each row.
        reference: what it is held against.
        split: texts to train on, and to follow it by.
    """

    model: LanguageModel
    groups: NDArray[np.uint8]
    reference: Reference
    split: HeldOut

    @cached_property
    def before(self) -> TextBits:
        """What the texts held out cost it before any training, in the format in which it is trained."""
        return self._measured(tunable(self.model))

    def curve(self, params: Params, seed: int, loss: Loss | None = None) -> Curve:
        """A copy, trained and followed.

        Args:
            loss: as in `core.evaluation.passes.tuning.tune`.
        """
        phases = _phases(params, self.groups)
        total = sum(phase.steps for phase in phases)
        batches = schedule(self.split.training, total, params.whole("batch_bytes"), self._window, seed)
        seen = [0, *accumulate(sum(len(text.encode()) for text in batch) for batch in batches)]
        measured = {phases[0].steps, total}
        measured |= set(np.linspace(0, total, params.whole("points") + 1).round().astype(int).tolist())
        points = [("nothing", 0, self.before)]
        copy, done = tunable(self.model), 0
        for phase in phases:

            def after(step: int, phase: Phase = phase, done: int = done) -> None:
                if done + step in measured:
                    points.append((phase.trains, done + step, self._measured(copy)))

            tune(copy, self.groups, phase, batches[done : done + phase.steps], seed + done, after, loss)
            done += phase.steps
        trained, steps, texts = zip(*points, strict=True)
        return Curve(trained, np.array(steps), np.array([seen[step] for step in steps]), texts)

    @property
    def _window(self) -> int:
        """Bytes that every model here can look back on, so that all are trained and measured on the same stretches."""
        reference = self.reference
        known = [m for m in (self.model, reference.original, reference.donor) if m is not None]
        return reference.window_bytes or usual_window(*known)

    def _measured(self, model: LanguageModel) -> TextBits:
        fresh = replace(model)  # nothing derived from the weights before is kept
        texts = self.reference.only(self.split.measured)
        found = score(fresh, texts, window_bytes=self._window)
        unscored = [int(t.ends[0]) if len(t.nats) and np.isnan(t.nats[0]) else 0 for t in found.texts]
        n_bytes = np.array([len(text.encode()) for text in texts], np.float64) - unscored
        return TextBits(np.array([float(np.nansum(t.nats)) for t in found.texts]) / LN2, n_bytes)


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


def over_seeds(values: list[float]) -> Number:
    """The mean over seeds, with Student's 95 % interval."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return Number(mean, reason="An interval needs two seeds at least.")
    reach = float(quantile(0.95, len(values) - 1)) * float(np.std(values, ddof=1)) / float(np.sqrt(len(values)))
    return Number(mean, mean - reach, mean + reach)


_AS_READING = 3  # times: a step goes through the model forwards and backwards


def bytes_read(params: Params, n_bytes: int) -> float:
    trained = (params.whole("steps") + params.whole("then_steps")) * params.whole("batch_bytes")
    points = params.whole("points") + min(1, params.whole("then_steps"))
    measured = min(params.whole("bytes"), n_bytes)
    return params.whole("seeds") * float(_AS_READING * trained + points * measured) + measured
