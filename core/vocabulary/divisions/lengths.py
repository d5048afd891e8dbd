"""Length in bytes."""

import numpy as np

from core.common.definitions import Definition
from core.vocabulary.division import Division, Places
from core.vocabulary.entries import Entries

_EDGES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 17)  # each part begins at one and ends before the next
_NO_TEXT = len(_EDGES)


def divide(entries: Entries) -> Places:
    """The length of each entry.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> from core.vocabulary.entries import entries_of
    >>> places = divide(entries_of(open_tokenizer("builtin:utf8-bytes")))
    >>> [DIVISION.parts[place] for place in places[[0, 68]]]
    ['Special tokens', '1 byte']
    """
    found = (np.searchsorted(_EDGES, entries.lengths, side="right") - 1).astype(np.int16)
    found[~entries.textual] = _NO_TEXT
    found[entries.holes] = -1
    return found


DIVISION = Division(
    definition=Definition(
        "length",
        "Length",
        "ids",
        "",
        "Bytes of UTF-8 that an entry stands for, a space at its beginning included. A letter has one in English, two "
        "in Russian or Arabic, three in Hindi, Thai or Chinese.",
    ),
    order=40,
    parts=(
        "1 byte",
        *(f"{n} bytes" for n in range(2, 9)),
        "9–10 bytes",
        "11–16 bytes",
        "17 and more",
        "Special tokens",
    ),
    keys=(*map(str, range(1, 9)), "9-10", "11-16", "17", "special"),
    divide=divide,
)
