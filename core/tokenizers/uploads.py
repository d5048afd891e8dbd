"""Keeps uploaded tokenizers: by content, under names that can do no harm, within a size that cannot fill a disk."""

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from core.common.errors import TooLarge, UnreadableFile, UserError, shown
from core.common.numbers import count
from core.common.settings import settings
from core.common.uploads import Uploads, short_hash
from core.tokenizers.catalog import LEADING, SIBLINGS

MAX_FILES = 32
MAX_ZIP_ENTRIES = 10_000
UPLOADS = Uploads("uploads")
_ZIP_HEADS = (b"PK\x03\x04", b"PK\x05\x06")  # with entries, and empty
_PLAIN_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def keep_upload(files: Mapping[str, bytes], owner: str = "") -> str:
    """Store uploaded files and return the spec that opens them, `upload:HASH/NAME`.

    Several files (vocab.json and merges.txt) are one tokenizer, and so is a .zip of them. What is in them is not
    looked at here: that happens in a process of its own when the spec is opened.

    Args:
        files: content by the name that the browser sent; the name is not trusted.
        owner: whose they are.

    Raises:
        TooLarge: more bytes, unpacked, or more files than allowed.
        UnreadableFile: a damaged .zip, or one with entries that reach outside of it.
        UserError: uploads are switched off, or there is nothing in them.
    """
    settings().refuse("upload")
    limit = settings().upload_mb * 2**20
    if sum(map(len, files.values())) > limit:
        raise TooLarge(_too_large("The upload", limit))
    unpacked: dict[str, bytes] = {}
    for name, content in files.items():
        entries = _unzipped(name, content, limit) if content.startswith(_ZIP_HEADS) else [(name, content)]
        for entry, data in entries:
            safe = safe_name(entry)
            if unpacked.get(safe, data) != data:
                raise UserError(f"The upload holds two different files named {shown(safe)}. Upload one tokenizer.")
            unpacked[safe] = data
    if not any(unpacked.values()):
        raise UserError("The upload is empty: there is not one byte in it. Pick the tokenizer's file.")
    if len(unpacked) > MAX_FILES or sum(map(len, unpacked.values())) > limit:
        raise TooLarge(_too_large("The upload", limit))
    main = next((name for name in LEADING if name in unpacked), min(unpacked))
    return f"upload:{_stored(unpacked, owner)}/{main}"


def upload_name(names: Sequence[str]) -> str:
    """What uploaded files suggest by their names: that of a .zip, or what stands before a tokenizer file's usual name.

    >>> upload_name(["pythia.zip"]), upload_name(["gpt2-vocab.json", "merges.txt"]), upload_name(["tokenizer.json"])
    ('pythia', 'gpt2', '')
    """
    for name in names:
        last = re.split(r"[/\\]", name)[-1]
        known = safe_name(last)
        if last.lower().endswith(".zip"):
            return last[:-4].strip(" .")
        if known in LEADING and known != last.lower():
            return last[: -len(known)].strip(" .-_")
    return ""


def safe_name(name: str) -> str:
    """A file name without folders, control characters or absurd length; a tokenizer file's own name where it ends so.

    >>> safe_name("../../etc/passwd"), safe_name("C:\\\\models\\\\gpt2-vocab.json"), safe_name("a\\x1b[1mb\\u202e.json")
    ('passwd', 'vocab.json', 'a_[1mb_.json')
    >>> safe_name("..")
    'tokenizer'
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(c if c.isprintable() and c not in '<>:"|?*%#&;' else "_" for c in last).strip(" .")
    for known in SIBLINGS:
        ends_so = known in LEADING and plain.lower().endswith(tuple(mark + known for mark in "-_."))
        if plain.lower() == known or ends_so:
            return known
    stem, dot, ending = plain.rpartition(".")
    if len(plain.encode()) > 100:
        plain = ((stem or ending)[:24] + (dot + ending[:8] if stem else "")).strip(" .")
    return plain or "tokenizer"


def _stored(files: Mapping[str, bytes], owner: str) -> str:
    """Keep the files under the hash of their names and content, which is returned."""
    parts = [
        hashlib.sha256(part).digest() for name, content in sorted(files.items()) for part in (name.encode(), content)
    ]
    digest = short_hash(*parts)
    UPLOADS.keep(digest, files, owner)
    return digest


def _unzipped(name: str, content: bytes, limit: int) -> Iterator[tuple[str, bytes]]:
    """The tokenizer files of an archive: those of the folder nearest to its root that holds any."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [e for e in archive.infolist() if not e.is_dir()]
            _check_entries(name, entries)
            wanted = _wanted(entries)
            left = limit
            for entry in wanted:
                with archive.open(entry) as stream:
                    data = stream.read(left + 1)  # the size that the archive claims is not believed
                left -= len(data)
                if left < 0:
                    raise TooLarge(_too_large(f"The archive {shown(name)}, unpacked,", limit))
                if data.startswith(_ZIP_HEADS):
                    raise UnreadableFile(f"The archive {shown(name)} holds another archive, {shown(entry.filename)}.")
                yield PurePosixPath(entry.filename).name, data
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise UnreadableFile(
            f"The archive {shown(name)} is damaged: {shown(str(error) or type(error).__name__, 200)}. Make it again."
        ) from None


def _check_entries(name: str, entries: list[zipfile.ZipInfo]) -> None:
    archive = f"The archive {shown(name)}"
    if len(entries) > MAX_ZIP_ENTRIES:
        raise TooLarge(f"{archive} holds {count(len(entries))} files. Put only the tokenizer's files into it.")
    for entry in entries:
        parts = re.split(r"[/\\]", entry.filename)
        if ".." in parts or not parts[0] or ":" in parts[0] or "\0" in entry.orig_filename:
            raise UnreadableFile(f"{archive} holds an entry that reaches outside of it, {shown(entry.filename)}.")
        if entry.external_attr >> 16 & 0o170000 == 0o120000:
            raise UnreadableFile(f"{archive} holds a symbolic link, {shown(entry.filename)}. Put the file itself in.")
        if entry.flag_bits & 1:
            raise UnreadableFile(f"{archive} is locked with a password. Make one without.")
        if entry.compress_type not in _PLAIN_METHODS:
            raise UnreadableFile(f"{archive} is compressed in a way not read here. Use plain .zip (deflate).")


def _wanted(entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    by_folder: dict[PurePosixPath, list[zipfile.ZipInfo]] = {}
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if not path.name.startswith(".") and "__MACOSX" not in path.parts:
            by_folder.setdefault(path.parent, []).append(entry)
    nearest = sorted(by_folder, key=lambda folder: (len(folder.parts), str(folder)))
    for folder in nearest:
        known = [e for e in by_folder[folder] if safe_name(e.filename) in SIBLINGS]
        if known:
            return known
    return by_folder[nearest[0]][:MAX_FILES] if nearest else []


def _too_large(what: str, limit: int) -> str:
    return (
        f"{what} is over {count(limit / 2**20)} MB or {MAX_FILES} files, the most taken here (TOKEN_ATLAS_UPLOAD_MB). "
        "Upload the tokenizer's own files, not the model's weights."
    )
