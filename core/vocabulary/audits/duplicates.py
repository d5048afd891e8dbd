"""Entries that say what another entry says."""

from collections import Counter, defaultdict

import numpy as np

from core.common.definitions import Definition
from core.tokenizers.kinds import Kind
from core.vocabulary.audit import Audit, Finding, grouped
from core.vocabulary.entries import Entries

BYTE, SAME = "a byte that an ordinary entry has too", "written twice"


def duplicates(entries: Entries) -> Finding:
    """Entries whose bytes another entry has too, all but the first ordinary one of each."""
    textual = np.flatnonzero(entries.textual).tolist()
    times = Counter([entries.pieces[i] for i in textual])
    known = defaultdict[tuple[bytes, bool, bool], list[int]](list)
    for i in textual:
        if times[entries.pieces[i]] > 1:
            known[entries.pieces[i], entries.within_words(i), entries.ends_words(i)].append(i)
    repeats = [i for ids in known.values() for i in sorted(ids, key=lambda i: (entries.kinds[i], i))[1:]]
    again = np.array(sorted(repeats), np.int64)
    is_byte = entries.kinds[again] == Kind.BYTE
    return grouped({BYTE: again[is_byte], SAME: again[~is_byte]})


AUDIT = Audit(
    definition=Definition(
        "duplicates",
        "Duplicates",
        "ids",
        "lower",
        "Entries whose bytes another entry has as well, the first ordinary entry of each byte string aside. "
        "WordPiece's entries at the start of a word and inside one are not the same, nor are CLIP's at its end.",
    ),
    order=30,
    find=duplicates,
)
