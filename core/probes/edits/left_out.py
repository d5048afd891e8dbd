"""A letter left out."""

from collections.abc import Iterator
from random import Random

from core.probes.edits.edit import Edit, TextChange
from core.probes.edits.words_within import letter_within


def changes(text: str, source: Random) -> Iterator[TextChange]:
    """
    >>> [*changes("able", Random(0))]
    [TextChange(start=1, end=3, new='b')]
    """
    for at, _ in letter_within(text, source):
        yield TextChange(at - 1, at + 1, text[at - 1])


EDIT = Edit(key="left_out", order=30, label="a letter left out", group="typo", changes=changes)
