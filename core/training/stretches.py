"""Stretches of bytes, one behind the other in one buffer, and how often each stands in a text.

Counted by arrow, whose hash tables take a tenth of a second for two million; as strings they take ten times that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

_AT_ONCE = 2**23  # bytes that are gathered before they are counted

Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Stretches:
    """Stretches of bytes.

    Args:
        data: of all, uint8.
        edges: where each begins, and where the last ends, int64 (N + 1,).
    """

    data: NDArray[np.uint8]
    edges: Places

    def __len__(self) -> int:
        return len(self.edges) - 1

    def distinct(self) -> tuple["Stretches", NDArray[np.int32]]:
        """Those that differ, in order, and of each the one that it is, (N,).

        >>> some, which = Stretches(np.frombuffer(b"abcab", np.uint8), np.array([0, 2, 3, 5])).distinct()
        >>> some.texts(), which.tolist()
        (['ab', 'c'], [0, 1, 0])
        """
        found = self.in_arrow().dictionary_encode()
        return Stretches.of_arrow(found.dictionary), found.indices.to_numpy()

    def in_arrow(self) -> Any:
        """The same as arrow has them, with the same memory."""
        import pyarrow as arrow  # type: ignore[import-untyped]  # late: not needed to say what a trainer is

        buffers = [None, arrow.py_buffer(self.edges), arrow.py_buffer(self.data)]
        return arrow.Array.from_buffers(arrow.large_binary(), len(self), buffers)

    @classmethod
    def of_arrow(cls, found: Any) -> "Stretches":
        """Those of an array that begins with its buffers."""
        _, edges, data = found.buffers()
        return cls(np.frombuffer(data or b"", np.uint8), np.frombuffer(edges, np.int64, len(found) + 1))

    def texts(self) -> list[str]:
        """Each, as text.

        Raises:
            UnicodeDecodeError: one is no UTF-8.
        """
        data, edges = self.data.tobytes(), self.edges.tolist()
        return [data[start:end].decode() for start, end in pairwise(edges)]


@dataclass(frozen=True, eq=False)
class CountedStretches:
    """Distinct stretches, and how often each stands.

    Args:
        stretches: in order of their first places.
        counts: int64 (N,).
    """

    stretches: Stretches
    counts: Places

    @classmethod
    def of_words(cls, words: Mapping[str, int]) -> "CountedStretches":
        """Words of a text, with how often each stands there."""
        as_bytes = [word.encode() for word in words]
        edges = np.cumsum([0, *map(len, as_bytes)], dtype=np.int64)
        counts = np.fromiter(words.values(), np.int64, len(words))
        return cls(Stretches(np.frombuffer(b"".join(as_bytes), np.uint8), edges), counts)

    def words(self) -> dict[str, int]:
        """The same as words.

        >>> CountedStretches.of_words({"one": 2, "two": 1}).words()
        {'one': 2, 'two': 1}
        """
        return dict(zip(self.stretches.texts(), self.counts.tolist(), strict=True))


def counted_stretches(parts: Iterable[Stretches]) -> CountedStretches:
    """How often each stretch stands in all parts together.

    No more lies in memory beside the distinct ones than some megabytes of the parts, or half as much as those are.

    >>> part = Stretches(np.frombuffer(b"abcab", np.uint8), np.array([0, 2, 3, 5]))
    >>> counted_stretches([part, part]).words()
    {'ab': 4, 'c': 2}
    """
    found, waiting = CountedStretches.of_words({}), list[Stretches]()
    for part in parts:
        waiting.append(part)
        size = len(found.stretches.data)
        if sum(len(one.data) for one in waiting) >= max(_AT_ONCE, size // 2):
            found, waiting = _with(found, waiting), []
    return _with(found, waiting)


def _with(known: CountedStretches, more: Sequence[Stretches]) -> CountedStretches:
    import pyarrow as arrow

    n = len(known.counts)
    found = arrow.chunked_array([one.in_arrow() for one in (known.stretches, *more)]).value_counts()
    counts = found.field("counts").to_numpy().copy()
    counts[:n] += known.counts - 1  # those stand first, and differ
    return CountedStretches(Stretches.of_arrow(found.field("values")), counts)
