"""GGUF files against the models' own tokenizers, where the data folder has them in another format.

llama.cpp itself is no Python package; its own vectors are in tests/test_gguf.py. MPT has no counterpart there.
"""

import gzip
from collections.abc import Callable
from functools import partial
from pathlib import Path

import tokenizers

from tests.datafolder import TOKENIZERS
from tests.fidelity import cases_sentencepiece
from tests.fidelity.case import Case

_LIBRARY = f"tokenizers {tokenizers.__version__}"


def _load(path: Path) -> Callable[[str], list[int]]:
    data = path.read_bytes()
    engine = tokenizers.Tokenizer.from_buffer(gzip.decompress(data) if path.suffix == ".gz" else data)
    engine.encode_special_tokens = True
    return lambda text: list(engine.encode(text, add_special_tokens=False).ids)


def _case(name: str, other: str) -> Case:
    path = TOKENIZERS / "gguf" / f"ggml-vocab-{name}.gguf"
    return Case("gguf", name, f"file:{path}", _LIBRARY, partial(_load, TOKENIZERS / other))


CASES = [
    _case("gpt-2", "hf_json/gpt-2/tokenizer.json"),
    _case("falcon", "hf_json/falcon-180b-chat/tokenizer.json"),
    _case("starcoder", "converted/starcoder.tokenizer.json.gz"),
    _case("deepseek-coder", "converted/deepseek-coder.tokenizer.json.gz"),
    _case("deepseek-llm", "converted/deepseek-llm.tokenizer.json.gz"),
    Case(
        "gguf",
        "llama-spm",
        f"file:{TOKENIZERS / 'gguf' / 'ggml-vocab-llama-spm.gguf'}",
        cases_sentencepiece.LIBRARY,
        partial(cases_sentencepiece.load, TOKENIZERS / "sentencepiece" / "llama2.model"),
    ),
]
