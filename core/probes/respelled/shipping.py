"""`python -m core.probes.respelled.shipping`: ask a real model about spellings of a text anew, into data/probes.

Fetches a model of 93 MB once; takes a minute of a processor.
"""

from core.models.load import open_model
from core.models.shipped import REAL_MODEL
from core.probes.respelled.shipped import FILE, ShippedLosses
from core.probes.shipping import ship, today, versions
from core.probes.spelling_loss import SAMPLES, SEED, TEXT, spelling_loss_of


def shipped_now() -> ShippedLosses:
    """All asked anew."""
    model = open_model(REAL_MODEL)
    return ShippedLosses(
        model.spec,
        today(),
        versions(),
        SAMPLES,
        SEED,
        spelling_loss_of(model, TEXT, SAMPLES, SEED),
    )


if __name__ == "__main__":
    ship(FILE, shipped_now)
