"""What Token Atlas and a tokenizer's own process say to each other.

The process parses files that nobody has vetted, with native code, so whatever comes out of it may be anything. Pickle
would hand it this process. Messages are therefore JSON and raw arrays, and the receiver builds only what it asked for,
checking every length, range and type; nonsense is a `Garbled`.

On the pipe: length of the JSON (uint32), number of bytes behind it (uint64), the JSON `[kind, fields, blob lengths]`,
the blobs.
"""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import Counts, TokenDetails

PREFIX = struct.Struct("<IQ")
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


def details_to_message(details: Sequence[TokenDetails]) -> Message:
    """Vocabulary entries in columns, since there may be a quarter of a million."""
    pieces = [d.piece for d in details]
    lengths = np.fromiter(map(len, pieces), np.int64, len(pieces)).tobytes()
    words = {"spellings": [d.spelling for d in details], "measures": [d.measure for d in details]}
    return Message("details", words, [b"".join(pieces), lengths])


def message_to_details(message: Message, ids: Sequence[int]) -> list[TokenDetails]:
    """The entries of these ids."""
    require(message.kind == "details" and len(message.blobs) == 2, "the details' parts")
    pieces = _cut(message.blobs[0], _array(message.blobs[1], np.int64))
    spellings = built(tuple[str, ...], message.fields.get("spellings"))
    measures = built(tuple[str, ...], message.fields.get("measures"))
    require(len(pieces) == len(spellings) == len(measures) == len(ids), "one entry per id")
    return [TokenDetails(*row) for row in zip(ids, pieces, spellings, measures, strict=True)]


def plain(value: object) -> Any:
    """A value of dataclasses, tuples, strings, numbers and bytes as JSON has them; bytes become Latin-1 strings.

    >>> plain((TokenDetails(5, b"a", "a", ""), None))
    [[5, 'a', 'a', ''], None]
    """
    if is_dataclass(value):
        return [plain(getattr(value, f.name)) for f in fields(value)]
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value.decode("latin-1") if isinstance(value, bytes) else value


def built(kind: type[Value], value: Any) -> Value:
    """What `plain` took apart, if it is a `kind` through and through.

    Raises:
        Garbled: it is not.

    >>> built(TokenDetails, [5, "a", "a", ""])
    TokenDetails(id=5, piece=b'a', spelling='a', measure='')
    """
    made: Value = _built(kind, value)
    return made


def _built(kind: Any, value: Any) -> Any:
    origin = get_origin(kind)
    if origin is UnionType:
        if value is None and type(None) in get_args(kind):
            return None
        return _built(next(k for k in get_args(kind) if k is not type(None)), value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        require(isinstance(value, list) and len(value) == len(hints), "a dataclass's fields")
        return kind(*(_built(h, v) for h, v in zip(hints, value, strict=True)))
    if origin in (tuple, list):
        return origin(_items(get_args(kind), value))
    if kind is bytes:
        require(isinstance(value, str) and all(ord(c) < 256 for c in value), "bytes")
        return value.encode("latin-1")
    if kind is float:
        require(type(value) in (int, float), "a number")
        return float(value)
    require(type(value) is kind and (kind is not str or _has_utf8(value)), f"{kind} expected")
    return value


def _items(kinds: tuple[Any, ...], value: Any) -> list[Any]:
    require(isinstance(value, list), "a list")
    if len(kinds) == 1 or kinds[-1] is Ellipsis:
        if kinds[0] is str:  # the long ones are strings: check them at once
            require(all(type(item) is str for item in value) and _has_utf8("".join(value)), "strings")
            return list(value)
        return [_built(kinds[0], item) for item in value]
    require(len(value) == len(kinds), "a tuple's length")
    return [_built(kind, item) for kind, item in zip(kinds, value, strict=True)]


@cache
def _hints(kind: type) -> list[Any]:
    hints = get_type_hints(kind)
    return [hints[f.name] for f in fields(kind)]


def _has_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _array(blob: bytes, kind: type[Any]) -> NDArray[Any]:
    require(len(blob) % np.dtype(kind).itemsize == 0, "an array's bytes")
    return np.frombuffer(blob, kind).copy()


def _cut(joined: bytes, lengths: NDArray[np.int64]) -> list[bytes]:
    require(bool(np.all(lengths >= 0)) and int(lengths.sum()) == len(joined), "the pieces' lengths")
    ends = np.cumsum(lengths).tolist()
    return [joined[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True)] if ends else []
