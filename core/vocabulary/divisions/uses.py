"""What an entry is for: a word, a part of one, several, digits, punctuation, indentation."""

import numpy as np
import regex

from core.common.definitions import Definition
from core.text.scripts import WITHOUT_SPACES
from core.vocabulary.division import Division, Places
from core.vocabulary.entries import Entries

_UNSPACED = "".join(rf"\p{{Script={script}}}" for script in sorted(WITHOUT_SPACES))
# Each alternative is read to its end or left at once, so that no text takes long; the first that fits counts.
_FORMS = {
    "indentation": r"[\r\n]*(?:\t|\x20{2})[\t\x20]*",
    "space": r"\s+",
    "digits": r"\x20?\p{N}++",
    "unspaced": rf"\x20?[{_UNSPACED}][{_UNSPACED}\p{{M}}]*+",
    "word": r"\x20[\p{L}\p{M}]++",
    "letters": r"[\p{L}\p{M}]++",
    "marks": r"\x20?[\p{P}\p{S}]++\s*",
    "words": r"\s?+\S++\s++\S[\s\S]*",
}
_FORM = regex.compile("|".join(f"(?P<{name}>{form})" for name, form in _FORMS.items()), regex.V1)
_PARTS = {
    "word": "Word starts",
    "letters": "Word parts",
    "unspaced": "Unspaced scripts",
    "words": "Superwords",
    "digits": "Digits",
    "marks": "Punctuation and symbols",
    "indentation": "Code indentation",
    "space": "Other white space",
    "mixed": "Mixed",
    "bytes": "Bytes, parts of characters",
    "special": "Special tokens",
}
_PLACE = {name: n for n, name in enumerate(_PARTS)}


def divide(entries: Entries) -> Places:
    """The use of each entry."""
    by_word = entries.tokenizer.info.algorithm == "WordPiece"
    found = np.full(len(entries), _PLACE["bytes"], np.int16)
    for i, text in enumerate(entries.texts):
        if text:
            use = use_of(text)
            starts = by_word and use == "letters" and not entries.within_words(i)
            found[i] = _PLACE["word" if starts else use]
    found[entries.special] = _PLACE["special"]
    found[entries.holes] = -1
    return found


def use_of(text: str) -> str:
    """What a text is for.

    >>> [use_of(text) for text in (" the", "ing", " of the", ";\\n//", "ไทย", "2026", " !=", "\\t", "\\n", "3rd")]
    ['word', 'letters', 'words', 'mixed', 'unspaced', 'digits', 'marks', 'indentation', 'space', 'mixed']
    """
    form = _FORM.fullmatch(text)
    use = str(form.lastgroup) if form else "mixed"
    return "mixed" if use == "words" and not _in_two(text) else use


def _in_two(text: str) -> bool:
    """Whether letters or digits stand on both sides of white space."""
    return sum(any(map(str.isalnum, word)) for word in text.split()) > 1


DIVISION = Division(
    definition=Definition(
        "use",
        "Use",
        "ids",
        "",
        "Word starts are letters behind a space (or WordPiece's without ##), word parts letters without one; scripts "
        "that put no spaces between words are apart. Superwords hold white space between letters or digits. Code "
        "indentation is white space with a tab or two spaces in a row. Mixed is the rest, such as 3rd or ('.",
    ),
    order=20,
    parts=tuple(_PARTS.values()),
    keys=tuple(_PARTS),
    divide=divide,
)
