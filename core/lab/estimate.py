"""What a plan will take, before it runs: time and memory by stage, and what a shorter run would leave out.

Time is arithmetic: multiplications of each stage over the speed at which this machine multiplies matrices of the
model's shape, measured once in a tenth of a second, and what goes by the size of vocabularies. What methods take they
declare themselves (`core.transplants.work`), with values in the middle of those that hidden tokens may choose and with
the dearest. The constants were measured with SmolLM2-135M under Mistral v3's tokenizer and with the shipped models, on
one thread: the processor time of each stage came out within a factor of 1.5, as did the memory. Under those of Qwen3
and cl100k_base, to which nothing was fitted, whole comparisons took 1,825 and 1,595 s of processor time where 2,904 and
2,618 were foreseen, and 2.9 and 2.8 GB where 5.0 and 3.6 were.
"""

import time
from collections.abc import Mapping, Sequence
from functools import lru_cache

import torch

from core.evaluation.base import EVALUATORS
from core.evaluation.needs import METHOD, NO_CONTROL
from core.lab.foreseen import Estimate, EstimatedStage, Shorter
from core.lab.memory import TRAINED
from core.lab.participants import Participants, choice_label, chosen_evaluators, controls
from core.lab.plan import Choice
from core.models.language_model import LanguageModel
from core.models.memory import WORKSPACE_BYTES
from core.models.score import usual_batch, usual_window
from core.models.spread import is_spread
from core.tokenizers.matching import vocabulary_of
from core.transplants.base import METHODS
from core.transplants.work import TransplantSize, of_reading, tokens_read

GPU_FLOPS = 10e12  # what a data-centre GPU gives such models; not measured here, since a page must not claim one
LOAD_BYTES_PER_SECOND = 400e6
FETCHED_BYTES_PER_SECOND = 1e9  # of layers that wait in memory or on the disk
START_SECONDS = 6.0  # a process that imports torch and transformers, and opens tokenizers
_UNIT_SECONDS = 0.6  # numbers and intervals of one model
_ROW_SECONDS = 1e-4  # of a vocabulary, once: matched, classed, drawn; the original's twice, with its own and the new
_MEASURED_SECONDS = 0.1
_WORTH_SAYING = 0.25  # passes
_BASE_MB = 1_536  # of a limit: Python, torch and transformers themselves, and what reading texts keeps
_USUAL_BASE_MB = 480  # of what is resident
_LOADING = 2.3  # times its weights a model takes while it is loaded, read and dequantised beside each other
_READING_MB = 100
_METHOD_BYTES = 2**30  # `Problem.memory_bytes`
_ROW_COPIES = 6  # float32 copies of the matrices: base, donor, new ones, and their parts under way


def estimate(participants: Participants) -> Estimate:
    """What a plan will take; its participants may be outlines."""
    plan, speed = participants.plan, _speed(participants)
    besides = _passes_besides(participants)
    keys = [
        *plan.methods,
        *(Choice(key) for key in controls(participants.donor is not None) if Choice(key) not in plan.methods),
    ]
    models = [m for m in (participants.original, participants.donor) if m is not None]
    n_weights = sum(n for name, n in participants.needs.items() if name != TRAINED)
    stages = [EstimatedStage("Start and load", START_SECONDS + n_weights / LOAD_BYTES_PER_SECOND, n_weights)]
    stages += [
        EstimatedStage(
            f"Measure {m.name}",
            (1 + _besides(besides)) * _pass(m, participants, speed, m is participants.original)
            + _UNIT_SECONDS
            + _ROW_SECONDS * m.n_rows * (2 if m is participants.original else 1),
        )
        for m in models
    ]
    one_pass = _pass(participants.original, participants, speed, old=False)
    rows, size = _row_bytes(participants), size_of(participants)
    times_made = 1 + sum(EVALUATORS.get(key).remakes for key in besides)
    for n, choice in enumerate(keys):
        one = METHODS.get(choice.key)
        seconds = (1 + _besides(besides, choice)) * one_pass + _UNIT_SECONDS
        seconds += 0.0 if n else _ROW_SECONDS * len(vocabulary_of(participants.tokenizer))
        usual, most = (
            len(plan.seeds) * (seconds + times_made * one.work(size, choice.params, dearest=dearest).seconds_at(speed))
            for dearest in (False, True)
        )
        stages.append(EstimatedStage(choice_label(choice), usual, rows + _METHOD_BYTES, max(usual, most)))
    total = sum(stage.seconds for stage in stages)
    over = max(0.0, total - plan.budget_seconds) if plan.budget_seconds else 0.0
    saved = _shorter(participants, besides, stages, one_pass, keys)
    memory = expected_mb(participants), needed_mb(participants)
    return Estimate(tuple(stages), *memory, tuple(saved), over)


def _besides(passes: Mapping[str, float], choice: Choice | None = None) -> float:
    """Passes of the measures that are taken of what a method makes; without one, of the original or the donor."""
    lacks = METHOD if choice is None else NO_CONTROL if METHODS.get(choice.key).control else None
    return sum(n for key, n in passes.items() if lacks not in EVALUATORS.get(key).needs)


def _passes_besides(participants: Participants) -> dict[str, float]:
    """Of each measure by its key, beyond the pass that all share."""
    n_bytes = sum(len(t.text.encode()) for t in participants.texts.measured)
    chosen = chosen_evaluators(participants.plan)
    return {one.key: one.passes_over(n_bytes, choice.params) for one, choice in chosen}


def size_of(participants: Participants) -> TransplantSize:
    """What methods are asked for."""
    model, texts, plan = participants.original, participants.texts, participants.plan
    found = participants.match
    return TransplantSize(
        n_wanted=len(found.new_text),
        n_anchors=int(found.shared.sum()),
        n_old=model.n_rows,
        width=model.width,
        n_sides=1 if model.tied and not participants.unties else 2,
        text_bytes=sum(len(text.encode()) for text in texts.target(plan.old_language)),
        pair_bytes=sum(len((a + b).encode()) for a, b in texts.parallel(plan.old_language)),
        n_body=body_size(model),
        n_new=len(vocabulary_of(participants.tokenizer)),
        n_hypernetwork=participants.hypernetwork.n_parameters if participants.hypernetwork else 0,
        text_tokens=tokens_read(
            (model.tokenizer, participants.tokenizer),
            list(dict.fromkeys([*texts.source(plan.old_language), *texts.target(plan.old_language)])),
        ),
    )


def expected_mb(participants: Participants) -> int:
    """Memory that a process which runs the plan holds at most, in megabytes, as it was seen to."""
    weights = sum(participants.needs.values())
    held = weights + _ROW_COPIES * _row_bytes(participants) + _READING_MB * 2**20
    return round(_USUAL_BASE_MB + max(_LOADING * weights, held) / 2**20)


def needed_mb(participants: Participants) -> int:
    """Memory that such a process may take, in megabytes, rounded up to half a gigabyte: room for any method."""
    needed = participants.needs
    copies = needed.pop(TRAINED, 0)
    method_bytes = min(_METHOD_BYTES, 16 * _row_bytes(participants))
    rows = _ROW_COPIES * _row_bytes(participants) + method_bytes
    megabytes = _BASE_MB + (1.3 * sum(needed.values()) + copies + rows + WORKSPACE_BYTES) / 2**20
    return int(-(-megabytes // 512) * 512)


def _row_bytes(participants: Participants) -> float:
    """Of the larger of the old and the new matrices in float32."""
    n_rows = max(participants.original.n_rows, len(vocabulary_of(participants.tokenizer)))
    untied = not participants.original.tied or participants.unties
    return n_rows * participants.original.width * 4.0 * (2 if untied else 1)


def _pass(model: LanguageModel, participants: Participants, speed: float, old: bool) -> float:
    """Seconds of reading all texts once at so many multiplications and additions a second."""
    tokenizer = participants.original.tokenizer if old else participants.tokenizer
    texts = [t.text for t in participants.texts.measured]
    counts = tokenizer.count(texts).tokens
    window = usual_window(*(m for m in (participants.original, participants.donor) if m is not None))
    twice = sum(int(n) for n, text in zip(counts, texts, strict=True) if len(text.encode()) > window)
    rows = model.n_rows if old or model is participants.donor else len(vocabulary_of(participants.tokenizer))
    n_tokens = int(counts.sum()) + twice
    fetched = model.placement.bytes_fetched if model.placement else 0
    fetching = fetched / FETCHED_BYTES_PER_SECOND * -(-n_tokens // usual_batch(model))
    return n_tokens * of_reading(body_size(model), rows, model.width) / speed + fetching


def body_size(model: LanguageModel) -> int:
    """Parameters of a model beside its matrices."""
    return model.n_parameters - model.n_rows * model.width * (1 if model.tied else 2)


def _shorter(
    participants: Participants,
    besides: Mapping[str, float],
    stages: Sequence[EstimatedStage],
    one_pass: float,
    methods: Sequence[Choice],
) -> list[Shorter]:
    plan, found = participants.plan, list[Shorter]()
    reading = sum(stage.seconds for stage in stages[1:])
    for key, passes in besides.items():
        if passes >= _WORTH_SAYING:
            one, only = EVALUATORS.get(key), {key: passes}
            taken = len(plan.seeds) * sum(_besides(only, choice) for choice in methods)
            taken += (2 if participants.donor else 1) * _besides(only)
            saved = taken * one_pass
            found.append(Shorter(f"Without {one.label.lower()}", one.definition, saved))
    if len(participants.texts.measured) >= 40:
        found.append(Shorter("Half the sentences", "Intervals become about 1.4 times as wide.", reading / 2))
    languages = {t.language for t in participants.texts.measured}
    if len(languages) > 3:
        found.append(
            Shorter(
                f"3 instead of {len(languages)} languages",
                "Methods that suit one script and fail another no longer show.",
                reading * (1 - 3 / len(languages)),
            )
        )
    if len(plan.seeds) > 1:
        saved = sum(stage.seconds for stage in stages[1 + (2 if participants.donor else 1) :]) * (
            1 - 1 / len(plan.seeds)
        )
        found.append(Shorter("One seed", "How much chance decides no longer shows.", saved))
    dearest = max(stages[1 + (2 if participants.donor else 1) :], key=lambda stage: stage.seconds, default=None)
    if dearest is not None and len(plan.methods) > 1:
        found.append(Shorter(f"Without {dearest.name}", "One method fewer to compare.", dearest.seconds))
    return sorted((each for each in found if each.seconds >= 0.5), key=lambda each: -each.seconds)


def _speed(participants: Participants) -> float:
    device = participants.plan.device
    if device.startswith("cuda") or ((device == "auto" or is_spread(device)) and torch.cuda.is_available()):
        return GPU_FLOPS
    return cpu_flops(participants.original.width)


@lru_cache(maxsize=8)
def cpu_flops(width: int) -> float:
    """Multiplications and additions per second of this machine, all processors together, for matrices this wide.

    Told from the processor time of one of them: what else runs now will have ended when the job runs.
    """
    left, right = torch.rand(256, width), torch.rand(width, 1024)
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        best, until = _timed(left, right), time.thread_time() + _MEASURED_SECONDS
        while time.thread_time() < until:
            best = min(best, _timed(left, right))
    finally:
        torch.set_num_threads(n_threads)
    return n_threads * 2.0 * left.numel() * right.shape[1] / best


def _timed(left: torch.Tensor, right: torch.Tensor) -> float:
    start = time.thread_time()
    left @ right
    return max(time.thread_time() - start, 1e-6)
