"""What takes part in a comparison needs of a device's memory, looked at together before any of it is loaded."""

from collections.abc import Mapping

import torch

from core.common.errors import UserError
from core.models.language_model import LanguageModel
from core.models.large import how_to_spread
from core.models.memory import WORKSPACE_BYTES, free_bytes, weight_bytes
from core.models.text_encoder import TextEncoder
from core.transplants.hypernetworks.opening import Hypernetwork

_GB = 2**30
TRAINED = "the copies that are trained"


def needs(
    models: Mapping[str, LanguageModel | None],
    encoder: TextEncoder | None,
    hypernetwork: Hypernetwork | None,
    copies: int,
) -> dict[str, int]:
    """Bytes of each part on the device that computes, by its name for people.

    Args:
        models: by role, the original first, whose role is empty; None is not there.
        copies: of the original's weights in float32 that measures hold besides.
    """
    found = {f"{role}{model.name}": _bytes(model) for role, model in models.items() if model}
    if encoder is not None:
        found[f"the encoder {encoder.name}"] = encoder.n_bytes
    if hypernetwork is not None:
        found[f"the hypernetwork {hypernetwork.name}"] = hypernetwork.n_bytes
    original = models[""]
    if copies and original is not None:
        found[TRAINED] = copies * weight_bytes(original.module, torch.float32)
    return found


def _bytes(model: LanguageModel) -> int:
    placement = model.placement
    return weight_bytes(model.module, model.dtype) if placement is None else placement.bytes_computing


def refuse_too_large_together(parts: Mapping[str, int], device: torch.device, *, spreads: bool) -> None:
    """Do nothing if all parts fit beside each other; each model alone is looked at as it is opened.

    Args:
        spreads: whether the models could be spread and are not.

    Raises:
        UserError: they do not; says what each needs, the sum, what is free, and what to do.
    """
    free, needed = free_bytes(device), sum(parts.values()) + WORKSPACE_BYTES
    if free is None or needed <= free:
        return
    each = ", ".join(f"{name} {n / _GB:,.1f} GB" for name, n in parts.items())
    trains = " Without the measure that trains it is less." if TRAINED in parts else ""
    spread = f" {how_to_spread()}" if spreads and not trains else ""  # a spread model cannot be trained
    raise UserError(
        f"These do not fit together: {each}. With room to read that is {needed / _GB:,.1f} GB, and {device} has "
        f"{free / _GB:,.1f} GB free. Leave something out, pick smaller models or bfloat16, or take a device with more."
        f"{trains}{spread}"
    )
