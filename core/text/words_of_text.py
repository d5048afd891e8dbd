"""Words of a running text in any script, each with the white space before it: what word vectors and alignments learn.

Not the words that are counted (`core.text.units`), which leave out scripts without spaces: methods that learn from text
need words in every script, so there every letter with its marks is a word. Each word keeps the white space before it,
as tokens do, and a punctuation mark is a piece of its own.
"""

import regex

from core.text.scripts import WITHOUT_SPACES

# Scripts without spaces are taken letter by letter, with the marks on it.
_ALONE = "".join(rf"\p{{Script={script}}}" for script in sorted(WITHOUT_SPACES))
_WORD = regex.compile(
    rf"\s*(?:[{_ALONE}]\p{{M}}*|[\p{{L}}\p{{N}}--[{_ALONE}]][\p{{L}}\p{{M}}\p{{N}}'’--[{_ALONE}]]*|[^\s])", regex.V1
)


def spaced_words(text: str) -> list[str]:
    """Words, numbers and marks with the space before each.

    >>> spaced_words("It's 3 日本, ok")
    ["It's", ' 3', ' 日', '本', ',', ' ok']
    """
    return _WORD.findall(text)


def words_of(text: str) -> list[str]:
    """The same without spaces and marks.

    >>> words_of("It's 3 日本, ok")
    ["It's", '3', '日', '本', 'ok']
    """
    return [word for piece in spaced_words(text) if (word := piece.strip()) and word[0].isalnum()]
