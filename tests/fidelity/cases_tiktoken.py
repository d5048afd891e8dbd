"""tiktoken's files against the tiktoken library, with the patterns that it ships or that the models' code has."""

import base64
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path
from unittest.mock import patch

import tiktoken
from tiktoken_ext import openai_public

from tests.datafolder import TOKENIZERS
from tests.fidelity.case import Case

_LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def shipped(name: str) -> dict[str, object]:
    """What tiktoken's own plug-in says of an encoding, without its download."""
    with patch.object(openai_public, "load_tiktoken_bpe", lambda *_, **__: {b"a": 0}):
        return openai_public.ENCODING_CONSTRUCTORS[name]()


def _reference(path: Path, pattern: Callable[[], str], nfc: bool) -> Callable[[str], list[int]]:
    lines = path.read_bytes().split(b"\n")
    ranks = {base64.b64decode(piece): int(rank) for piece, rank in (line.split() for line in lines if line)}
    encoding = tiktoken.Encoding("reference", pat_str=pattern(), mergeable_ranks=ranks, special_tokens={})
    return lambda text: encoding.encode_ordinary(unicodedata.normalize("NFC", text) if nfc else text)


def _case(name: str, file: str, pattern: Callable[[], str], nfc: bool = False) -> Case:
    path = TOKENIZERS / "tiktoken" / file
    library = f"tiktoken {tiktoken.__version__}"
    return Case("tiktoken", name, f"file:{path}", library, partial(_reference, path, pattern, nfc))


def _shipped_pattern(name: str) -> Callable[[], str]:
    return lambda: str(shipped(name)["pat_str"])


CASES = [
    *(
        _case(name, f"{name}.tiktoken", _shipped_pattern(name))
        for name in ("r50k_base", "p50k_base", "cl100k_base", "o200k_base")
    ),
    _case("Llama 3", "llama3.tokenizer.model", lambda: _LLAMA3),
    _case("Llama 4", "llama4.tokenizer.model", _shipped_pattern("o200k_base")),
    _case("Qwen", "qwen.tiktoken", lambda: _QWEN, nfc=True),
]
