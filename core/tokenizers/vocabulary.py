"""A vocabulary on bytes: what each id stands for, whatever alphabet its file spells it in."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from math import isnan

import numpy as np
from numpy.typing import NDArray

from core.common.numbers import count
from core.tokenizers.kinds import Kind


@cache
def byte_of_character() -> dict[str, int]:
    """The GPT-2 byte alphabet: which byte each of its 256 printable characters stands for.

    Source: Radford et al. 2019, `bytes_to_unicode` of the GPT-2 release.

    >>> byte_of_character()["Ġ"], byte_of_character()["Ċ"], byte_of_character()["a"]
    (32, 10, 97)
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    shifted = [byte for byte in range(256) if byte not in set(printable)]
    return {chr(b): b for b in printable} | {chr(256 + n): b for n, b in enumerate(shifted)}


def bytes_of_alphabet(spelling: str) -> bytes | None:
    """The bytes that a spelling in the GPT-2 alphabet stands for, or None where a character is not of that alphabet.

    >>> bytes_of_alphabet("Ġé")
    b' \\xe9'
    """
    try:
        return spelling.translate(_latin1_of_alphabet()).encode("latin-1")
    except UnicodeEncodeError:
        return None


@cache
def _latin1_of_alphabet() -> dict[int, str]:
    """Alphabet character to the Latin-1 character of its byte; what is Latin-1 but not alphabet goes beyond Latin-1."""
    table = byte_of_character()
    outside = {byte: "\uffff" for byte in range(256) if chr(byte) not in table}
    return outside | {ord(character): chr(byte) for character, byte in table.items()}


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Every id of a tokenizer: its bytes, its kind, the spelling in its file, and what the model ranks it by.

    Args:
        pieces: bytes per id, V of them; empty for an id that stands for no text (unknown, unused).
        kinds: `Kind` per id, uint8 (V,).
        spellings: the token as its own file writes it, per id; empty list where the file has none (tiktoken).
        measures: merge rank or log-probability per id, float64 (V,), NaN where there is none; None without any.
        measure_name: what `measures` holds, "merge rank" or "score".
    """

    pieces: list[bytes]
    kinds: NDArray[np.uint8]
    spellings: list[str] = field(default_factory=list)
    measures: NDArray[np.float64] | None = None
    measure_name: str = ""

    def __len__(self) -> int:
        return len(self.pieces)

    @cached_property
    def lengths(self) -> NDArray[np.int32]:
        """Bytes per id, int32 (V,)."""
        return np.fromiter(map(len, self.pieces), np.int32, len(self.pieces))

    @cached_property
    def table(self) -> NDArray[np.object_]:
        """The pieces as an array, to look many up at once, object (V,)."""
        table = np.empty(len(self.pieces), object)
        table[:] = self.pieces
        return table

    @cached_property
    def id_by_bytes(self) -> dict[bytes, int]:
        """The lowest ordinary or byte id for each byte string."""
        usable = np.flatnonzero(np.isin(self.kinds, (Kind.ORDINARY, Kind.BYTE)))
        return {piece: i for i in reversed(usable.tolist()) if (piece := self.pieces[i])}

    def find(self, wanted: str, most: int) -> list[int]:
        """At most so many ids of entries that hold a text: those that are it or are spelled so, then those that begin
        with it, then the others, each from the shortest on.

        >>> pieces = [b"straw", b"a straw", b" straw", b"raw", b"strawberry"]
        >>> Vocabulary(pieces, np.zeros(5, np.uint8)).find("straw", 3)
        [0, 4, 2]
        """
        data = wanted.encode()
        spelled = {i for i, spelling in enumerate(self.spellings) if spelling == wanted} if wanted else set()
        found = spelled | {i for i, piece in enumerate(self.pieces) if data in piece and data}

        def place(i: int) -> tuple[bool, bool, int, int]:
            piece = self.pieces[i]
            return piece != data and i not in spelled, not piece.startswith(data), len(piece), i

        return heapq.nsmallest(most, found, key=place)

    def numbers(self, ids: Sequence[int]) -> list[float | None]:
        """Merge rank or score of each id; None where it has none."""
        if self.measures is None:
            return [None] * len(ids)
        return [None if isnan(number) else number for number in self.measures[list(ids)].tolist()]

    def in_words(self, number: float | None) -> str:
        """A merge rank or score for people; empty for None."""
        if number is None:
            return ""
        return f"{self.measure_name} {count(number) if number.is_integer() else f'{number:.3f}'}"
