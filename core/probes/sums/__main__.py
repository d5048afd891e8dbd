"""`python -m core.probes.sums`: train the shipped adders again, into data/probes/adders.

Ten minutes of a free processor; the same machine gives the same bytes again, where it has no GPU.
"""

import json
import platform
from datetime import UTC, datetime
from importlib.metadata import version

import torch

from core.common.atomic import write_whole
from core.common.progress import listening
from core.models.device import pick_device
from core.probes.sums.adders import ADDERS, ADDERS_FOLDER, LONGEST, STEPS
from core.probes.sums.training import trained
from core.probes.toys.toy import Diet

_TOLD = 100  # steps from one line to the next


def main() -> None:
    """Train them and write down how."""
    diet = Diet(STEPS)
    with listening(_told):
        for adder in ADDERS:
            trained(adder, diet, LONGEST, adder.folder)
    device = pick_device()
    made = {
        "date": datetime.now(UTC).date().isoformat(),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine(),
        "versions": [f"{name} {version(name)}" for name in ("numpy", "torch", "transformers", "tokenizers")],
        "steps": diet.steps,
        "sums_per_step": diet.exercises,
        "seed": diet.seed,
        "longest": LONGEST,
    }
    write_whole(ADDERS_FOLDER / "made.json", (json.dumps(made, indent=1) + "\n").encode())


def _told(done: int, total: int, stage: str) -> None:
    if done % _TOLD == 0 or done == total:
        print(f"{done:,}/{total:,} {stage}", flush=True)


if __name__ == "__main__":
    main()
