"""New tokens spelled with old ones: how the old tokenizer would write the bytes of each.

The old tokenizer itself is asked first, in each of the positions in which it may see the bytes: at the start of a text,
behind the space that it puts there itself, and behind a line break. Its answer counts only if the bytes of its tokens
are exactly the bytes asked for. Where no answer does, as for half a character, the fewest old tokens that spell the
bytes are taken.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from core.tokenizers.kinds import Kind
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.special_roles import special_ids
from core.tokenizers.tokenizer import LocalTokenizer

Spelling = tuple[int, ...]


def spell(old: LocalTokenizer, pieces: Sequence[bytes], banned: frozenset[int] = frozenset()) -> list[Spelling]:
    """Old ids whose bytes, put side by side, are each of the pieces; empty where there are none.

    Args:
        banned: old ids that may not be used.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> spell(open_tokenizer("builtin:utf8-bytes"), [b"ab", b"\\xe4"])
    [(100, 101), (231,)]
    """
    words = vocabulary_of(old)
    barred = special_ids(old) | banned
    found: list[Spelling] = [()] * len(pieces)
    texts = {i: text for i, piece in enumerate(pieces) if piece and (text := _text(piece)) is not None}
    for before, drop in ((b"", b""), (b"", b" "), (b"\n", b"")):
        asked = [i for i in texts if not found[i] and pieces[i].startswith(drop)]
        lead = _ids(old, [before.decode()])[0] if before else []
        answers = _ids(old, [(before + pieces[i][len(drop) :]).decode() for i in asked])
        for i, answer in zip(asked, answers, strict=True):
            ids = answer[len(lead) :]
            spelled = b"".join(words.pieces[j] for j in ids) == pieces[i]
            if spelled and answer[: len(lead)] == lead and barred.isdisjoint(ids):
                found[i] = tuple(ids)
    known = shortest_vocabulary(old, barred)
    longest = max(map(len, known), default=0)
    return [ids or (fewest(piece, known, longest) if piece else ()) for ids, piece in zip(found, pieces, strict=True)]


def shortest_vocabulary(tokenizer: LocalTokenizer, barred: set[int] | frozenset[int]) -> dict[bytes, int]:
    """An id for every byte string of the vocabulary, ordinary tokens before byte-fallback ones."""
    words = vocabulary_of(tokenizer)
    known = dict[bytes, int]()
    for wanted in (Kind.ORDINARY, Kind.BYTE):
        for i in np.flatnonzero(words.kinds == wanted).tolist():
            if words.pieces[i] and i not in barred:
                known.setdefault(words.pieces[i], i)
    return known


def fewest(piece: bytes, known: Mapping[bytes, int], longest: int) -> Spelling:
    """The fewest known byte strings that spell a piece, the first as long as can be; empty if none do.

    >>> fewest(b"abc", {b"a": 0, b"ab": 1, b"bc": 2, b"c": 3}, 2)
    (1, 3)
    """
    n = len(piece)
    counts = [n + 1] * n + [0]  # tokens needed from each place to the end
    ends = [0] * n
    for start in range(n - 1, -1, -1):
        for end in range(min(n, start + longest), start, -1):
            if counts[end] + 1 < counts[start] and piece[start:end] in known:
                counts[start], ends[start] = counts[end] + 1, end
    if not n or counts[0] > n:
        return ()
    ids, at = list[int](), 0
    while at < n:
        ids.append(known[piece[at : ends[at]]])
        at = ends[at]
    return tuple(ids)


def _text(piece: bytes) -> str | None:
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return None


def _ids(tokenizer: LocalTokenizer, texts: Sequence[str]) -> list[list[int]]:
    return [ids.tolist() for ids in tokenizer.encode_many(texts)] if texts else []
