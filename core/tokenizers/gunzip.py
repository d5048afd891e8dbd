"""Compressed tokenizer files, unpacked within bounds: a few kilobytes must not become gigabytes."""

import zlib

from core.common.errors import TooLarge, UnreadableFile, shown
from core.common.numbers import count
from core.tokenizers.format import MAX_FILE_BYTES, Files

_GZIP = b"\x1f\x8b"
_FORMAT = zlib.MAX_WBITS | 16  # expect a gzip header


def content(files: Files, name: str) -> bytes:
    """The content of a file, unpacked if it is gzip.

    Raises:
        TooLarge: over 256 MB, packed or unpacked.
        UnreadableFile: it cannot be opened, or its gzip stream is damaged.
    """
    data = files.read(name)
    return gunzipped(data, name) if data.startswith(_GZIP) else data


def gunzipped(data: bytes, name: str, limit: int = MAX_FILE_BYTES) -> bytes:
    """The bytes in a gzip stream.

    Raises:
        TooLarge: it unpacks to more than `limit` bytes; no more than that is ever held.
        UnreadableFile: the stream is damaged or cut short.

    >>> import gzip
    >>> gunzipped(gzip.compress(b"abc"), "x.gz")
    b'abc'
    """
    stream = zlib.decompressobj(_FORMAT)
    try:
        plain = stream.decompress(data, limit + 1)
    except zlib.error as error:
        raise UnreadableFile(f"{shown(name)} is a damaged gzip file: {error}. Download it again.") from None
    if len(plain) > limit:
        raise TooLarge(
            f"{shown(name)} unpacks to more than {count(limit / 2**20)} MB, which no tokenizer file needs. "
            "Check where the file comes from."
        )
    if not stream.eof:
        raise UnreadableFile(f"{shown(name)} is a gzip file that breaks off. Download it again.")
    return plain


def head(files: Files, name: str, size: int = 4096) -> bytes:
    """The first bytes of a file, unpacked if it is gzip; empty where nothing can be read."""
    try:
        with files.paths[name].open("rb") as file:
            start = file.read(size)
        return zlib.decompressobj(_FORMAT).decompress(start, size) if start.startswith(_GZIP) else start
    except (OSError, zlib.error):
        return b""
