"""Several words in a sentence."""

from collections.abc import Sequence


def listed(words: Sequence[str]) -> str:
    """Words with commas, and an `and` before the last.

    >>> listed([]), listed(["a"]), listed(["a", "b", "c"])
    ('', 'a', 'a, b and c')
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
