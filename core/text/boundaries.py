"""Where grapheme clusters and words begin and end, by the rules of Unicode Standard Annex 29.

Both cut the text whole: the pieces side by side are the text. `words` is the rule as it stands, in which spaces and
marks are pieces too, and which cuts scripts without spaces almost at every character. `core.text.units` says which of
its pieces count as words of a text; `core.text.words_of_text` finds words in any script by another rule.

Source: Unicode Standard Annex 29, whose rules the `regex` package applies.
"""

import regex

_CLUSTER = regex.compile(r"\X")
_WORD_EDGE = regex.compile(r"\b", flags=regex.V1 | regex.WORD)


def clusters(text: str) -> list[str]:
    """Extended grapheme clusters, what a reader calls characters.

    >>> [len(cluster) for cluster in clusters("e\\u0301🧑‍🚀")]
    [2, 3]
    """
    return _CLUSTER.findall(text)


def words(text: str) -> list[str]:
    """The text cut at every word boundary; spaces and marks are pieces of their own.

    >>> words("It costs 3.14, isn't it?")
    ['It', ' ', 'costs', ' ', '3.14', ',', ' ', "isn't", ' ', 'it', '?']
    """
    return [piece for piece in _WORD_EDGE.split(text) if piece]
