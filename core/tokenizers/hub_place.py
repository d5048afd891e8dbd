"""What a `hub:` spec names, and which files of that repository make its tokenizer."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from core.common.errors import UnknownName, UnreadableFile, UserError, shown
from core.common.numbers import count
from core.tokenizers.catalog import LEADING, MOST_TEMPLATES, SIBLINGS, TEMPLATES, split_options

PATTERNS = ("*.tiktoken", "tokenizer.model.*")  # fetched and tried where no file has a usual name
_REPOSITORY = re.compile(r"(?!.*(--|\.\.))([A-Za-z0-9][\w.-]{0,95}/)?[A-Za-z0-9_][\w.-]{0,95}(?<![.-])", re.ASCII)
_REVISION = re.compile(r"(?!.*\.\.)[A-Za-z0-9][\w./+-]{0,199}", re.ASCII)


@dataclass(frozen=True)
class Place:
    """What a `hub:` spec names."""

    repository: str
    revision: str
    file: str
    options: Mapping[str, str]


def place(rest: str) -> Place:
    """What follows `hub:` taken apart.

    Raises:
        UserError: it cannot be a repository's id or a revision, or names two files.

    >>> place("Qwen/Qwen3-8B@main?file=a.gguf")
    Place(repository='Qwen/Qwen3-8B', revision='main', file='a.gguf', options={})
    >>> place("Qwen/Qwen3-8B-GGUF/q8/a.gguf@main").file
    'q8/a.gguf'
    """
    name, options = split_options(rest)
    path, at, revision = name.partition("@")
    repository, file = _with_file(path)
    if file and options.setdefault("file", file) != file:
        raise UserError(f"{shown(name)} and ?file={shown(options['file'])} name two files. Name one.")
    if not _REPOSITORY.fullmatch(repository):
        raise UserError(
            f"{shown(repository)} is not the id of a repository on the Hub. Write OWNER/NAME, such as Qwen/Qwen3-8B: "
            "letters, digits, '-', '_' and '.', at most 96 in each part."
        )
    if at and not _REVISION.fullmatch(revision):
        raise UserError(f"{shown(revision)} is not a revision. Write a branch, a tag or a commit behind the @.")
    return Place(repository, revision or "main", options.pop("file", ""), options)


def _with_file(path: str) -> tuple[str, str]:
    """(repository, GGUF file in it) of what stands before a revision; no file where it names none."""
    owner, _, rest = path.partition("/")
    name, _, file = rest.partition("/")
    return (f"{owner}/{name}", file) if file.endswith(".gguf") else (path, "")


def choose(names: list[str], wanted: Place) -> list[str]:
    """Those of a repository's files that make its tokenizer.

    Raises:
        UserError: there are none, or the chosen one is not there; lists what there is.
    """
    if wanted.file:
        if wanted.file not in names:
            raise UnknownName(f"file in {wanted.repository}", wanted.file, names)
        return [wanted.file]
    chosen = [n for n in names if n in SIBLINGS or any(fnmatch(n, p) and "/" not in n for p in PATTERNS)]
    chosen += sorted(n for n in names if fnmatch(n, f"{TEMPLATES}/*.jinja") and n.count("/") == 1)[:MOST_TEMPLATES]
    if any(carries(n) for n in chosen):
        return chosen
    some = ", ".join(shown(n)[1:-1] for n in sorted(names)[:8]) or "nothing"
    more = f" and {count(len(names) - 8)} more" if len(names) > 8 else ""
    choice = " To read one of these files, add ?file=NAME." if any(n.endswith((".gguf", ".bin")) for n in names) else ""
    raise UnreadableFile(
        f"{wanted.repository} holds no tokenizer files at revision {shown(wanted.revision)}. "
        f"It holds {some}{more}.{choice or ' Name the repository that its tokenizer comes from.'}"
    )


def kept_here(repository: str) -> bool:
    """Does the Hub's cache on this disk hold tokenizer files of a repository? Found without huggingface_hub."""
    folder = _cache() / f"models--{repository.partition('@')[0].replace('/', '--')}" / "snapshots"
    return any(carries(path.name) for path in folder.glob("*/*"))


def _cache() -> Path:
    """Where huggingface_hub keeps what it fetched, as its documentation has it."""
    chosen = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    usual = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"
    return Path(os.environ.get("HF_HOME") or usual).expanduser() / "hub"


def carries(name: str) -> bool:
    """Whether a file of this name may hold a whole tokenizer."""
    return name in LEADING or any(fnmatch(name, pattern) for pattern in PATTERNS)
