"""Marks that writers may leave out: accents and tone marks on letters, the vowel points of Arabic and Hebrew.

Vowel signs of Indic scripts are not among them: without these a text says something else.
"""

from unicodedata import normalize

import regex

_ON_LETTERS = r"(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]\p{Mn}*)\p{Mn}"
_POINTS = r"[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]|[\u064b-\u0652\u0656-\u065f\u0670]"
_TONES = r"[\u0e48-\u0e4b\u0ec8-\u0ecb]"  # of Thai and Lao
_MARKS = regex.compile(f"{_ON_LETTERS}|{_POINTS}|{_TONES}")


def without_marks(text: str) -> str:
    """The text without accents, tone marks and vowel points, composed where anything was taken away.

    >>> without_marks("Việt, ẹ̀kọ́, Übung"), without_marks("كَتَبَ"), without_marks("हिन्दी")
    ('Viet, eko, Ubung', 'كتب', 'हिन्दी')
    """
    found = _MARKS.sub("", normalize("NFD", text))
    return text if len(found) == len(normalize("NFD", text)) else normalize("NFC", found)
