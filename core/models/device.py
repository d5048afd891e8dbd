"""Where a model runs, and in which numbers."""

import torch

from core.common.errors import UnknownName, UserError
from core.common.memory import lacks_memory
from core.models.large import QUANTISED, SPREAD
from core.models.spread import is_spread

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_NAMES = {dtype: name for name, dtype in DTYPES.items()}


def name_of(dtype: torch.dtype) -> str:
    """What a number format is called.

    >>> name_of(torch.bfloat16)
    'bfloat16'
    """
    return _NAMES[dtype]


def pick_device(wanted: str = "auto") -> torch.device:
    """The device named, or the fastest at hand: cuda, then mps, then cpu; of a spread model what else computes.

    Raises:
        UserError: it is unknown, or not in this machine.

    >>> pick_device("cpu")
    device(type='cpu')
    """
    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto" or is_spread(wanted):
        return torch.device(next(name for name, there in here.items() if there))
    kind, _, index = wanted.partition(":")
    if kind not in here or (index and not index.isdecimal()):
        raise UnknownName("device", wanted, ["auto", *here, SPREAD])
    if index and kind != "cuda":
        raise UserError(f"There is one {kind}, so {wanted} is no device. Pick {kind}; only cuda devices have numbers.")
    if not here[kind] or (index and int(index) >= torch.cuda.device_count()):
        usable = ", ".join(name for name, there in here.items() if there)
        raise UserError(f"There is no device {wanted} in this machine. Pick auto, or one of: {usable}.")
    return torch.device(wanted)


def pick_dtype(wanted: str, device: torch.device, stored: torch.dtype | None) -> torch.dtype:
    """The number format named; by itself that of the checkpoint on a GPU, and float32 elsewhere.

    Half precision halves memory but rounds each logit, so where there is no hurry float32 measures best. Where weights
    are packed, it is what is computed in.

    Raises:
        UnknownName: it is none of `DTYPES` and `QUANTISED`.

    >>> pick_dtype("auto", torch.device("cpu"), torch.bfloat16)
    torch.float32
    """
    if wanted == "auto" or wanted in QUANTISED:
        return stored if stored is not None and device.type == "cuda" else torch.float32
    if wanted not in DTYPES:
        raise UnknownName("number format", wanted, ["auto", *DTYPES, *QUANTISED])
    return DTYPES[wanted]


def out_of_memory(error: BaseException) -> bool:
    """Whether this is a device, or this machine, saying that it has no memory left."""
    return isinstance(error, torch.OutOfMemoryError) or lacks_memory(error)
