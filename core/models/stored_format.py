"""The number formats that a checkpoint was written in, and how large its files were: a new one is written likewise."""

import json
import struct
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.common.numbers import so_many

DTYPE_BY_WORD = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
_ONE_FILE = 5 * 10**10  # bytes; where nothing says how large files were, there is one


@dataclass(frozen=True)
class StoredFormat:
    """Of a checkpoint.

    Args:
        dtype: of most of its numbers.
        by_name: of tensors that have another.
        file_bytes: most that one of its files holds.
        unkept: how many tensors it has in each format of fractions that nothing here computes in, such as F64.
    """

    dtype: torch.dtype
    by_name: Mapping[str, torch.dtype] = field(default_factory=dict)
    file_bytes: int = _ONE_FILE
    unkept: Mapping[str, int] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """That numbers are rounded, or take more room, where they are.

        >>> StoredFormat(torch.float32, unkept={"F64": 2}).notes
        ('Its checkpoint has F64 numbers (2 tensors), which are read, and written, as float32.',)
        """
        as_what = str(self.dtype).removeprefix("torch.")
        return tuple(
            f"Its checkpoint has {name} numbers ({so_many(n, 'tensor', 'tensors')}), which are read, and written, as "
            f"{as_what}."
            for name, n in self.unkept.items()
        )

    def of(self, name: str, values: Tensor) -> torch.dtype:
        """The format of one of a module's tensors."""
        if not values.is_floating_point():
            return values.dtype
        return self.by_name.get(name, self.by_name.get(name.partition(".")[2], self.dtype))

    def held_by(self, dtype: torch.dtype) -> bool:
        """Whether numbers of this format hold all that is stored without rounding.

        >>> StoredFormat(torch.float16).held_by(torch.float32), StoredFormat(torch.float16).held_by(torch.bfloat16)
        (True, False)
        """
        return all(torch.promote_types(one, dtype) == dtype for one in {self.dtype, *self.by_name.values()})


def stored_format(folder: Path, names: Collection[str]) -> StoredFormat:
    """That of a checkpoint's whole safetensors files."""
    n_bytes, dtypes, largest = dict[torch.dtype, int](), dict[str, torch.dtype](), 0
    unkept = Counter[str]()
    for name in names:
        largest = max(largest, (folder / name).stat().st_size)
        for tensor, entry in header_of(folder / name).items():
            if (dtype := DTYPE_BY_WORD.get(str(entry.get("dtype")))) is not None:
                dtypes[tensor] = dtype
                start, end = entry["data_offsets"]
                n_bytes[dtype] = n_bytes.get(dtype, 0) + end - start
            elif "F" in str(entry.get("dtype")):
                unkept[str(entry["dtype"])] += 1
    most = max(n_bytes, key=lambda dtype: n_bytes[dtype], default=torch.float32)
    others = {tensor: dtype for tensor, dtype in dtypes.items() if dtype != most}
    return StoredFormat(most, others, largest if len(names) > 1 else _ONE_FILE, unkept)


def state_as_stored(module: Any, stored: StoredFormat) -> dict[str, Tensor]:
    """A module's tensors in these formats; what shares memory goes on sharing it."""
    cast = dict[tuple[int, torch.Size], Tensor]()
    for name, values in module.state_dict().items():
        cast.setdefault((values.data_ptr(), values.shape), values.to(stored.of(name, values)))
    return {name: cast[values.data_ptr(), values.shape] for name, values in module.state_dict().items()}


def say_format(config: Path, dtype: torch.dtype) -> None:
    """Name the format in a config.json that the library wrote for a module of another one."""
    told = json.loads(config.read_text())
    for part in (told, *(value for value in told.values() if isinstance(value, dict))):
        if "dtype" in part:
            part["dtype"] = str(dtype).removeprefix("torch.")
    config.write_text(json.dumps(told, indent=2) + "\n")


def header_of(path: Path, *, metadata: bool = False) -> dict[str, Any]:
    """What a whole safetensors file says of its tensors, by name; and of itself if asked for, as `__metadata__`."""
    with path.open("rb") as file:
        entries: dict[str, Any] = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    if not metadata:
        entries.pop("__metadata__", None)
    return entries
