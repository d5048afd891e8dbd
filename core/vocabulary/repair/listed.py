"""Ids as people list them."""

import re

from core.common.errors import UserError, shown


def listed_ids(text: str) -> list[int]:
    """Ids as people list them, with commas, blanks or line ends between.

    Raises:
        UserError: one is no id.

    >>> listed_ids("1, 2 30")
    [1, 2, 30]
    """
    words = re.findall(r"[^\s,;]+", text)
    for word in words:
        if not (word.isascii() and word.isdecimal()) or len(word) > 9:
            raise UserError(f"{shown(word, 30)} is no id. List ids with commas between, such as 17,230.")
    return [int(word) for word in words]
