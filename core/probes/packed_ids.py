"""What general compressors make of token ids, and of the bytes that they say."""

import gzip
import lzma
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SEVENS = np.arange(5)


def varint(ids: NDArray[np.integer[Any]]) -> bytes:
    """Each id in as few bytes as it needs: seven bits a byte, low ones first, the high bit set where more follow.

    Source: LEB128, as in Protocol Buffers.

    >>> varint(np.array([1, 127, 128, 300])).hex(" ")
    '01 7f 80 01 ac 02'
    """
    wide = np.asarray(ids, np.int64)[:, None]
    needed = 1 + (wide >= 128 ** _SEVENS[1:]).sum(axis=1, keepdims=True)
    written = ((wide >> (7 * _SEVENS)) & 127) | ((needed - 1 > _SEVENS) * 128)
    return bytes(written[needed > _SEVENS].astype(np.uint8).tobytes())


def fixed(ids: NDArray[np.integer[Any]], width: int) -> bytes:
    """Each id in `width` bytes, low ones first.

    >>> fixed(np.array([1, 300]), 2).hex(" ")
    '01 00 2c 01'
    """
    return np.asarray(ids, "<u4").view(np.uint8).reshape(-1, 4)[:, :width].tobytes()


def width_for(n_ids: int) -> int:
    """Bytes that tell so many ids apart.

    >>> width_for(256), width_for(65_536), width_for(65_537), width_for(2**31)
    (2, 2, 3, 4)
    """
    return 2 if n_ids <= 2**16 else 3 if n_ids <= 2**24 else 4


def _zstd(data: bytes) -> bytes:
    import pyarrow as arrow  # type: ignore[import-untyped]

    return bytes(arrow.Codec("zstd", compression_level=19).compress(data, asbytes=True))


COMPRESSORS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, 9, mtime=0),
    "xz": lambda data: lzma.compress(data, preset=6),
    "zstd": _zstd,
}


def compressed_sizes(data: bytes) -> dict[str, int]:
    """Bytes that are left of `data`, by compressor, frames and headers included."""
    return {name: len(compress(data)) for name, compress in COMPRESSORS.items()}
