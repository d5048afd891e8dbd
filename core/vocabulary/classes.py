"""What each entry of a vocabulary is made of: the twelve classes of Qtok.

`alpha` is text whose characters' Unicode names begin with one word, the name of a script; `errors` holds a character
without a name, such as a line break. Names come from Python's `unicodedata`. The classes
are Qtok's to the letter, so that its published rows come out: of GPT-2 and Llama 2 all twelve. Two of its habits are
worth knowing: a token that really holds U+FFFD counts among parts of characters, and a single Latin letter of a
vocabulary that is not byte-level among "other".

Source: Chelombitko, Safronov & Komissarov 2024, Qtok (2410.12989), and its release 0.11.0.
"""

import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import TokenDetails
from core.tokenizers.vocabulary import byte_of_character
from core.vocabulary.entries import Entries

CLASSES = (
    *("control_tokens", "pure_unicode", "char_alpha", "spaced_alpha", "inner_alpha", "char_other", "spaced_other"),
    *("inner_other", "unicode_flanks", "char_errors", "spaced_errors", "inner_errors"),
)
LABELS = dict(
    zip(
        CLASSES,
        (
            *("Control tokens", "Single bytes", "One letter", "Space and letters", "Letters", "One other character"),
            *("Space and other", "Other", "Parts of characters", "One unnamed character", "Space and unnamed"),
            "Unnamed characters inside",
        ),
        strict=True,
    )
)
# First words of Unicode names that Qtok takes for scripts, as its release has them.
_SCRIPTS = frozenset(
    (
        *("ADLAM", "CHAKMA", "OL", "BAMUM", "OGHAM", "BOPOMOFO", "COPTIC", "RUNIC", "HALFWIDTH", "MODI", "KAITHI"),
        *("LEPCHA", "SHAVIAN", "LIMBU", "BATAK", "PHOENICIAN", "GLAGOLITIC", "MANDAIC", "BALINESE", "SAMARITAN"),
        *("PHAGS-PA", "OLD", "BLACK-LETTER", "SUNDANESE", "INSCRIPTIONAL", "LISU", "CHAM", "TAGALOG", "DESERET"),
        *("TAGBANWA", "BUGINESE", "THAANA", "MONGOLIAN", "DINGBAT", "JAVANESE", "EGYPTIAN", "GEORGIAN", "NKO"),
        *("TIFINAGH", "GURMUKHI", "BENGALI", "SINHALA", "ORIYA", "TAI", "KANGXI", "CANADIAN", "CHEROKEE", "LAO"),
        *("TELUGU", "SYRIAC", "TAMIL", "BRAILLE", "ETHIOPIC", "MYANMAR", "HEBREW", "ARABIC", "TIBETAN", "HIRAGANA"),
        *("CYRILLIC", "GREEK", "CJK", "LATIN", "KATAKANA", "KHMER", "THAI", "ARMENIAN", "YI", "HANGUL", "GOTHIC"),
        *("MALAYALAM", "DEVANAGARI", "GUJARATI", "KANNADA", "MEETEI", "ARABIC-INDIC"),
    )
)
_MARKUP = frozenset(("br", "h1", "h2", "h3", "h4", "h5", "h6", "b", "img", "li", "tr", "td", "p", "th", "u", "em"))


def classes_of(entries: Entries) -> NDArray[np.int8]:
    """Index in `CLASSES` per id, int8 (V,); -1 for an id without an entry."""
    index = {name: n for n, name in enumerate(CLASSES)}
    in_bytes = is_byte_level(entries)
    found = np.full(len(entries), -1, np.int8)
    for i, entry in enumerate(entries.details):
        if not entries.holes[i]:
            found[i] = index[class_of(entry, in_bytes, bool(entries.special[i]))]
    return found


def is_byte_level(entries: Entries) -> bool:
    """Whether ordinary entries spell single bytes, half characters too, as GPT-2's do."""
    single = np.flatnonzero(entries.textual & (entries.lengths == 1) & (entries.kinds == Kind.ORDINARY))
    return any(entries.pieces[i] >= b"\x80" for i in single)


def class_of(entry: TokenDetails, in_bytes: bool, special: bool) -> str:
    """The class of one entry, of a byte-level vocabulary or another.

    >>> def made(piece):
    ...     return class_of(TokenDetails(0, piece, "", ""), True, False)
    >>> [made(piece) for piece in (b" the", b"ing", b" 12", b"\\xc3", b"\\n", b"a", b"<pad>")]
    ['spaced_alpha', 'inner_alpha', 'spaced_other', 'unicode_flanks', 'char_errors', 'pure_unicode', 'control_tokens']
    """
    if special:
        return "control_tokens"
    if entry.kind == Kind.BYTE:
        return "pure_unicode"
    text = entry.spelling if entry.spelling.startswith("##") else entry.piece.decode(errors="replace")
    if "\ufffd" in text and (in_bytes or "\ufffd".encode() not in entry.piece):
        return "unicode_flanks"
    if len(text) == 1 and text in byte_of_character():
        return "pure_unicode" if in_bytes else "inner_other"  # Qtok writes such a letter as a number, `0x61`
    place = "char" if len(text) == 1 else "spaced" if text.startswith(" ") else "inner"
    if place == "inner" and _is_control(text):
        return "control_tokens"
    return f"{place}_{_made_of(text[1:] if place == 'spaced' else text)}"


def _is_control(text: str) -> bool:
    bracketed = (text[0], text[-1]) in (("<", ">"), ("[", "]"))
    return bracketed and text[1:-1].lower().replace("/", "") not in _MARKUP


def _made_of(text: str) -> str:
    if text.isascii():  # every such letter is Latin, and no control character has a name
        return "alpha" if text.isalpha() else "other" if text.isprintable() else "errors"
    words = {_first_word(character) for character in text}
    if "" in words:
        return "errors"
    return "alpha" if len(words) == 1 and words <= _SCRIPTS else "other"


@lru_cache(maxsize=2**16)
def _first_word(character: str) -> str:
    """Of its Unicode name; empty if it has none."""
    return unicodedata.name(character, "").partition(" ")[0]
