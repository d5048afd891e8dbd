"""Writing systems."""

import numpy as np

from core.common.definitions import Definition
from core.text.scripts import SCRIPTS, code_points, name, script_places
from core.vocabulary.division import Division, Places
from core.vocabulary.entries import Entries

_SEVERAL, _NO_LETTERS, _NO_TEXT = (len(SCRIPTS) + n for n in (1, 2, 3))


def divide(entries: Entries) -> Places:
    """The script of each entry's letters.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> from core.vocabulary.entries import entries_of
    >>> places = divide(entries_of(open_tokenizer("builtin:utf8-bytes")))
    >>> [DIVISION.parts[place] for place in places[[68, 36, 255]]]
    ['Latin', 'No letters', 'No whole characters']
    """
    whole = [i for i, text in enumerate(entries.texts) if text]
    texts = [text for text in entries.texts if text]
    found = np.full(len(entries), _NO_TEXT, np.int16)
    found[entries.holes] = -1
    if texts:
        found[whole] = _of_texts(texts)
    return found


def _of_texts(texts: list[str]) -> Places:
    places = script_places(code_points("".join(texts)))
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    starts = np.cumsum(lengths) - lengths
    last = np.maximum.reduceat(places, starts)
    first = np.minimum.reduceat(np.where(places < 0, _NO_TEXT, places), starts)
    return np.where(last < 0, _NO_LETTERS, np.where(first == last, last, _SEVERAL)).astype(np.int16)


DIVISION = Division(
    definition=Definition(
        "script",
        "Script",
        "ids",
        "",
        "The writing system of an entry's letters and marks, by Unicode's Script property. Entries with letters of two "
        "scripts are together; so are those without a letter, such as digits and white space, and those that are no "
        "whole characters: parts of them, and special tokens.",
        "Unicode Standard Annex 24",
    ),
    order=30,
    parts=(*map(name, SCRIPTS), "Other scripts", "Several scripts", "No letters", "No whole characters"),
    keys=(*SCRIPTS, "other", "several", "no_letters", "no_text"),
    divide=divide,
)
