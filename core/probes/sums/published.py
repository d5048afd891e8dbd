"""What was published of large models that were asked sums, with and without commas."""

import csv
from dataclasses import dataclass
from functools import cache

from core.common.data_folders import DATA
from core.stats.number import Number
from core.stats.shares import share as share_of

PUBLISHED_SOURCE = "Singh & Strouse 2024 (2402.14903), eight sums shown before each"
_FILE = DATA / "published" / "singh2024" / "addition.csv"


@dataclass(frozen=True)
class PublishedShare:
    """One row: a model, how numbers were written, which sums, how many, and how many of them were right."""

    model: str
    written: str
    sums: str
    n: int
    right: int

    @property
    def share(self) -> Number:
        """Share of right answers with Wilson's interval, which is ours."""
        return share_of(self.right, self.n)


@cache
def published_shares() -> tuple[PublishedShare, ...]:
    """All rows.

    >>> [round(one.share.value, 3) for one in published_shares()]
    [0.675, 0.938, 0.083, 0.981]
    """
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    return tuple(PublishedShare(r["model"], r["written"], r["sums"], int(r["n"]), int(r["right"])) for r in rows)
