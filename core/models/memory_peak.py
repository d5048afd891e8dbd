"""How much memory a piece of work takes at most."""

from math import nan
from pathlib import Path

import torch


class MemoryPeak:
    """Memory taken at most since it was made, beyond what was there then."""

    _STATUS = Path("/proc/self/status")

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._before = nan
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)
            self._before = torch.cuda.memory_allocated(device)
        elif device.type == "cpu":
            self._before = self._reset()

    def bytes(self) -> float:
        """NaN where the system does not tell."""
        if self._device.type == "cuda":
            return torch.cuda.max_memory_allocated(self._device) - self._before
        return self._read("VmHWM") - self._before if self._device.type == "cpu" else nan

    def _reset(self) -> float:
        try:  # Linux lets a process reset its own high-water mark
            Path("/proc/self/clear_refs").write_text("5")
        except OSError:
            return nan
        return self._read("VmRSS")

    def _read(self, name: str) -> float:
        try:
            lines = self._STATUS.read_text().splitlines()
        except OSError:
            return nan
        return next((1024.0 * int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), nan)
