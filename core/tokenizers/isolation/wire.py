"""What Token Atlas and a tokenizer's own process say to each other.

The process parses files that nobody has vetted, with native code, so whatever comes out of it may be anything. Pickle
would hand it this process. Messages are therefore JSON and raw arrays, and the receiver builds only what it asked for,
checking every length, range and type; nonsense is a `Garbled`. Dataclasses go through `core.common.codec`.

On the pipe: length of the JSON (uint32), number of bytes behind it (uint64), the JSON `[kind, fields, blob lengths]`,
the blobs.
"""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan, nan
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.common.codec import Mismatch, from_json, to_json
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import Counts, TokenDetails

PREFIX = struct.Struct("<IQ")
MOST_JSON = 64 * 2**20  # bytes of one value; the entries of a quarter of a million tokens take 5 MB
Value = TypeVar("Value")


class Garbled(Exception):
    """A message that no honest sender writes."""


@dataclass(frozen=True)
class Message:
    """One message: its kind, JSON values by name, and raw bytes."""

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    blobs: Sequence[bytes] = ()


def packed(message: Message) -> bytes:
    """The message as it goes through the pipe."""
    header = [message.kind, message.fields, [len(blob) for blob in message.blobs]]
    # A source may have read half a surrogate pair from a file; it becomes "?" rather than an error of its own.
    head = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return b"".join([PREFIX.pack(len(head), sum(map(len, message.blobs))), head, *message.blobs])


def unpacked(head: bytes, body: bytes) -> Message:
    """The message that `packed` made.

    Raises:
        Garbled: it is not one.

    >>> frame = packed(Message("count", {"n": 2}, [b"ab", b"c"]))
    >>> unpacked(frame[PREFIX.size : -3], frame[-3:])
    Message(kind='count', fields={'n': 2}, blobs=[b'ab', b'c'])
    """
    try:
        kind, values, lengths = json.loads(head)
    except (ValueError, RecursionError, TypeError) as error:
        raise Garbled(f"no header: {type(error).__name__}") from None
    require(isinstance(kind, str) and isinstance(values, dict) and isinstance(lengths, list), "the header's shape")
    require(all(type(n) is int and n >= 0 for n in lengths) and sum(lengths) == len(body), "the blobs' lengths")
    blobs, at = [], 0
    for length in lengths:
        blobs.append(body[at : at + length])
        at += length
    return Message(kind, values, blobs)


def require(condition: bool, what: str) -> None:
    """Raise `Garbled`, naming what is wrong, unless the condition holds."""
    if not condition:
        raise Garbled(what)


def texts_to_blobs(texts: Sequence[str]) -> list[bytes]:
    """Texts as two blobs: all their bytes, and how many each has (int64)."""
    encoded = [text.encode() for text in texts]
    return [b"".join(encoded), np.fromiter(map(len, encoded), np.int64, len(encoded)).tobytes()]


def blobs_to_texts(joined: bytes, lengths: bytes) -> list[str]:
    """The texts that `texts_to_blobs` was given."""
    return [piece.decode() for piece in _cut(joined, _array(lengths, np.int64))]


def segmentation_to_message(seg: Segmentation) -> Message:
    """A segmentation without its text, which the receiver has."""
    lengths = np.fromiter(map(len, seg.pieces), np.int32, len(seg.pieces))
    arrays = [a.astype(np.int32, copy=False).tobytes() for a in (seg.ids, seg.starts, seg.ends)]
    kinds = seg.kinds.astype(np.uint8, copy=False).tobytes()
    return Message("segmentation", {"n_added": seg.n_added}, [*arrays, kinds, lengths.tobytes(), b"".join(seg.pieces)])


def message_to_segmentation(message: Message, text: bytes) -> Segmentation:
    """The segmentation of `text` that `segmentation_to_message` was given."""
    require(message.kind == "segmentation" and len(message.blobs) == 6, "a segmentation's parts")
    ids, starts, ends = (_array(blob, np.int32) for blob in message.blobs[:3])
    kinds, lengths = _array(message.blobs[3], np.uint8), _array(message.blobs[4], np.int32)
    require(len(ids) == len(starts) == len(ends) == len(kinds) == len(lengths), "a segmentation's lengths")
    if len(ids):
        in_text = starts[0] >= 0 and ends[-1] <= len(text) and bool(np.all(starts <= ends))
        require(bool(in_text) and bool(np.all(ends[:-1] <= starts[1:])), "spans in order, inside the text")
        require(int(kinds.max()) <= max(Kind) and int(ids.min()) >= 0, "kinds and ids")
    n_added = message.fields.get("n_added", -1)
    require(isinstance(n_added, int) and 0 <= n_added <= len(ids), "the number of added tokens")
    return Segmentation(text, ids, starts, ends, kinds, _cut(message.blobs[5], lengths.astype(np.int64)), n_added)


def counts_to_message(counts: Counts) -> Message:
    """Counts as two arrays."""
    return Message("counts", {}, [counts.tokens.astype(np.int32).tobytes(), counts.unknown.astype(np.int32).tobytes()])


def message_to_counts(message: Message, n_texts: int) -> Counts:
    """The counts of `n_texts` texts."""
    require(message.kind == "counts" and len(message.blobs) == 2, "the counts' parts")
    tokens, unknown = (_array(blob, np.int32) for blob in message.blobs)
    require(len(tokens) == len(unknown) == n_texts, "one count per text")
    return Counts(tokens, unknown)


def encoded_to_message(encoded: Sequence[NDArray[np.int32]]) -> Message:
    """Ids of texts, end to end, and how many each text has."""
    lengths = np.fromiter(map(len, encoded), np.int64, len(encoded)).tobytes()
    return Message("encoded", {}, [b"".join(ids.astype(np.int32, copy=False).tobytes() for ids in encoded), lengths])


def message_to_encoded(message: Message, n_texts: int) -> list[NDArray[np.int32]]:
    """The ids of each of `n_texts` texts.

    >>> message_to_encoded(encoded_to_message([np.array([3, 1], np.int32), np.empty(0, np.int32)]), 2)
    [array([3, 1], dtype=int32), array([], dtype=int32)]
    """
    require(message.kind == "encoded" and len(message.blobs) == 2, "the parts of encoded texts")
    ids, lengths = _array(message.blobs[0], np.int32), _array(message.blobs[1], np.int64)
    require(len(lengths) == n_texts and bool(np.all(lengths >= 0)), "the ids of every text")
    require(int(lengths.sum()) == len(ids) and (not len(ids) or int(ids.min()) >= 0), "as many ids as they say")
    ends = np.cumsum(lengths).tolist()
    return [ids[start:end] for start, end in zip([0, *ends], ends, strict=False)]  # np.split takes thrice as long


def details_to_message(details: Sequence[TokenDetails]) -> Message:
    """Vocabulary entries in columns, since there may be a quarter of a million."""
    pieces = [d.piece for d in details]
    lengths = np.fromiter(map(len, pieces), np.int64, len(pieces)).tobytes()
    words = to_json(([d.spelling for d in details], [d.measure for d in details]))
    kinds = np.fromiter((d.kind for d in details), np.uint8, len(details)).tobytes()
    numbers = np.array([nan if d.number is None else d.number for d in details], np.float64).tobytes()
    return Message("details", {}, [b"".join(pieces), lengths, words.encode(), kinds, numbers])


def message_to_details(message: Message, ids: Sequence[int]) -> list[TokenDetails]:
    """The entries of these ids."""
    require(message.kind == "details" and len(message.blobs) == 5, "the details' parts")
    pieces = _cut(message.blobs[0], _array(message.blobs[1], np.int64))
    spellings, measures = _read(tuple[tuple[str, ...], tuple[str, ...]], message.blobs[2])
    kinds = _array(message.blobs[3], np.uint8).tolist()
    numbers = [None if isnan(x) else x for x in _array(message.blobs[4], np.float64).tolist()]
    columns = (pieces, spellings, measures, kinds, numbers)
    require(all(len(column) == len(ids) for column in columns), "one entry per id")
    require(max(kinds, default=0) <= max(Kind), "kinds")
    return [TokenDetails(*row) for row in zip(ids, *columns, strict=True)]


def merges_to_message(merges: NDArray[np.int32]) -> Message:
    """Merges, row by row."""
    return Message("merges", {}, [merges.astype(np.int32, copy=False).tobytes()])


def message_to_merges(message: Message, size: int) -> NDArray[np.int32]:
    """The merges of a vocabulary of this size.

    >>> message_to_merges(merges_to_message(np.array([[0, 1, 2]], np.int32)), 3).tolist()
    [[0, 1, 2]]
    """
    require(message.kind == "merges" and len(message.blobs) == 1 and len(message.blobs[0]) % 12 == 0, "whole merges")
    merges = _array(message.blobs[0], np.int32).reshape(-1, 3)
    require(not len(merges) or (int(merges.min()) >= 0 and int(merges.max()) < size), "ids of the vocabulary")
    return merges


def found_to_message(found: Sequence[TokenDetails]) -> Message:
    """Entries that the receiver does not know the ids of."""
    inner = details_to_message(found)
    return Message("found", {}, [ids_to_blob([d.id for d in found]), *inner.blobs])


def message_to_found(message: Message, most: int) -> list[TokenDetails]:
    """At most so many entries."""
    require(message.kind == "found" and len(message.blobs) == 6, "the parts of what was found")
    ids = blob_to_ids(message.blobs[0])
    require(len(ids) <= most and min(ids, default=0) >= 0, "the ids of what was found")
    return message_to_details(Message("details", {}, message.blobs[1:]), ids)


def ids_to_blob(ids: Sequence[int]) -> bytes:
    """Ids as int32."""
    return np.fromiter(ids, np.int32, len(ids)).tobytes()


def blob_to_ids(blob: bytes) -> list[int]:
    """The ids that `ids_to_blob` was given."""
    found: list[int] = _array(blob, np.int32).tolist()
    return found


def message_to_bytes(message: Message) -> bytes:
    """The bytes of a message that holds nothing else."""
    require(message.kind == "bytes" and len(message.blobs) == 1, "bytes")
    return message.blobs[0]


def value_to_message(kind: str, value: object) -> Message:
    """A dataclass, or a list of such; None is a message without a blob."""
    return Message(kind, {}, [] if value is None else [to_json(value).encode()])


def message_to_value(message: Message, kind: type[Value]) -> Value:
    """What `value_to_message` was given, if it is a `kind` through and through.

    Raises:
        Garbled: it is not.

    >>> from core.tokenizers.tokenizer import Stage
    >>> message_to_value(value_to_message("stages", [Stage("Model", "BPE", ("a", "b"))]), list[Stage])
    [Stage(name='Model', detail='BPE', pieces=('a', 'b'))]
    """
    require(len(message.blobs) == 1, "one value")
    return _read(kind, message.blobs[0])


def _read(kind: type[Value], data: bytes) -> Value:
    require(len(data) <= MOST_JSON, "a value of a likely size")
    try:
        return from_json(kind, data)
    except Mismatch as error:
        raise Garbled(str(error)) from None


def _array(blob: bytes, kind: type[Any]) -> NDArray[Any]:
    require(len(blob) % np.dtype(kind).itemsize == 0, "an array's bytes")
    return np.frombuffer(blob, kind).copy()


def _cut(joined: bytes, lengths: NDArray[np.int64]) -> list[bytes]:
    require(bool(np.all(lengths >= 0)) and int(lengths.sum()) == len(joined), "the pieces' lengths")
    ends = np.cumsum(lengths).tolist()
    return [joined[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True)] if ends else []
