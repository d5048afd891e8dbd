"""Answers to sums that ship in data/probes: of the three adders and of a real model."""

import json
from dataclasses import dataclass
from functools import cache

from core.common.codec import from_json
from core.common.data_folders import DATA
from core.probes.sums.answers import SumsAsked

SUMS_FILE = DATA / "probes" / "numbers.json"


@dataclass(frozen=True)
class ShippedSums:
    """Who was asked when.

    Args:
        model, fingerprint: the real model.
        date: when all were asked, ISO 8601.
        longest, seed: how the sums were drawn.
        adders, real: what they said.
    """

    model: str
    fingerprint: str
    date: str
    longest: int
    seed: int
    adders: SumsAsked
    real: SumsAsked

    @property
    def each(self) -> int:
        """Sums of every length that the adders were asked."""
        return len(self.adders.numbers) // self.longest

    @property
    def each_of_real(self) -> int:
        """Those that the real model was asked."""
        return len(self.real.numbers) // self.longest


@cache
def shipped_sums() -> ShippedSums:
    """All of it.

    >>> [one.key for one in shipped_sums().adders.by]
    ['digits', 'left', 'right']
    """
    return from_json(ShippedSums, json.dumps(json.loads(SUMS_FILE.read_text(encoding="utf-8"))["asked"]), {})
