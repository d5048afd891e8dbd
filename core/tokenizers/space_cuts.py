r"""Whether patterns that cut a text always cut it before a space that follows something else, whatever stands around.

Then the text between two such places is cut as it would be alone. It holds where no alternative of a pattern matches a
space behind something that is none, none looks further than the white space that it matches, and white space is always
matched, so that a match begins at such a space. Alternatives are known by how they are written; those of a pattern that
is not made of these are not looked into.
"""

import re
from collections.abc import Iterator, Sequence

import regex

from core.tokenizers.pretokenizers import PRE_TOKENIZERS

_HELD = re.compile(r"([+?*]|\{\d+,?\d*\})\+")  # not the + of \p{L}+
_WHITE_SPACE = {r"\s+", r"\s"}
_BY_NAME = ("gpt2", "cl100k", "olmo2", "o200k", "starcoder", "qwen2", "qwen3.5")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORDS = [f"{space}{word}" for space in ("", " ") for word in (_LETTERS, f"A{_LETTERS}", "a", "A")]
_AS_TIKTOKEN_WRITES = r"'(?:[sdmt]|ll|ve|re)|'(?i:[sdmt]|ll|ve|re)|\s+$|\s*[\r\n]|\s"


def alternatives(pattern: str) -> Iterator[str]:
    r"""What a pattern matches one or the other of, without the marks that keep it from going back.

    >>> [*alternatives(r"'(?i:s|t)|[|a]?+\p{L}++|\|")]
    ["'(?i:s|t)", '[|a]?\\p{L}+', '\\|']
    """
    depth, start, in_class, escaped = 0, 0, False, False
    for at, sign in enumerate(pattern):
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = True
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
        elif sign == "|" and not depth:
            yield _without_marks(pattern[start:at])
            start = at + 1
        else:
            depth += (sign == "(") - (sign == ")")
    yield _without_marks(pattern[start:])


def _without_marks(alternative: str) -> str:
    return _HELD.sub(r"\1", alternative)


_KNOWN = {
    alternative
    for pattern in (*(one for name in _BY_NAME for one in PRE_TOKENIZERS[name].patterns), _AS_TIKTOKEN_WRITES)
    for alternative in alternatives(pattern)
}


def cuts_at_spaces(patterns: Sequence[str]) -> bool:
    """Whether these patterns, applied one after another, always cut there; not where that is not known.

    >>> [cuts_at_spaces(PRE_TOKENIZERS[name].patterns) for name in ("gpt2", "o200k", "superbpe", "none")]
    [True, True, False, False]
    """
    found = [{*alternatives(pattern)} for pattern in patterns]
    return all(one <= _KNOWN for one in found) and any(one & _WHITE_SPACE for one in found)


def keeps_words_whole(patterns: Sequence[str]) -> bool:
    """Whether such patterns leave words of ASCII whole: small letters, the first perhaps a capital, or behind a space.

    Tried on words with all letters: of those in `_KNOWN` no alternative tells one letter from another there, or one
    length.

    >>> [keeps_words_whole(PRE_TOKENIZERS[name].patterns) for name in ("gpt2", "o200k")]
    [True, True]
    """
    return cuts_at_spaces(patterns) and all(_matches_whole(pattern, word) for pattern in patterns for word in _WORDS)


def _matches_whole(pattern: str, word: str) -> bool:
    """Whether the pattern takes all of a word at once, or nothing of it."""
    found = regex.search(pattern, word)
    return found is None or found[0] == word
