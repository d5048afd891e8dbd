"""Entries of several bytes that are not whole characters."""

import numpy as np

from core.common.definitions import Definition
from core.vocabulary.audit import Audit, Finding, grouped
from core.vocabulary.entries import Entries, Ids

BEGUN, ENDED, BOTH = "ends inside a character", "begins inside a character", "begins and ends inside characters"
INSIDE, NEVER = "lies inside one character", "stands in no valid text"


def fragments(entries: Entries) -> Finding:
    """Entries of two bytes or more that are not valid UTF-8 by themselves, by what is missing."""
    whole = np.fromiter((text is not None for text in entries.texts), np.bool_, len(entries))
    broken = np.flatnonzero(entries.textual & ~whole & (entries.lengths > 1))
    names = [what_is_missing(entries.pieces[i]) for i in broken]
    return grouped({name: _those(broken, names, name) for name in (BEGUN, ENDED, BOTH, INSIDE, NEVER)})


def _those(ids: Ids, names: list[str], name: str) -> Ids:
    return ids[np.fromiter((one == name for one in names), np.bool_, len(names))]


def what_is_missing(piece: bytes) -> str:
    """Where bytes that are not whole characters stand in a text that has them.

    >>> [what_is_missing(piece) for piece in (b"a\\xc3", b"\\xa9b", b"\\xa9b\\xc3", b"\\x80\\x80", b"\\xff\\xfe")]
    ['ends inside a character', 'begins inside a character', 'begins and ends inside characters', \
'lies inside one character', 'stands in no valid text']
    """
    start = next((n for n, byte in enumerate(piece) if not 0x80 <= byte < 0xC0), len(piece))
    if start == len(piece):
        return INSIDE if len(piece) < 4 else NEVER
    end = max(n for n, byte in enumerate(piece) if not 0x80 <= byte < 0xC0)
    tail = piece[end:]
    cut = not _whole(tail)
    if start > 3 or not _whole(piece[start : end if cut else None]) or (cut and not _may_go_on(tail)):
        return NEVER
    return BOTH if start and cut else BEGUN if cut else ENDED


def _whole(piece: bytes) -> bool:
    try:
        piece.decode()
    except UnicodeDecodeError:
        return False
    return True


def _may_go_on(tail: bytes) -> bool:
    """Whether bytes begin a character that more bytes would complete."""
    return any(_whole(tail + rest * n) for rest in (b"\x80", b"\x90", b"\xbf") for n in (1, 2, 3))


AUDIT = Audit(
    definition=Definition(
        "fragments",
        "Parts of characters",
        "ids",
        "",
        "Entries of two bytes or more that are not whole characters: they are text only beside the entries that hold "
        "the rest. The 256 single bytes, which a byte-level vocabulary needs, are not counted.",
        "Land & Bartolo 2024, Fishing for Magikarp; Jang et al. 2024, Improbable Bigrams",
    ),
    order=10,
    find=fragments,
)
