"""Reads files out of .zip and .tar.gz archives in memory, within bounds: nothing is written, names are only names."""

import bz2
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from core.common.errors import TooLarge, UnreadableFile, shown
from core.common.numbers import count

MAX_ENTRIES = 20_000
MAX_UNPACKED = 512 * 2**20  # FLORES-200 has 80 MB in both splits
_MAX_DICTIONARY = 256 * 2**20  # what an LZMA stream may ask the reader to allocate
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_LZMA_HEADER = struct.Struct("<HHBI")  # version, size of what follows, settings, dictionary size


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
                    f"{shown(path.name)} unpacks to more than {count(limit / 2**20)} MB, the most taken here. "
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
            if member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                with archive.open(member) as stream:
                    yield name, stream.read(limit + 1)  # the size in the header is not believed
            else:
                yield name, _unpacked_here(path, member, limit)


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
        raise TooLarge(f"{shown(path.name)} holds {count(n)} files or more; at most {count(MAX_ENTRIES)} are read.")


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


def _unpacked_here(path: Path, member: zipfile.ZipInfo, limit: int) -> bytes:
    """The content of an LZMA or bzip2 entry, `limit` + 1 bytes at most.

    `zipfile` sets no limit on what these two methods make of a block: 4 kB became 24 MB when a byte was asked for.
    """
    with path.open("rb") as file:
        file.seek(member.header_offset)
        header = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        file.seek(header[-2] + header[-1], 1)
        packed = file.read(member.compress_size)
    if member.compress_type == zipfile.ZIP_BZIP2:
        content = bz2.BZ2Decompressor().decompress(packed, limit + 1)
    elif member.compress_type == zipfile.ZIP_LZMA:
        content = _lzma(path, packed).decompress(packed[9:], limit + 1)
    else:
        raise NotImplementedError(f"compression method {member.compress_type}")
    if len(content) <= limit and zlib.crc32(content) != member.CRC:
        raise zipfile.BadZipFile(f"wrong checksum of {member.filename}")
    return content


def _lzma(path: Path, packed: bytes) -> lzma.LZMADecompressor:
    """The decompressor that the first nine bytes of an LZMA entry ask for.

    Raises:
        TooLarge: it would need a dictionary of unreasonable size, which it would allocate at once.
    """
    _, n_properties, settings, dictionary = _LZMA_HEADER.unpack(packed[:9])
    if n_properties != 5:
        raise zipfile.BadZipFile("an LZMA header of unknown form")
    if dictionary > _MAX_DICTIONARY:
        raise TooLarge(
            f"{shown(path.name)} asks for {count(dictionary / 2**20)} MB of memory to unpack one file. "
            "Compress it again with ordinary settings."
        )
    rest, lc = divmod(settings, 9)
    pb, lp = divmod(rest, 5)
    chain = [{"id": lzma.FILTER_LZMA1, "dict_size": dictionary, "lc": lc, "lp": lp, "pb": pb}]
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain)
