"""How much memory a piece of work takes at most."""

from math import nan

import torch

from core.common.resident_peak import ResidentPeak


class MemoryPeak:
    """Memory taken at most since it was made, beyond what was there then."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._resident = ResidentPeak() if device.type == "cpu" else None
        self._before = nan
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)
            self._before = torch.cuda.memory_allocated(device)

    def bytes(self) -> float:
        """NaN where the system does not tell."""
        if self._resident:
            return self._resident.bytes()
        return torch.cuda.max_memory_allocated(self._device) - self._before if self._device.type == "cuda" else nan
