"""A word in capital letters."""

from collections.abc import Iterator
from random import Random

from core.probes.edits.edit import Edit, TextChange
from core.probes.edits.words_within import words_within


def changes(text: str, _source: Random) -> Iterator[TextChange]:
    """
    >>> [*changes("to be", Random(0))][0]
    TextChange(start=0, end=2, new='TO')
    """
    for at, word in words_within(text):
        yield TextChange(at, at + len(word), word.upper())


EDIT = Edit(key="capitals", order=60, label="a word in capital letters", group="case", changes=changes)
