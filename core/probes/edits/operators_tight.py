"""No spaces around an operator."""

from collections.abc import Iterator
from random import Random

from core.probes.edits.code_tokens import spaced_operators
from core.probes.edits.edit import Edit, TextChange


def changes(text: str, _source: Random) -> Iterator[TextChange]:
    """
    >>> [one.new for one in changes("a = b", Random(0))]
    ['=']
    """
    for start, end, operator in spaced_operators(text):
        yield TextChange(start, end, operator)


EDIT = Edit(
    key="operators_tight", order=140, label="no spaces around an operator", group="code", changes=changes, code=True
)
