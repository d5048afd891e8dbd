"""`tokenizer.ggml.model` "rwkv": greedy longest match on bytes, with the bytes escaped in the file.

Source: llama.cpp, src/llama-vocab.cpp (llama_unescape_rwkv_token, llm_tokenizer_rwkv).
"""

import re

_ESCAPE = re.compile(rb"\\x([0-9a-f]{2})|\\(.)", re.DOTALL)
_LETTERS = {b"t": b"\t", b"n": b"\n", b"r": b"\r"}


def unescaped(text: str) -> bytes:
    r"""The bytes of a token.

    >>> unescaped(r"\xe4\n\'")
    b"\xe4\n'"
    """
    return _ESCAPE.sub(lambda m: bytes([int(m[1], 16)]) if m[1] else _LETTERS.get(m[2], m[2]), text.encode())
