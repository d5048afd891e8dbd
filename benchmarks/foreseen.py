"""What the look before a run foresees for each method, and the processor time that its rows then take, on one thread.

Twice: the shipped pair with all that the lab gives methods, and rows 576 wide, as those of SmolLM2-135M, under the same
tokenizers, where multiplying counts for more. What hidden tokens will choose nobody knows beforehand, and it may take
ten times as long as another choice: so the look says what one in the middle would take, and the dearest. Judged is the
arithmetic: with the values that were chosen it is to be right within a factor of two. What takes less than half a
second is not judged, since the look counts six tenths for each model beside its rows. Seconds are foreseen at the speed
of multiplying just then, which other work on the machine slows as it slows the methods.
"""

import sys
import time
from dataclasses import replace
from functools import partial
from statistics import fmean, median

import torch

from benchmarks import gpu, pursuit
from benchmarks.measure import markdown, timed
from core.common.errors import UserError
from core.common.memo import Memo
from core.common.params import Params
from core.lab.estimate import size_of
from core.lab.example import BASE, DONOR, LANGUAGES
from core.lab.participants import opened
from core.lab.plan import Choice, Plan
from core.transplants.base import METHODS, Method, transplant
from core.transplants.held_out_choice import Make
from core.transplants.problem import Problem, ProblemSide
from core.transplants.rows import Rows
from core.transplants.work import TransplantSize

_SENTENCES = 20
_LITTLE = 0.5  # seconds
_TIMES, _LONG = 3, 5.0  # that a method is tried, and seconds after which it is not again
_WITHIN, _RIGHT, _OFF = 2.0, "within two", "off"
_WIDER = gpu.Scale(
    gpu.SMALL.old, gpu.SMALL.new, 4096, 576, 2, 1536, 9, 3, 8192, 512, 8, pursuit.Case(512, 64, 64, 8), 1, 1, 0.1
)  # fmt: skip


def run() -> str:
    """Two tables with a row per method."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return "\n".join([_shipped(), _wider()])
    finally:
        torch.set_num_threads(threads)


def _shipped() -> str:
    asked = (Choice("zett"),)  # so that its network is opened
    there = opened(
        Plan(
            f"shipped:{BASE}",
            donor=f"shipped:{DONOR}",
            methods=asked,
            languages=LANGUAGES,
            sentences=_SENTENCES,
            device="cpu",
        )
    )
    return _table(f"{BASE} with the tokenizer of {DONOR}, {there.original.width} wide", there.problem, size_of(there))


def _wider() -> str:
    problem = gpu.problem(_WIDER, torch.device("cpu"))
    return _table(f"{_WIDER.width} wide, a donor of {_WIDER.donor_width}", problem, gpu.size_of(problem))


def _table(what: str, problem: Problem, size: TransplantSize) -> str:
    """A row per method, that with the least work first; what they share is there before."""
    speed = _speed(size.width)
    methods = sorted(METHODS.all().values(), key=lambda one: one.work(size, {}).seconds_at(speed))
    head = ["method", "foreseen, s", "where the dearest is chosen, s", "took, s", "of what was chosen / took", ""]
    found = [_row(one, problem, size) for one in methods]
    judged = [row[-1] for row in found if row[-1] in (_RIGHT, _OFF)]
    told = f"{judged.count(_RIGHT)} of {len(judged)} within two"
    return "\n".join([markdown(f"Rows foreseen and made: {what}", head, found), told])


def _row(method: Method, problem: Problem, size: TransplantSize) -> list[str]:
    """Of a method; what takes little is made three times, of which the fastest counts."""
    made: list[tuple[float, float, dict[str, Params]]] = []
    try:
        while not made or (len(made) < _TIMES and sum(took for took, *_ in made) < _LONG):
            again, chosen, before = _afresh(problem), dict[str, Params](), _speed(size.width)
            took = timed(partial(transplant, again, replace(method, make=_noting(method.make, chosen))))[1]
            made.append((took, (before + _speed(size.width)) / 2, chosen))
    except UserError as error:
        return [method.label, "", "", "", "", str(error)]
    took, speed, chosen = min(made, key=lambda one: one[0])
    usual, most = (method.work(size, {}, dearest=dearest).seconds_at(speed) for dearest in (False, True))
    told = fmean(method.work(size, {}, chosen=one.values).seconds_at(speed) for one in chosen.values())
    judged, right = max(told, took) > _LITTLE, 1 / _WITHIN <= told / took <= _WITHIN
    said = "" if not judged else _RIGHT if right else _OFF
    row = [method.label, f"{usual:.2f}", f"{most:.2f}", f"{took:.2f}", f"{told / took:.2f}", said]
    print(" | ".join(row), file=sys.stderr, flush=True)  # should the rest not come
    return row


def _noting(make: Make, chosen: dict[str, Params]) -> Make:
    """The same, with the parameters by which each side was made at last."""

    def noted(side: ProblemSide, params: Params) -> Rows:
        chosen[side.name] = params
        return make(side, params)

    return noted


def _afresh(problem: Problem) -> Problem:
    """The same problem with nothing kept of it but what every method has before it begins."""
    again = replace(problem, shared=Memo())
    transplant(again, METHODS.get("subword_mean"))
    return again


def _speed(width: int) -> float:
    """Multiplications and additions per second of processor time, as the machine is now, for matrices this wide."""
    left, right, taken = torch.rand(256, width), torch.rand(width, 1024), list[float]()
    until = time.thread_time() + 0.1
    while time.thread_time() < until:
        start = time.thread_time()
        left @ right
        taken.append(time.thread_time() - start)
    return 2.0 * left.numel() * right.shape[1] / median(taken)
