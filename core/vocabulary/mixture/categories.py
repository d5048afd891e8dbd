"""Categories that a tokenizer's training text may have held, each with a sample: languages of a corpus, and code."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from core.common.data_folders import DATA
from core.common.errors import UserError, shown
from core.common.numbers import count
from core.corpora.corpus import Corpus
from core.text.languages import language

CODE = "code"
USUAL_BYTES = 60_000
MOST_BYTES = 500_000
MOST_CATEGORIES = 24
_CODE_FILE = DATA / "lab" / "code.txt"


@dataclass(frozen=True)
class Category:
    """A kind of text with a sample of it.

    Args:
        name: for people, unique among the categories of one question.
        text: the sample.
        origin: where it is from.
    """

    name: str
    text: str
    origin: str

    @property
    def n_bytes(self) -> int:
        """Size of the sample in UTF-8."""
        return len(self.text.encode())

    @property
    def sha256(self) -> str:
        """Of the sample in UTF-8, 64 hex digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def languages_of(corpus: Corpus, codes: Sequence[str], most_bytes: int = USUAL_BYTES) -> list[Category]:
    """The first sentences of some languages, one a line.

    Raises:
        UnknownName: the corpus has no such language.

    >>> from core.corpora.corpus import open_corpus
    >>> [one] = languages_of(open_corpus("sample"), ["deu_Latn"], 100)
    >>> one.name, one.n_bytes <= 100, one.origin
    ('German', True, 'Our sample, deu_Latn')
    """
    for code in codes:
        corpus.require(code)
    return [
        Category(
            language(code).label or language(code).name,
            beginning("\n".join(filter(None, corpus.sentences[code])), most_bytes),
            f"{corpus.label}, {code}",
        )
        for code in codes
    ]


def code_category(most_bytes: int = USUAL_BYTES) -> Category:
    """Functions of this project, in Python, which ship with it.

    >>> code_category(1000).name
    'Code (Python)'
    """
    text = _CODE_FILE.read_text(encoding="utf-8")
    return Category("Code (Python)", beginning(text, most_bytes), "functions of this project")


def own_category(name: str, text: str, most_bytes: int = USUAL_BYTES) -> Category:
    """The user's own text, its beginning."""
    return Category(name, beginning(text, most_bytes), "own text")


def beginning(text: str, most_bytes: int) -> str:
    """As much of a text as so many bytes hold, up to the end of a line where there is one.

    >>> beginning("one\\ntwo\\nthree", 9), beginning("ééé", 5)
    ('one\\ntwo', 'éé')
    """
    data = text.encode()
    if len(data) <= most_bytes:
        return text
    cut = data[:most_bytes].decode(errors="ignore")
    return cut.rpartition("\n")[0] or cut


def check_categories(categories: Sequence[Category]) -> None:
    """Do nothing if a mixture can be asked of these.

    Raises:
        UserError: there are too few or too many, one is there twice, empty, or too large.
    """
    if not 2 <= len(categories) <= MOST_CATEGORIES:
        raise UserError(
            f"A mixture needs 2 to {MOST_CATEGORIES} categories, not {len(categories)}. Name each with its text."
        )
    names = [one.name for one in categories]
    for one in categories:
        if names.count(one.name) > 1:
            raise UserError(f"The category {shown(one.name)} is there twice. Name each category once.")
        if not one.text.strip():
            raise UserError(f"The text of {shown(one.name)} is empty. Give it some.")
        if one.n_bytes > MOST_BYTES:
            raise UserError(
                f"The text of {shown(one.name)} has {count(one.n_bytes)} bytes; {count(MOST_BYTES)} are the most. "
                "Shorten it."
            )
