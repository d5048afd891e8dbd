"""`file:PATH`: a tokenizer file or folder on this machine, in any format that a source recognises.

Once per content it is first read and tried in a process of its own, so that a file that crashes its reader or never
ends is an error here and not the end of the server; after that it lives in this process.
"""

from pathlib import Path

from core.common.settings import settings
from core.tokenizers.catalog import open_path, split_options
from core.tokenizers.format import Source
from core.tokenizers.isolation.pool import vet
from core.tokenizers.tokenizer import Tokenizer


def _open(rest: str) -> Tokenizer:
    name, options = split_options(rest)
    path = Path(name).expanduser()
    if settings().vet:
        vet(path, options)
    return open_path(f"file:{rest}", path, options)


SOURCE = Source(key="file", label="A file or folder", scheme="file", open=_open)
