"""What exactly a tokenizer loses of a text, in words: "12 spaces dropped", "3 capital letters lower-cased".

A loss is read off by comparing the bytes of tokens with the bytes they stand for, and from the gaps between them. No
tokenizer is asked about its normaliser, so what is said here is what happened to this text.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.common.numbers import count
from core.segmentation.changes import WORDS, Change, decoded, difference
from core.text.units import units_of
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Ints, Segmentation


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


def losses(segmentation: Segmentation, clusters: Ints | None = None) -> tuple[Loss, ...]:
    """What the tokens do not say back of the text; empty for a lossless segmentation.

    Args:
        clusters: where the text's grapheme clusters begin, and the last ends, in bytes, if the caller has them
            (`core.text.units`).

    >>> import numpy as np
    >>> starts, ends = np.array([0, 3], np.int32), np.array([2, 7], np.int32)
    >>> cut = Segmentation(b"To  bed", np.zeros(2, np.int32), starts, ends, np.zeros(2, np.uint8), [b"to", b" bed"])
    >>> [loss.text for loss in losses(cut)]
    ['1 space dropped', '1 capital letter lower-cased']
    """
    if segmentation.lossless:
        return ()
    edges = units_of(segmentation.text.decode()).clusters if clusters is None else clusters
    counts: Counter[str] = Counter()
    places: dict[str, list[tuple[int, int]]] = {}
    for start, end, found in _findings(segmentation, edges):
        for key, n in found:
            if key == "spaces added" and start == 0:
                key = "space in front"  # noqa: PLW2901
            counts[key] += n
            places.setdefault(key, []).append((start, end))
    return tuple(
        Loss(
            key, counts[key], f"{count(counts[key])} {words[counts[key] != 1]}", np.array(sorted(places[key]), np.int32)
        )
        for key, words in WORDS.items()
        if counts[key]
    )


def _findings(segmentation: Segmentation, clusters: Ints) -> Iterator[tuple[int, int, Change]]:
    """(start, end, what happened there) for every stretch of text that the tokens do not say back."""
    text = segmentation.text
    of_text = np.flatnonzero(segmentation.kinds != Kind.INSERTED)
    if not len(of_text):
        yield 0, len(text), difference(text, b"")
        return
    # zero-width tokens between others are kept: a normaliser may make more tokens of a character than it has bytes
    body = slice(int(of_text[0]), int(of_text[-1]) + 1)
    pieces, unknown = segmentation.pieces[body], segmentation.kinds[body] == Kind.UNKNOWN
    starts, ends = segmentation.starts[body], segmentation.ends[body]
    taken, firsts = _groups(clusters, pieces, starts, ends, unknown)
    changed = taken > ends
    changed[segmentation.changed - body.start] = True
    begins, stops, lost = starts.tolist(), taken.tolist(), unknown.tolist()
    for first, after in _spans_with(changed, firsts):
        start, end = begins[first], stops[after - 1]
        if lost[first]:
            yield start, end, (("unknown", max(1, len(decoded(text[start:end]).strip()))),)
        else:
            yield start, end, difference(text[start:end], b"".join(pieces[first:after]))
    edges_from, edges_to = np.concatenate([[0], taken]), np.concatenate([starts, [len(text)]])
    gaps = edges_from < edges_to
    for start, end in zip(edges_from[gaps].tolist(), edges_to[gaps].tolist(), strict=True):
        yield start, end, difference(text[start:end], b"")


def _groups(
    clusters: Ints, pieces: list[bytes], starts: Ints, ends: Ints, unknown: NDArray[np.bool_]
) -> tuple[Ints, NDArray[np.intp]]:
    """Tokens that must be looked at together, because a cluster of the text or a character of theirs lies across them.

    Normalisers work within clusters, and inside a changed one spans are a fair division and not exact.

    Returns:
        Where the text that belongs to each token ends, a gap behind it included if that begins inside a cluster, int32
        (T,); and the first token of each group, intp.
    """
    joins = np.ones(int(clusters[-1]) + 1, np.bool_)
    joins[clusters] = False
    nexts = np.append(starts[1:], clusters[-1])
    taken = np.where((ends < nexts) & joins[ends], nexts, ends)
    heads = np.frombuffer(b"".join([piece[:1] or b"\0" for piece in pieces]), np.uint8)
    follows = joins[starts] | (heads & 0xC0 == 0x80)
    glued = (starts == ends)[:-1] | follows[1:]
    glued &= (taken[:-1] == starts[1:]) & ~unknown[1:]
    return taken, np.flatnonzero(np.concatenate([[True], ~glued]))


def _spans_with(changed: NDArray[np.bool_], firsts: NDArray[np.intp]) -> Iterator[tuple[int, int]]:
    """(first, after the last) token of each group that holds a changed one."""
    afters = np.append(firsts[1:], len(changed))
    chosen = np.flatnonzero(np.logical_or.reduceat(changed, firsts))
    yield from zip(firsts[chosen].tolist(), afters[chosen].tolist(), strict=True)
