"""Pairs of entries that are parts of a character each, and whole characters together.

Source: Jang et al. 2024, Improbable Bigrams Expose Vulnerabilities of Incomplete Tokens (2410.23684). Theirs are pairs
of two scripts; here all are listed that text can be cut into.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import chain, islice, product

import numpy as np
from numpy.typing import NDArray

from core.vocabulary.audits.fragments import BEGUN, ENDED, INSIDE, fragments
from core.vocabulary.derivations import derivations_of
from core.vocabulary.entries import Entries, Ids
from core.vocabulary.in_parts import cut

MOST_PAIRS = 2_000_000  # candidates; o200k_base has some 150,000 pairs


def incomplete_pairs(entries: Entries) -> NDArray[np.int64]:
    """Pairs of multi-byte entries, the first ending inside a character that the second completes, int64 (P, 2).

    Pairs that merging would change are left out; `cut_so` says of which the tokenizer cuts their text into them.
    """
    return entries.once("incomplete pairs", lambda: _pairs(entries))


def _pairs(entries: Entries) -> NDArray[np.int64]:
    groups = fragments(entries).by_group
    none = np.empty(0, np.int64)
    second = np.sort(np.concatenate([groups.get(name, none) for name in (ENDED, INSIDE)]))
    pairs = candidates(entries.pieces, groups.get(BEGUN, none), second)
    built = derivations_of(entries)
    if built is None:
        return pairs
    orderly = (built.is_built & ~built.out_of_order)[pairs].all(axis=1)
    keep: NDArray[np.bool_] = np.logical_not(orderly)
    keep[orderly] = built.stay_apart(*pairs[orderly].T)
    return pairs[keep]


def tried_pairs(entries: Entries, most: int | None = None) -> NDArray[np.int64]:
    """Pairs that the tokenizer cuts their text into, of the first so many or of all, int64 (P, 2)."""
    pairs = incomplete_pairs(entries)[:most]
    found: NDArray[np.int64] = pairs[cut_so(entries, pairs)]
    return found


def cut_so(entries: Entries, pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the tokenizer cuts the text of each pair into the pair, bool (P,)."""
    texts = [(entries.pieces[a] + entries.pieces[b]).decode() for a, b in pairs.tolist()]
    cuts = chain.from_iterable(cut(entries.tokenizer, texts))
    same = (ids[-2:].tolist() == pair for ids, pair in zip(cuts, pairs.tolist(), strict=True))
    return np.fromiter(same, np.bool_, len(pairs))


def in_some_pair(entries: Entries, side: int) -> Ids:
    """Entries that the tokenizer cuts some pair into, on the left (0) or the right (1), ascending.

    Of each entry one pair is tried, then two more, four, eight, until one holds: with thousands of pairs for each there
    are a dozen rounds.
    """
    pairs = incomplete_pairs(entries)
    pairs = pairs[np.argsort(pairs[:, side], kind="stable")]
    holds = np.zeros(len(entries), np.bool_)
    of, first, n_pairs = np.unique(pairs[:, side], return_index=True, return_counts=True)
    place = np.arange(len(pairs)) - np.repeat(first, n_pairs)  # of a pair, among those of its entry
    for n in range(int(n_pairs.max(initial=0)).bit_length()):
        some = pairs[(place >= 2**n - 1) & (place < 2 ** (n + 1) - 1) & ~holds[pairs[:, side]]]
        holds[some[cut_so(entries, some), side]] = True
    return of[holds[of]]


def candidates(pieces: Sequence[bytes], begun: Ids, ended: Ids) -> NDArray[np.int64]:
    """Pairs whose bytes are whole characters, int64 (P, 2), at most `MOST_PAIRS`.

    >>> candidates([b"a\\xc3", b"\\xa9b", b"\\xe2\\x82", b"\\xac"], np.array([0, 2]), np.array([1, 3])).tolist()
    [[0, 1], [0, 3], [2, 1], [2, 3]]
    """
    begins, ends = _by_part(pieces, begun, _tail), _by_part(pieces, ended, _head)
    heads = defaultdict[int, list[bytes]](list)
    for head in ends:
        heads[len(head)].append(head)
    found = chain.from_iterable(
        product(before, ends[head])
        for tail, before in begins.items()
        for head in heads[_n_missing(tail)]
        if is_character(tail + head)
    )
    return np.fromiter(chain.from_iterable(islice(found, MOST_PAIRS)), np.int64).reshape(-1, 2)


def _by_part(pieces: Sequence[bytes], ids: Ids, part: Callable[[bytes], bytes]) -> dict[bytes, list[int]]:
    """Ids by their part of a character, in order."""
    found = dict[bytes, list[int]]()
    for i in ids.tolist():
        found.setdefault(part(pieces[i]), []).append(i)
    return found


def _tail(piece: bytes) -> bytes:
    """The character that a piece begins and does not end."""
    return piece[max(n for n, byte in enumerate(piece) if not 0x80 <= byte < 0xC0) :]


def _n_missing(tail: bytes) -> int:
    """Bytes that the character lacks, by its first one.

    >>> _n_missing(b"\\xc3"), _n_missing(b"\\xe2\\x82"), _n_missing(b"\\xf0")
    (1, 1, 3)
    """
    return (2 if tail[0] < 0xE0 else 3 if tail[0] < 0xF0 else 4) - len(tail)


def _head(piece: bytes) -> bytes:
    """The rest of a character that another piece begins."""
    return piece[: next((n for n, byte in enumerate(piece) if not 0x80 <= byte < 0xC0), len(piece))]


def is_character(data: bytes) -> bool:
    """Whether bytes are one character.

    >>> is_character(b"\\xc3\\xa9"), is_character(b"\\xe2\\x82")
    (True, False)
    """
    try:
        return len(data.decode()) == 1
    except UnicodeDecodeError:
        return False
