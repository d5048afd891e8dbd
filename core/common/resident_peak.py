"""How much memory this process takes at most from some moment on."""

from math import nan
from pathlib import Path

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class ResidentPeak:
    """Resident memory at most since it was made, beyond what was there then; one at a time in a process."""

    def __init__(self) -> None:
        try:  # Linux lets a process reset its own high-water mark
            _RESET.write_text("5")
            self._before = _read("VmRSS")
        except OSError:
            self._before = nan

    def bytes(self) -> float:
        """NaN where the system does not tell."""
        return _read("VmHWM") - self._before


def _read(name: str) -> float:
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        return nan
    return next((1024.0 * int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), nan)
