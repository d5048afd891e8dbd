"""Words as units: what HAT and Learn Your Tokens pool into one vector each.

The rule is ours, written from the description of HAT's splitter: a unit is a word with the one space before it and the
marks behind it; a case change inside a word starts a new one, a number is split at its point, and each letter of a
script without spaces stands alone. Marks and joiners stay with their character.
"""

from functools import cache

import numpy as np
import regex

from core.common.params import Param, Params
from core.segmenters.segmenter import ByteSegmenter, Chunks, Cutter
from core.text.scripts import WITHOUT_SPACES

_RULE = "2"  # another where the same text is cut otherwise, so that counts by the rule before are not taken for these
_WITH = r"[\p{M}\p{Cf}--[\u200B]]*+"  # what belongs to the character before it, as in UAX 29: no space of no width
_ALONE = "".join(rf"\p{{Script={script}}}" for script in sorted(WITHOUT_SPACES))


@cache
def _pattern() -> regex.Pattern[str]:
    letter = rf"[\p{{L}}--[{_ALONE}]]"
    lower = rf"[\p{{Ll}}\p{{Lm}}\p{{Lo}}--[{_ALONE}]]{_WITH}"
    upper, mark = rf"\p{{Lu}}{_WITH}", rf"[\p{{P}}\p{{S}}]{_WITH}"
    word = rf"(?:(?:{upper})+(?!{lower})|(?:{upper})?(?:{lower})+|{letter}{_WITH})(?:['’](?:{lower})+)?"
    core = rf"(?:{word}|(?:\p{{N}}{_WITH})+|[{_ALONE}]{_WITH})"
    behind = rf"(?:(?<=\p{{N}})\p{{P}}(?=\p{{N}})|(?:{mark})*+(?![\p{{L}}\p{{N}}]))?"
    others = rf" ?(?:{mark})+|\s+?(?= ?\S)|\s+|.{_WITH}"
    return regex.compile(rf" ?{core}{behind}|{others}", regex.V1 | regex.DOTALL)


def word_units(text: str, most_bytes: int = 0) -> list[str]:
    """The units of a text; side by side they are the text.

    Args:
        most_bytes: of one unit, which is then cut between characters; 0 for any number.

    >>> word_units("Hello world, theQuickBrownFox costs $12.50 你好")
    ['Hello', ' world,', ' the', 'Quick', 'Brown', 'Fox', ' costs', ' $', '12.', '50', ' 你', '好']
    """
    units = _pattern().findall(text)
    return [part for unit in units for part in _bounded(unit, most_bytes)] if most_bytes else units


def _bounded(unit: str, most_bytes: int) -> list[str]:
    if len(unit.encode()) <= most_bytes:
        return [unit]
    parts, size = [""], 0
    for character in unit:
        n = len(character.encode())
        if parts[-1] and size + n > most_bytes:
            parts.append("")
            size = 0
        parts[-1] += character
        size += n
    return parts


def _cutter(params: Params) -> Cutter:
    most = params.whole("most_bytes")

    def cut(text: str) -> Chunks:
        lengths = [len(unit.encode()) for unit in word_units(text, most)]
        return Chunks(np.cumsum([0, *lengths[:-1]]).astype(np.int32))

    return Cutter(cut, _RULE)


SEGMENTER = ByteSegmenter(
    key="words",
    label="Words as units (HAT)",
    order=60,
    kind="rule",
    about="A word with the space before it and the marks behind it; a case change inside a word starts a new unit.",
    source="Neitemeier et al. 2025, HAT; Thawani et al. 2023, Learn Your Tokens; the rule is this project's",
    cutter=_cutter,
    params=(
        Param(
            key="most_bytes",
            label="Bytes of a unit",
            default=0,
            help="A longer unit is cut between characters, as HAT does at its limit. 0 sets none.",
            low=0,
            high=4096,
        ),
    ),
)
