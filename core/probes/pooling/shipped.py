"""What two models that ship said as one; `python -m core.probes.pooling.shipping` asks them."""

from dataclasses import dataclass
from functools import cache

from core.common.data_folders import DATA
from core.probes.pooled import Pooled
from core.probes.shipped_file import read_answer

FILE = DATA / "probes" / "pooled.json"


@dataclass(frozen=True)
class ShippedPooled:
    """What was asked when.

    Args:
        model, other: their specs.
        date: ISO 8601.
        versions: of the libraries.
        found: with the models' names and fingerprints.
    """

    model: str
    other: str
    date: str
    versions: tuple[str, ...]
    found: Pooled


@cache
def shipped_pooled() -> ShippedPooled:
    """The file.

    >>> shipped_pooled().model
    'shipped:tiny-english'
    """
    return read_answer(ShippedPooled, FILE)
