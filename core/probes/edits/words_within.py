"""Words of a text, and letters within them: where edits are made."""

from collections.abc import Iterator
from random import Random

import regex

_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*")
_LEAST = 4  # letters of a word in which one is changed


def words_within(text: str) -> Iterator[tuple[int, str]]:
    """Where each run of letters begins, and it.

    >>> [*words_within("It is 3.")]
    [(0, 'It'), (3, 'is')]
    """
    return ((found.start(), found.group()) for found in _WORD.finditer(text))


def letter_within(text: str, source: Random, least: int = _LEAST) -> Iterator[tuple[int, str]]:
    """A letter of each word that is long enough, drawn, neither its first nor its last: where it stands, and it.

    >>> [*letter_within("an able", Random(0))]
    [(5, 'l')]
    """
    for at, word in words_within(text):
        if len(word) >= least:
            place = source.randrange(1, len(word) - 1)
            yield at + place, word[place]
