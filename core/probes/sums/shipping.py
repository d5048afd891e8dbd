"""`python -m core.probes.sums.shipping`: put the same sums to the shipped adders and to a real model, into data/probes.

Fetches a model of 93 MB once; takes some minutes of a processor.
"""

import json
from datetime import UTC, datetime
from importlib.metadata import version

from core.common.atomic import write_whole
from core.common.codec import plain
from core.common.progress import listening
from core.models.load import open_model
from core.models.shipped import REAL_MODEL
from core.probes.sums.adders import ADDERS, LONGEST
from core.probes.sums.addition import additions
from core.probes.sums.answers import joined
from core.probes.sums.asking import asked_in_styles
from core.probes.sums.shipped import SUMS_FILE, ShippedSums
from core.probes.sums.training import answers_of

EACH, SEED = 60, 1  # the adders were trained on sums of another seed
_LIBRARIES = ("numpy", "torch", "transformers", "tokenizers")


def shipped_now() -> ShippedSums:
    """All asked anew."""
    sums = additions(LONGEST, EACH, SEED)
    adders = joined([answers_of(adder, adder.folder, sums) for adder in ADDERS])
    model = open_model(REAL_MODEL)
    real, today = asked_in_styles(model, sums), datetime.now(UTC).date().isoformat()
    return ShippedSums(model.spec, model.fingerprint, today, EACH, LONGEST, SEED, adders, real)


if __name__ == "__main__":
    with listening(lambda done, total, stage: print(f"{done}/{total} {stage}", flush=True)):
        document = {"versions": [f"{name} {version(name)}" for name in _LIBRARIES], "asked": plain(shipped_now())}
    write_whole(SUMS_FILE, (json.dumps(document, ensure_ascii=False) + "\n").encode())
