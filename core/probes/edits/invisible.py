"""A character that cannot be seen, within a word."""

from collections.abc import Iterator
from random import Random

from core.probes.edits.edit import Edit, TextChange
from core.probes.edits.words_within import letter_within

_INVISIBLE = "\u200b\u200d\u2060\u00ad"  # zero-width space, joiner, word joiner, soft hyphen


def changes(text: str, source: Random) -> Iterator[TextChange]:
    """
    >>> [ascii(one.new) for one in changes("able", Random(0))]
    ["'l\\\\xad'"]
    """
    for at, letter in letter_within(text, source, least=3):
        yield TextChange(at, at + 1, letter + source.choice(_INVISIBLE))


EDIT = Edit(key="invisible", order=100, label="an invisible character in a word", group="hidden", changes=changes)
