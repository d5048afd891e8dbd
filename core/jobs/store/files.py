"""One result as one file: safetensors, whose header says where the numbers come from and whose name ends in its hash.

A file is complete or absent: it is written beside, flushed to the disk, then renamed. Because its name holds the
SHA-256 of all its bytes, a flipped bit, a cut or a foreign file is noticed before a number is believed, and the index
can be made anew from the files alone.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from core.common.errors import UnreadableFile
from core.common.processes import dead, identity

FORMAT = 1  # raised when what a file says changes its meaning; older files are set aside
SUFFIX = ".safetensors"
SHARED = "shared"
_HEADER = "token_atlas"
_MOST_HEADER = 64 * 2**20

Array = NDArray[Any]
Json = Any  # what json.loads returns


@dataclass(frozen=True)
class Input:
    """Something a result was computed from: its name for people, and the hash of its content."""

    name: str
    fingerprint: str


@dataclass(frozen=True)
class Origin:
    """Where a result comes from.

    Args:
        key: the content key of the work that made it.
        kind: what the work was.
        params: its parameters.
        inputs: what it read.
        versions: library to version.
        seconds: time it took, over all its processes.
        device: "cpu" or the GPU's name.
        finished: seconds since 1970, for people; nothing is ordered by it.
        part_of: key of the job that it is a part of, `SHARED` if any job may use it, empty for a whole result.
        label: what the work is called on a page.
    """

    key: str
    kind: str
    params: Mapping[str, Json] = field(default_factory=dict)
    inputs: tuple[Input, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    device: str = "cpu"
    finished: float = 0.0
    part_of: str = ""
    label: str = ""


@dataclass(frozen=True, eq=False)
class Result:
    """Arrays by name, facts that are no arrays, and their origin."""

    origin: Origin
    arrays: Mapping[str, Array]
    facts: Mapping[str, Json] = field(default_factory=dict)


def packed(result: Result) -> bytes:
    """The bytes of a result's file; equal results have equal bytes."""
    document = {"format": FORMAT, "origin": asdict(result.origin), "facts": dict(result.facts)}
    header = {_HEADER: json.dumps(document, sort_keys=True, allow_nan=False)}
    data: bytes = save({name: np.asarray(a, order="C") for name, a in result.arrays.items()}, header)
    return data


def unpacked(data: bytes) -> Result:
    """The result in these bytes.

    Raises:
        UnreadableFile: they are damaged, or of another format.
    """
    origin, facts = _document(data)
    try:
        return Result(origin, load(data), facts)
    except (SafetensorError, ValueError, KeyError) as error:
        raise UnreadableFile(f"its arrays are damaged ({error})") from None


def _document(data: bytes) -> tuple[Origin, Mapping[str, Json]]:
    try:
        size = int.from_bytes(data[:8], "little")
        document = json.loads(json.loads(data[8 : 8 + size])["__metadata__"][_HEADER])
        if document["format"] != FORMAT:
            raise UnreadableFile(f"it is of format {document['format']}, this version reads format {FORMAT}")
        fields = document["origin"]
        return Origin(**{**fields, "inputs": tuple(Input(**i) for i in fields["inputs"])}), document["facts"]
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableFile(f"its header is damaged ({type(error).__name__})") from None


def read_result(path: Path) -> Result:
    """The result in a file, after its hash has been checked.

    Raises:
        UnreadableFile: the bytes are not the ones that were written, or of another format.
        FileNotFoundError: it is not there.
    """
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != path.name.removesuffix(SUFFIX).rpartition(".")[2]:
        raise UnreadableFile("its content is not what was written (SHA-256 differs)")
    return unpacked(data)


def read_origin(path: Path) -> Origin:
    """Where a file's result comes from, from its header alone; the arrays are checked when they are read.

    Raises:
        UnreadableFile: the header is damaged, or of another format.
    """
    with path.open("rb") as file:
        start = file.read(8)
        size = int.from_bytes(start, "little")
        if size > _MOST_HEADER:
            raise UnreadableFile("its header is damaged (length)")
        return _document(start + file.read(size))[0]


def write_result(result: Result, folder: Path, temporary: Path) -> Path:
    """Write a result whole or not at all; returns the file.

    Args:
        folder: where it goes; made if missing.
        temporary: a folder on the same file system, for what is not finished.

    Raises:
        OSError: the disk is full, or may not be written to; nothing is left behind.
    """
    data = packed(result)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{result.origin.key}.{hashlib.sha256(data).hexdigest()}{SUFFIX}"
    write_durably(data, target, temporary)
    return target


def write_durably(data: bytes, target: Path, temporary: Path) -> None:
    """Write bytes to a file such that even after a power cut it holds all of them or is absent.

    The folder is not flushed: a power cut may undo the last seconds' results, which costs computing them again.
    """
    temporary.mkdir(parents=True, exist_ok=True)
    # Named after its writer, so that what a killed one left can be told from what is being written.
    unfinished = temporary / f"{identity().replace('/', '_')}.{uuid4().hex}"
    try:
        with unfinished.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def sweep(temporary: Path) -> None:
    """Remove what writers that are no more left unfinished."""
    for path in temporary.glob("*:*"):
        if dead(path.name.rpartition(".")[0].replace("_", "/", 1)):
            path.unlink(missing_ok=True)


def set_aside(path: Path, folder: Path, why: str) -> None:
    """Move a file out of the way, with a note that says why beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{path.name}.{uuid4().hex[:8]}"
    try:
        path.replace(target)
    except FileNotFoundError:
        return  # another process was quicker
    (folder / f"{target.name}.why").write_text(f"{why}\n", encoding="utf-8")
