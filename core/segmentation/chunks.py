"""Where a text would be cut into chunks of at most N tokens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import regex

from core.common.errors import UnknownName, UserError
from core.common.numbers import count
from core.segmentation.overlaps import spans_of_text
from core.text.boundaries import clusters, words
from core.tokenizers.segmentation import Ints, Segmentation

Unit = Literal["tokens", "characters", "words", "lines"]
_LINE = regex.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True)
class Chunk:
    """A stretch of the text.

    Args:
        start_byte, end_byte: its span in UTF-8.
        n_tokens: tokens in it, as cut in the whole text; inserted tokens are not counted.
        over_budget: it is one unit that alone has more tokens than the budget.
    """

    start_byte: int
    end_byte: int
    n_tokens: int
    over_budget: bool = False


def split_by_budget(segmentation: Segmentation, budget: int, keep: Unit = "characters") -> list[Chunk]:
    """The text in chunks of at most `budget` tokens, as few as a walk from the front finds; they tile the text.

    What a tokenizer dropped between two tokens stays with the token before it. A chunk that is tokenized by itself may
    have a few tokens more or fewer than it has here, since a tokenizer that sees only the chunk may cut its ends
    otherwise, and BOS and EOS come on top.

    Args:
        keep: the unit that no cut goes through: tokens (a chunk may then begin inside a character), characters
            (grapheme clusters), words (UAX 29) or lines. A unit over the budget is a chunk of its own and marked.

    Raises:
        UserError: the budget is below 1.
        UnknownName: no such unit.

    >>> from core.tokenizers.formats.builtin import RuleTokenizer
    >>> for chunk in split_by_budget(RuleTokenizer("words").segment("to be or not"), 4):
    ...     print(chunk)
    Chunk(start_byte=0, end_byte=6, n_tokens=4, over_budget=False)
    Chunk(start_byte=6, end_byte=12, n_tokens=3, over_budget=False)
    """
    if budget < 1:
        raise UserError(f"A budget of {count(budget)} tokens holds no text. Type a number from 1 up.")
    starts, ends = spans_of_text(segmentation)
    n_tokens, n_bytes = len(starts), len(segmentation.text)
    if not n_tokens:
        return [Chunk(0, n_bytes, 0)] if n_bytes else []
    before, places = _allowed(starts, ends, _edges(segmentation, starts, keep))
    before, places = np.append(before, n_tokens), np.append(places, n_bytes)
    chunks: list[Chunk] = []
    token = byte = 0
    while token < n_tokens:
        fitting = int(np.searchsorted(before, token + budget, side="right")) - 1
        at = max(fitting, int(np.searchsorted(before, token, side="right")))
        end = int(places[at])
        size = int(before[at]) - token
        chunks.append(Chunk(byte, end, size, size > budget))
        token, byte = int(before[at]), end
    return chunks


def _edges(segmentation: Segmentation, starts: Ints, keep: Unit) -> Ints:
    """Byte positions that no unit lies across, ascending."""
    if keep == "tokens":
        return starts
    cutters: dict[str, Callable[[str], list[str]]] = {"characters": clusters, "words": words, "lines": _LINE.findall}
    if keep not in cutters:
        raise UnknownName("unit to keep whole", keep, get_args(Unit))
    pieces = cutters[keep](segmentation.text.decode())
    lengths = np.fromiter((len(piece.encode()) for piece in pieces), np.int32, len(pieces))
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)


def _allowed(starts: Ints, ends: Ints, edges: Ints) -> tuple[Ints, Ints]:
    """Tokens before which a chunk may end, ascending, and the byte where it would: the last edge before the token."""
    last_edge = edges[np.searchsorted(edges, starts[1:], side="right") - 1]
    possible = np.flatnonzero(last_edge >= ends[:-1])
    return (possible + 1).astype(np.int32), last_edge[possible].astype(np.int32)
