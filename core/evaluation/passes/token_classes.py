"""What kind of text a token stands for: one class per token, in the words of a table."""

from functools import cache, lru_cache

import numpy as np
import regex
from numpy.typing import NDArray

from core.text.scripts import name, script_shares
from core.tokenizers.kinds import Kind
from core.tokenizers.utf8_pieces import shape
from core.tokenizers.vocabulary import Vocabulary

START = "start of text"
PART = "byte or part of a character"
SPECIAL = "special"
SPACE = "white space"
BREAK = "line break"
MARKS = "punctuation and symbols"
SEVERAL = "several words"
DIGITS = ("1 digit", "2 digits", "3 digits", "4 or more digits")
MIXED = "letters and digits"

_NUMBER = regex.compile(r" ?\p{N}+")
_WORDS = regex.compile(r"[\p{L}\p{N}]\P{L}*?\s\P{L}*?[\p{L}\p{N}]")
_LETTER = regex.compile(r"\p{L}")
_DIGIT = regex.compile(r"\p{N}")


@lru_cache(maxsize=400_000)
def text_class(piece: bytes) -> str:
    """The class of a token by its bytes; a leading space counts for nothing.

    >>> [text_class(p) for p in (b" the", b"12", b" of the", b"\\xe4\\xbd", b"\\n", b"),", b"x86", "мир".encode())]
    ['Latin', '2 digits', 'several words', 'byte or part of a character', 'line break', 'punctuation and symbols', \
'letters and digits', 'Cyrillic']
    """
    if not piece:
        return SPECIAL
    if not shape(piece).complete:
        return PART
    text = piece.decode()
    if text.isspace():
        return BREAK if "\n" in text or "\r" in text else SPACE
    if _NUMBER.fullmatch(text):
        return DIGITS[min(len(text.strip()), 4) - 1]
    if _WORDS.search(text):
        return SEVERAL
    letter = _LETTER.search(text)
    if letter is None:
        return MARKS
    return MIXED if _DIGIT.search(text) else _script(letter[0])


@cache
def _script(letter: str) -> str:
    return name(next(iter(script_shares(letter)), "other"))


def classes(vocabulary: Vocabulary, ids: NDArray[np.int64]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The classes that occur among some tokens, and the class of each token as an index into them, (P,)."""
    distinct, back = np.unique(ids, return_inverse=True)
    words = [_of_token(vocabulary, i) for i in distinct.tolist()]
    names = tuple(sorted(set(words)))
    places = {word: n for n, word in enumerate(names)}
    return names, np.array([places[word] for word in words], np.int64)[back]


def _of_token(vocabulary: Vocabulary, token: int) -> str:
    if token >= len(vocabulary) or vocabulary.kinds[token] in (Kind.SPECIAL, Kind.UNKNOWN):
        return SPECIAL
    return PART if vocabulary.kinds[token] == Kind.BYTE else text_class(vocabulary.pieces[token])


def frequency_tenths(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which tenth of all occurrences each token is in when tokens are ordered by frequency, frequent first, (P,).

    >>> frequency_tenths(np.array([7, 7, 7, 7, 7, 7, 7, 7, 7, 3])).tolist()
    [4, 4, 4, 4, 4, 4, 4, 4, 4, 9]
    """
    _, back, counts = np.unique(ids, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    middle = np.empty(len(counts))
    middle[order] = np.cumsum(counts[order]) - counts[order] / 2  # where the middle of a token's occurrences lies
    return np.minimum((10 * middle / max(len(ids), 1)).astype(np.int64), 9)[back]
