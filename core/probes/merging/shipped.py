"""What a model that ships loses on dynamic tokens of texts that ship; `python -m core.probes.merging.shipping` asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from core.common.data_folders import DATA
from core.probes.merging.found import DynamicTokens
from core.probes.shipped_file import read_answer

FILE = DATA / "probes" / "dynamic_tokens.json"


@dataclass(frozen=True)
class ShippedDynamicTokens:
    """What was asked when.

    Args:
        model: its spec.
        date: ISO 8601.
        versions: of the libraries.
        found: by the sample that was read, with all merges of pairs that stand in it twice.
    """

    model: str
    date: str
    versions: tuple[str, ...]
    found: Mapping[str, DynamicTokens]


@cache
def shipped_dynamic_tokens() -> ShippedDynamicTokens:
    """The file.

    >>> shipped_dynamic_tokens().model
    'shipped:tiny-english'
    """
    return read_answer(ShippedDynamicTokens, FILE)
