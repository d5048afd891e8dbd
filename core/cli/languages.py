"""Languages as people type them: `--language Thai` is `--language tha_Thai` where the text has one of that name."""

import re
from collections.abc import Sequence

from core.corpora.corpus import open_corpus
from core.text.language_search import meant

_CODE = re.compile(r"[a-z]{2,3}_[A-Z][a-z]{3}")


def codes(words: Sequence[str] | None, known: Sequence[str]) -> list[str]:
    """The codes that words mean among those known; a word that means none of them, or several, as it is.

    >>> codes(["Thai", "deu_Latn", "Tai"], ["deu_Latn", "tha_Thai"])
    ['tha_Thai', 'deu_Latn', 'Tai']
    """
    return [meant(known, word) for word in words or ()]


def codes_in(words: Sequence[str], corpus: str) -> list[str]:
    """The same of a corpus by its spec, which is opened only where a word is no code.

    Raises:
        UserError: the corpus cannot be opened.
    """
    if not corpus or all(map(_CODE.fullmatch, words)):
        return list(words)
    return codes(words, tuple(open_corpus(corpus).sentences))
