"""Reads files out of .zip and .tar.gz archives in memory, within bounds: nothing is written, names are only names."""

import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from core.errors import TooLarge, UnreadableFile, shown

MAX_ENTRIES = 20_000
MAX_UNPACKED = 512 * 2**20  # FLORES-200 has 80 MB in both splits
_MAX_DICTIONARY = 256 * 2**20  # what an LZMA stream may ask the reader to allocate
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")


def unpacked(path: Path, limit: int = MAX_UNPACKED) -> Iterator[tuple[PurePosixPath, bytes]]:
    """(name, content) of each file in a .zip, .tar or .tar.gz, hidden files and system folders aside.

    Raises:
        TooLarge: it unpacks to more than `limit` bytes, whatever its headers claim, or holds too many files.
        UnreadableFile: it is damaged, locked, or holds a name that points outside, a link or another archive.
    """
    try:
        read = _zip if zipfile.is_zipfile(path) else _tar
        left = limit
        for name, content in read(path, limit):
            left -= len(content)
            if left < 0:
                raise TooLarge(
                    f"{shown(path.name)} unpacks to more than {limit / 2**20:,.0f} MB, the most taken here. "
                    "Take fewer languages or sentences."
                )
            if content.startswith((b"PK\x03\x04", b"\x1f\x8b")):
                raise UnreadableFile(
                    f"{shown(path.name)} holds another archive, {shown(str(name))}. Unpack that first."
                )
            yield name, content
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError) as error:
        raise UnreadableFile(_damaged(path, error)) from None
    except (NotImplementedError, RuntimeError, ValueError, struct.error) as error:  # methods and flags zipfile lacks
        raise UnreadableFile(_damaged(path, error)) from None


def _damaged(path: Path, error: Exception) -> str:
    reason = shown(str(error) or type(error).__name__, 200)
    return f"{shown(path.name)} is damaged or cut short: {reason}. Download or make it again."


def _zip(path: Path, limit: int) -> Iterator[tuple[PurePosixPath, bytes]]:
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        _check_number(path, len(members))
        for member in members:
            name = _safe(path, member.filename)
            if name is None:
                continue
            if member.flag_bits & 1:
                raise UnreadableFile(f"{shown(path.name)} is locked with a password. Make one without.")
            if member.external_attr >> 16 & 0o170000 == 0o120000:
                raise UnreadableFile(f"{shown(path.name)} holds a link, {shown(member.filename)}. Put the file in.")
            if member.compress_type == zipfile.ZIP_LZMA:
                _check_dictionary(path, member)
            with archive.open(member) as stream:
                yield name, stream.read(limit + 1)  # the size in the header is not believed


def _tar(path: Path, limit: int) -> Iterator[tuple[PurePosixPath, bytes]]:
    with tarfile.open(path) as archive:
        for n, member in enumerate(archive):
            _check_number(path, n)
            if member.issym() or member.islnk():
                raise UnreadableFile(f"{shown(path.name)} holds a link, {shown(member.name)}. Put the file in.")
            name = _safe(path, member.name) if member.isfile() else None
            stream = archive.extractfile(member) if name is not None else None
            if name is not None and stream is not None:
                if member.size > limit:
                    raise TooLarge(f"{shown(path.name)} holds {shown(member.name)}, which is too large.")
                yield name, stream.read(limit + 1)


def _check_number(path: Path, n: int) -> None:
    if n > MAX_ENTRIES:
        raise TooLarge(f"{shown(path.name)} holds {n:,} files or more; at most {MAX_ENTRIES:,} are read.")


def _safe(path: Path, filename: str) -> PurePosixPath | None:
    """The name of an entry, or None for what systems leave in archives.

    Raises:
        UnreadableFile: it points outside of the archive. Nothing is ever unpacked to such a path, but whoever wrote it
            meant harm.
    """
    name = PurePosixPath(filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in (name.parts or ("",))[0] or "\0" in filename:
        raise UnreadableFile(f"{shown(path.name)} holds a file that points outside of it, {shown(filename)}.")
    hidden = any(part.startswith(".") for part in name.parts) or "__MACOSX" in name.parts
    return None if hidden or not name.name else name


def _check_dictionary(path: Path, member: zipfile.ZipInfo) -> None:
    """Nothing, if an LZMA entry asks for a dictionary of reasonable size: the reader allocates what it asks for."""
    with path.open("rb") as file:
        file.seek(member.header_offset)
        header = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        file.seek(header[-2] + header[-1], 1)
        properties = file.read(9)  # version (2), size (2), one byte of settings, dictionary size (4)
    (dictionary,) = struct.unpack("<I", properties[5:9])
    if dictionary > _MAX_DICTIONARY:
        raise TooLarge(
            f"{shown(path.name)} asks for {dictionary / 2**20:,.0f} MB of memory to unpack one file. "
            "Compress it again with ordinary settings."
        )
