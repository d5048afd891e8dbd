"""What the look before a run foresees for each method, and the processor time that its rows then take, on one thread.

Twice: the shipped pair with all that the lab gives methods, and rows 576 wide, as those of SmolLM2-135M, under the same
tokenizers, where multiplying counts for more. The look means to be right within a factor of two; what takes less than
half a second is not judged, since the look counts six tenths for each model beside its rows. Seconds are foreseen at
the speed of multiplying just then, which other work on the machine slows as it slows the methods.
"""

import sys
import time
from statistics import median

import torch

from benchmarks import gpu, pursuit
from benchmarks.measure import markdown, timed
from core.common.errors import UserError
from core.lab.estimate import size_of
from core.lab.example import BASE, DONOR, LANGUAGES
from core.lab.participants import opened
from core.lab.plan import Choice, Plan
from core.transplants.base import METHODS, Method, transplant
from core.transplants.problem import Problem
from core.transplants.work import TransplantSize

_SENTENCES = 20
_LITTLE = 0.5  # seconds
_WITHIN = 2.0
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
    transplant(problem, METHODS.get("subword_mean"))
    methods = sorted(METHODS.all().values(), key=lambda one: one.work(size, {}))
    head = ["method", "foreseen, s", "took, s", "foreseen / took", ""]
    return markdown(f"Rows foreseen and made: {what}", head, [_row(one, problem, size) for one in methods])


def _row(method: Method, problem: Problem, size: TransplantSize) -> list[str]:
    work, speed = method.work(size, {}), _speed(size.width)
    try:
        took = timed(lambda: transplant(problem, method))[1]
    except UserError as error:
        return [method.label, f"{work / speed:.2f}", "", "", str(error)]
    ratio = work / ((speed + _speed(size.width)) / 2) / took
    judged = max(ratio * took, took) > _LITTLE
    said = "" if not judged else "within two" if 1 / _WITHIN <= ratio <= _WITHIN else "off"
    row = [method.label, f"{ratio * took:.2f}", f"{took:.2f}", f"{ratio:.2f}", said]
    print(" | ".join(row), file=sys.stderr, flush=True)  # should the rest not come
    return row


def _speed(width: int) -> float:
    """Multiplications and additions per second of processor time, as the machine is now, for matrices this wide."""
    left, right, taken = torch.rand(256, width), torch.rand(width, 1024), list[float]()
    until = time.thread_time() + 0.1
    while time.thread_time() < until:
        start = time.thread_time()
        left @ right
        taken.append(time.thread_time() - start)
    return 2.0 * left.numel() * right.shape[1] / median(taken)
