"""Bad tokenizer files, made by code: what people send by mistake, and what they would send to do harm."""

import gzip
import io
import json
import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests import formats
from tests.formats import Made
from tests.tiny import byte_level_bpe

NESTED = 100_000
WRITTEN = "<script>alert(1)</script>", "\x1b[31mred\x1b[0m", "\u202egnp.exe", '=cmd|"/c calc"!A1', "../../etc/passwd"


@dataclass(frozen=True)
class Case:
    """Files that must be refused, and what the message must speak of.

    Args:
        name: what is wrong with them.
        files: content by name, main one first; made when asked, since some are large.
        says: a regular expression found in the message.
        needs: the module of `core.tokenizers.formats` that reads the format.
        options: settings of the spec.
    """

    name: str
    files: Callable[[], Made]
    says: str
    needs: str = "tokenizers_json"
    options: tuple[tuple[str, str], ...] = ()

    @property
    def testable(self) -> bool:
        return (formats.SOURCES / f"{self.needs}.py").is_file()


def tokenizer_json(change: Callable[[dict[str, Any]], object]) -> Callable[[], Made]:
    """A tokenizer.json with one thing changed."""

    def make() -> Made:
        content = json.loads(byte_level_bpe())
        change(content)
        return {"tokenizer.json": json.dumps(content).encode()}

    return make


def split_by(pattern: str) -> Callable[[], Made]:
    """A tokenizer.json that cuts by a pattern."""
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    spell = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    return tokenizer_json(lambda c: c.update(pre_tokenizer={"type": "Sequence", "pretokenizers": [split, spell]}))


def vocabulary(**entries: object) -> Callable[[], Made]:
    """A tokenizer.json with more entries in its vocabulary."""
    return tokenizer_json(lambda c: c["model"]["vocab"].update(entries))


def added(**changes: object) -> Callable[[], Made]:
    """A tokenizer.json with one more added token."""
    token = {"id": 400, "content": "<z>", "special": True, "single_word": False, "lstrip": False, "rstrip": False}
    return tokenizer_json(lambda c: c["added_tokens"].append({**token, "normalized": False, **changes}))


def file(content: bytes | Callable[[], bytes], name: str = "tokenizer.json") -> Callable[[], Made]:
    """One file of these bytes."""
    return lambda: {name: content() if callable(content) else content}


def nested(before: bytes = b"", after: bytes = b"") -> bytes:
    """JSON with so many brackets in brackets that recursive readers run out of stack."""
    return before + b"[" * NESTED + b"]" * NESTED + after


def gguf(n_kv: int = 1, n_tokens: int = 1, length: int = 4, n_tensors: int = 0) -> bytes:
    """The head of a GGUF file with counts that it does not keep."""
    key = b"tokenizer.ggml.tokens"
    kv = struct.pack("<Q", len(key)) + key + struct.pack("<IIQ", 9, 8, n_tokens)
    return b"GGUF" + struct.pack("<IQQ", 3, n_tensors, n_kv) + kv + struct.pack("<Q", length) + b"abcd"


def gguf_nested() -> bytes:
    """A GGUF file whose one value is an array of arrays of arrays …"""
    key = b"tokenizer.ggml.tokens"
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", len(key)) + key + struct.pack("<I", 9)
    return head + struct.pack("<IQ", 9, 1) * NESTED


@cache
def gzip_bomb(size: int = 300 * 2**20) -> bytes:
    """A gzip file of 300 kB that unpacks to 300 MB."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9) as packed:
        packed.write(b'{"version": "1.0", "model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "x": "')
        for _ in range(size // 2**22):
            packed.write(b"a" * 2**22)
    return out.getvalue()


def zip_of(entries: dict[str, bytes], **flags: int) -> bytes:
    """An archive; `flags` set attributes of every entry."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for flag, value in flags.items():
                setattr(info, flag, value)
            archive.writestr(info, content)
    return out.getvalue()


def sparse_json(path: Path, size: int = 300 * 2**20) -> Path:
    """A tokenizer.json of 300 MB that takes no room on the disk."""
    with path.open("wb") as out:
        out.write(b'{"version": "1.0", "model": {"type": "BPE", "vocab": {')
        out.truncate(size)
    return path


UNKNOWN = "not in a tokenizer format"
GPT2 = (("pre", "gpt2"),)


def _tiktoken_line(line: bytes) -> Callable[[], Made]:
    return lambda: {"a.tiktoken": formats.made("tiktoken")["cl100k_base.tiktoken"] + line}


def _with_config(config: bytes) -> Callable[[], Made]:
    return lambda: {**formats.made("tokenizer.json BPE"), "tokenizer_config.json": config}


# fmt: off
CASES = [
    Case("empty", file(b""), "is empty"),
    Case("zero bytes", file(bytes(5000)), "zero bytes"),
    Case("an ELF program", file(b"\x7fELF" + bytes(range(256)) * 20), "a program"),
    Case("a PNG picture", file(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20), "picture"),
    Case("UTF-16", file(lambda: byte_level_bpe().encode("utf-16")), "UTF-16"),
    Case("a web page", file(b"<!DOCTYPE html><html>Sign in</html>"), "web page"),
    Case("a Git LFS pointer", file(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n"), "git lfs pull"),
    Case("a pickle", file(b"\x80\x04\x95cos\nsystem\n", "tokenizer.model"), "pickle"),
    Case("other JSON", file(b'{"a": [1, 2]}'), "not that of a tokenizer"),
    Case("JSON cut short", file(lambda: byte_level_bpe().encode()[:3000]), "cannot be read as tokenizer.json: EOF"),
    Case("a model without parts", file(b'{"version": "1.0", "model": {"type": "BPE"}}'), "Missing vocab"),
    Case("deep nesting", file(nested()), "not that of a tokenizer"),
    Case("deep nesting inside", file(nested(b'{"model": {"type": "BPE", "x": ', b"}}")), "recursion limit"),
    Case("deep nesting, Tekken", file(nested(b'{"config": {"num_vocab_tokens": ', b"}}"), "tekken.json"),
         "JSON is damaged", "tekken"),
    Case("deep nesting, config", _with_config(nested()), "tokenizer_config.json.*recursion"),
    Case("a config that is a list", _with_config(b"[1, 2]"), "tokenizer_config.json"),
    Case("a pattern without end", split_by("(a+)+$"), "10\u202f000 letters a.*retry-limit"),
    Case("a pattern without end, words", split_by(r"(\w+\s?)+$"), "cutting .*retry-limit"),
    Case("a pattern that is slow", split_by("(?:a{0,40}){4}[^a!]"), "takes too long: cutting 10\u202f000 letters a"),
    Case("a pattern that is none", split_by("(((("), "parenthesis"),
    Case("a merge of an unknown token", tokenizer_json(lambda c: c["model"]["merges"].append(["zq", "qz"])), "`zq"),
    Case("an id twice", vocabulary(zq=5), "the id 5 to both"),
    Case("an id of 2**31", vocabulary(zq=2**31), "2\u202f147\u202f483\u202f648"),
    Case("an id of 2**32 - 1", vocabulary(zq=2**32 - 1), "4\u202f294\u202f967\u202f295"),
    Case("an id of 2**40", vocabulary(zq=2**40), "1099511627776"),
    Case("a negative id", vocabulary(zq=-1), "-1"),
    Case("an id that is no number", vocabulary(zq="1"), "invalid type"),
    Case("a negative added id", added(id=-1), "-1"),
    Case("gzip cut short", file(lambda: gzip.compress(byte_level_bpe().encode())[:900]), "breaks off"),
    Case("gzip bomb", file(gzip_bomb, "tokenizer.json.gz"), "MB"),
    Case("SentencePiece of random bytes",
         file(b"\x0a\x0e\x0a\x05" + random.Random(1).randbytes(4000), "tokenizer.model"), f"damaged|{UNKNOWN}",
         "sentencepiece"),
    Case("SentencePiece that claims 2**60 bytes", file(b"\x0a" + b"\xff" * 8 + b"\x0f" + b"abc", "tokenizer.model"),
         f"damaged|{UNKNOWN}", "sentencepiece"),
    Case("GGUF of 2**60 tokens", file(lambda: gguf(n_tokens=2**60), "a.gguf"), "claims 1.152.921.504", "gguf"),
    Case("GGUF of 2**60 keys", file(lambda: gguf(n_kv=2**60), "a.gguf"), "claims 1.152.921.504.606.846.976", "gguf"),
    Case("GGUF with a text of 2**60", file(lambda: gguf(length=2**60), "a.gguf"), "a text of 1.152.921.504", "gguf"),
    Case("GGUF of nested arrays", file(gguf_nested, "a.gguf"), "array of arrays", "gguf"),
    Case("GGUF without a vocabulary", file(b"GGUF" + struct.pack("<IQQ", 3, 0, 0), "a.gguf"), "no tokenizer", "gguf"),
    Case("tiktoken with a rank twice", file(b"AA== 0\nAQ== 0\n" * 200, "a.tiktoken"), "line 3", "tiktoken", GPT2),
    Case("tiktoken with a rank of 2**40", _tiktoken_line(b"enp6 %d\n" % 2**40), f"line 266|{UNKNOWN}", "tiktoken",
         GPT2),
    Case("tiktoken that is not base64", _tiktoken_line(b"en!6 265\n"), f"line 266|{UNKNOWN}", "tiktoken", GPT2),
    Case("a vocabulary without merges", lambda: {"vocab.json": formats.made("vocab and merges")["vocab.json"]},
         "merges are missing", "vocab_merges"),
    Case("RWKV with code for a token", file(b"1 __import__('os').system('true') 4\n" * 300, "rwkv_vocab.txt"),
         f"line 1|{UNKNOWN}", "rwkv"),
    Case("RWKV with a bomb for a token", file(b"1 'a'*9999999999 4\n" * 300, "rwkv_vocab.txt"),
         f"line 1|{UNKNOWN}", "rwkv"),
    Case("llama2.c that claims 2**31 bytes",
         lambda: {"tokenizer.bin": formats.made("llama2.c")["tokenizer.bin"] + struct.pack("<fi", 0, 2**31 - 1) + b"a"},
         "claims 2\u202f147\u202f483\u202f647 bytes", "llama2c"),
]
# fmt: on


def truncated(name: str) -> Iterator[Made]:
    """A format's files with the main one cut at several places."""
    files = formats.made(name)
    main = next(iter(files))
    for share in (0.02, 0.3, 0.7, 0.97):
        yield {**files, main: files[main][: int(len(files[main]) * share)]}
