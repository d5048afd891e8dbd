"""A segmenter as a tokenizer: what opens wherever a tokenizer's lane does.

Chunks have no vocabulary. As with the built-in words, the id of a chunk is a 31-bit hash of the bytes that it is read
as, the same everywhere, so that equal chunks have equal ids.
"""

import hashlib
import zlib
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from core.common.errors import TooLarge
from core.common.numbers import count
from core.common.params import Params, Value, in_words, read_params
from core.segmenters.published.opening import is_published, published_segmenter
from core.segmenters.segmenter import SEGMENTERS, ByteSegmenter, Chunks
from core.segmenters.trained import trained_segmenter
from core.text.utf8 import utf8
from core.tokenizers.catalog import split_options
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Encoded
from core.tokenizers.tokenizer import Counts, Info, LocalTokenizer, Specials, Stage

SCHEME = "learned"
_NONE = Chunks(np.empty(0, np.int32))
_KEPT = 4  # texts whose chunks are kept: the lane and the curve ask for the same


class SegmenterLane(LocalTokenizer):
    """A segmenter with its parameters, asked like a tokenizer.

    Attributes:
        segmenter: the entry.
        params: all of its parameters.
        trained: what it cuts by, where a device can read with it.
    """

    on_threads = True  # numpy's products of matrices

    def __init__(self, segmenter: ByteSegmenter, params: Params) -> None:
        self.segmenter, self.params = segmenter, params
        cutter = segmenter.cutter(params)
        self.trained, self._cut_many = cutter.trained, cutter.cut_many
        self._cut = lru_cache(maxsize=_KEPT)(cutter.cut)
        spec = spec_of(segmenter, params)
        told = f"{spec} {cutter.fingerprint}"
        self.info = Info(
            spec=spec,
            label=_label(segmenter, params),
            source=SCHEME,
            fingerprint=hashlib.sha256(told.encode()).hexdigest()[:16],
            n_vocabulary=None,
            algorithm=segmenter.about,
            reference=segmenter.source,
            notes=("Its chunks have no vocabulary: ids are hashes of their bytes.",),
        )

    def chunks(self, text: str) -> Chunks:
        """Where its chunks start, and what it believes at each byte.

        Raises:
            TooLarge: the text has more bytes than it cuts.
            UserError: the text has no UTF-8 form.
        """
        self.size_of(text)
        return self._cut(text) if text else _NONE

    def encode(self, text: str, specials: Specials) -> Encoded:
        chunks = self.chunks(text)
        pieces = _pieces(text, chunks)
        ends = np.append(chunks.starts[1:], np.int32(len(utf8(text))))
        return Encoded(
            _ids(pieces),
            align=None if chunks.read_as is None else lambda: (chunks.starts, ends),
            pieces=pieces,
            kinds=np.full(len(pieces), Kind.ORDINARY, np.uint8),
        )

    def encode_many(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        cut = zip(texts, self._chunks_of(texts), strict=True)
        return [_ids(_pieces(text, chunks)) if text else _NONE.starts for text, chunks in cut]

    def count(self, texts: Sequence[str]) -> Counts:
        return counts_of_starts([chunks.starts for chunks in self._chunks_of(texts)])

    def _chunks_of(self, texts: Sequence[str]) -> list[Chunks]:
        if self._cut_many is None:
            return [self.chunks(text) for text in texts]
        cut = iter(self._cut_many([text for text in texts if self.size_of(text)]))
        return [next(cut) if text else _NONE for text in texts]

    def size_of(self, text: str) -> int:
        """Bytes of a text that it cuts.

        Raises:
            TooLarge: the text has more bytes than it cuts.
            UserError: the text has no UTF-8 form.
        """
        n_bytes = len(utf8(text))
        if n_bytes > self.segmenter.most_bytes:
            raise TooLarge(
                f"{self.segmenter.label} cuts texts of up to {count(self.segmenter.most_bytes)} bytes, and this one "
                f"has {count(n_bytes)}. Take a part of it."
            )
        return n_bytes

    def stages(self, text: str) -> list[Stage]:
        cut = self.segment(text)
        pieces = tuple(piece.decode(errors="backslashreplace") for piece in cut.pieces)
        return [Stage("Segmenter", self.segmenter.about, pieces)]


def counts_of_starts(starts: Sequence[NDArray[np.int32]]) -> Counts:
    """Chunks per text, of where they start."""
    return Counts(np.fromiter(map(len, starts), np.int32, len(starts)), np.zeros(len(starts), np.int32))


def _pieces(text: str, chunks: Chunks) -> list[bytes]:
    """What each chunk is read as."""
    if chunks.read_as is not None:
        return list(chunks.read_as)
    data, starts = text.encode(), chunks.starts.tolist()
    return [data[a:b] for a, b in zip(starts, [*starts[1:], len(data)], strict=True)]


def _ids(pieces: Sequence[bytes]) -> NDArray[np.int32]:
    return np.fromiter((zlib.crc32(piece) & 0x7FFFFFFF for piece in pieces), np.int32, len(pieces))


def open_segmenter(rest: str) -> SegmenterLane:
    """The segmenter that a spec names after `learned:`, with its parameters after a question mark.

    Raises:
        UserError: there is no such segmenter or parameter, or it cannot have that value.

    >>> open_segmenter("bytes").segment("né").ends.tolist()
    [1, 2, 3]
    """
    name, options = split_options(rest)
    segmenter = published_segmenter(name) if is_published(name) else trained_segmenter(name) or SEGMENTERS.get(name)
    return SegmenterLane(segmenter, read_params(name, segmenter.params, options))


def spec_of(segmenter: ByteSegmenter, params: Params) -> str:
    """The spec that opens it so; parameters at their defaults are left out."""
    given = "&".join(f"{key}={_quoted(value)}" for key, value in changed(segmenter, params).items())
    return f"{SCHEME}:{segmenter.key}" + (f"?{given}" if given else "")


def changed(segmenter: ByteSegmenter, params: Params) -> dict[str, Value]:
    """Its parameters that are not at their defaults."""
    return {one.key: params.values[one.key] for one in segmenter.params if params.values[one.key] != one.default}


def _quoted(value: Value) -> str:
    return quote(str(value), safe=":/@,.=?-_")


def _label(segmenter: ByteSegmenter, params: Params) -> str:
    given = ", ".join(f"{key} {in_words(value)}" for key, value in changed(segmenter, params).items())
    if not given:
        return segmenter.label
    return f"{segmenter.label[:-1]}, {given})" if segmenter.label.endswith(")") else f"{segmenter.label} ({given})"
