"""Which writing systems a text is in, and which of them put no spaces between words."""

from collections.abc import Iterable
from functools import cache, lru_cache

import numpy as np
import regex
from numpy.typing import NDArray

# Scripts in everyday use, by the names of Unicode's Script property, frequent ones first; the rest count as "other".
SCRIPTS = (
    *("Latin", "Cyrillic", "Arabic", "Han", "Devanagari", "Hiragana", "Katakana", "Hangul", "Greek", "Hebrew", "Thai"),
    *("Bengali", "Tamil", "Telugu", "Kannada", "Malayalam", "Gujarati", "Gurmukhi", "Oriya", "Sinhala", "Georgian"),
    *("Armenian", "Ethiopic", "Khmer", "Lao", "Myanmar", "Tibetan", "Thaana", "Syriac", "Mongolian", "Bopomofo"),
    *("Adlam", "Ahom", "Balinese", "Bamum", "Batak", "Buginese", "Canadian_Aboriginal", "Chakma", "Cham", "Cherokee"),
    *("Coptic", "Gothic", "Hanifi_Rohingya", "Javanese", "Kayah_Li", "Lepcha", "Limbu", "Lisu", "Mandaic"),
    *("Meetei_Mayek", "Miao", "New_Tai_Lue", "Newa", "Nko", "Ol_Chiki", "Osage", "Runic", "Saurashtra", "Sundanese"),
    *("Syloti_Nagri", "Tagalog", "Tai_Le", "Tai_Tham", "Tai_Viet", "Tifinagh", "Vai", "Wancho", "Yi"),
)

# UAX 29 leaves words of these to a dictionary (Line_Break classes SA and ID), and the scripts of Java and Bali, whose
# tradition has no spaces either, are written with few.
WITHOUT_SPACES = frozenset(
    (
        *("Han", "Hiragana", "Katakana", "Bopomofo", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan"),
        *("Ahom", "Tai_Le", "New_Tai_Lue", "Tai_Tham", "Tai_Viet", "Javanese", "Balinese"),
    )
)

# What a reader would call them.
_NAMES = {"Han": "Chinese characters", "Myanmar": "Burmese", "Oriya": "Odia"}


def name(script: str) -> str:
    """
    >>> name("Myanmar"), name("Tai_Le")
    ('Burmese', 'Tai Le')
    """
    return _NAMES.get(script, script.replace("_", " "))


_LETTER = regex.compile(r"[\p{L}\p{M}--\p{Script=Inherited}--\p{Script=Common}]", regex.V1)


@cache
def _of_script(script: str) -> regex.Pattern[str]:
    return regex.compile(rf"[\p{{L}}\p{{M}}&&\p{{Script={script}}}]+", regex.V1)


@cache
def _of_ours() -> regex.Pattern[str]:
    """A group for each script: one search, where asking for script after script takes five times as long."""
    return regex.compile("|".join(rf"([\p{{L}}\p{{M}}&&\p{{Script={one}}}])" for one in SCRIPTS), regex.V1)


@lru_cache(maxsize=2**17)
def _script(character: str) -> str:
    """Of a letter or mark, "other" if it is none of ours; empty for all else. A text has few distinct characters, and
    asking for each once is many times as fast as searching every text for every script."""
    if not _LETTER.match(character):
        return ""
    found = _of_ours().match(character)
    return SCRIPTS[found.lastindex - 1] if found and found.lastindex else "other"


def code_points(text: str) -> NDArray[np.uint32]:
    """
    >>> code_points("aé").tolist()
    [97, 233]
    """
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


def letters(scripts: Iterable[str], among: str) -> str:
    """The letters and marks of these scripts among some characters.

    >>> letters(["Thai"], "ab ไทย")
    'ไทย'
    """
    return "".join(run for script in scripts for run in _of_script(script).findall(among))


def alphabet(points: NDArray[np.uint32]) -> tuple[str, NDArray[np.intp]]:
    """The distinct characters of a text in order of code point, and how often each occurs, (A,).

    >>> alphabet(code_points("banana"))
    ('abn', array([3, 1, 2]))
    """
    counts = np.bincount(points) if len(points) else np.zeros(0, np.intp)
    present = np.flatnonzero(counts)
    return "".join(map(chr, present.tolist())), counts[present]


def script_shares(text: str) -> dict[str, float]:
    """Share of a text's letters per script, largest first; marks count, digits, punctuation and spaces do not.

    Letters of scripts no longer in everyday use are "other". Without letters the answer is empty.

    Source: Unicode Standard Annex 24, the Script property.

    >>> script_shares("abc ไ 123")
    {'Latin': 0.75, 'Thai': 0.25}
    """
    characters, counts = alphabet(code_points(text))
    found = dict.fromkeys((*SCRIPTS, "other"), 0)
    for character, n in zip(characters, counts.tolist(), strict=True):
        if script := _script(character):
            found[script] += n
    total = sum(found.values())
    return {script: n / total for script, n in sorted(found.items(), key=lambda pair: -pair[1]) if n}


def script_places(points: NDArray[np.uint32]) -> NDArray[np.int16]:
    """Place of each character's script in `(*SCRIPTS, "other")`, int16 (N,); -1 for what is neither letter nor mark.

    >>> script_places(code_points("a ж")).tolist()
    [0, -1, 1]
    """
    distinct, which = np.unique(points, return_inverse=True)
    known = {script: n for n, script in enumerate((*SCRIPTS, "other"))}
    places = np.array([known.get(_script(chr(point)), -1) for point in distinct.tolist()], np.int16)
    found: NDArray[np.int16] = places[which]
    return found
