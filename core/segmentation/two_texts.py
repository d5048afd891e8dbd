"""Two texts under one tokenizer: the same sentence in two languages, or a typo and its correction."""

from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import nan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.common.errors import TooLarge
from core.common.numbers import count
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Segmentation

MAX_TOKENS = 3_000  # the alignment's time grows with the product of the two lengths

Places = NDArray[np.intp]
Change = Literal["equal", "replaced", "inserted", "deleted"]
_CHANGES: dict[str, Change] = {"equal": "equal", "replace": "replaced", "insert": "inserted", "delete": "deleted"}


@dataclass(frozen=True)
class DiffSegment:
    """A stretch of both texts that stayed equal, or one that became the other.

    Args:
        change: what became of the first text's tokens here.
        first_tokens, second_tokens: [from, to) among the tokens of each text, inserted ones (BOS) counted.
    """

    change: Change
    first_tokens: tuple[int, int]
    second_tokens: tuple[int, int]


@dataclass(frozen=True)
class TextComparison:
    """Two texts under one tokenizer.

    Args:
        n_first, n_second: tokens that stand for text.
        ratio: second to first; NaN if the first has none.
        n_shared: tokens in both, each counted as often as in the text that has fewer of it.
        segments: the aligned tokens, in order.
    """

    n_first: int
    n_second: int
    ratio: float
    n_shared: int
    segments: tuple[DiffSegment, ...]


def compare(first: Segmentation, second: Segmentation) -> TextComparison:
    """The token counts of two texts, what they share, and their tokens aligned by id.

    Raises:
        TooLarge: a text has over 3,000 tokens.

    >>> from core.tokenizers.formats.builtin import RuleTokenizer
    >>> words = RuleTokenizer("words")
    >>> for segment in compare(words.segment("a blue sky"), words.segment("a grey sky")).segments:
    ...     print(segment.change, segment.first_tokens, segment.second_tokens)
    equal (0, 2) (0, 2)
    replaced (2, 3) (2, 3)
    equal (3, 5) (3, 5)
    """
    if max(first.n_tokens, second.n_tokens) > MAX_TOKENS:
        raise TooLarge(
            f"These texts have {count(first.n_tokens)} and {count(second.n_tokens)} tokens; two texts of up to "
            f"{count(MAX_TOKENS)} can be aligned. Compare shorter passages."
        )
    bodies = [np.flatnonzero(s.kinds != Kind.INSERTED) for s in (first, second)]
    ids = [s.ids[body].tolist() for s, body in zip((first, second), bodies, strict=True)]
    shared = Counter(ids[0]) & Counter(ids[1])
    segments = tuple(
        DiffSegment(
            _CHANGES[what],
            _tokens(bodies[0], a0, a1, len(first)),
            _tokens(bodies[1], b0, b1, len(second)),
        )
        for what, a0, a1, b0, b1 in SequenceMatcher(None, ids[0], ids[1], autojunk=False).get_opcodes()
    )
    ratio = second.n_tokens / first.n_tokens if first.n_tokens else nan
    return TextComparison(first.n_tokens, second.n_tokens, ratio, shared.total(), segments)


def _tokens(body: Places, start: int, end: int, after: int) -> tuple[int, int]:
    """Places [start, end) among the tokens that stand for text, as places among all tokens."""
    if start == end:
        place = int(body[start]) if start < len(body) else after
        return place, place
    return int(body[start]), int(body[end - 1]) + 1
