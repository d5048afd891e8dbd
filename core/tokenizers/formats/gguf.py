"""GGUF files, vocabulary-only or whole models: the tokenizer in their metadata, cut as llama.cpp cuts.

`?pre=NAME`, a pre-tokenizer of llama.cpp's, mends a file that names none or a wrong one.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace

from core.common.errors import UnreadableFile, UserError, shown
from core.tokenizers.format import Files, Source
from core.tokenizers.formats.gguf_models.bpe import load_bpe
from core.tokenizers.formats.gguf_models.rwkv import load_rwkv
from core.tokenizers.formats.gguf_models.spm import load_spm, load_unigram
from core.tokenizers.formats.gguf_models.tokens import GgufTokens, read_tokens
from core.tokenizers.formats.gguf_models.wordpiece import load_wordpiece
from core.tokenizers.gguf import MAGIC, Metadata, read_metadata
from core.tokenizers.sidecars import plain_label
from core.tokenizers.tokenizer import LocalTokenizer

_PRE = "tokenizer.ggml.pre"
_LOADERS: dict[str, Callable[[GgufTokens, str, str], LocalTokenizer]] = {
    "llama": load_spm,
    "gpt2": load_bpe,
    "bert": load_wordpiece,
    "rwkv": load_rwkv,
    "t5": load_unigram,
}


def _recognises(files: Files) -> str | None:
    return files.main if files.head.startswith(MAGIC) else None


def _load(files: Files) -> LocalTokenizer:
    name = files.main
    metadata = read_metadata(files.paths[name])
    model = metadata.values.get("tokenizer.ggml.model")
    if not isinstance(model, str):
        raise UnreadableFile(f"{shown(name)} names no tokenizer model. Pick a GGUF file that has a vocabulary.")
    if model not in _LOADERS:
        raise UnreadableFile(
            f"{shown(name)} has a tokenizer of the model {shown(model, 30)}, which is not read here. "
            f"Read are: {', '.join(_LOADERS)}."
        )
    asked = files.options.get("pre")
    if asked is None:
        return _LOADERS[model](read_tokens(metadata, name), files.spec, plain_label(name))
    if model != "gpt2":
        raise UserError(
            f"{shown(name)} has a tokenizer of the model {shown(model, 30)}, which has no pre-tokenizer to choose. "
            "Leave ?pre= away."
        )
    tokenizer = _LOADERS[model](read_tokens(_cut_as(metadata, asked), name), files.spec, plain_label(name))
    stated = metadata.values.get(_PRE)
    note = f"Pre-tokenizer {asked}, as asked; the file names {shown(str(stated), 30) if stated else 'none'}."
    tokenizer.info = replace(tokenizer.info, notes=(note, *tokenizer.info.notes))
    return tokenizer


def _cut_as(metadata: Metadata, pre: str) -> Metadata:
    """The metadata as if the file named this pre-tokenizer of llama.cpp's."""
    digest = hashlib.sha256(f"{metadata.fingerprint} {pre}".encode()).hexdigest()[:16]
    return Metadata({**metadata.values, _PRE: pre}, digest)


SOURCE = Source(key="gguf", label="GGUF", recognises=_recognises, load=_load, rank=30)
