"""Accents, tone marks or vowel points left out of a word."""

from collections.abc import Iterator
from random import Random

from core.probes.edits.edit import Edit, TextChange
from core.probes.edits.words_within import words_within
from core.text.diacritics import without_marks


def changes(text: str, _source: Random) -> Iterator[TextChange]:
    """
    >>> [one.new for one in changes("über alles", Random(0))]
    ['uber']
    """
    for at, word in words_within(text):
        if (bare := without_marks(word)) != word:
            yield TextChange(at, at + len(word), bare)


EDIT = Edit(key="accents", order=80, label="accents left out of a word", group="accents", changes=changes)
