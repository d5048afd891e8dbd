"""The tokenizer that a job was submitted for: its files, and the tokenizer here or on another machine."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from core.common.errors import Changed
from core.common.named_path import named_path
from core.common.settings import settings
from core.tokenizers.catalog import files_at, open_tokenizer, split_options
from core.tokenizers.tokenizer import Tokenizer
from core.tokenizers.trained import SCHEME, place_of, trained_folder


def tokenizer_files(spec: str) -> list[Path]:
    """The files of a tokenizer that is named by path or was trained here; none of any other, which is found by its name
    everywhere.
    """
    scheme, _, rest = spec.partition(":")
    if scheme == SCHEME:
        return list(files_at(spec, trained_folder(rest), {}).paths.values())
    if scheme != "file":
        return []
    settings().refuse("file")
    path, options = split_options(rest)
    return list(files_at(spec, named_path(path), options).paths.values())


def submitted_tokenizer(spec: str, fingerprint: str, moved: Callable[[Path], Path]) -> Tokenizer:
    """The tokenizer of this spec, the same as when the job was submitted.

    Args:
        fingerprint: of it then; empty if it is not known.
        moved: where a file lies on this machine.

    Raises:
        UserError: it cannot be opened, or is another by now.
    """
    tokenizer = _open(_where_it_lies(spec, moved))
    if fingerprint and tokenizer.info.fingerprint != fingerprint:
        raise Changed(spec)
    return tokenizer


def _where_it_lies(spec: str, moved: Callable[[Path], Path]) -> str:
    """The spec that opens it on this machine."""
    scheme, _, rest = spec.partition(":")
    if scheme == SCHEME:
        there = moved(place_of(rest))
        return spec if there == place_of(rest) else f"file:{there}"
    if scheme != "file":
        return spec
    path, mark, options = rest.partition("?")
    here = named_path(path)
    there = moved(here)
    return spec if there == here else f"file:{there}{mark}{options}"


@lru_cache(maxsize=2)
def _open(spec: str) -> Tokenizer:
    return open_tokenizer(spec)
