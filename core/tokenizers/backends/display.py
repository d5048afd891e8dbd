"""Pieces of bytes as people read them: text where they are text, else hex in brackets."""

import re

_HEX = re.compile(r"⟨((?:[0-9a-f]{2} )*[0-9a-f]{2})⟩")


def displayed(piece: bytes) -> str:
    """
    >>> displayed(" é".encode()), displayed(b"\\xe4\\xbd")
    (' é', '⟨e4 bd⟩')
    """
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return f"⟨{piece.hex(' ')}⟩"


def undisplayed(text: str) -> bytes:
    """
    >>> undisplayed("⟨e4 bd⟩")
    b'\\xe4\\xbd'
    """
    found = _HEX.fullmatch(text)
    return bytes.fromhex(found[1]) if found else text.encode()


def is_hex(text: str) -> bool:
    """Whether a displayed piece shows bytes instead of text.

    >>> is_hex("⟨e4 bd⟩"), is_hex("⟨é⟩")
    (True, False)
    """
    return _HEX.fullmatch(text) is not None
