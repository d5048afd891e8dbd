"""A text cut into tokens, right to the byte.

Every backend reports ids. Where the bytes of those ids, put side by side, are the text (perhaps behind a dummy prefix),
the spans follow by adding up lengths. Only where a normaliser changed the text is the backend's own alignment asked
for, and its overlaps, which appear wherever a character is split over several tokens, are resolved here, once for all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.kinds import Kind

if TYPE_CHECKING:
    from core.tokenizers.vocabulary import Vocabulary

Ints = NDArray[np.int32]
Alignment = tuple[Ints, Ints]  # starts, ends: byte offsets in the original text, (T,) each


@dataclass(frozen=True, eq=False)
class Encoded:
    """What a backend says of a text, before spans are known.

    Args:
        ids: int32 (T,).
        align: called only if the tokens' bytes are not the text: spans of the tokens between `n_before` and `n_after`
            in bytes of the original text; may overlap where a character is split, and may be empty for all but the
            last byte of a character; None for backends that never change the text.
        pieces: bytes per token for backends without a vocabulary (characters, words); None looks them up.
        kinds: `Kind` per token, uint8 (T,); None looks them up.
        prefix: what the tokenizer may have put before the text before cutting it, b" " for a dummy prefix.
        n_before: special tokens added at the front.
        n_after: special tokens added at the end.
    """

    ids: Ints
    align: Callable[[], Alignment] | None = None
    pieces: list[bytes] | None = None
    kinds: NDArray[np.uint8] | None = None
    prefix: bytes = b""
    n_before: int = 0
    n_after: int = 0


@dataclass(frozen=True, eq=False)
class Segmentation:
    """A text and its tokens as spans of its UTF-8 bytes.

    Args:
        text: the original text in UTF-8.
        ids: int32 (T,).
        starts, ends: byte span of each token in `text`, int32 (T,), ordered and disjoint.
        kinds: `Kind` per token, uint8 (T,).
        pieces: the bytes each token contributes, T of them. Equal to the span's bytes unless a normaliser changed
            them; a dummy prefix is not counted, since decoding takes it off again.
        n_added: special tokens among them that the tokenizer put around the text.
    """

    text: bytes
    ids: Ints
    starts: Ints
    ends: Ints
    kinds: NDArray[np.uint8]
    pieces: list[bytes]
    n_added: int = 0

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def n_tokens(self) -> int:
        """Tokens that the tokenizer makes of the text: all but the special ones that it put around it."""
        return len(self.ids) - self.n_added

    @cached_property
    def changed(self) -> NDArray[np.intp]:
        """Indices of tokens whose bytes differ from the bytes of their span, inserted ones aside."""
        starts, ends = self.starts.tolist(), self.ends.tolist()  # an array gives one number in five times a list's time
        body = np.flatnonzero(self.kinds != Kind.INSERTED).tolist()
        return np.array([i for i in body if self.pieces[i] != self.text[starts[i] : ends[i]]], np.intp)

    @cached_property
    def tiles(self) -> bool:
        """Whether the spans cover the text without a gap."""
        if not len(self.ids):
            return not self.text
        return bool(
            self.starts[0] == 0 and self.ends[-1] == len(self.text) and np.array_equal(self.ends[:-1], self.starts[1:])
        )

    @cached_property
    def lossless(self) -> bool:
        """Whether the tokens say the text back exactly: they tile it, and the bytes of each are those of its span."""
        return self.tiles and not len(self.changed)

    @cached_property
    def gaps(self) -> list[tuple[int, int]]:
        """Byte spans of the text that no token covers, such as spaces that a tokenizer drops."""
        edges_from = np.concatenate([[0], self.ends]) if len(self.ids) else np.zeros(1, np.int64)
        edges_to = np.concatenate([self.starts, [len(self.text)]])
        return [(int(a), int(b)) for a, b in zip(edges_from, edges_to, strict=True) if a < b]

    @cached_property
    def cuts(self) -> Ints:
        """Byte positions strictly inside the text where a token begins or ends, ascending, int32."""
        edges = np.unique(np.concatenate([self.starts, self.ends]))
        return edges[(edges > 0) & (edges < len(self.text))].astype(np.int32)


def spans(encoded: Encoded, text: bytes, vocabulary: "Vocabulary | None") -> Segmentation:
    """Lay a backend's tokens over the bytes of the text they came from."""
    ids, first, last = encoded.ids, encoded.n_before, len(encoded.ids) - encoded.n_after
    pieces = encoded.pieces if encoded.pieces is not None else _look_up(vocabulary, ids)
    kinds = encoded.kinds.copy() if encoded.kinds is not None else _kinds(vocabulary, ids)
    body = pieces[first:last] if last - first < len(ids) else pieces
    spelled = b"".join(body)
    prefix = b"" if spelled == text else encoded.prefix
    if spelled == prefix + text:
        lengths = vocabulary.lengths[ids[first:last]] if vocabulary is not None and encoded.pieces is None else None
        edges = _edges(body, lengths)
        if prefix:
            edges = np.maximum(edges - len(prefix), 0)
        starts, ends = edges[:-1], edges[1:]
        inserted = starts == ends
    elif encoded.align is None:
        raise AssertionError("a backend without alignment gave tokens that do not spell the text")
    else:
        raw_starts, raw_ends = encoded.align()
        starts, ends = disjoint(text, body, kinds[first:last], raw_starts, raw_ends, encoded.prefix)
        # A token squeezed to nothing, since a character became more tokens than it has bytes, still stands for text.
        inserted = (starts == ends) & (raw_starts == raw_ends)
    if prefix:
        body = _without_prefix(body, kinds[first:last], text, starts, ends, prefix)
    kinds[first:last][inserted] = Kind.INSERTED
    if len(body) == len(ids):
        return Segmentation(text, ids, starts, ends, kinds, body)
    kinds[:first] = kinds[last:] = Kind.INSERTED
    at_front, at_end = np.zeros(first, np.int32), np.full(encoded.n_after, len(text), np.int32)
    starts, ends = (np.concatenate([at_front, edge, at_end]) for edge in (starts, ends))
    n_added = first + encoded.n_after
    return Segmentation(text, ids, starts, ends, kinds, [*pieces[:first], *body, *pieces[last:]], n_added)


def _edges(pieces: list[bytes], lengths: Ints | None = None) -> Ints:
    """Where each piece begins when they stand side by side, and where the last ends: int32 (T + 1,)."""
    edges = np.zeros(len(pieces) + 1, np.int32)
    np.cumsum(np.fromiter(map(len, pieces), np.int32, len(pieces)) if lengths is None else lengths, out=edges[1:])
    return edges


def _look_up(vocabulary: "Vocabulary | None", ids: Ints) -> list[bytes]:
    assert vocabulary is not None, "a backend without a vocabulary names its pieces"
    found: list[bytes] = vocabulary.table[ids].tolist()
    return found


def _kinds(vocabulary: "Vocabulary | None", ids: Ints) -> NDArray[np.uint8]:
    assert vocabulary is not None, "a backend without a vocabulary names its kinds"
    kinds: NDArray[np.uint8] = vocabulary.kinds[ids]
    return kinds


def _without_prefix(
    pieces: list[bytes], kinds: NDArray[np.uint8], text: bytes, starts: Ints, ends: Ints, prefix: bytes
) -> list[bytes]:
    """Take the dummy prefix off the tokens that carry it: at the front, or behind a special token."""
    bare = list(pieces)
    openings = np.flatnonzero((starts == 0) | np.concatenate([[False], kinds[:-1] == Kind.SPECIAL]))
    for i in openings.tolist():
        span = text[starts[i] : ends[i]]
        if span and pieces[i] == prefix + span:
            bare[i] = span
    return bare


def disjoint(
    text: bytes, pieces: list[bytes], kinds: NDArray[np.uint8], starts: Ints, ends: Ints, prefix: bytes = b""
) -> Alignment:
    """Turn a backend's alignment into ordered, disjoint spans.

    Backends give every token of a split character the whole character (tokenizers), or nothing to all but the last
    (SentencePiece). Where the tokens of such a group spell its bytes, perhaps behind a dummy prefix, the spans follow
    the bytes; where a normaliser changed them, the shared stretch is divided evenly between the tokens that share it.
    """
    starts, ends = starts.astype(np.int32), ends.astype(np.int32)
    if not len(starts):  # the whole text was dropped
        return starts, ends
    if _in_order(starts, ends) and not ((starts == ends) & (kinds == Kind.BYTE)).any():
        return starts, ends
    for i in np.flatnonzero((starts == ends) & (kinds == Kind.BYTE))[::-1]:  # leading bytes of a split character
        if i + 1 < len(starts) and starts[i + 1] == starts[i]:
            ends[i] = ends[i + 1]
    starts = np.maximum.accumulate(starts)
    ends = np.maximum(ends, starts)
    reach = np.maximum.accumulate(ends)
    heads = np.concatenate([[True], starts[1:] >= reach[:-1]])  # does token i begin after all before it end?
    firsts = np.flatnonzero(heads)
    lasts = np.append(firsts[1:], len(starts))
    several = lasts - firsts > 1
    if several.any():
        _settle(text, pieces, starts, ends, firsts[several], lasts[several], reach, prefix)
    return starts, ends


def _in_order(starts: Ints, ends: Ints) -> bool:
    """Does each span end before the next begins?"""
    return bool((starts <= ends).all() and (ends[:-1] <= starts[1:]).all())


def _settle(
    text: bytes,
    pieces: list[bytes],
    starts: Ints,
    ends: Ints,
    firsts: NDArray[np.intp],
    lasts: NDArray[np.intp],
    reach: Ints,
    prefix: bytes,
) -> None:
    """Give the tokens of each group, from `firsts` to `lasts`, their own part of the stretch it covers, in place."""
    spelled, edges = b"".join(pieces), _edges(pieces)
    begins, stops = starts[firsts], reach[lasts - 1]
    exact = np.zeros(len(firsts), np.bool_)
    groups = (firsts, lasts, begins, stops, edges[firsts], edges[lasts])
    for n, (first, last, begin, stop, low, high) in enumerate(zip(*(g.tolist() for g in groups), strict=True)):
        part = spelled[low:high]
        exact[n] = part == text[begin:stop] or part == prefix + text[begin:stop]
        if not exact[n]:
            _divide(starts, ends, first, last)
    sizes = (lasts - firsts)[exact]
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    tokens = np.repeat(firsts[exact], sizes) + within
    begin = np.repeat(begins[exact], sizes)
    shift = np.repeat((stops - edges[lasts])[exact], sizes)  # from where the group stands in `spelled` to the text
    starts[tokens] = np.maximum(edges[tokens] + shift, begin)
    ends[tokens] = np.maximum(edges[tokens + 1] + shift, begin)


def _divide(starts: Ints, ends: Ints, first: int, last: int) -> None:
    """Divide each stretch shared by neighbouring tokens evenly between them, in place."""
    i = first
    while i < last - 1:
        low, high = int(starts[i + 1]), int(ends[i])  # times a place among many, the product is over 32 bits
        if low >= high:
            i += 1
            continue
        run = i + 1
        while run + 1 < last and starts[run + 1] < high:
            run += 1
        furthest = ends[i : run + 1].max()
        for n, token in enumerate(range(i, run)):
            cut = low + (high - low) * (n + 1) // (run - i + 1)
            ends[token], starts[token + 1] = cut, cut
        ends[run] = furthest
        i = run
