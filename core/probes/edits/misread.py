"""Letters that a scanner takes for others."""

from collections.abc import Iterator
from random import Random

import regex

from core.probes.edits.edit import Edit, TextChange

# Our own list of shapes that are alike in print; scanners differ.
_ALIKE = {
    **{"rn": "m", "m": "rn", "cl": "d", "d": "cl", "vv": "w", "w": "vv", "fi": "ﬁ", "ii": "ü", "li": "h"},
    **{"l": "1", "I": "l", "O": "0", "o": "c", "e": "c", "h": "b", "S": "5", "B": "8", "Z": "2", "g": "9"},
}
_READ = regex.compile("|".join(sorted(_ALIKE, key=len, reverse=True)))


def changes(text: str, _source: Random) -> Iterator[TextChange]:
    """
    >>> [*changes("corn", Random(0))][1]
    TextChange(start=2, end=4, new='m')
    """
    for found in _READ.finditer(text):
        yield TextChange(found.start(), found.end(), _ALIKE[found.group()])


EDIT = Edit(key="misread", order=50, label="letters misread by a scanner", group="scan", changes=changes)
