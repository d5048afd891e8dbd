"""How many tokens lie over each unit of a text, such as a word or a character."""

import numpy as np

from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Ints, Segmentation


def spans_of_text(segmentation: Segmentation) -> tuple[Ints, Ints]:
    """Where the tokens that stand for text begin and end, in bytes: all but inserted ones, int32 (T,) each."""
    body = segmentation.kinds != Kind.INSERTED
    return segmentation.starts[body], segmentation.ends[body]


def overlapping(starts: Ints, ends: Ints, unit_starts: Ints, unit_ends: Ints) -> Ints:
    """How many tokens overlap each unit: spans of tokens and of units, ordered and disjoint; int32 (units,).

    >>> import numpy as np
    >>> edges = np.array([0, 2, 4, 7])
    >>> overlapping(edges[:-1], edges[1:], np.array([0, 3]), np.array([2, 7])).tolist()
    [1, 2]
    """
    first = np.searchsorted(ends, unit_starts, side="right")
    after = np.searchsorted(starts, unit_ends, side="left")
    found: Ints = np.maximum(after - first, 0).astype(np.int32)
    return found


def n_shared(starts: Ints, ends: Ints, edges: Ints) -> int:
    """How many units between `edges` two or more tokens share.

    >>> import numpy as np
    >>> starts = np.arange(3)
    >>> n_shared(starts, starts + 1, np.array([0, 1, 3]))
    1
    """
    long = np.flatnonzero(np.diff(edges) > 1)  # one byte cannot be shared
    return int(np.count_nonzero(overlapping(starts, ends, edges[long], edges[long + 1]) > 1))
