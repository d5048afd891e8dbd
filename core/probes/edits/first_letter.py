"""A capital letter where a small one was, or the other way round."""

from collections.abc import Iterator
from random import Random

from core.probes.edits.edit import Edit, TextChange
from core.probes.edits.words_within import words_within


def changes(text: str, _source: Random) -> Iterator[TextChange]:
    """
    >>> [one.new for one in changes("To be", Random(0))]
    ['t', 'B']
    """
    for at, word in words_within(text):
        yield TextChange(at, at + 1, word[0].swapcase())


EDIT = Edit(key="first_letter", order=70, label="the first letter capital or small", group="case", changes=changes)
