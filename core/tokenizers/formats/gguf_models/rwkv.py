"""`tokenizer.ggml.model` "rwkv": greedy longest match on bytes, which the file holds escaped.

Every token is matched, "<s>" too, as in llama.cpp; nothing is added around a text.

Source: llama.cpp, src/llama-vocab.cpp (llama_unescape_rwkv_token, llm_tokenizer_rwkv).
"""

import re

import numpy as np

from core.tokenizers.backends.longest_match import LongestMatchTokenizer
from core.tokenizers.formats.gguf_models.tokens import CONTROL, UNKNOWN, GgufTokens
from core.tokenizers.kinds import Kind
from core.tokenizers.vocabulary import Vocabulary

_ESCAPE = re.compile(rb"\\x([0-9a-f]{2})|\\(.)", re.DOTALL)
_LETTERS = {b"t": b"\t", b"n": b"\n", b"r": b"\r"}


def unescaped(text: str) -> bytes:
    r"""The bytes of a token.

    >>> unescaped(r"\xe4\n\'")
    b"\xe4\n'"
    """
    return _ESCAPE.sub(lambda m: bytes([int(m[1], 16)]) if m[1] else _LETTERS.get(m[2], m[2]), text.encode())


def load_rwkv(tokens: GgufTokens, spec: str, label: str) -> LongestMatchTokenizer:
    """The tokenizer of a file whose model is "rwkv".

    Raises:
        UnreadableFile: a byte has no entry.
    """
    pieces = [unescaped(text) for text in tokens.texts]
    kinds = [Kind.SPECIAL if t in (CONTROL, UNKNOWN) else Kind.ORDINARY for t in tokens.types]
    vocabulary = Vocabulary(pieces, np.array(kinds, np.uint8), tokens.texts)
    info = tokens.info(
        spec=spec,
        label=label,
        algorithm="greedy longest match",
        reference="llama.cpp's rules",
        bos=tokens.token_id("bos_token_id"),
        eos=tokens.token_id("eos_token_id"),
    )
    return LongestMatchTokenizer({piece: i for i, piece in enumerate(pieces) if piece}, info, vocabulary)
