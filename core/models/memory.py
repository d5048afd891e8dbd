"""What a model needs of a device's memory, and what the device has: refused before loading, not in the middle."""

from pathlib import Path

import psutil
import torch
from torch import nn

from core.common.errors import UserError
from core.models.large import how_to_spread

# Beside the weights: one batch of activations, one slice of logits, and what the library keeps.
WORKSPACE_BYTES = 256 * 2**20
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
_CGROUP_USED = Path("/sys/fs/cgroup/memory.current")


def weight_bytes(module: nn.Module, dtype: torch.dtype) -> int:
    """Bytes that a module's parameters and buffers take in `dtype`; tied ones count once; works on the meta device.

    >>> weight_bytes(nn.Linear(10, 10), torch.float16)
    220
    """
    n_parameters = sum(p.numel() for p in module.parameters())
    return n_parameters * dtype.itemsize + sum(b.numel() * b.element_size() for b in module.buffers())


def free_bytes(device: torch.device) -> int | None:
    """Memory that can still be had on a device; None where the system does not say."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
    machine, container = int(psutil.virtual_memory().available), _container_bytes()
    return machine if container is None else min(machine, container)


def fits(n_bytes: int, device: torch.device) -> bool:
    """Whether so many bytes of weights can be had on a device, with room to read."""
    free = free_bytes(device)
    return free is None or n_bytes + WORKSPACE_BYTES <= free


def refuse_too_large(name: str, n_bytes: int, numbers: str, device: torch.device, *, spreads: bool = False) -> None:
    """Do nothing if `n_bytes` of weights fit.

    Args:
        numbers: the number format, for people.
        spreads: whether the model could be spread over several devices.

    Raises:
        UserError: they do not; says what is needed, what is free and what to try.
    """
    if fits(n_bytes, device):
        return
    free, needed = free_bytes(device) or 0, n_bytes + WORKSPACE_BYTES
    halve = " Loading it as bfloat16 halves that." if numbers == "float32" else ""
    spread = f" {how_to_spread()}" if spreads else ""
    raise UserError(
        f"{name} needs {needed / 2**30:,.1f} GB as {numbers}, and {device} has {free / 2**30:,.1f} GB free."
        f"{halve} Otherwise pick a smaller model, or a device with more memory.{spread}"
    )


def _container_bytes() -> int | None:
    try:
        return int(_CGROUP_LIMIT.read_text()) - int(_CGROUP_USED.read_text())
    except (OSError, ValueError):  # no container, or "max"
        return None
