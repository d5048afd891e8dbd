"""Two letters in the wrong order."""

from collections.abc import Iterator
from random import Random

from core.probes.edits.edit import Edit, TextChange
from core.probes.edits.words_within import letter_within


def changes(text: str, source: Random) -> Iterator[TextChange]:
    """
    >>> [*changes("able", Random(0))]
    [TextChange(start=2, end=4, new='el')]
    """
    for at, letter in letter_within(text, source):
        if text[at + 1].isalpha():  # a mark stays with its letter
            yield TextChange(at, at + 2, text[at + 1] + letter)


EDIT = Edit(key="swapped", order=20, label="two letters in the wrong order", group="typo", changes=changes)
