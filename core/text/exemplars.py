"""The characters that languages are ordinarily written with, by code; `data/characters/README.md` names the source."""

import unicodedata
from dataclasses import dataclass
from functools import cache

import regex

from core.common.data_folders import DATA

SOURCE = "Unicode CLDR 48.2.0, main exemplar characters"
_CLUSTER = regex.compile(r"\X")


@dataclass(frozen=True)
class Exemplars:
    """The characters of one language in one script.

    Args:
        code: as FLORES-200 has it.
        locale: whose set it is in CLDR.
        lower: characters as readers see them, each once, in NFC; letters of two characters, such as Hungarian "cs",
            are left out, since their parts are here.
        upper: the capitals of those that have one.
    """

    code: str
    locale: str
    lower: tuple[str, ...]
    upper: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Small and capital letters, each once."""
        return tuple(dict.fromkeys([*self.lower, *self.upper]))


@cache
def exemplars() -> dict[str, Exemplars]:
    """The characters of each language-script of FLORES-200 that CLDR has some for, by code.

    >>> hungarian = exemplars()["hun_Latn"]
    >>> len(hungarian.lower), "ű" in hungarian.lower, "Ő" in hungarian.upper, "cs" in hungarian.lower
    (31, True, True, False)
    """
    lines = (DATA / "characters" / "exemplars.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    return {code: _made(code, locale, characters.split(" ")) for code, locale, characters in rows}


def _made(code: str, locale: str, members: list[str]) -> Exemplars:
    whole = [unicodedata.normalize("NFC", one) for one in members if _CLUSTER.fullmatch(one)]
    capitals = [capital(one, "ı" in whole) for one in whole]
    lower = [one for one in whole if not one.isupper()]
    return Exemplars(code, locale, tuple(dict.fromkeys(lower)), tuple(dict.fromkeys(filter(None, capitals))))


def capital(letter: str, dotted: bool) -> str:
    """The form at the start of a sentence; empty if there is none, or if it is more than one character.

    Args:
        dotted: the language tells i from ı, so that the capital of i is İ.

    >>> capital("ű", False), capital("i", True), capital("ß", False), capital("ა", False)
    ('Ű', 'İ', '', '')
    """
    form = "İ" if dotted and letter == "i" else unicodedata.normalize("NFC", letter.title())
    return form if form != letter and _CLUSTER.fullmatch(form) else ""
