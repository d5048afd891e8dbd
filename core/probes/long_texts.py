"""Texts of a few thousand bytes that ship, for probes that need more than a sentence."""

from functools import cache

from core.corpora.corpus import open_corpus
from core.vocabulary.mixture.categories import code_category, languages_of

_LANGUAGES = {
    "English": "eng_Latn",
    "German": "deu_Latn",
    "Arabic": "arb_Arab",
    "Hindi": "hin_Deva",
    "Thai": "tha_Thai",
    "Chinese": "zho_Hans",
}
_CODE = "Python"
LONG_TEXTS = (_CODE, *_LANGUAGES)  # the longest first
_MOST_BYTES = 20_000


@cache
def long_text(name: str) -> str:
    """One of `LONG_TEXTS`: sixty sentences in a language, or functions of this project.

    >>> long_text("English")[:12], "def " in long_text("Python")
    ('Good morning', True)
    """
    if name == _CODE:
        return code_category(_MOST_BYTES).text
    return languages_of(open_corpus("sample"), [_LANGUAGES[name]], _MOST_BYTES)[0].text
