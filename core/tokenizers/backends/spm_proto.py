"""SentencePiece's ModelProto: read with care, or built from a list of pieces.

The library trusts much of a model file, so what it would read out of bounds or stop the process over is checked here
before it sees the file.

Sources: sentencepiece_model.proto; Kanda 2018 and darts-clone for the compact double array of the character map.
"""

from collections.abc import Iterable
from math import isfinite
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError
from sentencepiece import sentencepiece_model_pb2

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count

Model = Any  # a ModelProto: the generated module makes its classes at run time, so it has no types to name
_protos: Any = sentencepiece_model_pb2

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6  # SentencePiece.Type
UNIGRAM, BPE, WORD, CHAR = 1, 2, 3, 4  # TrainerSpec.ModelType
ALGORITHMS = {UNIGRAM: "Unigram", BPE: "BPE", WORD: "Word", CHAR: "Character"}
SPACE = "▁"
MAX_PIECE_BYTES = 4096  # the library's tries are walked by recursion; the longest piece in wide use has 64


def read_proto(data: bytes, name: str) -> Model:
    """The model in a file, checked.

    Args:
        name: the file's name, for messages.

    Raises:
        UnreadableFile: it is no ModelProto, or one that the library could not use safely; says what is wrong.
    """
    model = _protos.ModelProto()
    try:
        model.ParseFromString(data)
    except DecodeError:
        raise UnreadableFile(
            f"{shown(name)} is not a whole SentencePiece model: its protobuf ends early or is damaged. Fetch it again."
        ) from None
    return check_proto(model, name)


def check_proto(model: Model, name: str) -> Model:
    """The model itself, if the library can use it safely.

    Raises:
        UnreadableFile: it cannot; says why.
    """
    problem = _problem(model)
    if problem:
        raise UnreadableFile(f"{shown(name)} is a damaged SentencePiece model: {problem}. Fetch it again.")
    return model


def build_bpe(entries: Iterable[tuple[str, float, int]], *, dummy_prefix: bool, escape_spaces: bool = True) -> Model:
    """A BPE model with byte fallback that changes no text but for spaces.

    Args:
        entries: piece, score, type, in order of id.
        dummy_prefix: put a space before the text.
        escape_spaces: pieces are written with `▁` for a space; otherwise with the space itself.
    """
    model = _build(entries, BPE, dummy_prefix, False)
    model.trainer_spec.byte_fallback = any(piece.type == BYTE for piece in model.pieces)
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.escape_whitespaces = escape_spaces
    return model


def build_unigram(
    entries: Iterable[tuple[str, float, int]], *, dummy_prefix: bool, collapse_spaces: bool, charsmap: bytes
) -> Model:
    """A Unigram model without byte fallback; `charsmap` is a normaliser as SentencePiece compiles it, or empty."""
    model = _build(entries, UNIGRAM, dummy_prefix, collapse_spaces)
    model.normalizer_spec.name = "the model's own character map" if charsmap else "identity"
    model.normalizer_spec.precompiled_charsmap = charsmap
    return model


def _build(
    entries: Iterable[tuple[str, float, int]], model_type: int, dummy_prefix: bool, collapse_spaces: bool
) -> Model:
    model = _protos.ModelProto()
    for piece, score, kind in entries:
        model.pieces.add(piece=piece, score=score, type=kind)
        if kind == UNKNOWN:
            model.trainer_spec.unk_piece = piece
    model.trainer_spec.model_type = model_type
    model.normalizer_spec.add_dummy_prefix = dummy_prefix
    model.normalizer_spec.remove_extra_whitespaces = collapse_spaces
    model.normalizer_spec.escape_whitespaces = True
    return model


def _problem(model: Model) -> str:
    """What is wrong with a model, in words; empty if nothing is."""
    if not model.pieces:
        return "it has no pieces"
    if model.trainer_spec.model_type not in ALGORITHMS:
        return f"its model type {model.trainer_spec.model_type} is none of Unigram, BPE, word, character"
    trained = model.trainer_spec
    names = (model.normalizer_spec.name, trained.unk_piece, trained.bos_piece, trained.eos_piece)
    if any(isinstance(name, bytes) for name in names):
        return "a name in its settings is not UTF-8"
    seen: set[str] = set()
    n_unknown = 0
    byte_pieces = set()
    for i, entry in enumerate(model.pieces):
        piece = entry.piece
        if isinstance(piece, bytes):  # what protobuf gives for a text that is not UTF-8
            return f"piece {count(i)} is not UTF-8"
        if not piece or "\0" in piece or len(piece) > MAX_PIECE_BYTES:
            return f"piece {count(i)} is empty, holds a NUL or has {count(len(piece))} characters"
        if piece in seen:
            return f"piece {count(i)}, {shown(piece)}, is there twice"
        seen.add(piece)
        if not isfinite(entry.score):
            return f"piece {count(i)}, {shown(piece)}, has the score {entry.score}"
        n_unknown += entry.type == UNKNOWN
        if entry.type == BYTE:
            if byte_of(piece) is None:
                return f"piece {count(i)}, {shown(piece)}, is marked as a byte but is not written <0x00> to <0xFF>"
            byte_pieces.add(piece)
    if n_unknown != 1:
        return f"it has {n_unknown} pieces for unknown text where there must be one"
    if model.trainer_spec.byte_fallback and len(byte_pieces) != 256:
        return f"it falls back on bytes but has {len(byte_pieces)} of the 256 byte pieces"
    for spec in (model.normalizer_spec, model.denormalizer_spec):
        problem = _charsmap_problem(spec.precompiled_charsmap)
        if problem:
            return problem
    return ""


def byte_of(piece: str) -> int | None:
    """The byte that a piece such as <0x0A> stands for.

    >>> byte_of("<0x0A>"), byte_of("<0xZZ>")
    (10, None)
    """
    if len(piece) != 6 or not piece.startswith("<0x") or piece[5] != ">":
        return None
    digits = piece[3:5]
    return int(digits, 16) if all(c in "0123456789ABCDEFabcdef" for c in digits) else None


def _charsmap_problem(charsmap: bytes) -> str:
    """What is wrong with a compiled character map: any place from which its trie could lead outside itself.

    Layout: uint32 bytes of the trie; the trie, uint32 units; NUL-terminated replacements, named by their offset.
    A unit holds the offset to its children in bits 10-30 (times 256 if bit 9), and in bit 8 whether it has a value.
    Models in wide use pass the check for all their units, also those that no text reaches.
    """
    if not charsmap:
        return ""
    size = int.from_bytes(charsmap[:4], "little")
    replacements = charsmap[4 + size :]
    if len(charsmap) < 4 or not size or size % 4 or not replacements or replacements[-1] != 0:
        return "the character map of its normaliser is cut short"
    units = np.frombuffer(charsmap, "<u4", size // 4, 4).astype(np.uint64)
    base = np.arange(len(units), dtype=np.uint64) ^ (units >> 10 << ((units & 512) >> 6))
    inner = units >> 31 == 0
    if np.any((base | 0xFF)[inner] >= len(units)):
        return "the character map of its normaliser points outside itself"
    values = units[base[inner & (units & 256 != 0)].astype(np.int64)] & 0x7FFFFFFF
    if np.any(values >= len(replacements)):
        return "the character map of its normaliser points outside itself"
    try:
        replacements.decode()
    except UnicodeDecodeError:
        return "the character map of its normaliser holds text that is not UTF-8"
    if np.any(np.frombuffer(replacements, np.uint8)[values.astype(np.int64)] & 0xC0 == 0x80):
        return "the character map of its normaliser points into the middle of a character"
    return ""
