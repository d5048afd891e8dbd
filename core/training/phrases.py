"""Where phrases end in languages that write no spaces, Japanese, Chinese and Thai, as BudouX has it.

BudouX is Google's: a linear model for each of these languages, which looks at three characters on either side.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from budoux import Parser

_SEEN = 3  # characters on either side of a place, by which it is decided
_AT_ONCE = 2**12  # places: BudouX takes the square of a phrase's length, and a line may be one phrase
# Marks; a vowel of Thai and halfwidth marks of kana, which are none by category.
_CONTINUES = r"[\p{M}\p{Grapheme_Extend}\p{GCB=SpacingMark}]"


@dataclass(frozen=True)
class _SpacelessScripts:
    """Scripts that one model reads, as patterns.

    Args:
        letter: one of theirs.
        stretch: letters, with what stands between them where it is so short that the model sees it from there.
        place: between two characters that are no space, one of which is such a letter, and not before a mark.
    """

    letter: regex.Pattern[str]
    stretch: regex.Pattern[str]
    place: regex.Pattern[str]


def _scripts(letter: str) -> _SpacelessScripts:
    patterns = (
        letter,
        rf"{letter}++(?:[^{letter}]{{1,{2 * _SEEN}}}+{letter}++)*+",
        rf"(?:(?<={letter})|(?={letter}))(?<=\S)(?=\S)(?!{_CONTINUES})",
    )
    return _SpacelessScripts(*(regex.compile(pattern, regex.V1) for pattern in patterns))


_KANA, _HAN = regex.compile(r"[\p{Hiragana}\p{Katakana}]"), regex.compile(r"\p{Han}")
_THAI = _scripts(r"[\p{Thai}&&[\p{L}\p{M}]]")
_EAST_ASIAN = _scripts(r"[[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}]&&[\p{L}\p{M}]]")
_EITHER = regex.compile(f"{_THAI.letter.pattern}|{_EAST_ASIAN.letter.pattern}", regex.V1)


def phrases(text: str) -> list[str]:
    """A text cut where phrases end in it; whole where none of these scripts stands.

    Each line is read by the models of its scripts: where kana stand in it, it is Japanese, and Han without kana are
    simplified or traditional Chinese. Between letters of other scripts, at spaces and before marks nothing is cut.

    Source: BudouX, https://github.com/google/budoux (Apache-2.0).

    >>> phrases("今日は天気です。"), phrases("no spaces"), phrases("")
    (['今日は', '天気です。'], ['no spaces'], [''])
    """
    ends = [] if text.isascii() or not _EITHER.search(text) else sorted(_ends(text))
    return [text[start:end] for start, end in pairwise((0, *ends, len(text)))]


def _ends(text: str) -> set[int]:
    found, at = set[int](), 0
    for line in text.splitlines(keepends=True):
        if _THAI.letter.search(line):
            found.update(at + end for end in _in_line(line, _THAI, "thai"))
        if _EAST_ASIAN.letter.search(line):
            found.update(at + end for end in _in_line(line, _EAST_ASIAN, _language(line)))
        at += len(line)
    return found


def _in_line(line: str, scripts: _SpacelessScripts, language: str) -> Iterator[int]:
    """Where phrases end beside these letters, as if the model had read the whole line."""
    parser = _parser(language)
    for stretch in scripts.stretch.finditer(line):
        beyond = stretch.end() + 1
        for start in range(stretch.start(), beyond, _AT_ONCE):
            end = min(start + _AT_ONCE, beyond)
            at = max(0, start - _SEEN)
            for phrase in parser.parse(line[at : end + _SEEN]):
                at += len(phrase)
                if start <= at < end and scripts.place.match(line, at):
                    yield at


def _language(line: str) -> str:
    """Of a line with Han or kana; of Chinese whichever model knows more of what only one of the two knows.

    >>> _language("今天は"), _language("這個國家"), _language("这个国家"), _language("今天")
    ('japanese', 'traditional', 'simplified', 'simplified')
    """
    if _KANA.search(line):
        return "japanese"
    simplified, traditional = (sum(map(known.__contains__, line)) for known in _known_to_one())
    return "traditional" if traditional > simplified else "simplified"


@cache
def _known_to_one() -> tuple[frozenset[str], frozenset[str]]:
    """Characters that stand in features of the model of simplified Chinese alone, and of the traditional one alone."""
    known = [
        frozenset(_HAN.findall("".join(feature for group in _parser(one).model.values() for feature in group)))
        for one in ("simplified", "traditional")
    ]
    return known[0] - known[1], known[1] - known[0]


@cache
def _parser(language: str) -> "Parser":
    import budoux  # late: most texts are cut without it

    loaders = {
        "japanese": budoux.load_default_japanese_parser,
        "simplified": budoux.load_default_simplified_chinese_parser,
        "traditional": budoux.load_default_traditional_chinese_parser,
        "thai": budoux.load_default_thai_parser,
    }
    return loaders[language]()
