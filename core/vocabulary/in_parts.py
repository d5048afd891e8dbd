"""A tokenizer asked for much, part by part: memory stays bounded, and it ends when nobody waits any more."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from core.common.progress import report
from core.common.sandbox.interest import still_wanted
from core.tokenizers.tokenizer import TokenDetails, Tokenizer

_CHARACTERS = 2**18  # of whole texts
_TEXTS = _ENTRIES = 2**16  # a library's answer takes half a kilobyte for each, however short it is


def cut(tokenizer: Tokenizer, texts: Sequence[str], stage: str = "") -> Iterator[list[NDArray[np.int32]]]:
    """The ids of each text, of some texts at a time in order, special tokens not added.

    Args:
        stage: names the work for whoever listens to how far it is.
    """
    done = 0
    for part in chunks(texts):
        still_wanted()
        yield tokenizer.encode_many(part)
        done += len(part)
        report(done, len(texts), stage or f"Cutting with {tokenizer.info.label}")


def described(tokenizer: Tokenizer, ids: Sequence[int]) -> list[TokenDetails]:
    """What a tokenizer says of these ids."""
    found = list[TokenDetails]()
    for first in range(0, len(ids), _ENTRIES):
        still_wanted()
        found += tokenizer.describe(ids[first : first + _ENTRIES])
        report(len(found), len(ids), f"Reading {tokenizer.info.label}")
    return found


def chunks(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts in order, some at a time.

    >>> [*chunks(["a", "b"])]
    [['a', 'b']]
    """
    part, size = list[str](), 0
    for text in texts:
        part.append(text)
        size += len(text)
        if size >= _CHARACTERS or len(part) == _TEXTS:
            yield part
            part, size = [], 0
    if part:
        yield part
