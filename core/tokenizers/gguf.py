"""The metadata of a GGUF file and its list of tensors, read without believing what it claims of itself.

Every length is checked against the bytes that are left before anything is allocated, so a file that claims 2**60
entries fails at once. Only what was asked for is kept; the rest is stepped over.

Source: the GGUF specification, versions 1 to 3, https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
"""

import hashlib
import mmap
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count

Value = int | float | bool | str | list[str] | NDArray[Any]

MAGIC = b"GGUF"
MAX_ENTRIES = 4_000_000  # in one array; the largest vocabularies in use have about 260,000 tokens, 520,000 merges
MAX_STRING = 16 * 2**20
MAX_KEYS = 100_000
MAX_TENSORS = 100_000
_MOST_DIMENSIONS = 4

_STRING, _ARRAY = 8, 9
_SCALARS = {  # type number: numpy's letter code
    0: "u1",
    1: "i1",
    2: "u2",
    3: "i2",
    4: "u4",
    5: "i4",
    6: "f4",
    7: "u1",  # bool, one byte
    10: "u8",
    11: "i8",
    12: "f8",
}
_BOOL = 7


@dataclass(frozen=True, eq=False)
class Metadata:
    """The values asked for, and a fingerprint of them: sha256 of their bytes in the file, 16 hex digits."""

    values: Mapping[str, Value]
    fingerprint: str


@dataclass(frozen=True)
class TensorEntry:
    """What a file says of one of its tensors.

    Args:
        shape: fastest dimension first, as the file has it.
        kind: ggml's number of the format.
        offset: of its numbers, from where the numbers of all begin.
    """

    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int


@dataclass(frozen=True, eq=False)
class Contents:
    """All that a file says before the numbers of its tensors.

    Args:
        metadata: of the keys asked for.
        tensors: in the order of the file.
        data_bytes: from the end of the list to the end of the file.
        list_begins: where in the file that list does.
    """

    metadata: Metadata
    tensors: tuple[TensorEntry, ...]
    data_bytes: int
    list_begins: int


def read_metadata(path: Path, prefix: str = "tokenizer.") -> Metadata:
    """The values of a GGUF file whose keys begin with `prefix`.

    Args:
        path: a vocabulary-only file or a whole model, of any size.

    Raises:
        UnreadableFile: it is no GGUF file, ends early, or claims what cannot be; says what.
    """
    with _reader(path) as reader:
        return reader.metadata(prefix)


def read_contents(path: Path, prefix: str) -> Contents:
    """The same with the list of tensors.

    Raises:
        UnreadableFile: as `read_metadata`.
    """
    with _reader(path) as reader:
        return reader.contents(prefix)


@contextmanager
def _reader(path: Path) -> Iterator["_Reader"]:
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield _Reader(data, path.name)
    except (OSError, ValueError) as error:
        reason = "it is empty" if isinstance(error, ValueError) else error.strerror or str(error)
        raise UnreadableFile(f"{shown(path.name)} cannot be read: {reason}.") from None


class _Reader:
    """Walks the bytes of a file from the front."""

    def __init__(self, data: mmap.mmap, name: str) -> None:
        self._data, self._name, self._at = data, name, 0
        if data[:4] != MAGIC:
            raise UnreadableFile(f"{shown(name)} is not a GGUF file: it does not begin with GGUF.")
        self._at = 4
        raw = self._take(4)
        little = int.from_bytes(raw, "little")
        self._order = "<" if little & 0xFFFF else ">"  # a big-endian version number has its low bytes at the end
        self.version = int.from_bytes(raw, "little" if self._order == "<" else "big")
        if not 1 <= self.version <= 3:
            raise self._damaged(f"version {count(self.version)} is not 1, 2 or 3")
        self._count = struct.Struct(self._order + ("I" if self.version == 1 else "Q"))

    def contents(self, prefix: str) -> Contents:
        metadata, begins = self.metadata(prefix), self._at
        least = self._count.size + 4 + 4 + 8  # a name's length, the number of dimensions, the kind, the offset
        if self.n_tensors > min(MAX_TENSORS, (len(self._data) - self._at) // least):
            raise self._damaged(f"it claims {count(self.n_tensors)} tensors")
        tensors = tuple(self._tensor() for _ in range(self.n_tensors))
        return Contents(metadata, tensors, len(self._data) - self._at, begins)

    def _tensor(self) -> TensorEntry:
        name = self._string("the name of a tensor")
        n = self._type()
        if n > _MOST_DIMENSIONS:
            raise self._damaged(f"{shown(name)} has {count(n)} dimensions")
        shape = tuple(self._number() for _ in range(n))
        kind = self._type()
        return TensorEntry(name, shape, kind, int(struct.unpack(self._order + "Q", self._take(8))[0]))

    def metadata(self, prefix: str) -> Metadata:
        self.n_tensors = self._number()
        n_keys = self._number()
        if n_keys > min(MAX_KEYS, (len(self._data) - self._at) // (self._count.size + 5)):
            raise self._damaged(f"it claims {count(n_keys)} keys")
        values: dict[str, Value] = {}
        digest = hashlib.sha256()
        for _ in range(n_keys):
            key = self._string("a key")
            begin = self._at
            kept = key.startswith(prefix)
            value = self._value(key, kept)
            if kept and value is not None:
                if key in values:
                    raise self._damaged(f"the key {shown(key)} is there twice")
                values[key] = value
                digest.update(key.encode() + b"\0" + self._data[begin : self._at])
        return Metadata(values, digest.hexdigest()[:16])

    def _value(self, key: str, kept: bool) -> Value | None:
        """The value at hand, or None where it is only stepped over."""
        kind = self._type()
        if kind == _STRING:
            return self._string(key)
        if kind == _ARRAY:
            return self._array(key, kept)
        scalar = np.frombuffer(self._take(self._width(kind, key)), self._order + _SCALARS[kind])[0]
        return bool(scalar) if kind == _BOOL else scalar.item()

    def _array(self, key: str, kept: bool) -> Value | None:
        kind, n = self._type(), self._number()
        left = len(self._data) - self._at
        if kind == _STRING:
            if n > min(MAX_ENTRIES, left // self._count.size):
                raise self._damaged(f"{shown(key)} claims {count(n)} entries")
            strings = []
            for _ in range(n):
                text = self._string(key) if kept else self._skip_string(key)
                strings.append(text)
            return strings if kept else None
        if kind == _ARRAY:
            raise self._damaged(f"{shown(key)} is an array of arrays")
        width = self._width(kind, key)
        if n > left // width or (kept and n > 8 * MAX_ENTRIES):
            raise self._damaged(f"{shown(key)} claims {count(n)} entries")
        if not kept:
            self._at += n * width
            return None
        return np.frombuffer(self._take(n * width), self._order + _SCALARS[kind])

    def _width(self, kind: int, key: str) -> int:
        if kind not in _SCALARS:
            raise self._damaged(f"{shown(key)} has the unknown type {count(kind)}")
        return int(_SCALARS[kind][1])

    def _type(self) -> int:
        return int(struct.unpack(self._order + "I", self._take(4))[0])

    def _number(self) -> int:
        return int(self._count.unpack(self._take(self._count.size))[0])

    def _string(self, what: str) -> str:
        raw = self._take(self._string_length(what))
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise self._damaged(f"{shown(what)} holds text that is not UTF-8") from None

    def _skip_string(self, what: str) -> str:
        length = self._string_length(what)  # first, since reading it moves on
        self._at += length
        return ""

    def _string_length(self, what: str) -> int:
        n = self._number()
        if n > min(MAX_STRING, len(self._data) - self._at):
            raise self._damaged(f"{shown(what)} claims a text of {count(n)} bytes")
        return n

    def _take(self, n: int) -> bytes:
        if n > len(self._data) - self._at:
            raise self._damaged("it ends early")
        self._at += n
        return self._data[self._at - n : self._at]

    def _damaged(self, what: str) -> UnreadableFile:
        return UnreadableFile(f"{shown(self._name)} is a damaged GGUF file: {what}. Fetch it again.")
