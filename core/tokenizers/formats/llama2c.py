"""llama2.c's `tokenizer.bin`: the pieces and scores of a SentencePiece BPE model, all else left out.

Layout, little-endian: int32 longest piece; then per id float32 score, int32 length, bytes, with a space for `▁`.
Ids 0-2 are unknown, BOS and EOS, written with newlines around the latter two; ids 3-258 are the bytes <0x00>-<0xFF>.

Its encode puts BOS and a space before the text, then merges the neighbours whose piece has the best score: that is what
SentencePiece does with the same pieces, so the library does it here. A `▁` in the text is no space to llama2.c.

Source: Karpathy 2023, llama2.c, tokenizer.py and run.c.
"""

import struct

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count
from core.tokenizers.backends.sentencepiece import REFERENCE, Around, SentencePieceTokenizer, model_info
from core.tokenizers.backends.spm_proto import BYTE, CONTROL, NORMAL, UNKNOWN, build_bpe, check_proto
from core.tokenizers.format import Files, Source
from core.tokenizers.sidecars import label

_ENTRY = struct.Struct("<fi")
_FIRST_BYTE, _FIRST_PIECE = 3, 259
_MAX_PIECE = 4096
_BOS, _EOS = 1, 2
_NAMES = {b"<unk>": "<unk>", b"\n<s>\n": "<s>", b"\n</s>\n": "</s>", b"<s>": "<s>", b"</s>": "</s>"}


def _recognises(files: Files) -> str | None:
    """By its first two entries: the unknown piece, and BOS."""
    head = files.head
    if len(head) < 64:
        return None
    longest, _, length = struct.unpack_from("<ifi", head)
    opens = 0 < longest <= _MAX_PIECE and length == 5 and head[12:17] == b"<unk>"
    return files.main if opens and head[25:].startswith((b"\n<s>\n", b"<s>")) else None


def read_entries(data: bytes, name: str) -> list[tuple[str, float, int]]:
    """Piece, score and SentencePiece type, in order of id.

    Raises:
        UnreadableFile: the file ends early, or an entry is not what its place asks for; says which.
    """

    def damaged(what: str) -> UnreadableFile:
        return UnreadableFile(f"{shown(name)} is a damaged llama2.c tokenizer: {what}. Fetch it again.")

    entries: list[tuple[str, float, int]] = []
    at = 4
    while at < len(data):
        i = len(entries)
        if at + _ENTRY.size > len(data):
            raise damaged(f"it ends inside entry {count(i)}")
        score, length = _ENTRY.unpack_from(data, at)
        at += _ENTRY.size
        if not 0 <= length <= min(_MAX_PIECE, len(data) - at):
            raise damaged(f"entry {count(i)} claims {count(length)} bytes where {count(len(data) - at)} are left")
        written = data[at : at + length]
        at += length
        if i < _FIRST_BYTE:
            if written not in _NAMES:
                raise damaged(f"entry {i} is {shown(written.decode(errors='replace'))}, not <unk>, <s> or </s>")
            entries.append((_NAMES[written], score, UNKNOWN if i == 0 else CONTROL))
            continue
        try:
            piece = written.decode()
        except UnicodeDecodeError:
            raise damaged(f"entry {count(i)} is not UTF-8") from None
        if i < _FIRST_PIECE and piece != f"<0x{i - _FIRST_BYTE:02X}>":
            raise damaged(f"entry {count(i)} is {shown(piece)}, not the byte {i - _FIRST_BYTE}")
        entries.append((piece, score, BYTE if i < _FIRST_PIECE else NORMAL))
    if len(entries) < _FIRST_PIECE:
        raise damaged(f"it has {count(len(entries))} entries, fewer than the {_FIRST_PIECE} that every such file has")
    return entries


def _load(files: Files) -> SentencePieceTokenizer:
    name = files.main
    model = check_proto(build_bpe(read_entries(files.read(name), name), dummy_prefix=True, escape_spaces=False), name)
    info = model_info(
        model,
        spec=files.spec,
        label=label(files, name),
        source="llama2c",
        fingerprint=files.fingerprint(name),
        reference=f"llama2.c, run by {REFERENCE}",
        bos="<s>",
        eos="</s>",
    )
    return SentencePieceTokenizer(model, info, around=Around((_BOS,)))


SOURCE = Source(
    key="llama2c",
    label="llama2.c (tokenizer.bin)",
    recognises=_recognises,
    load=_load,
    rank=55,
)
