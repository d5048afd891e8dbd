"""Ids of a text that is cut in parts, as programs put texts together: do they come back?"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.tokenizers.tokenizer import Tokenizer

_WORDS = re.compile(r"\s+|\S+")


@dataclass(frozen=True)
class WayToCut:
    """Into which parts a text is taken, each of which is cut by itself.

    Args:
        label: for people, to stand behind "cut".
        parts: of a text.
    """

    label: str
    parts: Callable[[str], list[str]]


def halves(text: str) -> list[str]:
    """The text in two, as a prompt and what follows it are cut.

    >>> halves("abcde"), halves("a")
    (['ab', 'cde'], ['a'])
    """
    middle = len(text) // 2
    return [part for part in (text[:middle], text[middle:]) if part]


WAYS: Mapping[str, WayToCut] = {
    "whole": WayToCut("as one text", lambda text: [text]),
    "halves": WayToCut("in two halves", halves),
    "words": WayToCut("word by word", _WORDS.findall),
    "characters": WayToCut("character by character", list),
}


def ids_of(tokenizer: Tokenizer, text: str, way: str) -> tuple[int, ...]:
    """The ids of the parts, side by side.

    Args:
        way: a key of `WAYS`.

    >>> from core.tokenizers.formats.builtin import ByteTokenizer
    >>> ids_of(ByteTokenizer(), "Hi", "characters")
    (75, 108)
    """
    parts = tokenizer.encode_many(WAYS[way].parts(text))
    return tuple(i for ids in parts for i in ids.tolist())
