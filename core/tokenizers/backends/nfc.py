"""Unicode NFC or NFKC before cutting, with the way back: which bytes of the original each normalised byte came from."""

import unicodedata
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

import numpy as np
import regex
from numpy.typing import NDArray

from core.tokenizers.segmentation import Alignment, Ints

Form = Literal["NFC", "NFKC"]

# Composition never reaches over the edge of a grapheme cluster: what composes extends a cluster (marks, Hangul jamo).
_CLUSTER = regex.compile(r"\X")
# Nothing composes with an ASCII space or newline, so stretches that begin with one can be looked at on their own.
_STRETCH = regex.compile(r"[ \n]?[^ \n]*+")


@dataclass(frozen=True, eq=False)
class Composed:
    """A normalised text, aligned with the original by parts: stretches that were normal, and clusters of others.

    Args:
        text: the normalised text.
        original_edges: bytes in the original where each part begins, and the end: int64 (C + 1,).
        edges: the same in the normalised text.
        same: whether a part is as it was, (C,).
    """

    text: str
    original_edges: NDArray[np.int64]
    edges: NDArray[np.int64]
    same: NDArray[np.bool_]

    def align(self, starts: Ints, ends: Ints) -> Alignment:
        """Byte spans in the original of non-empty byte spans in the normalised text.

        A token that holds part of a changed cluster gets the whole; `core.tokenizers.segmentation` divides it.
        """
        first = np.searchsorted(self.edges, starts, side="right") - 1
        last = np.searchsorted(self.edges, ends, side="left") - 1
        inside_first = np.where(self.same[first], starts - self.edges[first], 0)
        whole_last = self.original_edges[last + 1]
        original_ends = np.where(self.same[last], self.original_edges[last] + ends - self.edges[last], whole_last)
        return (self.original_edges[first] + inside_first).astype(np.int32), original_ends.astype(np.int32)


def composed(text: str, form: Form = "NFC") -> Composed | None:
    """The text in a normal form with its alignment, or None if it is in that already.

    >>> found = composed("cafe\\u0301!")
    >>> found.text, [edge.tolist() for edge in found.align(np.array([0, 3]), np.array([3, 6]))]
    ('café!', [[0, 3], [3, 7]])
    """
    if unicodedata.is_normalized(form, text):
        return None
    normal = unicodedata.normalize(form, text)
    before, after = [], list[str]()
    at = same_from = 0  # characters
    for stretch in _STRETCH.findall(text):
        if not unicodedata.is_normalized(form, stretch):
            clusters = _CLUSTER.findall(stretch)
            before += [text[same_from:at], *clusters]
            after += [text[same_from:at], *(unicodedata.normalize(form, cluster) for cluster in clusters)]
            same_from = at + len(stretch)
        at += len(stretch)
    before.append(text[same_from:])
    after.append(text[same_from:])
    if "".join(after) != normal:  # never seen; Unicode versions of the two libraries may differ
        before, after = [text], [normal]
    same = np.fromiter((a == b for a, b in zip(before, after, strict=True)), np.bool_, len(before))
    return Composed(normal, _edges(before), _edges(after), same)


def _edges(parts: list[str]) -> NDArray[np.int64]:
    return np.fromiter(accumulate((len(part.encode()) for part in parts), initial=0), np.int64, len(parts) + 1)
