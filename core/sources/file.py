"""`file:PATH`: a tokenizer file or folder on this machine, in any format that a source recognises."""

from pathlib import Path

from core.catalog import open_path, split_options
from core.source import Source
from core.tokenizer import LocalTokenizer


def _open(rest: str) -> LocalTokenizer:
    path, options = split_options(rest)
    return open_path(f"file:{rest}", Path(path).expanduser(), options)


SOURCE = Source(key="file", label="A file or folder", scheme="file", open=_open)
