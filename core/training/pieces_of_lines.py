"""Counts the pieces that the second stage of SuperBPE cuts a text into: its pattern on arrays, many times as fast.

What a character is, a letter, a number or white space, says the library whose pattern it is.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, pre_tokenizers

from core.training.stretches import CountedStretches, Places, Stretches, counted_stretches

_SYMBOL, _SPACE, _LINE_END, _WHITE, _NUMBER, _LETTER, _END = range(7)  # the first is what is none of the others
_UNSEEN = 255
_KINDS = {_SPACE: " ", _LINE_END: r"[\r\n]", _WHITE: r"[^\S \r\n]", _NUMBER: r"\p{N}"}
_MOST_DIGITS = 3
Bools = NDArray[np.bool_]


def pieces_of_lines(chunks: Iterable[str], letters: str) -> CountedStretches:
    r"""How often each piece stands in a text.

    Pieces end behind the last line end of a stretch of white space; and before and behind up to three digits, two and
    more symbols with a space before and line ends behind, and spaces but the last one before what is no white space:
    `\p{N}{1,3}| ?[^\s\p{L}\p{N}]{2,}[\r\n/]*| +(?!\S)`.

    Args:
        chunks: of whole lines.
        letters: pattern of a character that is no symbol, beside numbers and white space.

    >>> sorted(pieces_of_lines(["one two;\n\n\tthree 4four --\n  "], r"\p{L}").words())
    ['\tthree ', '  ', ' --\n', '4', 'four', 'one two;\n\n']
    """
    return counted_stretches(_cut(chunks, letters))


def _cut(chunks: Iterable[str], letters: str) -> Iterator[Stretches]:
    """The pieces of each chunk."""
    known = np.full(0x110000, _UNSEEN, np.uint8)
    for chunk in chunks:
        data = np.frombuffer(chunk.encode(), np.uint8)
        codes = data if chunk.isascii() else np.frombuffer(chunk.encode("utf-32-le"), np.uint32)
        kinds = known.take(codes)
        if (kinds == _UNSEEN).any():
            new = np.unique(codes[kinds == _UNSEEN])
            known[new] = _kinds(new.astype(np.uint32), letters)
            kinds = known.take(codes)
        ends = _ends(kinds)
        yield Stretches(data, ends if codes is data else _first_bytes(data).take(ends))


def _first_bytes(data: NDArray[np.uint8]) -> Places:
    """Where characters begin in UTF-8, and where the last ends, (n + 1,)."""
    return np.append(np.flatnonzero(data & 0xC0 != 0x80), len(data))


def _kinds(codes: NDArray[np.uint32], letters: str) -> NDArray[np.uint8]:
    """What characters are."""
    there, kinds = codes.tobytes().decode("utf-32-le"), np.zeros(len(codes), np.uint8)
    for kind, pattern in (_KINDS | {_LETTER: letters}).items():
        of_it = np.ones(len(codes), np.bool_)
        for _, (start, end) in pre_tokenizers.Split(Regex(pattern), "removed").pre_tokenize_str(there):
            of_it[start:end] = False
        kinds[of_it] = kind
    return kinds


def _ends(kinds: NDArray[np.uint8]) -> Places:
    """Where pieces begin and end, ascending."""
    if not (n := len(kinds)):
        return np.zeros(1, np.int64)
    cut, starts, ends = np.zeros(n + 1, np.bool_), *_runs(kinds)
    kind, long = np.append(kinds.take(starts), np.uint8(_END)), ends - starts > 1  # the last: also before the first
    space, line_end = kind == _SPACE, kind == _LINE_END
    white = space | line_end | (kind == _WHITE)
    cut[[0, n]] = True

    which = np.flatnonzero(line_end)
    stretch = np.cumsum(~white).take(which)
    cut[ends.take(which[np.diff(stretch, append=-1) != 0])] = True

    which = np.flatnonzero(kind == _NUMBER)
    cut[starts.take(which)] = cut[ends.take(which)] = True
    sizes = (ends - starts).take(which)
    which, sizes = which[sizes > _MOST_DIGITS], sizes[sizes > _MOST_DIGITS]
    digits = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    cut[(np.repeat(starts.take(which), sizes) + digits)[digits % _MOST_DIGITS == 0]] = True

    which = np.flatnonzero((kind[:-1] == _SYMBOL) & long)
    cut[starts.take(which) - space.take(which - 1)] = cut[ends.take(which + line_end.take(which + 1))] = True

    which = np.flatnonzero(space[:-1] & (long | white[1:] | (kind[1:] == _END)))
    cut[starts.take(which)] = True
    cut[ends.take(which) - ~(white | (kind == _END)).take(which + 1)] = True  # the last stands before what follows
    return np.flatnonzero(cut)


def _runs(kinds: NDArray[np.uint8]) -> tuple[Places, Places]:
    """Where stretches of one kind begin and end."""
    edges = np.concatenate(([0], np.flatnonzero(kinds[1:] != kinds[:-1]) + 1, [len(kinds)]))
    return edges[:-1], edges[1:]
