"""`python -m core.probes.merging.shipping`: have the model that ships with a hypernetwork read anew, into data/probes.

Takes two minutes of a processor.
"""

from core.models.load import open_model
from core.probes.dynamic_tokens import network_of
from core.probes.long_texts import LONG_TEXTS, long_text
from core.probes.merging.reading import read_merged
from core.probes.merging.shipped import FILE, ShippedDynamicTokens
from core.probes.shipping import ship, today, versions

_MODEL = "shipped:tiny-english"


def shipped_now() -> ShippedDynamicTokens:
    """All asked anew."""
    model, network = open_model(_MODEL), network_of(_MODEL, None)
    found = {name: read_merged(model, network, long_text(name), 0) for name in LONG_TEXTS}
    return ShippedDynamicTokens(_MODEL, today(), versions(), found)


if __name__ == "__main__":
    ship(FILE, shipped_now)
