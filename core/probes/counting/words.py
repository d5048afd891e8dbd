"""English words in which a real model is asked to count a letter."""

import csv
from functools import cache

from core.common.data_folders import DATA
from core.probes.counting.strings import LetterQuestion

_FILE = DATA / "probes" / "counted.tsv"


@cache
def words_to_count() -> tuple[LetterQuestion, ...]:
    """All of them: as many with the letter once as twice and three times.

    >>> [one.answer for one in words_to_count()[:3]], len(words_to_count())
    ([1, 1, 1], 30)
    """
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(LetterQuestion(word, letter) for word, letter in csv.reader(file, delimiter="\t"))
