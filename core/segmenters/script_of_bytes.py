"""Which script each byte of a text belongs to, of those that the shipped segmenters were taught."""

import numpy as np
from numpy.typing import NDArray

from core.text.scripts import SCRIPTS, code_points, script_places
from core.text.utf8 import byte_offsets

GROUPS = ("Latin", "Cyrillic", "Arabic", "Devanagari", "Thai", "Han and Kana", "Hangul")
_NAMES = {"Han": "Han and Kana", "Hiragana": "Han and Kana", "Katakana": "Han and Kana"}
# Of a script that is none of these, and of what has none before the first letter: as if it were the first group.
_GROUP = np.array([GROUPS.index(name) if name in GROUPS else 0 for name in (_NAMES.get(s, s) for s in SCRIPTS)] + [0])


def script_groups(text: str) -> NDArray[np.int64]:
    """Place in `GROUPS` of the script of each byte, int64 (N,); spaces, digits and marks go with the letter before.

    >>> [GROUPS[n] for n in script_groups("a, ж")]
    ['Latin', 'Latin', 'Latin', 'Cyrillic', 'Cyrillic']
    """
    places = script_places(code_points(text))
    last = np.maximum.accumulate(np.where(places >= 0, np.arange(len(places)), -1))
    first = int(places[places >= 0][0]) if (places >= 0).any() else 0
    filled = np.where(last >= 0, places[np.maximum(last, 0)], first)
    return np.repeat(_GROUP[filled], np.diff(byte_offsets(text))).astype(np.int64)
