"""Where a model's weights lie and in which numbers, settled before any of them is read."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import nn

from core.common.errors import UserError
from core.common.numbers import count
from core.models.device import name_of, pick_device, pick_dtype
from core.models.large import QUANTISED, SPREAD, SPREADS
from core.models.memory import fits, refuse_too_large, weight_bytes
from core.models.quantised import left_whole, refuse_quantised, saved_bytes
from core.models.spread import DISK, MEMORY, Spread, free_places, is_spread, spread_over


@dataclass(frozen=True)
class Placement:
    """Of a model.

    Args:
        asked: what device to ask for to have it there again.
        device: that computes, and holds embedding and head.
        dtype: that is computed in.
        numbers: name of the format of the weights of its layers: of `dtype`, "8-bit" or "4-bit".
        n_bytes: of its weights.
        spread: where its layers are; None where all is on one device.
        notes: what a user should know of that, one sentence each.
        spreads: whether it could be spread.
    """

    asked: str
    device: torch.device
    dtype: torch.dtype
    numbers: str
    n_bytes: int
    spread: Spread | None = None
    notes: tuple[str, ...] = ()
    spreads: bool = True

    @property
    def quantised(self) -> bool:
        """Whether its layers hold packed numbers."""
        return self.numbers in QUANTISED

    @property
    def whole(self) -> bool:
        """Whether all weights lie on its device as full numbers."""
        return not self.quantised and self.spread is None

    @property
    def bytes_computing(self) -> int:
        """Of the weights that are on the device that computes at a time."""
        if self.spread is None:
            return self.n_bytes
        return self.spread.n_bytes.get(str(self.device), 0) + self.spread.fetched

    @property
    def bytes_on_disk(self) -> int:
        """Of the weights that are on the disk."""
        return 0 if self.spread is None else self.spread.n_bytes.get(DISK, 0)

    @property
    def bytes_fetched(self) -> int:
        """Of the weights that are fetched from memory or disk whenever a batch is read."""
        in_memory = 0 if self.spread is None or self.device.type == MEMORY else self.spread.n_bytes.get(MEMORY, 0)
        return self.bytes_on_disk + in_memory

    def again(self, more: int = 0) -> str:
        """What to ask for to have it placed so in a process whose memory is bounded: no more in memory than here.

        Args:
            more: bytes by which its matrices are larger there.
        """
        if self.spread is None or self.device.type != MEMORY:
            return SPREAD if self.spread is not None and more else self.asked
        return f"{SPREAD}:{(self.bytes_computing + more + 64) / 2**30:.10f}"  # rounding takes some bytes


@dataclass(frozen=True)
class Where:
    """What is asked of a placement.

    Args:
        device, dtype: as for `core.models.load.open_model`.
        share: of what is free that a spread model may take.
        fits: whether it has to fit.
    """

    device: str
    dtype: str
    share: float = 1.0
    fits: bool = True


def placed(name: str, skeleton: Any, wanted: Where, stored: torch.dtype | None, unpacked: str = "") -> Placement:
    """Where a model goes.

    Args:
        skeleton: on the meta device.
        stored: number format of its files; None where they do not say.
        unpacked: why its weights are all in memory at once as they are read, so that they can neither be packed nor
            spread; empty where they are not.

    Raises:
        UserError: the device or number format is not there, or memory does not suffice; says what to do.
    """
    spread = is_spread(wanted.device)
    if unpacked and (spread or wanted.dtype in QUANTISED):
        what = "be spread over devices" if spread else f"be packed into {wanted.dtype} numbers"
        raise UserError(f"{name} cannot {what}: {unpacked}")
    free = free_places(wanted.device, wanted.share) if spread else {}
    device = torch.device(next(iter(free))) if spread else pick_device(wanted.device)
    dtype = pick_dtype(wanted.dtype, device, stored)
    numbers = wanted.dtype if wanted.dtype in QUANTISED else name_of(dtype)
    if wanted.dtype in QUANTISED:
        refuse_quantised(name, numbers, device, skeleton)
    size = partial(_bytes, head=skeleton.get_output_embeddings(), numbers=numbers, dtype=dtype)
    n_bytes = size(skeleton)
    notes = tuple(_of_numbers(numbers, dtype, skeleton))
    one = Placement(wanted.device, device, dtype, numbers, n_bytes, notes=notes, spreads=not unpacked)
    if spread:
        if advice := SPREADS.advice:
            raise UserError(f"{name} cannot be spread here: {advice}")
        return _spread(one, name, skeleton, size, free)
    if not wanted.fits or fits(n_bytes, device):
        return one
    if wanted.device == "auto" and not unpacked and not SPREADS.advice:
        found = _spread(one, name, skeleton, size, free_places(SPREAD, wanted.share))
        if found.spread is not None:
            why = f"{name} does not fit on {device} alone, so it is spread, which takes more time."
            return replace(
                found, asked=SPREAD, device=torch.device(next(iter(found.spread.n_layers))), notes=(why, *found.notes)
            )
    refuse_too_large(name, n_bytes, numbers, device, spreads=one.spreads)
    return one


def _spread(one: Placement, name: str, skeleton: Any, size: Any, free: dict[str, int]) -> Placement:
    found = spread_over(name, skeleton, size, free, stays_whole=one.numbers if one.quantised else "")
    if len(set(found.by_part.values())) == 1:  # it fits where it computes
        return one
    return replace(one, spread=found, notes=(*one.notes, f"Its layers are spread: {found.words}."))


def _bytes(part: nn.Module, head: nn.Module, numbers: str, dtype: torch.dtype) -> int:
    saved = saved_bytes(part, head, numbers, dtype) if numbers in QUANTISED else 0
    return weight_bytes(part, dtype) - saved


def _of_numbers(numbers: str, dtype: torch.dtype, skeleton: Any) -> Iterator[str]:
    if numbers in QUANTISED:
        packed = "vector-wise" if numbers == "8-bit" else "NF4"
        yield (
            f"Its layers hold {numbers} numbers ({packed} of bitsandbytes), embedding and head {name_of(dtype)}: "
            "all that is measured includes what that loses."
        )
        n, of = left_whole(skeleton, numbers)
        if n:
            yield f"{count(n)} of its {count(of)} linear layers stay whole, as their rows are no whole blocks of 64."
    elif dtype != torch.float32:
        yield f"It computes in {numbers}, which rounds what is measured."
