"""What becomes of the cuts in program text that is written otherwise: a name in another style, spaces."""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum

from core.probes.moved_cuts import ByteChanges, changed_stretches
from core.tokenizers.segmentation import Segmentation


class Recut(StrEnum):
    """How the cuts between the same letters compare; the words are those of documents."""

    UNCHANGED = "unchanged"
    MERGED = "merged"
    SPLIT = "split"
    MIXED = "mixed"


IN_WORDS: Mapping[Recut, str] = {
    Recut.UNCHANGED: "cut between the same letters",
    Recut.MERGED: "some cuts are gone, and none is new",
    Recut.SPLIT: "some cuts are new, and none is gone",
    Recut.MIXED: "some cuts are gone, and others are new",
}


def recut(first: Segmentation, second: Segmentation, changes: ByteChanges) -> Mapping[Recut, int]:
    """How many of the changes are of each kind, every kind in order.

    Letters are compared whatever their case, without white space and underscores, which styles of names and spaces
    around operators add and take away.

    Source: the four kinds are those of TokDrift 2025 (2510.14972); how they are told is our own reading.
    """
    found = Counter(
        kind_of_recut(_pieces(first, *before), _pieces(second, *after))
        for before, after in changed_stretches(first, second, changes)
    )
    return {kind: found[kind] for kind in Recut}


def kind_of_recut(before: Sequence[str], after: Sequence[str]) -> Recut:
    """The kind of one change.

    Args:
        before, after: tokens of the same letters.

    >>> kind_of_recut(["max", "_", "size"], ["max", "Size"]).value, kind_of_recut(["a", " +", " b"], ["a", "+b"]).value
    ('unchanged', 'merged')
    >>> kind_of_recut(["get", "Item"], ["g", "et", "_", "item"]).value
    'split'
    >>> kind_of_recut(["read", "Line"], ["re", "ad", "line"]).value, kind_of_recut(["ab", "c"], ["A", "BC"]).value
    ('split', 'mixed')
    """
    old, new = _cuts(before), _cuts(after)
    if old == new:
        return Recut.UNCHANGED
    return Recut.MERGED if new < old else Recut.SPLIT if old < new else Recut.MIXED


def _cuts(pieces: Sequence[str]) -> set[int]:
    """Between how many letters each token ends, without the two ends of all."""
    at, found = 0, set[int]()
    for piece in pieces:
        at += sum(not one.isspace() and one != "_" for one in piece)
        found.add(at)
    return found - {0, at}


def _pieces(cut: Segmentation, low: int, high: int) -> list[str]:
    edges = zip(cut.starts.tolist(), cut.ends.tolist(), strict=True)
    return [cut.text[a:b].decode(errors="replace") for a, b in edges if low <= a < b <= high]
