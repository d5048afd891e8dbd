"""`upload:HASH/NAME`: a tokenizer that was uploaded; it lives in a process of its own."""

from core.tokenizers.catalog import split_options
from core.tokenizers.format import Source
from core.tokenizers.isolation.pool import IsolatedTokenizer
from core.tokenizers.tokenizer import Tokenizer
from core.tokenizers.uploads import UPLOADS


def _open(rest: str) -> Tokenizer:
    name, options = split_options(rest)
    path = UPLOADS.find(name)
    return IsolatedTokenizer(f"upload:{rest}", path, options)


SOURCE = Source(key="upload", label="An uploaded file", scheme="upload", open=_open)
