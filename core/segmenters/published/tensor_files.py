"""Files of tensors of which single ones are read: safetensors, and what torch.save writes; numpy alone.

A file is anything that can be sought and read, such as one on the Hub of which what is read is fetched. Tensors are
read in the order in which they lie.
"""

import json
import struct
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count
from core.common.progress import report
from core.segmenters.published.layout import Shape
from core.segmenters.trunk import Floats

MOST_HEADER = 2**22  # bytes; one of thirty thousand tensors
BYTES_EACH = {"F32": 4, "F16": 2, "BF16": 2}


@dataclass(frozen=True)
class TensorBytes:
    """Where a tensor lies in its file.

    Args:
        kind: of its numbers, one of `BYTES_EACH`.
        start: first byte.
    """

    kind: str
    shape: Shape
    start: int

    @property
    def n_bytes(self) -> int:
        """That it takes."""
        return BYTES_EACH[self.kind] * int(np.prod(self.shape, dtype=np.int64))

    def array(self, data: bytes) -> Floats:
        """Its numbers in float32."""
        if self.kind == "BF16":
            wide = np.frombuffer(data, "<u2").astype(np.uint32) << 16
            return wide.view(np.float32).reshape(self.shape)
        return np.frombuffer(data, "<f4" if self.kind == "F32" else "<f2").astype(np.float32).reshape(self.shape)


class TensorFile(ABC):
    """A file of tensors.

    Args:
        file: opened to be read.
        name: for people.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.file, self.name = file, name

    @property
    @abstractmethod
    def shapes(self) -> Mapping[str, Shape]:
        """Of all tensors that it has, by name."""

    @abstractmethod
    def places(self, names: Iterable[str]) -> dict[str, TensorBytes]:
        """Where these lie.

        Raises:
            UnreadableFile: one is stored in a way that is not read here.
        """

    def arrays(self, names: Iterable[str]) -> dict[str, Floats]:
        """These tensors in float32; progress is reported in bytes.

        Raises:
            UnreadableFile: as above, or the file ends early, or a number in it is none.
        """
        places = dict(sorted(self.places(names).items(), key=lambda one: one[1].start))
        total, done, found = sum(one.n_bytes for one in places.values()), 0, {}
        for name, place in places.items():
            report(done, total, f"Reading {self.name} ({count(total / 1e6)} MB)")
            self.file.seek(place.start)
            array = place.array(self.read(place.n_bytes))
            if not np.isfinite(array).all():
                raise UnreadableFile(f"{shown(name, 120)} in {self.name} holds NaN or infinity, so nothing can be cut.")
            found[name], done = array, done + place.n_bytes
        return found

    def read(self, n_bytes: int) -> bytes:
        """The next bytes of the file.

        Raises:
            UnreadableFile: there are not so many.
        """
        data = self.file.read(n_bytes)
        if len(data) != n_bytes:
            raise UnreadableFile(f"{self.name} ends early. Fetch or save it again.")
        return data


class SafetensorsFile(TensorFile):
    """A safetensors file.

    Raises:
        UnreadableFile: its header cannot be read.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        super().__init__(file, name)
        file.seek(0)
        [length] = struct.unpack("<Q", self.read(8))
        if not 0 < length <= MOST_HEADER:
            raise UnreadableFile(f"{name} is no safetensors file: its header would have {count(length)} bytes.")
        try:
            entries = json.loads(self.read(length))
            entries.pop("__metadata__", None)
            self._kinds = {key: str(entry["dtype"]) for key, entry in entries.items()}
            self._shapes = {key: tuple(map(_side, entry["shape"])) for key, entry in entries.items()}
            self._spans = {key: tuple(map(_side, entry["data_offsets"])) for key, entry in entries.items()}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise UnreadableFile(f"The header of {name} cannot be read. Fetch or save it again.") from None
        self._behind = 8 + length

    @property
    def shapes(self) -> Mapping[str, Shape]:
        return self._shapes

    def places(self, names: Iterable[str]) -> dict[str, TensorBytes]:
        found = {}
        for one in names:
            if self._kinds[one] not in BYTES_EACH:
                raise other_numbers(self.name, one, self._kinds[one])
            found[one] = TensorBytes(self._kinds[one], self._shapes[one], self._behind + self._spans[one][0])
            if self._spans[one] != (self._spans[one][0], self._spans[one][0] + found[one].n_bytes):
                raise UnreadableFile(f"The header of {self.name} contradicts itself. Fetch or save it again.")
        return found


def _side(value: object) -> int:
    if type(value) is not int or not 0 <= value < 2**48:
        raise ValueError(value)
    return value


def other_numbers(file: str, tensor: str, kind: str) -> UnreadableFile:
    """What is said of numbers of another kind."""
    kinds = ", ".join(BYTES_EACH)
    return UnreadableFile(f"{shown(tensor, 120)} in {file} is stored as {shown(kind)}; read are {kinds}.")
