"""`python -m core.probes.filling.shipping`: have a real model fill the gaps anew, into data/probes.

Fetches a model of 93 MB once; takes some minutes of a processor.
"""

from core.models.load import open_model
from core.models.shipped import REAL_MODEL
from core.probes.filling.shipped import FILE, ShippedGaps
from core.probes.gaps import MOST, gaps_in, gaps_of
from core.probes.shipping import ship, today, versions


def shipped_now() -> ShippedGaps:
    """All filled anew."""
    model = open_model(REAL_MODEL)
    return ShippedGaps(model.spec, today(), versions(), MOST, gaps_of(model, gaps_in("", MOST)))


if __name__ == "__main__":
    ship(FILE, shipped_now)
