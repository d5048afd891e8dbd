"""What runs on a GPU comes to what a CPU comes to: transplants, measures, training and probes of the shipped models.

Without a CUDA device only the benchmark runs, small.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import isclose, isnan
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import gpu
from core.evaluation.base import EVALUATORS, subject
from core.lab.example import lecture_plan
from core.lab.outcome import Outcome
from core.lab.participants import Participants, opened
from core.lab.plan import Choice, Plan
from core.lab.run import donor_outcome, original_outcome, transplanted_outcome
from core.models.load import open_model
from core.models.under_trained.find import under_trained
from core.probes.bytes.asking import next_byte
from core.probes.bytes.prompt import prompt_of
from core.stats.number import Number
from core.transplants.base import METHODS, Transplanted, transplant

ON_CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
TEXT = str(Path(__file__).parents[1] / "docs" / "glossary.md")
BY_CHANCE = {"samples", "recovery", "lm_eval_tasks"}  # what rounding can turn into something else altogether


@pytest.fixture(autouse=True)
def no_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped tokenizers need no trial in a process of their own."""
    monkeypatch.setenv("TOKEN_ATLAS_VET", "off")


def lecture(device: str, **changed: object) -> Participants:
    """The participants of the lecture's comparison on a device, in float32 as on a CPU."""
    plan = lecture_plan()
    assert plan is not None
    return opened(replace(plan, device=device, dtype="float32", **changed))  # type: ignore[arg-type]


def outcomes(participants: Participants) -> Iterator[Outcome]:
    """All that the plan measures."""
    yield original_outcome(participants)
    yield donor_outcome(participants)
    for choice in participants.plan.methods:
        yield transplanted_outcome(participants, choice, 0, choice.name)


def numbers(outcome: Outcome) -> Mapping[str, Number]:
    """Everything that was measured, by measure and key."""
    return {f"{key} {name}": n for key, found in outcome.measures.items() for name, n in found.numbers.items()}


def apart(here: Outcome, there: Outcome, relative: float) -> list[str]:
    """What two devices do not agree on."""
    first, second = numbers(here), numbers(there)
    assert first.keys() == second.keys() and here.unavailable == there.unavailable
    return [
        f"{here.name}, {key}: {one.value:.6g} and {second[key].value:.6g}"
        for key, one in first.items()
        if key.split()[0] not in BY_CHANCE
        and not (isnan(one.value) and isnan(second[key].value))
        and not isclose(one.value, second[key].value, rel_tol=relative, abs_tol=relative)
    ]


@ON_CUDA
def test_the_lecture_comes_to_the_same_numbers() -> None:
    both = zip(outcomes(lecture("cpu")), outcomes(lecture("cuda")), strict=True)
    assert [difference for here, there in both for difference in apart(here, there, 2e-3)] == []


@ON_CUDA
def test_every_method_makes_the_same_rows() -> None:
    keys = [key for key, one in METHODS.all().items() if key != "zero"]
    cpu, cuda = (lecture(device, methods=tuple(map(Choice, keys))) for device in ("cpu", "cuda"))
    wrong = []
    for key in keys:
        one = METHODS.get(key)
        here, there = (transplant(each.problem, one) for each in (cpu, cuda))
        assert there.matrices.input.device.type == "cuda" and there.peak_bytes > 0
        wrong += [f"{key}: {off:.2e}" for off in distances(here, there) if not off < 1e-3]
    assert wrong == []


def distances(here: Transplanted, there: Transplanted) -> list[float]:
    """How far the matrices are apart, as a share of their norm."""
    pairs = [(here.matrices.input, there.matrices.input), (here.matrices.head, there.matrices.head)]
    return [float((a - b.cpu()).norm() / a.norm()) for a, b in pairs]


@ON_CUDA
@pytest.mark.parametrize("then", ["everything", "adapters"])
def test_training_heals_alike(then: str) -> None:
    params = {"steps": 6, "then_steps": 4, "then_trains": then, "batch_bytes": 512}
    changed = {
        "files": (TEXT,),
        "sentences": 20,
        "methods": (Choice("ridge"),),
        "evaluators": (Choice("recovery", params),),
    }
    found = []
    for device in ("cpu", "cuda"):
        here = lecture(device, **changed)
        found.append(transplanted_outcome(here, Choice("ridge"), 0, "ridge").measures["recovery"].tables["curve"])
    curves = [table.numbers("bits_per_byte") for table in found]
    assert curves[0][-1] < curves[0][0]
    assert np.allclose(*curves, rtol=0.02)


@ON_CUDA
def test_half_precision_is_measured_too() -> None:
    """As it comes by itself on a GPU for a checkpoint in bfloat16."""
    plan = lecture_plan()
    assert plan is not None
    quick: Plan = replace(plan, evaluators=(), methods=(Choice("ridge"), Choice("omp_robust")))
    full, half = (opened(replace(quick, device="cuda", dtype=dtype)) for dtype in ("float32", "bfloat16"))
    for choice in quick.methods:
        bits = [
            transplanted_outcome(each, choice, 0, choice.name).number("bits_per_byte", "bits_per_byte").value
            for each in (full, half)
        ]
        assert isclose(*bits, rel_tol=0.02)


@ON_CUDA
def test_the_next_byte_is_as_likely() -> None:
    cpu, cuda = (open_model("shipped:tiny-english", device, "float32") for device in ("cpu", "cuda"))
    for text in ("The cat sat on the m", "Once upon a time, there was a little gi", ""):
        here, there = (next_byte(each, prompt_of(text, None), 4) for each in (cpu, cuda))
        for what in ("naive", "healed", "exact"):
            assert np.allclose(getattr(here, what), getattr(there, what), atol=1e-4), what


@ON_CUDA
def test_the_same_tokens_are_under_trained() -> None:
    here, there = (under_trained(open_model("shipped:tiny-world", device, "float32")) for device in ("cpu", "cuda"))
    assert np.allclose(here.values, there.values, rtol=1e-3, atol=1e-5, equal_nan=True)
    ours, theirs = ({token.id for token in each.candidates} for each in (here, there))
    assert len(ours & theirs) >= 0.98 * len(ours)
    assert len(here.verified) == pytest.approx(len(there.verified), abs=1)


@ON_CUDA
def test_every_measure_that_can_be_taken_is_taken_on_cuda() -> None:
    here = lecture("cuda", files=(TEXT,), sentences=20)
    one = METHODS.get("ridge")
    measured = subject(here.problem, one, transplant(here.problem, one), here.reference)
    for each in EVALUATORS.all().values():
        if each.key not in BY_CHANCE and not each.unavailable(measured):
            assert each.measure(measured).numbers, each.key


@pytest.mark.slow
def test_the_benchmark_runs_every_method(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_BENCH_SIZE", "small")
    told = gpu.run()
    assert "left out" not in told
    for one in METHODS.all().values():
        assert f"| {one.label} |" in told
