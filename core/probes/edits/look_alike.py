"""A Latin letter replaced by one of another alphabet that looks the same."""

from collections.abc import Iterator
from random import Random

from core.probes.edits.edit import Edit, TextChange
from core.probes.edits.words_within import words_within

# Cyrillic; pairs that Unicode Technical Standard 39 lists as confusable.
_ALIKE = dict(zip("aceijopsxyABCEHIJKMOPSTXY", "асеіјорѕхуАВСЕНІЈКМОРЅТХУ", strict=True))


def changes(text: str, source: Random) -> Iterator[TextChange]:
    """
    >>> [one.new.encode() for one in changes("x", Random(0))]
    [b'\\xd1\\x85']
    """
    for at, word in words_within(text):
        if places := [n for n, letter in enumerate(word) if letter in _ALIKE]:
            n = source.choice(places)
            yield TextChange(at + n, at + n + 1, _ALIKE[word[n]])


EDIT = Edit(
    key="look_alike",
    order=90,
    label="a letter of another alphabet that looks alike",
    group="hidden",
    changes=changes,
)
