"""transformers' reader of GGUF files without the work that it does over and over.

It reads a vocabulary's every token and merge as an array of its own, though `core.tokenizers.gguf` reads those, and it
lists the names of all tensors anew for every part of a model. Of SmolLM2-135M, 49,152 tokens and 397 parts, the two
took three quarters of the time of opening it.
"""

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import gguf
import numpy as np
from gguf import GGUFValueType

from core.models.config_numbers import MOST_LAYERS


class _WithoutVocabulary(gguf.GGUFReader):
    """Steps over arrays that are longer than any that says something of a layer each; their length stays known."""

    def _get_field_parts(self, orig_offs: int, raw_type: int) -> tuple[int, list[Any], list[int], list[GGUFValueType]]:
        if GGUFValueType(raw_type) != GGUFValueType.ARRAY:
            return super()._get_field_parts(orig_offs, raw_type)
        kind, length = GGUFValueType(self._get(orig_offs, np.uint32)[0]), int(self._get(orig_offs + 4, np.uint64)[0])
        scalar, begin = self.gguf_scalar_to_np.get(kind), orig_offs + 12
        if length <= MOST_LAYERS:
            return super()._get_field_parts(orig_offs, raw_type)
        if scalar is not None:
            end, nothing = begin + length * np.dtype(scalar).itemsize, np.zeros(1, scalar)
        elif kind == GGUFValueType.STRING:
            end, nothing = self._end_of_strings(begin, length), np.zeros(0, np.uint8)
        else:
            return super()._get_field_parts(orig_offs, raw_type)
        return end - orig_offs, [nothing], [0] * length, [GGUFValueType.ARRAY, kind]

    def _end_of_strings(self, begin: int, n: int) -> int:
        data: Any = self.data  # an array is a buffer, which its types do not say
        at, count = begin, struct.Struct("<Q" if self.endianess == gguf.GGUFEndian.LITTLE else ">Q")
        for _ in range(n):
            at += 8 + count.unpack_from(data, at)[0]
        return at


@contextmanager
def quick_reader() -> Iterator[None]:
    """While it reads, transformers learns of long arrays but how long they are, and lists the names of tensors once."""
    library: Any = gguf
    reader, names = library.GGUFReader, library.get_tensor_name_map
    once: Callable[..., Any] = lru_cache(maxsize=4)(names)
    library.GGUFReader, library.get_tensor_name_map = _WithoutVocabulary, once
    try:
        yield
    finally:
        library.GGUFReader, library.get_tensor_name_map = reader, names
