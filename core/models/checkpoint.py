"""The weight files of a folder, looked at before they are loaded: whole, of the safetensors format, and all there."""

import hashlib
import json
import struct
from collections.abc import Collection
from pathlib import Path

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count

INDEX = "model.safetensors.index.json"
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".msgpack", ".h5", ".ot")
_MAX_HEADER = 2**24  # a hundred thousand tensors; safetensors itself would read six times as much
_MAX_INDEX = 2**25  # names of all tensors of a model, with their files


def weight_names(names: Collection[str], where: str) -> list[str]:
    """Those of a model's files that hold its weights, or say where they are.

    Raises:
        UnreadableFile: there are none in safetensors; says what there is instead.
    """
    tops = sorted(name for name in names if "/" not in name)
    if INDEX in tops:
        return [INDEX, *(name for name in tops if name.endswith(".safetensors") and "-of-" in name)]
    if "model.safetensors" in tops:
        return ["model.safetensors"]
    pickled = next((n for n in tops if n.endswith(_PICKLES) and not n.startswith(("tokenizer", "training_args"))), None)
    if pickled is not None:
        raise UnreadableFile(
            f"{where} holds its weights as {shown(pickled)}, a format that can carry a program and is not opened here. "
            "Save it as safetensors (save_pretrained does), or pick a repository that has model.safetensors."
        )
    raise UnreadableFile(
        f"{where} holds no weights: there is no model.safetensors. Name the folder that save_pretrained wrote."
    )


def whole_weights(folder: Path, where: str) -> list[str]:
    """Names of the weight files in a folder, each found to be whole.

    Raises:
        UnreadableFile: they are not safetensors, one is missing, or one is damaged or truncated; says which.
    """
    names = weight_names([path.name for path in folder.iterdir()], where)
    if INDEX in names:
        names = _shards(folder)
    for name in names:
        check_whole(folder / name)
    return names


def check_whole(path: Path) -> None:
    """Do nothing if a safetensors file is as long as its header promises.

    Raises:
        UnreadableFile: it is damaged or ends early.
    """

    def damaged(what: str) -> UnreadableFile:
        return UnreadableFile(f"{shown(path.name)} is no whole safetensors file: {what}. Fetch or save it again.")

    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8)
            if start.startswith(b"version "):
                raise damaged("it is a Git LFS pointer, and the weights themselves were not fetched")
            length = struct.unpack("<Q", start)[0] if len(start) == 8 else -1
            if 0 < length <= size - 8 and length > _MAX_HEADER:
                raise damaged(f"its header of {count(length)} bytes names more tensors than any model has")
            if not 0 < length <= size - 8:
                raise damaged("its header does not fit in it")
            entries = json.loads(file.read(length))
        entries.pop("__metadata__", None)
        needed = 8 + length + max((entry["data_offsets"][1] for entry in entries.values()), default=0)
    except OSError as error:
        raise UnreadableFile(f"{shown(path.name)} cannot be read: {error.strerror or error}.") from None
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
        raise damaged("its header cannot be read") from None
    if needed != size:
        raise damaged(f"it has {count(size)} bytes where its header promises {count(needed)}")


def content_hash(paths: Collection[Path]) -> str:
    """Hash of the content of files, in order of name.

    Raises:
        UnreadableFile: one has gone meanwhile, or cannot be read.
    """
    digest = hashlib.sha256()
    for path in sorted(paths):
        try:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise UnreadableFile(
                f"{shown(path.name)} cannot be read: {error.strerror or error}. Put it back and try again."
            ) from None
    return digest.hexdigest()


def _shards(folder: Path) -> list[str]:
    try:
        if (folder / INDEX).stat().st_size > _MAX_INDEX:
            raise UnreadableFile(f"{shown(INDEX)} is over {count(_MAX_INDEX)} bytes. Fetch or save the model again.")
        places = json.loads((folder / INDEX).read_text())["weight_map"].values()
        names = sorted({str(name) for name in places})
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise UnreadableFile(f"{shown(INDEX)} cannot be read. Fetch or save the model again.") from None
    missing = [name for name in names if Path(name).name != name or not (folder / name).is_file()]
    if missing:
        raise UnreadableFile(
            f"The folder lacks {shown(missing[0])}, one of {count(len(names))} files of weights that {INDEX} names. "
            "Fetch or save the model again."
        )
    return names
