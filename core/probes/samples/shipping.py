"""`python -m core.probes.samples.shipping`: draw a real model's samples anew and check them, into data/probes.

Fetches a model of 93 MB once; takes five minutes of a processor.
"""

from core.models.load import open_model
from core.models.shipped import REAL_MODEL
from core.probes.drift_samples import (
    LANGUAGES,
    SAMPLES,
    SEED,
    TEMPERATURES,
    TOKENS,
    degrees_of,
    drift_samples_of,
)
from core.probes.samples.shipped import FILE, ShippedSamples
from core.probes.shipping import ship, today, versions


def shipped_now() -> ShippedSamples:
    """All drawn anew."""
    model = open_model(REAL_MODEL)
    return ShippedSamples(
        model.spec,
        today(),
        versions(),
        SAMPLES,
        TOKENS,
        SEED,
        drift_samples_of(model, LANGUAGES, degrees_of(TEMPERATURES), SAMPLES, TOKENS, SEED),
    )


if __name__ == "__main__":
    ship(FILE, shipped_now)
