"""What torch.save writes, without torch: a zip with the numbers as they are, and a pickle that says which is which.

A pickle can carry a program, so it is read by a process of its own (`torch_file_process`), which knows no more than how
a tensor is told from its storage; anything else that a pickle names is refused.
"""

import io
import json
import struct
import zipfile
from collections.abc import Iterable, Mapping
from typing import BinaryIO

from core.common.codec import Mismatch, built
from core.common.errors import UnreadableFile, shown
from core.common.sandbox.answer import answer
from core.common.sandbox.pipes import AnswerTooLong, DeadlinePassed
from core.common.sandbox.start import ONE_THREAD, bare_environment
from core.segmenters.published.layout import Shape
from core.segmenters.published.tensor_files import MOST_HEADER, TensorBytes, TensorFile, other_numbers
from core.segmenters.published.torch_tensors import MEMORY_MB, SECONDS, TorchTensor, TorchTensors

_KINDS = {"FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16"}
_LOCAL = struct.Struct("<26xHH")  # lengths of name and extra field, at the end of the header in front of an entry
_PICKLE = "/data.pkl"


class _Bounded(io.RawIOBase):
    """A file that gives no more at once than a list of tensors may have, nor closes what it reads."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def read(self, n: int = -1) -> bytes:
        if n > MOST_HEADER:
            raise zipfile.BadZipFile("a directory of millions of entries")
        return self._file.read(n)


class TorchFile(TensorFile):
    """A file that torch.save wrote.

    Raises:
        UnreadableFile: it is none, its pickle holds more than tensors, or it was written before torch 1.6.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        super().__init__(file, name)
        try:
            with zipfile.ZipFile(_Bounded(file)) as archive:
                self._entries = {entry.filename: entry for entry in archive.infolist()}
                pickled = next((one for one in self._entries if one.endswith(_PICKLE)), "")
                if not pickled or self._entries[pickled].file_size > MOST_HEADER:
                    raise UnreadableFile(f"{name} is no file of weights: it has no list of tensors that can be read.")
                data = archive.read(pickled)
        except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, RuntimeError):
            raise UnreadableFile(
                f"{name} is not as torch.save writes files of weights, or ends early. Fetch it again, or save it as "
                "safetensors."
            ) from None
        self._root = pickled.removesuffix(_PICKLE)
        self._tensors = {one.name: one for one in _told(data, name)}

    @property
    def shapes(self) -> Mapping[str, Shape]:
        return {name: one.shape for name, one in self._tensors.items()}

    def places(self, names: Iterable[str]) -> dict[str, TensorBytes]:
        found = {}
        for one in names:
            tensor = self._tensors[one]
            kind, entry = _KINDS.get(tensor.storage), self._entries.get(f"{self._root}/data/{tensor.key}")
            if kind is None:
                raise other_numbers(self.name, one, tensor.storage)
            if entry is None or entry.compress_type != zipfile.ZIP_STORED or not tensor.in_order:
                raise UnreadableFile(
                    f"{shown(one, 120)} in {self.name} is not stored in one piece. Save it as safetensors."
                )
            self.file.seek(entry.header_offset)
            before = _LOCAL.size + sum(_LOCAL.unpack(self.read(_LOCAL.size)))
            place = TensorBytes(kind, tensor.shape, entry.header_offset + before)
            first = tensor.offset * (place.n_bytes // max(1, tensor.n_numbers))
            if first + place.n_bytes > entry.file_size:
                raise UnreadableFile(f"{shown(one, 120)} in {self.name} is longer than what is stored. Fetch it again.")
            found[one] = TensorBytes(kind, tensor.shape, place.start + first)
        return found


def _told(pickled: bytes, name: str) -> tuple[TorchTensor, ...]:
    """The tensors that a pickle lists.

    Raises:
        UnreadableFile: it holds something else; says what.
    """
    try:
        done = answer(
            "core.segmenters.published.torch_file_process",
            environment={**bare_environment(), **ONE_THREAD},
            seconds=SECONDS,
            most_bytes=MOST_HEADER,
            question=pickled,
            memory_mb=MEMORY_MB,
        )
        told = built(TorchTensors, json.loads(done.output))
    except (DeadlinePassed, AnswerTooLong, Mismatch, ValueError, RecursionError):
        raise UnreadableFile(f"The list of tensors in {name} cannot be read. Save it as safetensors.") from None
    if told.refused:
        raise UnreadableFile(
            f"{name} is not opened: its list of tensors names {shown(told.refused)}, which may be a program. Save the "
            "weights alone (torch.save of a state_dict), or as safetensors."
        )
    return told.tensors
