"""Matching pursuit against the published batch algorithm restated in plain torch, at equal residual, with peak memory.

Rows are drawn as embeddings are: a spectrum that falls off, words that come in clusters. Both solvers see the same
centred rows of norm one, so that they look for the same atoms and differ in how.

Both take the targets in the same eight parts, turn by turn, so that a machine that slows down slows both; on a busy CPU
the ratio of CPU time says more than that of the clock. `python -m benchmarks pursuit` takes minutes,
TOKEN_ATLAS_BENCH_SIZE=small makes it seconds. On CUDA wider rows are measured too.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import torch
from torch import Tensor

from benchmarks.measure import markdown
from core.common.errors import UnknownName
from core.models.device import pick_device
from core.models.memory_peak import MemoryPeak
from core.transplants.linear.pursuit import Pursuit, fast_in_bfloat16, published, pursue

MEMORY_BYTES = 2**30


@dataclass(frozen=True)
class Case:
    """A problem's size: N anchors, n targets, width D, k atoms."""

    n_anchors: int
    n_targets: int
    width: int
    k: int

    @property
    def words(self) -> str:
        """
        >>> Case(16384, 4096, 1024, 64).words
        'N = 16,384, n = 4,096, D = 1,024, k = 64'
        """
        return f"N = {self.n_anchors:,}, n = {self.n_targets:,}, D = {self.width:,}, k = {self.k}"


SIZES = {
    "small": (Case(2048, 512, 256, 16),),
    "full": (Case(16_384, 4096, 1024, 64),),
    "full on cuda": (Case(16_384, 4096, 1024, 64), Case(65_536, 16_384, 4096, 64)),
}
PARTS = 8


def rows_like_embeddings(n: int, width: int, seed: int, device: torch.device) -> Tensor:
    """Rows of norm one, float32 (n, D), clustered and with a falling spectrum, less their mean."""
    draw = torch.Generator().manual_seed(seed)
    spectrum = torch.arange(1, width + 1) ** -0.35
    centres = torch.randn(max(2, n // 16), width, generator=draw)
    own = torch.randn(n, width, generator=draw)
    rows = (0.6 * centres[torch.randint(len(centres), (n,), generator=draw)] + 0.8 * own) * spectrum
    return torch.nn.functional.normalize(rows - rows.mean(0), dim=1).to(device)


@dataclass(frozen=True)
class Run:
    """One solver on one part of the targets."""

    seconds: float
    cpu_seconds: float
    peak_bytes: float
    found: Pursuit


def _timed(work: Callable[[], Pursuit], device: torch.device) -> Run:
    peak = MemoryPeak(device)
    start, cpu = time.perf_counter(), time.process_time()
    found = work()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return Run(time.perf_counter() - start, time.process_time() - cpu, peak.bytes(), found)


def _row(case: Case, device: torch.device) -> list[str]:
    rows = rows_like_embeddings(case.n_anchors + case.n_targets, case.width, 0, device)
    atoms, targets = rows[: case.n_anchors], rows[case.n_anchors :]
    pursue(targets[:64], atoms, 4, MEMORY_BYTES)  # warm up
    published(targets[:64], atoms, 4, MEMORY_BYTES)
    ours, theirs = list[Run](), list[Run]()
    for part in targets.split(case.n_targets // PARTS):
        ours.append(_timed(lambda: pursue(part, atoms, case.k, MEMORY_BYTES, tolerance=0), device))  # noqa: B023
        theirs.append(_timed(lambda: published(part, atoms, case.k, MEMORY_BYTES), device))  # noqa: B023
    seconds = [sum(run.seconds for run in runs) for runs in (ours, theirs)]
    cpu = [sum(run.cpu_seconds for run in runs) for runs in (ours, theirs)]
    residuals = [torch.cat([run.found.residual for run in runs]).mean().item() for runs in (ours, theirs)]
    ratios = sorted(their.seconds / our.seconds for our, their in zip(ours, theirs, strict=True))
    peaks = [max(run.peak_bytes for run in runs) / 2**20 for runs in (ours, theirs)]
    return [
        case.words,
        f"{seconds[0]:,.1f} s",
        f"{seconds[1]:,.1f} s",
        f"{median(ratios):.2f}× ({ratios[0]:.2f} to {ratios[-1]:.2f})",
        "—" if device.type == "cuda" else f"{cpu[1] / cpu[0]:.2f}×",
        f"{residuals[0]:.5f} / {residuals[1]:.5f}",
        f"{peaks[0]:,.0f} / {peaks[1]:,.0f} MiB",
        f"{sum(run.found.n_rescored for run in ours) / len(ours):.1f}",
    ]


def run() -> str:
    """One row per size.

    Raises:
        UnknownName: the environment asks for an unknown size.
    """
    device = pick_device("auto")
    size = os.environ.get("TOKEN_ATLAS_BENCH_SIZE", "full")
    if size not in ("small", "full"):
        raise UnknownName("benchmark size", size, ["small", "full"])
    return table(SIZES["full on cuda" if size == "full" and device.type == "cuda" else size], device)


def table(cases: Sequence[Case], device: torch.device) -> str:
    """A row per case, both solvers on the same device."""
    head = [
        "size",
        "ours",
        "published algorithm",
        "faster by, median of parts",
        "by CPU time",
        "mean residual, ours / published",
        "peak memory, ours / published",
        "atoms measured again per choice",
    ]
    screens = "with" if fast_in_bfloat16(device) else "without"
    title = f"Matching pursuit on {device.type}, {screens} screening in bfloat16, ceiling {MEMORY_BYTES >> 20:,} MiB"
    return markdown(title, head, [_row(case, device) for case in cases])
