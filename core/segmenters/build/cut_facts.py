"""Where segmenters cut: bytes per chunk, and what stands where chunks start."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray


def cut_facts(
    texts: Mapping[str, Sequence[str]], starts: Callable[[str], NDArray[np.int32]]
) -> dict[str, dict[str, float]]:
    """Where a text is cut, by language, first bytes of texts left out.

    Returns:
        bytes_per_chunk; shares of chunks that start inside a character; and at white space or right behind it, and at
        most one byte away from it, each beside the share of all bytes that lie there.
    """
    found = {}
    for name, each in texts.items():
        n_chunks, n_bytes, there, everywhere = 0, 0, np.zeros(3), np.zeros(3)
        for text in each:
            data = np.frombuffer(text.encode(), np.uint8)
            first = starts(text)
            n_chunks, n_bytes = n_chunks + len(first), n_bytes + len(data)
            marks = np.stack([*beside_white_space(data), (data & 0xC0) == 0x80])
            there += marks[:, first[1:]].sum(1)
            everywhere += marks[:, 1:].sum(1)
        shares, chances = there / max(1, n_chunks - len(each)), everywhere / (n_bytes - len(each))
        facts = {
            "bytes_per_chunk": n_bytes / n_chunks,
            "inside_character": shares[2],
            "white_space": shares[0],
            "white_space_by_chance": chances[0],
            "near_white_space": shares[1],
            "near_white_space_by_chance": chances[1],
        }
        found[name] = {key: round(float(value), 3) for key, value in facts.items()}
    return found


def beside_white_space(data: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether each byte is ASCII white space or stands right behind it; and whether it is at most one away from it.

    >>> at_or_behind, near = beside_white_space(np.frombuffer(b"abc de", np.uint8))
    >>> at_or_behind.tolist(), near.tolist()
    ([False, False, False, True, True, False], [False, False, True, True, True, False])
    """
    white = np.isin(data, np.frombuffer(b" \t\n\r", np.uint8))
    behind = white | np.concatenate([[False], white[:-1]])
    return behind, behind | np.concatenate([white[1:], [False]])
