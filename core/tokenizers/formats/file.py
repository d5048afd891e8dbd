"""`file:PATH`: a tokenizer file or folder on this machine, in any format that a source recognises.

In a server it lives in a process of its own. In a command or a job it lives in theirs, after it was, once per content,
read and tried in one of its own, so that a file that crashes its reader or never ends is a message.
"""

from core.common.named_path import named_path
from core.common.settings import settings
from core.tokenizers.catalog import open_path, split_options
from core.tokenizers.format import Source
from core.tokenizers.isolation.pool import IsolatedTokenizer, vet
from core.tokenizers.serving import serving
from core.tokenizers.tokenizer import Tokenizer


def _open(rest: str) -> Tokenizer:
    name, options = split_options(rest)
    path = named_path(name)
    if serving():
        return IsolatedTokenizer(f"file:{rest}", path, options)
    if settings().vet:
        vet(path, options)
    return open_path(f"file:{rest}", path, options)


SOURCE = Source(key="file", label="A file or folder", scheme="file", open=_open)
