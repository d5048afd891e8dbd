"""The two matrices of a checkpoint without the rest of it, and the checkpoint with others in their place.

A model of eight billion parameters takes 16 GB, its matrices 2: whoever only makes rows needs no more. All else is
copied from file to file as it is, a piece at a time, and never read as numbers.
"""

import json
import shutil
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import torch
from safetensors import safe_open
from torch import Tensor, nn

from core.common.errors import UserError, shown
from core.models.checkpoint import INDEX
from core.models.language_model import LanguageModel
from core.models.stored_format import DTYPE_BY_WORD, header_of

_WORD_BY_DTYPE = {dtype: word for word, dtype in DTYPE_BY_WORD.items()}
_PIECE = 2**24  # bytes copied at a time
_ALIGNED = 8


@dataclass(frozen=True)
class MatrixPlaces:
    """Where a checkpoint holds what has a row per token.

    Args:
        names: of the tensors in its files, for each name in the model; a head that is tied has none of its own, or one
            that is written a second time.
        files: name of the file of each tensor.
    """

    names: Mapping[str, str]
    files: Mapping[str, str]


def places(module: Any, folder: Path, weights: Sequence[str], name: str) -> MatrixPlaces:
    """Where the matrices lie.

    Args:
        module: on the meta device.
        weights: names of the files of weights.
        name: of the model, for people.

    Raises:
        UserError: a matrix is not there as one tensor of its shape.
    """
    files, shapes = dict[str, str](), dict[str, list[int]]()
    for file in weights:
        for tensor, entry in header_of(folder / file).items():
            files[tensor] = file
            shapes[tensor] = entry["shape"] if entry["dtype"] in DTYPE_BY_WORD else []
    found = dict[str, str]()
    own = _with_a_row_per_token(module)
    for part, values in own.items():
        stored = _stored_as(part, shapes, getattr(module, "base_model_prefix", ""))
        if stored and shapes[stored] == list(values.shape):
            found[part] = stored
    tied = {part for part, values in own.items() if any(values is own[other] for other in found)}
    if lacking := [part for part in own if part not in found and part not in tied]:
        raise UserError(
            f"{name} does not hold {shown(lacking[0])} as one tensor of plain numbers, so its matrices cannot be "
            "read and written by themselves. Leave --embeddings-only away, and read it whole: on one device, in "
            "full numbers."
        )
    return MatrixPlaces(found, files)


def fill(module: Any, there: MatrixPlaces, folder: Path) -> None:
    """Put a checkpoint's matrices into a module on the meta device, in the number formats that they are stored in."""
    read = dict[str, nn.Parameter]()
    for part, stored in there.names.items():
        with safe_open(folder / there.files[stored], "pt") as file:
            read[part] = nn.Parameter(file.get_tensor(stored), requires_grad=False)
    embedding, head = module.get_input_embeddings(), module.get_output_embeddings()
    own = _with_a_row_per_token(module)
    for owner, what in ((embedding, "weight"), (head, "weight"), (head, "bias")):
        meta = getattr(owner, what, None)
        if meta is None:
            continue
        filled = next(read[part] for part, values in own.items() if values is meta and part in read)
        setattr(owner, what, filled)


def write_with(model: LanguageModel, there: MatrixPlaces, folder: Path, weights: Sequence[str], out: Path) -> None:
    """Write the files of a checkpoint's weights again with the matrices of a model in place of those that it has.

    Args:
        model: on the meta device but for its matrices.
        there: where the checkpoint has its own.
        folder, weights: of the checkpoint.
        out: a folder, which is there.
    """
    own = _with_a_row_per_token(model.module)
    new = {there.names[part]: values for part, values in own.items() if part in there.names}
    added = {part: values for part, values in own.items() if part not in there.names} if not model.tied else {}
    first = there.files[next(iter(there.names.values()))]
    for name in weights:
        changed = {tensor: values for tensor, values in new.items() if there.files[tensor] == name}
        if name == first:
            changed |= added
        if changed:
            _rewrite(folder / name, changed, out / name)
        else:
            shutil.copyfile(folder / name, out / name)
    if (folder / INDEX).is_file():
        index = json.loads((folder / INDEX).read_text())
        index["weight_map"] |= dict.fromkeys(added, first)
        index["metadata"] = {"total_size": sum(_data_bytes(out / name) for name in weights)}
        (out / INDEX).write_text(json.dumps(index, indent=2) + "\n")


def are_held(model: LanguageModel, folder: Path, weights: Sequence[str]) -> bool:
    """Whether a folder holds a model's matrices; read a piece at a time.

    Raises:
        UserError: as `places`.
    """
    own, there = _with_a_row_per_token(model.module), places(model.module, folder, weights, folder.name)
    for part, stored in there.names.items():
        values = own[part]
        step = max(1, _PIECE // max(1, values[:1].numel() * values.element_size()))
        with safe_open(folder / there.files[stored], "pt") as file:
            held = file.get_slice(stored)
            for at in range(0, len(values), step):
                piece = held[at : at + step]
                if not torch.equal(piece, values[at : at + step].to(piece.dtype)):
                    return False
    return True


def _with_a_row_per_token(module: Any) -> dict[str, Tensor]:
    """The tensors of a module that have a row per token, by every name that they have."""
    embedding, head = module.get_input_embeddings(), module.get_output_embeddings()
    wanted = [one for one in (embedding.weight, head.weight, getattr(head, "bias", None)) if one is not None]
    return {
        name: values
        for name, values in module.named_parameters(remove_duplicate=False)
        if any(values is one for one in wanted)
    }


def _stored_as(part: str, stored: Mapping[str, object], prefix: str) -> str | None:
    """What a module's tensor is called in files that may lack the name of the body, or have it besides.

    >>> _stored_as("transformer.wte.weight", {"wte.weight": 0}, "transformer")
    'wte.weight'
    """
    likely = (part, part.removeprefix(f"{prefix}."), f"{prefix}.{part}")
    return next((name for name in likely if name in stored), None)


def _rewrite(path: Path, changed: Mapping[str, Tensor], out: Path) -> None:
    """A safetensors file with other tensors in the place of some, and with those that it lacks at its end."""
    entries = header_of(path, metadata=True)
    metadata = entries.pop("__metadata__", None)
    ordered = sorted(entries, key=lambda name: entries[name]["data_offsets"][0])
    header: dict[str, Any] = {} if metadata is None else {"__metadata__": metadata}
    at = 0
    for name in [*ordered, *(name for name in changed if name not in entries)]:
        entry = entries.get(name)
        if name in changed:
            values = changed[name]
            word = entry["dtype"] if entry else _WORD_BY_DTYPE[values.dtype]
            n_bytes = values.numel() * DTYPE_BY_WORD[word].itemsize
            entry = {"dtype": word, "shape": list(values.shape)}
        else:
            start, end = entries[name]["data_offsets"]
            n_bytes = end - start
        header[name] = {**(entry or {}), "data_offsets": [at, at + n_bytes]}
        at += n_bytes
    written = json.dumps(header, separators=(",", ":")).encode()
    written += b" " * (-len(written) % _ALIGNED)
    with path.open("rb") as source, out.open("wb") as target:
        begin = 8 + struct.unpack("<Q", source.read(8))[0]
        target.write(struct.pack("<Q", len(written)) + written)
        for name in (name for name in header if name != "__metadata__"):
            if name in changed:
                _put(changed[name].to(DTYPE_BY_WORD[header[name]["dtype"]]), target)
            else:
                start, end = entries[name]["data_offsets"]
                _copy(source, begin + start, end - start, target)


def _put(values: Tensor, target: BinaryIO) -> None:
    flat = values.detach().contiguous().reshape(-1).view(torch.uint8)
    for at in range(0, len(flat), _PIECE):
        target.write(flat[at : at + _PIECE].numpy().tobytes())


def _copy(source: BinaryIO, start: int, n_bytes: int, target: BinaryIO) -> None:
    source.seek(start)
    for piece in _pieces(n_bytes):
        target.write(source.read(piece))


def _pieces(n_bytes: int) -> Iterator[int]:
    """
    >>> [n // _PIECE for n in _pieces(2 * _PIECE)], list(_pieces(0))
    ([1, 1], [])
    """
    for at in range(0, n_bytes, _PIECE):
        yield min(_PIECE, n_bytes - at)


def _data_bytes(path: Path) -> int:
    return max((entry["data_offsets"][1] for entry in header_of(path).values()), default=0)
