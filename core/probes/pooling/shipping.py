"""`python -m core.probes.pooling.shipping`: have two models that ship read as one anew, into data/probes.

Takes a minute of a processor.
"""

from core.models.load import open_model
from core.probes.pooled import lines_of, pooled_of
from core.probes.pooling.shipped import FILE, ShippedPooled
from core.probes.shipping import ship, today, versions

_MODELS = "shipped:tiny-english", "shipped:tiny-world"


def shipped_now() -> ShippedPooled:
    """All asked anew."""
    model, other = map(open_model, _MODELS)
    return ShippedPooled(*_MODELS, today(), versions(), pooled_of(model, other, lines_of("")))


if __name__ == "__main__":
    ship(FILE, shipped_now)
