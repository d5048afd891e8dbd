"""`python -m core.probes.sums.shipping`: put sums to the shipped adders and to a real model, into data/probes.

Fetches a model of 93 MB once; takes some minutes of a processor.
"""

import json

from core.common.atomic import write_whole
from core.common.codec import plain
from core.common.progress import listening
from core.models.load import open_model
from core.models.shipped import REAL_MODEL
from core.probes.shipping import today, versions
from core.probes.sums.adders import ADDERS, LONGEST
from core.probes.sums.addition import additions
from core.probes.sums.answers import joined
from core.probes.sums.asking import asked_in_styles
from core.probes.sums.shipped import SUMS_FILE, ShippedSums
from core.probes.sums.training import answers_of

EACH, EACH_OF_REAL, SEED = 60, 5, 1  # the adders were trained on sums of another seed


def shipped_now() -> ShippedSums:
    """All asked anew."""
    adders = joined([answers_of(adder, adder.folder, additions(LONGEST, EACH, SEED)) for adder in ADDERS])
    model = open_model(REAL_MODEL)
    real = asked_in_styles(model, additions(LONGEST, EACH_OF_REAL, SEED))
    return ShippedSums(model.spec, model.fingerprint, today(), LONGEST, SEED, adders, real)


if __name__ == "__main__":
    with listening(lambda done, total, stage: print(f"{done}/{total} {stage}", flush=True)):
        document = {"versions": list(versions()), "asked": plain(shipped_now())}
    write_whole(SUMS_FILE, (json.dumps(document, ensure_ascii=False) + "\n").encode())
