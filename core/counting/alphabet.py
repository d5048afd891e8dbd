"""The characters that a fast engine may count at all, and lines on which it is tried with every one of them.

Libraries carry Unicode tables of different ages, and have ways of their own with characters that no text in a language
has. So that a count depends on nothing but the line, a line with any character outside this alphabet is counted by the
reference: unassigned and private characters, controls, the mark `▁` that SentencePiece writes for a space, Roman
numerals and circled letters (alphabetic to Unicode, no letters to a pattern: tokie 0.1.4 cuts `ⅶ濽` otherwise than
GPT-2), rare Han characters, and whatever an engine turned out to count differently, such as U+061D with BERT, whose
table is older.
"""

import hashlib
import unicodedata
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from core.counting.end_to_end import END, ENDING, ORDINARY, SPACE, STRANGE

_N_CHARACTERS = 0x110000
# Beyond the basic plane: mathematical letters, and pictographs.
_PLANES = (range(0x10000), range(0x1D400, 0x1D800), range(0x1F000, 0x1FB00))
_CONTROLS = "\t\n\r"
_SPACE_MARK = "▁"
_CIRCLED = (*range(0x24B6, 0x24EA), *range(0x1F130, 0x1F18A))
_UNIFORM = 16  # letters of scripts without case that share a line: libraries treat a script's alike
# Where classes of characters meet: what a table of another age gets wrong, another cut shows.
_NEIGHBOURS = "{c} 1{c}1 a{c}a .{c}. 字{c}字 {c}{c} A{c}\n{c} "


@cache
def usual() -> NDArray[np.bool_]:
    """Which characters are in the alphabet, (0x110000,)."""
    table = np.zeros(_N_CHARACTERS, bool)
    table[[ord(c) for block in _PLANES for c in map(chr, block) if _is_usual(c)]] = True
    table.flags.writeable = False
    return table


def _is_usual(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Nl" or character == _SPACE_MARK or ord(character) in _CIRCLED:
        return False
    return category[0] != "C" or category == "Cf" or character in _CONTROLS


@cache
def alphabet_lines() -> tuple[tuple[str, str], ...]:
    """Lines that hold every character of the alphabet: (the characters a line is about, line).

    All but letters of scripts without case stand on a line alone too, where a library may drop them or not.
    """
    characters = [chr(n) for n in np.flatnonzero(usual())]
    alike = [c for c in characters if unicodedata.category(c) == "Lo"]
    others = [c for c in characters if unicodedata.category(c) != "Lo"]
    runs = ["".join(alike[n : n + _UNIFORM]) for n in range(0, len(alike), _UNIFORM)]
    among = [(c, line.format(c=c)) for line in (_NEIGHBOURS, "{c}") for c in others]
    return tuple((run, f"1{run} a{' '.join(run)}.") for run in runs) + tuple(among)


@cache
def alphabet_fingerprint() -> str:
    """Hash of the lines, 16 hex digits."""
    return hashlib.sha256("\0".join(line for _, line in alphabet_lines()).encode()).hexdigest()[:16]


@lru_cache(maxsize=8)
def kinds(avoided: str = "") -> NDArray[np.uint8]:
    """What each character is to an engine that avoids these, (0x110000,), as `EndToEnd` reads it.

    Those that it may not count are strange.

    >>> kinds()[[ord(c) for c in "a \\ue000\\0"]], kinds("a").take([97])
    (array([0, 1, 2, 3], dtype=uint8), array([2], dtype=uint8))
    """
    table = np.where(usual(), np.uint8(ORDINARY), np.uint8(STRANGE))
    spaces = [n for n in np.flatnonzero(usual()).tolist() if chr(n).isspace()]
    table[spaces] = SPACE
    table[[ord(c) for c in avoided]] = STRANGE
    table[ord(END)] = ENDING
    table.flags.writeable = False
    return table
