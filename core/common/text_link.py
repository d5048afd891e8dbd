"""A text in a link: compressed, in the characters that a URL takes as they are."""

import base64
import binascii
import zlib

from core.common.errors import TooLarge, UserError
from core.common.numbers import count

MAX_LINK_CHARACTERS = 4_096  # longer links are cut by mail programs and refused by proxies
MAX_TEXT_BYTES = 4 * 2**20  # 4,096 characters of base64 hold 3 kB, which deflate can blow up to 3 MB at most


def to_link(text: str) -> str | None:
    """The text as a URL-safe string of at most 4,096 characters, or None if the text is too long for a link.

    Source: zlib (RFC 1950), base64url without padding (RFC 4648).

    >>> from_link(to_link("Größe"))
    'Größe'
    >>> to_link("".join(chr(0x4E00 + 7919 * i % 20_000) for i in range(5_000))) is None
    True
    """
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode(errors="surrogatepass"), 9)).rstrip(b"=")
    return packed.decode() if len(packed) <= MAX_LINK_CHARACTERS else None


def from_link(packed: str) -> str:
    """The text that `to_link` packed; of nothing, as a link written by hand may have it, no text.

    Raises:
        TooLarge: longer than any link made here.
        UserError: damaged or cut off.

    >>> from_link("eNpzLzq87fD8VAAPNwP6"), from_link("")
    ('Größe', '')
    """
    if not packed:
        return ""
    if len(packed) > MAX_LINK_CHARACTERS:
        raise TooLarge(
            f"The text in this link takes {count(len(packed))} characters; links made here take up to "
            f"{count(MAX_LINK_CHARACTERS)}. Ask for the text itself, or paste it."
        )
    try:
        data = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        inflater = zlib.decompressobj()
        text = inflater.decompress(data, MAX_TEXT_BYTES)
        if not inflater.eof or inflater.unused_data:
            raise ValueError("cut off, or more behind the end")
        return text.decode(errors="surrogatepass")
    except (ValueError, binascii.Error, zlib.error):
        raise UserError(
            f"The text in this link is damaged ({count(len(packed))} characters that do not unpack). "
            "Copy the whole link again, or paste the text."
        ) from None
