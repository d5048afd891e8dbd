"""A small valid tokenizer in every file format, made on the spot: what the hostile corpus and the fuzzer damage."""

import base64
import io
import json
import struct
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from core.tokenizers.vocabulary import byte_of_character
from tests.tiny import CORPUS, byte_level_bpe, vocab_and_merges, word_piece

SOURCES = Path(__file__).resolve().parent.parent / "core" / "tokenizers" / "formats"
Made = dict[str, bytes]


def _sentencepiece(kind: str, **options: object) -> Made:
    import sentencepiece

    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS * 10),
        model_writer=written,
        model_type=kind,
        vocab_size=330,
        byte_fallback=True,
        hard_vocab_limit=False,
        minloglevel=2,
        **options,
    )
    return {"tokenizer.model": written.getvalue()}


def _ranks() -> list[bytes]:
    """256 bytes and a few merges of them."""
    merged = [b"th", b"the", b"he", b" t", b" the", b"ll", b"lo", b"llo", b"hello"]
    return [bytes([b]) for b in range(256)] + merged


def _tiktoken() -> Made:
    lines = [base64.b64encode(token) + b" %d\n" % rank for rank, token in enumerate(_ranks())]
    return {"cl100k_base.tiktoken": b"".join(lines)}


def _tekken() -> Made:
    vocab = [
        {"rank": r, "token_bytes": base64.b64encode(t).decode(), "token_str": t.decode("utf-8", "replace")}
        for r, t in enumerate(_ranks())
    ]
    config = {
        "pattern": r"\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+",
        "num_vocab_tokens": len(vocab),
        "default_vocab_size": len(vocab) + 20,
        "default_num_special_tokens": 20,
        "version": "v3",
    }
    return {"tekken.json": json.dumps({"config": config, "vocab": vocab}).encode()}


def _llama2c() -> Made:
    names = [
        "<unk>",
        "\n<s>\n",
        "\n</s>\n",
        *(f"<0x{b:02X}>" for b in range(256)),
        " ",
        "t",
        "h",
        "e",
        "th",
        "the",
        " the",
    ]
    entries = [struct.pack("<fi", -float(i), len(n.encode())) + n.encode() for i, n in enumerate(names)]
    return {"tokenizer.bin": struct.pack("<i", max(map(len, names))) + b"".join(entries)}


def _rwkv() -> Made:
    tokens = [bytes([b]) for b in range(256)] + [b"th", b"the", b" the", "é".encode(), b"hello"]
    lines = []
    for i, token in enumerate(tokens, 1):
        try:
            literal = repr(token.decode())
        except UnicodeDecodeError:
            literal = repr(token)
        lines.append(f"{i} {literal} {len(token)}\n")
    return {"rwkv_vocab_v20230424.txt": "".join(lines).encode()}


def _wordpiece() -> Made:
    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *"abcdefghijklmnopqrstuvwxyz",
        "the",
        "cat",
        "##s",
        "##at",
        "##e",
    ]
    return {"vocab.txt": "\n".join(words).encode() + b"\n"}


def _pair() -> Made:
    vocab, merges = vocab_and_merges()
    return {"vocab.json": vocab, "merges.txt": merges}


def _clip() -> Made:
    letters = list(byte_of_character())  # pairs of letters, as many as CLIP has merges
    pairs = [f"{a} {b}" for a in letters for b in letters][: 49152 - 256 - 2]
    return {"bpe_simple_vocab_16e6.txt": b'"bpe_simple_vocab_16e6.txt#version: 0.2\n' + "\n".join(pairs).encode()}


def _gguf() -> Made:
    import gguf

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vocab.gguf"
        writer = gguf.GGUFWriter(path, "gpt2")
        data = json.loads(byte_level_bpe())["model"]
        tokens = sorted(data["vocab"], key=data["vocab"].__getitem__)
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("gpt-2")
        writer.add_token_list(tokens)
        writer.add_token_types([3 if token == "<|end|>" else 1 for token in tokens])
        writer.add_token_merges([" ".join(m) if isinstance(m, list) else m for m in data["merges"]])
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.close()
        return {"vocab.gguf": path.read_bytes()}


def _js_tiktoken() -> Made:
    words = [base64.b64encode(piece).decode() for piece in [*(bytes([b]) for b in range(256)), b"th", b"the"]]
    ranks = "! 1 " + " ".join(words)
    found = {"pat_str": r"\s?\S+|\s+", "special_tokens": {"<EOT>": 0}, "bpe_ranks": ranks}
    return {"claude.json": json.dumps(found).encode()}


# name -> (module of core.tokenizers.formats that reads it, maker)
_MAKERS: dict[str, tuple[str, Callable[[], Made]]] = {
    "tokenizer.json BPE": ("tokenizers_json", lambda: {"tokenizer.json": byte_level_bpe().encode()}),
    "tokenizer.json WordPiece": ("tokenizers_json", lambda: {"tokenizer.json": word_piece().encode()}),
    "SentencePiece Unigram": ("sentencepiece", lambda: _sentencepiece("unigram")),
    "SentencePiece BPE": ("sentencepiece", lambda: _sentencepiece("bpe", user_defined_symbols=["<a>"])),
    "tiktoken": ("tiktoken", _tiktoken),
    "tekken": ("tekken", _tekken),
    "llama2.c": ("llama2c", _llama2c),
    "RWKV": ("rwkv", _rwkv),
    "WordPiece": ("wordpiece", _wordpiece),
    "vocab and merges": ("vocab_merges", _pair),
    "CLIP": ("clip", _clip),
    "GGUF": ("gguf", _gguf),
    "js tiktoken": ("js_tiktoken", _js_tiktoken),
    "minbpe": ("minbpe", lambda: {"tok.model": b"minbpe v1\n\n1\n<|end|> 300\n116 104\n256 101\n"}),
    "BPE codes": ("bpe_codes", lambda: {"codes": b"#version: 0.2\nt h\nth e</w>\nh e\n"}),
}


def names() -> list[str]:
    """The formats whose source is there."""
    return [name for name, (module, _) in _MAKERS.items() if (SOURCES / f"{module}.py").is_file()]


@cache
def made(name: str) -> Made:
    """Its files, main one first."""
    return _MAKERS[name][1]()


def options(name: str) -> dict[str, str]:
    """What its spec must say, since the file does not."""
    return {"pre": "gpt2"} if name in ("tiktoken", "vocab and merges") else {}


def write(folder: Path, files: Made) -> Path:
    """Put files into a folder; returns the main one's path."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder / next(iter(files))
