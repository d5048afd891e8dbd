"""Says what a file is that is no tokenizer: the mistakes people make, by the first bytes."""

import re

from core.tokenizers.format import HEAD_BYTES

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

_JSON = re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*(?:[\"\[{\]0-9-]|true|false|null))")
_BRACKETED = re.compile(rb"(?m)^\[UNK\]\r?$")

_LISTS = (
    (
        re.compile(rb"[^\t]+\t-?[0-9.e+-]+"),
        "the list of pieces that SentencePiece writes beside a model. Open the .model file of the same name",
    ),
    (
        re.compile(rb"[0-9]+( [0-9]+){1,3}"),
        "pairs of numbers, such as a model of YouTokenToMe holds, without the text that they stand for. "
        "Open a tokenizer.json, .model or .tiktoken file of the same tokenizer",
    ),
    (
        re.compile(rb"\S+ [0-9]+"),
        "a dictionary of fairseq, which counts pieces and cuts no text. Open the sentencepiece.bpe.model, or the BPE "
        "codes, of the same model",
    ),
)


def is_pointer(head: bytes) -> bool:
    """Whether this is what Git LFS leaves where a file was not fetched; its lines look like those of a merges.txt."""
    return head.startswith(_POINTER)


def is_web_page(head: bytes) -> bool:
    """Whether this is HTML: a short page on one line looks like a list of merges.

    >>> is_web_page(b"<!DOCTYPE html><html>404</html>"), is_web_page(b"< /")
    (True, False)
    """
    return head[:256].lstrip().lower().startswith((b"<!doctype html", b"<html"))


def described(head: bytes) -> str:
    """What a file is by its first bytes, as the end of "It is …"; empty if nothing can be said.

    >>> described(b"<!DOCTYPE html>")
    'a web page, perhaps the page around the file. Download the file itself'
    """
    if not head:
        return "empty"
    if head.startswith(b"PK") and b"data.pkl" in head:
        return "weights of PyTorch, which hold no tokenizer. Open the tokenizer.json or .model file of the same model"
    for beginning, name in _BEGINNINGS:
        if head.startswith(beginning):
            return name
    start = head[:256].lstrip().lower()
    if is_web_page(head):
        return "a web page, perhaps the page around the file. Download the file itself"
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 2**30:
        return "model weights (safetensors)"
    if start.startswith(b"{") and re.search(rb'"class_name":\s*"tokenizer"', start):
        return "a word index of Keras, which has whole words only. Count words with builtin:words"
    if (looks := _listed(head)) is not None:
        return looks
    if _JSON.match(head):
        return "JSON, but not that of a tokenizer"
    if _BRACKETED.search(head) and not any(b" " in line.strip() for line in head.split(b"\n")):
        return (
            "a list of pieces with [UNK] among them, as BERT's vocab.txt is, but none that goes on within a word, "
            "such as ##s. Open the whole vocab.txt"
        )
    if not any(head):
        return "nothing but zero bytes"
    return ""


def _listed(head: bytes) -> str | None:
    """What a list with numbers is, by all whole lines of a head; None if nothing known."""
    whole = head if len(head) < HEAD_BYTES else head.rpartition(b"\n")[0]
    lines = [line.rstrip(b"\r") for line in whole.split(b"\n") if line.strip()]
    return next((name for lined, name in _LISTS if lines and all(map(lined.fullmatch, lines))), None)
