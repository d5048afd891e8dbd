"""A name in Pascal case."""

from collections.abc import Iterator
from random import Random

from core.probes.edits.code_tokens import names_of_several_words
from core.probes.edits.edit import Edit, TextChange


def changes(text: str, _source: Random) -> Iterator[TextChange]:
    """
    >>> [one.new for one in changes("max_size = 1", Random(0))]
    ['MaxSize']
    """
    for at, name, words in names_of_several_words(text):
        yield TextChange(at, at + len(name), "".join(map(str.capitalize, words)))


EDIT = Edit(key="pascal_case", order=130, label="a name in Pascal case", group="code", changes=changes, code=True)
