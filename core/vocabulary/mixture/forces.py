"""The merges that force an answer: what holds the best shares where they are.

At the best answer the dual value y of a row (merge t, pair p that came later) says how much slack it costs. A merge
pulls towards category i by Σ_p y (c_i,t − c_i,p), and over all merges these pulls balance: by duality each category
that has a share is pulled in proportion to what it adds to the total that is held at 1. What a merge pulls more towards
one category than towards the mixture as a whole is its force.

Several sets of dual values can balance at the same answer. The solver ends at one of them, which depends on the order
of its rows; the answer does not.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.vocabulary.mixture.pair_counts import Floats, PairCounts

MOST = 50
Row = tuple[int, int]  # a merge, and the pair that came later


@dataclass(frozen=True)
class Force:
    """A merge that holds the answer where it is.

    Args:
        rank: of the merge, from 0.
        made: what it made, as text.
        instead: what the pair that costs most would have made.
        towards: the category that it speaks for most.
        part: of all force, 0 to 1.
    """

    rank: int
    made: str
    instead: str
    towards: str
    part: float


def forces(
    rows: Mapping[Row, tuple[float, Floats]],
    shares: Floats,
    amounts: Floats,
    counts: PairCounts,
    names: Sequence[str],
    merges: Sequence[tuple[bytes, bytes]],
) -> tuple[Force, ...]:
    """The merges that hold the answer, the strongest first, at most 50 of them; none where all merges fit exactly.

    Args:
        rows: dual value of each row, and what it asks of the shares, (C,).
        shares: of pairs, (C,).
        amounts: what a unit of each category adds to the total that is held at 1, (C,); with these shares it is 1.
        names: of the C categories.
        merges: left and right symbol of each.
    """
    pulls = defaultdict[int, Floats](lambda: np.zeros(len(names)))
    worst = dict[int, tuple[float, int]]()
    for (merge, pair), (dual, asked) in rows.items():
        pulls[merge] = pulls[merge] + dual * asked
        worst[merge] = max(worst.get(merge, (0.0, -1)), (dual, pair))
    relative = {merge: pull - amounts * float(shares @ pull) for merge, pull in pulls.items()}
    total = sum(float(pull.max()) for pull in relative.values())
    strongest = sorted(relative, key=lambda merge: (-float(relative[merge].max()), merge))[:MOST]
    return tuple(
        Force(
            merge,
            _text(*merges[merge]),
            _text(*counts.symbols[worst[merge][1]]),
            names[int(relative[merge].argmax())],
            float(relative[merge].max()) / total,
        )
        for merge in strongest
        if relative[merge].max() > 0
    )


def _text(left: bytes, right: bytes) -> str:
    return (left + right).decode(errors="backslashreplace")
