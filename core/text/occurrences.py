"""Where a word stands in a text."""

import re
from itertools import islice

MOST = 10_000


def occurrences(text: str, query: str) -> list[tuple[int, int]]:
    """Character spans of a word in the text, one after another and not overlapping, capitals and small letters alike.

    At most `MOST`; none for an empty word.

    >>> occurrences("To be or not to be", "to")
    [(0, 2), (13, 15)]
    """
    if not query:
        return []
    return [match.span() for match in islice(re.finditer(re.escape(query), text, re.IGNORECASE), MOST)]
