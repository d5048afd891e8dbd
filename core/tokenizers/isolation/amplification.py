"""How much a stranger's tokenizer may make of a text: its answer is held by the server, so it is bounded by the text.

What honest ones make stays far below: at most a token per byte of the normalised text, and the compatibility form that
grows most, of U+FDFA, has 33 bytes for 3.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.common.errors import TooLarge
from core.common.numbers import count
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import Counts, Stage

FREE_TOKENS, TOKENS_PER_BYTE = 16_384, 64
FREE_BYTES, BYTES_PER_BYTE = 2**20, 256


def refuse_many_tokens(n_tokens: int, n_bytes: int) -> None:
    """Do nothing if a text of so many bytes may have so many tokens.

    Raises:
        TooLarge: it may not; says how many it has and how many it may have.
    """
    most = FREE_TOKENS + TOKENS_PER_BYTE * n_bytes
    if n_tokens > most:
        raise TooLarge(
            f"The tokenizer makes {count(n_tokens)} tokens of a text of {count(n_bytes)} bytes; at most {count(most)} "
            f"are taken ({TOKENS_PER_BYTE} per byte). Look at its normaliser and its template for special tokens."
        )


def refuse_many_bytes(n_out: int, n_bytes: int) -> None:
    """Do nothing if what is shown of a text of so many bytes may have so many.

    Raises:
        TooLarge: it may not; says how many it has and how many it may have.
    """
    most = FREE_BYTES + BYTES_PER_BYTE * n_bytes
    if n_out > most:
        raise TooLarge(
            f"The tokenizer makes {count(n_out)} bytes of a text of {count(n_bytes)}; at most {count(most)} are taken "
            f"({BYTES_PER_BYTE} per byte). Look at its normaliser, which may write far more than it reads."
        )


def bounded_segmentation(found: Segmentation, n_bytes: int) -> Segmentation:
    """The segmentation, if it is in bounds."""
    refuse_many_tokens(len(found.pieces), n_bytes)
    refuse_many_bytes(sum(map(len, found.pieces)), n_bytes)
    return found


def bounded_counts(found: Counts, n_bytes: int) -> Counts:
    """The counts of texts of so many bytes together, if they are in bounds."""
    refuse_many_tokens(int(found.tokens.sum()), n_bytes)
    return found


def bounded_ids(found: list[NDArray[np.int32]], n_bytes: int) -> list[NDArray[np.int32]]:
    """The ids of texts of so many bytes together, if they are in bounds."""
    refuse_many_tokens(sum(map(len, found)), n_bytes)
    return found


def bounded_stages(found: Sequence[Stage], n_bytes: int) -> Sequence[Stage]:
    """The stages, if they are in bounds."""
    for stage in found:
        refuse_many_tokens(len(stage.pieces), n_bytes)
        refuse_many_bytes(sum(map(len, stage.pieces)), n_bytes)
    return found
