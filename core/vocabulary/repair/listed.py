"""Ids as people list them."""

import re

from core.common.errors import TooLarge, UserError, shown
from core.common.numbers import count
from core.vocabulary.repair.take_out import MOST_IDS

_ID = re.compile(r"[0-9]{1,9}(?:-[0-9]{1,9})?")


def listed_ids(text: str) -> list[int]:
    """Ids as people list them, with commas, blanks or line ends between, ranges with a hyphen.

    Raises:
        UserError: one is no id, a range runs backwards, or there are more than any vocabulary has.

    >>> listed_ids("1, 2 30-32")
    [1, 2, 30, 31, 32]
    """
    ranges = [_range(word) for word in re.findall(r"[^\s,;]+", text)]
    n = sum(map(len, ranges))
    if n > MOST_IDS:
        raise TooLarge(f"{count(n)} ids are more than any vocabulary has: at most {count(MOST_IDS)}. List fewer.")
    return [i for each in ranges for i in each]


def _range(word: str) -> range:
    first, _, last = word.partition("-")
    if not _ID.fullmatch(word) or int(last or first) < int(first):
        raise UserError(f"{shown(word, 30)} is no id. List ids with commas between, such as 17,230 or 100-199.")
    return range(int(first), int(last or first) + 1)
