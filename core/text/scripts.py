"""Which writing systems a text is in, and which of them put no spaces between words."""

from collections.abc import Iterable
from functools import cache

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


@cache
def _letters_of(script: str) -> regex.Pattern[str]:
    return regex.compile(rf"[\p{{L}}\p{{M}}&&\p{{Script={script}}}]", regex.V1)


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
    return "".join("".join(_letters_of(script).findall(among)) for script in scripts)


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
    count_of = dict(zip(characters, counts.tolist(), strict=True))
    found = {script: sum(count_of[c] for c in letters([script], characters)) for script in SCRIPTS}
    every = regex.findall(r"[\p{L}\p{M}--\p{Script=Inherited}--\p{Script=Common}]", characters, flags=regex.V1)
    total = sum(count_of[c] for c in every)
    found["other"] = total - sum(found.values())
    return {script: n / total for script, n in sorted(found.items(), key=lambda pair: -pair[1]) if n}
