"""How the toys that ship are made: trained, told about, and written down with what they were made with.

The same machine gives the same bytes again, where it has no GPU.
"""

import json
import platform
from collections.abc import Callable
from pathlib import Path

import torch

from core.common.atomic import write_whole
from core.common.numbers import count
from core.common.progress import listening
from core.models.device import pick_device
from core.probes.shipping import today, versions
from core.probes.toys.toy import Diet

_TOLD = 100  # steps from one line to the next


def make(train: Callable[[], None], folder: Path, diet: Diet, longest: int) -> None:
    """Train what `train` does, and write `made.json` into the folder.

    Args:
        longest: of what they learn from.
    """
    with listening(_told):
        train()
    device = pick_device()
    made = {
        "date": today(),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine(),
        "versions": list(versions()),
        "steps": diet.steps,
        "exercises_per_step": diet.exercises,
        "seed": diet.seed,
        "longest": longest,
    }
    write_whole(folder / "made.json", (json.dumps(made, indent=1) + "\n").encode())


def _told(done: int, total: int, stage: str) -> None:
    if done % _TOLD == 0 or done == total:
        print(f"{count(done)}/{count(total)} {stage}", flush=True)
