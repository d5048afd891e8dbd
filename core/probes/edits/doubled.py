"""A letter typed twice."""

from collections.abc import Iterator
from random import Random

from core.probes.edits.edit import Edit, TextChange
from core.probes.edits.words_within import letter_within


def changes(text: str, source: Random) -> Iterator[TextChange]:
    """
    >>> [*changes("able", Random(0))]
    [TextChange(start=2, end=3, new='ll')]
    """
    for at, letter in letter_within(text, source):
        yield TextChange(at, at + 1, letter * 2)


EDIT = Edit(key="doubled", order=40, label="a letter typed twice", group="typo", changes=changes)
