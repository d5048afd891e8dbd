"""Lines of text in tokens, of which the pairs frequent in all lines together are merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.common.numbers import count
from core.segmenters.families.dynamic import may_merge
from core.segmenters.pair_merges import merge_pairs
from core.tokenizers.tokenizer import LocalTokenizer

_APART = b""  # between lines, and in place of a token without bytes of the text: it merges with nothing


@dataclass(frozen=True)
class TokenLine:
    """A line as a tokenizer cuts it.

    Args:
        ids: of its tokens.
        pieces: the bytes of the line that each stands for; empty of one that stands for none.
    """

    ids: tuple[int, ...]
    pieces: tuple[bytes, ...]


@dataclass(frozen=True)
class MergedLine:
    """A line in dynamic tokens.

    Args:
        spelled: the tokenizer's ids that each is merged of.
    """

    spelled: tuple[tuple[int, ...], ...]

    def pieces(self, line: TokenLine) -> tuple[bytes, ...]:
        """The bytes of the line, as it was cut, that each stands for.

        >>> MergedLine(((1, 2), (3,))).pieces(TokenLine((1, 2, 3), (b"a", b"b", b" c")))
        (b'ab', b' c')
        """
        edges = [*self.place_by_start, len(line.ids)]
        return tuple(b"".join(line.pieces[start:end]) for start, end in pairwise(edges))

    @cached_property
    def place_by_start(self) -> dict[int, int]:
        """Which of them begins at a token of the tokenizer, by that token's place."""
        starts = accumulate(map(len, self.spelled[:-1]), initial=0) if self.spelled else ()
        return {start: place for place, start in enumerate(starts)}


def token_lines(text: str, tokenizer: LocalTokenizer) -> list[TokenLine]:
    """The lines of a text that are not blank.

    Raises:
        UserError: the tokens of one do not say it back; says which.
    """
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            cut = tokenizer.segment(line)
            if not cut.lossless:
                raise UserError(
                    f"The tokens of {tokenizer.info.label} do not say line {count(number)} back exactly. Give a text "
                    "that they give back."
                )
            spans = zip(cut.starts.tolist(), cut.ends.tolist(), strict=True)
            found.append(TokenLine(tuple(cut.ids.tolist()), tuple(cut.text[a:b] for a, b in spans)))
    return found


def merged_lines(lines: Sequence[TokenLine], most: int) -> tuple[list[MergedLine], NDArray[np.int32]]:
    """The lines after up to `most` merges of the pair that is most frequent in all of them; tokens that each one saved.

    >>> line = TokenLine((1, 2, 3), (b"a", b"b", b" c"))
    >>> lines, saved = merged_lines([line, line], 9)
    >>> lines[0].spelled, saved.tolist()
    (((1, 2), (3,)), [2])
    """
    pieces = [piece for line in lines for piece in (*line.pieces, _APART)]
    found = merge_pairs(pieces, most, lambda left, right: bool(left and right) and may_merge(left, right))
    lengths, done = iter(found.lengths.tolist()), list[MergedLine]()
    for line in lines:
        spelled, at = list[tuple[int, ...]](), 0
        while at < len(line.ids):
            end, left = at + 1, next(lengths) - len(line.pieces[at])
            while left:
                left -= len(line.pieces[end])
                end += 1
            spelled.append(line.ids[at:end])
            at = end
        next(lengths)  # what stands between lines
        done.append(MergedLine(tuple(spelled)))
    return done, -np.diff(found.history)


def n_merges(lines: Sequence[TokenLine], most: int) -> int:
    """So many merges as there are, up to `most`; for 0 so many as are of pairs that stand in the lines at least twice.

    >>> n_merges([TokenLine((1, 2, 1, 2, 3), (b"a", b"b", b"a", b"b", b"c"))], 0)
    1
    """
    _, saved = merged_lines(lines, most or sum(len(line.ids) for line in lines))
    return len(saved) if most else int(np.flatnonzero(saved > 1)[-1:].sum() + (saved > 1).any())
