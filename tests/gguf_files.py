"""Small GGUF files of every tokenizer model, written with the reference package's writer."""

from collections.abc import Sequence
from pathlib import Path

import gguf

from core.tokenizers.vocabulary import byte_of_character

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6


def write(
    path: Path,
    model: str,
    tokens: Sequence[str],
    types: Sequence[int],
    *,
    scores: Sequence[float] = (),
    merges: Sequence[str] = (),
    endian: gguf.GGUFEndian = gguf.GGUFEndian.LITTLE,
    **fields: str | bool | int,
) -> Path:
    """A vocabulary-only file; `fields` are further keys under tokenizer.ggml, `template` its chat template."""
    writer = gguf.GGUFWriter(path, "llama", endianess=endian)
    writer.add_name("tiny")
    writer.add_array("general.tags", ["a", "bc"])
    writer.add_array("llama.numbers", [1, 2, 3])
    writer.add_tokenizer_model(model)
    writer.add_token_list(list(tokens))
    writer.add_token_types(list(types))
    if scores:
        writer.add_token_scores(list(scores))
    if merges:
        writer.add_token_merges(list(merges))
    for key, value in fields.items():
        if key == "template":
            writer.add_chat_template(str(value))
        elif key == "charsmap":
            writer.add_precompiled_charsmap(value)
        else:
            add = {str: writer.add_string, bool: writer.add_bool, int: writer.add_uint32}[type(value)]
            add(f"tokenizer.ggml.{key}", value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return path


def bpe(path: Path, **fields: str | bool | int) -> Path:
    """The byte alphabet, three merges that make "hello" of " hello", a control and a user-defined token."""
    alphabet = sorted(byte_of_character(), key=byte_of_character().__getitem__)
    tokens = [*alphabet, "he", "ll", "hell", "hello", "<|endoftext|>", "<tool>"]
    types = [NORMAL] * 260 + [CONTROL, USER_DEFINED]
    fields = {"pre": "gpt-2", "bos_token_id": 260, "eos_token_id": 260, **fields}
    return write(path, "gpt2", tokens, types, merges=["h e", "l l", "he ll", "hell o"], **fields)


def spm(path: Path, **fields: str | bool | int) -> Path:
    """Bytes, a few characters and merges, and a user-defined token."""
    pieces = ["▁", "h", "e", "l", "o", "ll", "he", "llo", "hello", "▁hello", "<tool>"]
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{b:02X}>" for b in range(256)), *pieces]
    types = [UNKNOWN, CONTROL, CONTROL] + [BYTE] * 256 + [NORMAL] * 10 + [USER_DEFINED]
    scores = [0.0] * 259 + [-100.0, -101.0, -102.0, -103.0, -104.0, -1.0, -2.0, -3.0, -4.0, -5.0, 0.0]
    return write(path, "llama", tokens, types, scores=scores, bos_token_id=1, eos_token_id=2, **fields)


def wordpiece(path: Path) -> Path:
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁un", "aff", "able", "▁a", "▁,", "▁你"]
    types = [CONTROL] * 4 + [NORMAL] * 6
    ids = {"unknown_token_id": 1, "cls_token_id": 2, "seperator_token_id": 3}
    return write(path, "bert", tokens, types, **ids)


def rwkv(path: Path) -> Path:
    tokens = ["<s>", *(f"\\x{b:02x}" for b in range(256)), "he", "hel", "\\n\\n", "\\xe4\\xbd"]
    return write(path, "rwkv", tokens, [CONTROL] + [NORMAL] * 260)


def unigram(path: Path, **fields: str | bool | int) -> Path:
    tokens = ["<pad>", "</s>", "<unk>", "▁", "h", "e", "l", "o", "▁hell", "hello", "▁hello"]
    types = [CONTROL, CONTROL, UNKNOWN] + [NORMAL] * 8
    scores = [0.0, 0.0, 0.0, -2.0, -5.0, -5.1, -5.2, -5.3, -4.0, -4.5, -4.2]
    fields = {"add_space_prefix": True, "remove_extra_whitespaces": True, **fields}
    return write(path, "t5", tokens, types, scores=scores, unknown_token_id=2, eos_token_id=1, **fields)


EVERY_MODEL = {"gpt2": bpe, "llama": spm, "bert": wordpiece, "rwkv": rwkv, "t5": unigram}
