"""A name in snake case."""

from collections.abc import Iterator
from random import Random

from core.probes.edits.code_tokens import names_of_several_words
from core.probes.edits.edit import Edit, TextChange


def changes(text: str, _source: Random) -> Iterator[TextChange]:
    """
    >>> [one.new for one in changes("maxSize = 1", Random(0))]
    ['max_size']
    """
    for at, name, words in names_of_several_words(text):
        yield TextChange(at, at + len(name), "_".join(words))


EDIT = Edit(key="snake_case", order=110, label="a name in snake case", group="code", changes=changes, code=True)
