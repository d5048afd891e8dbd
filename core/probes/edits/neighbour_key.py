"""The key beside the right one."""

from collections.abc import Iterator
from random import Random

from core.probes.edits.edit import Edit, TextChange
from core.probes.edits.words_within import letter_within

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {
    letter: row[max(0, n - 1) : n] + row[n + 1 : n + 2] for row in _ROWS for n, letter in enumerate(row)
}  # on an American keyboard


def changes(text: str, source: Random) -> Iterator[TextChange]:
    """
    >>> [*changes("able", Random(0))]
    [TextChange(start=2, end=3, new='k')]
    """
    for at, letter in letter_within(text, source):
        if near := _BESIDE.get(letter):
            yield TextChange(at, at + 1, source.choice(near))


EDIT = Edit(key="neighbour_key", order=10, label="the key beside the right one", group="typo", changes=changes)
