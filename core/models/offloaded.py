"""Weights of a spread model that lie on the disk until their layer's turn comes, and the copies that share them.

Most checkpoints hold weights as they are computed with, and are read where they lie. Of the others, as of most mixtures
of experts, what is rewritten lies in a folder of its own as long as the model does; one that a process left behind when
it was killed goes when the next one is made.
"""

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import torch
from safetensors import safe_open
from torch import Tensor

from core.common.errors import Changed, UnreadableFile, shown

_FOLDER = "token-atlas-offloaded-"


class OnDisk(Mapping[str, Tensor]):
    """Weights by name: those in memory, and those in files, which are read each time and never mapped.

    What is written over a mapped file while its model is at work would change the model, or end the process.
    """

    def __init__(self, in_memory: Mapping[str, Tensor], places: Mapping[str, Mapping[str, Any]]) -> None:
        """Args: places: of each weight that is not in memory, as accelerate has it: file, name there, number format."""
        self._in_memory, self._places = in_memory, places
        self._files = dict[str, tuple[Any, tuple[int, int]]]()
        for place in places.values():
            path = str(place["safetensors_file"])
            if path not in self._files:
                self._files[path] = (safe_open(path, "pt", backend="pread"), _stamp(path))

    def __getitem__(self, name: str) -> Tensor:
        if name in self._in_memory:
            return self._in_memory[name]
        place = self._places[name]
        path = str(place["safetensors_file"])
        file, stamp = self._files[path]
        if _stamp(path) != stamp:
            raise Changed(Path(path).name)
        values: Tensor = file.get_tensor(place.get("weight_name", name))
        return values.to(getattr(torch, place["dtype"])) if "dtype" in place else values

    def __iter__(self) -> Iterator[str]:
        return iter({**self._in_memory, **self._places})

    def __len__(self) -> int:
        return len({**self._in_memory, **self._places})


def _stamp(path: str) -> tuple[int, int]:
    try:
        found = Path(path).stat()
    except OSError as error:
        raise UnreadableFile(
            f"{shown(Path(path).name)} went away while its model was at work: {error.strerror or error}. Put it back "
            "and start again."
        ) from None
    return found.st_size, found.st_mtime_ns


def folder_for_rewritten() -> Path:
    """A folder of this process for weights that are stored otherwise than they are computed with."""
    place = Path(tempfile.gettempdir())
    for left in place.glob(f"{_FOLDER}*"):
        pid = left.name.removeprefix(_FOLDER).partition("-")[0]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-", dir=place))


def keep_with(module: Any, folder: Path) -> None:
    """Let the folder of a module's rewritten weights go when nothing reads from it any more; at once if it is empty."""
    if not any(folder.iterdir()):
        shutil.rmtree(folder, ignore_errors=True)
        return
    readers = [hook.weights_map.dataset for hook in hooks(module) if getattr(hook, "weights_map", None) is not None]
    weakref.finalize(readers[0], shutil.rmtree, folder, ignore_errors=True)


def read_unmapped(module: Any) -> None:
    """Have all parts of a module that fetch their weights fetch them through one `OnDisk`."""
    reader: OnDisk | None = None
    for hook in hooks(module):
        if getattr(hook, "weights_map", None) is not None:
            old = hook.weights_map.dataset
            reader = reader or OnDisk(old.state_dict, old.index)
            hook.weights_map.dataset = reader


def hooks(module: Any) -> list[Any]:
    """Those by which accelerate fetches weights and moves what a model computes, of all its parts."""
    return [part._hf_hook for part in module.modules() if hasattr(part, "_hf_hook")]


def fetching(module: Any) -> list[Any]:
    """What a copy of a module that shares its weights shares besides: how they are fetched, and how they are packed."""
    states = [part.state for part in module.modules() if type(part).__name__ == "Linear8bitLt"]
    return [*hooks(module), *states]


def whole_state(module: Any) -> Iterator[tuple[str, Tensor]]:
    """The tensors of a module one after the other, those that lie elsewhere fetched."""
    for name, values in module.state_dict().items():
        if values.device.type != "meta":
            yield name, values
            continue
        owner, _, part = name.rpartition(".")
        yield name, module.get_submodule(owner)._hf_hook.weights_map[part]
