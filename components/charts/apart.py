"""Names beside a chart, moved apart where they would lie on each other."""

from collections.abc import Sequence
from itertools import pairwise


def apart(places: Sequence[float], gap: float) -> list[float]:
    """The places, moved so that neighbours are a gap apart, around the same middle.

    >>> apart([1.0, 1.0], 0.5)
    [0.75, 1.25]
    """
    moved = list(places)
    ordered = sorted(range(len(places)), key=lambda n: places[n])
    for before, after in pairwise(ordered):
        moved[after] = max(moved[after], moved[before] + gap)
    shift = (sum(moved) - sum(places)) / max(1, len(moved))
    return [place - shift for place in moved]
