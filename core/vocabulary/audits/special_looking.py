"""Ordinary entries that are written as special tokens are."""

import re

import numpy as np

from core.common.definitions import Definition
from core.tokenizers.special_roles import SPELLINGS
from core.vocabulary.audit import Audit, Finding, grouped
from core.vocabulary.entries import Entries

_WRITTEN_SO = re.compile(
    r"<[|｜][^<>]*[|｜]>|\[[A-Z_]*[A-Z][A-Z_0-9]*\]|</?[a-z]+[_-]?[a-z]*[_-]?\d+>|<[a-z]+_[a-z_]+>"
)
_LONGEST = 100  # characters
_ROLES = frozenset(spelling for spellings in SPELLINGS.values() for spelling in spellings)
_BEGINNINGS = ("<", "[", *_ROLES)


def special_looking(entries: Entries) -> Finding:
    """Entries of ordinary text that look like special tokens."""
    texts = entries.texts
    found = [i for i, text in enumerate(texts) if text and looks_special(text.strip())]
    return grouped({"ordinary text": np.array(found, np.int64)})


def looks_special(text: str) -> bool:
    """Whether a text is written as special tokens usually are.

    >>> [looks_special(text) for text in ("<|im_start|>", "[MASK]", "<unused7>", "<s>", "<br>", "[x]", "<h1>")]
    [True, True, True, True, False, False, False]
    """
    if len(text) > _LONGEST or not text.startswith(_BEGINNINGS):  # no special token is so long, and few texts begin so
        return False
    return text in _ROLES or (_WRITTEN_SO.fullmatch(text) is not None and not re.fullmatch(r"</?h[1-6]>", text))


AUDIT = Audit(
    definition=Definition(
        "special_looking",
        "Looks special, is text",
        "ids",
        "lower",
        "Ordinary entries that are written as special tokens are, such as <|im_start|> or [MASK]: what a user types "
        "can become one, and a filter of special tokens does not see it.",
    ),
    order=40,
    find=special_looking,
)
