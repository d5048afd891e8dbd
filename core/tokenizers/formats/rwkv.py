"""RWKV World's vocabulary: lines of an id, a Python string or bytes literal, and its length in bytes.

Source: BlinkDL, RWKV-LM, rwkv_vocab_v20230424.txt and its trie tokenizer.
"""

import ast
import re

import numpy as np

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count
from core.tokenizers.backends.longest_match import LongestMatchTokenizer
from core.tokenizers.backends.spelling import MAX_ID
from core.tokenizers.format import Files, Source
from core.tokenizers.gunzip import content, head
from core.tokenizers.kinds import Kind
from core.tokenizers.sidecars import label
from core.tokenizers.tokenizer import Info
from core.tokenizers.vocabulary import Vocabulary

_LINE = re.compile(r"(\d+) (b?(?:'.*'|\".*\")) (\d+)")
_MAX_LITERAL = 10_000  # characters; the longest in use has 135
_END_OF_TEXT = "<|endoftext|>"  # id 0, which is not in the file


def _recognises(files: Files) -> str | None:
    if not files.main:
        return None
    first = head(files, files.main).decode(errors="replace").lstrip("\ufeff").split("\n", 1)[0].strip("\r")
    return files.main if _LINE.fullmatch(first) else None


def _load(files: Files) -> LongestMatchTokenizer:
    name = files.main
    id_by_bytes = entries(content(files, name), name)
    size = max(id_by_bytes.values()) + 1
    pieces = [b""] * size
    kinds = np.full(size, Kind.ORDINARY, np.uint8)
    for piece, i in id_by_bytes.items():
        pieces[i] = piece
    pieces[0], kinds[0] = _END_OF_TEXT.encode(), Kind.SPECIAL
    info = Info(
        spec=files.spec,
        label=label(files, name),
        source=SOURCE.key,
        fingerprint=files.fingerprint(name),
        n_vocabulary=size,
        algorithm="greedy longest match",
        reference="RWKV's trie tokenizer",
        specials=((_END_OF_TEXT, 0),),
        eos=_END_OF_TEXT,
        notes=("The end of the text is id 0, which no text can spell: its spelling is read as ordinary text.",),
    )
    return LongestMatchTokenizer(id_by_bytes, info, Vocabulary(pieces, kinds))


def entries(data: bytes, name: str) -> dict[bytes, int]:
    """Id by byte string.

    Raises:
        UnreadableFile: a line is not an id, a literal and its length, or two lines share an id; gives the line.

    >>> entries(b"1 'a' 1\\n2 b'\\\\xff' 1\\n", "x")
    {b'a': 1, b'\\xff': 2}
    """
    id_by_bytes: dict[bytes, int] = {}
    ids = set[int]()
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not line:
            continue
        entry = _entry(line)
        if entry is None or entry[0] in ids or entry[1] in id_by_bytes:
            raise UnreadableFile(
                f"{shown(name)} is damaged at line {count(number)}: {shown(line, 40)} is not a new id with a Python "
                "literal and its length in bytes. Fetch the file again."
            )
        ids.add(entry[0])
        id_by_bytes[entry[1]] = entry[0]
    return id_by_bytes


def _entry(line: str) -> tuple[int, bytes] | None:
    found = _LINE.fullmatch(line)
    if not found or len(found[2]) > _MAX_LITERAL or len(found[1]) > 9:
        return None
    plain = found[2][0] != "b" and "\\" not in found[2]  # most are, and need no parser
    try:
        value = found[2][1:-1] if plain else ast.literal_eval(found[2])
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogatepass")
    i = int(found[1])
    fits = isinstance(value, bytes) and value and len(value) == int(found[3][:9]) and 0 < i < MAX_ID
    return (i, value) if fits else None


SOURCE = Source(key="rwkv", label="RWKV World vocabulary", recognises=_recognises, load=_load, rank=60)
