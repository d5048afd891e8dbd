"""Which tokens are whole characters, and which hold parts of several."""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Shape:
    """What the bytes of a token are made of.

    Args:
        complete: whole characters only.
        crosses: bytes of more than one character, one of them at least not whole.
    """

    complete: bool
    crosses: bool


@lru_cache(maxsize=200_000)
def shape(piece: bytes) -> Shape:
    """The shape of a token's bytes.

    >>> shape("né".encode()), shape(b"\\xc3"), shape(b" \\xc3"), shape(b"\\xa9\\xc3")
    (Shape(complete=True, crosses=False), Shape(complete=False, crosses=False), \
Shape(complete=False, crosses=True), Shape(complete=False, crosses=True))
    """
    try:
        piece.decode()
    except UnicodeDecodeError:
        begun = sum(byte & 0xC0 != 0x80 for byte in piece)  # bytes that begin a character
        continued = piece[0] & 0xC0 == 0x80  # and the end of one that another token began
        return Shape(False, begun + continued > 1)
    return Shape(True, False)
