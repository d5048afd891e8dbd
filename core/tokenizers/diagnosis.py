"""Says what a file is that is no tokenizer: the mistakes people make, by the first bytes."""

_POINTER = b"version https://git-lfs"
_BEGINNINGS = (
    (b"\xff\xfe", "UTF-16 text. Save it again as UTF-8"),
    (b"\xfe\xff", "UTF-16 text. Save it again as UTF-8"),
    (
        b"version https://git-lfs",
        "a pointer that Git LFS left in place of the file. Fetch the file with `git lfs pull`",
    ),
    (b"\x7fELF", "a program (ELF)"),
    (b"MZ", "a Windows program"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"%PDF", "a document (PDF)"),
    (b"PK\x03\x04", "an archive (.zip). Upload it, or unpack it and name the tokenizer's file"),
    (b"\x1f\x8b", "a gzip archive whose content is no tokenizer"),
    (b"BZh", "a bzip2 archive. Unpack it first"),
    (b"\xfd7zXZ", "an xz archive. Unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive. Unpack it first"),
    (b"\x80\x02", "a Python pickle, which is never opened here"),
    (b"\x80\x04", "a Python pickle, which is never opened here"),
    (b"\x89HDF", "model weights (HDF5)"),
    (b"SQLite format 3", "a database (SQLite)"),
)


def is_pointer(head: bytes) -> bool:
    """Whether this is what Git LFS leaves where a file was not fetched; its lines look like those of a merges.txt."""
    return head.startswith(_POINTER)


def described(head: bytes) -> str:
    """What a file is by its first bytes, as the end of "It is …"; empty if nothing can be said.

    >>> described(b"<!DOCTYPE html>")
    'a web page, perhaps the page around the file. Download the file itself'
    """
    if not head:
        return "empty"
    for beginning, name in _BEGINNINGS:
        if head.startswith(beginning):
            return name
    start = head[:256].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page, perhaps the page around the file. Download the file itself"
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 2**30:
        return "model weights (safetensors)"
    if start.startswith((b"{", b"[")):
        return "JSON, but not that of a tokenizer"
    if not any(head):
        return "nothing but zero bytes"
    return ""
