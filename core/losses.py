"""What exactly a tokenizer loses of a text, in words: "12 spaces dropped", "3 capital letters lower-cased".

A loss is read off by comparing the bytes of tokens with the bytes they stand for, and from the gaps between them. No
tokenizer is asked about its normaliser, so what is said here is what happened to this text.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from core.kinds import Kind
from core.segmentation import Ints, Segmentation
from core.text_changes import WORDS, Change, decoded, difference

_STARTS_NO_CLUSTER = regex.compile(r"[\p{M}\u1160-\u11FF\uDC80-\uDCFF]")


@dataclass(frozen=True, eq=False)
class Loss:
    """One way in which the tokens do not say the text back.

    Args:
        key: what happened, for programs.
        n: how often.
        text: the same in words, with the number.
        at: bytes of the text that it happened to, ascending, int32 (places, 2); one place may hold several.
    """

    key: str
    n: int
    text: str
    at: Ints


def losses(segmentation: Segmentation) -> tuple[Loss, ...]:
    """What the tokens do not say back of the text; empty for a lossless segmentation.

    >>> import numpy as np
    >>> starts, ends = np.array([0, 3], np.int32), np.array([2, 7], np.int32)
    >>> cut = Segmentation(b"To  bed", np.zeros(2, np.int32), starts, ends, np.zeros(2, np.uint8), [b"to", b" bed"])
    >>> [loss.text for loss in losses(cut)]
    ['1 space dropped', '1 capital letter lower-cased']
    """
    if segmentation.lossless:
        return ()
    counts: Counter[str] = Counter()
    places: dict[str, list[tuple[int, int]]] = {}
    for start, end, found in _findings(segmentation):
        for key, n in found:
            if key == "spaces added" and start == 0:
                key = "space in front"  # noqa: PLW2901
            counts[key] += n
            places.setdefault(key, []).append((start, end))
    return tuple(
        Loss(key, counts[key], f"{counts[key]:,} {words[counts[key] != 1]}", np.array(sorted(places[key]), np.int32))
        for key, words in WORDS.items()
        if counts[key]
    )


def _findings(segmentation: Segmentation) -> Iterator[tuple[int, int, Change]]:
    """(start, end, what happened there) for every stretch of text that the tokens do not say back."""
    text = segmentation.text
    body = np.flatnonzero(segmentation.kinds != Kind.INSERTED)
    pieces = [segmentation.pieces[i] for i in body.tolist()]
    starts, ends = segmentation.starts[body], segmentation.ends[body]
    taken, groups = _groups(text, pieces, starts, ends, segmentation.kinds[body] == Kind.UNKNOWN)
    changed = np.isin(body, segmentation.changed, assume_unique=True) | (taken > ends)
    first_of = np.flatnonzero(np.concatenate([[True], groups[1:] != groups[:-1]])) if len(body) else body
    last_of = np.concatenate([first_of[1:], [len(body)]]) - 1
    for group in np.unique(groups[changed]).tolist():
        first, last = int(first_of[group]), int(last_of[group])
        start, end = int(starts[first]), int(taken[last])
        if segmentation.kinds[body[first]] == Kind.UNKNOWN:
            yield start, end, (("unknown", max(1, len(decoded(text[start:end]).strip()))),)
        else:
            yield start, end, difference(text[start:end], b"".join(pieces[first : last + 1]))
    edges_from, edges_to = np.concatenate([[0], taken]), np.concatenate([starts, [len(text)]])
    gaps = edges_from < edges_to
    for start, end in zip(edges_from[gaps].tolist(), edges_to[gaps].tolist(), strict=True):
        yield start, end, difference(text[start:end], b"")


def _groups(
    text: bytes, pieces: list[bytes], starts: Ints, ends: Ints, unknown: NDArray[np.bool_]
) -> tuple[Ints, NDArray[np.intp]]:
    """Tokens that must be looked at together, because a character of the text or of the tokens lies across them.

    Returns:
        Where the text that belongs to each token ends, a gap behind it included if that begins inside a cluster,
        int32 (T,); and the number of each token's group, intp (T,).
    """
    data = np.frombuffer(text + b"\0", np.uint8)
    taken = ends.copy()
    nexts = np.append(starts[1:], np.int32(len(text)))
    for i in np.flatnonzero((ends < nexts) & (data[ends] >= 0x80)).tolist():
        if _STARTS_NO_CLUSTER.match(decoded(text[ends[i] : nexts[i]])):
            taken[i] = nexts[i]
    inside_text = data[starts] & 0xC0 == 0x80
    heads = np.frombuffer(b"".join([piece[:1] or b"\0" for piece in pieces]), np.uint8)
    glued = (inside_text | (heads & 0xC0 == 0x80))[1:] & (taken[:-1] == starts[1:])
    glued &= ~unknown[1:]
    return taken, np.concatenate([[0], np.cumsum(~glued)]).astype(np.intp)[: len(pieces)]
