"""Languages by what people call them: names, old and own ones, codes of ISO 639, and a typing error or two.

`data/languages/names.tsv` holds the names; its README says where they come from. Whole words go before beginnings of
words, those before fragments and misspellings: who looks for "hi" means Hindi, not each name with "hi" in it. A script
is asked for as such ("in Bengali script"); without that word, scripts, families and regions count where no language
has the name. Of several that fit alike, such as all that a macrolanguage's code stands for, the one that CLDR means by
it comes first, and its usual script before others.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from unicodedata import combining, normalize

from babel import Locale
from babel.core import get_global

from core.text.languages import FOLDER, language, script_of

_SCRIPT = re.compile(r"(?:in )?(?:the )?(.+) (?:script|letters|alphabet)|in (?:the )?(.+)")
_SCRIPTS_TOO = {  # by ISO 15924; as people call scripts, folded, where no language has the name
    **{"Ethi": ("geez", "fidel"), "Hang": ("hangeul",), "Hans": ("hanzi",), "Hant": ("hanzi",)},
    "Jpan": ("kanji", "kana", "hiragana", "katakana"),
}
_LOCALE = re.compile(r"([a-z]{2,3}) ([a-z]{2})")  # folded
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ə": "e", "ɛ": "e", "ɔ": "o", "ŋ": "n", "ɖ": "d", "ɗ": "d", "ɓ": "b"}
    | {"ƙ": "k", "ʋ": "v", "ƒ": "f", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"}
)
_EQUAL, _WORDS, _GROUP, _BEGINNING, _FRAGMENT = range(5)
_SHORTEST = 3  # letters of a fragment, and of a name that may be misspelt
_LONGEST, _MOST_SEARCHES = 80, 50  # letters of a search, and searches with commas between; a link may bring more
_LIKE, _VERY_LIKE = 0.72, 0.88  # least likeness of a misspelt name, by difflib; and of one that fragments come after


@dataclass(frozen=True)
class _Called:
    """What a language is called, folded.

    Args:
        codes: of ISO 639, alone and with the script.
        whole: names in English and its own, with what stands in brackets, such as a script.
        names: the same without.
        groups: its families and regions.
        scripts: names of its script.
    """

    codes: frozenset[str]
    whole: frozenset[str]
    names: tuple[str, ...]
    groups: tuple[str, ...]
    scripts: tuple[str, ...]


def matching(codes: Sequence[str], search: str) -> list[int]:
    """Places of the languages that any of the comma-separated searches finds; all of them without a search.

    >>> matching(["eng_Latn", "mya_Mymr", "tam_Taml"], "myanmar, dravid")
    [1, 2]
    >>> matching(["asm_Beng", "ben_Beng"], "Bengali"), matching(["asm_Beng", "ben_Beng"], "in Bengali script")
    ([1], [0, 1])
    """
    wanted = [word for word in search.split(",", _MOST_SEARCHES)[:_MOST_SEARCHES] if word.strip()]
    found = {code for word in wanted for code in find(codes, word)}
    return [n for n, code in enumerate(codes) if not wanted or code in found]


def find(codes: Iterable[str], search: str) -> list[str]:
    """Those of the codes that one search finds, the best first.

    >>> find(["cmn", "yue_Hant", "zho_Hans", "zho_Hant"], "zh_Hant")
    ['zho_Hant']
    >>> find(["als_Latn", "pes_Arab", "tgl_Latn"], "Farsy")
    ['pes_Arab']
    >>> find(["bjn_Arab", "bjn_Latn", "ind_Latn", "zsm_Latn"], "ms")[0], find(["min_Arab", "min_Latn"], "Minang")[0]
    ('zsm_Latn', 'min_Latn')
    >>> find(["por_Latn", "zho_Hans", "zho_Hant", "zul_Latn"], "zh-TW"), find(["zul_Latn"], "Tulu")
    (['zho_Hant'], [])
    """
    called = {code: _called(code) for code in codes}
    asked = _without_territory(fold(search[:_LONGEST]))
    script = _SCRIPT.fullmatch(asked)
    if script and (written := [code for code, one in called.items() if (script[1] or script[2]) in one.scripts]):
        return written
    ranks = {code: rank for code, one in called.items() if (rank := _rank(asked, one)) is not None}
    best = min(ranks.values(), default=_FRAGMENT)
    kept = {code: rank for code, rank in ranks.items() if rank <= max(best, _WORDS)}
    fitting = sorted(kept, key=lambda code: (kept[code], *_unlikely(code, asked)))
    if best < _FRAGMENT or asked in _others():
        return fitting
    return list(dict.fromkeys([*_misspelt(asked, called, _VERY_LIKE), *fitting, *_misspelt(asked, called, _LIKE)]))


def _without_territory(asked: str) -> str:
    """A tag of a locale, such as zh-TW, as its language and the script that CLDR has there; else what was asked."""
    tag = _LOCALE.fullmatch(asked)
    if not tag or tag[2].upper() not in Locale("en").territories:
        return asked
    likely = get_global("likely_subtags")
    script = str(likely.get(f"{tag[1]}_{tag[2].upper()}") or likely.get(tag[1]) or "").split("_")[1:2]
    return fold(" ".join([tag[1], *script])) if script else asked


@cache
def _others() -> frozenset[str]:
    """English names of languages that CLDR knows: one that no language here has is no misspelling of another."""
    return frozenset(fold(name) for name in Locale("en").languages.values())


@cache
def iso_codes(code: str) -> frozenset[str]:
    """The codes of ISO 639 that a language has, of two letters and of three, by its code with or without a script.

    >>> sorted(iso_codes("deu_Latn")), iso_codes("qqq")
    (['de', 'deu', 'ger'], frozenset())
    """
    rows = _rows().get(code.partition("_")[0], ())
    return frozenset(name for kind, name in rows if kind == "code")


def near(codes: Iterable[str], search: str) -> list[str]:
    """At most three codes that somebody who wrote this may have meant.

    >>> near(["eng_Latn", "deu_Latn"], "de"), near(["eng_Latn"], "qqq")
    (['deu_Latn'], [])
    """
    return find(codes, search)[:3]


def meant(codes: Sequence[str], word: str) -> str:
    """The code that is meant by a code, or by a name that one of the languages has; the word itself if none is.

    >>> codes = ["arb_Arab", "ars_Arab", "deu_Latn", "tha_Thai", "zho_Hans", "zho_Hant"]
    >>> [meant(codes, word) for word in ("tha_Thai", "thai", "de", "Deutsch", "Arabic")]
    ['tha_Thai', 'tha_Thai', 'deu_Latn', 'deu_Latn', 'arb_Arab']
    >>> [meant(codes, word) for word in ("Chinese", "Tai", "tha_Latn")]
    ['Chinese', 'Tai', 'tha_Latn']
    """
    if word in codes:
        return word
    asked = fold(word[:_LONGEST])
    equal = [code for code in codes if _rank(asked, _called(code)) == _EQUAL]
    itself = [code for code in equal if not _unlikely(code, asked)[0]]
    found = equal if len(equal) == 1 else itself
    return found[0] if len(found) == 1 else word


def fold(text: str) -> str:
    """A text as it is compared: small letters without marks, one space between words.

    >>> fold(" Tiếng_Việt "), fold("Èʋegbe")
    ('tieng viet', 'evegbe')
    """
    plain = "".join(c for c in normalize("NFKD", text.casefold()) if not combining(c)).translate(_LETTERS)
    return " ".join(re.sub(r"[-_/,;()]", " ", re.sub(r"['’ʼʻ`´.]", "", plain)).split())


def _rank(asked: str, one: _Called) -> int | None:
    """How well a language fits, the best being 0; None if not at all."""
    words = set(asked.split())
    if asked in one.codes or asked in one.names or any(words == _words(name) for name in one.whole):
        return _EQUAL
    if any(words & name and words <= name | _written(one) for name in map(_words, one.names)):
        return _WORDS
    if asked in one.scripts or any(words and words <= _words(group) for group in one.groups):
        return _GROUP
    every = (*one.names, *one.groups, *one.scripts)
    if len(asked) > 1 and any(f" {name}".find(f" {asked}") >= 0 for name in every):
        return _BEGINNING
    return (
        _FRAGMENT
        if len(asked) >= _SHORTEST and any(asked in name or _holds(asked, name) for name in one.names)
        else None
    )


def _holds(asked: str, name: str) -> bool:
    """Whether a name in another script than Latin stands in what is asked, as the Thai for "Thai language" has it."""
    return not name.isascii() and len(name) >= _SHORTEST and name in asked


def _unlikely(code: str, asked: str) -> tuple[bool, bool, str]:
    """What several that fit alike are sorted by."""
    one, spoken = language(code), code.partition("_")[0]
    meant = {asked, fold(Locale("en").languages.get(asked, asked))}
    itself = spoken == asked or not meant.isdisjoint((fold(one.name), fold(one.label)))
    return not itself, not _usual_script(spoken, one.script), one.label


def _usual_script(spoken: str, script: str) -> bool:
    aliases, likely = get_global("language_aliases"), get_global("likely_subtags")
    alias = aliases.get(spoken, spoken)
    tag = str(likely.get(spoken) or likely.get(alias[0] if isinstance(alias, list) else alias) or "")
    return f"_{script}" in tag


def _words(text: str) -> set[str]:
    return set(text.split())


def _written(one: _Called) -> set[str]:
    """Words that may stand beside a name to say which script is meant."""
    return {"in", "script", *(word for script in one.scripts for word in script.split())}


def _misspelt(asked: str, called: dict[str, _Called], likeness: float) -> list[str]:
    """Languages with a name nearly like this, the likest first."""
    owners: dict[str, list[str]] = {}
    for code, one in called.items():
        for name in one.names:
            if len(name) > _SHORTEST:
                owners.setdefault(name, []).append(code)
    return [code for name in get_close_matches(asked, owners, n=3, cutoff=likeness) for code in owners[name]]


@cache
def _called(code: str) -> _Called:
    one = language(code)
    rows = [*_rows().get(code, ()), *_rows().get(code.partition("_")[0], ())]
    codes = {code, *(name for kind, name in rows if kind == "code")}
    names = [one.label, one.name, one.own_name, *(name for kind, name in rows if kind == "name")]
    also = _SCRIPTS_TOO.get(one.script, ())
    groups = [one.family, one.region, one.subregion, *(name for kind, name in rows if kind == "group")]
    return _Called(
        frozenset(fold(text) for name in codes for text in (name, f"{name} {one.script}")),
        frozenset(map(fold, names)) - {""},
        tuple(dict.fromkeys(filter(None, (fold(re.sub(r"\(.*?\)", "", name)) for name in names)))),
        tuple(dict.fromkeys(filter(None, map(fold, groups)))),
        tuple(dict.fromkeys(filter(None, map(fold, (one.script, one.script_name, script_of(one), *also))))),
    )


@cache
def _rows() -> dict[str, list[tuple[str, str]]]:
    """Kind and text of what a language is called, by code with or without script."""
    found: dict[str, list[tuple[str, str]]] = {}
    with (FOLDER / "names.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found.setdefault(row["code"], []).append((row["kind"], row["name"]))
    return found
